"""All orders in one answer: how many, in which state, on time by either rule, and the money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tongguan.model.access import Scope
from tongguan.model.answers import OrderSummary
from tongguan.model.vocabulary import Vocabulary
from tongguan.processes.cases import region_condition
from tongguan.warehouse.case_states import states_sql
from tongguan.warehouse.client import Cancellation, Warehouse
from tongguan.warehouse.schema import key_time_sql

_DELIVERED = "arrayFirst(e -> e.milestone = 'delivered', entries)"


class _Calendars:
    """SQL that compares calendar dates of each order in the zone of the source that made it."""

    def __init__(self, zone: str, zones: Mapping[str, str]) -> None:
        self._zone = zone
        self._sources: dict[str, list[str]] = {}
        for source, other in sorted(zones.items()):
            if other != zone:
                self._sources.setdefault(other, []).append(source)

    def _parts(self, what: Callable[[str], str]) -> str:
        cases = [
            f"ifNull(made.source IN {{sources{i}:Array(String)}}, 0), {what(f'{{zone{i}:String}}')}" for i in range(len(self._sources))
        ]
        own = what("{zone:String}")
        return f"multiIf({', '.join(cases)}, {own})" if cases else own

    def on_time(self) -> str:
        return self._parts(lambda zone: f"toDate(delivered_time, {zone}) <= toDate(due_time, {zone})")

    def used(self) -> str:
        return f"groupUniqArray({self._parts(lambda zone: zone)})"

    def join(self) -> str:
        if not self._sources:
            return ""
        made = "SELECT order_id, argMin(source, time) AS source FROM events WHERE type = 'order.created' GROUP BY order_id"
        return f" LEFT JOIN ({made}) AS made ON made.order_id = o.case_id"

    def parameters(self) -> dict[str, Any]:
        found: dict[str, Any] = {"zone": self._zone}
        for i, (zone, sources) in enumerate(self._sources.items()):
            found |= {f"zone{i}": zone, f"sources{i}": sources}
        return found


def order_summary(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    scope: Scope,
    zone: str,
    *,
    zones: Mapping[str, str] | None = None,
    cancellation: Cancellation | None = None,
) -> OrderSummary:
    """Return the summary of all orders within a scope.

    Two rules say whether an order came on time: *by timestamp*, first delivered at or before the promised instant; *by date*, on
    or before the promised calendar date in ``zone``. Both count only orders that have a time of delivery and a promise.

    Args:
        zone: the operation's zone, in which calendar dates are compared.
        zones: source → zone, for sources whose local times are of another zone: what they sold was promised by their calendar.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    regions = region_condition(scope)
    orders = (
        f"SELECT case_id, status, currency, sold, paid, due_time, {_DELIVERED} AS first_delivered,"
        " first_delivered.key != 0 AS has_delivery,"
        f" {key_time_sql('if(has_delivery, first_delivered.key, entries[1].key)')} AS delivered_time,"
        " countEqual(entries.milestone, 'item_added') AS items, arrayCount(m -> m IN ('paid', 'collected'), entries.milestone) AS payments"
        f" FROM ({states_sql(vocabulary.case_kind('order'))}){f' WHERE {regions.text}' if regions.text else ''}"
    )
    local = _Calendars(zone, zones or {})
    totals = (
        "SELECT count(), countIf(has_delivery), countIf(has_delivery AND isNotNull(due_time)),"
        " countIf(has_delivery AND delivered_time <= due_time),"
        f" countIf(has_delivery AND {local.on_time()}), sum(items), sum(payments), {local.used()} FROM ({orders}) AS o{local.join()}"
    )
    parameters: dict[str, Any] = {**regions.parameters, **local.parameters()}
    *numbers, used = warehouse.query(totals, parameters, cancellation=cancellation).first()
    counts = [int(number) for number in numbers]
    money = warehouse.query(
        f"SELECT currency, sum(sold), sum(paid) FROM ({orders}) GROUP BY currency", parameters, cancellation=cancellation
    )
    by_status = warehouse.query(
        f"SELECT status, count() AS n FROM ({orders}) GROUP BY status ORDER BY n DESC, status", parameters, cancellation=cancellation
    )
    return OrderSummary(
        orders=counts[0],
        by_status={str(status): int(n) for status, n in by_status.rows},
        delivered=counts[1],
        promised=counts[2],
        on_time_by_timestamp=counts[3],
        on_time_by_date=counts[4],
        zone=", ".join(sorted(used)) or zone,
        paid={str(currency): int(paid) for currency, _, paid in money.rows if paid is not None},
        sold={str(currency): int(sold) for currency, sold, _ in money.rows if sold is not None},
        items=counts[5],
        payments=counts[6],
    )
