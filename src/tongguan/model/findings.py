"""What is looked at day by day for being unlike other days, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from tongguan.model.answers import FlowFilter

if TYPE_CHECKING:
    from tongguan.model.vocabulary import Label


class Of(StrEnum):
    """What of events is added up."""

    EVENTS = "events"
    """How many."""
    AMOUNT = "amount"
    """Their ``amount``, minor units."""
    DURATION = "duration"
    """Their ``duration``, seconds."""
    SCORE = "score"
    """Their attribute ``score`` × 100 / ``best_score``: points out of a hundred."""


@dataclass(frozen=True)
class Tally:
    """A sum over the events of one day.

    Attributes:
        types: event types.
        of: what is added up.
        only: column or attribute → values of which an event must have one.
        day: attribute with the ISO date to which an event belongs; its business date where empty.
        followed_by: only events after which one of these came; empty for all.
        by: reference that both share.
        hours: within so many hours.
    """

    types: tuple[str, ...]
    of: Of = Of.EVENTS
    only: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    day: str = ""
    followed_by: tuple[str, ...] = ()
    by: str = ""
    hours: int = 0


class Unit(StrEnum):
    """How a watched number is written."""

    COUNT = "count"
    SHARE = "share"
    MONEY = "money"
    SECONDS = "seconds"
    POINTS = "points"


class Bad(StrEnum):
    """Which way a watched number must not go."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


@dataclass(frozen=True)
class Watch:
    """A number that is looked at every day, in each value of a dimension, for being unlike other days.

    Attributes:
        name: unique.
        label: what it is called.
        stage: name of the stage on whose page one goes on.
        by: column or attribute.
        part: what is added up.
        whole: by what it is divided; None for counts.
        unit: how it is written.
        bad: which way it must not go.
        least: smallest relative change that is worth telling.
        fewest: and so many events more or fewer than expected; minor units where amounts are compared.
        exact: every day is like the other but for faults (each payment has a line on the statement), so chance has no part in it.
        drift: a slow change over four weeks is told, too.
        settles: so many days after its end a day is known: until then what must follow may still come.
        depth: parts of a region's code that are kept, where ``by`` is ``region``: 2 for cities, 3 for districts.
    """

    name: str
    label: Label
    stage: str
    by: str
    part: Tally
    whole: Tally | None = None
    unit: Unit = Unit.SHARE
    bad: Bad = Bad.DOWN
    least: float = 0.1
    fewest: float = 10
    exact: bool = False
    drift: bool = False
    settles: int = 0
    depth: int = 2

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """The part, and the whole where there is one."""
        return (self.part, self.whole) if self.whole else (self.part,)


@dataclass(frozen=True)
class DaySum:
    """Sums of a watch's part and whole in one value on one day; ``whole`` is 0 for counts."""

    part: float
    whole: float


Series = Mapping[str, Mapping[date, DaySum]]
"""Value of the dimension → day → sums; days without events are left out."""


class Numbers(Protocol):
    """Where watched numbers come from."""

    def watched(self, watch: Watch, since: date, until: date) -> Series:
        """Return a watch's sums of the days from ``since`` to ``until``, both included."""
        ...

    def events_until(self, since: date, until: date, later: Sequence[str] = ()) -> int:
        """Return how many events these days have, and those after them of the types ``later``; while it stays the same, so does all."""
        ...


class FindingKind(StrEnum):
    """In which way a number was unlike other days."""

    DAYS = "days"
    """On single days, by far."""
    DRIFT = "drift"
    """Slowly, over four weeks."""


@dataclass(frozen=True)
class Finding:
    """A watched number that was unlike other days, in one value, on one day or several on end.

    Attributes:
        watch: name of the watch; ``stage`` and ``by`` are the watch's.
        value: of the dimension.
        first_day, last_day: the days; of a drift the last week.
        observed: the number on these days: sums divided, or the mean count of a day.
        expected: what it is on other days.
        concerned: how many events more or fewer than expected that makes, over all the days; for sums of money and time of ``whole``.
        score: how far off the worst day was, in spreads of other days.
    """

    watch: str
    stage: str
    by: str
    value: str
    kind: FindingKind
    first_day: date
    last_day: date
    observed: float
    expected: float
    concerned: float
    score: float

    @property
    def id(self) -> str:
        """Its name: the same for the same thing, however long it lasts."""
        return f"{self.watch}:{self.value}:{self.kind}:{self.first_day.isoformat()}"


@dataclass(frozen=True)
class FindingFilter(FlowFilter):
    """Which findings are asked for; empty fields do not filter.

    A filter by channel, region or class leaves what was found in that dimension, within its value.

    Attributes:
        stage: name of a stage.
        watch: name of a watch.
        day: ISO date within the days of the finding.
    """

    stage: str = ""
    watch: str = ""
    day: str = ""


@dataclass(frozen=True)
class Findings:
    """What was found, the newest first.

    Attributes:
        rows: the findings.
        through: last day that was looked at, ISO text; empty before the first look.
        since: first day whose findings are kept.
        looked: when; None before the first look.
    """

    rows: Sequence[Finding]
    through: str = ""
    since: str = ""
    looked: datetime | None = None
