"""Pages of fulfilment (screens 12–19)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tongguan.model.access import Permission
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.texts import msg
from tongguan.web.rooms.fulfilment import overall, part, quality
from tongguan.web.rooms.fulfilment.addresses import FILTERS, PATH, QUALITY

_SEE: Final = Permission.SEE_PANORAMA
_FILES: Final = (Permission.EXPORT,)

ROOM: Final = Room(
    name="fulfilment",
    pages=(
        Page(PATH, overall.fulfilment, _SEE, saves=overall.SAVED, through=True),
        Page(f"/live{PATH}", overall.live_fulfilment, _SEE, through=True),
        *(Page(f"{PATH}.{kind}", overall.export, _SEE, also=_FILES) for kind in FORMATS),
        *(Page(f"{PATH}/{{part}}.{kind}", part.export, _SEE, also=_FILES) for kind in FORMATS),
        Page(f"{PATH}/{{part}}", part.detail, _SEE, through=True),
        Page(f"/live{PATH}/{{part}}", part.live_detail, _SEE, through=True),
        Page(QUALITY, quality.quality, _SEE, saves=FILTERS, through=True),
        Page(f"/live{QUALITY}", quality.live_quality, _SEE, through=True),
        *(Page(f"{QUALITY}.{kind}", quality.export, _SEE, also=_FILES) for kind in FORMATS),
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(
        NavEntry(PATH, msg("Fulfilment"), "truck", "f", _SEE, msg("Operation")),
        NavEntry(QUALITY, msg("Acceptance quality"), "circle-check", "b", _SEE, msg("Operation"), stage="acceptance"),
    ),
)
