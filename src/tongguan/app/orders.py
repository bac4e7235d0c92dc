"""Order quality and returns as pages ask for them: figures from the warehouse, what waits from the operational store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from tongguan.app.installation import Installation
from tongguan.areas.orders.queues import REVIEW
from tongguan.areas.orders.returned import RETURN_EVENTS
from tongguan.metrics.flagged import flagged_day, flagged_page, moment_of
from tongguan.metrics.returned import Returned
from tongguan.model.access import Scope
from tongguan.model.flags import FlagFilter, FlaggedDay, FlaggedPage
from tongguan.model.returns import EndedReturns, OpenReturn, OpenReturns, ReturnAbout, ReturnFilter, ReturnsReport
from tongguan.model.waiting import Lateness, WaitingFilter, WaitingOrder, WaitingPage
from tongguan.processes.open_steps import step_counts, waiting_page
from tongguan.warehouse.client import Cancellation

_MOST_OPEN: Final = 50_000
"""So many of what waits are looked through by what the operational store does not know of them."""


class OrderAnswers:
    """Answers for the pages of order quality and of returns.

    Args:
        installation: the opened home.
    """

    def __init__(self, installation: Installation) -> None:
        self._here = installation
        self._zone = installation.settings.zone

    def flagged_day(self, where: FlagFilter, scope: Scope, cancellation: Cancellation) -> FlaggedDay:
        """Return what was found on a day, and how much waits for review where it is today."""
        here, now = self._here, self._here.now()
        day = flagged_day(here.warehouse, here.flagger.book, where, scope, now, self._zone, cancellation=cancellation)
        if moment_of(where, now, self._zone).days[0] != now.astimezone(ZoneInfo(self._zone)).date() or not scope.sees_stage(REVIEW.stage):
            return day
        standing = WaitingFilter(where.channel, where.region, where.business_class, where.brand, stage=REVIEW.stage)
        counts = step_counts(here.database, here.vocabulary, standing, scope, now)
        waits = [counts[REVIEW.kind, step] for step in REVIEW.steps if (REVIEW.kind, step) in counts]
        return replace(day, waiting=sum(one.cases for one in waits), late=sum(one.late for one in waits))

    def flagged(self, where: FlagFilter, scope: Scope, limit: int, offset: int, cancellation: Cancellation) -> FlaggedPage:
        """Return one page of the flags of a day."""
        here = self._here
        asked = (here.warehouse, here.flagger.book, where, scope, here.now(), self._zone)
        return flagged_page(*asked, limit=limit, offset=offset, cancellation=cancellation)

    def _returned(self, scope: Scope, cancellation: Cancellation) -> Returned:
        return Returned(self._here.warehouse, RETURN_EVENTS, scope, self._zone, cancellation)

    def returns(self, where: ReturnFilter, scope: Scope, cancellation: Cancellation) -> ReturnsReport:
        """Return a period."""
        return self._returned(scope, cancellation).report(where, self._here.now())

    def returns_open(
        self, where: ReturnFilter, lateness: Lateness | None, scope: Scope, limit: int, offset: int, cancellation: Cancellation
    ) -> OpenReturns:
        """Return one page of what waits, the oldest first."""
        returned = self._returned(scope, cancellation)
        fitting = returned.fitting(where)
        if fitting is None:
            page = self._waiting(where, lateness, scope, limit, offset)
        else:
            # Why and what stands in events: what waits is looked through for it.
            every = self._waiting(where, None, scope, _MOST_OPEN, 0)
            rows = [row for row in every.rows if row.case_id in fitting]
            counts = {one: sum(row.lateness is one for row in rows) for one in Lateness}
            rows = [row for row in rows if lateness in (None, row.lateness)]
            page = WaitingPage(rows[offset : offset + limit], len(rows), offset, limit, counts)
        about = returned.about(sorted(row.case_id for row in page.rows))
        rows_of = [OpenReturn(row, about.get(row.case_id, ReturnAbout())) for row in page.rows]
        return OpenReturns(rows_of, page.total, page.offset, page.limit, page.counts)

    def _waiting(self, where: ReturnFilter, lateness: Lateness | None, scope: Scope, limit: int, offset: int) -> WaitingPage:
        here = self._here
        places = (where.channel, where.region, where.business_class, where.brand)
        asked = WaitingFilter(*places, stage=RETURN_EVENTS.stage, lateness=lateness)
        order = WaitingOrder.SINCE
        return waiting_page(here.database, here.vocabulary, asked, scope, here.now(), order=order, limit=limit, offset=offset)

    def returns_ended(
        self, where: ReturnFilter, day: str, scope: Scope, limit: int, offset: int, cancellation: Cancellation
    ) -> EndedReturns:
        """Return one page of what came to an end on a day (ISO; empty for today)."""
        shown = date.fromisoformat(day) if day else self._here.now().astimezone(ZoneInfo(self._zone)).date()
        return self._returned(scope, cancellation).ended(where, shown, limit, offset)
