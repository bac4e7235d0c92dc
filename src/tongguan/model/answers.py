"""What the questions of pages, command line and API are answered with: frozen, typed, free of SQL.

Every question has one function in a stage that returns one of these; page, ``--json`` and API show the same object.
Times are aware and in UTC; the edge turns them into the operation's zone. Amounts are integer minor units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tongguan.model.measures import Figure

NESTED: Final = {"region": "-", "business_class": "."}
"""Columns whose codes nest, and by which character: a filter by ``goods`` covers ``goods.handset``, one by ``GX`` covers ``GX-NN``."""


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are asked for; empty fields do not filter.

    Attributes:
        search: an exact or leading part of any id of the case (its own, or a customer's, payment's, package's …).
        status: status word of the current milestone.
        step: current milestone.
        stage: name of a stage; cases that wait there.
        channel, region, business_class, customer_id: latest value of the attribute; a region and a class cover those below them.
        since, until: first event at or after, and before.
        open_only: only those whose current milestone is not final (a delivered order with a return asked for is open again).
        ids: cases that have one of these ids, its own or another's, exactly.
        case_ids: cases of these own ids.
    """

    search: str = ""
    status: str = ""
    step: str = ""
    stage: str = ""
    channel: str = ""
    region: str = ""
    business_class: str = ""
    customer_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    open_only: bool = False
    ids: tuple[str, ...] = ()
    case_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseRow:
    """One case as lists show it.

    Attributes:
        step: current milestone; empty when no step was reached.
        status: status word of the step.
        sold: sum of the amounts ordered (items where there are items, else the order's own amount).
        paid: sum of payments less refunds.
    """

    kind: str
    case_id: str
    step: str
    status: str
    first_time: datetime
    last_time: datetime
    due_time: datetime | None
    channel: str
    sub_channel: str
    region: str
    business_class: str
    brand: str
    tier: str
    network: str
    customer_id: str
    product_id: str
    currency: str
    sold: int | None
    paid: int | None
    events: int
    open: bool


@dataclass(frozen=True)
class CasePage:
    """One page of a list of cases; ``total`` counts all that match.

    Attributes:
        missing: of the filter's ``ids`` those that no visible case has, whatever else is filtered; told with the first page only.
    """

    rows: Sequence[CaseRow]
    total: int
    offset: int
    limit: int
    missing: Sequence[str] = ()


@dataclass(frozen=True)
class TraceEvent:
    """One event of a trace.

    Attributes:
        gap: seconds since the event before it in the trace; None for the first.
        via: how it belongs to the case: the kind of object through which it was found.
        attributes: what only this type has, as stored (personal values are tokens).
        columns: every non-empty wide column by name, as text.
    """

    event_id: str
    time: datetime
    type: str
    area: str
    gap: float | None
    via: str
    milestone: str
    amount: int | None
    currency: str
    source: str
    received_time: datetime
    attributes: dict[str, object]
    columns: dict[str, str]


@dataclass(frozen=True)
class Join:
    """Whether one kind of object that a complete story would have was found.

    Attributes:
        kind: order, payment, package, session, contact, ticket …
        ids: those found; empty when none joined.
        events: how many events came through them.
    """

    kind: str
    ids: Sequence[str]
    events: int


@dataclass(frozen=True)
class Trace:
    """One case's whole story, in the total order of events."""

    case: CaseRow
    events: Sequence[TraceEvent]
    joins: Sequence[Join]
    truncated: bool


@dataclass(frozen=True)
class StageStatus:
    """How one stage of the process does.

    Attributes:
        volume: events that count as its volume, since midnight of the operation's day.
        volume_yesterday, volume_last_week: the same stretch of the day, one and seven days before.
        rate: volume of the last full hour before ``at``.
        failures: failure events since midnight.
        backlog: cases that wait here now; None where nothing can wait, and where another moment than now was asked for.
        oldest: since when the oldest of them waits.
        hourly: volume in each hour of today, 24 entries; None for hours to come.
        hourly_yesterday: the same of yesterday, 24 entries.
        failures_yesterday, failures_last_week: failures of the same stretch of the day, one and seven days before.
        hourly_failures, hourly_failures_yesterday: failures in each hour, like ``hourly`` and ``hourly_yesterday``.
        hourly_last_week: volume in each hour seven days before, 24 entries.
        warned, late, paused, silent: how many of ``backlog`` are past their warning but not their limit, past their limit, stand still
            because somebody outside must act, and were not heard of for so long that their state is unknown; each counts once. None
            where ``backlog`` is.
    """

    name: str
    volume: int
    volume_yesterday: int
    volume_last_week: int
    rate: int
    failures: int
    backlog: int | None
    oldest: datetime | None
    hourly: Sequence[int | None]
    hourly_yesterday: Sequence[int]
    failures_yesterday: int = 0
    failures_last_week: int = 0
    hourly_failures: Sequence[int | None] = ()
    hourly_failures_yesterday: Sequence[int] = ()
    hourly_last_week: Sequence[int] = ()
    warned: int | None = None
    late: int | None = None
    paused: int | None = None
    silent: int | None = None


@dataclass(frozen=True)
class FlowFilter:
    """Which events the panorama counts; empty fields do not filter; a region and a business class cover those below them."""

    channel: str = ""
    region: str = ""
    business_class: str = ""
    brand: str = ""


@dataclass(frozen=True)
class EventFilter(FlowFilter):
    """Which events of a stage are asked for; empty fields do not filter.

    Attributes:
        day: the operation's day, as ISO text.
        hour: hour of the day; None for all.
        by, value: a breakdown of the stage (:class:`~tongguan.model.vocabulary.Stage`) and the value that events have in it.
        failed: failures alone.
    """

    day: str = ""
    hour: int | None = None
    by: str = ""
    value: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Share:
    """What of a stage's day has one value; an empty ``value`` sums up the values that are not listed.

    Attributes:
        volume_before: volume of the day before, up to the same time of the day.
        figures: measure → its value here; measures that cannot be taken apart (nothing of their types has the breakdown) are left out.
    """

    value: str
    volume: int
    failures: int
    volume_before: int = 0
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Breakdown:
    """A stage's day by one column or attribute, most failures first."""

    by: str
    shares: Sequence[Share]


@dataclass(frozen=True)
class DayHours:
    """Volume and failures of one day (ISO text) in each of its hours, 24 entries; None for hours to come."""

    day: str
    volume: Sequence[int | None]
    failures: Sequence[int | None]


@dataclass(frozen=True)
class MeasureDay:
    """One measure on one day of a stage.

    Attributes:
        now: of the day (or the hour that was asked for).
        before, week: of the day before and of seven days before, up to the same time of the day.
        hours: in each hour of the day, 24 entries; None for hours to come and where nothing was there to measure.
        hours_before: the same of the day before.
    """

    now: Figure
    before: Figure
    week: Figure
    hours: Sequence[Figure] = ()
    hours_before: Sequence[Figure] = ()


@dataclass(frozen=True)
class StageDay:
    """One day of one stage.

    Attributes:
        day: the operation's day, as ISO text.
        volume, failures: in each hour, 24 entries.
        volume_before, failures_before: the same of the day before.
        breakdowns: those that have any value.
        measures: name → measure; ``volume`` and ``failures`` stand first.
        past: the last 14 days up to and with ``day``, oldest first.
    """

    day: str
    volume: Sequence[int]
    failures: Sequence[int]
    volume_before: Sequence[int]
    failures_before: Sequence[int]
    breakdowns: Sequence[Breakdown]
    measures: Mapping[str, MeasureDay] = field(default_factory=dict)
    past: Sequence[DayHours] = ()


@dataclass(frozen=True)
class Standout:
    """An hour of one stage and channel in which far more went wrong than usual.

    Attributes:
        day: the operation's day, as ISO text.
        usual: share of failures on a usual day of the same stage and channel; 0 where none is known.
    """

    stage: str
    day: str
    hour: int
    channel: str
    volume: int
    failures: int
    usual: float


@dataclass(frozen=True)
class Flow:
    """The whole process at one moment.

    Attributes:
        at: the moment asked for.
        day: the operation's day, as ISO text.
        data_through: time of the newest event received by then; None without any.
        standouts: hours of the day and of the day before that stand out on one channel, the worst first.
    """

    at: datetime
    day: str
    data_through: datetime | None
    stages: Sequence[StageStatus] = field(default_factory=tuple)
    standouts: Sequence[Standout] = field(default_factory=tuple)


@dataclass(frozen=True)
class OrderSummary:
    """All orders in one answer.

    Attributes:
        orders: how many.
        by_status: status word → orders, most first.
        delivered: orders with a time of delivery.
        promised: of those, with a promised time.
        on_time_by_timestamp: delivered at or before the promised instant.
        on_time_by_date: delivered on or before the promised calendar date, in ``zone`` (several where sources have their own).
        paid: sum of payments less refunds, minor units, by currency.
        sold: sum of what was ordered, minor units, by currency.
        items, payments: how many lines.
    """

    orders: int
    by_status: dict[str, int]
    delivered: int
    promised: int
    on_time_by_timestamp: int
    on_time_by_date: int
    zone: str
    paid: dict[str, int]
    sold: dict[str, int]
    items: int
    payments: int


@dataclass(frozen=True)
class SourceAccount:
    """The books of one source.

    Attributes:
        received: counted by the readers.
        accepted, duplicate, quarantined, rejected: what the steps and the loader report.
        difference: received − (accepted + duplicate + quarantined + rejected); anything but 0 is a fault of ours.
        last_received: when it last delivered; None if never.
        newest_event: time of its newest event.
        quarantine_open: records that wait for somebody.
    """

    source: str
    received: int
    accepted: int
    duplicate: int
    quarantined: int
    rejected: int
    difference: int
    last_received: datetime | None
    newest_event: datetime | None
    quarantine_open: int
