"""Why a part of a page could not be loaded, in words for its readers, and how much of the technical text they may see."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from tongguan.web.kit.texts import msg


class Cause(StrEnum):
    """Which store failed a question, and how."""

    ANALYSIS_AWAY = "analysis_away"
    ANALYSIS_SLOW = "analysis_slow"
    ANALYSIS_LARGE = "analysis_large"
    ANALYSIS_FAILED = "analysis_failed"
    OPERATIONS_AWAY = "operations_away"
    OPERATIONS_BUSY = "operations_busy"
    OPERATIONS_FAILED = "operations_failed"
    INTAKE_FAILED = "intake_failed"


CAUSES: Final[dict[Cause, str]] = {
    Cause.ANALYSIS_AWAY: msg("The analysis store does not answer."),
    Cause.ANALYSIS_SLOW: msg("The query took longer than it may; choose a shorter period or fewer values."),
    Cause.ANALYSIS_LARGE: msg("The query needs more memory than it may; choose a shorter period or fewer values."),
    Cause.ANALYSIS_FAILED: msg("The analysis store failed this query."),
    Cause.OPERATIONS_AWAY: msg("The operational store does not answer."),
    Cause.OPERATIONS_BUSY: msg("The operational store is busy with another change."),
    Cause.OPERATIONS_FAILED: msg("The operational store failed this query."),
    Cause.INTAKE_FAILED: msg("The intake of data does not answer."),
}
"""Cause → the sentence that a page says."""

_PLACES: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s'\"),;]*"  # addresses of stores and servers
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?"
    r"|(?<![\w.])(?:[A-Za-z]:)?[/\\](?:[\w.@-]+[/\\]?)+"  # paths of files
    r"|\b[A-Za-z][\w-]*(?:\.[\w-]+)*:\d{2,5}\b"  # host and port
)


def technical(message: str) -> str:
    """Return a technical text without addresses and paths of the installation; each becomes ``…``."""
    return _PLACES.sub("…", message)
