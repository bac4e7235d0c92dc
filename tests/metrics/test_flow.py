"""The panorama's numbers: volumes, rate, failures, backlog, filters, scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.rig import Rig, event
from tests.fixtures.trade import asked, opened
from tests.fixtures.words import SMALL
from tongguan.metrics.flow import flow
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import Flow, FlowFilter, StageStatus
from tongguan.model.vocabulary import Stage, Vocabulary
from tongguan.model.waiting import WaitingFilter
from tongguan.processes.open_steps import OpenStepsKeeper, step_counts

ZONE = "Asia/Shanghai"

WORDS = Vocabulary(
    SMALL.packs,
    [
        *SMALL.stages,
        Stage("cancel", SMALL.stages[0].label, ("order.cancelled", "package.delivered"), failures=("order.cancelled",)),
    ],
)


def at(text: str) -> datetime:
    """Return a moment of Shanghai's clock, such as ``21 10:30``, in November 2026."""
    return datetime.fromisoformat(f"2026-11-{text.replace(' ', 'T')}+08:00").astimezone(UTC)


def made(number: str, moment: str, **fields: Any) -> bytes:
    return event(order_id=number, event_id=number, time=at(moment).isoformat(), **fields)


def _events() -> Iterator[bytes]:
    # Today is the 21st, half past ten.
    yield made("t1", "21 00:00:00", channel="app", region="GX-NN", business_class="goods", brand="x")
    yield made("t2", "21 09:00:00", channel="app", region="GX-NN-01", business_class="goods.handset")
    yield made("t3", "21 09:59:59.999999", channel="web", region="GXX", business_class="goodsx")
    yield made("t4", "21 10:00:00", channel="web", region="GX")
    yield made("t5", "21 10:30:00", channel="web")
    yield made("t6", "21 10:45:00", channel="web")
    # Yesterday and a week before, around the same minute.
    yield made("y1", "20 00:00:00", channel="app", region="GX-NN")
    yield made("y2", "20 10:29:59.999999", channel="web")
    yield made("y3", "20 10:30:00.000001", channel="web")
    yield made("y4", "20 23:59:59", channel="web", region="GX-NN")
    yield made("w1", "14 10:10:00", channel="app")
    yield made("w2", "14 10:50:00")
    yield made("w3", "13 23:59:59")
    yield made("w4", "19 10:00:00")
    # What became of some.
    yield event(type="payment.succeeded", payment_id="p", order_id="t2", event_id="p", time=at("21 09:10:00").isoformat())
    yield event(type="package.shipped", order_id="t2", event_id="s", time=at("21 09:20:00").isoformat())
    yield event(type="package.delivered", order_id="y1", event_id="d", time=at("21 08:00:00").isoformat())
    yield event(type="order.cancelled", order_id="y2", event_id="c", time=at("21 08:30:00").isoformat())
    yield event(type="order.cancelled", order_id="y3", event_id="c2", time=at("21 10:40:00").isoformat())


NOW = at("21 10:30:00")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("flow"), ZONE, WORDS) as one:
        assert one.load(*_events()).refusals == ()
        OpenStepsKeeper(one.warehouse, one.database, WORDS).catch_up()
        yield one


def ask(rig: Rig, moment: datetime = NOW, scope: Scope = EVERYTHING, **given: str) -> Flow:
    where = FlowFilter(**given)
    return flow(
        rig.warehouse, WORDS, where, scope, moment, ZONE, step_counts(rig.database, WORDS, WaitingFilter(**vars(where)), scope, moment)
    )


def stage(found: Flow, name: str) -> StageStatus:
    return next(one for one in found.stages if one.name == name)


def volumes(found: Flow, name: str = "order") -> tuple[int, int, int]:
    one = stage(found, name)
    return one.volume, one.volume_yesterday, one.volume_last_week


def test_volumes_up_to_the_same_minute(rig: Rig) -> None:
    found = ask(rig)
    assert (found.at, found.day) == (NOW, "2026-11-21")
    assert volumes(found) == (5, 2, 1)
    assert volumes(found, "payment") == (1, 0, 0)
    assert volumes(ask(rig, at("21 10:45:00"))) == (6, 3, 1)
    assert volumes(ask(rig, at("21 23:59:59"))) == (6, 4, 2)


def test_a_moment_in_the_past_does_not_count_what_came_after(rig: Rig) -> None:
    found = ask(rig, at("21 09:30:00"))
    assert volumes(found) == (2, 1, 0)
    assert stage(found, "order").hourly[9:11] == [1, None]
    assert stage(ask(rig, at("21 08:15:00")), "cancel").failures == 0


def test_at_midnight_and_in_the_first_hour(rig: Rig) -> None:
    midnight = ask(rig, at("21 00:00:00"))
    assert midnight.day == "2026-11-21"
    assert volumes(midnight) == (1, 1, 0)
    assert stage(midnight, "order").rate == 1
    assert stage(midnight, "order").hourly == [1, *[None] * 23]
    first = ask(rig, at("21 00:40:00"))
    assert (volumes(first), stage(first, "order").rate) == ((1, 1, 0), 1)
    before = ask(rig, at("20 23:59:59.999999"))
    assert (before.day, volumes(before), stage(before, "order").rate) == ("2026-11-20", (4, 1, 1), 0)


def test_days_without_data(rig: Rig) -> None:
    found = ask(rig, at("30 10:00:00"))
    assert volumes(found) == (0, 0, 0)
    assert (stage(found, "order").rate, stage(found, "order").failures) == (0, 0)
    assert stage(found, "order").hourly == [*[0] * 11, *[None] * 13]
    assert stage(found, "order").hourly_yesterday == [0] * 24
    assert found.data_through == at("21 10:45:00")


def test_rate_is_that_of_the_last_full_hour(rig: Rig) -> None:
    assert stage(ask(rig), "order").rate == 2
    assert stage(ask(rig, at("21 11:00:00")), "order").rate == 3
    assert stage(ask(rig, at("21 10:00:00")), "order").rate == 2
    assert stage(ask(rig, at("21 01:00:00")), "order").rate == 1


def test_failures_are_part_of_the_volume(rig: Rig) -> None:
    one = stage(ask(rig), "cancel")
    assert (one.volume, one.failures) == (2, 1)
    later = stage(ask(rig, at("21 10:40:00")), "cancel")
    assert (later.volume, later.failures) == (3, 2)


def test_hours(rig: Rig) -> None:
    one = stage(ask(rig), "order")
    assert one.hourly == [1, *[0] * 8, 2, 2, *[None] * 13]
    assert one.hourly_yesterday == [1, *[0] * 9, 2, *[0] * 12, 1]
    assert (len(one.hourly), len(one.hourly_yesterday)) == (24, 24)
    assert sum(hour or 0 for hour in one.hourly) == one.volume


def test_backlog_and_the_oldest(rig: Rig) -> None:
    found = ask(rig)
    order = stage(found, "order")
    assert (order.backlog, order.oldest) == (10, at("13 23:59:59"))
    delivery = stage(found, "delivery")
    # It waits since its last step, not since it was made.
    assert (delivery.backlog, delivery.oldest) == (1, at("21 09:20:00"))
    assert (stage(found, "payment").backlog, stage(found, "payment").oldest) == (None, None)
    nowhere = ask(rig, channel="app", region="GX-LZ")
    assert (stage(nowhere, "order").backlog, stage(nowhere, "order").oldest) == (0, None)


@pytest.mark.parametrize(
    ("given", "expected", "backlog"),
    [
        ({"channel": "app"}, (2, 1, 1), 2),
        ({"channel": "web"}, (3, 1, 0), 5),
        ({"region": "GX"}, (3, 1, 0), 3),
        ({"region": "GX-NN"}, (2, 1, 0), 2),
        ({"region": "GX-N"}, (0, 0, 0), 0),
        ({"business_class": "goods"}, (2, 0, 0), 1),
        ({"business_class": "goods.handset"}, (1, 0, 0), 0),
        ({"business_class": "good"}, (0, 0, 0), 0),
        ({"brand": "x"}, (1, 0, 0), 1),
        ({"brand": "x", "channel": "web"}, (0, 0, 0), 0),
        ({"channel": "x' OR 1=1 --"}, (0, 0, 0), 0),
    ],
)
def test_filters(rig: Rig, given: dict[str, Any], expected: tuple[int, int, int], backlog: int) -> None:
    found = ask(rig, **given)
    assert volumes(found) == expected
    assert stage(found, "order").backlog == backlog


def test_scope(rig: Rig) -> None:
    city = Scope(Level.CITY, stages=frozenset({"order", "delivery", "gone"}), regions=frozenset({"GX-NN"}))
    found = ask(rig, scope=city)
    assert [one.name for one in found.stages] == ["order", "delivery"]
    assert volumes(found) == (2, 1, 0)
    # A payment or a parcel of the city whose event names no region is not the city's; the order's own region decides where it waits.
    assert (stage(found, "order").backlog, stage(found, "delivery").backlog) == (2, 1)
    assert volumes(ask(rig, scope=city, region="GX")) == (2, 1, 0)
    assert volumes(ask(rig, scope=city, region="GXX")) == (0, 0, 0)


def test_data_through_does_not_follow_a_clock_that_runs_ahead(rig: Rig) -> None:
    assert ask(rig).data_through == NOW
    assert ask(rig, at("21 10:44:00")).data_through == at("21 10:40:00")
    assert ask(rig, at("21 10:45:00")).data_through == at("21 10:45:00")
    assert ask(rig, at("21 10:29:59")).data_through == at("21 10:00:00")
    assert ask(rig, at("21 09:05:00")).data_through == at("21 09:00:00")
    assert ask(rig, at("13 23:59:58")).data_through is None
    assert ask(rig, at("18 12:00:00")).data_through == at("14 10:50:00")
    # Merged parts hold one row for the hour; the answer is the same.
    rig.warehouse.command("OPTIMIZE TABLE hourly_counts FINAL")
    assert ask(rig, at("21 10:29:59")).data_through == at("21 10:00:00")


def test_questions_do_not_grow_with_stages_or_rows(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    many = Vocabulary(
        WORDS.packs,
        [Stage(f"{n}", WORDS.stages[0].label, ("order.created",), ("order.cancelled",), "order", ("created",)) for n in range(40)],
    )
    # Where nothing came for two days, one question more finds how far the data go.
    for words in (WORDS, many):
        for moment, questions in ((NOW, 4), (at("30 10:00:00"), 5)):
            with asked(rig.warehouse, monkeypatch) as texts:
                flow(rig.warehouse, words, FlowFilter(), EVERYTHING, moment, ZONE)
            assert len(texts) == questions


def test_before_any_data(rig: Rig) -> None:
    found = ask(rig, NOW - timedelta(days=3650))
    assert found.data_through is None
    assert all(volumes(found, one.name) == (0, 0, 0) for one in WORDS.stages)


def test_without_what_waits_no_backlog_is_known(rig: Rig) -> None:
    found = flow(rig.warehouse, WORDS, FlowFilter(), EVERYTHING, NOW, ZONE)
    assert all((one.backlog, one.oldest, one.late, one.warned, one.paused) == (None,) * 5 for one in found.stages)
    assert any(one.volume for one in found.stages)


def test_last_week_by_hour(rig: Rig) -> None:
    assert stage(ask(rig), "order").hourly_last_week == [*[0] * 10, 2, *[0] * 13]
