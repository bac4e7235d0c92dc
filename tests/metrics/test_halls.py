"""Halls: volumes and tries against what is usual, probes, outages, devices, what goes from one to another, scope, number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

import msgspec
import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import asked, happened, opened
from tongguan.areas.operations.halls import HALL_WATCH
from tongguan.areas.packs import build_vocabulary
from tongguan.metrics.halls import halls
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import FlowFilter
from tongguan.model.halls import Devices, Grade, Halls, HallStatus, Linkage, ProblemKind, Reach, Why

WORDS = build_vocabulary()
NOW = datetime.fromisoformat("2026-11-21T10:30:00+08:00").astimezone(UTC)
"""A Saturday."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_REGIONS = ("P-01", "P-01-02", "P-02", "")


def made(kind: str, ago: timedelta, number: str, **fields: Any) -> bytes:
    return happened(kind, (NOW - ago).isoformat(), event_id=number, **fields)


def _customers() -> Iterator[bytes]:
    """Yield the visits and tries of 30 days around the hours that are looked at; drawn, the same each time."""
    random = Random(11)
    for back in range(30):
        for n in range(140):
            ago = back * DAY + timedelta(minutes=random.randrange(-60, 180))
            channel = random.choice(("app", "app", "web"))
            where = {"channel": channel, "region": random.choice(_REGIONS)}
            kind = random.choice(("visit.session_started", "visit.session_started", "service.completed", "service.left", "payment.failed"))
            fields: dict[str, Any] = {"session_id": f"s{back}-{n}"} if kind.startswith("visit") else {}
            fields |= {"payment_id": f"p{back}-{n}", "reason": random.choice(("timeout", "declined"))} if kind == "payment.failed" else {}
            yield made(kind, ago, f"e{back}-{n}", **where, **fields)


def _watched() -> Iterator[bytes]:
    for minutes in range(5, 1500, 10):
        failing = minutes < 50
        for probe, channel, bad in (("home", "app", False), ("pay", "app", failing), ("web", "web", False), ("all", "wechat", failing)):
            about = {"channel": channel, "sub_channel": channel, "attributes": {"probe": probe, "target": probe}}
            kind, why = ("probe.failed", {"reason": "timeout"}) if bad else ("probe.completed", {})
            yield made(kind, minutes * MINUTE, f"{probe}{minutes}", duration=minutes * 10, **about, **why)
    told = {"outage": "Z1", "parts": ["sms-gateway"], "planned": True, "ends": "2026-11-21T12:00:00+08:00"}
    yield made("outage.started", 40 * MINUTE, "z1", channel="sms", attributes=told)
    yield made("outage.started", 9 * 60 * MINUTE, "z2", channel="web", attributes={"outage": "Z2"})
    yield made("outage.ended", 8 * 60 * MINUTE, "z2e", channel="web", attributes={"outage": "Z2"})
    yield made("outage.started", 60 * MINUTE, "z3", attributes={"outage": "Z3", "parts": ["boss", "crm"]})
    called = {"quantity": 400, "attributes": {"interface": "boss-order"}}
    yield made("interface.called", 31 * MINUTE, "i1", **called)
    yield made("interface.failed", 31 * MINUTE, "i2", reason="timeout", **{**called, "quantity": 60})


def _devices() -> Iterator[bytes]:
    for back in (0, 1, 7):
        for device in range(8):
            if back or device > 3:
                where = {"channel": "kiosk", "region": "P-01" if device < 5 else "P-02", "device_id": f"k{device}"}
                yield made("device.heartbeat_received", back * DAY + device * MINUTE, f"h{back}-{device}", **where)
    kiosk = {"channel": "kiosk", "region": "P-01"}
    yield made("device.disconnected", 3 * DAY, "d0", device_id="k0", **kiosk)
    yield made("device.disconnected", 2 * DAY, "d1", device_id="k1", **kiosk)
    yield made("device.connected", 1 * DAY + 30 * MINUTE, "d2", device_id="k1", **kiosk)


def _referrals() -> Iterator[bytes]:
    to_app = {"channel": "web", "region": "P-01", "attributes": {"to_channel": "app"}}
    for n, (followed, bought) in enumerate(((200, 100), (200, 300), (200, 0), (0, 0))):
        yield made("referral.made", 240 * MINUTE, f"r{n}", customer_id=f"c{n}", **to_app)
        if followed:
            yield made("referral.followed", followed * MINUTE, f"f{n}", customer_id=f"c{n}", **to_app)
        if bought:
            ordered = {"channel": "app", "region": "P-01", "customer_id": f"c{n}"}
            yield happened("order.created", (NOW - bought * MINUTE).isoformat(), event_id=f"o{n}", **{**ordered, "order_id": f"o{n}"})
    yield made("service.fallen_through", 240 * MINUTE, "ft1", channel="kiosk", region="P-02")
    yield made("service.fallen_through", 240 * MINUTE, "ft2", channel="phone", region="P-02")


EVENTS = [*_customers(), *_watched(), *_devices(), *_referrals()]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("halls")) as one:
        assert one.load(*EVENTS).refusals == ()
        yield one


def ask(rig: Rig, at: datetime = NOW, scope: Scope = EVERYTHING, **where: str) -> Halls:
    return halls(rig.warehouse, WORDS, HALL_WATCH, FlowFilter(**where), scope, at, "Asia/Shanghai", waiting=False)


def hall(found: Halls, channel: str) -> HallStatus:
    return next(one for one in found.halls if one.channel == channel)


def told(channel: str, types: tuple[str, ...], since: datetime, until: datetime, region: str = "") -> int:
    """Count events by looking at every one of them."""
    found = 0
    for record in EVENTS:
        one = msgspec.json.decode(record)
        when, here = datetime.fromisoformat(one["time"]), one.get("region", "")
        within = not region or here == region or here.startswith(f"{region}-")
        found += one["type"] in types and one.get("channel") == channel and since < when <= until and within
    return found


def hour(days_back: int, clock: int) -> tuple[datetime, datetime]:
    opens = NOW.replace(minute=0) - days_back * DAY + timedelta(hours=clock - 10)
    return opens - timedelta(microseconds=1), opens + timedelta(hours=1) - timedelta(microseconds=1)


@pytest.mark.parametrize("channel", ["app", "web"])
@pytest.mark.parametrize("region", ["", "P-01"])
def test_volume_is_counted_and_compared_with_the_same_weekdays(rig: Rig, channel: str, region: str) -> None:
    found, types = hall(ask(rig, region=region), channel), ("visit.session_started",)
    assert found.volume.last_hour == told(channel, types, *hour(0, 9), region)
    assert found.volume.current == told(channel, types, hour(0, 10)[0], NOW, region)
    past = [told(channel, types, *hour(back, 9), region) for back in (7, 14, 21, 28)]
    usual = found.volume.last_usual
    assert usual is not None and (usual.median, usual.days, usual.weekly) == (median(past), 4, True)
    assert usual.spread == median(abs(one - median(past)) for one in past)
    assert found.volume.elapsed == 0.5
    assert [one.volume for one in found.hours][11:] == [None] * 13
    assert found.hours[10].volume == found.volume.current and found.hours[9].volume == found.volume.last_hour


@pytest.mark.parametrize("channel", ["app", "web"])
def test_tries_of_the_last_sixty_minutes(rig: Rig, channel: str) -> None:
    found, since = hall(ask(rig), channel), NOW - timedelta(hours=1)
    watch = next(one for one in HALL_WATCH.halls if one.channel == channel)
    assert found.success.successes == told(channel, watch.successes, since, NOW)
    assert found.success.attempts == told(channel, (*watch.successes, *watch.failures), since, NOW)
    assert found.success.share is None if found.success.attempts < 30 else found.success.share
    counted = Counter({(one.type, one.reason): one.count for one in found.reasons})
    assert sum(counted.values()) == told(channel, ("payment.failed",), since, NOW)
    assert [one.count for one in found.reasons] == sorted((one.count for one in found.reasons), reverse=True)


def test_answer_times_are_those_of_successful_probes_in_seconds(rig: Rig) -> None:
    took = sorted(minutes * 10 / 1000 for minutes in range(5, 60, 10))
    web = hall(ask(rig), "web").response
    assert web.answers == 6
    assert web.median == pytest.approx(took[3]) and web.p95 == pytest.approx(took[-1])
    assert hall(ask(rig), "sms").response.median is None


def test_who_is_reached(rig: Rig) -> None:
    found = ask(rig)
    wechat = hall(found, "wechat")
    assert (wechat.reach.reach, wechat.reach.probes, wechat.reach.failed) == (Reach.DOWN, 6, 5)
    assert wechat.reach.since == NOW - 45 * MINUTE and wechat.reach.last_probe == NOW - 5 * MINUTE
    assert (wechat.standing.grade, wechat.standing.why) == (Grade.BAD, Why.DOWN)
    app = hall(found, "app")
    assert (app.reach.reach, app.reach.since) == (Reach.DEGRADED, NOW - 45 * MINUTE)
    assert [(one.probe, one.reach) for one in app.probes] == [("home", Reach.UP), ("pay", Reach.DOWN)]
    assert (hall(found, "web").reach.reach, hall(found, "web").reach.since) == (Reach.UP, None)
    assert hall(found, "shop").reach.reach is Reach.UNKNOWN


def test_before_and_after_the_failures_the_hall_is_up(rig: Rig) -> None:
    assert hall(ask(rig, NOW - 60 * MINUTE), "wechat").reach.reach is Reach.UP
    later = hall(ask(rig, NOW + 90 * MINUTE), "wechat").reach
    assert later.reach is Reach.UNKNOWN and later.last_probe == NOW - 5 * MINUTE


def test_outages_are_of_one_hall_or_of_all(rig: Rig) -> None:
    found = ask(rig)
    sms = hall(found, "sms")
    assert (sms.reach.reach, sms.reach.planned, sms.reach.since) == (Reach.DOWN, True, NOW - 40 * MINUTE)
    assert (sms.standing.grade, sms.standing.why) == (Grade.WATCH, Why.PLANNED)
    assert [(one.detail, one.until) for one in sms.problems] == [("sms-gateway", NOW + 90 * MINUTE)]
    assert not [one for one in hall(found, "web").problems if one.kind is ProblemKind.OUTAGE]
    shared = [(one.kind, one.name, one.detail, one.count, one.of) for one in found.shared]
    assert shared == [
        (ProblemKind.INTERFACE, "boss-order", "timeout", 60, 400),
        (ProblemKind.OUTAGE, "Z3", "boss, crm", 0, 0),
    ]
    assert hall(ask(rig, NOW - 510 * MINUTE), "web").reach.reach is Reach.DOWN


def test_devices_off_and_silent(rig: Rig) -> None:
    kiosk = hall(ask(rig), "kiosk")
    assert kiosk.devices == Devices(1, NOW - 3 * DAY, 4, 8, {"P-01": (1, 5)})
    assert (kiosk.standing.grade, kiosk.standing.why) == (Grade.BAD, Why.DEVICES)
    silent = [(one.name, one.count, one.of) for one in kiosk.problems if one.kind is ProblemKind.DEVICES_SILENT]
    assert silent == [("", 4, 8), ("P-01", 4, 5)]
    assert hall(ask(rig, region="P-02"), "kiosk").devices == Devices(0, None, 3, 3)
    assert hall(ask(rig), "app").devices is None


def test_linkage_of_the_day(rig: Rig) -> None:
    assert ask(rig).linkage == [Linkage("kiosk", "phone", handed_over=1), Linkage("web", "app", made=4, followed=3, bought=1)]
    assert ask(rig, channel="phone").linkage == [Linkage("kiosk", "phone", handed_over=1)]
    assert ask(rig, region="P-02").linkage == [Linkage("kiosk", "phone", handed_over=1)]


def test_scope_cuts_customers_but_not_what_has_no_region(rig: Rig) -> None:
    scope = Scope(Level.CITY, regions=frozenset({"P-01"}))
    inside, everything = hall(ask(rig, scope=scope), "app"), hall(ask(rig), "app")
    assert inside.volume == hall(ask(rig, region="P-01"), "app").volume != everything.volume
    assert inside.reach == everything.reach
    assert hall(ask(rig, scope=Scope(Level.CITY, regions=frozenset({"P-09"}))), "app").volume.last_hour == 0


def test_one_hall_alone_is_as_among_all(rig: Rig) -> None:
    assert ask(rig, channel="app").halls == [hall(ask(rig), "app")]
    assert [one.channel for one in ask(rig).halls] == [one.channel for one in HALL_WATCH.halls]


def test_six_queries_however_many_halls(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    for channel, region in (("", ""), ("app", ""), ("", "P-01")):
        with asked(rig.warehouse, monkeypatch) as texts:
            ask(rig, channel=channel, region=region)
        assert len(texts) == 6


def test_data_through_is_the_newest_event_not_after_the_moment(rig: Rig) -> None:
    found = ask(rig)
    assert found.data_through is not None and found.data_through <= NOW
    assert found.day == "2026-11-21"
