"""What people do with tasks: who may, what it becomes, what is told of it, and what those hear who come second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tasks.desk import ANN, BEN, BOSS, CAI, DAN, MEI, MINUTE, NOW, OWNER, PAY, Desk, step
from tongguan.model.access import User
from tongguan.model.tasks import (
    LARGEST_FILE,
    LONGEST_NOTE,
    MOST_AT_ONCE,
    MOST_FILES,
    Action,
    Asked,
    Given,
    Standing,
    TaskConflictError,
    TaskFilter,
    TaskRefusal,
    TaskRefusedError,
    TaskState,
)
from tongguan.records import open_steps
from tongguan.records.keyring import Keyring, customer_owner
from tongguan.records.tables import task_entries


def test_a_task_is_claimed_and_finished_and_its_case_hears_of_it(desk: Desk) -> None:
    desk.waits(step("o1", channel="app", region="GX-NN-01", business_class="goods", brand="wo", customer_id="c1"))
    claimed = desk.act(ANN, "o1", Action.CLAIM)
    assert (claimed.state, claimed.owner, claimed.owner_name) == (TaskState.CLAIMED, "u-ann", "Ann")
    assert claimed.lease_until == NOW + 30 * MINUTE
    desk.at += timedelta(minutes=7, milliseconds=250)
    done = desk.act(ANN, "o1", Action.FINISH, note="phone 13800138000")
    assert (done.state, done.owner, done.ended_at, done.outcome_by) == (TaskState.DONE, "", desk.at, "Ann")
    dimensions = {"channel": "app", "region": "GX-NN-01", "business_class": "goods", "brand": "wo", "customer_id": "c1"}
    same = {"order_id": "o1", **dimensions, "actor_id": "ann", "attributes": {"queue": "acceptance"}}
    key = f"records:tasks:{done.id}"
    assert desk.events() == [
        {"type": "acceptance.manual_claimed", "time": NOW.isoformat(), **same, "event_id": f"{key}:2"},
        {"type": "acceptance.manual_done", "time": desk.at.isoformat(), **same, "duration": 420_250, "event_id": f"{key}:3"},
    ]
    case = {"queue": "acceptance", "kind": "order", "case": "o1"}
    assert desk.audited() == [
        ("ann", "claim", {**case, "version": 2}),
        ("ann", "finish", {**case, "version": 3, "note": "phone 138********"}),
    ]
    assert desk.actions("o1") == [("create", ""), ("claim", "Ann"), ("finish", "Ann")]


def test_a_failure_and_a_hand_back_say_why(desk: Desk) -> None:
    desk.waits(step("o1"), step("o2"))
    for case in ("o1", "o2"):
        desk.act(ANN, case, Action.CLAIM)
    assert desk.refused(ANN, "o1", Action.FAIL) is TaskRefusal.REASON
    assert desk.refused(ANN, "o1", Action.FAIL, reason="bored") is TaskRefusal.REASON
    assert desk.refused(ANN, "o1", Action.HAND_BACK) is TaskRefusal.REASON
    failed = desk.act(ANN, "o1", Action.FAIL, reason="debt", note=" owes 30 ")
    assert (failed.state, failed.reason, failed.note) == (TaskState.FAILED, "debt", "owes 30")
    back = desk.act(ANN, "o2", Action.HAND_BACK, reason="needs_customer")
    assert (back.state, back.owner, back.lease_until, back.claimed_at) == (TaskState.OPEN, "", None, None)
    told = [(one["type"], one.get("reason")) for one in desk.events()]
    assert told[2:] == [("acceptance.manual_failed", "debt"), ("acceptance.manual_handed_back", "needs_customer")]
    assert desk.act(BEN, "o2", Action.CLAIM).owner == "u-ben"


def test_whoever_comes_second_is_told_who_did_what_and_when(desk: Desk) -> None:
    desk.waits(step("o1"))
    seen = desk.task("o1").version
    desk.act(ANN, "o1", Action.CLAIM)
    error = desk.conflict(BEN, "o1", Action.CLAIM, seen)
    assert "claimed by Ann at 2026-11-21 02:00:00+00:00" in str(error)
    assert "Ann has it until 2026-11-21 02:30:00+00:00" in str(error)
    assert error.task is not None and error.task.owner == "u-ann"
    assert error.last is not None and (error.last.action, error.last.actor) == (Action.CLAIM, "u-ann")
    assert desk.conflict(BEN, "o1", Action.FINISH).task == error.task, "nobody finishes what another has"
    desk.act(ANN, "o1", Action.FAIL, reason="debt")
    late = desk.conflict(BEN, "o1", Action.CLAIM)
    assert "failed by Ann" in str(late) and "(debt)" in str(late) and "nothing is left to do" in str(late)
    assert [one["type"] for one in desk.events()] == ["acceptance.manual_claimed", "acceptance.manual_failed"]


def test_a_claim_that_ran_out_is_open_for_others_and_gone_for_its_holder(desk: Desk) -> None:
    desk.waits(step("o1"))
    mine = desk.act(ANN, "o1", Action.CLAIM)
    desk.at += 29 * MINUTE
    renewed = desk.act(ANN, "o1", Action.RENEW)
    assert (renewed.version, renewed.lease_until) == (mine.version, desk.at + 30 * MINUTE), "a form that is open stays good"
    desk.at += 30 * MINUTE
    assert desk.task("o1").state is TaskState.OPEN
    alone = desk.conflict(ANN, "o1", Action.FINISH)
    assert "the claim of Ann ran out at 2026-11-21 02:59:00+00:00; nobody has it now" in str(alone)
    desk.act(BEN, "o1", Action.CLAIM)
    for action in (Action.FINISH, Action.RENEW, Action.HAND_BACK, Action.TRANSFER):
        reason = "debt" if action is Action.HAND_BACK else ""
        if action is Action.TRANSFER:
            assert desk.refused(ANN, "o1", action) is TaskRefusal.PERMISSION
            continue
        stolen = desk.conflict(ANN, "o1", action, mine.version, reason=reason)
        assert "Ben has it until" in str(stolen) and stolen.task is not None and stolen.task.owner == "u-ben"
    assert desk.actions("o1") == [("create", ""), ("claim", "Ann"), ("expire", "Ann"), ("claim", "Ben")]
    assert [one["actor_id"] for one in desk.events()] == ["ann", "ben"]


def test_a_case_that_moved_on_ends_its_task_and_says_where_it_is(desk: Desk) -> None:
    desk.waits(step("o1"), step("o2"))
    for case in ("o1", "o2"):
        desk.act(ANN, case, Action.CLAIM)
    with desk.database.begin() as conn:
        open_steps.put(conn, [step("o1", "accepted", minutes=0)], [("order", "o2")])
    error = desk.conflict(ANN, "o1", Action.FINISH)
    assert "overtaken: the case went on at" in str(error) and "(accepted)" in str(error)
    assert error.task is not None and (error.task.state, error.task.reason) == (TaskState.OVERTAKEN, "accepted")
    assert desk.task("o1") == error.task, "it is kept that the task is over"
    gone = desk.conflict(ANN, "o2", Action.FINISH)
    assert gone.task is not None and (gone.task.state, gone.task.reason) == (TaskState.OVERTAKEN, "")
    assert [one["type"] for one in desk.events()] == ["acceptance.manual_claimed"] * 2
    assert desk.actions("o1")[-1] == ("overtake", "")


@pytest.mark.parametrize(
    ("user", "refusal"),
    [(DAN, TaskRefusal.SKILL), (MEI, TaskRefusal.PERMISSION), (PAY, TaskRefusal.MISSING), (CAI, TaskRefusal.MISSING)],
    ids=["without the skill", "manager", "another stage", "another region"],
)
def test_not_everybody_claims(desk: Desk, user: User, refusal: TaskRefusal) -> None:
    desk.waits(step("o1", region="GX-LZ"), step("o2"))
    assert desk.refused(user, "o1", Action.CLAIM) is refusal
    assert desk.task("o1").state is TaskState.OPEN
    assert (desk.events(), desk.audited()) == ([], [])


@pytest.mark.parametrize("user", [ANN, OWNER, BOSS], ids=lambda user: user.name)
def test_who_may_claim(desk: Desk, user: User) -> None:
    desk.waits(step("o1"))
    assert desk.act(user, "o1", Action.CLAIM).owner == user.id


def test_a_region_sees_its_tasks_only(desk: Desk) -> None:
    desk.waits(step("o1", region="GX-NN-01"), step("o2", region="GX-NNX"), step("o3"), step("o4", "held", region="GX-NN"))
    seen = {row.case_id for row in desk.worklist.page(CAI, TaskFilter(), 50, 0).rows}
    assert seen == {"o1", "o4"}
    assert {row.case_id for row in desk.worklist.page(OWNER, TaskFilter(), 50, 0).rows} == {"o1", "o2", "o3"}
    assert {one.queue: (one.may_work, one.open) for one in desk.worklist.queues(CAI)} == {
        "acceptance": (True, 1),
        "order_review": (False, 1),
    }
    assert [one.queue for one in desk.worklist.queues(PAY)] == []
    assert desk.worklist.story(CAI, desk.task("o2").id) is None
    assert desk.worklist.colleagues(CAI, desk.task("o2").id) == []


def test_a_transfer_goes_to_somebody_who_can_do_it(desk: Desk) -> None:
    desk.waits(step("o1", region="GX-LZ"))
    desk.act(ANN, "o1", Action.CLAIM)
    assert desk.refused(BEN, "o1", Action.TRANSFER, to="u-ben") is TaskRefusal.PERMISSION
    for unable in ("u-dan", "u-mei", "u-pay", "u-cai", "nobody"):
        assert desk.refused(ANN, "o1", Action.TRANSFER, to=unable) is TaskRefusal.PERSON, unable
    moved = desk.act(ANN, "o1", Action.TRANSFER, to="u-ben", note="yours")
    assert (moved.owner_name, moved.state, moved.lease_until) == ("Ben", TaskState.CLAIMED, NOW + 30 * MINUTE)
    assert "transferred by Ann at 2026-11-21 02:00:00+00:00 to Ben" in str(desk.conflict(ANN, "o1", Action.FINISH))
    assert desk.act(MEI, "o1", Action.TRANSFER, to="u-own").owner == "u-own"
    freed = desk.act(MEI, "o1", Action.TRANSFER)
    assert (freed.state, freed.owner) == (TaskState.OPEN, "")
    assert desk.act(MEI, "o1", Action.TRANSFER, to="u-ann").owner == "u-ann", "managers give out what nobody has"
    assert [one["type"] for one in desk.events()] == ["acceptance.manual_claimed"]


def test_colleagues_are_those_who_could_have_it_the_least_busy_first(desk: Desk) -> None:
    desk.waits(step("o1", region="GX-LZ"), step("o2"), step("o3"))
    desk.act(ANN, "o1", Action.CLAIM)
    desk.act(BEN, "o2", Action.CLAIM)
    found = desk.worklist.colleagues(ANN, desk.task("o1").id)
    assert [(one.name, one.holds) for one in found] == [("Owen", 0), ("adm", 0), ("Ben", 1)]
    assert desk.worklist.colleagues(DAN, desk.task("o1").id) == []


def test_urging_counts_once_in_ten_minutes_for_each_person(desk: Desk) -> None:
    desk.waits(step("o1"))
    assert desk.refused(ANN, "o1", Action.URGE) is TaskRefusal.PERMISSION
    desk.act(ANN, "o1", Action.CLAIM)
    urged = desk.act(MEI, "o1", Action.URGE, note="please")
    assert (urged.urged, urged.urged_at) == (1, NOW)
    desk.at += timedelta(minutes=9, seconds=59)
    assert desk.refused(MEI, "o1", Action.URGE) is TaskRefusal.SOON
    desk.act(BOSS, "o1", Action.URGE)
    desk.at += timedelta(seconds=1)
    assert desk.act(MEI, "o1", Action.URGE).urged == 3
    assert desk.task("o1").urged == 3
    assert desk.act(ANN, "o1", Action.FINISH, version=urged.version).state is TaskState.DONE, "urging takes nobody's form away"
    assert desk.conflict(MEI, "o1", Action.URGE).task == desk.task("o1")


def test_comments_are_said_also_after_the_end(desk: Desk) -> None:
    desk.waits(step("o1"))
    for note in ("", "  ", "x" * (LONGEST_NOTE + 1)):
        assert desk.refused(ANN, "o1", Action.COMMENT, note=note) is TaskRefusal.NOTE
    assert desk.refused(DAN, "o1", Action.COMMENT, note="hi") is TaskRefusal.SKILL
    desk.act(MEI, "o1", Action.COMMENT, note=" look at 13800138000 ")
    desk.act(ANN, "o1", Action.CLAIM)
    desk.act(ANN, "o1", Action.FINISH)
    assert desk.act(BEN, "o1", Action.COMMENT, version=0, note="thanks").state is TaskState.DONE
    story = desk.worklist.story(ANN, desk.task("o1").id)
    assert story is not None and [one.note for one in story.entries if one.action is Action.COMMENT] == ["look at 13800138000", "thanks"]
    assert story.allowed == {Action.COMMENT}
    assert desk.audited()[0][2]["note"] == " look at 138******** "


def test_files_are_kept_encrypted_and_go_with_their_customer(desk: Desk) -> None:
    desk.waits(step("o1", customer_id="c1"))
    task_id = desk.task("o1").id
    assert desk.worklist.attach(ANN, task_id, " 证件.jpg ", b"secret bytes", "front").files == 1
    story = desk.worklist.story(BEN, task_id)
    assert story is not None
    entry = story.entries[-1]
    assert (entry.action, entry.file, entry.note) == (Action.ATTACH, "证件.jpg", "front")
    found = desk.worklist.file(BEN, task_id, entry.id)
    assert found is not None and (found.name, found.content) == ("证件.jpg", b"secret bytes")
    assert desk.worklist.file(PAY, task_id, entry.id) is None
    assert desk.worklist.file(BEN, task_id, entry.id + 1) is None
    assert desk.worklist.file(BEN, task_id, 10**30) is None
    with desk.database.begin() as conn:
        assert b"secret" not in (conn.execute(task_entries.select().where(task_entries.c.id == entry.id)).one().cipher or b"")
        Keyring.destroy(conn, [customer_owner("c1")])
    assert desk.worklist.file(BEN, task_id, entry.id) is None


MISLEADING = ["../../etc/passwd", "C:\\a.txt", "..", "a\r\nb", "a\x00", "bill\u202etxt.exe", "\u2067a"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("", b"x"), (" ", b"x"), ("n" * 201, b"x"), ("a", b""), ("a", bytes(LARGEST_FILE + 1)), *((name, b"x") for name in MISLEADING)],
    ids=range(5 + len(MISLEADING)),
)
def test_what_cannot_be_attached(desk: Desk, name: str, content: bytes) -> None:
    desk.waits(step("o1"))
    with pytest.raises(TaskRefusedError) as error:
        desk.worklist.attach(ANN, desk.task("o1").id, name, content, "")
    assert error.value.refusal is TaskRefusal.FILE


def test_a_task_has_twenty_files_at_most(desk: Desk) -> None:
    desk.waits(step("o1"))
    task_id = desk.task("o1").id
    desk.worklist.attach(ANN, task_id, "large", bytes(LARGEST_FILE), "")
    for number in range(MOST_FILES - 1):
        desk.worklist.attach(ANN, task_id, f"f{number}", b"x", "")
    with pytest.raises(TaskRefusedError) as error:
        desk.worklist.attach(ANN, task_id, "one more", b"x", "")
    assert error.value.refusal is TaskRefusal.FULL
    assert desk.task("o1").files == MOST_FILES
    desk.act(ANN, "o1", Action.CLAIM)
    desk.act(ANN, "o1", Action.FINISH)
    with pytest.raises(TaskConflictError):
        desk.worklist.attach(ANN, task_id, "late", b"x", "")


def test_nobody_does_by_hand_what_happens_by_itself(desk: Desk) -> None:
    desk.waits(step("o1"))
    for action in (Action.CREATE, Action.EXPIRE, Action.OVERTAKE, Action.ATTACH):
        assert desk.refused(BOSS, "o1", action) is TaskRefusal.ACTION


def batch(desk: Desk, *cases: str) -> list[Asked]:
    return [Asked(task.id, task.version) for task in map(desk.task, cases)]


def test_a_batch_reports_each_task(desk: Desk) -> None:
    desk.waits(step("o1"), step("o2"), step("o3"))
    desk.act(BEN, "o2", Action.CLAIM)
    asked = [*batch(desk, "o3", "o2", "o1"), Asked("nothing", 1)]
    found = desk.worklist.act_on_all(ANN, asked, Action.CLAIM, Given(), together=False)
    assert [(one.task_id, one.done) for one in found] == list(zip([one.task_id for one in asked], [True, False, True, False], strict=True))
    assert found[1].task is not None and found[1].task.owner == "u-ben"
    assert isinstance(found[1].error, TaskConflictError) and isinstance(found[3].error, TaskRefusedError)
    assert {row.case_id for row in desk.worklist.page(ANN, TaskFilter(standing=Standing.MINE), 9, 0).rows} == {"o1", "o3"}


def test_a_batch_together_is_all_or_none(desk: Desk) -> None:
    desk.waits(step("o1"), step("o2"), step("o3"))
    desk.act(BEN, "o2", Action.CLAIM)
    before = desk.audited(), desk.events()
    found = desk.worklist.act_on_all(ANN, batch(desk, "o1", "o2", "o3"), Action.CLAIM, Given(), together=True)
    assert [(one.done, one.error is None) for one in found] == [(False, True), (False, False), (False, True)]
    assert desk.task("o1").state is TaskState.OPEN
    assert (desk.audited(), desk.events()) == before
    done = desk.worklist.act_on_all(ANN, batch(desk, "o3", "o1"), Action.CLAIM, Given(), together=True)
    assert [(one.done, one.task.owner if one.task else "") for one in done] == [(True, "u-ann")] * 2
    assert len(desk.events()) == len(before[1]) + 2
    with pytest.raises(TaskRefusedError):
        desk.worklist.act_on_all(ANN, [Asked(str(n), 1) for n in range(MOST_AT_ONCE + 1)], Action.CLAIM, Given(), together=False)


def test_an_answer_never_comes_before_its_question(desk: Desk) -> None:
    desk.waits(step("o1", minutes=-5))
    desk.act(ANN, "o1", Action.CLAIM)
    desk.act(ANN, "o1", Action.FINISH)
    ahead = NOW + 5 * MINUTE
    times = [one["time"] for one in desk.events()]
    assert times == [(ahead + timedelta(milliseconds=part)).isoformat() for part in (1, 2)]


def test_held_orders_go_on_or_are_rejected(desk: Desk) -> None:
    desk.waits(step("o1", "held"), step("o2", "check_requested"))
    for case in ("o1", "o2"):
        assert desk.refused(ANN, case, Action.CLAIM) is TaskRefusal.SKILL
        desk.act(BOSS, case, Action.CLAIM)
    desk.act(BOSS, "o1", Action.FINISH)
    desk.act(BOSS, "o2", Action.FAIL, reason="suspicious")
    assert [(one["type"], one["order_id"]) for one in desk.events()] == [("order.released", "o1"), ("order.rejected", "o2")]


def test_the_most_urgent_comes_first(desk: Desk) -> None:
    late: dict[str, Any] = {"warned_from": NOW - MINUTE, "late_from": NOW}
    soon: dict[str, Any] = {"warned_from": NOW, "late_from": NOW + MINUTE}
    desk.waits(
        step("rest", minutes=90),
        step("young", minutes=1),
        step("paused", minutes=95, paused_since=NOW, **late),
        step("late", minutes=2, **late),
        step("later", minutes=3, **late),
        step("warned", minutes=60, **soon),
    )
    desk.act(ANN, "young", Action.CLAIM)
    desk.act(ANN, "young", Action.FINISH)
    page = desk.worklist.page(ANN, TaskFilter(), 50, 0)
    assert [row.case_id for row in page.rows] == ["later", "late", "warned", "rest", "paused", "young"]
    assert (page.total, page.counts[Standing.OPEN], page.counts[Standing.ENDED]) == (6, 5, 1)
    cut = desk.worklist.page(ANN, TaskFilter(standing=Standing.OPEN), 2, 1)
    assert ([row.case_id for row in cut.rows], cut.total, cut.counts) == (["late", "warned"], 5, page.counts)
    for lateness, cases in {"late": {"late", "later"}, "warned": {"warned"}, "paused": {"paused"}, "unlimited": {"rest", "young"}}.items():
        assert {row.case_id for row in desk.worklist.page(ANN, TaskFilter(lateness=lateness), 9, 0).rows} == cases
    counts = desk.worklist.queues(ANN)
    acceptance = next(one for one in counts if one.queue == "acceptance")
    assert (acceptance.open, acceptance.late, acceptance.warned, acceptance.paused) == (5, 2, 1, 1)
    assert acceptance.oldest == NOW - 95 * MINUTE


@pytest.mark.parametrize(
    ("where", "cases"),
    [
        (TaskFilter(queue="acceptance"), "A1 a2"),
        (TaskFilter(queue="order_review"), "b1"),
        (TaskFilter(queue="none"), ""),
        (TaskFilter(owner="u-ann"), "A1"),
        (TaskFilter(standing=Standing.OTHERS), "A1"),
        (TaskFilter(channel="app"), "A1"),
        (TaskFilter(region="GX"), "A1"),
        (TaskFilter(business_class="goods"), "a2"),
        (TaskFilter(search="A"), "A1"),
        (TaskFilter(search="_1"), ""),
        (TaskFilter(search="A\x00"), ""),
        (TaskFilter(region="GX\x00"), ""),
    ],
    ids=str,
)
def test_filters(desk: Desk, where: TaskFilter, cases: str) -> None:
    rows = step("A1", channel="app", region="GX-NN"), step("a2", business_class="goods.handset", region="GXX"), step("b1", "held")
    desk.waits(*rows)
    desk.act(ANN, "A1", Action.CLAIM)
    page = desk.worklist.page(BOSS, where, 50, 0)
    assert sorted(row.case_id for row in page.rows) == cases.split()
    assert page.total == len(page.rows)


def test_skills_are_given_by_whoever_manages_users(desk: Desk) -> None:
    with pytest.raises(TaskRefusedError):
        desk.worklist.give_skills(MEI, "dan", ["acceptance"])
    with pytest.raises(TaskRefusedError, match="did you mean 'acceptance'"):
        desk.worklist.give_skills(BOSS, "dan", ["aceptance"])
    with pytest.raises(TaskRefusedError, match="no user"):
        desk.worklist.give_skills(BOSS, "nobody", [])
    assert desk.worklist.give_skills(BOSS, "DAN", ["acceptance", "acceptance"]).skills == ["acceptance"]
    desk.waits(step("o1"))
    assert desk.act(DAN, "o1", Action.CLAIM).owner == "u-dan"
    desk.worklist.give_skills(BOSS, "dan", [])
    assert desk.refused(DAN, "o1", Action.FINISH) is TaskRefusal.SKILL
    assert {one.name: one.skills for one in desk.worklist.skills(BOSS)}["dan"] == []
