"""Watched sums by value and day, held against what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import happened, opened
from tongguan.metrics import watched
from tongguan.metrics.watched import WatchedNumbers
from tongguan.model.findings import DaySum, Of, Tally, Unit, Watch
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
    line(8, 9, "payment", "no date"),
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


def ask(rig: Rig, by: str, part: Tally, whole: Tally | None = None, depth: int = 2) -> Any:
    return WatchedNumbers(rig.warehouse).watched(Watch("w", NAME, "payment", by, part, whole, Unit.SHARE, depth=depth), FIRST, LAST)


def test_a_share_has_part_and_whole_of_each_day(rig: Rig) -> None:
    found = ask(rig, "channel", Tally((PAID,)), Tally((PAID, FAILED)))
    assert found == {"app": {FIRST: DaySum(2, 3)}, "web": {date(2026, 11, 2): DaySum(1, 1)}}


def test_regions_are_cut_where_the_watch_says(rig: Rig) -> None:
    assert set(ask(rig, "region", Tally((PAID,)))) == {"P-03", "P-04"}
    assert set(ask(rig, "region", Tally((PAID,)), depth=3)) == {"P-03-01", "P-03-02", "P-04"}


def test_what_tells_its_own_day_counts_for_it_and_only_what_fits(rig: Rig) -> None:
    lines = Tally((LINE,), Of.AMOUNT, {"line_kind": ("payment",), "line_status": ("success",)}, "statement_date")
    found = ask(rig, "payment_channel", lines, Tally((PAID,), Of.AMOUNT))
    assert found["alipay"] == {FIRST: DaySum(1000, 1500)}


def test_scores_are_points_of_a_hundred_and_answers_without_one_add_nothing(rig: Rig) -> None:
    answers = {"measure": ("csat",)}
    found = ask(rig, "channel", Tally(("survey.answered",), Of.SCORE, answers), Tally(("survey.answered",), only=answers))
    assert found == {"sms": {date(2026, 11, 2): DaySum(100, 3)}}


def test_durations_are_seconds(rig: Rig) -> None:
    done = ("acceptance.manual_done",)
    assert ask(rig, "channel", Tally(done, Of.DURATION), Tally(done)) == {"app": {date(2026, 11, 2): DaySum(90, 1)}}


def test_what_is_followed_in_time_counts_on_its_own_day(rig: Rig) -> None:
    # Lines name other payments, so nothing follows; a payment that succeeded follows itself, one that failed does not.
    followed = Tally((PAID, FAILED), followed_by=("statement.line_recorded",), by="payment_id", hours=1)
    assert ask(rig, "channel", followed, Tally((PAID, FAILED))) == {"app": {FIRST: DaySum(0, 3)}, "web": {date(2026, 11, 2): DaySum(0, 1)}}
    itself = Tally((PAID, FAILED), followed_by=(PAID,), by="payment_id", hours=1)
    assert ask(rig, "channel", itself, Tally((PAID, FAILED))) == {"app": {FIRST: DaySum(2, 3)}, "web": {date(2026, 11, 2): DaySum(1, 1)}}


def test_the_most_frequent_values_are_watched(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "MOST", 1)
    assert list(ask(rig, "channel", Tally((PAID,)))) == ["app"]


def test_events_are_counted_to_tell_whether_anything_changed(rig: Rig) -> None:
    numbers = WatchedNumbers(rig.warehouse)
    assert numbers.events_until(FIRST, LAST) == len(EVENTS) - 1
    assert numbers.events_until(LAST, LAST) == 3
    assert numbers.events_until(FIRST, date(2026, 11, 2)) == 8 and numbers.events_until(FIRST, date(2026, 11, 2), [LINE]) == 11


def test_every_watch_of_the_packs_can_be_asked(rig: Rig) -> None:
    numbers = WatchedNumbers(rig.warehouse)
    asked = {one.name: numbers.watched(one, FIRST, LAST) for one in rig.vocabulary.watches}
    assert asked["payment_success"]["alipay"][FIRST] == DaySum(2, 3)
    assert asked["statement_lines"]["alipay"][FIRST] == DaySum(1, 2)
    assert asked["satisfaction"]["sms"] == {date(2026, 11, 2): DaySum(100, 3)}
