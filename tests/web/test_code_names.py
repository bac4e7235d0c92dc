"""Codes on the page of a stage: open codes by their names in the reader's language, the code behind them; codes without one as they are."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from tests.fixtures.templates import share_compiled
from tests.web.operation import NOON, Operation
from tests.web.visitor import Visitor
from tongguan.areas.packs import build_vocabulary
from tongguan.lib.now import fixed
from tongguan.model.access import Role, User
from tongguan.model.answers import Breakdown, EventFilter, Share, StageDay
from tongguan.web.kit.fake.accounts import FakeAccounts
from tongguan.web.kit.fake.annotations import FakeAnnotations
from tongguan.web.kit.fake.fulfilment import FakeFulfilment
from tongguan.web.kit.fake.indicators import FakeIndicators
from tongguan.web.kit.fake.lists import FakeLists
from tongguan.web.kit.fake.questions import FakeQuestions
from tongguan.web.kit.fake.rules import FakeRules
from tongguan.web.kit.fake.tasks import FakeTasks
from tongguan.web.kit.fake.vocabulary import fake_vocabulary
from tongguan.web.kit.site import WebSettings
from tongguan.web.web import create_web

NAMES = {
    "zh-CN": {"alipay": "支付宝", "channel_timeout": "支付渠道超时", "network.slow": "网速慢"},
    "en": {"alipay": "Alipay", "channel_timeout": "Payment channel timed out", "network.slow": "Slow network"},
}
BY = {"alipay": "payment_channel", "channel_timeout": "reason", "network.slow": "category", "bank-a": "bank"}
BOTH = pytest.mark.parametrize("language", ["zh-CN", "en"])


class Days(FakeQuestions):
    """The operation in memory, whose days of a stage have these codes."""

    async def stage_day(self, user: User, stage: str, where: EventFilter) -> StageDay | None:
        hours = [3] * 24
        return StageDay(where.day, hours, hours, hours, hours, [Breakdown(by, [Share(code, 9, 3)]) for code, by in BY.items()])


@pytest.fixture(scope="module")
def operation() -> Operation:
    clock = fixed(NOON)
    questions, accounts, lists = Days(fake_vocabulary(), clock, orders=20), FakeAccounts(clock), FakeLists(clock)
    settings = WebSettings(zone=ZoneInfo("Asia/Shanghai"), now=clock, version="0.0")
    indicators = FakeIndicators(questions, clock)
    notes = FakeAnnotations(clock, indicators)
    tasks = FakeTasks(fake_vocabulary(), clock, accounts, questions.every_waiting_row())
    rules = FakeRules(build_vocabulary(), clock)
    fulfilment = FakeFulfilment(build_vocabulary(), clock, questions.every_waiting_row, tasks)
    words = build_vocabulary()
    application = create_web(
        questions, accounts, lists, indicators, notes, words, settings, [], tasks=tasks, rules=rules, fulfilment=fulfilment
    )
    share_compiled(application.state.site.environments)
    return Operation(application, questions, accounts, lists, indicators, notes, rules, tasks, fulfilment)


def table(page: str, by: str) -> str:
    found = re.search(rf'<section [^>]*id="by-{by}">.*?</section>', page, re.S)
    assert found, f"the page has no table by {by}"
    return found[0]


@BOTH
@pytest.mark.parametrize("code", list(NAMES["en"]))
def test_a_stage_shows_names_with_the_code_behind(operation: Operation, language: str, code: str) -> None:
    shown = table(Visitor.as_role(operation, Role.ADMIN, language=language).get("/stages/payment").text, BY[code])
    assert re.search(rf'<th scope="row" title="{re.escape(code)}">\s*(<a [^>]*>)?{re.escape(NAMES[language][code])}<', shown)
    assert f">{code}<" not in shown


@BOTH
def test_the_chosen_value_is_named_too(operation: Operation, language: str) -> None:
    page = Visitor.as_role(operation, Role.ADMIN, language=language).get("/stages/payment?by=payment_channel&value=alipay").text
    only = re.search(r'<p class="tg-only"><span>([^<]*)</span>', page)
    assert only is not None and only[1].endswith(NAMES[language]["alipay"])
    assert ">alipay<" not in page


@BOTH
def test_a_code_that_nobody_named_is_shown_as_it_is(operation: Operation, language: str) -> None:
    assert ">bank-a<" in table(Visitor.as_role(operation, Role.ADMIN, language=language).get("/stages/payment").text, "bank")
