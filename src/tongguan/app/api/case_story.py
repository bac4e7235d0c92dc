"""A case's story with its clocks: at each step its limit, and how the case stood or stands against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tongguan.model.answers import Trace
from tongguan.model.fulfilment import CaseStay
from tongguan.model.waiting import Lateness


@dataclass(frozen=True)
class CaseClock(CaseStay):
    """A stay of a case at a step, and how it stands against its limit.

    Attributes:
        lateness: at the moment of asking, of a stay that is over when it ended: ``on_time``, ``late`` or ``unlimited``.
    """

    lateness: Lateness = field(kw_only=True)


@dataclass(frozen=True)
class CaseStory(Trace):
    """One case's whole story, in the total order of events, with the clocks of its stays in order.

    Attributes:
        clocks: empty until the stays were planned, and for kinds of cases that have none.
    """

    clocks: Sequence[CaseClock] = ()


def story_of(found: Trace, stays: Sequence[CaseStay], at: datetime) -> CaseStory:
    """Return a story with its clocks, as they stand at a moment."""
    return CaseStory(**vars(found), clocks=[CaseClock(**vars(stay), lateness=_lateness(stay, at)) for stay in stays])


def _lateness(stay: CaseStay, at: datetime) -> Lateness:
    if stay.until is not None:
        if not stay.limited or stay.late_from is None:
            return Lateness.UNLIMITED
        return Lateness.LATE if stay.until > stay.late_from else Lateness.ON_TIME
    if stay.paused:
        return Lateness.PAUSED
    if stay.silent_from is not None and stay.silent_from <= at:
        return Lateness.SILENT
    if not stay.limited or stay.late_from is None:
        return Lateness.UNLIMITED
    if stay.late_from <= at:
        return Lateness.LATE
    return Lateness.WARNED if stay.warned_from is not None and stay.warned_from <= at else Lateness.ON_TIME
