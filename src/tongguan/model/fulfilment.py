"""Fulfilment 订单履行: how many orders stand at each step and how, what was done on time, and who has what is late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Final

from tongguan.model.access import Scope
from tongguan.model.answers import FlowFilter
from tongguan.model.vocabulary import Label, Vocabulary
from tongguan.model.waiting import Lateness, WaitingRow

_CITY: Final = 2
"""Regions are summed up to codes of so many parts."""


@dataclass(frozen=True)
class Part:
    """A part of fulfilment: some steps, and the events that end its work.

    Attributes:
        name, label: unique name and display name.
        stage: name of the stage whose owner answers for it.
        kind: case kind.
        steps: in the order in which cases usually reach them; no step is in two parts.
        done, failed: event types by which work of the part ended well, and badly.
    """

    name: str
    label: Label
    stage: str
    kind: str
    steps: tuple[str, ...]
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What stands open somewhere.

    Attributes:
        counts: how; each case once, by the first of paused, silent, late, warned that holds.
        oldest: since when the oldest of them stands there; None where none does.
    """

    counts: Mapping[Lateness, int] = field(default_factory=dict)
    oldest: datetime | None = None

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())

    def of(self, lateness: Lateness) -> int:
        """Return how many stand so."""
        return self.counts.get(lateness, 0)


def standing_of(parts: Iterable[Standing]) -> Standing:
    """Return several places together."""
    known = list(parts)
    counts = {one: sum(part.of(one) for part in known) for one in Lateness}
    return Standing(counts, min((part.oldest for part in known if part.oldest), default=None))


@dataclass(frozen=True)
class Ended:
    """Stays at steps that ended in a stretch of time, and those whose limit passed in it.

    Attributes:
        on_time, late: ended, by the limit that was valid then.
        unlimited: ended, and nobody measures them.
        overdue: became late, whether they ended since or are still open.
    """

    on_time: int = 0
    late: int = 0
    unlimited: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        """How many ended."""
        return self.on_time + self.late + self.unlimited

    @property
    def judged(self) -> int:
        """Of how many it was known in this time how they did: on time when they ended, late when their limit passed."""
        return self.on_time + self.overdue

    @property
    def rate(self) -> float | None:
        """Share on time 及时率, as the indicator ``order_timely_rate`` counts it: what is open and late counts too; None of nothing."""
        return self.on_time / self.judged if self.judged else None


def ended_of(parts: Iterable[Ended]) -> Ended:
    """Return several stretches together."""
    known = list(parts)
    return Ended(*(sum(getattr(one, each.name) for one in known) for each in fields(Ended)))


@dataclass(frozen=True)
class StepNow:
    """One step.

    Attributes:
        step: milestone of the part's case kind.
        stage: name of the stage that has to act there.
        standing: what stands there now; None for days that are past.
        came: how many reached it on the day so far.
        last_hour: how many left it in the last 60 minutes.
        ended: how many left it on the day so far; ``ended_yesterday`` and ``ended_last_week`` the day and the week before, up to the same
            time of the day.
    """

    step: str
    stage: str
    standing: Standing | None
    came: int = 0
    last_hour: int = 0
    ended: Ended = Ended()
    ended_yesterday: Ended = Ended()
    ended_last_week: Ended = Ended()


@dataclass(frozen=True)
class PartNow:
    """One part with the steps of it that the asker sees.

    Attributes:
        hours, hours_yesterday, hours_last_week: what ended by hour of the day, 24 each; None for hours to come.
    """

    part: Part
    steps: Sequence[StepNow]
    hours: Sequence[Ended | None]
    hours_yesterday: Sequence[Ended]
    hours_last_week: Sequence[Ended]

    @property
    def standing(self) -> Standing | None:
        """All that stands open; None for days that are past."""
        known = [one.standing for one in self.steps if one.standing is not None]
        return standing_of(known) if known or not self.steps else None

    @property
    def ended(self) -> Ended:
        """What left its steps on the day so far."""
        return ended_of(one.ended for one in self.steps)

    @property
    def ended_yesterday(self) -> Ended:
        """The day before, up to the same time."""
        return ended_of(one.ended_yesterday for one in self.steps)

    @property
    def ended_last_week(self) -> Ended:
        """The week before, up to the same time."""
        return ended_of(one.ended_last_week for one in self.steps)

    @property
    def last_hour(self) -> int:
        """How many left a step in the last 60 minutes."""
        return sum(one.last_hour for one in self.steps)


@dataclass(frozen=True)
class FulfilmentNow:
    """All parts at a moment.

    Attributes:
        day: ISO date of the operation.
        data_through: time of the newest event; None before the first.
    """

    at: datetime
    day: str
    data_through: datetime | None
    parts: Sequence[PartNow]


@dataclass(frozen=True)
class PartShare:
    """A part of fulfilment at one value of a dimension; an empty value stands for cases that have none."""

    value: str
    standing: Standing | None
    ended: Ended = Ended()
    ended_yesterday: Ended = Ended()


@dataclass(frozen=True)
class PartBreakdown:
    """Values of one dimension, those with the most that is late first."""

    by: str
    rows: Sequence[PartShare]


@dataclass(frozen=True)
class FailureReason:
    """Why work failed: how often in the time shown, and in as much time before it."""

    reason: str
    count: int
    before: int


@dataclass(frozen=True)
class PartDay:
    """One part in detail; ``reasons`` is None for those who do not see its stage."""

    now: FulfilmentNow
    part: PartNow
    breakdowns: Sequence[PartBreakdown]
    reasons: Sequence[FailureReason] | None


@dataclass(frozen=True)
class UrgentFilter(FlowFilter):
    """Which open steps of a part are asked for; empty fields do not filter.

    Attributes:
        step: a milestone.
        lateness: how they stand; None for what is late or warned.
    """

    step: str = ""
    lateness: Lateness | None = None


@dataclass(frozen=True)
class Held:
    """The task that an open step is; ``owner_name`` is empty where nobody has it."""

    queue: str
    task_id: str
    owner: str = ""
    owner_name: str = ""


@dataclass(frozen=True)
class UrgentRow:
    """An open step, and its task where it is one."""

    row: WaitingRow
    held: Held | None = None


@dataclass(frozen=True)
class UrgentPage:
    """One page of open steps, the oldest first; ``counts`` tells of all of the part how they stand."""

    rows: Sequence[UrgentRow]
    total: int
    offset: int
    limit: int
    counts: Mapping[Lateness, int]


@dataclass(frozen=True)
class QualityDay:
    """Work of one day that ended."""

    day: str
    done: int
    failed: int

    @property
    def failed_share(self) -> float | None:
        """Failed of all that ended; None where none did."""
        return self.failed / (self.done + self.failed) if self.done + self.failed else None


@dataclass(frozen=True)
class AcceptanceQuality:
    """How well people accept orders by hand 业务受理质量.

    Attributes:
        days: the oldest first; the last one is today and not over.
        yesterday: the day before up to the same time.
        reasons: of failures in these days and in as many days before.
        standing: what stands at manual acceptance now.
    """

    at: datetime
    data_through: datetime | None
    days: Sequence[QualityDay]
    yesterday: QualityDay
    reasons: Sequence[FailureReason]
    standing: Standing


@dataclass(frozen=True)
class CaseStay:
    """A stay of a case at a step with its limit, as :class:`tongguan.model.clocks.Clock` judges it.

    Attributes:
        since, until: ``until`` is None while it is open.
        warned_from, late_from: None without a limit, and while a pause that began before runs.
        paused_seconds: how long somebody outside had to act, pauses that are over.
        limited: there is a limit.
        paused: somebody outside must act now.
        silent_from: when its state is unknown; None where it never is.
    """

    step: str
    next_step: str
    since: datetime
    until: datetime | None
    warned_from: datetime | None
    late_from: datetime | None
    paused_seconds: float = 0.0
    limited: bool = False
    paused: bool = False
    silent_from: datetime | None = None

    def lateness_at(self, at: datetime) -> Lateness:
        """Return how the stay stands at a moment; of one that is over, how it did: on time, late or unlimited."""
        over = self.until is not None
        if self.paused and not over:
            return Lateness.PAUSED
        if not over and self.silent_from is not None and self.silent_from <= at:
            return Lateness.SILENT
        if not self.limited or self.late_from is None:
            return Lateness.UNLIMITED
        if self.until is not None:
            return Lateness.LATE if self.until > self.late_from else Lateness.ON_TIME
        if self.late_from <= at:
            return Lateness.LATE
        return Lateness.WARNED if self.warned_from is not None and self.warned_from <= at else Lateness.ON_TIME


def seen_parts(vocabulary: Vocabulary, parts: Sequence[Part], scope: Scope) -> dict[Part, dict[str, str]]:
    """Return the parts with the steps that a scope sees, and the stage that has to act at each; parts without such a step are left out."""
    stages = {(stage.case_kind, step): stage.name for stage in vocabulary.stages for step in stage.waiting_at}
    found = {}
    for part in parts:
        steps = {step: stages[part.kind, step] for step in part.steps if scope.sees_stage(stages[part.kind, step])}
        if steps:
            found[part] = steps
    return found


def breakdown(
    by: str,
    ended: Mapping[str, tuple[Ended, Ended]],
    open_now: Mapping[str, Standing] | None,
    where: FlowFilter,
    scope: Scope,
) -> PartBreakdown:
    """Return the values of one dimension, regions summed up to cities or to what lies below the region that is asked for."""
    shown = {value: _shown(by, value, where, scope) for value in {*ended, *(open_now or {})}}
    rows = []
    for name in sorted(set(shown.values())):
        inside = [value for value, shown_as in shown.items() if shown_as == name]
        here = None if open_now is None else standing_of(open_now.get(value, Standing()) for value in inside)
        now, before = (ended_of(ended.get(value, (Ended(), Ended()))[place] for value in inside) for place in (0, 1))
        rows.append(PartShare(name, here, now, before))
    return PartBreakdown(by, sorted(rows, key=_worst_first))


def _shown(by: str, value: str, where: FlowFilter, scope: Scope) -> str:
    if by != "region":
        return value
    named = max((where.region, *scope.regions), key=lambda code: code.count("-"))
    depth = max(_CITY, named.count("-") + 2) if named else _CITY
    return "-".join(value.split("-")[:depth])


def _worst_first(row: PartShare) -> tuple[int, int, int, str]:
    here = row.standing or Standing()
    return (-here.of(Lateness.LATE), -here.of(Lateness.WARNED), -(row.ended.late + here.total), row.value)
