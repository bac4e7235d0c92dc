"""Pages of fulfilment: overall, its parts, the quality of acceptance; the clocks of an order's story."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections import Counter
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_tables import shown
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.model.answers import FlowFilter
from tongguan.model.fulfilment import UrgentFilter, UrgentPage
from tongguan.model.waiting import Lateness

PATHS = ("/fulfilment", "/fulfilment/delivery", "/acceptance")


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


def urgent(operation: Operation, role: Role = Role.ADMIN, lateness: Lateness | None = None) -> UrgentPage:
    user = operation.accounts.session_for(role).user
    page = asyncio.run(operation.fulfilment.urgent(user, "delivery", UrgentFilter(lateness=lateness), 1000, 0))
    assert page is not None
    return page


def counts(html: str) -> Counter[str]:
    """Return the numbers beside the words of states."""
    found = re.findall(r'tg-word">([^<]+)</span> <b class="tg-number" data-live>([\d,]+)</b>', html)
    return Counter({word: sum(int(n.replace(",", "")) for one, n in found if one == word) for word, _ in found})


def test_states_of_all_steps_add_up_to_what_is_open(operation: Operation) -> None:
    user = operation.accounts.session_for(Role.ADMIN).user
    now = asyncio.run(operation.fulfilment.steps(user, FlowFilter()))
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/fulfilment").text
    told = counts(page.split('<ol class="tg-parts"')[1].split("</ol>")[0])
    open_now = sum(step.standing.total for part in now.parts for step in part.steps if step.standing)
    assert sum(told.values()) == open_now > 50
    assert told == counts(page.split('id="steps"')[1])
    assert re.search(rf'id="kpi-open".*?data-live>{open_now}<', page, re.S)


def test_every_part_leads_to_its_page_and_keeps_the_filters(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ADMIN)
    page = visitor.get("/fulfilment?channel=app&region=GX-NN").text
    ways = [unescape(href) for href in re.findall(r'<li><a class="card tg-tile[^"]*" href="([^"]+)"', page)]
    assert [way.partition("?")[0] for way in ways] == [f"/fulfilment/{part.name}" for part in operation.fulfilment.parts]
    for way in ways:
        assert "channel=app" in way
        assert "region=GX-NN" in way
        assert visitor.get(way).status_code == 200


def test_the_list_is_late_and_warned_oldest_first_with_who_has_it(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/fulfilment/delivery").text
    expected = urgent(operation)
    rows = shown(page, "urgent")[1:]
    assert [row[0] for row in rows] == [one.row.case_id for one in expected.rows]
    assert {one.row.lateness for one in expected.rows} <= {Lateness.LATE, Lateness.WARNED}
    assert [one.row.since for one in expected.rows] == sorted(one.row.since for one in expected.rows)
    for one, row in zip(expected.rows, rows, strict=True):
        holder = "no task" if one.held is None else one.held.owner_name or "nobody yet"
        assert row[3] == holder
        if one.held:
            assert f'href="/work/{one.held.queue}/{one.held.task_id}"' in page


@pytest.mark.parametrize("lateness", list(Lateness))
def test_a_count_leads_to_those_orders(operation: Operation, lateness: Lateness) -> None:
    expected = urgent(operation, lateness=lateness)
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get(f"/fulfilment/delivery?lateness={lateness}").text
    if expected.total:
        assert f"of {expected.total:,}</span>" in page
    else:
        assert "No orders in this state" in page
    assert urgent(operation).counts == expected.counts


def test_a_step_alone(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/fulfilment/delivery?step=allocated&lateness=on_time").text
    assert {row[2] for row in shown(page, "urgent")[1:]} == {"Allocated"}
    assert Visitor.as_role(operation, Role.ADMIN).get("/fulfilment/delivery?step=zz&lateness=zz&page=zz&day=zz").status_code == 200


def test_scope(operation: Operation) -> None:
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    seen = {row[0] for row in shown(agent.get("/fulfilment/delivery?lateness=on_time").text, "urgent")[1:]}
    outside = {one.row.case_id for one in urgent(operation, lateness=Lateness.ON_TIME).rows if not one.row.region.startswith("GX-NN")}
    assert seen
    assert outside
    assert not seen & outside
    owner = operation.accounts.session_for(Role.STAGE_OWNER).user
    for part in operation.fulfilment.parts:
        status = Visitor.as_role(operation, Role.STAGE_OWNER).get(f"/fulfilment/{part.name}").status_code
        assert status == (200 if owner.scope.sees_stage(part.stage) else 404), part.name
    status = Visitor.as_role(operation, Role.STAGE_OWNER).get("/acceptance").status_code
    assert status == (200 if owner.scope.sees_stage("acceptance") else 404)


def test_days_that_are_past_tell_what_was_done_alone(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ADMIN, language="en")
    page = visitor.get("/fulfilment?day=2026-11-19").text
    assert "Open now" not in page.split("<main")[1]
    assert "Steps done" in page
    assert 'id="list"' not in visitor.get("/fulfilment/delivery?day=2026-11-19").text
    for path in ("/live/fulfilment?day=2026-11-19", "/live/fulfilment/delivery?day=2026-11-19"):
        assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_streams_send_every_part(operation: Operation, path: str) -> None:
    message = Visitor.as_role(operation, Role.ADMIN).get(f"/live{path}").text
    page = Visitor.as_role(operation, Role.ADMIN).get(path).text
    targets = set(re.findall(r'hx-target="#([^"]+)"', message)) - {"progress"}
    assert len(targets) >= 5
    assert all(f'id="{target}"' in page for target in targets)


@pytest.mark.parametrize("path", PATHS)
def test_a_failed_question_leaves_the_page_standing(path: str) -> None:
    response = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language="en").get(path)
    assert response.status_code == 200
    assert "connection refused" in response.text
    assert "Try again" in response.text


@pytest.mark.parametrize("path", PATHS)
def test_without_any_data_nothing_is_said_to_be_0(path: str) -> None:
    page = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en").get(path).text
    assert "No source has sent anything yet" in page
    assert not re.search(r'tg-kpi-value"[^>]*><span class="tg-number" data-live>0<', page)
    main = page.split("<main")[1]
    assert not counts(main)
    assert "within its limit" not in main and "late or warned" not in main
    assert path == "/fulfilment" or "No source has sent order events." in main


def test_a_tile_is_as_bad_as_the_worst_that_it_shows(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/fulfilment").text
    tiles = re.findall(r'tg-tile-(\w+) tg-part" href="[^"]*" id="part-(\w+)"(.*?)</li>', page, re.DOTALL)
    worst = ("bad", "watch", "good", "unknown")
    judged = {name: (status, re.findall(r'class="tg-rate[^>]*><span class="tg-mark tg-(\w+)"', inside)) for status, name, inside in tiles}
    assert judged["automatic"] == ("watch", ["watch"])
    assert all(worst.index(status) <= worst.index(rate) for status, rates in judged.values() for rate in rates)


def test_shares_by_hour_have_their_target_and_say_why_there_are_none(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ADMIN, language="en")
    chart = visitor.get("/fulfilment/delivery").text.split('id="part-rate"')[1].split("</figure>")[0]
    assert '"role": "target"' in chart and "the axis does not begin at 0" in chart
    thin = visitor.get("/fulfilment/manual?channel=app").text.split('id="part-rate"')[1].split("</figure>")[0]
    assert "Too few steps in every hour" in thin and 'href="#steps"' in thin


def test_files(operation: Operation) -> None:
    open_on_time = urgent(operation, Role.ANALYST, lateness=Lateness.ON_TIME).total
    visitor = Visitor.as_role(operation, Role.ANALYST, language="en")
    steps = list(csv.DictReader(io.StringIO(visitor.get("/fulfilment.csv").content.decode("utf-8-sig"))))
    assert [line["Code"] for line in steps] == [step for part in operation.fulfilment.parts for step in part.steps]
    for line in steps:
        states = ("Late", "Warned", "On time", "Paused", "Silent", "No limit")
        assert sum(int(line[state]) for state in states) == int(line["Open now"])
    listed = list(csv.DictReader(io.StringIO(visitor.get("/fulfilment/delivery.csv?lateness=on_time").content.decode("utf-8-sig"))))
    assert len(listed) == open_on_time
    days = list(csv.DictReader(io.StringIO(visitor.get("/acceptance.csv").content.decode("utf-8-sig"))))
    assert (len(days), days[-1]["Day"]) == (30, "2026-11-21")
    assert visitor.get("/fulfilment.xlsx").content[:2] == b"PK"


def test_stage_pages_lead_to_their_parts(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get("/stages/acceptance?channel=app").text
    assert 'href="/fulfilment/automatic?channel=app"' in page
    assert 'href="/fulfilment/manual?channel=app"' in page
    assert "/fulfilment/" not in Visitor.as_role(operation, Role.ADMIN).get("/stages/visits").text.split("<main")[1]


@pytest.mark.parametrize("view", ["", "?view=table"])
def test_the_story_of_an_order_tells_its_clocks(operation: Operation, view: str) -> None:
    row = urgent(operation, lateness=Lateness.ON_TIME).rows[0].row
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get(f"/orders/{row.case_id}{view}").text
    clocks = [re.sub("<[^>]+>", " ", one) for one in re.findall(r'class="tg-clock">(.*?)</span></span></', page)]
    assert any(" left" in one and "limit 2026-" in one for one in clocks), clocks


def test_a_story_whose_clocks_cannot_be_asked_for_still_stands(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation.fulfilment, "failing", True)
    row = next(iter(operation.questions._traces))
    response = Visitor.as_role(operation, Role.ADMIN, language="en").get(f"/orders/{row}")
    assert response.status_code == 200
    assert "The time limits of its steps could not be loaded" in response.text
