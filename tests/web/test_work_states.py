"""Queues and tasks as they move, without data, and when the store does not answer."""

from __future__ import annotations

import re

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_work import QUEUE, at, claimed, every, free, someone, stream_of
from tongguan.model.access import Role


@pytest.fixture
def operation() -> Operation:
    return make_operation()


def test_the_stream_draws_the_rows_shown_in_place_and_tells_what_came(operation: Operation) -> None:
    visitor, other = someone(operation), someone(operation, Role.STAGE_OWNER)
    page = visitor.get(QUEUE).text
    live = stream_of(page)
    before = visitor.get(live).text
    assert "The list has changed" not in before
    task = free(operation)[0]
    claimed(operation, other, task)
    after = visitor.get(live).text
    assert "The list has changed" in after
    owner = after.split(f'hx-target="#owner-{task.id}"')[1].split("</hx-partial>")[0]
    assert "Stage Owner until 14:50" in owner
    assert "<button" not in after.split(f'hx-target="#act-{task.id}"')[1].split("</hx-partial>")[0]


def test_the_stream_of_a_task_tells_what_others_did(operation: Operation) -> None:
    visitor, task = someone(operation), free(operation)[0]
    live = stream_of(visitor.get(at(task)).text)
    assert "Load again" not in visitor.get(live).text
    claimed(operation, someone(operation, Role.STAGE_OWNER), task)
    assert "14:20 Stage Owner claimed it." in visitor.get(live).text


@pytest.mark.parametrize(("path", "status"), [("/work", 200), (QUEUE, 200), (f"{QUEUE}/68590771eae9768d", 503)])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_store_that_does_not_answer_leaves_the_page_standing(path: str, status: int, language: str) -> None:
    visitor = someone(make_operation(failing=True), Role.ADMIN, language)
    answer = visitor.get(path)
    assert answer.status_code == status
    assert "the operational store does not answer" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert visitor.post(path, {"act": "next" if path == QUEUE else "claim"}).status_code in (405, 503)


@pytest.mark.parametrize(
    ("path", "said"),
    [("/work", "nothing waits"), (QUEUE, "No task waits to be claimed"), (f"{QUEUE}?standing=all", "This queue has had no task yet")],
)
def test_an_operation_without_tasks_says_so(path: str, said: str) -> None:
    operation = make_operation()
    operation.tasks._tasks.clear()
    assert said in someone(operation, Role.ADMIN).get(path).text


@pytest.mark.parametrize("path", ["/work", QUEUE, f"{QUEUE}?standing=all"])
def test_without_a_source_nothing_is_known_of_queues(path: str) -> None:
    page = someone(make_operation(orders=0), Role.ADMIN).get(path).text.split("<main")[1]
    assert page.count("No source has sent anything yet") == 1 and 'href="/help#data"' in page
    assert not re.search(r"<b[^>]*>[^—]*\b0\b[^—]*</b>", page), "nothing is known to be 0"
    assert "On time" not in page and "nothing waits" not in page


def test_a_promise_that_passed_is_marked_while_there_is_something_to_do(operation: Operation) -> None:
    visitor, marked = someone(operation, Role.ADMIN), set()
    for task in every(operation, lambda _: True):
        found = re.search(r"<dt>Promised</dt><dd[^>]*>(.*?)</dd>", visitor.get(at(task)).text)
        if found:
            passed = "tg-bad" in found[1]
            assert passed == (", passed" in found[1]) and not (passed and task.ended_at)
            marked.add(passed)
    assert marked == {True, False}


def test_the_order_of_the_list_is_told(operation: Operation) -> None:
    assert "In this order: late, warned, in time, paused" in someone(operation).get(QUEUE).text
