"""What is called off or given back: which events tell of it, and what pages ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tongguan.model.answers import FlowFilter
from tongguan.model.waiting import Lateness, WaitingRow


@dataclass(frozen=True)
class ReturnEvents:
    """Which event types tell what.

    Attributes:
        kind: case kind; its key column names the cases.
        stage: name of the stage at whose steps returns wait.
        made: a case came into being.
        cancelled: it was called off.
        asked: somebody wants to give it back.
        wished: somebody wants to call it off or give it back; from here on its duration counts.
        ended: nothing more is to be done.
        refunded: money was given back.
        steps: pairs of event types between which a step lies; several types that can end it stand side by side.
    """

    kind: str
    stage: str
    made: str
    cancelled: str
    asked: str
    wished: tuple[str, ...]
    ended: tuple[str, ...]
    refunded: tuple[str, ...]
    steps: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class ReturnFilter(FlowFilter):
    """Which returns are asked for; empty fields do not filter.

    Attributes:
        reason, product_id: of the event that called off or asked.
        since, until: first and last day, ISO; both included.
    """

    reason: str = ""
    product_id: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class ReturnCounts:
    """Cases, each once, and money by currency in minor units.

    Attributes:
        cancelled, asked, ended: called off, wanted back, and come to an end.
        value: what those called off and wanted back were worth.
        refunded: what was given back.
        made: cases that came into being.
    """

    cancelled: int = 0
    asked: int = 0
    ended: int = 0
    value: Mapping[str, int] = field(default_factory=dict)
    refunded: Mapping[str, int] = field(default_factory=dict)
    made: int = 0

    @property
    def gone(self) -> int:
        """Called off and wanted back."""
        return self.cancelled + self.asked

    @property
    def rate(self) -> float | None:
        """Called off and wanted back, to those that came into being; None where none did."""
        return self.gone / self.made if self.made else None


@dataclass(frozen=True)
class ReturnShare:
    """One value of a dimension: in the period, and in as many days before."""

    value: str
    now: ReturnCounts
    before: ReturnCounts


@dataclass(frozen=True)
class ReturnStep:
    """How long a step took, of those that ended in the period; seconds.

    Attributes:
        begin, ends: event types.
        cases: how many; ``median`` and ``p90`` are None where none did.
    """

    begin: str
    ends: tuple[str, ...]
    cases: int
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class ReturnsOn:
    """One day of the trend."""

    day: str
    cancelled: int
    asked: int
    ended: int


@dataclass(frozen=True)
class ReturnsReport:
    """Returns of a period.

    Attributes:
        today, yesterday, last_week: up to the same time of the day.
        days: of the period, oldest first.
        by: ``reason``, ``channel``, ``business_class``, ``product_id``, ``region`` → values, most first.
    """

    day: str
    data_through: datetime | None
    today: ReturnCounts
    yesterday: ReturnCounts
    last_week: ReturnCounts
    days: Sequence[ReturnsOn]
    by: Mapping[str, Sequence[ReturnShare]]
    steps: Sequence[ReturnStep]


@dataclass(frozen=True)
class ReturnAbout:
    """What is known of a case that is called off or given back: why, what it is worth, since when."""

    reason: str = ""
    product_id: str = ""
    amount: int | None = None
    currency: str = ""
    wished: datetime | None = None


@dataclass(frozen=True)
class OpenReturn:
    """One that waits, with what is known of it."""

    row: WaitingRow
    about: ReturnAbout


@dataclass(frozen=True)
class OpenReturns:
    """One page of what waits, the oldest first; ``counts`` tells how all of them stand."""

    rows: Sequence[OpenReturn]
    total: int
    offset: int
    limit: int
    counts: Mapping[Lateness, int]


@dataclass(frozen=True)
class EndedReturn:
    """One that came to an end: by which event, and how many seconds after it was wished (None where nobody said so)."""

    time: datetime
    case_id: str
    type: str
    channel: str
    region: str
    business_class: str
    customer_id: str
    about: ReturnAbout
    seconds: float | None


@dataclass(frozen=True)
class EndedReturns:
    """One page of what came to an end on a day, the newest first."""

    rows: Sequence[EndedReturn]
    total: int
    offset: int
    limit: int
