"""Clocks of an order's story: at each step its limit, whether it was kept, and how long somebody outside had to act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tongguan.model.fulfilment import CaseStay
from tongguan.model.waiting import Lateness
from tongguan.web.kit.components import Status
from tongguan.web.kit.visit import Visit

Clocks = Mapping[tuple[str, datetime], "ClockLine"]
"""Step and when it was reached → its clock."""


@dataclass(frozen=True)
class ClockLine:
    """The clock of one stay.

    Attributes:
        word, mark: how it stands, or stood when it ended; ``mark`` is None where it is not judged.
        limit: from when it is late, formatted; empty without a limit.
        lasted: how long the order was or is at the step.
        paused: how long somebody outside had to act, such as ``paused 20min``; empty where nobody had.
    """

    word: str
    mark: Status | None
    limit: str
    limit_title: str
    lasted: str
    paused: str


def clock_lines(visit: Visit, stays: Sequence[CaseStay]) -> Clocks:
    """Return the clocks of an order; where it reached a step twice at one instant, that of the last."""
    return {(stay.step, stay.since): _line(visit, stay) for stay in stays}


def _line(visit: Visit, stay: CaseStay) -> ClockLine:
    fmt = visit.formats
    word, mark = _standing(visit, stay)
    paused = visit.text("paused %(time)s", time=fmt.duration(stay.paused_seconds)) if stay.paused_seconds else ""
    lasted = ((stay.until or visit.now) - stay.since).total_seconds()
    limit = fmt.minute(stay.late_from) if stay.late_from else ""
    return ClockLine(word, mark, limit, fmt.iso(stay.late_from), fmt.duration(max(0.0, lasted)), paused)


def _standing(visit: Visit, stay: CaseStay) -> tuple[str, Status | None]:
    text, late_from, lateness = visit.text, stay.late_from, stay.lateness_at(visit.now)
    if lateness is Lateness.PAUSED:
        return text("‖ paused, the limit waits"), None
    if lateness is Lateness.SILENT:
        return text("◇ silent, state unknown"), None
    if late_from is None:
        return text("no limit"), None
    size = visit.formats.duration(abs(((stay.until or visit.now) - late_from).total_seconds()))
    if stay.until is not None:
        late = lateness is Lateness.LATE
        return (text("late by %(time)s", time=size), Status.BAD) if late else (text("on time by %(time)s", time=size), Status.GOOD)
    if lateness is Lateness.LATE:
        return text("late by %(time)s, still open", time=size), Status.BAD
    return text("%(time)s left", time=size), Status.WATCH if lateness is Lateness.WARNED else Status.GOOD
