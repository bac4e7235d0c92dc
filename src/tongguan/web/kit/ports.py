"""What pages ask for: the operation's answers. ``app`` answers from the stages, ``kit/fake`` from memory.

Every method gets the user and answers only what the user's scope covers; what lies outside is as if it were not there.
All are coroutines: the work behind them runs in a pool and is cancelled when the browser leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tongguan.model.access import User
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
from tongguan.model.findings import FindingFilter, Findings
from tongguan.model.flags import FlagBook, FlagFilter, FlaggedDay, FlaggedPage
from tongguan.model.halls import Halls
from tongguan.model.reasons import Problem, Quarantine
from tongguan.model.regions import RegionTree
from tongguan.model.returns import EndedReturns, OpenReturns, ReturnFilter, ReturnsReport
from tongguan.model.waiting import Lateness, WaitingFilter, WaitingOrder, WaitingPage
from tongguan.web.kit.faults import Cause


class QuestionFailedError(Exception):
    """A question could not be answered now (warehouse away, too slow, cancelled); pages show it in the panel's place.

    Attributes:
        retry: asking again may help.
        since: since when it fails, where known.
        cause: which store failed, and how; the message is the technical text.
    """

    def __init__(self, message: str, *, retry: bool = True, since: datetime | None = None, cause: Cause = Cause.ANALYSIS_FAILED) -> None:
        super().__init__(message)
        self.retry = retry
        self.since = since
        self.cause = cause


class CaseOrder(StrEnum):
    """By which column a list of cases is sorted."""

    LAST_TIME = "last"
    FIRST_TIME = "first"
    DUE_TIME = "due"
    CASE_ID = "id"
    SOLD = "sold"
    PAID = "paid"
    EVENTS = "events"


@dataclass(frozen=True)
class CaseSort:
    """A column and a direction; cases without a value come last either way, ties are broken by case id."""

    by: CaseOrder = CaseOrder.LAST_TIME
    descending: bool = True


@dataclass(frozen=True)
class LedgerHour:
    """What became of one source's records received within one hour.

    Attributes:
        hour: its first instant, UTC.
        received: counted by the reader; accepted + duplicate + quarantined + rejected account for it.
    """

    source: str
    hour: datetime
    received: int
    accepted: int
    duplicate: int
    quarantined: int
    rejected: int


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery of a source.

    Attributes:
        batch: its number.
        origin: file and rows, or address.
        accepted, duplicate: None until the loader has taken it.
        loaded: the loader has taken it.
    """

    batch: int
    source: str
    origin: str
    mapping: str
    received_time: datetime
    received: int
    accepted: int | None
    duplicate: int | None
    quarantined: int
    loaded: bool


@dataclass(frozen=True)
class DeliveryPage:
    """One page of deliveries, newest first."""

    rows: Sequence[DeliveryRow]
    total: int
    offset: int
    limit: int


class QuarantineState(StrEnum):
    """What became of a record that was set aside."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class QuarantineFilter:
    """Which records are asked for; empty fields do not filter."""

    source: str = ""
    reason: Quarantine | None = None
    field: str = ""
    state: QuarantineState | None = QuarantineState.OPEN


@dataclass(frozen=True)
class QuarantineRow:
    """One record that was set aside.

    Attributes:
        id: stable identifier.
        position: 0-based place in its delivery.
        problem: why, the field, the value (personal data masked), and what would be valid.
        preview: the record as text, personal values replaced by tokens, at most 4,000 characters.
    """

    id: str
    source: str
    batch: int
    position: int
    origin: str
    received_time: datetime
    state: QuarantineState
    problem: Problem
    preview: str


@dataclass(frozen=True)
class QuarantinePage:
    """One page of the quarantine, newest first.

    Attributes:
        by_reason: how many match per reason when the filter's own reason is left out, most first.
    """

    rows: Sequence[QuarantineRow]
    total: int
    offset: int
    limit: int
    by_reason: Mapping[Quarantine, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ReplayResult:
    """What became of records that were sent through ingest again.

    Attributes:
        taken: accepted now.
        still: id → why it is still not valid; these stay open.
        gone: ids that are not open any more or outside the user's scope.
    """

    taken: int
    still: Mapping[str, Problem]
    gone: Sequence[str] = ()


class Questions(Protocol):
    """The operation's answers.

    Every method may raise :class:`QuestionFailedError`; none raises for an id that does not exist.
    """

    async def flow(self, user: User, where: FlowFilter, at: datetime | None) -> Flow:
        """Return the whole process at a moment, every stage of the vocabulary that the user sees, in order.

        None stands for now; what waits is told of now only.
        """
        ...

    async def stage_day(self, user: User, stage: str, where: EventFilter) -> StageDay | None:
        """Return one day of a stage (``where.day``; empty: today), by hour and taken apart; None for a stage outside the scope."""
        ...

    async def events_of(self, user: User, stage: str, where: EventFilter, limit: int) -> Sequence[TraceEvent]:
        """Return the newest events that count for a stage (volume and failures), newest first.

        ``gap`` is None and ``via`` names the kind of the first reference; empty for a stage outside the scope.
        """
        ...

    async def halls(self, user: User, where: FlowFilter, at: datetime | None = None) -> Halls:
        """Return how every hall does at a moment, in the order in which pages show them; a channel in the filter leaves that one.

        None stands for now; open tickets are told of now only.
        """
        ...

    async def findings(self, user: User, where: FindingFilter) -> Findings:
        """Return what was unlike other days in the last two weeks, newest first.

        Numbers are of all regions together, so users who see some regions only are told what was found in one of theirs.
        """
        ...

    async def waiting(
        self, user: User, where: WaitingFilter, order: WaitingOrder, descending: bool, limit: int, offset: int
    ) -> WaitingPage:
        """Return one page of what waits now within the user's regions and stages; rows without the sorted value come last."""
        ...

    async def cases(self, user: User, kind: str, where: CaseFilter, sort: CaseSort, limit: int, offset: int) -> CasePage:
        """Return one page of cases; ``limit`` ≤ 10,000 (longer exports ask for page after page)."""
        ...

    async def trace(self, user: User, kind: str, case_id: str) -> Trace | None:
        """Return one case's story; None where there is none or it is outside the user's scope."""
        ...

    async def flag_book(self, user: User) -> FlagBook:
        """Return the rules that flag orders."""
        ...

    async def flagged_day(self, user: User, where: FlagFilter) -> FlaggedDay:
        """Return which orders were flagged on a day and in the days before; a rule in the filter narrows nothing."""
        ...

    async def flagged(self, user: User, where: FlagFilter, limit: int, offset: int) -> FlaggedPage:
        """Return one page of the flags of a day, the newest first."""
        ...

    async def returns(self, user: User, where: ReturnFilter) -> ReturnsReport:
        """Return cancellations and returns of a period (``where.since`` and ``until`` are given), and of today."""
        ...

    async def returns_open(self, user: User, where: ReturnFilter, lateness: Lateness | None, limit: int, offset: int) -> OpenReturns:
        """Return one page of cancellations and returns that wait now, the oldest first; the filter's days do not narrow it."""
        ...

    async def returns_ended(self, user: User, where: ReturnFilter, day: str, limit: int, offset: int) -> EndedReturns:
        """Return one page of those that came to an end on a day (ISO; empty for today), the newest first."""
        ...

    async def regions(self) -> RegionTree:
        """Return the whole book of regions.

        Names are no secret: a shared event may name a region that lies outside the scope. Lists to choose from are cut by the scope.
        """
        ...

    async def data_through(self) -> datetime | None:
        """Return the time of the newest event not after now, as :meth:`flow` tells it; None without any. It is no secret either."""
        ...

    async def accounts(self, user: User) -> Sequence[SourceAccount]:
        """Return the books of every source, by name."""
        ...

    async def ledger(self, user: User, source: str, since: datetime, until: datetime) -> Sequence[LedgerHour]:
        """Return hours of [since, until) with any record, oldest first; an empty ``source`` asks for all sources."""
        ...

    async def deliveries(self, user: User, source: str, limit: int, offset: int) -> DeliveryPage:
        """Return one page of deliveries; an empty ``source`` asks for all sources."""
        ...

    async def quarantine(self, user: User, where: QuarantineFilter, limit: int, offset: int) -> QuarantinePage:
        """Return one page of what was set aside."""
        ...

    async def quarantined(self, user: User, record_id: str) -> QuarantineRow | None:
        """Return one record that was set aside, in any state; None where there is none."""
        ...

    async def replay(self, user: User, ids: Sequence[str]) -> ReplayResult:
        """Send open records through ingest again, with today's mappings and vocabulary; logged."""
        ...

    async def discard(self, user: User, ids: Sequence[str]) -> int:
        """Set open records to discarded and return how many were; their bodies are kept; logged."""
        ...

    async def reveal(self, user: User, token: str) -> str | None:
        """Return the plain value behind a personal token; None where it was erased or never known.

        The caller has checked ``SEE_PERSONAL``; the implementation checks again and writes the audit row before it answers.
        """
        ...

    async def order_summary(self, user: User) -> OrderSummary:
        """Return all orders in one answer."""
        ...
