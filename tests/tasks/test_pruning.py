"""Tasks that were over long ago are forgotten, with all that hung on them; what still answers for a step is not."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from tests.tasks.desk import ANN, BOSS, NOW, Desk, step
from tongguan.model.tasks import Action, TaskFilter
from tongguan.records import task_pruning
from tongguan.records.tables import task_entries, vault_keys

DAY = timedelta(days=1)


def prune(desk: Desk, older_than: datetime, limit: int = 100) -> int:
    with desk.database.begin() as conn:
        return task_pruning.prune(conn, older_than, limit)


def left(desk: Desk) -> list[str]:
    return sorted(one.case_id for one in desk.worklist.page(BOSS, TaskFilter(), 100, 0).rows)


def over(desk: Desk, *cases: str) -> None:
    """Let tasks come, be finished, and their cases go on."""
    desk.waits(*(step(case) for case in cases))
    for case in cases:
        desk.act(ANN, case, Action.CLAIM)
        desk.act(ANN, case, Action.FINISH)
    desk.waits(gone=cases)


def test_what_ended_before_the_instant_goes_and_what_is_not_over_stays(desk: Desk) -> None:
    over(desk, "old")
    desk.at = NOW + DAY
    over(desk, "new")
    desk.waits(step("open"), step("claimed"))
    desk.act(ANN, "claimed", Action.CLAIM)
    assert prune(desk, NOW) == 0, "it ended at the instant, not before"
    assert prune(desk, NOW + DAY) == 1
    assert left(desk) == ["claimed", "new", "open"]
    assert prune(desk, NOW + 1000 * DAY) == 1
    assert left(desk) == ["claimed", "open"]


def test_history_attachments_and_keys_go_along_and_the_audit_stays(desk: Desk) -> None:
    desk.waits(step("old"), step("other"))
    for case in ("old", "other"):
        desk.worklist.attach(ANN, desk.task(case).id, "a.txt", b"secret", "")
    desk.act(BOSS, "old", Action.CLAIM)
    desk.act(BOSS, "old", Action.FINISH)
    desk.waits(gone=["old"])
    audited, kept = desk.audited(), desk.task("other").id
    assert prune(desk, NOW + DAY) == 1
    with desk.database.read() as conn:
        assert set(conn.execute(select(task_entries.c.task_id)).scalars()) == {kept}
        assert list(conn.execute(select(vault_keys.c.owner)).scalars()) == [f"t:task:{kept}"]
    assert desk.audited() == audited


def test_the_key_of_a_customer_stays(desk: Desk) -> None:
    desk.waits(step("old", customer_id="c1"))
    desk.worklist.attach(ANN, desk.task("old").id, "a.txt", b"secret", "")
    desk.waits(gone=["old"])
    assert prune(desk, NOW + DAY) == 1
    with desk.database.read() as conn:
        assert list(conn.execute(select(vault_keys.c.owner)).scalars()) == ["c:c1"]


def test_what_still_answers_for_its_step_is_kept(desk: Desk) -> None:
    desk.waits(step("stuck"))
    desk.act(ANN, "stuck", Action.CLAIM)
    desk.act(ANN, "stuck", Action.FINISH)
    desk.at = NOW + 500 * DAY
    assert prune(desk, desk.at) == 0
    desk.keeper.round()
    assert left(desk) == ["stuck"], "no second task for the step that was worked off"
    desk.waits(gone=["stuck"])
    assert prune(desk, desk.at) == 1
    desk.keeper.round()
    assert left(desk) == []


def test_so_many_at_a_time_the_oldest_first(desk: Desk) -> None:
    for number in range(5):
        desk.at = NOW + number * DAY
        over(desk, f"o{number}")
    assert [prune(desk, NOW + 9 * DAY, 2), left(desk)] == [2, ["o2", "o3", "o4"]]
    assert [prune(desk, NOW + 9 * DAY, 2), prune(desk, NOW + 9 * DAY, 2), prune(desk, NOW + 9 * DAY, 2)] == [2, 1, 0]
    with desk.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(task_entries)).scalar_one() == 0
