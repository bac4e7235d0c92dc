"""Rows of open steps: written, counted, filtered, listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tongguan.model.waiting import Lateness, OpenStep, WaitingFilter, WaitingOrder
from tongguan.records import open_steps
from tongguan.records.database import Database
from tongguan.records.open_steps import StepCounts

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEPS = {"order": {"paid", "shipped"}, "ticket": {"opened"}}


def step(case_id: str, name: str = "paid", hours: int = 1, kind: str = "order", **fields: Any) -> OpenStep:
    empty = dict.fromkeys(("channel", "region", "business_class", "brand", "customer_id"), "")
    moments: dict[str, Any] = dict.fromkeys(("warned_from", "late_from", "paused_since"))
    return OpenStep(**{"kind": kind, "case_id": case_id, "step": name, "since": NOW - hours * HOUR, **empty, **moments, **fields})


ROWS = [
    step("o1", hours=5, warned_from=NOW - 2 * HOUR, late_from=NOW - HOUR, channel="app", region="GX-NN", business_class="goods.handset"),
    step("o2", hours=4, warned_from=NOW, late_from=NOW + HOUR, channel="web", region="GX-NN-01", brand="x"),
    step("o3", hours=3, warned_from=NOW + HOUR, late_from=NOW + 2 * HOUR, region="GXX", business_class="goodsx"),
    step("o4", hours=9, late_from=NOW - HOUR, paused_since=NOW - HOUR, region="GX"),
    step("O_5%", "shipped", hours=2, region="GX-LZ", business_class="goods"),
    step("w1", "opened", hours=7, kind="ticket", late_from=NOW, warned_from=NOW - HOUR, region="GX-NN"),
    step("z1", "unseen", hours=99, region="GX-NN"),
]


@pytest.fixture
def filled(db: Database) -> Database:
    with db.begin() as connection:
        open_steps.put(connection, ROWS, [])
    return db


def ids(db: Database, where: WaitingFilter | None = None, regions: tuple[str, ...] = (), **shape: Any) -> list[str]:
    given = {"order": WaitingOrder.CASE_ID, "descending": False, "limit": 50, "offset": 0, **shape}
    with db.read() as connection:
        return [row.case_id for row in open_steps.page(connection, STEPS, where or WaitingFilter(), regions, NOW, **given)]


def test_counts_by_step(filled: Database) -> None:
    with filled.read() as connection:
        found = open_steps.counts(connection, STEPS, WaitingFilter(), (), NOW)
    assert found == {
        ("order", "paid"): StepCounts(4, paused=1, late=1, warned=1, oldest=NOW - 9 * HOUR),
        ("order", "shipped"): StepCounts(1, 0, 0, 0, NOW - 2 * HOUR),
        ("ticket", "opened"): StepCounts(1, 0, late=1, warned=0, oldest=NOW - 7 * HOUR),
    }


def test_the_limit_itself_is_late_and_a_pause_comes_before_it(filled: Database) -> None:
    states = {row.case_id: row.lateness_at(NOW) for row in ROWS}
    assert states == {
        "o1": Lateness.LATE,
        "o2": Lateness.WARNED,
        "o3": Lateness.ON_TIME,
        "o4": Lateness.PAUSED,
        "O_5%": Lateness.UNLIMITED,
        "w1": Lateness.LATE,
        "z1": Lateness.UNLIMITED,
    }
    for lateness in Lateness:
        expected = sorted(name for name, state in states.items() if state is lateness and name != "z1")
        assert sorted(ids(filled, WaitingFilter(lateness=lateness))) == expected
    with filled.read() as connection:
        found = open_steps.by_lateness(connection, STEPS, WaitingFilter(), (), NOW)
    assert found == {
        Lateness.PAUSED: 1,
        Lateness.SILENT: 0,
        Lateness.LATE: 2,
        Lateness.WARNED: 1,
        Lateness.ON_TIME: 1,
        Lateness.UNLIMITED: 1,
    }


def test_silent_comes_after_a_pause_and_before_late(filled: Database) -> None:
    rows = [
        step("s1", "shipped", hours=400, late_from=NOW - HOUR, silent_from=NOW),
        step("s2", "shipped", hours=400, late_from=NOW - HOUR, silent_from=NOW + HOUR),
        step("s3", "shipped", hours=400, silent_from=NOW - HOUR, paused_since=NOW - HOUR),
        step("s4", "shipped", hours=400, silent_from=NOW - HOUR),
    ]
    assert [row.lateness_at(NOW) for row in rows] == [Lateness.SILENT, Lateness.LATE, Lateness.PAUSED, Lateness.SILENT]
    with filled.begin() as connection:
        open_steps.put(connection, rows, [])
        found = open_steps.counts(connection, {"order": ["shipped"]}, WaitingFilter(), (), NOW)
    assert found["order", "shipped"] == StepCounts(5, paused=1, late=1, warned=0, oldest=NOW - 400 * HOUR, silent=2)
    assert ids(filled, WaitingFilter(lateness=Lateness.SILENT)) == ["s1", "s4"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"channel": "app"}, ["o1"]),
        ({"region": "GX"}, ["O_5%", "o1", "o2", "o4", "w1"]),
        ({"region": "GX-NN"}, ["o1", "o2", "w1"]),
        ({"region": "gx-nn"}, []),
        ({"region": "GX%"}, []),
        ({"business_class": "goods"}, ["O_5%", "o1"]),
        ({"brand": "x"}, ["o2"]),
        ({"step": "shipped"}, ["O_5%"]),
        ({"search": "o"}, ["o1", "o2", "o3", "o4"]),
        ({"search": "O_"}, ["O_5%"]),
        ({"search": "O_5%"}, ["O_5%"]),
        ({"search": "_"}, []),
        ({"search": "o\x00"}, []),
        ({"region": "GX\x00"}, []),
        ({"channel": "x' OR 1=1 --"}, []),
    ],
)
def test_filters(filled: Database, given: dict[str, Any], expected: list[str]) -> None:
    assert sorted(ids(filled, WaitingFilter(**given))) == expected


def test_regions_of_the_asker(filled: Database) -> None:
    assert sorted(ids(filled, regions=("GX-NN",))) == ["o1", "o2", "w1"]
    assert sorted(ids(filled, regions=("GX-NN", "GXX"))) == ["o1", "o2", "o3", "w1"]
    with filled.read() as connection:
        assert open_steps.counts(connection, {}, WaitingFilter(), (), NOW) == {}


def test_order_and_pages(filled: Database) -> None:
    assert ids(filled, order=WaitingOrder.SINCE) == ["o4", "w1", "o1", "o2", "o3", "O_5%"]
    assert ids(filled, order=WaitingOrder.LATE) == ["o1", "w1", "o2", "o3", "O_5%", "o4"]
    assert ids(filled, order=WaitingOrder.LATE, descending=True) == ["o3", "o2", "w1", "o1", "O_5%", "o4"]
    assert ids(filled, order=WaitingOrder.SINCE, limit=2, offset=1) == ["w1", "o1"]


def test_rows_are_written_over_and_forgotten(filled: Database) -> None:
    with filled.begin() as connection:
        open_steps.put(connection, [replace(ROWS[0], step="shipped")], [("order", "o2"), ("order", "nobody"), ("ticket", "o3")])
    assert ids(filled, WaitingFilter(step="shipped")) == ["O_5%", "o1"] or ids(filled, WaitingFilter(step="shipped")) == ["o1", "O_5%"]
    assert "o2" not in ids(filled) and "o3" in ids(filled)
    with filled.begin() as connection:
        open_steps.replace_all(connection, [step("n1")])
    assert ids(filled) == ["n1"]
    with filled.begin() as connection:
        open_steps.replace_all(connection, [])
    assert ids(filled) == []


def test_an_id_too_long_to_index_is_kept_whole(db: Database) -> None:
    long = "o" * 900
    with db.begin() as connection:
        open_steps.put(connection, [step(long), step(long + "x")], [])
        open_steps.put(connection, [], [("order", long)])
    assert ids(db) == [long + "x"]


def breaching(case_id: str, minutes: int, **fields: Any) -> OpenStep:
    return step(case_id, breach_at=NOW + timedelta(minutes=minutes), **fields)


def all_rows(db: Database) -> dict[str, OpenStep]:
    with db.read() as connection:
        found = open_steps.page(connection, STEPS, WaitingFilter(), (), NOW, order=WaitingOrder.SINCE, descending=False, limit=99, offset=0)
    return {row.case_id: row for row in found}


def test_what_is_due_comes_in_order_and_no_more_than_asked_for(db: Database) -> None:
    with db.begin() as connection:
        open_steps.put(connection, [breaching("a", -1), breaching("b", -9), breaching("c", 0), breaching("d", 1), step("e")], [])
    with db.read() as connection:
        assert [row.case_id for row in open_steps.due(connection, NOW, 10)] == ["b", "a", "c"]
        assert [row.case_id for row in open_steps.due(connection, NOW, 1)] == ["b"]


def test_what_was_told_is_kept_as_long_as_the_stay_lasts(db: Database) -> None:
    rows = [breaching("a", -1), breaching("b", -1), breaching("c", -1)]
    with db.begin() as connection:
        open_steps.put(connection, rows, [])
        open_steps.tell(connection, [replace(row, told=3, breach_at=None) for row in rows])
        open_steps.put(connection, [breaching("a", 5), breaching("b", 5, hours=2), breaching("c", 5, name="shipped")], [])
    assert {name: (row.told, row.breach_at) for name, row in all_rows(db).items()} == {
        "a": (3, NOW + timedelta(minutes=5)),
        "b": (0, NOW + timedelta(minutes=5)),
        "c": (0, NOW + timedelta(minutes=5)),
    }
    with db.begin() as connection:
        open_steps.replace_all(connection, [breaching("a", 7), breaching("b", 7)])
    assert {name: row.told for name, row in all_rows(db).items()} == {"a": 3, "b": 0}


def test_a_stay_that_is_over_is_not_told_of(db: Database) -> None:
    with db.begin() as connection:
        open_steps.put(connection, [breaching("a", -1)], [])
        open_steps.put(connection, [breaching("a", 9, name="shipped")], [])
        open_steps.tell(connection, [breaching("a", -1, told=1)])
    assert all_rows(db)["a"] == breaching("a", 9, name="shipped")
