"""Beside the flow: what was unlike other days, and how the halls stand."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.web.operation import NOON, Operation, make_operation
from tests.web.test_findings import FOUND, WATCHES, answering, bare, section
from tests.web.visitor import Visitor
from tongguan.model import access
from tongguan.model.access import Role, User
from tongguan.model.answers import FlowFilter
from tongguan.model.findings import FindingFilter, FindingKind, Findings
from tongguan.model.halls import Halls, ProblemKind


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.fixture(scope="module")
def manager(operation: Operation) -> Visitor:
    return Visitor.as_role(operation, Role.MANAGER, language="en")


def lately(html: str) -> str:
    return section(html, 'id="lately"')


def card(html: str) -> str:
    return section(html, 'id="kpi-lately"', "a")


def test_the_panorama_tells_the_newest_beside_the_flow(manager: Visitor) -> None:
    page = manager.get("/").text
    told = [bare(line) for line in re.findall(r"<li data-row.*?</li>", lately(page))]
    assert len(told) == 4
    assert told[0] == "11-20 App Payment success rate ■ 87.4% usually 96.6% · −9.2 pp Payment"
    assert "· Slow change" in told[1] and sum("Slow change" in line for line in told) == 1
    assert 'href="/stages/orders?day=2026-11-18&amp;channel=web"' in lately(page)
    assert "▲ Watch" in bare(card(page)) and re.search(r"\b4 matters\b.*App Payment success", bare(card(page)))
    assert 'href="/findings"' in card(page)


def test_a_matter_is_one_line_however_many_numbers_tell_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    rows = [replace(FOUND["share"], value=f"hall-{number}", score=20 - number) for number in range(10)]
    twins = [replace(row, kind=FindingKind.DRIFT, score=1) for row in rows]
    answering(operation, monkeypatch, Findings([*rows, *twins], "2026-11-20", "2026-11-07", NOON, WATCHES))
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/").text
    assert lately(page).count("<li data-row") == 8 and "2 more" in bare(lately(page)) and "Slow change" not in lately(page)
    assert "10 matters" in bare(card(page))


def test_a_past_day_tells_what_lay_on_it(manager: Visitor, operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    page = manager.get("/?day=2026-11-16").text
    assert [bare(name) for name in re.findall(r"<b>([^<]+)</b> Payment success", lately(page))] == ["Kiosk", "WeChat"]
    assert "2 matters" in bare(card(page)) and 'href="/findings?day=2026-11-16"' in card(page)
    assert bare(lately(page)).startswith("What stood out on this day")
    asked = answering(operation, monkeypatch, Findings((), "2026-11-20", "2026-11-07", NOON))
    quiet = manager.get("/?day=2026-11-12&channel=app&brand=wo").text
    assert asked == [FindingFilter(channel="app", brand="wo", day="2026-11-12")]
    assert "0 matters within these filters" in bare(card(quiet)) and 'href="/findings?channel=app&amp;day=2026-11-12"' in card(quiet)
    assert "Normal" not in card(quiet) and "other dimensions is not told" in lately(quiet), "what is left out may be anything"
    assert "tg-lately-list" not in quiet
    every = manager.get("/?day=2026-11-12").text
    assert "● Normal" in bare(card(every)) and "within what it is on other days" in lately(every)


@pytest.mark.parametrize("day", ["2026-11-06", "2026-10-01"])
def test_a_day_that_was_not_looked_at_claims_nothing(manager: Visitor, day: str) -> None:
    page = manager.get(f"/?day={day}").text
    assert "This day was not looked at" in lately(page)
    assert "○ Not enough data —" in bare(card(page)) and "Normal" not in card(page)


def test_before_the_first_look_the_panorama_claims_nothing() -> None:
    page = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en").get("/").text
    assert "Nothing was looked at yet" in lately(page) and "within what it is" not in lately(page)
    assert "○ Not enough data —" in bare(card(page)) and "not looked at yet" in card(page) and "matters" not in card(page)


def test_findings_that_are_away_leave_the_flow_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    answering(operation, monkeypatch, None)
    manager = Visitor.as_role(operation, Role.MANAGER, language="en")
    page = manager.get("/?channel=app").text
    assert page.count('class="tg-state tg-state-failed"') == 2, "the panel, and the part that scripts show"
    assert "the store is busy" in lately(page) and 'href="/?channel=app"' in lately(page)
    assert "○ Not enough data —" in bare(card(page))
    assert 'id="stage-payment"' in page and 'id="kpi-failures"' in page
    assert "the store is busy" in manager.get("/live/panorama").text


def test_the_panorama_asks_for_the_strip_of_halls_on_today_only(manager: Visitor) -> None:
    assert 'hx-get="/strips/halls"' in manager.get("/").text
    assert 'hx-get="/strips/halls?region=GX-NN"' in manager.get("/?channel=app&region=GX-NN").text
    past = manager.get("/?day=2026-11-16&region=GX-NN").text
    assert "/strips/halls" not in past and 'id="flow-halls"' not in past


def chips(html: str) -> dict[str, str]:
    """Return the chips by the hall they lead to."""
    return dict(re.findall(r'<li><a href="/halls/([^"]+)"(.*?)</a></li>', html, re.S))


def test_the_strip_tells_how_each_hall_stands_and_why(manager: Visitor) -> None:
    answer = manager.get("/strips/halls")
    assert answer.status_code == 200 and "<html" not in answer.text
    found = chips(answer.text)
    words = {hall: re.search(r'<span class="tg-strip-word">([^<]+)</span>', chip) for hall, chip in found.items()}
    assert {hall: word and word[1] for hall, word in words.items()} == {
        "app": "Normal",
        "web": "Abnormal",
        "wechat": "Watch",
        "kiosk": "Watch",
        "shop": "Not enough data",
    }
    why = {hall: bare("".join(re.findall(r'<span class="tg-strip-why">.*?</span>', chip))) for hall, chip in found.items()}
    assert why == {
        "app": "",
        "web": "Probe web-home: 5 of 6 tries failed",
        "wechat": "Probe wechat-checkout: 4 of 6 tries failed",
        "kiosk": "Planned outage of kiosk-gateway until 11-21 15:30",
        "shop": "",
    }
    assert 'title="Web hall · Hall is down · Probe web-home: 5 of 6 tries failed"' in unescape(found["web"])


def test_a_hall_without_a_loud_problem_says_why_it_is_marked(
    manager: Visitor, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = operation.questions.halls

    async def halls(user: User, where: FlowFilter) -> Halls:
        found = await real(user, where)
        quiet = (ProblemKind.REASON, ProblemKind.TICKETS)
        return replace(found, halls=[replace(one, problems=[p for p in one.problems if p.kind in quiet]) for one in found.halls])

    monkeypatch.setattr(operation.questions, "halls", halls)
    found = chips(manager.get("/strips/halls").text)
    assert '<span class="tg-strip-why">Hall is down</span>' in found["web"]
    assert '<span class="tg-strip-why">Partly down</span>' in found["wechat"]


def test_the_strip_keeps_the_region_and_speaks_chinese(operation: Operation) -> None:
    html = Visitor.as_role(operation, Role.ADMIN).get("/strips/halls?region=GX-NN").text
    assert 'href="/halls?region=GX-NN"' in html and 'href="/halls/web?region=GX-NN"' in html
    assert "拨测点 web-home：6 次失败 5 次" in html and '<span class="tg-strip-word">异常</span>' in html


def test_halls_that_are_away_are_told_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language="en").get("/strips/halls")
    assert answer.status_code == 200 and bare(answer.text) == "How the halls stand is not known now. Try again"
    assert "tg-strip-name" not in answer.text


def test_the_strip_is_for_those_who_may_see_the_panorama(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access.PERMISSIONS, Role.AUDITOR, frozenset())
    auditor = Visitor.as_role(operation, Role.AUDITOR)
    assert [auditor.get(path).status_code for path in ("/strips/halls", "/findings", "/findings.csv")] == [403, 403, 403]
