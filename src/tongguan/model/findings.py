"""What is looked at day by day for being unlike other days, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Protocol

from tongguan.model.answers import FlowFilter
from tongguan.model.indicators import EVENTS, OWN_TIME, Indicator, Ratio, Simple, Term, WatchRule


@dataclass(frozen=True)
class Watch:
    """An indicator that is looked at every day, in each value of a dimension, for being unlike other days.

    Attributes:
        indicator: a count, a sum, or a share or mean made of those.
        rule: how it is looked at.
    """

    indicator: Indicator
    rule: WatchRule

    @property
    def name(self) -> str:
        """That of the indicator."""
        return self.indicator.name

    @property
    def stage(self) -> str:
        """Name of the stage on whose page one goes on."""
        return self.indicator.owner

    @property
    def terms(self) -> tuple[Term, ...]:
        """What is added up: the part and the whole of a share, else the number itself."""
        kind = self.indicator.kind
        return (kind.part, kind.whole) if isinstance(kind, Ratio) else (kind.term,) if isinstance(kind, Simple) else ()

    @property
    def shared(self) -> bool:
        """Whether it is one sum divided by another."""
        return len(self.terms) > 1

    @property
    def told_later(self) -> bool:
        """Whether rows tell to which day they belong, and come in after it."""
        return self.terms[0].fact == EVENTS and self.terms[0].time != OWN_TIME

    @property
    def settles(self) -> int:
        """So many days after its end a day is known: until then what must follow may still come."""
        spans = [term.then.within for term in self.terms if term.then is not None and not term.then.before]
        return max((ceil(span / timedelta(days=1)) for span in spans), default=0)


def watches(indicators: Iterable[Indicator]) -> list[Watch]:
    """Return those that are looked at every day."""
    return [Watch(one, one.watch) for one in indicators if one.watch is not None]


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
        watch: name of the indicator; ``stage`` and ``by`` are the watch's.
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
        watch: name of an indicator.
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
        watches: by name, what is looked at and the user may see, whether something was found in it or not.
    """

    rows: Sequence[Finding]
    through: str = ""
    since: str = ""
    looked: datetime | None = None
    watches: Mapping[str, Watch] = field(default_factory=dict)
