"""Queues and tasks: lists, what is done with one or several, who is told what when somebody was faster."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from tests.web.operation import NOON, Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.model.tasks import LARGEST_FILE, Task, TaskState

QUEUE = "/work/acceptance"


@pytest.fixture
def operation() -> Operation:
    return make_operation()


def someone(operation: Operation, role: Role = Role.DISPATCHER, language: str = "en") -> Visitor:
    return Visitor.as_role(operation, role, language=language)


def every(operation: Operation, fits: Callable[[Task], bool]) -> list[Task]:
    return [task for task in operation.tasks._tasks.values() if task.queue == "acceptance" and fits(task)]


def free(operation: Operation) -> list[Task]:
    return every(operation, lambda task: task.state is TaskState.OPEN)


def now(operation: Operation, task: Task) -> Task:
    return operation.tasks._tasks[task.id]


def at(task: Task) -> str:
    return f"/work/{task.queue}/{task.id}"


def act(visitor: Visitor, task: Task, action: str, **fields: str) -> tuple[int, str]:
    """Press a button of a task's page that shows the task as given; return the status, and what the page then tells."""
    answer = visitor.post(at(task), {"act": action, "version": str(task.version), **fields})
    page = visitor.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text
    return answer.status_code, banner(page)


def banner(page: str) -> str:
    shown = re.findall(r'<div class="tg-banner tg-banner-\w+" role="(?:status|alert)">.*?<span>(.*?)</span>', page, re.DOTALL)
    return unescape(" ".join(shown))


def claimed(operation: Operation, visitor: Visitor, task: Task | None = None) -> Task:
    task = task or free(operation)[0]
    assert act(visitor, task, "claim")[0] == 303
    return now(operation, task)


def stream_of(page: str) -> str:
    [found] = re.findall(r'data-stream="([^"]+)"', page)
    return unescape(found)


def rows(page: str) -> list[str]:
    return re.findall(r'<tr data-row data-href="([^"]+)"', page)


def test_a_card_counts_what_its_links_show(operation: Operation) -> None:
    visitor = someone(operation)
    card = visitor.get("/work").text.split('id="queue-acceptance"')[1].split("</section>")[0]
    figures = re.findall(r'href="([^"]+)"><span class="tg-quiet">([^<]+)</span>.*?data-live>(\d+)</span>', card)
    assert [label for _, label, _ in figures] == ["To be claimed", "Mine", "With others", "Late", "Warned", "Paused", "Silent"]
    for href, label, count in figures:
        shown = [row for row in rows(visitor.get(unescape(href)).text) if row]
        assert len(shown) == int(count), label
    assert int(figures[3][2]) > 0 and "■" in card


def test_the_list_is_the_most_urgent_first_and_tells_late_from_left(operation: Operation) -> None:
    page = someone(operation, language="zh-CN").get(f"{QUEUE}?standing=all").text
    told = re.findall(r'<span id="standing-\w+"><span class="tg-mark tg-(\w+)"><span[^>]*>(.)</span><span class="tg-word">([^<]+)', page)
    assert [mark for mark, _, _ in told[:4]] == ["bad", "bad", "bad", "watch"]
    assert told[0][1:] == ("■", "超时37分钟")
    assert told[3][1:] == ("▲", "剩余3分钟")
    assert told[-1][2] == "已办结", "those that are over come last"


def test_tabs_hold_whose_tasks_are(operation: Operation) -> None:
    visitor = someone(operation)
    counts = dict(re.findall(r'<span>([^<]+)</span><b class="tg-number">(\d+)</b></a></li>', visitor.get(QUEUE).text))
    for standing, label in (("open", "To be claimed"), ("mine", "Mine"), ("others", "With others"), ("ended", "Over"), ("all", "All")):
        assert len(rows(visitor.get(f"{QUEUE}?standing={standing}").text)) == int(counts[label]) > 0, standing


def test_filters_narrow_and_can_be_removed(operation: Operation) -> None:
    visitor = someone(operation)
    page = visitor.get(f"{QUEUE}?standing=all&channel=web").text
    assert len(rows(page)) == len(every(operation, lambda task: task.channel == "web"))
    assert f'href="{QUEUE}?standing=all"' in page
    nothing = visitor.get(f"{QUEUE}?standing=all&q=XX").text
    assert "No task fits these filters" in nothing


def test_silent_ones_are_asked_for_and_told(operation: Operation) -> None:
    page = someone(operation).get(f"{QUEUE}?standing=all&lateness=silent").text
    assert 0 < len(rows(page)) == page.count("◇ Silent") == len(every(operation, lambda task: task.lateness_at(NOON) == "silent"))


def test_the_whole_id_of_a_case_leads_to_its_task(operation: Operation) -> None:
    task = free(operation)[0]
    answer = someone(operation).get(f"{QUEUE}?standing=all&q={task.case_id}")
    assert (answer.status_code, answer.headers["location"]) == (303, at(task))


def test_what_waits_and_the_story_of_an_order_lead_to_the_task(operation: Operation) -> None:
    visitor, task = someone(operation), free(operation)[0]
    waiting = visitor.get(f"/waiting?q={task.case_id}").text
    assert f'href="{QUEUE}?standing=all&amp;q={task.case_id}"' in waiting
    assert f'href="{at(task)}"' in (story := visitor.get(f"/orders/{task.case_id}").text)
    assert "Task: Manual acceptance, nobody has it yet" in story
    done = every(operation, lambda one: one.state is TaskState.DONE)[0]
    assert at(done) not in visitor.get(f"/orders/{done.case_id}").text


def test_a_second_claimer_is_told_who_has_it_and_is_offered_the_next(operation: Operation) -> None:
    first, second = someone(operation), someone(operation, Role.STAGE_OWNER)
    task = free(operation)[0]
    assert act(first, task, "claim") == (303, "The task is yours until 14:50.")
    answer = second.post(at(task), {"act": "claim", "version": str(task.version)})
    assert answer.status_code == 409
    assert banner(answer.text) == ("No longer as you saw it: Dispatcher claimed it at 14:20; it is with Dispatcher until 14:50.")
    assert 'value="next"' in answer.text and "Load again" in answer.text
    assert now(operation, task).owner == "u-dispatcher"


def test_the_second_claimer_is_told_in_chinese_too(operation: Operation) -> None:
    task = free(operation)[0]
    claimed(operation, someone(operation), task)
    _, said = act(someone(operation, Role.STAGE_OWNER, "zh-CN"), task, "claim")
    assert said == "工单状态已变化：Dispatcher已于 14:20 领取；现由Dispatcher处理，有效至 14:50。"


def test_take_next_claims_the_most_urgent_one_of_those_that_the_filters_leave(operation: Operation) -> None:
    visitor = someone(operation)
    wanted = rows(visitor.get(f"{QUEUE}?channel=app").text)[0]
    answer = visitor.post(f"{QUEUE}?channel=app", {"act": "next"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{wanted}?done=claim")
    assert now(operation, next(t for t in every(operation, lambda _: True) if at(t) == wanted)).owner == "u-dispatcher"


def test_a_task_is_not_worked_on_at_the_address_of_another_queue(operation: Operation) -> None:
    visitor, task = someone(operation), free(operation)[0]
    answer = visitor.post(f"/work/order_review/{task.id}", {"act": "claim", "version": str(task.version)})
    assert answer.status_code == 404 and now(operation, task).state is TaskState.OPEN


def test_take_next_says_when_nothing_is_left(operation: Operation) -> None:
    visitor = someone(operation)
    for _ in free(operation):
        assert visitor.post(QUEUE, {"act": "next"}).status_code == 303
    answer = visitor.post(QUEUE, {"act": "next"})
    assert banner(answer.text) == "No task waits to be claimed."
    assert "No task waits to be claimed" in visitor.get(QUEUE).text


def test_finish_ends_the_task_and_offers_the_next(operation: Operation) -> None:
    visitor = someone(operation)
    task = claimed(operation, visitor)
    assert act(visitor, task, "finish", note="called the customer") == (303, "The task is finished.")
    ended = now(operation, task)
    assert (ended.state, ended.note, ended.outcome_by) == (TaskState.DONE, "called the customer", "Dispatcher")
    page = visitor.get(f"{at(task)}?done=finish").text
    assert 'name="act" value="next"' in page
    assert "called the customer" in page


def test_fail_needs_a_reason_and_keeps_what_was_typed(operation: Operation) -> None:
    visitor = someone(operation)
    task = claimed(operation, visitor)
    answer = visitor.post(at(task), {"act": "fail", "version": str(task.version), "note": "owes two months"})
    assert (answer.status_code, banner(answer.text)) == (422, "Choose one of the reasons.")
    assert '<details class="tg-act" name="act" open><summary class="btn" data-key="x"' in answer.text
    assert ">owes two months</textarea>" in answer.text
    assert act(visitor, task, "fail", reason="debt", note="owes two months") == (303, "The task is failed.")
    assert now(operation, task).reason == "debt"
    assert "Customer owes money" in visitor.get(at(task)).text


def test_an_action_that_comes_too_late_keeps_its_note_for_a_comment(operation: Operation) -> None:
    visitor, leader = someone(operation), someone(operation, Role.STAGE_OWNER)
    task = claimed(operation, visitor)
    assert act(leader, task, "transfer", to="u-stage_owner")[0] == 303
    answer = visitor.post(at(task), {"act": "finish", "version": str(task.version), "note": "all checked"})
    assert answer.status_code == 409
    assert "Stage Owner transferred it at 14:20; it is with Stage Owner" in banner(answer.text)
    assert 'id="note-comment"' in answer.text and ">all checked</textarea>" in answer.text
    assert now(operation, task).state is TaskState.CLAIMED


def test_hand_back_comment_urge_and_transfer_stand_in_the_story(operation: Operation) -> None:
    visitor, leader = someone(operation), someone(operation, Role.STAGE_OWNER)
    task = claimed(operation, visitor)
    assert act(visitor, task, "comment", note="<b>asked</b>") == (303, "The comment is kept.")
    assert act(leader, task, "urge") == (303, "Urged.")
    assert "less than 10 minutes ago" in act(leader, task, "urge")[1]
    assert act(visitor, task, "hand_back", reason="needs_customer") == (303, "The task is back in the queue.")
    task = now(operation, task)
    assert act(leader, task, "transfer", to="u-dispatcher") == (303, "The task was transferred.")
    story = visitor.get(at(task)).text.split('class="tg-work-story"')[1].split("</ol>")[0]
    told = re.findall(r"<b>([^<]+)</b> ([^<]+?)(?: <span class=\"tg-chip\">([^<]+)</span>)?</span>", story)
    assert told[:4] == [
        ("Stage Owner", "transferred it", "to Dispatcher"),
        ("Dispatcher", "handed it back", "Customer is needed"),
        ("Stage Owner", "urged it", ""),
        ("Dispatcher", "commented", ""),
    ]
    assert "&lt;b&gt;asked&lt;/b&gt;" in story


@pytest.mark.parametrize(("action", "fields"), [("transfer", {"to": "u-analyst"}), ("comment", {"note": "  "}), ("shout", {}), ("", {})])
def test_what_cannot_be_done_is_refused(operation: Operation, action: str, fields: dict[str, str]) -> None:
    leader, task = someone(operation, Role.STAGE_OWNER), free(operation)[0]
    assert act(leader, task, action, **fields)[0] == 422
    assert now(operation, task) == task


def test_several_are_claimed_and_each_is_answered(operation: Operation) -> None:
    first, second = someone(operation), someone(operation, Role.STAGE_OWNER)
    chosen = free(operation)[:3]
    claimed(operation, second, chosen[1])
    answer = first.post(QUEUE, {"act": "claim", "id": [f"{task.id}.{task.version}" for task in chosen]})
    assert banner(answer.text) == "Claim: 2 of 3 done."
    answers = answer.text.split('class="card tg-work-answers"')[1].split("</section>")[0]
    assert answers.count("yours until 14:50") == 2
    assert "it is with Stage Owner until 14:50" in answers
    assert [now(operation, task).owner for task in chosen] == ["u-dispatcher", "u-stage_owner", "u-dispatcher"]


def test_a_button_in_a_row_takes_that_row_alone(operation: Operation) -> None:
    visitor, (one, other) = someone(operation), free(operation)[:2]
    visitor.post(QUEUE, {"one": f"{one.id}.{one.version}", "id": [f"{other.id}.{other.version}"]})
    assert [now(operation, task).state for task in (one, other)] == [TaskState.CLAIMED, TaskState.OPEN]


def test_several_are_handed_back_transferred_and_urged(operation: Operation) -> None:
    visitor, leader = someone(operation), someone(operation, Role.STAGE_OWNER)
    mine = [claimed(operation, visitor, task) for task in free(operation)[:2]]
    ids: dict[str, str | list[str]] = {"id": [f"{task.id}.{task.version}" for task in mine]}
    assert banner(leader.post(f"{QUEUE}?standing=others", {"act": "urge", **ids}).text) == "Urge: 2 of 2 done."
    assert visitor.get(f"{QUEUE}?standing=mine").text.count("· urged 1 time<") == 2
    refused = visitor.post(f"{QUEUE}?standing=mine", {"act": "hand_back", **ids})
    assert refused.status_code == 409 and refused.text.count("Choose one of the reasons.") == 2
    assert banner(visitor.post(QUEUE, {"act": "hand_back", "reason": "debt", **ids}).text) == "Hand back: 2 of 2 done."
    ids = {"id": [f"{task.id}.{now(operation, task).version}" for task in mine]}
    told = leader.post(QUEUE, {"act": "transfer", "to": "u-dispatcher", **ids}).text
    assert told.count("Dispatcher has it now") == 2


@pytest.mark.parametrize("chosen", [[], ["nothing"], ["no.such"], ["x.99999999999999"], [f"{n:016}.1" for n in range(501)]])
def test_rows_that_are_none_change_nothing(operation: Operation, chosen: list[str]) -> None:
    before = dict(operation.tasks._tasks)
    assert someone(operation).post(QUEUE, {"act": "claim", "id": chosen}).status_code in (409, 422)
    assert operation.tasks._tasks == before


def test_files_are_attached_and_saved_but_never_shown_as_pages(operation: Operation) -> None:
    visitor, task = someone(operation), free(operation)[0]
    assert visitor.upload(at(task), {"act": "attach"}, "身份证 <1>.html", b"<script>").status_code == 303
    way = re.findall(r'class="tg-work-attached" href="([^"]+)"', visitor.get(at(task)).text)[0]
    got = visitor.get(way)
    assert got.content == b"<script>"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%BA%AB")
    assert visitor.get(way.rpartition("/")[0] + "/99").status_code == 404
    other = free(operation)[1]
    assert visitor.get(f"{at(other)}/files/{way.rpartition('/')[2]}").status_code == 404


@pytest.mark.parametrize(("name", "size"), [("a.bin", LARGEST_FILE + 1), ("a.bin", 0), ("x" * 201, 1)])
def test_files_that_cannot_be_kept_are_refused(operation: Operation, name: str, size: int) -> None:
    visitor, task = someone(operation), free(operation)[0]
    answer = visitor.upload(at(task), {"act": "attach"}, name, b"0" * size)
    assert (answer.status_code, now(operation, task).files) == (422, task.files)
    assert "5 MB" in banner(answer.text)


def test_a_form_without_a_file_is_told_so(operation: Operation) -> None:
    assert act(someone(operation), free(operation)[0], "attach")[0] == 422


def test_a_claim_is_renewed_and_its_end_is_told() -> None:
    clock = [NOON]
    operation = make_operation(lambda: clock[0])
    visitor, task = someone(operation), free(make_operation())[0]
    task = claimed(operation, visitor, operation.tasks._tasks[task.id])
    clock[0] += timedelta(minutes=20)
    renewed = visitor.post(f"{at(task)}/claim", {"version": str(task.version)})
    assert renewed.json() == {"until": (NOON + timedelta(minutes=50)).isoformat()}
    assert "RENEW" not in visitor.get(at(task)).text and "went on working" not in visitor.get(at(task)).text
    clock[0] += timedelta(minutes=31)
    late = visitor.post(f"{at(task)}/claim", {"version": str(task.version)})
    assert late.status_code == 409
    assert "nobody has it now, so it can be claimed" in late.json()["said"]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
def test_who_does_not_work_on_tasks_may_look_only(operation: Operation, role: Role) -> None:
    visitor, task = someone(operation, role), free(operation)[0]
    assert "to look at only" in visitor.get("/work").text
    page = visitor.get(QUEUE).text
    assert 'value="next"' not in page and 'name="one"' not in page and "data-pick" not in page
    assert "You can read this task." in (shown := visitor.get(at(task)).text)
    assert "tg-acts" not in shown and 'id="note-comment"' not in shown
    assert act(visitor, task, "claim") == (422, "Your role does not include this.")


def test_who_lacks_the_skill_is_told(operation: Operation) -> None:
    operation.tasks.taught["u-dispatcher"] = frozenset({"stock"})
    assert "You lack the skill" in act(someone(operation), free(operation)[0], "claim")[1]


def test_other_regions_and_unknown_queues_are_not_there(operation: Operation) -> None:
    agent = someone(operation, Role.SERVICE_AGENT)
    outside = next(task for task in free(operation) if not task.region.startswith("GX-NN"))
    assert agent.get(at(outside)).status_code == 404
    assert act(agent, outside, "claim")[0] == 404
    assert all(agent.get(row).status_code == 200 for row in rows(agent.get(f"{QUEUE}?standing=all").text))
    for path in ("/work/nothing", "/work/nothing.csv", "/live/work/nothing", f"/work/allocation/{outside.id}", f"{QUEUE}/nothing"):
        assert someone(operation, Role.ADMIN).get(path).status_code == 404, path
    assert agent.post("/work/nothing", {"act": "next"}).status_code == 404


def test_the_file_of_the_list_tells_the_same(operation: Operation) -> None:
    visitor = someone(operation)
    content = visitor.get(f"{QUEUE}.csv?standing=all").content.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(content)))
    shown = rows(visitor.get(f"{QUEUE}?standing=all").text)
    assert len(table) == len(shown)
    assert table[0]["Lateness"] == "Late" and table[0]["With whom"] == "Admin"
    assert {row["State"] for row in table} == {"To be claimed", "Mine", "With others", "Finished"}
    assert visitor.get(f"{QUEUE}.xlsx").status_code == 200
    assert operation.lists.log[-1][1].page == QUEUE


def test_views_and_columns_of_a_queue_are_its_own(operation: Operation) -> None:
    visitor = someone(operation)
    form: dict[str, str | list[str]] = {"page": QUEUE, "query": "standing=all&lateness=late", "name": "late ones"}
    kept = visitor.post("/views", form)
    assert kept.headers["location"].startswith(f"{QUEUE}?standing=all&lateness=late&view=")
    assert "late ones" in visitor.get(QUEUE).text
    assert "late ones" not in visitor.get("/work/allocation").text
    visitor.post("/views/columns", {"page": QUEUE, "query": "", "column": ["case", "brand"]})
    assert '<th scope="col">Brand' in re.sub(r"\s+", " ", visitor.get(QUEUE).text).replace("> ", ">")
    assert visitor.post("/views", {**form, "page": "/work/{queue}"}).status_code == 404
    assert visitor.post("/views", {**form, "page": "/work/a/b"}).status_code == 404
