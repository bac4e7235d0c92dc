"""Tasks follow open steps: made once, brought up to date, ended when their case goes on; and none of it twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.tasks.desk import ANN, BOSS, MINUTE, NOW, WORDS, Desk, step
from tongguan.model.tasks import Action, Queue, Standing, TaskFilter, TaskState
from tongguan.records import open_steps
from tongguan.records import task_keeping as rows
from tongguan.records.database import Database
from tongguan.records.task_keeping import Part
from tongguan.tasks import keeping
from tongguan.tasks.keeping import Kept, TaskKeeper


def live(desk: Desk) -> dict[str, str]:
    """Return id by case of the tasks that are not over."""
    page = desk.worklist.page(BOSS, TaskFilter(), 1000, 0)
    return {row.case_id: row.id for row in page.rows if row.ended_at is None}


def test_every_open_step_of_a_queue_has_one_task(desk: Desk) -> None:
    desk.waits(step("o1"), step("o2", "acceptance_claimed"), step("o3", "held"), step("o4", "paid"))
    assert set(live(desk)) == {"o1", "o2", "o3"}
    task = desk.task("o1")
    assert (task.queue, task.step, task.since, task.version) == ("acceptance", "acceptance_queued", NOW - 30 * MINUTE, 1)
    assert desk.keeper.round() == Kept()
    assert TaskKeeper(desk.database, WORDS, lambda: desk.at).round() == Kept()


def test_a_task_stays_the_same_while_its_case_moves_within_the_queue(desk: Desk) -> None:
    desk.waits(step("o1", region="GX"))
    first = desk.task("o1")
    claimed = desk.act(ANN, "o1", Action.CLAIM)
    later: dict[str, Any] = {"warned_from": NOW, "late_from": NOW + MINUTE, "paused_since": NOW, "region": "GX-NN"}
    desk.waits(step("o1", "acceptance_claimed", minutes=0, **later))
    moved = desk.task("o1")
    assert (moved.id, moved.version, moved.state, moved.owner) == (first.id, claimed.version, TaskState.CLAIMED, "u-ann")
    assert (moved.step, moved.since, moved.late_from, moved.paused_since, moved.region) == (
        "acceptance_claimed", NOW, NOW + MINUTE, NOW, "GX-NN"
    )  # fmt: skip
    assert desk.keeper.round() == Kept()
    desk.waits(step("o1", "acceptance_claimed", minutes=0))
    assert desk.task("o1").late_from is None, "a rule that is gone is gone here, too"
    assert desk.act(ANN, "o1", Action.FINISH).state is TaskState.DONE


def test_a_task_that_is_done_is_not_made_again_before_its_event_came_back(desk: Desk) -> None:
    """Between the action and the day its event has moved the case, the open step still says what was."""
    desk.waits(step("o1"))
    first = desk.act(ANN, "o1", Action.CLAIM)
    desk.at += 5 * MINUTE
    desk.act(ANN, "o1", Action.FINISH)
    desk.keeper.round()
    assert live(desk) == {}
    desk.waits(step("o1", "acceptance_claimed", minutes=0))
    assert live(desk) == {}, "the claim comes back after the end"
    desk.waits(gone=["o1"])
    desk.waits(step("o1", minutes=-6))
    assert set(live(desk)) == {"o1"} and live(desk)["o1"] != first.id, "queued once more, after all that the first task knew"


def test_a_case_that_left_ends_its_task_with_what_happened(desk: Desk) -> None:
    desk.waits(step("o1"), step("o2"), step("o3"))
    desk.act(ANN, "o2", Action.CLAIM)
    desk.at += MINUTE
    desk.waits(step("o1", "accepted", minutes=0), gone=["o2"])
    assert set(live(desk)) == {"o3"}
    ended = {row.case_id: row for row in desk.worklist.page(ANN, TaskFilter(standing=Standing.ENDED), 9, 0).rows}
    assert {case: (row.state, row.reason, row.ended_at, row.owner) for case, row in ended.items()} == {
        "o1": (TaskState.OVERTAKEN, "accepted", desk.at, ""),
        "o2": (TaskState.OVERTAKEN, "", desk.at, ""),
    }
    assert desk.actions("o2") == [("create", ""), ("claim", "Ann"), ("overtake", "")]
    assert "the case went on" in str(desk.conflict(ANN, "o2", Action.FINISH))
    desk.waits(step("o1", minutes=-1))
    assert set(live(desk)) == {"o1", "o3"}, "it came back later"


def test_tasks_of_a_queue_that_nobody_declares_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.waits(step("o1"), step("o2", "held"))
    fewer = {name: queue for name, queue in WORDS.queues.items() if name != "order_review"}
    monkeypatch.setattr(desk.keeper, "_queues", fewer)
    desk.at += keeping.LOOK_AT_ALL
    assert desk.keeper.round() == Kept(ended=1)
    assert set(live(desk)) == {"o1"}


def test_only_what_was_written_is_looked_at_until_all_is_looked_at_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.waits(step("o1"))
    looked: list[Part] = []

    def watched(conn: Connection, queue: Queue, part: Part) -> list[tuple[str, str]]:
        looked.append(part)
        return []

    monkeypatch.setattr(rows, "left", watched)
    assert desk.keeper.round() == Kept()
    assert looked == [], "nothing was written"
    desk.waits(step("o2"), gone=["o3"])
    assert {frozenset(part.keys or ()) for part in looked} == {frozenset({"o2", "o3"})}
    looked.clear()
    desk.at += keeping.LOOK_AT_ALL
    desk.keeper.round()
    assert looked and all(part.keys is None for part in looked)


def test_all_are_looked_at_after_all_were_made_anew(desk: Desk) -> None:
    desk.waits(step("o1"), step("o2"))
    with desk.database.begin() as conn:
        open_steps.replace_all(conn, [step("o2", late_from=NOW), step("o3")])
    assert desk.keeper.round() == Kept(made=1, changed=1, ended=1)
    assert desk.keeper.round() == Kept()


@pytest.mark.parametrize("anew", [False, True])
def test_many_are_written_in_stretches(desk: Desk, monkeypatch: pytest.MonkeyPatch, anew: bool) -> None:
    monkeypatch.setattr(keeping, "AT_A_TIME", 3)
    first = [step(f"o{number}") for number in range(10)]
    later = [step(f"o{number}", late_from=NOW) for number in range(4)]
    gone = [("order", f"o{number}") for number in range(4, 10)]
    with desk.database.begin() as conn:
        open_steps.replace_all(conn, first) if anew else open_steps.put(conn, first, [])
    assert desk.keeper.round() == Kept(made=10)
    with desk.database.begin() as conn:
        open_steps.replace_all(conn, later) if anew else open_steps.put(conn, later, gone)
    assert desk.keeper.round() == Kept(changed=4, ended=6)
    assert desk.keeper.round() == Kept()


def test_what_two_keepers_find_missing_is_made_once(desk: Desk) -> None:
    queue = WORDS.queues["acceptance"]
    with desk.database.begin() as conn:
        open_steps.put(conn, [step("o1")], [])
        found = rows.missing(conn, queue, Part())
    new = [(keeping.task_id(queue.name, case, one), case, one) for case, one in found]
    with desk.database.begin() as conn:
        assert rows.make(conn, queue, new, NOW) == 1
        assert rows.make(conn, queue, new, NOW) == 0
        assert rows.make(conn, queue, [("another", case, one) for _, case, one in new], NOW) == 0, "one at most is not over"
    assert desk.actions("o1") == [("create", "")]


STEPS = st.sampled_from(["acceptance_queued", "acceptance_claimed", "acceptance_handed_back", "held", "paid", None])
MOVES = st.lists(st.tuples(st.sampled_from(["o1", "o2", "o3"]), STEPS, st.booleans()), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_however_cases_move_each_has_at_most_one_task_and_it_is_where_the_case_is(
    desk: Desk, moves: list[tuple[str, str | None, bool]]
) -> None:
    _clear(desk.database)
    at: dict[str, str | None] = {}
    for number, (case, where, claims) in enumerate(moves):
        desk.at = NOW + number * MINUTE
        if where is None:
            desk.waits(gone=[case])
        elif at.get(case) != where:
            desk.waits(step(case, where, minutes=-number))
        at[case] = where
        if claims and case in live(desk) and desk.task(case).state is TaskState.OPEN:
            desk.act(BOSS, case, Action.CLAIM)
        found = {row.case_id: row.step for row in desk.worklist.page(BOSS, TaskFilter(), 99, 0).rows if row.ended_at is None}
        assert found == {case: where for case, where in at.items() if where not in (None, "paid")}
        assert desk.keeper.round() == Kept()


def _clear(database: Database) -> None:
    with database.begin() as conn:
        for table in ("task_entries", "tasks", "open_steps", "touched_cases"):
            conn.exec_driver_sql(f"DELETE FROM {table}")
