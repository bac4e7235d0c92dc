"""Halls on a day of the simulated province with planted faults: each is seen in its hours, and in no others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import opened
from tongguan.areas.operations.halls import HALL_WATCH
from tongguan.areas.packs import build_vocabulary
from tongguan.metrics.halls import halls
from tongguan.model.access import EVERYTHING
from tongguan.model.answers import FlowFilter
from tongguan.model.halls import Grade, Halls, HallStatus, ProblemKind, Reach, Why
from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import DAY, at, day_of
from tongguan.simulate.days import Province
from tongguan.simulate.faults.plan import FaultKind, FaultPlan
from tongguan.simulate.faults.plans import fault
from tongguan.simulate.world import Setting

WORDS = build_vocabulary()
FIRST, DAYS = date(2026, 11, 1), 9
TODAY = day_of(FIRST) + DAYS - 1
PLAN = FaultPlan(
    "halls",
    [
        fault("wechat", FaultKind.PROBE_FAILURE, at(TODAY, 2), at(TODAY, 4, 30), 70, "微厅", "WeChat", {"channel": "wechat"}),
        fault(
            "app", FaultKind.CHECKOUT_BROKEN, at(TODAY, 10), at(TODAY, 13), 85, "手厅", "App", {"channel": "app", "step": "payment_choice"}
        ),
        fault("alipay", FaultKind.PAYMENT_OUTAGE, at(TODAY, 19), at(TODAY, 21), 92, "支付宝", "Alipay", {"payment_channel": "alipay"}),
    ],
)
CALM = (0, 1, 6, 7, 8, 9, 15, 16, 17, 18, 23)
"""Hours in which no fault stands, nor stood in the hour before."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Nine days of what halls are watched by; the rest of the province would only take time to load."""
    heads = tuple(f'{{"type":"{name}"'.encode() for name in HALL_WATCH.types())
    province = Province(Setting(seed=3, first=FIRST, orders_per_day=600, plan=PLAN))
    with opened(tmp_path_factory.mktemp("simulated")) as one:
        for _, block in province.stream(DAYS, Accounts((day_of(FIRST) + DAYS) * DAY - 1)):
            lines = [line for line in block.encoded() if line.startswith(heads)]
            for first in range(0, len(lines), 5000):
                assert one.deliver(*lines[first : first + 5000]).refusals == ()
        one.loader.load_all()
        yield one


def ask(rig: Rig, hour: int, minute: int = 30) -> Halls:
    moment = datetime.fromisoformat(f"2026-11-01T{hour:02}:{minute:02}:00+08:00").astimezone(UTC) + timedelta(days=DAYS - 1)
    return halls(rig.warehouse, WORDS, HALL_WATCH, FlowFilter(), EVERYTHING, moment, "Asia/Shanghai", waiting=False)


def hall(found: Halls, channel: str) -> HallStatus:
    return next(one for one in found.halls if one.channel == channel)


@pytest.fixture(scope="module")
def day(rig: Rig) -> list[Halls]:
    """The halls at half past every hour."""
    return [ask(rig, hour) for hour in range(24)]


def test_a_hall_whose_probes_fail_is_down_in_those_hours_and_in_no_others(day: list[Halls]) -> None:
    assert [hour for hour, found in enumerate(day) if hall(found, "wechat").standing.why is Why.DOWN] == [3, 4]
    wechat = hall(day[3], "wechat")
    assert wechat.reach.reach is Reach.DOWN and wechat.standing.grade is Grade.BAD
    assert wechat.reach.since is not None and wechat.reach.since.astimezone(UTC).hour == 18
    assert {one.kind for one in wechat.problems} >= {ProblemKind.PROBE, ProblemKind.SUB_CHANNEL}
    assert hall(day[2], "wechat").reach.reach is Reach.DEGRADED


def test_a_broken_checkout_makes_tries_fail_and_tells_why(day: list[Halls]) -> None:
    app = hall(day[12], "app")
    assert (app.standing.grade, app.standing.why) == (Grade.BAD, Why.FAILING)
    assert app.reach.reach is Reach.DEGRADED
    assert (app.reasons[0].type, app.reasons[0].reason) == ("visit.checkout_left", "page_error")
    assert [one.probe for one in app.probes if one.reach is Reach.DOWN] == ["app-checkout"]


def test_a_payment_outage_is_seen_where_it_is_tried(rig: Rig, day: list[Halls]) -> None:
    web = hall(day[20], "web")
    assert web.reach.reach is Reach.DEGRADED
    assert [one.target for one in web.probes if one.reach is not Reach.UP] == ["payment:alipay"]
    interfaces = [one.name for one in ask(rig, 20, 10).shared if one.kind is ProblemKind.INTERFACE]
    assert interfaces == ["gateway-alipay"]


def test_calm_hours_are_calm(day: list[Halls]) -> None:
    found = {(hour, one.channel): one.standing for hour in CALM for one in day[hour].halls}
    assert {place: stands for place, stands in found.items() if stands.grade in (Grade.BAD, Grade.WATCH)} == {}
    assert {one.why for (_, channel), one in found.items() if channel in ("app", "web", "wechat", "sms", "phone")} == {Why.WELL}
