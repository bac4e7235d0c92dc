"""Findings of the operation in memory."""

from __future__ import annotations

from datetime import datetime, timedelta

from tongguan.model.findings import Finding, FindingFilter, FindingKind, Findings, watches
from tongguan.web.kit.fake.indicator_shelf import SHELF

_ROWS = (
    ("orders", "web", FindingKind.DAYS, 3, 3, 41.0, 118.0, -77.0, 7.1),
    ("payment_success_rate", "app", FindingKind.DAYS, 1, 1, 0.874, 0.966, -37.0, 10.2),
    ("payment_success_rate", "wechat", FindingKind.DAYS, 6, 5, 0.79, 0.96, -58.0, 14.0),
    ("payment_success_rate", "kiosk", FindingKind.DRIFT, 7, 1, 0.91, 0.95, -12.0, 6.4),
)
"""Watch, value, kind, how many days before today it began and ended, observed, expected, concerned, score."""


def findings_at(at: datetime, where: FindingFilter) -> Findings:
    """Return what was found in the two weeks before a local moment, as far as it fits the filter; nothing tells of regions."""
    today = at.date()
    rows = []
    for watch, value, kind, first, last, observed, expected, concerned, score in _ROWS:
        days = today - timedelta(days=first), today - timedelta(days=last)
        stage = "orders" if watch == "orders" else "payment"
        row = Finding(watch, stage, "channel", value, kind, *days, observed, expected, concerned, score)
        outside = where.region or where.business_class or where.brand or (where.channel and where.channel != value)
        named = (where.stage in ("", stage)) and (where.watch in ("", watch))
        if named and not outside and (not where.day or days[0].isoformat() <= where.day <= days[1].isoformat()):
            rows.append(row)
    through = today - timedelta(days=1)
    newest = sorted(rows, key=lambda row: (row.last_day, row.score), reverse=True)
    return Findings(newest, through.isoformat(), (through - timedelta(days=13)).isoformat(), at, {one.name: one for one in watches(SHELF)})
