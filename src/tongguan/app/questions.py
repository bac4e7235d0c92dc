"""The operation's answers: implements :class:`tongguan.web.kit.ports.Questions` over the stages.

Every question runs in a pool of threads, each with its own client of the warehouse, and is cancelled when nobody waits for it
any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from tongguan.app import books
from tongguan.app.causes import cause_of
from tongguan.app.installation import Installation
from tongguan.app.orders import OrderAnswers
from tongguan.app.replay import discard, replay
from tongguan.areas.operations.halls import HALL_WATCH
from tongguan.areas.orders.summary import order_summary
from tongguan.detect.watcher import kept_findings
from tongguan.ingest.errors import DeliveryError
from tongguan.metrics.flow import data_through, flow
from tongguan.metrics.halls import halls
from tongguan.metrics.stage_day import event_conditions, event_types, stage_day
from tongguan.model.access import Permission, Scope, User
from tongguan.model.answers import (
    CaseFilter,
    CasePage,
    EventFilter,
    Flow,
    FlowFilter,
    OrderSummary,
    SourceAccount,
    StageDay,
    Trace,
    TraceEvent,
)
from tongguan.model.findings import FindingFilter, Findings, watches
from tongguan.model.flags import FlagBook, FlagFilter, FlaggedDay, FlaggedPage
from tongguan.model.halls import Halls
from tongguan.model.regions import RegionTree
from tongguan.model.returns import EndedReturns, OpenReturns, ReturnFilter, ReturnsReport
from tongguan.model.waiting import Lateness, WaitingFilter, WaitingOrder, WaitingPage
from tongguan.processes.cases import case_page
from tongguan.processes.open_steps import step_counts, waiting_page
from tongguan.processes.trace import newest_events, trace
from tongguan.records import audit, regions
from tongguan.records.errors import RecordsError
from tongguan.warehouse.client import Cancellation
from tongguan.warehouse.errors import WarehouseError
from tongguan.web.kit.faults import Cause
from tongguan.web.kit.ports import (
    CaseSort,
    DeliveryPage,
    LedgerHour,
    QuarantineFilter,
    QuarantinePage,
    QuarantineRow,
    QuestionFailedError,
    ReplayResult,
)

T = TypeVar("T")


class StageQuestions:
    """Answers from the stages.

    Args:
        installation: the opened home.
        pool: threads that ask.
    """

    def __init__(self, installation: Installation, pool: Executor) -> None:
        self._installation = installation
        self._pool = pool
        self._orders = OrderAnswers(installation)
        self._flows: dict[tuple[FlowFilter, Scope], asyncio.Task[Flow]] = {}

    async def ask(self, question: Callable[[Cancellation], T]) -> T:
        """Run a question in the pool; when nobody waits for it any more, it is cancelled.

        Raises:
            QuestionFailedError: a store could not answer.
        """
        cancellation = Cancellation()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, lambda: question(cancellation))
        except asyncio.CancelledError:
            # The thread goes on until the engine has stopped; another one of the pool tells the engine.
            self._pool.submit(cancellation.cancel, self._installation.warehouse)
            raise
        except WarehouseError as error:
            since = self._installation.loader.state.failing_since
            raise QuestionFailedError(str(error).splitlines()[0][:300], retry=error.retry, since=since, cause=cause_of(error)) from error
        except RecordsError as error:
            raise QuestionFailedError(str(error)[:300], cause=cause_of(error)) from error
        except DeliveryError as error:
            raise QuestionFailedError(str(error)[:300], retry=error.retry_after is not None, cause=Cause.INTAKE_FAILED) from error

    async def flow(self, user: User, where: FlowFilter, at: datetime | None) -> Flow:
        """Return the whole process at a moment. Who asks for the same while it is being answered gets the same answer."""
        if at is not None:
            return await self._flow(user.scope, where, at)
        # A room full of panoramas wakes at once when data moved; one question answers them all.
        key = (where, user.scope)
        task = self._flows.get(key)
        if task is None or task.done():
            task = self._flows[key] = asyncio.ensure_future(self._flow(user.scope, where, None))
            task.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(task)

    def _answered(self, key: tuple[FlowFilter, Scope], done: asyncio.Task[Flow]) -> None:
        if self._flows.get(key) is done:
            del self._flows[key]
        if not done.cancelled():
            done.exception()  # looked at, for all who waited may have left

    async def _flow(self, scope: Scope, where: FlowFilter, at: datetime | None) -> Flow:
        here = self._installation
        moment = at or here.now()
        zone = here.settings.zone

        def ask(cancellation: Cancellation) -> Flow:
            standing = WaitingFilter(**vars(where))
            waits = step_counts(here.database, here.vocabulary, standing, scope, moment) if at is None else None
            return flow(here.warehouse, here.vocabulary, where, scope, moment, zone, waits, cancellation=cancellation)

        return await self.ask(ask)

    async def halls(self, user: User, where: FlowFilter, at: datetime | None = None) -> Halls:
        """Return how every hall does at a moment."""
        here = self._installation
        moment, zone, now = at or here.now(), here.settings.zone, at is None
        return await self.ask(
            lambda c: halls(here.warehouse, here.vocabulary, HALL_WATCH, where, user.scope, moment, zone, waiting=now, cancellation=c)
        )

    async def findings(self, user: User, where: FindingFilter) -> Findings:
        """Return what was unlike other days in the last two weeks."""
        here = self._installation
        return await self.ask(lambda _: kept_findings(here.database, watches(here.catalogue.shelf().registry.values()), where, user.scope))

    async def waiting(
        self, user: User, where: WaitingFilter, order: WaitingOrder, descending: bool, limit: int, offset: int
    ) -> WaitingPage:
        """Return one page of what waits now."""
        here = self._installation
        return await self.ask(
            lambda _: waiting_page(
                here.database,
                here.vocabulary,
                where,
                user.scope,
                here.now(),
                order=order,
                descending=descending,
                limit=limit,
                offset=offset,
            )
        )

    async def stage_day(self, user: User, stage: str, where: EventFilter) -> StageDay | None:
        """Return one day of a stage."""
        here = self._installation
        if not user.scope.sees_stage(stage):
            return None
        found = here.vocabulary.stage(stage)
        at, zone = here.now(), here.settings.zone
        of_day = replace(where, day=where.day or at.astimezone(ZoneInfo(zone)).date().isoformat())
        return await self.ask(lambda c: stage_day(here.warehouse, found, of_day, user.scope, at, zone, cancellation=c))

    async def events_of(self, user: User, stage: str, where: EventFilter, limit: int) -> Sequence[TraceEvent]:
        """Return the newest events that count for a stage."""
        here = self._installation
        if not user.scope.sees_stage(stage):
            return []
        found = here.vocabulary.stage(stage)
        conditions, parameters = event_conditions(found, where, user.scope)
        types = event_types(found, where)
        return await self.ask(
            lambda c: newest_events(here.warehouse, here.vocabulary, types, conditions, parameters, limit, cancellation=c)
        )

    async def cases(self, user: User, kind: str, where: CaseFilter, sort: CaseSort, limit: int, offset: int) -> CasePage:
        """Return one page of cases. A telephone number finds the orders of the customer behind its token."""
        here = self._installation
        text = where.search.strip()
        aliases = [here.store.token("customer", text)] if text else []
        tokens = {one: here.store.token("customer", one) for one in where.ids}
        return await self.ask(
            lambda c: case_page(
                here.warehouse,
                here.vocabulary,
                kind,
                where,
                user.scope,
                sort=sort.by.value,
                descending=sort.descending,
                limit=min(limit, 10_000),
                offset=offset,
                aliases=aliases,
                tokens=tokens,
                cancellation=c,
            )
        )

    async def trace(self, user: User, kind: str, case_id: str) -> Trace | None:
        """Return one case's story."""
        here = self._installation
        return await self.ask(lambda c: trace(here.warehouse, here.vocabulary, kind, case_id, user.scope, cancellation=c))

    async def order_summary(self, user: User) -> OrderSummary:
        """Return all orders in one answer."""
        here = self._installation

        def ask(cancellation: Cancellation) -> OrderSummary:
            zones = books.source_zones(here.database)
            return order_summary(here.warehouse, here.vocabulary, user.scope, here.settings.zone, zones=zones, cancellation=cancellation)

        return await self.ask(ask)

    async def flag_book(self, user: User) -> FlagBook:
        """Return the rules that flag orders."""
        return self._installation.flagger.book

    async def flagged_day(self, user: User, where: FlagFilter) -> FlaggedDay:
        """Return which orders were flagged on a day, counted."""
        return await self.ask(lambda c: self._orders.flagged_day(where, user.scope, c))

    async def flagged(self, user: User, where: FlagFilter, limit: int, offset: int) -> FlaggedPage:
        """Return one page of the flags of a day."""
        return await self.ask(lambda c: self._orders.flagged(where, user.scope, limit, offset, c))

    async def returns(self, user: User, where: ReturnFilter) -> ReturnsReport:
        """Return cancellations and returns of a period, counted."""
        return await self.ask(lambda c: self._orders.returns(where, user.scope, c))

    async def returns_open(self, user: User, where: ReturnFilter, lateness: Lateness | None, limit: int, offset: int) -> OpenReturns:
        """Return one page of cancellations and returns that wait."""
        return await self.ask(lambda c: self._orders.returns_open(where, lateness, user.scope, limit, offset, c))

    async def returns_ended(self, user: User, where: ReturnFilter, day: str, limit: int, offset: int) -> EndedReturns:
        """Return one page of cancellations and returns that came to an end on a day."""
        return await self.ask(lambda c: self._orders.returns_ended(where, day, user.scope, limit, offset, c))

    async def regions(self) -> RegionTree:
        """Return the book of regions."""

        def ask(_: Cancellation) -> RegionTree:
            with self._installation.database.read() as connection:
                return regions.all(connection)

        return await self.ask(ask)

    async def data_through(self) -> datetime | None:
        """Return the time of the newest event."""
        here = self._installation
        return await self.ask(lambda c: data_through(here.warehouse, here.now(), here.settings.zone, c))

    async def accounts(self, user: User) -> Sequence[SourceAccount]:
        """Return the books of every source."""
        return await self.ask(lambda _: books.accounts(self._installation.database))

    async def ledger(self, user: User, source: str, since: datetime, until: datetime) -> Sequence[LedgerHour]:
        """Return the hours of a source, or of all."""
        return await self.ask(lambda _: books.hours(self._installation.database, source, since, until))

    async def deliveries(self, user: User, source: str, limit: int, offset: int) -> DeliveryPage:
        """Return one page of deliveries."""
        return await self.ask(lambda _: books.delivery_page(self._installation.database, source, limit, offset))

    async def quarantine(self, user: User, where: QuarantineFilter, limit: int, offset: int) -> QuarantinePage:
        """Return one page of what was set aside."""
        return await self.ask(lambda _: books.quarantine_page(self._installation.database, where, limit, offset))

    async def quarantined(self, user: User, record_id: str) -> QuarantineRow | None:
        """Return one record that was set aside."""
        return await self.ask(lambda _: books.quarantine_row(self._installation, record_id))

    async def replay(self, user: User, ids: Sequence[str]) -> ReplayResult:
        """Send open records through ingest again."""
        return await self.ask(lambda _: replay(self._installation, user, ids))

    async def discard(self, user: User, ids: Sequence[str]) -> int:
        """Set open records to discarded."""
        return await self.ask(lambda _: discard(self._installation, user, ids))

    async def reveal(self, user: User, token: str) -> str | None:
        """Return the plain value behind a token, and write down who asked before it is told."""
        here = self._installation
        if not user.may(Permission.SEE_PERSONAL):
            return None

        def ask(_: Cancellation) -> str | None:
            with here.database.begin() as connection:
                audit.append(connection, here.now(), user.name, "personal.revealed", "token", token, {})
                return here.store.reveal(connection, token)

        return await self.ask(ask)
