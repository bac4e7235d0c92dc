"""Events, and indicators over them made in plain Python, for tests of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from tests.fixtures.trade import happened, opened
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.load import load_indicators
from tongguan.metrics.registry import Registry
from tongguan.model.access import EVERYTHING, Scope
from tongguan.model.indicator_answers import IndicatorQuery, IndicatorTable

ZONE = "Asia/Shanghai"
FIRST, LAST, NOW = date(2026, 10, 20), date(2026, 11, 21), datetime(2026, 11, 22, tzinfo=UTC)
DECLARED = """
orders: {count: order.created}
app_orders: {count: order.created, where: channel = 'app'}
value: {sum: amount, of: order.created, unit: money}
buyers: {distinct: customer_id, of: order.created, owner: order}
paid_rate:
  unit: share
  floor: 30
  part: {count: payment.succeeded}
  whole: {count: [payment.succeeded, payment.failed]}
  by: [payment_channel]
average: {mean: amount, of: order.created}
slow: {percentile: seconds, level: 0.9, of: acceptance.manual_done}
orders_per_buyer: {formula: orders / buyers}
orders_7d: {rolling: {of: orders, days: 7}}
paid_rate_7d: {rolling: {of: paid_rate, days: 7}}
orders_month: {to_date: {of: orders, since: month}}
orders_ever: {to_date: {of: orders, since: ever}}
bought_after_talk:
  part: {count: contact.ended, then: {any: payment.succeeded, by: customer_id, within: 24h}}
  whole: {count: contact.ended}
buyer_days: {distinct: customer_id, each: day, of: order.created}
bought_again:
  part: {count: payment.succeeded, then: {any: payment.succeeded, by: customer_id, within: 7d, strictly: true}}
  whole: {count: payment.succeeded}
new_users: {total: new_users}
bound: {total: bound_users, latest: true}
scored: {sum: score, of: survey.answered, where: score >= 3}
"""
NAMED = {"label": "{zh: 数, en: Number}", "meaning": "{zh: 数, en: A number.}"}

KINDS = (
    *["order.created"] * 4,
    *["payment.succeeded"] * 3,
    *("payment.failed", "contact.ended", "acceptance.manual_done", "survey.answered"),
)

Row = dict[str, Any]


def _row(random: Random, number: int) -> Row:
    day = FIRST + timedelta(days=random.randrange((LAST - FIRST).days + 1))
    kind = random.choice(KINDS)
    at = datetime(day.year, day.month, day.day, random.choice([0, 8, 9, 20, 23]), random.randrange(60), tzinfo=ZoneInfo(ZONE))
    row: Row = {"type": kind, "at": at, "channel": random.choice(["app", "web", "shop", ""]), "number": number, "attributes": {}}
    row["region"] = random.choice(["P-01-01", "P-01-02", "P-02", "P", ""])
    row["customer_id"] = f"c{random.randrange(60)}" if random.random() < 0.9 else ""
    if kind == "order.created" and random.random() < 0.9:
        row["amount"] = random.randrange(1, 500_000)
    if kind == "acceptance.manual_done":
        row["duration"] = random.randrange(1, 900_000)
    if kind.startswith("payment."):
        row["attributes"] = {"payment_channel": random.choice(["alipay", "wechat_pay"])}
    if kind == "survey.answered":
        row["attributes"] = {"score": random.randrange(1, 6)}
    return row


def _record(row: Row) -> bytes:
    number = row["number"]
    named = {"event_id": f"e{number}", "order_id": f"o{number}", "payment_id": f"p{number}", "contact_id": f"k{number}"}
    fields = {name: row[name] or None for name in ("channel", "region", "customer_id")}
    fields |= {name: row[name] for name in ("amount", "duration") if name in row}
    if "amount" in row:
        fields["currency"] = "CNY"
    return happened(row["type"], row["at"].isoformat(), **named, **fields, attributes=row["attributes"])


def _total(number: int, fact: str, first: str, last: str, value: str, **where: str) -> bytes:
    about = {"fact": fact, "period_start": first, "period_end": last, "value": value}
    return happened("aggregate.reported", f"{last}T20:00:00+08:00", event_id=f"t{number}", attributes=about, **where)


ROWS = [_row(Random(number), number) for number in range(1500)]
TOTALS = [
    _total(1, "new_users", "2026-11-01", "2026-11-01", "100", channel="app"),
    _total(2, "new_users", "2026-11-02", "2026-11-02", "50.5", channel="web"),
    _total(3, "bound_users", "2026-11-01", "2026-11-01", "1000", channel="app"),
    _total(4, "bound_users", "2026-11-02", "2026-11-02", "1100", channel="app"),
    _total(5, "bound_users", "2026-11-02", "2026-11-02", "70", channel="wechat"),
    _total(6, "bound_users", "2026-11-09", "2026-11-09", "80", channel="wechat"),
]


@contextmanager
def counted(folder: Path) -> Iterator[IndicatorEngine]:
    """Give an engine over the events, with the indicators declared here."""
    with opened(folder / "rig") as rig:
        assert rig.deliver(*map(_record, ROWS), *TOTALS).refusals == ()
        rig.loader.load_all()
        path = folder / "own.yaml"
        path.write_text(_written(), encoding="utf-8")
        yield IndicatorEngine(rig.warehouse, rig.vocabulary, Registry(load_indicators(path, rig.vocabulary, ZONE)), ZONE)


def _written() -> str:
    """Return what is declared, with the names that every indicator must have."""
    lines = DECLARED.strip().splitlines()
    named = "  " + "\n  ".join(f"{name}: {value}" for name, value in NAMED.items())
    text = []
    for line in lines:
        if line.startswith(" "):
            text.append(line)
            continue
        name, _, body = line.partition(": ")
        text.append(f"{name.rstrip(':')}:\n{named}")
        if body:
            text += [f"  {part}" for part in _parts(body.strip()[1:-1])]
    return "\n".join(text)


def _parts(body: str) -> list[str]:
    """Cut ``a: 1, b: {c: 2, d: 3}`` at commas outside of brackets."""
    found, depth, start = [], 0, 0
    for place, sign in enumerate(body):
        depth += (sign in "{[") - (sign in "}]")
        if sign == "," and not depth:
            found.append(body[start:place].strip())
            start = place + 1
    return [*found, body[start:].strip()]


def ask(engine: IndicatorEngine, *names: str, scope: Scope = EVERYTHING, **given: Any) -> IndicatorTable:
    return engine.answer(IndicatorQuery(names, **{"since": FIRST, "until": LAST, **given}), scope, NOW)


def numbers(table: IndicatorTable, name: str) -> dict[tuple[tuple[str, ...], str], float | int | None]:
    return {(row.values, row.bucket): row.amounts[name].value for row in table.rows}


def city(row: Row) -> str:
    return "-".join(row["region"].split("-")[:2])


def of(kind: str, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["type"] == kind]


def share(rows: list[Row]) -> float | None:
    paid, failed = len(of("payment.succeeded", rows)), len(of("payment.failed", rows))
    return paid / (paid + failed) if paid + failed else None


def buyers(rows: list[Row]) -> int:
    return len({row["customer_id"] for row in of("order.created", rows)} - {""})


def slow(rows: list[Row]) -> float | None:
    found = [row["duration"] / 1000 for row in of("acceptance.manual_done", rows)]
    return float(np.quantile(found, 0.9)) if found else None


def average(rows: list[Row]) -> float | None:
    found = [row["amount"] for row in of("order.created", rows) if "amount" in row]
    return sum(found) / len(found) if found else None


MADE: dict[str, Callable[[list[Row]], float | int | None]] = {
    "orders": lambda rows: len(of("order.created", rows)),
    "app_orders": lambda rows: sum(row["channel"] == "app" for row in of("order.created", rows)),
    "value": lambda rows: sum(row.get("amount", 0) for row in of("order.created", rows)),
    "buyers": buyers,
    "paid_rate": share,
    "average": average,
    "slow": slow,
    "orders_per_buyer": lambda rows: len(of("order.created", rows)) / buyers(rows) if buyers(rows) else None,
    "scored": lambda rows: sum(row["attributes"]["score"] for row in of("survey.answered", rows) if row["attributes"]["score"] >= 3),
}
