"""The list of all that waits."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_tables import shown
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.model.waiting import Lateness, WaitingFilter, WaitingOrder, WaitingPage


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.fixture(scope="module")
def everything(operation: Operation) -> WaitingPage:
    import asyncio

    user = operation.accounts.session_for(Role.ADMIN).user
    return asyncio.run(operation.questions.waiting(user, WaitingFilter(), WaitingOrder.LATE, False, 1000, 0))


def ids(html: str) -> list[str]:
    return [row[0] for row in shown(html, "waiting")[1:]]


def test_the_worst_comes_first_with_its_mark_and_word(operation: Operation, everything: WaitingPage) -> None:
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/waiting").text
    assert ids(page) == [row.case_id for row in everything.rows[:50]]
    for row, cells in zip(everything.rows[:50], shown(page, "waiting")[1:], strict=True):
        words = {
            Lateness.LATE: "late by ",
            Lateness.WARNED: "Warned",
            Lateness.PAUSED: "‖ Paused · ",
            Lateness.SILENT: "◇ Silent",
            Lateness.ON_TIME: "On time",
            Lateness.UNLIMITED: "No limit",
        }
        assert cells[1].startswith(words[row.lateness]), row
    assert f"1–50 of {everything.total:,}" in page


def test_chips_count_and_lead(operation: Operation, everything: WaitingPage) -> None:
    admin = Visitor.as_role(operation, Role.ADMIN, language="en")
    page = admin.get("/waiting?sort=since").text
    chips = re.findall(r'<li><a href="([^"]+)"[^>]*><span class="tg-mark.*?<b class="tg-number">([\d,]+)</b>', page)
    assert len(chips) == len(Lateness)
    for href, count in chips:
        total = int(count.replace(",", ""))
        part = admin.get(unescape(href)).text
        assert (f"of {total:,}</span>" in part) if total else ("Nothing that waits fits these filters" in part)
        assert "sort=since" in href
    assert sum(int(count.replace(",", "")) for _, count in chips) == everything.total


@pytest.mark.parametrize(("sort", "key"), [("since", "since"), ("-since", "since"), ("id", "case_id"), ("-id", "case_id")])
def test_sorted_by_the_server(operation: Operation, everything: WaitingPage, sort: str, key: str) -> None:
    wanted = sorted((getattr(row, key) for row in everything.rows), reverse=sort.startswith("-"))[:50]
    by_id = {row.case_id: getattr(row, key) for row in everything.rows}
    assert [by_id[one] for one in ids(Visitor.as_role(operation, Role.ADMIN).get(f"/waiting?sort={sort}").text)] == wanted


def test_filters_are_those_of_the_port(operation: Operation, everything: WaitingPage) -> None:
    admin = Visitor.as_role(operation, Role.ADMIN)
    row = everything.rows[0]
    query = f"stage={row.stage}&step={row.step}&channel={row.channel}&region={row.region}&lateness={row.lateness}&q={row.case_id}"
    assert ids(admin.get(f"/waiting?{query}").text) == [row.case_id]
    assert admin.get("/waiting?stage=zz&lateness=never&page=abc&sort=evil&columns=zz").status_code == 200


def test_orders_are_links_for_those_who_may_see_them(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongguan.model import access

    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    assert 'href="/orders/DD' in agent.get("/waiting").text
    monkeypatch.setitem(access.PERMISSIONS, Role.SERVICE_AGENT, frozenset({access.Permission.SEE_PANORAMA}))
    page = agent.get("/waiting").text
    assert ids(page)
    assert 'href="/orders/' not in page.split("<tbody>")[1]


def test_scope(operation: Operation, everything: WaitingPage) -> None:
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    outside = {row.case_id for row in everything.rows if not row.region.startswith("GX-NN")}
    assert outside
    assert not outside & set(ids(agent.get("/waiting").text))


def test_files_hold_times_and_standing_apart(operation: Operation, everything: WaitingPage) -> None:
    content = Visitor.as_role(operation, Role.ANALYST, language="en").get("/waiting.csv?columns=case,standing,limit,region").content
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert list(lines[0]) == ["Case", "Lateness", "Paused since", "Limit", "Region", "Region code"]
    assert [line["Case"] for line in lines] == [row.case_id for row in everything.rows]
    for line, row in zip(lines, everything.rows, strict=True):
        assert bool(line["Paused since"]) == (row.lateness is Lateness.PAUSED)
        assert bool(line["Limit"]) == (row.late_from is not None)


def test_the_list_says_what_is_wrong() -> None:
    page = Visitor.as_role(make_operation(failing=True), Role.ADMIN).get("/waiting")
    assert page.status_code == 200
    assert "tg-state-failed" in page.text
    assert (
        "What waits is known once a source sends events."
        in Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en").get("/waiting").text
    )
