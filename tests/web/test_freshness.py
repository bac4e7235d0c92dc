"""Until when data is loaded stands in the bar of every page about it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.web.operation import NOON, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.web.kit.fake.questions import FakeQuestions
from tongguan.web.kit.freshness import REMEMBERED, Freshness
from tongguan.web.kit.ports import QuestionFailedError

PATHS = (
    "/waiting",
    "/data/quarantine",
    "/findings",
    "/indicators/payment_success_rate",
    "/indicators",
    "/explore",
    "/orders",
    "/work",
    "/work/acceptance",
)


def told(page: str) -> list[str]:
    """Return what the bar says, each time that it says it."""
    bar = page.split('<header class="tg-bar">')[1].split("</header>")[0]
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r'<span class="tg-through.*?</b>', bar, re.DOTALL)]


@pytest.mark.parametrize(("language", "words"), [("en", "data through"), ("zh-CN", "数据截至")])
def test_lists_and_indicators_tell_the_same_as_the_panorama(language: str, words: str) -> None:
    visitor = Visitor.as_role(make_operation(), Role.ADMIN, language=language)
    of_panorama = told(visitor.get("/").text)
    assert len(of_panorama) == 1 and of_panorama[0].startswith(words) and re.search(r"\d\d:\d\d", of_panorama[0])
    for path in PATHS:
        assert told(visitor.get(path).text) == of_panorama, path


@pytest.mark.parametrize(("minutes", "old"), [(14, False), (16, True)])
def test_old_data_is_marked(minutes: int, old: bool) -> None:
    operation = make_operation()
    newest = asyncio.run(operation.questions.data_through())
    assert newest is not None
    operation.site.freshness.kept.value = NOON - timedelta(minutes=minutes)
    asyncio.run(operation.site.freshness.refresh())
    assert operation.site.freshness.through == newest, "asked anew the first time"
    operation.site.freshness.kept.value = NOON - timedelta(minutes=minutes)
    assert ("tg-through-stale" in Visitor.as_role(operation, Role.ADMIN).get("/waiting").text) is old


def test_no_data_is_no_time() -> None:
    nothing = Visitor.as_role(make_operation(orders=0), Role.ADMIN).get("/waiting").text
    assert told(nothing)[0].endswith("—")


def test_pages_stand_and_keep_the_last_answer_while_the_question_fails() -> None:
    operation = make_operation(failing=True)
    answer = Visitor.as_role(operation, Role.ADMIN).get("/waiting")
    assert answer.status_code == 200 and told(answer.text)[0].endswith("—")


class Counted(FakeQuestions):
    """Counts how often it is asked."""

    times = 0

    async def data_through(self) -> datetime | None:
        self.times += 1
        if self.failing:
            raise QuestionFailedError("away")
        return datetime(2026, 11, 21, self.times, tzinfo=UTC)


def test_many_pages_share_one_question_and_it_is_asked_again_once_it_is_old() -> None:
    moment = [NOON]
    questions = Counted(make_operation().site.vocabulary, lambda: moment[0], orders=0)
    freshness = Freshness(questions, lambda: moment[0])
    assert freshness.through is None
    for _ in range(3):
        asyncio.run(freshness.refresh())
    assert questions.times == 1 and freshness.through == datetime(2026, 11, 21, 1, tzinfo=UTC)
    moment[0] += REMEMBERED
    asyncio.run(freshness.refresh())
    assert questions.times == 2 and freshness.through == datetime(2026, 11, 21, 2, tzinfo=UTC)
    questions.failing = True
    moment[0] += REMEMBERED
    asyncio.run(freshness.refresh())
    asyncio.run(freshness.refresh())
    assert questions.times == 3 and freshness.through == datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize("path", ["/", "/waiting", "/orders", "/data/quarantine", "/stages/payment", "/halls", "/halls/app"])
def test_without_a_source_nothing_is_known_to_be_none(path: str) -> None:
    page = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en").get(path).text
    assert "No source has sent anything" in page and 'href="/help#data"' in page
    for claim in ("Nothing waits", "No open problems", "Nothing failed with a reason", "Every record that came in", ">0</b>"):
        assert claim not in page, claim


def test_without_a_source_the_figures_of_orders_are_unknown() -> None:
    visitor = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en")
    visitor.get("/orders")
    figures = re.findall(r'<span class="tg-number" data-live>(.*?)</span>', visitor.get("/live/orders").text)
    assert figures == ["—"] * 4


@pytest.mark.parametrize("path", ["/", "/?day=2026-11-20", "/halls", "/halls/app", "/stages/payment?day=2026-11-20"])
def test_the_bar_tells_it_of_pages_that_know_it_themselves(path: str) -> None:
    found = told(Visitor.as_role(make_operation(), Role.ADMIN, language="en").get(path).text)
    assert len(found) == 1 and re.search(r"\d\d:\d\d", found[0])
