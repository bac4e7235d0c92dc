"""Order quality and returns as an open home answers them: what waits comes from one store, why from the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.opened import engine, house, take
from tests.fixtures.rig import MORNING
from tests.fixtures.trade import happened
from tongguan.app.installation import Installation
from tongguan.app.orders import OrderAnswers
from tongguan.model.access import EVERYTHING, Scope
from tongguan.model.flags import FlagFilter
from tongguan.model.returns import ReturnFilter
from tongguan.model.waiting import Lateness
from tongguan.warehouse.client import Cancellation


def told(name: str, hours: float, order: str, region: str = "GX-NN", **fields: object) -> bytes:
    time = (MORNING + timedelta(hours=hours)).isoformat()
    return happened(name, time, event_id=f"{order} {name}", order_id=order, region=region, channel="app", **fields)


STORY = [
    *(told("order.created", -200 - n, f"o{n}", amount=100 * n, currency="CNY") for n in range(1, 4)),
    told("return.requested", -190, "o1", reason="quality", amount=100, currency="CNY"),
    told("return.requested", -20, "o2", reason="changed_mind", amount=200, currency="CNY"),
    told("order.cancellation_requested", -1, "o3", "GX-LZ", reason="quality"),
    told("order.created", -1, "o4"),
    told("order.check_requested", -0.5, "o4", reason="suspicious"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("answers")
    with engine(folder) as warehouse, house(folder / "home", warehouse) as made:
        take(made, *STORY)
        yield made


def test_what_waits_stands_with_why_and_what_it_is_worth(home: Installation) -> None:
    page = OrderAnswers(home).returns_open(ReturnFilter(), None, EVERYTHING, 50, 0, Cancellation())
    assert [(one.row.case_id, one.about.reason, one.about.amount) for one in page.rows] == [
        ("o1", "quality", 100),
        ("o2", "changed_mind", 200),
        ("o3", "quality", 300),
    ]
    assert [one.row.lateness for one in page.rows] == [Lateness.LATE, Lateness.ON_TIME, Lateness.LATE]
    assert [one.about.wished for one in page.rows] == [MORNING + timedelta(hours=hours) for hours in (-190, -20, -1)]


def test_filters_that_only_events_know(home: Installation) -> None:
    answers, quality = OrderAnswers(home), ReturnFilter(reason="quality")
    page = answers.returns_open(quality, None, EVERYTHING, 1, 1, Cancellation())
    assert ([one.row.case_id for one in page.rows], page.total, page.counts[Lateness.LATE]) == (["o3"], 2, 2)
    late = answers.returns_open(quality, Lateness.LATE, EVERYTHING, 50, 0, Cancellation())
    assert [one.row.case_id for one in late.rows] == ["o1", "o3"]
    in_time = answers.returns_open(ReturnFilter(), Lateness.ON_TIME, EVERYTHING, 50, 0, Cancellation())
    assert [one.row.case_id for one in in_time.rows] == ["o2"]
    own = answers.returns_open(quality, None, Scope(regions=frozenset({"GX-LZ"})), 50, 0, Cancellation())
    assert [one.row.case_id for one in own.rows] == ["o3"]
    assert answers.returns_open(quality, None, Scope(stages=frozenset({"order"})), 50, 0, Cancellation()).total == 0


def test_what_waits_for_review_is_told_of_today_only(home: Installation) -> None:
    answers = OrderAnswers(home)
    assert answers.flagged_day(FlagFilter(), EVERYTHING, Cancellation()).waiting == 1
    assert answers.flagged_day(FlagFilter(channel="web"), EVERYTHING, Cancellation()).waiting == 0
    assert answers.flagged_day(FlagFilter(day="2026-11-20"), EVERYTHING, Cancellation()).waiting is None
    assert answers.flagged_day(FlagFilter(), Scope(stages=frozenset({"payment"})), Cancellation()).waiting is None
