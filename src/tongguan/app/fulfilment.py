"""Fulfilment as pages ask for it: what stands open from the operational store, what was done from the clocks of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from tongguan.app.installation import Installation
from tongguan.app.questions import StageQuestions
from tongguan.areas.fulfilment.parts import MANUAL, PARTS
from tongguan.metrics.flow import data_through, flow_conditions
from tongguan.metrics.step_flow import (
    HOURS,
    Condition,
    Moment,
    StepFlow,
    case_stays,
    ended_by,
    ends_between,
    ends_by_day,
    failure_reasons,
    step_flow,
)
from tongguan.model.access import Scope, User
from tongguan.model.answers import FlowFilter
from tongguan.model.fulfilment import (
    AcceptanceQuality,
    CaseStay,
    Ended,
    FulfilmentNow,
    Part,
    PartDay,
    PartNow,
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
from tongguan.model.waiting import Lateness, WaitingRow
from tongguan.records import standing
from tongguan.warehouse.client import Cancellation

BROKEN_DOWN_BY: Final = ("region", "channel", "business_class")
URGENT: Final = frozenset({Lateness.LATE, Lateness.WARNED})


class RecordFulfilment:
    """Answers from open steps, clocks and hourly counts; the number of statements does not depend on how much there is.

    Args:
        installation: the opened home.
        questions: whose pool asks.
        parts: the parts of fulfilment.
    """

    def __init__(self, installation: Installation, questions: StageQuestions, parts: Sequence[Part] = PARTS) -> None:
        self._here = installation
        self._questions = questions
        self.parts = parts

    async def steps(self, user: User, where: FlowFilter, at: datetime | None = None) -> FulfilmentNow:
        """Return every part of which the user sees a step."""
        seen = seen_parts(self._here.vocabulary, self.parts, user.scope)
        return await self._questions.ask(lambda c: self._now(seen, where, user.scope, at, c))

    async def part(self, user: User, part: str, where: FlowFilter, at: datetime | None = None) -> PartDay | None:
        """Return a part in detail."""
        seen = self._seen(user, part)
        return await self._questions.ask(lambda c: self._part(seen, where, user.scope, at, c)) if seen else None

    async def urgent(self, user: User, part: str, where: UrgentFilter, limit: int, offset: int) -> UrgentPage | None:
        """Return one page of what stands open in a part."""
        seen = self._seen(user, part)
        return await self._questions.ask(lambda _: self._urgent(seen, where, user.scope, limit, offset)) if seen else None

    async def quality(self, user: User, where: FlowFilter, days: int) -> AcceptanceQuality | None:
        """Return how well orders are accepted by hand."""
        seen = self._seen(user, MANUAL)
        if not seen or not user.scope.sees_stage(next(iter(seen)).stage):
            return None
        return await self._questions.ask(lambda c: self._quality(seen, where, user.scope, days, c))

    async def clocks(self, user: User, kind: str, case_id: str) -> Sequence[CaseStay]:
        """Return the stays of a case in order."""
        conditions = flow_conditions(FlowFilter(), user.scope)
        return await self._questions.ask(lambda c: case_stays(self._here.warehouse, kind, case_id, conditions, cancellation=c))

    def _seen(self, user: User, part: str) -> dict[Part, dict[str, str]]:
        found = seen_parts(self._here.vocabulary, self.parts, user.scope)
        return {one: steps for one, steps in found.items() if one.name == part}

    def _now(
        self, seen: Mapping[Part, Mapping[str, str]], where: FlowFilter, scope: Scope, at: datetime | None, cancellation: Cancellation
    ) -> FulfilmentNow:
        here, zone = self._here, self._here.settings.zone
        moment = Moment.of(at or here.now(), zone)
        conditions: Condition = flow_conditions(where, scope)
        flows: dict[tuple[str, str], StepFlow] = {}
        for kind, steps in _by_kind(seen).items():
            found = step_flow(here.warehouse, kind, steps, conditions, moment, zone, cancellation=cancellation)
            flows |= {(kind, step): flow for step, flow in found.items()}
        open_now: dict[tuple[str, str], Standing] | None = None
        if at is None:
            with here.database.read() as connection:
                open_now = standing.by_step(connection, _by_kind(seen), where, scope.regions, moment.at)
        through = data_through(here.warehouse, moment.at, zone, cancellation)
        parts = [_part_now(part, steps, flows, open_now, moment, today=at is None) for part, steps in seen.items()]
        return FulfilmentNow(moment.at, moment.days[0].isoformat(), through, parts)

    def _part(
        self, seen: Mapping[Part, Mapping[str, str]], where: FlowFilter, scope: Scope, at: datetime | None, cancellation: Cancellation
    ) -> PartDay:
        here, zone = self._here, self._here.settings.zone
        now = self._now(seen, where, scope, at, cancellation)
        part, moment, conditions = now.parts[0].part, Moment.of(now.at, zone), flow_conditions(where, scope)
        steps = _by_kind(seen)
        ended = ended_by(here.warehouse, part.kind, steps[part.kind], BROKEN_DOWN_BY, conditions, moment, cancellation=cancellation)
        open_now: dict[str, dict[str, Standing]] | None = None
        if at is None:
            with here.database.read() as connection:
                open_now = {by: standing.by_value(connection, by, steps, where, scope.regions, now.at) for by in BROKEN_DOWN_BY}
        reasons = None
        if scope.sees_stage(part.stage):
            stretches = [(moment.starts[place], moment.until[place]) for place in (0, 1)]
            reasons = failure_reasons(here.warehouse, part.failed, conditions, stretches[0], stretches[1], zone, cancellation=cancellation)
        breakdowns = [breakdown(by, ended[by], None if open_now is None else open_now[by], where, scope) for by in BROKEN_DOWN_BY]
        return PartDay(now, now.parts[0], breakdowns, reasons)

    def _urgent(self, seen: Mapping[Part, Mapping[str, str]], where: UrgentFilter, scope: Scope, limit: int, offset: int) -> UrgentPage:
        here, at = self._here, self._here.now()
        stages = {(part.kind, step): stage for part, steps in seen.items() for step, stage in steps.items()}
        every = _by_kind(seen)
        steps = {kind: [step for step in found if where.step in ("", step)] for kind, found in every.items()}
        among = URGENT if where.lateness is None else {where.lateness}
        with here.database.read() as connection:
            counted = standing_of(standing.by_step(connection, steps, where, scope.regions, at).values())
            rows = standing.page(connection, steps, where, among, scope.regions, at, limit=limit, offset=offset)
            held = standing.held(connection, [(row.kind, row.case_id) for row in rows], at)
        found = [
            UrgentRow(
                WaitingRow(**vars(row), stage=stages[row.kind, row.step], lateness=row.lateness_at(at)),
                held.get((row.kind, row.case_id, row.step)),
            )
            for row in rows
        ]
        return UrgentPage(found, sum(counted.of(one) for one in among), offset, limit, counted.counts)

    def _quality(
        self, seen: Mapping[Part, Mapping[str, str]], where: FlowFilter, scope: Scope, days: int, cancellation: Cancellation
    ) -> AcceptanceQuality:
        here, zone = self._here, self._here.settings.zone
        part = next(iter(seen))
        moment, conditions = Moment.of(here.now(), zone), flow_conditions(where, scope)
        shown = [moment.days[0] - timedelta(days=back) for back in range(days - 1, -1, -1)]
        length = timedelta(days=days)
        now = (moment.starts[0] - timedelta(days=days - 1), moment.at)
        reasons = failure_reasons(
            here.warehouse, part.failed, conditions, now, (now[0] - length, now[1] - length), zone, cancellation=cancellation
        )
        with here.database.read() as connection:
            open_now = standing_of(standing.by_step(connection, _by_kind(seen), where, scope.regions, moment.at).values())
        of_types = (part.done, part.failed, conditions)
        return AcceptanceQuality(
            at=moment.at,
            data_through=data_through(here.warehouse, moment.at, zone, cancellation),
            days=ends_by_day(here.warehouse, *of_types, shown, cancellation=cancellation),
            yesterday=ends_between(here.warehouse, *of_types, moment.days[1], moment.until[1], cancellation=cancellation),
            reasons=reasons,
            standing=open_now,
        )


def _by_kind(seen: Mapping[Part, Mapping[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part, steps in seen.items():
        found.setdefault(part.kind, []).extend(steps)
    return found


def _part_now(
    part: Part,
    steps: Mapping[str, str],
    flows: Mapping[tuple[str, str], StepFlow],
    open_now: Mapping[tuple[str, str], Standing] | None,
    moment: Moment,
    *,
    today: bool,
) -> PartNow:
    found = []
    for step, stage in steps.items():
        flow = flows[part.kind, step]
        here = None if open_now is None else open_now.get((part.kind, step), Standing())
        found.append(StepNow(step, stage, here, flow.came, flow.last_hour, *flow.so_far))
    hours = [[ended_of(flows[part.kind, step].hours[day][hour] for step in steps) for hour in range(HOURS)] for day in range(3)]
    known: list[Ended | None] = [ended if hour <= moment.hour or not today else None for hour, ended in enumerate(hours[0])]
    return PartNow(part, found, known, hours[1], hours[2])
