"""How tasks stand against their limits: the store filters and counts as the task itself says it, silent ones included."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta
from typing import Any

from tests.tasks.desk import ANN, BOSS, MINUTE, NOW, Desk, step
from tongguan.model.tasks import Action, Asked, Given, TaskFilter
from tongguan.model.waiting import Lateness

_INSTANTS = (None, NOW - MINUTE, NOW, NOW + MINUTE)


def mixed(desk: Desk) -> None:
    """Let tasks of every combination wait, and let every third be over since half a minute."""
    names = ("warned_from", "late_from", "silent_from")
    rows = []
    for number, (paused, *instants) in enumerate(itertools.product((None, NOW - MINUTE), *(_INSTANTS for _ in names))):
        given: dict[str, Any] = {"paused_since": paused, **dict(zip(names, instants, strict=True))}
        rows.append(step(f"o{number:03}", **given))
    desk.waits(*rows)
    desk.at = NOW - timedelta(seconds=30)
    for row in rows[::3]:
        task = desk.task(row.case_id)
        desk.worklist.act(ANN, Asked(task.id, task.version), Action.CLAIM, Given())
        desk.worklist.act(ANN, Asked(task.id, task.version + 1), Action.FINISH, Given())
    desk.at = NOW


def test_the_store_filters_and_counts_as_the_task_says(desk: Desk) -> None:
    mixed(desk)
    every = desk.worklist.page(BOSS, TaskFilter(), 1_000, 0).rows
    assert len(every) == 128
    for lateness in Lateness:
        found = {one.id for one in desk.worklist.page(BOSS, TaskFilter(lateness=lateness), 1_000, 0).rows}
        assert found == {one.id for one in every if one.lateness_at(NOW) is lateness} != set(), lateness
    counted = Counter(one.lateness_at(NOW) for one in every if one.ended_at is None)
    told = next(one for one in desk.worklist.queues(BOSS) if one.queue == "acceptance")
    assert {name: getattr(told, name) for name in ("late", "warned", "paused", "silent")} == {
        name: counted[Lateness(name)] for name in ("late", "warned", "paused", "silent")
    }


def test_a_task_stands_as_its_open_step(desk: Desk) -> None:
    row = step("o1", late_from=NOW - MINUTE, silent_from=NOW + MINUTE)
    desk.waits(row)
    for at in (NOW, NOW + MINUTE):
        assert desk.task("o1").lateness_at(at) is row.lateness_at(at)
    assert row.lateness_at(NOW + MINUTE) is Lateness.SILENT
    heard = step("o1", late_from=NOW - MINUTE, silent_from=NOW + 9 * MINUTE)
    desk.waits(heard)
    assert desk.task("o1").silent_from == heard.silent_from, "another event was heard"
    assert desk.task("o1").lateness_at(NOW + MINUTE) is Lateness.LATE


def test_a_silent_one_stands_where_its_limit_puts_it(desk: Desk) -> None:
    late: dict[str, Any] = {"warned_from": NOW - MINUTE, "late_from": NOW}
    desk.waits(step("rest", minutes=90), step("late", minutes=2, **late), step("silent", minutes=80, silent_from=NOW, **late))
    assert [one.case_id for one in desk.worklist.page(ANN, TaskFilter(), 9, 0).rows] == ["silent", "late", "rest"]
