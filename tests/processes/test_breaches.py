"""When nothing happens, events tell of it, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tongguan.areas.packs import build_vocabulary
from tongguan.clocks.planning import plan
from tongguan.model.clocks import Books, LimitRule, Place, RuleBook, Stay
from tongguan.model.waiting import OpenStep, WaitingFilter, WaitingOrder
from tongguan.processes import breaches
from tongguan.processes.breaches import TYPES, BreachTeller, rule_text
from tongguan.records import open_steps, outbox
from tongguan.records.database import Database

VOCABULARY = build_vocabulary()
BEGAN = datetime(2026, 11, 20, tzinfo=UTC)
RULE = LimitRule("order", "paid", timedelta(minutes=5), timedelta(minutes=10), silent=timedelta(days=14))


class Kept:
    """One book of one rule, and another for a region."""

    def all(self) -> Books:
        near = replace(RULE, region="GX", warning=timedelta(minutes=1))
        return [RuleBook(3, BEGAN, (RULE, near))]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database.open(f"sqlite:///{tmp_path / 'records.db'}")
    made.migrate()
    return made


def at(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def row(case_id: str, since: float = 0, **fields: Any) -> OpenStep:
    empty = dict.fromkeys(("channel", "region", "business_class", "brand", "customer_id"), "") | {"paused_since": None}
    stay = Stay("paid", at(since), None)
    clock = plan("order", stay, Place(region=fields.get("region", "")), None, Kept().all(), stay.since)
    limits = {"warned_from": clock.warned_from, "late_from": clock.late_from, "silent_from": clock.silent_from}
    values = {"kind": "order", "case_id": case_id, "step": "paid", "since": at(since), "breach_at": clock.warned_from, **empty, **limits}
    return OpenStep(**{**values, **fields})


def put(database: Database, *rows: OpenStep) -> None:
    with database.begin() as connection:
        open_steps.put(connection, rows, [])


def teller(database: Database) -> BreachTeller:
    return BreachTeller(database, VOCABULARY, Kept())


def told(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as connection:
        return [(one.event["order_id"], one.event["type"], one.event["time"]) for one in outbox.pending(connection, 9_999)]


def kept(database: Database) -> dict[str, OpenStep]:
    with database.read() as connection:
        found = open_steps.page(
            connection, {"order": ["paid"]}, WaitingFilter(), (), BEGAN, order=WaitingOrder.SINCE, descending=False, limit=9_999, offset=0
        )
    return {one.case_id: one for one in found}


def test_each_breach_is_told_once_at_its_own_time(database: Database) -> None:
    put(database, row("a"))
    one = teller(database)
    assert [one.sweep(at(minutes)) for minutes in (4, 5, 6, 10, 11)] == [0, 1, 0, 1, 0]
    assert told(database) == [("a", "clock.warned", at(5).isoformat()), ("a", "clock.late", at(10).isoformat())]
    assert kept(database)["a"].breach_at == at(0) + timedelta(days=14)
    assert one.sweep(at(0) + timedelta(days=14)) == 1
    assert told(database)[-1][1] == "clock.silent"
    assert (kept(database)["a"].breach_at, kept(database)["a"].told) == (None, 7)


def test_what_was_over_before_anybody_looked_is_told_at_once(database: Database) -> None:
    put(database, row("a"))
    assert teller(database).sweep(at(60)) == 2
    assert teller(database).sweep(at(60)) == 0


def test_a_row_that_is_planned_again_is_not_told_of_again(database: Database) -> None:
    put(database, row("a"))
    teller(database).sweep(at(7))
    put(database, row("a", late_from=at(20), breach_at=at(5)))
    assert [teller(database).sweep(at(minutes)) for minutes in (8, 12, 20)] == [0, 0, 1]
    assert [kind for _, kind, _ in told(database)] == ["clock.warned", "clock.late"]


def test_the_next_stay_is_told_of_anew(database: Database) -> None:
    put(database, row("a"))
    teller(database).sweep(at(7))
    put(database, row("a", since=30))
    assert teller(database).sweep(at(60)) == 2
    assert [time for _, _, time in told(database)] == [at(5).isoformat(), at(35).isoformat(), at(40).isoformat()]


def test_an_event_says_where_and_by_which_rule(database: Database) -> None:
    put(database, row("a", region="GX-NN", channel="app", tier="high", customer_id="c1"))
    teller(database).sweep(at(1))
    with database.read() as connection:
        found = outbox.pending(connection, 1)[0]
    assert found.event_id == f"records:open_steps:order:a:paid:{BEGAN.isoformat()}:1"
    assert found.event == {
        "type": "clock.warned",
        "time": at(1).isoformat(),
        "order_id": "a",
        "region": "GX-NN",
        "channel": "app",
        "tier": "high",
        "customer_id": "c1",
        "attributes": {
            "step": "paid",
            "since": BEGAN.isoformat(),
            "book": 3,
            "limit_seconds": 60,
            "rule": "order paid; region=GX; warning 0:01:00, late 0:10:00",
        },
    }
    declared = {one.name for one in VOCABULARY.event_type("clock.warned").attributes}
    assert found.event["attributes"].keys() <= declared


def test_more_than_fit_in_one_transaction(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaches, "ROWS_AT_A_TIME", 3)
    put(database, *(row(f"o{number}", since=number) for number in range(8)))
    assert teller(database).sweep(at(9)) == 5
    assert sorted({case_id for case_id, _, _ in told(database)}) == ["o0", "o1", "o2", "o3", "o4"]


def test_every_type_is_declared() -> None:
    assert [VOCABULARY.event_type(name).name for name in TYPES.values()] == ["clock.warned", "clock.late", "clock.silent"]


def test_a_rule_in_short() -> None:
    rule = replace(RULE, calendar="office", promised=True, tier="high")
    assert rule_text(rule) == "order paid; tier=high; warning 0:05:00, late 0:10:00 of office or as promised"
