"""Watched sums by value and day, held against what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import happened, opened
from tongguan.areas.packs import indicator_files
from tongguan.metrics import watched
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.load import load_indicators
from tongguan.metrics.registry import Registry
from tongguan.metrics.watched import WatchedNumbers
from tongguan.model.findings import DaySum, Series, Watch, watches
from tongguan.model.indicators import Aggregation, Bad, Indicator, IndicatorClass, Ratio, Simple, Term, WatchRule
from tongguan.model.vocabulary import Label

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 3)
NAME = Label("数", "Number")
PAID, FAILED, LINE = "payment.succeeded", "payment.failed", "statement.line_recorded"


def told(number: int, kind: str, day: int, attributes: dict[str, Any] | None = None, **fields: Any) -> bytes:
    named = {"event_id": f"e{number}", "order_id": f"o{number}", "payment_id": f"p{number}"}
    return happened(kind, f"2026-11-{day:02}T10:00:00+08:00", **{**named, **fields, "attributes": attributes or {}})


def paid(number: int, day: int, method: str, minor: int | None, **fields: str) -> bytes:
    money = {"amount": minor, "currency": "CNY"} if minor else {}
    return told(number, PAID if minor else FAILED, day, {"payment_channel": method}, **fields, **money)


def line(number: int, minor: int, kind: str, day: str) -> bytes:
    about = {"payment_channel": "alipay", "statement_date": day, "line_kind": kind, "line_status": "success"}
    return told(number, LINE, 3, about, amount=minor, currency="CNY")


def answer(number: int, **given: int) -> bytes:
    return told(number, "survey.answered", 2, {"measure": "csat", **given}, channel="sms")


EVENTS = [
    paid(1, 1, "alipay", 1000, channel="app", region="P-03-02"),
    paid(2, 1, "alipay", 500, channel="app", region="P-03-01"),
    paid(3, 1, "alipay", None, channel="app", region="P-03-01"),
    paid(4, 2, "wechat_pay", 100, channel="web", region="P-04"),
    paid(5, 4, "wechat_pay", None, channel="web", region="P-04"),
    # A line comes in after its day, and tells which day is its own.
    line(6, 1000, "payment", "2026-11-01"),
    line(7, 70, "refund", "2026-11-01"),
    answer(9, score=4, best_score=5),
    answer(10, score=1, best_score=5),
    answer(11),
    told(12, "acceptance.manual_done", 2, channel="app", duration=90_000),
]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("watched")) as one:
        assert one.deliver(*EVENTS).refusals == ()
        one.loader.load_all()
        yield one


def engine(rig: Rig) -> IndicatorEngine:
    shipped = [one for area, path in indicator_files() for one in load_indicators(path, rig.vocabulary, "Asia/Shanghai", area)]
    return IndicatorEngine(rig.warehouse, rig.vocabulary, Registry(shipped), "Asia/Shanghai")


def ask(rig: Rig, by: str, part: Term, whole: Term | None = None) -> Series:
    rule = WatchRule(by, Bad.BOTH)
    kind = Ratio(part, whole) if whole else Simple(part)
    one = Indicator("w", NAME, NAME, "payments", kind, IndicatorClass.OPERATIONS, owner="payment", watch=rule)
    return WatchedNumbers(lambda: engine(rig)).watched(Watch(one, rule), FIRST, LAST)


def count(*types: str, condition: str = "", **more: Any) -> Term:
    return Term("events", Aggregation.COUNT, types=types, condition=condition, **{"time": "time", **more})


def test_a_share_has_part_and_whole_of_each_day(rig: Rig) -> None:
    found = ask(rig, "channel", count(PAID), count(PAID, FAILED))
    assert found == {"app": {FIRST: DaySum(2, 3)}, "web": {date(2026, 11, 2): DaySum(1, 1)}}


def test_the_same_sum_may_be_both(rig: Rig) -> None:
    assert ask(rig, "channel", count(PAID), count(PAID))["app"] == {FIRST: DaySum(2, 2)}


def test_a_count_has_no_whole_and_what_has_no_value_is_left_out(rig: Rig) -> None:
    assert ask(rig, "channel", count(PAID, LINE)) == {"app": {FIRST: DaySum(2, 0)}, "web": {date(2026, 11, 2): DaySum(1, 0)}}


def test_regions_are_cities_and_districts(rig: Rig) -> None:
    assert set(ask(rig, "region", count(PAID))) == {"P-03", "P-04"}
    assert set(ask(rig, "district", count(PAID))) == {"P-03-01", "P-03-02", "P-04"}


def test_what_tells_its_own_day_counts_for_it(rig: Rig) -> None:
    lines = Term("events", Aggregation.SUM, "amount", (LINE,), "JSONExtractString(attributes, 'line_kind') = 'payment'", "statement_date")
    paid_amount = Term("events", Aggregation.SUM, "amount", (PAID,), time="time")
    assert ask(rig, "payment_channel", lines, paid_amount)["alipay"] == {FIRST: DaySum(1000, 1500)}


def test_the_most_frequent_values_are_watched(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "MOST", 1)
    assert list(ask(rig, "channel", count(PAID))) == ["app"]


def test_events_are_counted_to_tell_whether_anything_changed(rig: Rig) -> None:
    numbers = WatchedNumbers(lambda: engine(rig))
    assert numbers.events_until(FIRST, LAST) == len(EVENTS) - 1
    assert numbers.events_until(LAST, LAST) == 2
    assert numbers.events_until(FIRST, date(2026, 11, 2)) == 8 and numbers.events_until(FIRST, date(2026, 11, 2), [LINE]) == 10


def test_every_watched_indicator_of_the_packs_can_be_asked(rig: Rig) -> None:
    numbers, found = WatchedNumbers(lambda: engine(rig)), watches(engine(rig).registry.values())
    asked = {one.name: numbers.watched(one, FIRST, LAST) for one in found}
    assert asked["payment_success_rate"]["alipay"][FIRST] == DaySum(2, 3)
    assert asked["statement_lines_per_payment"]["alipay"][FIRST] == DaySum(1, 2)
    assert asked["satisfaction_score"]["sms"] == {date(2026, 11, 2): DaySum(100, 2)}
    assert {one.name for one in found if one.told_later} == {"statement_lines_per_payment"}
    assert {one.name: one.settles for one in found if one.settles} == {
        "delivered_in_4_days_rate": 4,
        "off_statement_rate": 3,
        "not_posted_rate": 2,
    }
