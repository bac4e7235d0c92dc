"""Fulfilment in memory: what stands open are the open steps of the fake orders; what was done follows the hours of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import accumulate
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
MANUAL = "manual"
_ONE_FAILS_OF = 20
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
            shares = _divided(found.ended, [len(inside) for inside in places.values()])
            ended = {value: (share, Ended(len(inside))) for share, (value, inside) in zip(shares, places.items(), strict=True)}
            open_now = {value: standing_at(inside) for value, inside in places.items()} if at is None else None
            breakdowns.append(breakdown(by, ended, open_now, where, user.scope))
        seen = user.scope.sees_stage(found.part.stage)
        failed = self._failed(found, now.day, self._share(self._rows(user, where)), so_far=at is None)
        return PartDay(replace(now, parts=[found]), found, breakdowns, _reasons(*failed) if seen else None)

    def _failed(self, part: PartNow, day: str, share: float, *, so_far: bool) -> tuple[int, int]:
        """Return how much failed in a part on a day and the day before; of manual acceptance what its own page tells."""
        if part.part.name != MANUAL:
            return part.ended.total // _ONE_FAILS_OF, part.ended_yesterday.total // _ONE_FAILS_OF
        shown, today = date.fromisoformat(day), self._now().astimezone(self._zone).date()
        before = self._quality_day(shown - timedelta(days=1), share, today).failed
        return self._quality_day(shown, share, today).failed, _until_now(before) if so_far else before

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
        every = [self._quality_day(today - timedelta(days=back), self._share(rows), today) for back in range(2 * days - 1, -1, -1)]
        earlier, shown = every[:days], every[days:]
        yesterday = replace(shown[-2], done=_until_now(shown[-2].done), failed=_until_now(shown[-2].failed))
        reasons = _reasons(sum(one.failed for one in shown), sum(one.failed for one in earlier))
        here = standing_at([row for row in rows if row.step == "held"])
        newest = at - timedelta(minutes=1) if self._waiting() else None
        return AcceptanceQuality(at, newest, shown, yesterday, reasons, here)

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
        # Of the hour that is not over as much as has passed of it, on all three days.
        passed = _SHAPE[local.hour] * share * (local.minute + 1) / 60
        begun = [_ended(Random(f"{step} {local.date() - timedelta(days=back)} {local.hour}"), passed) for back in (0, 1, 7)]
        self.so_far = [ended_of([*day[: local.hour], part]) for day, part in zip(self.hours, begun, strict=True)]
        self.hours[0] = [*self.hours[0][: local.hour], begun[0], *[Ended()] * (23 - local.hour)]


def _ended(random: Random, usual: float) -> Ended:
    whole = int(usual * random.uniform(0.7, 1.3))
    late = whole * random.randint(0, 12) // 100
    return Ended(whole - late, late, overdue=late)


def _divided(ended: Ended, weights: Sequence[int]) -> list[Ended]:
    """Divide what was done by weights; the parts are all of it together."""
    on_time, late = _split(ended.on_time, weights), _split(ended.late, weights)
    return [Ended(good, bad, overdue=bad) for good, bad in zip(on_time, late, strict=True)]


def _split(whole: int, weights: Sequence[int]) -> list[int]:
    ends = [whole * reached // max(sum(weights), 1) for reached in accumulate(weights)]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def _until_now(count: int) -> int:
    """Return what of a day's count was there at the time of day that it is now."""
    return count * 6 // 10


def _reasons(now: int, before: int) -> list[FailureReason]:
    weights = list(_REASONS.values())
    found = zip(_REASONS, _split(now, weights), _split(before, weights), strict=True)
    return [FailureReason(reason, count, earlier) for reason, count, earlier in found if count or earlier]


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
