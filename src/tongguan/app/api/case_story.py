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
    return CaseStory(**vars(found), clocks=[CaseClock(**vars(stay), lateness=stay.lateness_at(at)) for stay in stays])
