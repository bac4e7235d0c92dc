"""Two who work at the same moment never hold the same task, on either database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from tests.records.race import race
from tests.tasks.desk import ANN, BEN, BOSS, MEI, MINUTE, OWNER, Desk, step
from tongguan.model.access import User
from tongguan.model.tasks import (
    Action,
    Asked,
    Given,
    Standing,
    Task,
    TaskConflictError,
    TaskFilter,
    TaskRefusedError,
    TaskState,
)
from tongguan.records import open_steps
from tongguan.records.database import Database
from tongguan.records.tables import task_entries

ROUNDS = 15


@pytest.fixture
def desks(desk: Desk) -> Iterator[list[Desk]]:
    """Return two processes over one store: each with engines of its own."""
    database = desk.database
    address = database._writer.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    other = Database.open(address)
    yield [desk, Desk(other)]
    other.close()


def attempt(desk: Desk, user: User, task: Task, action: Action, **given: str) -> Task | TaskConflictError | TaskRefusedError:
    try:
        return desk.worklist.act(user, Asked(task.id, task.version), action, Given(**given))
    except (TaskConflictError, TaskRefusedError) as error:
        return error


@pytest.mark.parametrize("separate", [False, True], ids=["threads", "engines"])
def test_of_two_claims_one_holds(desks: list[Desk], separate: bool) -> None:
    desk = desks[0]
    at_work = desks if separate else [desk, desk]
    for number in range(ROUNDS):
        desk.waits(step(f"o{number}"))
        task = desk.task(f"o{number}")

        def work(who: int, task: Task = task) -> Task | TaskConflictError | TaskRefusedError:
            return attempt(at_work[who], (ANN, BEN)[who], task, Action.CLAIM)

        both = race(work)
        won = [one for one in both if isinstance(one, Task)]
        lost = [one for one in both if isinstance(one, TaskConflictError)]
        assert (len(won), len(lost)) == (1, 1)
        assert won[0].owner_name in str(lost[0]) and lost[0].task is not None and lost[0].task.owner == won[0].owner
        assert desk.task(f"o{number}") == won[0]
        story = desk.worklist.story(BOSS, task.id)
        assert story is not None and [entry.action for entry in story.entries] == [Action.CREATE, Action.CLAIM]
    assert len(desk.events()) == ROUNDS == len(desk.audited())


def test_of_a_finish_and_a_theft_one_counts(desks: list[Desk]) -> None:
    """The lease runs out just as its holder finishes: either the holder was in time, or the next one has it."""
    desk, other = desks
    for number in range(ROUNDS):
        case = f"o{number}"
        desk.waits(step(case))
        mine = desk.act(ANN, case, Action.CLAIM)
        other.at = desk.at + 30 * MINUTE

        def work(who: int, mine: Task = mine) -> Task | TaskConflictError | TaskRefusedError:
            return attempt(desk, ANN, mine, Action.FINISH) if who == 0 else attempt(other, BEN, mine, Action.CLAIM)

        finish, theft = race(work)
        assert isinstance(finish, Task) != isinstance(theft, Task)
        found = other.task(case)
        assert (found.state, found.owner) == ((TaskState.DONE, "") if isinstance(finish, Task) else (TaskState.CLAIMED, "u-ben"))


def test_people_who_take_all_that_they_see_share_it_without_overlap(desks: list[Desk]) -> None:
    desk = desks[0]
    desk.waits(*(step(f"o{number}") for number in range(24)))

    def works(who: int) -> list[str]:
        user, mine, at = (ANN, BEN, OWNER)[who], [], desks[who % 2]
        for task in at.worklist.page(user, TaskFilter(standing=Standing.OPEN), 100, 0).rows:
            claimed = attempt(at, user, task, Action.CLAIM)
            if isinstance(claimed, Task):
                assert isinstance(attempt(at, user, claimed, Action.FINISH), Task)
                mine.append(task.case_id)
        return mine

    shares = race(works, 3)
    assert Counter(case for share in shares for case in share) == {f"o{number}": 1 for number in range(24)}
    assert Counter(one["type"] for one in desk.events()) == {"acceptance.manual_claimed": 24, "acceptance.manual_done": 24}
    desk.audited()


def test_two_batches_of_the_same_tasks_wait_for_each_other(desks: list[Desk]) -> None:
    desk = desks[0]
    desk.waits(*(step(f"o{number}") for number in range(12)))
    asked = [Asked(task.id, task.version) for task in desk.worklist.page(BOSS, TaskFilter(), 100, 0).rows]

    def works(who: int) -> int:
        mine = asked if who == 0 else asked[::-1]
        return sum(one.done for one in desks[who].worklist.act_on_all((ANN, BEN)[who], mine, Action.CLAIM, Given(), together=True))

    assert sorted(race(works)) == [0, 12]


def test_one_person_urges_once_however_fast_they_click(desks: list[Desk]) -> None:
    desk = desks[0]
    desk.waits(step("o1"))
    task = desk.task("o1")
    both = race(lambda who: attempt(desks[who % 2], MEI, task, Action.URGE), 4)
    assert sum(isinstance(one, Task) for one in both) == 1
    assert desk.task("o1").urged == 1


def test_keepers_beside_people_make_and_end_each_task_once(desks: list[Desk]) -> None:
    desk = desks[0]
    desk.waits(*(step(f"o{number}") for number in range(10)))
    tasks = desk.worklist.page(BOSS, TaskFilter(), 100, 0).rows
    with desk.database.begin() as conn:
        open_steps.put(conn, [step(f"n{number}") for number in range(10)], [("order", f"o{number}") for number in range(10)])

    def works(who: int) -> None:
        if who < 2:
            desks[who].keeper.round()
            return
        for task in tasks:
            attempt(desk, ANN, task, Action.CLAIM)

    race(works, 3)
    desk.keeper.round()
    with desk.database.read() as conn:
        told = Counter((row.action, row.task_id) for row in conn.execute(select(task_entries.c.action, task_entries.c.task_id)))
    assert set(told.values()) == {1}
    assert Counter(action for action, _ in told) == {"create": 20, "overtake": 10}
