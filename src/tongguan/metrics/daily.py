"""How much happened per day: events and amounts of each type, by one further dimension."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tongguan.warehouse.case_states import quoted
from tongguan.warehouse.client import Limits, Warehouse

_SECONDS: Final = 600.0


@dataclass(frozen=True)
class DailySum:
    """Events of one type on one day.

    Attributes:
        type: of the events.
        date: business date.
        value: of the dimension; empty for events that say nothing of it.
        events: how many.
        amount: their amounts in minor units, summed whatever their currency; what has none counts as 0.
    """

    type: str
    date: date
    value: str
    events: int
    amount: int


def daily_sums(
    warehouse: Warehouse,
    sources: Collection[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    *,
    types: Collection[str] | None = None,
    by: str = "channel",
    attribute: str | None = None,
    on: str | None = None,
    only: tuple[str, str] | None = None,
    but: Collection[str] | None = None,
) -> Sequence[DailySum]:
    """Count the stored events per type and day, in the order of type, day and value.

    Args:
        sources: only events that came from these; None for all.
        but: no events that came from these.
        since, until: first and last day; None for no bound.
        types: only events of these types; None for all.
        by: column of ``events`` by which a day is divided.
        attribute: divide by this attribute in place of a column.
        on: attribute with an ISO date that says to which day an event counts; its business date where left out.
        only: attribute and value that events must have.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    value = _attribute(attribute) if attribute is not None else by
    day = "business_date" if on is None else f"toDate32OrZero({_attribute(on)})"
    conditions, given = ["1"], dict[str, Any]()
    for name, text, wanted in (
        ("sources", "source IN {sources:Array(String)}", None if sources is None else sorted(sources)),
        ("but", "source NOT IN {but:Array(String)}", None if but is None else sorted(but)),
        ("types", "type IN {types:Array(String)}", None if types is None else sorted(types)),
        ("since", f"{day} >= {{since:Date32}}", since),
        ("until", f"{day} <= {{until:Date32}}", until),
        ("only", f"{_attribute(only[0])} = {{only:String}}" if only else "", only[1] if only else None),
    ):
        if wanted is not None:
            conditions.append(text)
            given[name] = wanted
    sql = (
        f"SELECT type, {day} AS day, toString({value}) AS place, count(), sum(ifNull(amount, 0)) FROM events"
        f" WHERE {' AND '.join(conditions)} GROUP BY type, day, place ORDER BY type, day, place"
    )
    found = warehouse.query(sql, given, limits=Limits(seconds=_SECONDS)).rows
    return [DailySum(kind, day, str(place), int(events), int(amount)) for kind, day, place, events, amount in found]


def _attribute(name: str) -> str:
    return f"JSONExtractString(attributes, {quoted((name,))})"
