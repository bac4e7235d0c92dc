"""The room's pages together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tongguan.model.access import Permission
from tongguan.web.kit.access import NavEntry, Room
from tongguan.web.kit.texts import msg
from tongguan.web.rooms.rules import calendar_forms, calendars, drafts, overview, processes, review, rule_form

ROOM: Final = Room(
    name="rules",
    pages=(
        *overview.PAGES,
        *rule_form.PAGES,
        *drafts.PAGES,
        *review.PAGES,
        *calendars.PAGES,
        *calendar_forms.PAGES,
        *processes.PAGES,
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry("/rules", msg("Time limits"), "settings", "r", Permission.SEE_PANORAMA, msg("Operation")),),
)
