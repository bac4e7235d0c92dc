"""All orders in one answer: how many, in which state, on time by either rule, and the money."""

from __future__ import annotations

from typing import Any

from tongguan.model.access import Scope
from tongguan.model.answers import OrderSummary
from tongguan.model.vocabulary import Vocabulary
from tongguan.processes.cases import region_condition
from tongguan.warehouse.case_states import states_sql
from tongguan.warehouse.client import Cancellation, Warehouse
from tongguan.warehouse.schema import key_time_sql

_DELIVERED = "arrayFirst(e -> e.milestone = 'delivered', entries)"


def order_summary(
    warehouse: Warehouse, vocabulary: Vocabulary, scope: Scope, zone: str, *, cancellation: Cancellation | None = None
) -> OrderSummary:
    """Return the summary of all orders within a scope.

    Two rules say whether an order came on time: *by timestamp*, first delivered at or before the promised instant; *by date*, on
    or before the promised calendar date in ``zone``. Both count only orders that have a time of delivery and a promise.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    regions = region_condition(scope)
    orders = (
        f"SELECT status, currency, sold, paid, due_time, {_DELIVERED} AS first_delivered, first_delivered.key != 0 AS has_delivery,"
        f" {key_time_sql('if(has_delivery, first_delivered.key, entries[1].key)')} AS delivered_time,"
        " countEqual(entries.milestone, 'item_added') AS items, arrayCount(m -> m IN ('paid', 'collected'), entries.milestone) AS payments"
        f" FROM ({states_sql(vocabulary.case_kind('order'))}){f' WHERE {regions.text}' if regions.text else ''}"
    )
    totals = (
        "SELECT count(), countIf(has_delivery), countIf(has_delivery AND isNotNull(due_time)),"
        " countIf(has_delivery AND delivered_time <= due_time),"
        " countIf(has_delivery AND toDate(delivered_time, {zone:String}) <= toDate(due_time, {zone:String})),"
        f" sum(items), sum(payments) FROM ({orders})"
    )
    parameters: dict[str, Any] = {**regions.parameters, "zone": zone}
    counts = [int(value) for value in warehouse.query(totals, parameters, cancellation=cancellation).first()]
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
        zone=zone,
        paid={str(currency): int(paid) for currency, _, paid in money.rows if paid is not None},
        sold={str(currency): int(sold) for currency, sold, _ in money.rows if sold is not None},
        items=counts[5],
        payments=counts[6],
    )
