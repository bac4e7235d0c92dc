"""Answers from memory: the same Protocol as the real ones, with scope enforced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from tongguan.lib.now import Now
from tongguan.model.access import EVERYTHING, User
from tongguan.model.answers import (
    NESTED,
    CaseFilter,
    CasePage,
    CaseRow,
    EventFilter,
    Flow,
    FlowFilter,
    OrderSummary,
    SourceAccount,
    StageDay,
    StageStatus,
    Trace,
    TraceEvent,
)
from tongguan.model.findings import FindingFilter, Findings
from tongguan.model.halls import Halls
from tongguan.model.reasons import Quarantine
from tongguan.model.regions import RegionTree
from tongguan.model.vocabulary import Stage, Vocabulary
from tongguan.model.waiting import Lateness, WaitingFilter, WaitingOrder, WaitingPage, WaitingRow
from tongguan.web.kit.fake.findings import findings_at
from tongguan.web.kit.fake.halls import halls_at
from tongguan.web.kit.fake.order_answers import FakeOrderAnswers
from tongguan.web.kit.fake.orders import make_trace
from tongguan.web.kit.fake.quarantine import record_set_aside
from tongguan.web.kit.fake.regions import REGIONS
from tongguan.web.kit.fake.stage_day import stage_day
from tongguan.web.kit.fake.waiting import waiting_page, waiting_rows
from tongguan.web.kit.faults import Cause
from tongguan.web.kit.ports import (
    CaseOrder,
    CaseSort,
    DeliveryPage,
    DeliveryRow,
    LedgerHour,
    QuarantineFilter,
    QuarantinePage,
    QuarantineRow,
    QuarantineState,
    QuestionFailedError,
    ReplayResult,
)

_SORTS: dict[CaseOrder, Callable[[CaseRow], object]] = {
    CaseOrder.LAST_TIME: lambda row: row.last_time,
    CaseOrder.FIRST_TIME: lambda row: row.first_time,
    CaseOrder.DUE_TIME: lambda row: row.due_time,
    CaseOrder.CASE_ID: lambda row: row.case_id,
    CaseOrder.SOLD: lambda row: row.sold,
    CaseOrder.PAID: lambda row: row.paid,
    CaseOrder.EVENTS: lambda row: row.events,
}

_VOLUMES = {
    "payment": 2400,
    "visits": 4200,
    "conversion": 900,
    "listing": 6,
    "stock": 40,
    "audit": 260,
    "aftersales": 22,
    "activation": 140,
}


class FakeQuestions(FakeOrderAnswers):
    """An operation in memory.

    Args:
        vocabulary: event types, stages and codes.
        now: the clock; data lies in the ten days before its first reading.
        orders: how many orders there are; 0 makes an operation without any data.
        failing: every question fails, as with the warehouse away.
    """

    def __init__(self, vocabulary: Vocabulary, now: Now, *, orders: int = 400, seed: int = 7, failing: bool = False) -> None:
        self._vocabulary = vocabulary
        self._now = now
        self._zone = ZoneInfo("Asia/Shanghai")
        self._start = now()
        random = Random(seed)
        self._traces = {t.case.case_id: t for t in (make_trace(i, self._start, vocabulary, random) for i in range(1, orders + 1))}
        self._quarantine = {row.id: row for row in (record_set_aside(i, self._start, random) for i in range(1, 74 if orders else 1))}
        self._plain = {f"tok_{case_id}_name": "李雷" for case_id in self._traces}
        self.revealed: list[tuple[str, str]] = []
        self.failing = failing

    def every_waiting_row(self) -> list[WaitingRow]:
        """Return what waits now, whoever sees it."""
        return waiting_rows([trace.case for trace in self._traces.values()], self._vocabulary, EVERYTHING, self._now())

    def _check(self) -> None:
        if self.failing:
            raise QuestionFailedError(
                "warehouse chdb:///data does not answer (connection refused)", since=self._start, cause=Cause.ANALYSIS_AWAY
            )

    def _seen(self, user: User) -> list[Trace]:
        return [trace for trace in self._traces.values() if user.scope.sees_region(trace.case.region)]

    def _part_seen(self, user: User, where: FlowFilter) -> float:
        own = FlowFilter(region=where.region, business_class=where.business_class, brand=where.brand)
        return sum(_in_flow(t.case, own) for t in self._seen(user)) / max(len(self._traces), 1)

    async def flow(self, user: User, where: FlowFilter, at: datetime | None) -> Flow:
        self._check()
        present, at = at is None, at or self._now()
        local = at.astimezone(self._zone)
        traces = [t for t in self._seen(user) if _in_flow(t.case, where)]
        stages = tuple(self._stage(s, traces, local) for s in self._vocabulary.stages if user.scope.sees_stage(s.name))
        if not present:
            stages = tuple(replace(stage, backlog=None, oldest=None, late=None, warned=None, paused=None, silent=None) for stage in stages)
        return Flow(at, local.date().isoformat(), self._newest(), stages)

    def _newest(self) -> datetime | None:
        return max((e.received_time for t in self._traces.values() for e in t.events), default=None)

    def _stage(self, stage: Stage, traces: Sequence[Trace], local: datetime) -> StageStatus:
        share = len(traces) / max(len(self._traces), 1)
        base = _VOLUMES.get(stage.name, 180) * share
        random = Random(f"{stage.name}{local.date()}")
        shape = [0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2, 2.1, 1.9, 1.6, 1.7, 1.8, 1.7, 1.5, 1.4, 1.5, 1.7, 1.8, 1.4, 0.9, 0.5]
        before = [int(base * part / 30 * random.uniform(0.8, 1.2)) for part in shape]
        slump = 0.35 if stage.name == "payment" else 1.0
        today = [int(count * slump * random.uniform(0.85, 1.2)) if hour <= local.hour else None for hour, count in enumerate(before)]
        known = [count or 0 for count in today[: local.hour + 1]]
        every = waiting_rows([t.case for t in traces], self._vocabulary, EVERYTHING, self._now())
        waiting = [row for row in every if row.stage == stage.name]
        standing = Counter(row.lateness for row in waiting)
        yesterday = sum(before[: local.hour]) + before[local.hour] * local.minute // 60
        return StageStatus(
            name=stage.name,
            volume=sum(known),
            volume_yesterday=yesterday,
            volume_last_week=int(yesterday * random.uniform(0.9, 1.1)),
            rate=known[local.hour - 1] if local.hour else 0,
            failures=int(sum(known) * 0.06) if stage.failures else 0,
            hourly_failures=[None if count is None else _failed(stage, count, hour) for hour, count in enumerate(today)],
            hourly_failures_yesterday=[_failed(stage, count, hour) for hour, count in enumerate(before)],
            backlog=len(waiting) if stage.waiting_at else None,
            oldest=min((row.since for row in waiting), default=None),
            hourly=today,
            hourly_yesterday=before,
            hourly_last_week=[count * 15 // 16 for count in before],
            warned=standing[Lateness.WARNED] if stage.waiting_at else None,
            late=standing[Lateness.LATE] if stage.waiting_at else None,
            paused=standing[Lateness.PAUSED] if stage.waiting_at else None,
            silent=standing[Lateness.SILENT] if stage.waiting_at else None,
        )

    async def findings(self, user: User, where: FindingFilter) -> Findings:
        self._check()
        found = findings_at(self._now().astimezone(self._zone), where)
        if not self._traces:
            return Findings((), watches=found.watches)
        rows = [row for row in found.rows if user.scope.sees_stage(row.stage) and not user.scope.regions]
        seen = {name: watch for name, watch in found.watches.items() if user.scope.sees_stage(watch.stage)}
        return replace(found, rows=rows, watches=seen)

    async def waiting(
        self, user: User, where: WaitingFilter, order: WaitingOrder, descending: bool, limit: int, offset: int
    ) -> WaitingPage:
        self._check()
        rows = waiting_rows([t.case for t in self._seen(user)], self._vocabulary, user.scope, self._now())
        return waiting_page(rows, where, order, descending, limit, offset)

    async def halls(self, user: User, where: FlowFilter, at: datetime | None = None) -> Halls:
        self._check()
        return halls_at(at or self._now(), self._zone, where.channel, self._part_seen(user, where))

    async def stage_day(self, user: User, stage: str, where: EventFilter) -> StageDay | None:
        self._check()
        if not user.scope.sees_stage(stage):
            return None
        declared = self._vocabulary.stage(stage)
        traces = [t for t in self._seen(user) if _in_flow(t.case, where) and _in_part(t.case, where)]
        status = partial(self._stage, declared, traces)
        return stage_day(declared, where, status, [t.case for t in traces], self._now().astimezone(self._zone))

    async def events_of(self, user: User, stage: str, where: EventFilter, limit: int) -> Sequence[TraceEvent]:
        self._check()
        declared = [s for s in self._vocabulary.stages if s.name == stage and user.scope.sees_stage(stage)]
        types = {name for s in declared for name in (s.failures if where.failed else (*s.volume, *s.failures))}
        found = [e for t in self._seen(user) if _in_flow(t.case, where) for e in t.events if e.type in types]
        if where.day:
            found = [e for e in found if e.time.astimezone(self._zone).date().isoformat() == where.day]
        if where.hour is not None:
            found = [e for e in found if e.time.astimezone(self._zone).hour == where.hour]
        if where.by:
            found = [e for e in found if e.columns.get(where.by, "") == where.value]
        return sorted(found, key=lambda e: e.time, reverse=True)[:limit]

    async def cases(self, user: User, kind: str, where: CaseFilter, sort: CaseSort, limit: int, offset: int) -> CasePage:
        self._check()
        waiting = next((s.waiting_at for s in self._vocabulary.stages if s.name == where.stage), ())
        rows = [t.case for t in self._seen(user) if t.case.kind == kind and _matches(t, where, waiting)]
        value = _SORTS[sort.by]
        known = sorted((r for r in rows if value(r) is not None), key=lambda r: (value(r), r.case_id), reverse=sort.descending)
        ordered = known + [r for r in rows if value(r) is None]
        known_ids = {i for t in self._seen(user) if t.case.kind == kind for i in _ids_of(t)} if where.ids else set()
        return CasePage(ordered[offset : offset + limit], len(ordered), offset, limit, [i for i in where.ids if i not in known_ids])

    async def trace(self, user: User, kind: str, case_id: str) -> Trace | None:
        self._check()
        found = self._traces.get(case_id)
        return found if found and found.case.kind == kind and user.scope.sees_region(found.case.region) else None

    async def regions(self) -> RegionTree:
        # The book lies in the other store: it is there while the warehouse is away.
        return REGIONS

    async def data_through(self) -> datetime | None:
        self._check()
        return self._newest()

    async def accounts(self, user: User) -> Sequence[SourceAccount]:
        self._check()
        if not self._traces:
            return ()
        waiting = [r.source for r in self._quarantine.values() if r.state is QuarantineState.OPEN]
        return tuple(
            SourceAccount(
                name, got, got - 120 - 57 - gap, 120, 57, 0, gap, self._now() - timedelta(minutes=age), newest, waiting.count(name)
            )
            for name, got, gap, age in (("boss", 18_240, 0, 47), ("order-hub", 1_284_551, 0, 0.4), ("wms", 402_118, 3, 2))
            for newest in (self._now() - timedelta(minutes=age + 1),)
        )

    async def ledger(self, user: User, source: str, since: datetime, until: datetime) -> Sequence[LedgerHour]:
        self._check()
        names = [row.source for row in await self.accounts(user) if source in {"", row.source}]
        first = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        hours = [first + timedelta(hours=n) for n in range(int((until - first).total_seconds() // 3600) + 1)]
        random = Random(f"{first}{source}")
        found = []
        for hour in hours:
            for name in names:
                taken, twice, aside = random.randint(900, 4000), random.randint(0, 40), random.randint(0, 25)
                found.append(LedgerHour(name, hour, taken + twice + aside, taken, twice, aside, 0))
        return found

    async def deliveries(self, user: User, source: str, limit: int, offset: int) -> DeliveryPage:
        self._check()
        names = [row.source for row in await self.accounts(user) if source in {"", row.source}]
        rows = [
            DeliveryRow(
                batch=1_780_000_000_000_000 - n,
                source=name,
                origin="POST /api/v1/events" if name != "boss" else f"boss_{n}.csv rows 1–5000",
                mapping="boss.yaml" if name == "boss" else "",
                received_time=self._start - timedelta(minutes=n),
                received=5000,
                accepted=4980 - n % 7 if n else None,
                duplicate=13 if n else None,
                quarantined=7 + n % 7,
                loaded=n > 0,
            )
            for n in range(120)
            for name in (names[n % len(names)] if names else "",)
            if name
        ]
        return DeliveryPage(rows[offset : offset + limit], len(rows), offset, limit)

    async def quarantine(self, user: User, where: QuarantineFilter, limit: int, offset: int) -> QuarantinePage:
        self._check()
        same = [
            r
            for r in self._quarantine.values()
            if where.source in {"", r.source} and where.field in {"", r.problem.field} and where.state in {None, r.state}
        ]
        counts = {reason: sum(r.problem.reason is reason for r in same) for reason in Quarantine}
        by_reason = dict(sorted(((k, n) for k, n in counts.items() if n), key=lambda pair: -pair[1]))
        rows = [r for r in same if where.reason in {None, r.problem.reason}]
        return QuarantinePage(rows[offset : offset + limit], len(rows), offset, limit, by_reason)

    async def quarantined(self, user: User, record_id: str) -> QuarantineRow | None:
        self._check()
        return self._quarantine.get(record_id)

    async def replay(self, user: User, ids: Sequence[str]) -> ReplayResult:
        self._check()
        still, gone, taken = {}, [], 0
        for record_id in ids:
            row = self._quarantine.get(record_id)
            if row is None or row.state is not QuarantineState.OPEN:
                gone.append(record_id)
            elif row.problem.reason is Quarantine.UNMAPPED_CODE:
                self._set_state(row, QuarantineState.REPLAYED)
                taken += 1
            else:
                still[record_id] = row.problem
        return ReplayResult(taken, still, gone)

    async def discard(self, user: User, ids: Sequence[str]) -> int:
        self._check()
        rows = [row for row in (self._quarantine.get(i) for i in ids) if row and row.state is QuarantineState.OPEN]
        for row in rows:
            self._set_state(row, QuarantineState.DISCARDED)
        return len(rows)

    def _set_state(self, row: QuarantineRow, state: QuarantineState) -> None:
        fields = {name: getattr(row, name) for name in row.__dataclass_fields__}
        self._quarantine[row.id] = QuarantineRow(**{**fields, "state": state})

    async def reveal(self, user: User, token: str) -> str | None:
        self._check()
        self.revealed.append((user.id, token))
        return self._plain.get(token)

    async def order_summary(self, user: User) -> OrderSummary:
        self._check()
        rows = [t.case for t in self._seen(user)]
        statuses = [row.status for row in rows]
        by_status = {s: statuses.count(s) for s in sorted(set(statuses), key=lambda s: -statuses.count(s))}
        done = [row for row in rows if row.step == "delivered"]
        on_time = sum(row.due_time is not None and row.last_time <= row.due_time for row in done)
        paid, sold = sum(row.paid or 0 for row in rows), sum(row.sold or 0 for row in rows)
        return OrderSummary(
            len(rows),
            by_status,
            len(done),
            len(done),
            on_time,
            on_time,
            str(self._zone),
            {"CNY": paid},
            {"CNY": sold},
            len(rows),
            len(rows),
        )


def _failed(stage: Stage, count: int, hour: int) -> int:
    """Return how many of an hour's events failed: some in each, most of them at three in the afternoon."""
    return count * (6 if hour == 15 else 1) // 16 if stage.failures else 0


def _covers(wanted: str, code: str, separator: str) -> bool:
    return not wanted or code == wanted or code.startswith(wanted + separator)


def _in_flow(case: CaseRow, where: FlowFilter) -> bool:
    return (
        where.channel in {"", case.channel}
        and all(_covers(getattr(where, name), getattr(case, name), separator) for name, separator in NESTED.items())
        and where.brand in {"", case.brand}
    )


def _in_part(case: CaseRow, where: EventFilter) -> bool:
    """Tell whether a case has the value of the breakdown that is asked for; what cases do not tell does not filter."""
    if not where.by:
        return True
    value = str(getattr(case, where.by, where.value))
    return _covers(where.value, value, "-") if where.by == "region" else value == where.value


def _matches(trace: Trace, where: CaseFilter, waiting: Sequence[str]) -> bool:
    case, ids = trace.case, _ids_of(trace)
    return (
        (not where.search or any(i.startswith(where.search) for i in ids))
        and where.status in {"", case.status}
        and where.step in {"", case.step}
        and (not where.stage or (case.open and case.step in waiting))
        and _in_flow(case, FlowFilter(where.channel, where.region, where.business_class))
        and where.customer_id in {"", case.customer_id}
        and (where.since is None or case.first_time >= where.since)
        and (where.until is None or case.first_time < where.until)
        and (not where.open_only or case.open)
        and (not where.ids or not ids.isdisjoint(where.ids))
        and (not where.case_ids or case.case_id in where.case_ids)
    )


def _ids_of(trace: Trace) -> set[str]:
    return {trace.case.case_id, trace.case.customer_id, *(i for join in trace.joins for i in join.ids)}
