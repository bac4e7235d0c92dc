"""Every screen says what its numbers mean, and every page leads there."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.web.operation import make_operation
from tests.web.pages import PAGES
from tests.web.visitor import Visitor
from tongguan.model.access import Role


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_leads_to_what_it_means(language: str) -> None:
    visitor = Visitor.as_role(make_operation(), Role.ADMIN, language=language)
    for name, path in PAGES.items():
        if name in ("signin", "password", "missing"):
            continue
        found = re.search(r'class="[^"]*tg-how" href="([^"]+)"', visitor.get(path).text)
        assert found, name
        answer = visitor.get(found[1])
        if answer.status_code == 303:
            answer = visitor.get(answer.headers["location"])
        assert answer.status_code == 200, name


@pytest.mark.parametrize(
    "path", ["/", "/orders", "/orders/A%2F1", "/waiting", "/data", "/data/quarantine", "/data/quarantine/q1", "/users"]
)
def test_main_screens_have_a_help_of_their_own(path: str) -> None:
    answer = Visitor.as_role(make_operation(), Role.ADMIN, language="en").get(f"/help{path}")
    assert answer.status_code == 200
    assert "What it is for" in answer.text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ANALYST])
def test_all_help_leads_to_the_help_of_each_page(role: Role) -> None:
    visitor = Visitor.as_role(make_operation(), role, language="en")
    lists = visitor.get("/help").text.split('class="tg-prose-ways"')[1:]
    ways = [way for one in lists for way in re.findall(r'href="([^"]+)"', one.split("</nav>")[0])]
    assert {"/help/", "/help/halls", "/help/indicators", "/help/stages/payment"} <= set(ways)
    assert ("/help/users" in ways) == (role is Role.ADMIN)
    for way in ways:
        assert visitor.get(way).status_code == 200, way


def test_the_help_of_a_stage_is_told_from_what_it_declares() -> None:
    operation = make_operation()
    visitor = Visitor.as_role(operation, Role.ADMIN, language="en")
    for stage in operation.site.vocabulary.stages:
        page = visitor.get(f"/help/stages/{stage.name}").text
        for name in (*stage.volume, *stage.failures):
            assert f">{name}</code>" in page
        for measure in stage.measures:
            assert measure.label.en in page
    assert "Successes ÷ Volume" in visitor.get("/help/stages/payment").text
    assert "12 h" in visitor.get("/help/stages/acceptance").text, "the limit of a step"
    assert visitor.get("/help/stages/nothing").status_code == 404


def limits(page: str) -> dict[str, list[str]]:
    """Return the cells of the table of limits by step."""
    body = page.split('id="waiting"')[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>") if row.strip()]
    return {row[0]: [re.sub(r"<[^>]+>", "", cell) for cell in row[1:]] for row in rows}


@pytest.mark.parametrize(
    ("language", "step", "expected"),
    [
        ("en", "Paid", ["4 h", "12 h", "受理台 (desk)", "2 more specific rules"]),
        ("zh-CN", "已支付", ["4小时", "12小时", "受理台", "另有 2 条更具体的规则"]),
    ],
)
def test_the_help_of_a_stage_tells_the_limits_in_force(language: str, step: str, expected: list[str]) -> None:
    visitor = Visitor.as_role(make_operation(), Role.ADMIN, language=language)
    page = visitor.get("/help/stages/acceptance").text
    found = limits(page)
    assert found[step] == expected
    assert list(found)[1:] and all(cells[-1] == "—" for cells in list(found.values())[1:])
    href = re.findall(r'href="(/rules\?[^"]+)"', page)
    assert [unescape(one) for one in href] == ["/rules?kind=order&step=paid"]
    rules = visitor.get("/rules?kind=order&step=paid").text
    assert rules.count('scope="rowgroup"') == 1 and rules.count("<tr data-row") == 3


def test_a_limit_that_was_changed_is_told_anew() -> None:
    operation = make_operation()
    visitor = Visitor.as_role(operation, Role.STAGE_OWNER, language="en")
    before = visitor.get("/help/stages/delivery").text
    assert limits(before)["Shipped"][1] == "the promised time where there is one, else 7 d" and "version 2 of the rules" in before
    operation.rules.published_by_another()
    after = visitor.get("/help/stages/delivery").text
    assert limits(after)["Shipped"][1] == "the promised time where there is one, else 8 d" and "version 3 of the rules" in after


def test_the_help_of_a_stage_stands_while_the_rules_do_not_answer() -> None:
    operation = make_operation()
    operation.rules.failing = True
    answer = Visitor.as_role(operation, Role.ADMIN, language="en").get("/help/stages/acceptance")
    assert answer.status_code == 200
    assert "The time limits could not be loaded" in answer.text and "How it is compared" in answer.text


def test_unknown_screens_lead_to_all_help() -> None:
    assert Visitor.as_role(make_operation(), Role.ADMIN).get("/help/nothing/of/it").headers["location"] == "/help"


def test_stages_stand_in_the_navigation_in_the_order_of_the_process_and_stay_folded() -> None:
    operation = make_operation()
    visitor = Visitor.as_role(operation, Role.ADMIN, language="en")
    page = visitor.get("/orders").text
    part = page.split("data-stages")[1].split("</details>")[0]
    assert re.findall(r'href="/stages/([a-z]+)"', part) == [stage.name for stage in operation.site.vocabulary.stages]
    assert "data-jump" not in part
    assert not part.startswith(" open")
    visitor.cookies["tongguan_stages"] = "open"
    assert "data-stages open" in visitor.get("/orders").text
    visitor.cookies["tongguan_stages"] = "closed"
    assert 'aria-current="page"' in visitor.get("/stages/payment").text.split("data-stages open")[1].split("</details>")[0]
