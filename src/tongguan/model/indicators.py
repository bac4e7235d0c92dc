"""Indicators 指标: what they are made of, how they are asked for, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from tongguan.model.vocabulary import Label

EVENTS: Final = "events"
"""The fact of all events."""
TOTALS: Final = "totals"
"""The fact of totals that other systems reported."""
CASES: Final = "cases."
"""What the facts of finished cases begin with; the case kind follows."""
CLOCKS: Final = "clocks."
"""What the facts of stays at steps begin with, a row for each stay and its time limit; the case kind follows."""
OWN_TIME: Final = "time"
"""What decides to which day an event belongs, where nothing else is said."""
HELD: Final = "held"
"""What decides to which days the time of a state belongs: those in which it lasted."""


class Aggregation(StrEnum):
    """How rows of a fact become one number."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"
    """How many different values, exactly; empty ones do not count."""
    PERCENTILE = "percentile"
    """Between two values it lies where the share of the way says (type 7 of Hyndman and Fan 1996)."""
    LATEST = "latest"
    """A stock: per place the latest value, then the sum over places. Never summed over time."""


ADDITIVE: Final = frozenset({Aggregation.COUNT, Aggregation.SUM})
"""Numbers of parts sum up to that of the whole, over time and over dimensions."""


@dataclass(frozen=True)
class Term:
    """One aggregate over the rows of one fact: the leaf of every indicator.

    Attributes:
        fact: name of a fact: ``events``, ``cases.<kind>``, ``clocks.<kind>`` or ``totals``.
        aggregation: how rows become a number.
        value: SQL of what is added up, told apart or ranked; empty for counts.
        types: event types, or names of reported totals; empty for cases.
        condition: SQL of which rows count; empty for all.
        time: column whose day decides to which bucket a row belongs; empty for the fact's own.
        level: of a percentile, between 0 and 1.
        then: what must follow for a row to count, for conversions.
        lasting: what ends the state that a row begins; the sum is then over the time in between.
    """

    fact: str
    aggregation: Aggregation
    value: str = ""
    types: tuple[str, ...] = ()
    condition: str = ""
    time: str = ""
    level: float = 0.0
    then: Follow | None = None
    lasting: Lasting | None = None


@dataclass(frozen=True)
class Lasting:
    """How long the state lasts that an event begins: until the next event of its own types or of others, or until now.

    Attributes:
        until: event types that end it, besides those that begin it.
        by: column of what is in the state.
    """

    until: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class Follow:
    """An event that must follow a row of ``events`` in time, or must have come before it.

    Attributes:
        types: event types that fulfil it.
        condition: SQL of which of them; empty for all.
        by: columns in which both have the same value; a row without one of them is not followed.
        within: at most so far from the row; an event of the same instant fulfils it, unless ``strictly``.
        strictly: it must not be of the same instant, so that an event of one of the row's own types does not fulfil itself.
        before: it must have come before the row.
        missing: rows count for which there is none, once the time is over in which it may come.
    """

    types: tuple[str, ...]
    by: tuple[str, ...]
    within: timedelta
    condition: str = ""
    strictly: bool = False
    before: bool = False
    missing: bool = False


@dataclass(frozen=True)
class Simple:
    """The number of one term."""

    term: Term


@dataclass(frozen=True)
class Ratio:
    """Part / whole: sums first, then the quotient; nothing where the whole is 0."""

    part: Term
    whole: Term


@dataclass(frozen=True)
class Derived:
    """Arithmetic over other indicators.

    Attributes:
        formula: as written.
        names: the indicators that it names.
    """

    formula: str
    names: tuple[str, ...]


class Since(StrEnum):
    """From when a running total counts."""

    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


@dataclass(frozen=True)
class Rolling:
    """Another indicator over the last ``days`` days, that of the bucket's end among them."""

    of: str
    days: int


@dataclass(frozen=True)
class ToDate:
    """Another indicator from the beginning of the month, the year or all data up to the bucket's end."""

    of: str
    since: Since


Kind = Simple | Ratio | Derived | Rolling | ToDate


class IndicatorClass(StrEnum):
    """The four classes of indicators."""

    SALES = "sales"
    SERVICE = "service"
    OPERATIONS = "operations"
    CAPABILITY = "capability"


class Tier(StrEnum):
    """How much hangs on an indicator."""

    ASSESSED = "assessed"
    PROFESSIONAL = "professional"
    REPORTED = "reported"
    INTERNAL = "internal"


class Measured(StrEnum):
    """In what an indicator is written."""

    COUNT = "count"
    SHARE = "share"
    MONEY = "money"
    SECONDS = "seconds"
    POINTS = "points"
    PER_10K = "per_10k"


class Better(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Bad(StrEnum):
    """Which way a watched number must not go."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


@dataclass(frozen=True)
class WatchRule:
    """How an indicator is looked at every day, in each value of a dimension, for being unlike other days.

    Attributes:
        by: the dimension.
        bad: which way it must not go.
        least: smallest relative change that is worth telling.
        fewest: and so many rows more or fewer than expected.
        exact: every day is like the other but for faults (each payment has a line on the statement), so chance has no part in it.
        drift: a slow change over four weeks is told, too.
    """

    by: str
    bad: Bad
    least: float = 0.1
    fewest: float = 10
    exact: bool = False
    drift: bool = False


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes:
        name: unique, in ``snake_case``.
        label: display name.
        meaning: what it says, in a sentence.
        area: of the pack that owns it; ``own`` for those of the installation.
        kind: how it is made.
        group: its class.
        tier: how much hangs on it.
        unit: in what it is written.
        better: which way is good.
        floor: of a share, the least whole that says something: below it there is no rank and no status.
        owner: name of the stage whose owner answers for it.
        by: dimensions by which it is usually taken apart, the most telling first.
        written: where it is declared, ``file:line``.
        watch: how it is looked at every day; None where it is not.
    """

    name: str
    label: Label
    meaning: Label
    area: str
    kind: Kind
    group: IndicatorClass
    tier: Tier = Tier.INTERNAL
    unit: Measured = Measured.COUNT
    better: Better = Better.NEITHER
    floor: int = 0
    owner: str = ""
    by: tuple[str, ...] = ()
    written: str = ""
    watch: WatchRule | None = None


def has_rest(indicator: Indicator) -> bool:
    """Return whether rows of the whole that are not of the part can be told: both count rows of one fact, of the same types."""
    match indicator.kind:
        case Ratio(part, whole):
            same = (part.fact, part.time) == (whole.fact, whole.time) and set(part.types) <= set(whole.types)
            return same and part.aggregation is whole.aggregation is Aggregation.COUNT
        case _:
            return False


def named(indicator: Indicator) -> tuple[str, ...]:
    """Return the names of the indicators that one is made of."""
    match indicator.kind:
        case Derived(_, names):
            return names
        case Rolling(of, _) | ToDate(of, _):
            return (of,)
        case _:
            return ()


def terms_of(kind: Kind) -> tuple[Term, ...]:
    """Return the terms of an indicator itself; those made of others have none."""
    match kind:
        case Simple(term):
            return (term,)
        case Ratio(part, whole):
            return (part, whole)
        case _:
            return ()
