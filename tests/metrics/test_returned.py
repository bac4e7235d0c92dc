"""What is called off or given back, counted over a small story, and the same for flagged orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.rig import MORNING, Rig
from tests.fixtures.trade import happened, opened
from tongguan.areas.orders.quality import RULES_FILE
from tongguan.areas.orders.returned import RETURN_EVENTS
from tongguan.detect.flag_files import read_flags
from tongguan.metrics.flagged import flagged_day, flagged_page
from tongguan.metrics.returned import Returned
from tongguan.model.access import EVERYTHING, Scope
from tongguan.model.flags import FlagCount, FlagFilter
from tongguan.model.returns import ReturnFilter, ReturnsOn
from tongguan.processes.open_steps import OpenStepsKeeper

NOW = MORNING + timedelta(hours=4)
"""14:00 in Shanghai on 2026-11-21."""
WEEK = {"since": "2026-11-15", "until": "2026-11-21"}
NN, LZ = "GX-NN-01", "GX-LZ-02"


def told(name: str, hours: float, order: str, **fields: Any) -> bytes:
    return happened(name, (MORNING + timedelta(hours=hours)).isoformat(), event_id=f"{order} {name} {hours}", order_id=order, **fields)


APP = {"channel": "app", "region": NN, "business_class": "goods.handset", "product_id": "P1"}
WEB = {"channel": "web", "region": LZ, "business_class": "goods.number_card", "product_id": "P2"}

STORY = [
    told("order.created", 0, "o1", amount=5000, currency="CNY", **APP),
    told("order.created", 0.1, "o2", amount=3000, currency="CNY", **APP),
    told("order.created", 0.2, "o3", amount=700, currency="CNY", **WEB),
    told("order.created", -30, "o4", amount=900, currency="CNY", **WEB),
    told("order.created", -31, "o5", amount=100, currency="CNY", **APP),
    # o1 is called off after an hour, o3 at once by the system.
    told("order.cancellation_requested", 1, "o1", reason="changed_mind", **APP),
    told("order.cancelled", 2, "o1", reason="changed_mind", **APP),
    told("order.cancelled", 3, "o3", reason="not_paid", **WEB),
    # o4 came back: asked yesterday, closed today; o5 was asked for this morning and waits.
    told("return.requested", -24, "o4", reason="quality", amount=900, currency="CNY", **WEB),
    told("return.approved", -20, "o4", **WEB),
    told("return.goods_received", -2, "o4", **WEB),
    told("payment.refund_requested", -1.5, "o4", payment_id="z4", amount=900, currency="CNY", **WEB),
    told("payment.refunded", 1, "o4", payment_id="z4", amount=900, currency="CNY", **WEB),
    told("return.closed", 1.5, "o4", **WEB),
    told("return.requested", 0.5, "o5", reason="quality", amount=100, currency="CNY", **APP),
    told(
        "order.flagged", 0.2, "o2", reason="duplicate", attributes={"rule": "duplicate_order", "other_orders": ["o1"], "found": 360}, **APP
    ),
    told("order.flagged", 0.3, "o2", reason="suspicious", attributes={"rule": "theirs"}, **APP),
    told("order.flagged", -24, "o4", reason="duplicate", attributes={"rule": "duplicate_order"}, **WEB),
    told("order.flagged", -19, "o5", reason="duplicate", attributes={"rule": "duplicate_order"}, **APP),
]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("returned")
    with opened(folder) as made:
        made.load(*STORY)
        OpenStepsKeeper(made.warehouse, made.database, made.vocabulary).catch_up()
        yield made


def asked(rig: Rig, scope: Scope = EVERYTHING) -> Returned:
    return Returned(rig.warehouse, RETURN_EVENTS, scope, "Asia/Shanghai")


def test_today_beside_other_days(rig: Rig) -> None:
    report = asked(rig).report(ReturnFilter(**WEEK), NOW)
    today, yesterday = report.today, report.yesterday
    assert (today.cancelled, today.asked, today.ended, today.made) == (2, 1, 3, 3)
    # What was called off is worth what was ordered.
    assert (today.value, today.refunded) == ({"CNY": 5000 + 700 + 100}, {"CNY": 900})
    assert (yesterday.cancelled, yesterday.asked, yesterday.value, yesterday.made) == (0, 1, {"CNY": 900}, 2)
    assert report.last_week.gone == 0
    assert report.days[-2:] == [ReturnsOn("2026-11-20", 0, 1, 0), ReturnsOn("2026-11-21", 2, 1, 3)]
    assert len(report.days) == 7 and report.data_through == MORNING + timedelta(hours=3)


def test_values_of_dimensions_with_those_that_came_into_being(rig: Rig) -> None:
    by = asked(rig).report(ReturnFilter(**WEEK), NOW).by
    reasons = {one.value: (one.now.cancelled, one.now.asked, one.now.value) for one in by["reason"]}
    assert reasons == {"changed_mind": (1, 0, {"CNY": 5000}), "not_paid": (1, 0, {"CNY": 700}), "quality": (0, 2, {"CNY": 1000})}
    assert next(one.value for one in by["reason"]) == "quality"
    channels = {one.value: (one.now.gone, one.now.made, one.now.rate) for one in by["channel"]}
    assert channels == {"app": (2, 3, 2 / 3), "web": (2, 2, 1.0)}
    assert {one.value for one in by["region"]} == {"GX-NN", "GX-LZ"}
    assert {one.value for one in by["product_id"]} == {"P1", "P2"}


def test_how_long_steps_take(rig: Rig) -> None:
    steps = {(one.begin, one.ends[0]): one for one in asked(rig).report(ReturnFilter(**WEEK), NOW).steps}
    assert steps["order.cancellation_requested", "order.cancelled"].median == 3600
    assert steps["return.requested", "return.approved"].median == 4 * 3600
    assert steps["return.requested", "return.closed"].p90 == 25.5 * 3600
    assert (steps["payment.refund_requested", "payment.refunded"].cases, steps["payment.refunded", "return.closed"].median) == (1, 1800)
    # What ended on other days is left out.
    past = {(one.begin, one.ends[0]): one for one in asked(rig).report(ReturnFilter(since="2026-11-20", until="2026-11-20"), NOW).steps}
    assert past["return.requested", "return.approved"].cases == 1
    assert (past["return.requested", "return.closed"].cases, past["return.requested", "return.closed"].median) == (0, None)


@pytest.mark.parametrize(
    ("where", "cancelled", "wanted"),
    [
        ({"channel": "app"}, 1, 1),
        ({"region": "GX-LZ"}, 1, 0),
        ({"reason": "quality"}, 0, 1),
        ({"product_id": "P2"}, 1, 0),
        ({"business_class": "goods"}, 2, 1),
    ],
)
def test_filters_narrow_everything(rig: Rig, where: dict[str, str], cancelled: int, wanted: int) -> None:
    report = asked(rig).report(ReturnFilter(**WEEK, **where), NOW)
    assert (report.today.cancelled, report.today.asked) == (cancelled, wanted)
    assert (report.days[-1].cancelled, report.days[-1].asked) == (cancelled, wanted)
    assert sum(one.now.gone for one in report.by["channel"]) >= cancelled + wanted


def test_nobody_sees_other_regions(rig: Rig) -> None:
    scope = Scope(regions=frozenset({"GX-LZ"}))
    report = asked(rig, scope).report(ReturnFilter(**WEEK), NOW)
    assert (report.today.cancelled, report.today.asked, report.today.made) == (1, 0, 1)
    assert {one.value for one in report.by["region"]} == {LZ}
    assert [row.case_id for row in asked(rig, scope).ended(ReturnFilter(), date(2026, 11, 21), 50, 0).rows] == ["o3", "o4"]
    book = read_flags(RULES_FILE, rig.vocabulary)
    assert flagged_page(rig.warehouse, book, FlagFilter(), scope, NOW, "Asia/Shanghai", limit=50, offset=0).total == 0


def test_what_ended_today_tells_how_long_it_took(rig: Rig) -> None:
    page = asked(rig).ended(ReturnFilter(), date(2026, 11, 21), 50, 0)
    assert [(row.case_id, row.type, row.seconds) for row in page.rows] == [
        ("o3", "order.cancelled", None),
        ("o1", "order.cancelled", 3600.0),
        ("o4", "return.closed", 25.5 * 3600),
    ]
    assert [(row.about.reason, row.about.amount, row.about.currency) for row in page.rows] == [
        ("not_paid", 700, "CNY"),
        ("changed_mind", 5000, "CNY"),
        ("quality", 900, "CNY"),
    ]
    assert asked(rig).ended(ReturnFilter(reason="quality"), date(2026, 11, 21), 50, 0).total == 1
    assert [row.case_id for row in asked(rig).ended(ReturnFilter(), date(2026, 11, 21), 1, 1).rows] == ["o1"]


def test_flags_of_a_day_by_rule_beside_other_days(rig: Rig) -> None:
    book = read_flags(RULES_FILE, rig.vocabulary)
    day = flagged_day(rig.warehouse, book, FlagFilter(), EVERYTHING, NOW, "Asia/Shanghai")
    counts = {one.rule: (one.reason, one.count) for one in day.rules}
    # Yesterday until 14:00 one, later another.
    assert counts["duplicate_order"] == ("duplicate", FlagCount(1, 1, 0))
    assert counts["theirs"] == ("suspicious", FlagCount(1, 0, 0))
    assert counts["unusual_amount"] == ("suspicious", FlagCount())
    assert "many_by_device" not in counts
    assert (day.flagged, day.made) == (FlagCount(1, 1, 0), FlagCount(3, 2, 0))
    assert len(day.past) == 14
    assert (day.past[-2].rules, day.past[-2].flagged) == ({"duplicate_order": 2}, 2)
    assert (day.past[-1].rules, day.past[-1].flagged, day.past[-1].made) == ({"duplicate_order": 1, "theirs": 1}, 1, 3)
    past = flagged_day(rig.warehouse, book, FlagFilter(day="2026-11-20"), EVERYTHING, NOW, "Asia/Shanghai")
    assert past.flagged == FlagCount(2, 0, 0)


def test_flags_one_by_one(rig: Rig) -> None:
    book = read_flags(RULES_FILE, rig.vocabulary)
    page = flagged_page(rig.warehouse, book, FlagFilter(), EVERYTHING, NOW, "Asia/Shanghai", limit=50, offset=0)
    assert [(row.case_id, row.rule, row.step) for row in page.rows] == [("o2", "theirs", "created"), ("o2", "duplicate_order", "created")]
    assert (page.rows[1].others, page.rows[1].found, page.rows[1].time) == (["o1"], 360.0, MORNING + timedelta(minutes=12))
    only = FlagFilter(day="2026-11-20", rule="duplicate_order", channel="web")
    assert [row.case_id for row in flagged_page(rig.warehouse, book, only, EVERYTHING, NOW, "Asia/Shanghai", limit=50, offset=0).rows] == [
        "o4"
    ]
