"""The room's pages together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tongguan.model.access import Permission
from tongguan.web.kit.access import NavEntry, Room
from tongguan.web.kit.texts import msg
from tongguan.web.rooms.data import books, quarantine

ROOM: Final = Room(
    name="data",
    pages=(*books.PAGES, *quarantine.PAGES),
    templates=Path(__file__).parent / "templates",
    navigation=(
        NavEntry("/data", msg("Data"), "database", "d", Permission.SEE_DATA, msg("Data quality")),
        NavEntry("/data/quarantine", msg("Quarantine"), "shield-exclamation", "q", Permission.SEE_DATA, msg("Data quality")),
    ),
)
