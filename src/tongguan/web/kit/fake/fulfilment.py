"""Fulfilment in memory: what stands open are the open steps of the fake orders; what was done follows the hours of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tongguan.lib.now import Now
from tongguan.model.access import User
from tongguan.model.answers import NESTED, FlowFilter
from tongguan.model.fulfilment import (
    AcceptanceQuality,
    CaseStay,
    Ended,
    FailureReason,
    FulfilmentNow,
    Held,
    Part,
    PartDay,
    PartNow,
    QualityDay,
    Standing,
    StepNow,
    UrgentFilter,
    UrgentPage,
    UrgentRow,
    breakdown,
    ended_of,
    seen_parts,
    standing_of,
)
from tongguan.model.tasks import TaskFilter
from tongguan.model.vocabulary import Label, Vocabulary
from tongguan.model.waiting import Lateness, WaitingRow
from tongguan.web.kit.fake.tasks import FakeTasks
from tongguan.web.kit.faults import Cause
from tongguan.web.kit.ports import QuestionFailedError

PARTS = (
    Part("automatic", Label("自动受理", "Automatic acceptance"), "acceptance", "order", ("paid",)),
    Part("manual", Label("人工受理", "Manual acceptance"), "acceptance", "order", ("held",)),
    Part("allocation", Label("配货", "Allocation"), "allocation", "order", ("accepted",)),
    Part("delivery", Label("配送", "Delivery"), "delivery", "order", ("allocated", "shipped")),
)
URGENT = (Lateness.LATE, Lateness.WARNED)
_SHAPE = (2, 1, 1, 1, 2, 4, 8, 12, 16, 20, 21, 19, 16, 17, 18, 17, 15, 14, 15, 17, 18, 14, 9, 5)
_REASONS = {"plan_conflict": 9, "debt": 6, "needs_customer": 4, "interface_error": 2}


class FakeFulfilment:
    """Fulfilment in memory; not for anything but tests and looking at pages.

    Args:
        vocabulary: of the fake operation.
        now: the clock.
        waiting: gives the open steps of all orders.
        tasks: whose work they are.
        failing: no question is answered.
    """

    def __init__(
        self, vocabulary: Vocabulary, now: Now, waiting: Callable[[], Sequence[WaitingRow]], tasks: FakeTasks, *, failing: bool = False
    ) -> None:
        self._vocabulary = vocabulary
        self._now = now
        self._waiting = waiting
        self._tasks = tasks
        self._zone = ZoneInfo("Asia/Shanghai")
        self.parts: Sequence[Part] = PARTS
        self.failing = failing

    def _check(self) -> None:
        if self.failing:
            raise QuestionFailedError(
                "warehouse chdb:///data does not answer (connection refused)", since=self._now(), cause=Cause.ANALYSIS_AWAY
            )

    def _rows(self, user: User, where: FlowFilter) -> list[WaitingRow]:
        return [row for row in self._waiting() if user.scope.sees_region(row.region) and _fits(row, where)]

    def _share(self, rows: Sequence[WaitingRow]) -> float:
        return len(rows) / max(len(self._waiting()), 1)

    async def steps(self, user: User, where: FlowFilter, at: datetime | None = None) -> FulfilmentNow:
        self._check()
        rows, moment = self._rows(user, where), at or self._now()
        local = moment.astimezone(self._zone)
        parts = []
        for part, steps in seen_parts(self._vocabulary, PARTS, user.scope).items():
            flows = {step: _Flow(step, local, self._share(rows)) for step in steps}
            found = [
                StepNow(
                    step,
                    stage,
                    standing_at([row for row in rows if row.step == step]) if at is None else None,
                    flows[step].so_far[0].total + 7 if rows else 0,
                    flows[step].hours[0][local.hour - 1].total if local.hour else 0,
                    *flows[step].so_far,
                )
                for step, stage in steps.items()
            ]
            hours = [[ended_of(flow.hours[day][hour] for flow in flows.values()) for hour in range(24)] for day in range(3)]
            known = [ended if hour <= local.hour else None for hour, ended in enumerate(hours[0])]
            parts.append(PartNow(part, found, known, hours[1], hours[2]))
        newest = moment - timedelta(minutes=1) if self._waiting() else None
        return FulfilmentNow(moment, local.date().isoformat(), newest, parts)

    async def part(self, user: User, part: str, where: FlowFilter, at: datetime | None = None) -> PartDay | None:
        self._check()
        now = await self.steps(user, where, at)
        found = next((one for one in now.parts if one.part.name == part), None)
        if found is None:
            return None
        steps = {one.step for one in found.steps}
        rows = [row for row in self._rows(user, where) if row.step in steps]
        breakdowns = []
        for by in ("region", "channel", "business_class"):
            places: dict[str, list[WaitingRow]] = defaultdict(list)
            for row in rows:
                places[getattr(row, by)].append(row)
            ended = {value: (_part_of(found.ended, len(inside), len(rows)), Ended(len(inside))) for value, inside in places.items()}
            open_now = {value: standing_at(inside) for value, inside in places.items()} if at is None else None
            breakdowns.append(breakdown(by, ended, open_now, where, user.scope))
        seen = user.scope.sees_stage(found.part.stage)
        return PartDay(replace(now, parts=[found]), found, breakdowns, self._reasons(rows) if seen else None)

    def _reasons(self, rows: Sequence[WaitingRow]) -> list[FailureReason]:
        return [FailureReason(reason, count, count + 2 - place) for place, (reason, count) in enumerate(_REASONS.items())] if rows else []

    async def urgent(self, user: User, part: str, where: UrgentFilter, limit: int, offset: int) -> UrgentPage | None:
        self._check()
        steps = next((found for one, found in seen_parts(self._vocabulary, PARTS, user.scope).items() if one.name == part), None)
        if steps is None:
            return None
        every = [row for row in self._rows(user, where) if row.step in steps and where.step in ("", row.step)]
        rows = sorted((row for row in every if row.lateness in _among(where)), key=lambda row: (row.since, row.case_id))
        held = await self._held(user)
        shown = [UrgentRow(row, held.get((row.case_id, row.step))) for row in rows[offset : offset + limit]]
        return UrgentPage(shown, len(rows), offset, limit, standing_at(every).counts)

    async def _held(self, user: User) -> Mapping[tuple[str, str], Held]:
        page = await self._tasks.tasks(user, TaskFilter(), 10_000, 0)
        live = [task for task in page.rows if task.ended_at is None]
        return {(task.case_id, task.step): Held(task.queue, task.id, task.owner, task.owner_name) for task in live}

    async def quality(self, user: User, where: FlowFilter, days: int) -> AcceptanceQuality | None:
        self._check()
        if not user.scope.sees_stage("acceptance"):
            return None
        rows, at = self._rows(user, where), self._now()
        today = at.astimezone(self._zone).date()
        shown = [self._quality_day(today - timedelta(days=back), self._share(rows), today) for back in range(days - 1, -1, -1)]
        yesterday = replace(shown[-2], done=shown[-2].done * 6 // 10, failed=shown[-2].failed * 6 // 10)
        here = standing_at([row for row in rows if row.step == "held"])
        newest = at - timedelta(minutes=1) if self._waiting() else None
        return AcceptanceQuality(at, newest, shown, yesterday, self._reasons(rows), here)

    def _quality_day(self, day: date, share: float, today: date) -> QualityDay:
        random = Random(f"quality {day}")
        done, failed = int(random.randint(90, 140) * share), int(random.randint(4, 15) * share)
        return QualityDay(day.isoformat(), done * 5 // 9, failed * 5 // 9) if day == today else QualityDay(day.isoformat(), done, failed)

    async def clocks(self, user: User, kind: str, case_id: str) -> Sequence[CaseStay]:
        self._check()
        row = next((one for one in self._rows(user, FlowFilter()) if one.case_id == case_id and one.kind == kind), None)
        if row is None:
            return []
        before = row.since - timedelta(hours=2)
        return [
            CaseStay(
                "created", row.step, before, row.since, before + timedelta(hours=1), before + timedelta(hours=3), 1200.0, limited=True
            ),
            CaseStay(
                row.step,
                "",
                row.since,
                None,
                row.warned_from,
                row.late_from,
                limited=row.late_from is not None,
                paused=row.paused_since is not None,
            ),
        ]


class _Flow:
    """What leaves a step on three days: by hour, and up to the same time."""

    def __init__(self, step: str, local: datetime, share: float) -> None:
        self.hours = [
            [_ended(Random(f"{step} {local.date() - timedelta(days=back)} {hour}"), weight * share) for hour, weight in enumerate(_SHAPE)]
            for back in (0, 1, 7)
        ]
        self.hours[0] = [ended if hour < local.hour else Ended() for hour, ended in enumerate(self.hours[0])]
        self.so_far = [ended_of(day[: local.hour]) for day in self.hours]


def _ended(random: Random, usual: float) -> Ended:
    whole = int(usual * random.uniform(0.7, 1.3))
    late = whole * random.randint(0, 12) // 100
    return Ended(whole - late, late, overdue=late)


def _part_of(ended: Ended, weight: int, every: int) -> Ended:
    late = ended.late * weight // max(every, 1)
    return Ended(ended.on_time * weight // max(every, 1), late, overdue=late)


def standing_at(rows: Sequence[WaitingRow]) -> Standing:
    """Return how some open steps stand."""
    counts = {one: sum(row.lateness is one for row in rows) for one in Lateness}
    return standing_of([Standing(counts, min((row.since for row in rows), default=None))])


def _among(where: UrgentFilter) -> Sequence[Lateness]:
    return URGENT if where.lateness is None else (where.lateness,)


def _fits(row: WaitingRow, where: FlowFilter) -> bool:
    below = all(
        getattr(where, name) in ("", getattr(row, name)) or getattr(row, name).startswith(getattr(where, name) + mark)
        for name, mark in NESTED.items()
    )
    return below and where.channel in ("", row.channel) and where.brand in ("", row.brand)
