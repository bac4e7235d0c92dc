"""Orders of two cities that were accepted, failed, wait, were flagged, cancelled and given back: what sources say of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

OWN, OTHER = "P-01-01", "P-02-01"
"""Regions of the orders: those of the other city begin with ``far``."""


def told(kind: str, time: datetime, order: str, region: str = OWN, **fields: Any) -> dict[str, Any]:
    """Return an event of an order."""
    places = {"channel": "app", "region": region, "business_class": "goods.handset"}
    event_id = f"{order} {kind} {time.isoformat()}"
    return {"type": kind, "time": time.isoformat(), "event_id": event_id, "order_id": order, **places, **fields}


def handled(now: datetime) -> list[dict[str, Any]]:
    """Return two cities' orders up to a moment; the other city has one of each kind as well."""

    def before(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    found = []
    for name, region in (("", OWN), ("far-", OTHER)):
        found += [
            told("order.created", before(1600), f"{name}late", region, amount=4900, currency="CNY"),
            told("acceptance.manual_queued", before(1500), f"{name}late", region),
            told("acceptance.manual_queued", before(20), f"{name}done", region),
            told("acceptance.manual_done", before(10), f"{name}done", region),
            told("acceptance.manual_queued", before(21), f"{name}failed", region),
            told("acceptance.manual_failed", before(11), f"{name}failed", region, reason="debt"),
            told("order.created", before(30), f"{name}flagged", region, amount=100, currency="CNY"),
            told("order.flagged", before(29), f"{name}flagged", region, reason="incomplete", attributes={"rule": "missing_document"}),
            told("order.created", before(400), f"{name}returned", region, amount=9900, currency="CNY", product_id="P1"),
            told("return.requested", before(60), f"{name}returned", region, reason="quality", product_id="P1"),
            told("order.created", before(300), f"{name}cancelled", region, amount=500, currency="CNY"),
            told("order.cancelled", before(5), f"{name}cancelled", region, reason="changed_mind"),
        ]
    return found
