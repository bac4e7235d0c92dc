"""Cases that a rule takes for abnormal when they come into being: the rules as data, and what was found by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tongguan.model.answers import FlowFilter
from tongguan.model.vocabulary import Label


class FlagKind(StrEnum):
    """What a rule looks for."""

    REPEATED = "repeated"
    MANY = "many"
    MISSING = "missing"
    UNANSWERED = "unanswered"
    UNUSUAL = "unusual"


NEEDED: Final[Mapping[FlagKind, tuple[str, ...]]] = {
    FlagKind.REPEATED: ("same", "within"),
    FlagKind.MANY: ("same", "most"),
    FlagKind.MISSING: ("fields", "within"),
    FlagKind.UNANSWERED: ("answers", "within"),
    FlagKind.UNUSUAL: ("spreads", "least", "days"),
}
"""Which parameters a rule of each kind has."""


@dataclass(frozen=True)
class FlagRule:
    """One rule.

    Attributes:
        name: unique; events carry it.
        label, meaning: for people.
        reason: reason code of the events.
        hold: what is found stands still until somebody looked at it.
        on: it is applied.
        classes, not_classes: business classes that it is applied to (empty: all), and that it is not; both cover those below.
        same: columns or attributes that must agree; cases without a value in one of them are left alone.
        within: REPEATED: so soon after another one; MISSING, UNANSWERED: so long it may take.
        most: MANY: so many a day are usual; those after them are flagged.
        fields: MISSING: columns that must have a value by then.
        answers: UNANSWERED: event types of which one must have come by then.
        spreads: UNUSUAL: amounts farther from the median of their product than so many spreads (1.4826 × MAD).
        least: UNUSUAL: of so many cases of the product at least.
        days: UNUSUAL: in so many days before.
    """

    name: str
    label: Label
    meaning: Label
    kind: FlagKind
    reason: str
    hold: bool = False
    on: bool = True
    classes: tuple[str, ...] = ()
    not_classes: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    within: timedelta = timedelta()
    most: int = 0
    fields: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    spreads: float = 0.0
    least: int = 0
    days: int = 0


@dataclass(frozen=True)
class FlagBook:
    """All rules over one kind of case.

    Attributes:
        kind: case kind; its key column names the cases.
        made: event type by which a case comes into being; its columns and attributes are what rules look at.
        flagged: event type of what was found.
        review: event type by which a case waits for somebody to look at it.
        holdable: steps at which a case can still be made to wait.
        look_back: cases older than this are not looked at any more.
        source: where the rules stand, for people.
    """

    kind: str
    made: str
    flagged: str
    review: str
    holdable: tuple[str, ...]
    look_back: timedelta
    rules: tuple[FlagRule, ...]
    source: str = ""

    @property
    def active(self) -> list[FlagRule]:
        """Rules that are applied."""
        return [rule for rule in self.rules if rule.on]

    def rule(self, name: str) -> FlagRule | None:
        """Return a rule by name; None where there is none, such as for one of a source."""
        return next((rule for rule in self.rules if rule.name == name), None)


NO_FLAGS: Final = FlagBook("", "", "", "", (), timedelta(), ())
"""Nothing is looked at."""


@dataclass(frozen=True)
class Usual:
    """What amounts of a product are: how many, their median, and the median of the distances from it; minor units."""

    count: int
    median: float
    mad: float


@dataclass(frozen=True)
class Made:
    """A case as it came into being.

    Attributes:
        values: columns and attributes that rules look at, empty ones left out; what became known later of missing ones is among them.
        day: the operation's day, ISO.
        answered: event type → its first time.
    """

    case_id: str
    time: datetime
    day: str
    values: Mapping[str, str]
    amount: int | None = None
    currency: str = ""
    answered: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """A case that a rule found.

    Attributes:
        since: from when on it could be known.
        others: cases that it is compared with.
        columns: what agrees with them, or what is missing.
        found, bound: what was measured, and what the rule allows: seconds, cases, or spreads.
        usual: median amount, minor units.
    """

    rule: FlagRule
    made: Made
    since: datetime
    others: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    found: float | None = None
    bound: float | None = None
    usual: int | None = None


@dataclass(frozen=True)
class FlagFilter(FlowFilter):
    """Which flagged cases are asked for; empty fields do not filter.

    Attributes:
        day: the operation's day, ISO; empty for today.
        rule: name of a rule.
    """

    day: str = ""
    rule: str = ""


@dataclass(frozen=True)
class FlagCount:
    """Flagged cases of one day up to a time of day, and of the day and the week before up to the same time; each case once."""

    now: int = 0
    before: int = 0
    week: int = 0


@dataclass(frozen=True)
class FlaggedRule:
    """What one rule found; ``reason`` is that of its newest event, for rules that a source applies."""

    rule: str
    reason: str
    count: FlagCount


@dataclass(frozen=True)
class FlaggedOn:
    """One day: rule → flagged cases, all flagged cases (each once), and how many cases came into being."""

    day: str
    rules: Mapping[str, int]
    flagged: int
    made: int


@dataclass(frozen=True)
class FlaggedDay:
    """What was found on a day, and in the days before.

    Attributes:
        rules: those that found something in these days, and those that are applied.
        flagged, made: cases that any rule flagged, and all that came into being.
        past: the last 14 days up to the day, oldest first.
        waiting: how many wait for somebody to look at them now; None for days that are past.
        late: of these, how many are late.
    """

    day: str
    data_through: datetime | None
    rules: Sequence[FlaggedRule]
    flagged: FlagCount
    made: FlagCount
    past: Sequence[FlaggedOn]
    waiting: int | None = None
    late: int | None = None


@dataclass(frozen=True)
class FlaggedRow:
    """One flag as its event tells it, and where the case stands now.

    Attributes:
        others: cases that it is compared with.
        columns: what agrees with them, or what is missing.
        found, bound: what was measured, and what the rule allows: seconds, cases, or spreads; None where the event does not say it.
        usual: median amount, minor units.
        step: where the case stands now; empty where it reached no step.
    """

    time: datetime
    case_id: str
    rule: str
    reason: str
    channel: str
    region: str
    business_class: str
    customer_id: str
    product_id: str
    amount: int | None
    currency: str
    others: Sequence[str] = ()
    columns: Sequence[str] = ()
    found: float | None = None
    bound: float | None = None
    usual: int | None = None
    step: str = ""


@dataclass(frozen=True)
class FlaggedPage:
    """One page of flags, newest first."""

    rows: Sequence[FlaggedRow]
    total: int
    offset: int
    limit: int
