"""What keeps rules from being published is told in the language of whoever reads it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.web.operation import make_operation
from tests.web.test_rules import text_of
from tests.web.visitor import Visitor
from tongguan.clocks.book_mistakes import Fault
from tongguan.model.access import Role
from tongguan.model.rule_documents import contents_of
from tongguan.web.kit.rules import RuleRefusal, RulesRefusedError


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh-CN", "第 1 条规则（order，paid）：没有日历“dsk”；是否应为“desk”？可用：desk；或留空表示全天"),
        ("en", "rule 1 (order, paid): no calendar 'dsk'; did you mean 'desk'? valid: desk; or empty for all day"),
    ],
)
def test_a_draft_that_cannot_be_published_says_why(language: str, told: str) -> None:
    operation = make_operation()
    visitor = Visitor.as_role(operation, Role.MANAGER, language=language)
    user = operation.accounts.session_for(Role.MANAGER, language=language).user
    newest = asyncio.run(operation.rules.books())[-1]
    contents = contents_of(newest)
    wrong = replace(contents, rules=(replace(contents.rules[0], calendar="dsk"), *contents.rules[1:]))
    asyncio.run(operation.rules.keep_draft(user, newest.version, wrong, None))
    page = visitor.get("/rules/review")
    assert told in text_of(page.text)
    assert '<ul lang="en">' not in page.text
    with pytest.raises(RulesRefusedError) as refused:
        asyncio.run(operation.rules.publish(user, wrong, "Try", newest.version))
    assert refused.value.refusal is RuleRefusal.MISTAKES
    assert [one.fault for one in refused.value.mistakes] == [Fault.NO_CALENDAR]
    assert str(refused.value) == "rule 1 (order, paid): no calendar 'dsk'; did you mean 'desk'? valid: desk; or empty for all day"
