"""Halls of which little is known yet, and what is told of now only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.fixtures.trade import opened
from tests.metrics.test_halls import DAY, NOW, WORDS, ask, hall, made
from tongguan.areas.operations.halls import HALL_WATCH
from tongguan.metrics.halls import halls
from tongguan.model.access import EVERYTHING
from tongguan.model.answers import FlowFilter
from tongguan.model.halls import ProblemKind, Reach, Why
from tongguan.processes.open_steps import OpenStepsKeeper


def test_without_weeks_the_last_days_are_compared_and_without_days_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as young:
        few = [made("visit.session_started", back * DAY, f"v{back}", channel="app", session_id=f"v{back}") for back in (1, 2, 3)]
        young.load(*few)
        usual = hall(ask(young), "app").volume.current_usual
        assert usual is not None and (usual.median, usual.days, usual.weekly) == (1, 3, False)
        earlier = hall(ask(young, NOW - DAY), "app")
        assert earlier.volume.current_usual is None and earlier.standing.why is Why.NO_DATA


def test_open_tickets_are_told_of_now(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        opened_ticket = {"channel": "web", "region": "P-01"}
        one.load(
            made("ticket.opened", 3 * DAY, "t1", ticket_id="t1", **opened_ticket),
            made("ticket.opened", 2 * DAY, "t2", ticket_id="t2", **opened_ticket),
            made("ticket.closed", 1 * DAY, "t1c", ticket_id="t1", **opened_ticket),
        )
        OpenStepsKeeper(one.warehouse, one.database, WORDS).catch_up()
        found = halls(one.warehouse, WORDS, HALL_WATCH, FlowFilter(), EVERYTHING, NOW, "Asia/Shanghai")
        assert [(p.kind, p.count, p.since) for p in hall(found, "web").problems] == [(ProblemKind.TICKETS, 1, NOW - 2 * DAY)]
        assert found.data_through is None


def test_nothing_is_known_of_an_empty_installation(tmp_path: Path) -> None:
    with opened(tmp_path) as empty:
        found = ask(empty, NOW + timedelta(minutes=1))
        assert {one.standing.why for one in found.halls} == {Why.NO_DATA}
        assert {one.reach.reach for one in found.halls} == {Reach.UNKNOWN}
        assert (found.linkage, found.shared, found.data_through) == ([], [], None)
