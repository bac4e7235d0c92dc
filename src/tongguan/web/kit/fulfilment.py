"""Fulfilment as pages ask for it; ``app`` answers from open steps and clocks, ``kit/fake`` from memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tongguan.model.access import User
from tongguan.model.answers import FlowFilter
from tongguan.model.fulfilment import AcceptanceQuality, CaseStay, FulfilmentNow, Part, PartDay, UrgentFilter, UrgentPage


class Fulfilment(Protocol):
    """What stands at the steps of fulfilment, and what was done there.

    Answers are within the user's scope: regions, and steps by the stage that has to act at them. Every method may raise
    ``QuestionFailedError``.
    """

    @property
    def parts(self) -> Sequence[Part]:
        """Every part, in the order of the process."""
        ...

    async def steps(self, user: User, where: FlowFilter, at: datetime | None = None) -> FulfilmentNow:
        """Return every part of which the user sees a step.

        Args:
            user: who asks.
            where: channel, region, class, brand; empty fields do not filter.
            at: the end of a day that is past, of which nothing is told that stands now; None for now.
        """
        ...

    async def part(self, user: User, part: str, where: FlowFilter, at: datetime | None = None) -> PartDay | None:
        """Return a part in detail; None where there is none of that name, or the user sees no step of it."""
        ...

    async def urgent(self, user: User, part: str, where: UrgentFilter, limit: int, offset: int) -> UrgentPage | None:
        """Return one page of what stands open in a part, the oldest first; None as :meth:`part`."""
        ...

    async def quality(self, user: User, where: FlowFilter, days: int) -> AcceptanceQuality | None:
        """Return how well orders are accepted by hand, over so many days with today; None where the user does not see acceptance."""
        ...

    async def clocks(self, user: User, kind: str, case_id: str) -> Sequence[CaseStay]:
        """Return the stays of a case in order; none where there is no such case, it is out of scope, or nothing was planned yet."""
        ...
