"""What the stages of the packs are measured by: made of what events carry, named in both languages, answered by the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.fixtures.rig import Rig
from tests.fixtures.trade import happened, opened
from tongguan.areas.packs import build_vocabulary
from tongguan.metrics.measures import planned
from tongguan.metrics.stage_day import stage_day
from tongguan.model.access import EVERYTHING
from tongguan.model.answers import EventFilter, StageDay
from tongguan.model.event import DIMENSIONS
from tongguan.model.measures import Figure, How, Measure
from tongguan.model.vocabulary import Stage

WORDS = build_vocabulary()
STAGES = pytest.mark.parametrize("stage", WORDS.stages, ids=lambda stage: stage.name)
EVERY = [pytest.param(stage, one, id=f"{stage.name}-{one.name}") for stage in WORDS.stages for one in stage.measures]
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
HAN = 8


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A sale of the morning: a visit and a return, an order paid and posted, accepted by a person, delivered, complained about."""
    with opened(tmp_path_factory.mktemp("measures")) as one:
        receipt = one.load(
            happened("visit.session_started", "2026-11-21T01:00:00Z", channel="app", session_id="s1", attributes={"returning": True}),
            happened("visit.session_started", "2026-11-21T01:10:00Z", channel="web", session_id="s2", attributes={"returning": False}),
            happened("visit.page_viewed", "2026-11-21T01:01:00Z", channel="app", session_id="s1", duration=120),
            happened("product.mismatch_found", "2026-11-21T01:00:00Z", product_id="k1", channel="app", attributes={"part": "price"}),
            happened("resource.received", "2026-11-21T01:00:00Z", resource_id="n1", attributes={"resource_kind": "number"}),
            happened("stock.received", "2026-11-21T01:00:00Z", product_id="k1", quantity=40),
            happened("order.created", "2026-11-21T02:00:00Z", order_id="o1", customer_id="c1", amount=9900, currency="CNY"),
            happened("order.flagged", "2026-11-21T02:01:00Z", order_id="o1", reason="duplicate"),
            happened("payment.attempted", "2026-11-21T02:02:00Z", payment_id="p1", order_id="o1"),
            happened("payment.succeeded", "2026-11-21T02:03:00Z", payment_id="p1", order_id="o1", amount=9900, currency="CNY"),
            happened("acceptance.manual_done", "2026-11-21T02:30:00Z", order_id="o1", duration=90_000),
            happened("package.delivered", "2026-11-21T03:00:00Z", package_id="b1", order_id="o1"),
            happened("ticket.opened", "2026-11-21T03:30:00Z", ticket_id="t1", attributes={"kind": "complaint"}),
            happened("payment.partly_refunded", "2026-11-21T03:40:00Z", payment_id="p1", amount=900, currency="CNY"),
        )
        assert receipt.refusals == ()
        yield one


def ask(rig: Rig, stage: str) -> StageDay:
    return stage_day(rig.warehouse, WORDS.stage(stage), EventFilter(day="2026-11-21"), EVERYTHING, NOON, "Asia/Shanghai")


@STAGES
def test_a_stage_is_measured_and_the_engine_knows_how(rig: Rig, stage: Stage) -> None:
    assert stage.measures and planned(stage).measures[2:] == stage.measures
    assert list(ask(rig, stage.name).measures) == ["volume", "failures", *(one.name for one in stage.measures)]


@pytest.mark.parametrize(
    ("stage", "figures"),
    [
        ("visit", {"visitors": 2, "visits": 2, "page_views": 1, "returning_visits": 1, "returning_share": 0.5, "page_time": 0.12}),
        ("listing", {"price_mismatches": 1, "stock_mismatches": 0, "mismatches": 1, "rejected_share": None}),
        ("stock", {"numbers_received": 1, "cards_received": 0, "pieces_received": 40}),
        ("order", {"value": {"CNY": 9900}, "average_value": {"CNY": 9900}, "buyers": 1, "abnormal": 1, "abnormal_share": 1.0}),
        ("payment", {"attempts": 1, "successes": 1, "success_rate": 1.0, "paid": {"CNY": 9900}, "average_paid": {"CNY": 9900}}),
        ("acceptance", {"manual_done": 1, "automatic_share": 0.0, "work": 90.0, "long_work": 90.0}),
        ("delivery", {"delivered": 1, "delivered_share": 1.0, "lost": 0}),
        ("after_sales", {"complaints": 1, "faults": 0}),
        ("returns", {"refunds": 1, "refunded": {"CNY": 900}}),
    ],
)
def test_a_sale_is_measured(rig: Rig, stage: str, figures: dict[str, Figure]) -> None:
    measures = ask(rig, stage).measures
    assert {name: measures[name].now for name in figures} == figures


@pytest.mark.parametrize(("stage", "measure"), EVERY)
def test_a_measure_asks_for_what_its_events_carry(stage: Stage, measure: Measure) -> None:
    assert measure.better in ("", "up", "down")
    for name in measure.types:
        attributes = {one.name: one for one in WORDS.event_type(name).attributes}
        for column, values in measure.only.items():
            assert column in DIMENSIONS or column in attributes, f"{name} has no {column}"
            closed = attributes[column].values if column in attributes else ()
            assert not closed or set(values) <= set(closed), f"{name}: {column} is never {values}"
    if measure.how is How.SUM:
        assert all("quantity" in WORDS.event_type(name).requires for name in measure.types)
    if measure.how in (How.MEAN, How.P95):
        assert any("`duration`" in WORDS.event_type(name).meaning for name in measure.types)


@STAGES
def test_measures_have_names_of_their_own(stage: Stage) -> None:
    for language in ("zh", "en"):
        names = [one.label.in_language(language) for one in stage.measures]
        assert all(names) and len(set(names)) == len(names)
    assert all(sum("一" <= sign <= "鿿" for sign in one.label.zh) <= HAN for one in stage.measures)
