"""Projections in a form that two ways of making them must agree on: merged, and in one order."""

from __future__ import annotations

from tongguan.warehouse.client import Limits, Warehouse
from tongguan.warehouse.schema import CASE_ATTRIBUTES, HOURLY_DIMENSIONS, PROJECTIONS

_LIMITS = Limits(seconds=600)

_HOURLY = ", ".join(("business_date", "hour", *HOURLY_DIMENSIONS))
_FACT = "fact, period_start, period_end, region, channel, network, business_class, source"
_LATEST = ", ".join(f"argMaxMerge({name}) AS latest_{name}" for name in (*CASE_ATTRIBUTES, "due_time"))

_SELECTS = {
    "event_keys": "SELECT id_hash, id_check, body, block FROM event_keys",
    "event_objects": "SELECT kind, id, business_date, type, time, event_id, qualifier FROM event_objects",
    "cases": f"SELECT kind, case_id, arraySort(groupArrayArray(entries)) AS entries, {_LATEST} FROM cases GROUP BY kind, case_id",
    "hourly_counts": f"SELECT {_HOURLY}, sum(events), sum(amount), max(newest) FROM hourly_counts GROUP BY {_HOURLY}",
    "aggregate_facts": f"SELECT {_FACT}, argMax(value, order_key), max(order_key) FROM aggregate_facts GROUP BY {_FACT}",
}


def projection_rows(warehouse: Warehouse, name: str) -> list[str]:
    """Return one projection as sorted texts, a row each; equal lists mean equal content. For data that fits into memory."""
    rows = warehouse.query(f"SELECT toString(tuple(*)) AS row FROM ({_SELECTS[name]}) ORDER BY row", limits=_LIMITS).rows
    return [str(row) for (row,) in rows]


def projections(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return every projection by name; see :func:`projection_rows`."""
    return {name: projection_rows(warehouse, name) for name in PROJECTIONS}
