"""How an open step stands against its limit, in a word and a mark."""

from __future__ import annotations

from typing import Final

from tongguan.model.waiting import Lateness
from tongguan.web.kit.components import Status
from tongguan.web.kit.texts import msg

LATENESS: Final[dict[Lateness, tuple[str, Status | None]]] = {
    Lateness.LATE: (msg("Late"), Status.BAD),
    Lateness.WARNED: (msg("Warned"), Status.WATCH),
    Lateness.ON_TIME: (msg("On time"), Status.GOOD),
    Lateness.PAUSED: (msg("Paused"), None),
    Lateness.SILENT: (msg("Silent"), None),
    Lateness.UNLIMITED: (msg("No limit"), None),
}
"""Lateness → word and mark, in the order of chips and bars: those measured first, the worst of them first; others have no mark."""
