"""Indicators answered from the warehouse, held against the same made in plain Python from the same events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.fixtures.trade import asked
from tests.metrics.counted import LAST, MADE, ROWS, ZONE, Row, ask, buyers, city, counted, numbers, of, share
from tongguan.metrics.errors import QuestionError
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.periods import bucket_of
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.indicator_answers import Amount, Compare, Grain, IndicatorQuery


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndicatorEngine]:
    with counted(tmp_path_factory.mktemp("indicators")) as found:
        yield found


def _bucket(row: Row, grain: Grain) -> str:
    if grain is Grain.TOTAL:
        return ""
    at: datetime = row["at"]
    return at.replace(minute=0).isoformat() if grain is Grain.HOUR else bucket_of(at.date(), grain).isoformat()


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("grain", [Grain.TOTAL, Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.YEAR])
def test_every_grain_agrees_with_the_rows(engine: IndicatorEngine, name: str, grain: Grain) -> None:
    own: dict[str, list[Row]] = defaultdict(list)
    for row in ROWS:
        own[_bucket(row, grain)].append(row)
    table = ask(engine, name, grain=grain)
    assert len(table.rows) == max(1, len(table.totals) - 1) >= len(own)
    assert {one.bucket: one.amounts[name].value for one in table.rows} == pytest.approx(
        {one.bucket: MADE[name](own[one.bucket]) for one in table.rows}
    )
    assert table.totals[-1].amounts[name].value == pytest.approx(MADE[name](ROWS))


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize(
    ("by", "key"),
    [
        (("channel",), lambda row: (row["channel"],)),
        (("region",), lambda row: (city(row),)),
        (("district", "channel"), lambda row: (row["region"], row["channel"])),
    ],
    ids=["channel", "city", "district and channel"],
)
def test_every_place_agrees_with_the_rows_and_totals_are_right(
    engine: IndicatorEngine, name: str, by: tuple[str, ...], key: Callable[[Row], tuple[str, ...]]
) -> None:
    table = ask(engine, name, by=by, grain=Grain.MONTH)
    places = {row.values for row in table.rows}
    assert len(table.rows) == 2 * len(places)
    for row in table.rows:
        own = [one for one in ROWS if key(one) == row.values and _bucket(one, Grain.MONTH) == row.bucket]
        assert row.amounts[name].value == pytest.approx(MADE[name](own))
    for row in table.totals:
        own = [one for one in ROWS if not row.bucket or _bucket(one, Grain.MONTH) == row.bucket]
        assert row.amounts[name].value == pytest.approx(MADE[name](own))


def test_a_ratio_tells_its_parts_and_whether_they_are_few(engine: IndicatorEngine) -> None:
    table = ask(engine, "paid_rate", by=("payment_channel",))
    for row in table.rows:
        own = [one for one in ROWS if one["attributes"].get("payment_channel") == row.values[0]]
        paid, failed = len(of("payment.succeeded", own)), len(of("payment.failed", own))
        assert row.amounts["paid_rate"] == Amount(paid / (paid + failed), paid, paid + failed, thin=False)
    few = ask(engine, "paid_rate", by=("payment_channel",), since=LAST, until=LAST)
    assert all(row.amounts["paid_rate"].thin for row in few.rows)
    nothing = ask(engine, "paid_rate", since=date(2020, 1, 1), until=date(2020, 1, 2))
    assert nothing.rows[0].amounts["paid_rate"] == Amount(None, 0, 0, thin=True)


def test_windows_end_with_their_bucket_and_begin_before_the_period(engine: IndicatorEngine) -> None:
    since = LAST - timedelta(days=9)
    table = ask(engine, "orders_7d", "paid_rate_7d", "orders_month", "orders_ever", since=since, grain=Grain.DAY, by=("channel",))
    for row in table.rows:
        end = date.fromisoformat(row.bucket)
        before = [one for one in ROWS if one["at"].date() <= end and one["channel"] == row.values[0]]
        week = [one for one in before if one["at"].date() > end - timedelta(days=7)]
        month = [one for one in before if one["at"].date() >= end.replace(day=1)]
        assert row.amounts["orders_7d"].value == MADE["orders"](week)
        assert row.amounts["paid_rate_7d"].value == pytest.approx(share(week))
        assert row.amounts["orders_month"].value == MADE["orders"](month)
        assert row.amounts["orders_ever"].value == MADE["orders"](before)
    assert table.totals[-1].amounts["orders_7d"].value == table.totals[-2].amounts["orders_7d"].value


def test_a_window_over_months_is_that_of_their_last_day(engine: IndicatorEngine) -> None:
    rows = ask(engine, "orders_7d", grain=Grain.MONTH).rows
    ends = [date(2026, 10, 31), LAST]
    for row, end in zip(rows, ends, strict=True):
        week = [one for one in ROWS if end - timedelta(days=7) < one["at"].date() <= end]
        assert row.amounts["orders_7d"].value == MADE["orders"](week)


def test_a_conversion_looks_for_the_same_customer_within_its_time(engine: IndicatorEngine) -> None:
    talks, payments = of("contact.ended", ROWS), of("payment.succeeded", ROWS)

    def bought(talk: Row) -> bool:
        day = timedelta(hours=24)
        same = (pay for pay in payments if pay["customer_id"] == talk["customer_id"] != "")
        return any(timedelta(0) <= pay["at"] - talk["at"] <= day for pay in same)

    amount = ask(engine, "bought_after_talk").rows[0].amounts["bought_after_talk"]
    assert (amount.part, amount.whole) == (sum(map(bought, talks)), len(talks))
    assert amount.part
    for row in ask(engine, "bought_after_talk", by=("channel",), grain=Grain.WEEK).rows:
        own = [one for one in talks if one["channel"] == row.values[0] and _bucket(one, Grain.WEEK) == row.bucket]
        assert (row.amounts["bought_after_talk"].part, row.amounts["bought_after_talk"].whole) == (sum(map(bought, own)), len(own))


def test_an_event_does_not_follow_itself_where_it_must_come_later(engine: IndicatorEngine) -> None:
    payments = of("payment.succeeded", ROWS)

    def again(payment: Row) -> bool:
        same = (one for one in payments if one["customer_id"] == payment["customer_id"] != "")
        return any(timedelta(0) < one["at"] - payment["at"] <= timedelta(days=7) for one in same)

    amount = ask(engine, "bought_again").rows[0].amounts["bought_again"]
    assert (amount.part, amount.whole) == (sum(map(again, payments)), len(payments))
    assert 0 < sum(map(again, payments)) < len(payments)


def test_different_values_of_each_day_sum_up_over_days(engine: IndicatorEngine) -> None:
    def days(rows: list[Row]) -> int:
        return len({(row["at"].date(), row["customer_id"]) for row in of("order.created", rows) if row["customer_id"]})

    table = ask(engine, "buyer_days", grain=Grain.DAY)
    assert table.totals[-1].amounts["buyer_days"].value == days(ROWS) == sum(row.amounts["buyer_days"].value or 0 for row in table.rows)
    assert {row.values: row.amounts["buyer_days"].value for row in ask(engine, "buyer_days", by=("channel",)).rows} == {
        (channel,): days([row for row in ROWS if row["channel"] == channel]) for channel in ("app", "web", "shop", "")
    }


def test_reported_totals_sum_up_and_stocks_do_not(engine: IndicatorEngine) -> None:
    november: dict[str, Any] = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
    assert numbers(ask(engine, "new_users", by=("channel",), **november), "new_users") == {(("app",), ""): 100, (("web",), ""): 50.5}
    table = ask(engine, "bound", grain=Grain.WEEK, **november)
    told = {row.bucket: row.amounts["bound"].value for row in table.rows}
    assert (told["2026-10-26"], told["2026-11-02"], told["2026-11-09"]) == (1000, 1170, 1180)
    assert told["2026-11-23"] == 1180, "a stock stays what it was last told to be"
    assert table.totals[-1].amounts["bound"].value == 1180
    assert ask(engine, "bound", since=date(2026, 12, 1), until=date(2026, 12, 5)).rows[0].amounts["bound"].value == 1180
    assert ask(engine, "bound", since=date(2026, 10, 1), until=date(2026, 10, 5)).rows[0].amounts["bound"].value is None
    long_after = ask(engine, "bound", since=date(2028, 1, 1), until=date(2028, 1, 5))
    assert long_after.rows[0].amounts["bound"].value is None, "what was not told for longer than a year is not known"
    by = numbers(ask(engine, "bound", by=("channel",), **november), "bound")
    assert by == {(("app",), ""): 1100, (("wechat",), ""): 80}


def test_filters_cover_what_lies_below(engine: IndicatorEngine) -> None:
    def orders(**where: str) -> float | int | None:
        return ask(engine, "orders", where=where).rows[0].amounts["orders"].value

    assert orders(region="P-01") == len([one for one in of("order.created", ROWS) if city(one) == "P-01"])
    assert orders(region="P") == len([one for one in of("order.created", ROWS) if one["region"].startswith("P")])
    assert orders(channel="app", district="P-01-02") == len(
        [one for one in of("order.created", ROWS) if (one["channel"], one["region"]) == ("app", "P-01-02")]
    )
    assert orders(channel="x' OR 1 = 1 --") == 0


@pytest.mark.parametrize("name", ["orders", "buyers", "paid_rate", "slow", "orders_7d", "bought_after_talk", "bound"])
def test_a_scope_leaves_the_rows_of_its_regions(engine: IndicatorEngine, name: str) -> None:
    scope = Scope(Level.CITY, frozenset(), frozenset({"P-01"}))
    inside = ask(engine, name, scope=scope, grain=Grain.WEEK)
    filtered = ask(engine, name, where={"region": "P-01"}, grain=Grain.WEEK)
    assert [row.amounts for row in inside.rows] == [row.amounts for row in filtered.rows]
    assert {row.values[0] for row in ask(engine, name, scope=scope, by=("region",)).rows} <= {"P-01"}


def test_who_does_not_see_a_stage_does_not_see_its_indicators(engine: IndicatorEngine) -> None:
    scope = Scope(Level.PROVINCE, frozenset({"payment"}), frozenset())
    with pytest.raises(KeyError, match="no indicator 'buyers'"):
        ask(engine, "buyers", scope=scope)


@pytest.mark.parametrize("name", ["orders", "buyers", "paid_rate", "orders_per_buyer", "orders_7d"])
def test_the_rest_is_one_row_and_right(engine: IndicatorEngine, name: str) -> None:
    every = ask(engine, name, by=("channel",))
    table = ask(engine, name, by=("channel",), top=1)
    (first, rest) = table.rows
    assert first == every.rows[0]
    assert (rest.others, rest.values) == (True, ("",))
    start = LAST - timedelta(days=7) if name == "orders_7d" else date.min
    others = [one for one in ROWS if one["channel"] != first.values[0] and one["at"].date() > start]
    assert rest.amounts[name].value == pytest.approx(MADE[name.removesuffix("_7d")](others))
    assert table.totals[-1] == every.totals[-1]


def test_a_period_is_compared_bucket_by_bucket(engine: IndicatorEngine) -> None:
    week: dict[str, Any] = {"since": date(2026, 11, 15), "until": LAST, "grain": Grain.DAY, "by": ("channel",)}
    table = ask(engine, "orders", "buyers", compare=(Compare.PREVIOUS, Compare.YEAR), **week)
    for row in table.rows:
        then = date.fromisoformat(row.bucket) - timedelta(days=7)
        own = [one for one in ROWS if one["at"].date() == then and one["channel"] == row.values[0]]
        assert row.before[Compare.PREVIOUS]["orders"].value == MADE["orders"](own)
        assert row.before[Compare.PREVIOUS]["buyers"].value == buyers(own)
        assert row.before[Compare.YEAR]["orders"].value == 0
    last = [one for one in ROWS if date(2026, 11, 8) <= one["at"].date() <= date(2026, 11, 14)]
    assert table.totals[-1].before[Compare.PREVIOUS]["buyers"].value == buyers(last)


@pytest.mark.parametrize("name", ["orders", "value", "buyers", "paid_rate", "slow", "orders_per_buyer", "orders_7d"])
@pytest.mark.parametrize(("compare", "back"), [(Compare.PREVIOUS, 7), (Compare.YEAR, 365)])
def test_a_day_that_is_not_over_is_compared_up_to_the_same_time(engine: IndicatorEngine, name: str, compare: Compare, back: int) -> None:
    shift = timedelta(days=7 - back)
    now = datetime(2026, 11, 14, 20, 30, tzinfo=ZoneInfo(ZONE)) + timedelta(days=back)
    query = IndicatorQuery((name,), date(2026, 11, 15) - shift, LAST - shift, Grain.DAY, ("channel",), compare=(compare,))
    table = engine.answer(query, EVERYTHING, now)
    earlier_too = [one for one in ROWS if one["at"] <= now - timedelta(days=back)]
    earlier = [one for one in earlier_too if one["at"].date() >= date(2026, 11, 8)]
    made = MADE[name.removesuffix("_7d")]
    assert table.totals[-1].before[compare][name].value == pytest.approx(made(earlier))
    for row in table.rows:
        day = date.fromisoformat(row.bucket) - timedelta(days=back)
        first = day - timedelta(days=6 if name == "orders_7d" else 0)
        own = [one for one in earlier_too if one["channel"] == row.values[0] and first <= one["at"].date() <= day]
        assert row.before[compare][name].value == pytest.approx(made(own))


def test_days_that_are_over_and_what_is_known_by_day_are_compared_whole(engine: IndicatorEngine) -> None:
    def before(name: str, day: date, now: datetime) -> float:
        query = IndicatorQuery((name,), day, day, compare=(Compare.PREVIOUS,))
        told = engine.answer(query, EVERYTHING, now.replace(tzinfo=ZoneInfo(ZONE)))
        return told.totals[-1].before[Compare.PREVIOUS][name].value or 0

    made = [one for one in ROWS if one["type"] == "order.created" and one["at"].date() == date(2026, 11, 19)]
    assert before("orders", date(2026, 11, 20), datetime(2026, 11, 21, 0, 30)) == len(made)
    assert before("orders", date(2026, 11, 20), datetime(2026, 11, 20, 8)) < len(made)
    assert before("new_users", date(2026, 11, 2), datetime(2026, 11, 2, 8)) == 100


@pytest.mark.parametrize(
    ("names", "given", "told"),
    [
        ((), {}, "no indicator is named"),
        (("orders",), {"until": date(2026, 1, 1)}, "lies before the first day"),
        (("orders",), {"by": ("chanel",)}, "cannot be taken apart by 'chanel'; did you mean 'channel'"),
        (("orders", "bound"), {"by": ("customer_id",)}, "orders, bound cannot be taken apart by 'customer_id'"),
        (("orders",), {"where": {"amount": "1"}}, "cannot be taken apart by 'amount'"),
        (("orders",), {"by": ("channel", "channel")}, "named twice"),
        (("orders_7d",), {"grain": Grain.HOUR}, "orders_7d runs over days"),
        (("bound",), {"grain": Grain.MINUTE}, "bound is known by day only"),
        (("orders",), {"grain": Grain.MINUTE}, "more than 3,000 buckets"),
    ],
)
def test_what_cannot_be_asked(engine: IndicatorEngine, names: tuple[str, ...], given: dict[str, Any], told: str) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(engine, *names, **given)
    assert told in str(caught.value)


def test_an_unknown_indicator_names_the_nearest(engine: IndicatorEngine) -> None:
    with pytest.raises(KeyError, match="did you mean 'orders'"):
        ask(engine, "order")


def test_terms_of_one_fact_are_asked_at_once_and_the_sql_is_told(engine: IndicatorEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked(engine.warehouse, monkeypatch) as texts:
        table = ask(engine, "orders", "app_orders", "value", "paid_rate", by=("channel",), grain=Grain.DAY)
    assert len(texts) == len(table.statements) == 1
    again = engine.warehouse.query(table.statements[0]).rows
    assert sum(row[2] for row in again) == MADE["orders"](ROWS)
