"""Who sees which skills people have, and what those hear who give them second."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tasks.desk import ANN, BOSS, EVERYBODY, MEI, NANNING, Desk
from tongguan.model.access import Level, Role, Scope, User
from tongguan.model.tasks import TaskConflictError, TaskRefusedError


def test_who_was_not_seen_to_change_is_not_given_skills(desk: Desk) -> None:
    desk.worklist.give_skills(BOSS, "dan", ["acceptance"], seen=[])
    with pytest.raises(TaskConflictError, match="changed meanwhile; now: acceptance"):
        desk.worklist.give_skills(BOSS, "dan", ["order_review"], seen=[])
    assert desk.worklist.give_skills(BOSS, "dan", [], seen=["acceptance"]).skills == []


def test_skills_are_seen_by_whoever_manages_tasks_within_the_regions(desk: Desk) -> None:
    assert [one.name for one in desk.worklist.skills(MEI)] == sorted(user.name for user in EVERYBODY)
    local = replace(MEI, scope=NANNING)
    desk.hire(User("u-far", "far", "Far", Role.SERVICE_AGENT, Scope(Level.CITY, regions=frozenset({"GX-LZ"}))))
    seen = {one.name: one for one in desk.worklist.skills(local)}
    assert "far" not in seen and seen["cai"].regions == ["GX-NN"] and seen["own"].stages == ["acceptance"]
    assert "far" in {one.name for one in desk.worklist.skills(MEI)}
    with pytest.raises(TaskRefusedError, match="manage_tasks"):
        desk.worklist.skills(ANN)
