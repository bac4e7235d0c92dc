"""Every way to measure, held against the same measure made in plain Python from the same events."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.fixtures.rig import Rig, event
from tests.fixtures.trade import asked, opened
from tests.fixtures.words import SMALL
from tongguan.metrics.measures import planned
from tongguan.metrics.stage_day import SHOWN, stage_day
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import EventFilter, StageDay
from tongguan.model.measures import Figure, How, Measure
from tongguan.model.vocabulary import Label, Stage, Vocabulary

ZONE = "Asia/Shanghai"
NAME = Label("", "")
MADE, LOST, SEEN, PAID = "order.created", "order.cancelled", "visit.page_viewed", "payment.succeeded"
MEASURES = (
    Measure("visitors", NAME, How.DISTINCT, (SEEN, MADE), ("customer_id", "device_id", "session_id")),
    Measure("views", NAME, How.COUNT, (SEEN,)),
    Measure("app_orders", NAME, How.COUNT, (MADE,), only={"channel": ("app", "web"), "pieces": ("1", "2")}),
    Measure("goods", NAME, How.SUM, (MADE, PAID), ("quantity",)),
    Measure("value", NAME, How.MONEY, (MADE,)),
    Measure("paid", NAME, How.MONEY, (PAID,)),
    Measure("mean", NAME, How.MEAN, (SEEN, PAID)),
    Measure("late", NAME, How.P95, (SEEN,)),
    Measure("conversion", NAME, How.SHARE, part="volume", whole="visitors"),
    Measure("lost", NAME, How.SHARE, part="failures", whole="volume"),
    Measure("average", NAME, How.SHARE, part="value", whole="volume"),
)
STAGE = Stage("sale", NAME, (MADE,), (LOST,), breakdowns=("channel", "region", "product_id", "pieces", "reason"), measures=MEASURES)
WORDS = Vocabulary(SMALL.packs, [*SMALL.stages, STAGE])
TODAY, NOW = date(2026, 11, 21), datetime(2026, 11, 21, 11, 30, tzinfo=ZoneInfo(ZONE))

Row = dict[str, Any]


def _row(random: Random, number: int) -> Row:
    """Return one event as a source says it; its time is that of the clock in Shanghai."""
    day = random.choice([21, 21, 20, 20, 14, 19, 13, 8, 7])
    row: Row = {
        "type": random.choice([MADE, MADE, LOST, SEEN, SEEN, PAID]),
        "time": datetime(2026, 11, day, random.choice([0, 9, 11, 11, 12, 23]), random.randint(0, 59), tzinfo=ZoneInfo(ZONE)),
        "event_id": f"e{number}",
        "order_id": f"o{number}",
        "session_id": f"s{random.randint(1, 30)}",
        "payment_id": f"p{number}",
        "channel": random.choice(["app", "web", "shop"]),
        "region": random.choice(["GX", "GX-NN", "GX-NN-01", "GX-NN-02", "GX-LZ-01", ""]),
        "product_id": f"k{int(random.expovariate(0.15))}",
    }
    row |= {name: f"{name[0]}{random.randint(1, 9)}" for name in ("customer_id", "device_id") if random.random() < 0.4}
    if row["type"] == LOST:
        row["reason"] = random.choice(["late", "dear"])
    if row["type"] == MADE:
        row["attributes"] = {"pieces": random.randint(1, 4)}
    if random.random() < 0.8:
        row |= {"amount": random.randint(-500, 90_000), "currency": random.choice(["CNY", "CNY", "USD"])}
    for name, most in (("quantity", 5), ("duration", 9_000)):
        if random.random() < 0.7:
            row[name] = random.randint(0, most)
    return row


ROWS = [_row(Random(f"measures {number}"), number) for number in range(1500)]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("measures"), ZONE, WORDS) as one:
        records = [event(**{**row, "time": row["time"].astimezone(UTC).isoformat(), "region": row["region"] or None}) for row in ROWS]
        assert one.load(*records).refusals == ()
        yield one


def ask(rig: Rig, where: EventFilter, scope: Scope = EVERYTHING, at: datetime = NOW) -> StageDay:
    return stage_day(rig.warehouse, STAGE, where, scope, at.astimezone(UTC), ZONE)


def by_hand(rows: list[Row]) -> dict[str, Figure]:
    """Return every measure of some events, made as its declaration says."""

    def of(*types: str) -> list[Row]:
        return [row for row in rows if row["type"] in types]

    def money(found: list[Row]) -> dict[str, int]:
        sums: Counter[str] = Counter()
        for row in found:
            if "amount" in row:
                sums[row["currency"]] += row["amount"]
        return dict(sums)

    orders, lost = of(MADE), of(LOST)
    visitors = {row.get("customer_id") or row.get("device_id") or row["session_id"] for row in of(SEEN, MADE)}
    times = [row["duration"] / 1000 for row in of(SEEN, PAID) if "duration" in row]
    answers = [row["duration"] / 1000 for row in of(SEEN) if "duration" in row]
    per = Counter(row["currency"] for row in orders if "amount" in row)
    average = {
        currency: int((Decimal(amount) / per[currency]).quantize(Decimal(1), ROUND_HALF_UP)) for currency, amount in money(orders).items()
    }
    return {
        "volume": len(orders),
        "failures": len(lost),
        "visitors": len(visitors),
        "views": len(of(SEEN)),
        "app_orders": sum(row["channel"] in ("app", "web") and row["attributes"]["pieces"] in (1, 2) for row in orders),
        "goods": sum(row.get("quantity", 0) for row in of(MADE, PAID)),
        "value": money(orders),
        "paid": money(of(PAID)),
        "mean": statistics.fmean(times) if times else None,
        "late": statistics.quantiles(answers * (1 if len(answers) > 1 else 2), n=20, method="inclusive")[18] if answers else None,
        "conversion": len(orders) / len(visitors) if visitors else None,
        "lost": len(lost) / len(orders) if orders else None,
        "average": average or None,
    }


def same(found: Mapping[str, Figure], rows: list[Row]) -> bool:
    wanted = by_hand(rows)
    for name, figure in found.items():
        expected = wanted[name]
        if isinstance(figure, float) and isinstance(expected, float):
            assert figure == pytest.approx(expected), name
        else:
            assert figure == expected, name
    return True


def on(day: date, rows: list[Row], until: datetime | None = None, hour: int | None = None) -> list[Row]:
    found = [row for row in rows if row["time"].date() == day and hour in (None, row["time"].hour)]
    return [row for row in found if until is None or row["time"].time() <= until.time()]


def city(row: Row) -> str:
    return "-".join(row["region"].split("-")[:2])


NN = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
CASES: dict[str, tuple[EventFilter, Scope, Callable[[Row], bool]]] = {
    "all": (EventFilter(), EVERYTHING, lambda row: True),
    "a channel": (EventFilter(channel="web"), EVERYTHING, lambda row: row["channel"] == "web"),
    "an hour": (EventFilter(hour=11), EVERYTHING, lambda row: True),
    "a city": (EventFilter(by="region", value="GX-NN"), EVERYTHING, lambda row: city(row) == "GX-NN"),
    "an attribute": (EventFilter(by="pieces", value="2"), EVERYTHING, lambda row: row.get("attributes", {}).get("pieces") == 2),
    "a product": (EventFilter(by="product_id", value="k1", hour=9), EVERYTHING, lambda row: row["product_id"] == "k1"),
    "scope": (EventFilter(), NN, lambda row: city(row) == "GX-NN"),
    "nothing": (EventFilter(brand="none"), EVERYTHING, lambda row: False),
}


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=7), TODAY - timedelta(days=4)])
@pytest.mark.parametrize("case", list(CASES))
def test_every_measure_is_that_made_by_hand(rig: Rig, day: date, case: str) -> None:
    where, scope, within = CASES[case]
    found = ask(rig, replace(where, day=day.isoformat()), scope)
    rows = [row for row in ROWS if within(row)]
    until = NOW if day == TODAY else None
    measures = found.measures
    assert list(measures) == ["volume", "failures", *(one.name for one in MEASURES)]
    for attribute, back in (("now", 0), ("before", 1), ("week", 7)):
        wanted = on(day - timedelta(days=back), rows, until, where.hour)
        assert same({name: getattr(one, attribute) for name, one in measures.items()}, wanted)
    for hour in range(24):
        then = {name: one.hours_before[hour] for name, one in measures.items()}
        assert same(then, on(day - timedelta(days=1), rows, hour=hour))
        now = {name: one.hours[hour] for name, one in measures.items()}
        if until and hour > until.hour:
            assert set(now.values()) == {None}
        else:
            assert same(now, on(day, rows, until, hour))


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1)])
@pytest.mark.parametrize("case", [name for name in CASES if name != "nothing"])
def test_every_part_is_that_made_by_hand(rig: Rig, day: date, case: str) -> None:
    where, scope, within = CASES[case]
    found = ask(rig, replace(where, day=day.isoformat()), scope)
    until = NOW if day == TODAY else None
    rows = [row for row in ROWS if within(row)]
    now, before = on(day, rows, until, where.hour), on(day - timedelta(days=1), rows, until, where.hour)
    values: dict[str, Callable[[Row], str]] = {
        "channel": lambda row: row["channel"],
        "region": city if case != "a city" else lambda row: row["region"],
        "product_id": lambda row: row["product_id"],
        "pieces": lambda row: str(row.get("attributes", {}).get("pieces", "")),
        "reason": lambda row: row.get("reason", ""),
    }
    assert {"channel", "product_id"} <= {part.by for part in found.breakdowns}
    for part in found.breakdowns:
        value = values[part.by]
        named = {share.value for share in part.shares}
        for share in part.shares:
            mine = [row for row in now if (value(row) == share.value if share.value else value(row) not in {"", *named})]
            own = [row for row in before if (value(row) == share.value if share.value else value(row) not in {"", *named})]
            assert same({"volume": share.volume, "failures": share.failures, **share.figures}, mine)
            assert share.volume_before == sum(row["type"] == MADE for row in own)


def test_the_rest_of_many_values_is_measured_as_one(rig: Rig) -> None:
    shares = next(part.shares for part in ask(rig, EventFilter(day="2026-11-20")).breakdowns if part.by == "product_id")
    assert len(shares) == SHOWN + 1 and shares[-1].value == ""
    assert set(shares[-1].figures) == {one.name for one in MEASURES}


def test_what_has_no_value_in_a_breakdown_is_left_out(rig: Rig) -> None:
    told = {part.by: set(part.shares[0].figures) for part in ask(rig, EventFilter(day="2026-11-20")).breakdowns}
    # Only orders have pieces: what is paid, seen or lost cannot be taken apart by them. Only bad ends have reasons.
    assert told["pieces"] == {"visitors", "app_orders", "goods", "value", "conversion", "average"}
    assert told["reason"] == set()


def test_fourteen_days_stand_side_by_side(rig: Rig) -> None:
    for case, (where, scope, within) in CASES.items():
        found = ask(rig, replace(where, day="2026-11-21"), scope)
        assert [one.day for one in found.past] == [(TODAY - timedelta(days=back)).isoformat() for back in range(13, -1, -1)], case
        for one in found.past:
            today = one.day == "2026-11-21"
            rows = on(date.fromisoformat(one.day), [row for row in ROWS if within(row)], NOW if today else None)
            for kind, told in ((MADE, one.volume), (LOST, one.failures)):
                hours = Counter(row["time"].hour for row in rows if row["type"] == kind)
                assert list(told) == [None if today and hour > NOW.hour else hours[hour] for hour in range(24)], (case, one.day)


def test_a_day_to_come_has_no_hours(rig: Rig) -> None:
    found = ask(rig, EventFilter(day="2026-11-22"))
    assert set(found.measures["volume"].hours) == {None} and set(found.past[-1].volume) == {None}
    assert found.measures["volume"].now == 0 and found.measures["lost"].now is None and found.measures["value"].now == {}


def test_the_number_of_queries_does_not_depend_on_measures(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for measures in ((), MEASURES):
        with asked(rig.warehouse, monkeypatch) as texts:
            day = EventFilter(day="2026-11-21", hour=9, by="channel", value="app")
            stage_day(rig.warehouse, replace(STAGE, measures=measures), day, EVERYTHING, NOW, ZONE)
        counts.append(len(texts))
    assert counts == [3, 3]


@pytest.mark.parametrize(
    ("part", "whole"), [("mean", "volume"), ("volume", "value"), ("value", "visitors"), ("value", "paid"), ("conversion", "volume")]
)
def test_what_cannot_be_divided_is_refused(part: str, whole: str) -> None:
    wrong = replace(STAGE, measures=(*MEASURES, Measure("wrong", NAME, How.SHARE, part=part, whole=whole)))
    with pytest.raises(ValueError, match="measure 'wrong' divides"):
        planned(wrong)


@pytest.mark.parametrize(("amount", "each"), [(5, 3), (-5, -3), (7, 4), (4, 2), (0, 0)])
def test_money_per_event_is_rounded_to_a_minor_unit(amount: int, each: int) -> None:
    plan = planned(replace(STAGE, breakdowns=(), measures=tuple(one for one in MEASURES if one.name in ("value", "average"))))
    found = plan.figures({"measure_volume": 2, "measure_value": {"CNY": amount}, "measure_average": {"CNY": 2}})
    assert found["average"] == {"CNY": each}
