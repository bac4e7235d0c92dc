"""Days on the panorama and on the page of a stage: other days, hours, breakdowns, failures alone."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.web.operation import NOON, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.web.kit.progress import Progress


@pytest.fixture
def visitor() -> Visitor:
    return Visitor.as_role(make_operation(), Role.ADMIN, language="en")


TODAY = NOON.astimezone(make_operation().application.state.site.settings.zone).date()
BEFORE = (TODAY - timedelta(days=1)).isoformat()


def links(page: str, name: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', page) if name in href]


@pytest.mark.parametrize("path", ["/", "/stages/payment"])
def test_another_day_is_a_click_away_and_filters_stay(visitor: Visitor, path: str) -> None:
    page = visitor.get(f"{path}?channel=app").text
    assert f'href="{path}?channel=app&amp;day={BEFORE}"' in page and "data-next" not in page
    past = visitor.get(f"{path}?channel=app&day={BEFORE}").text
    assert f'href="{path}?channel=app"' in past and f'value="{BEFORE}"' in past
    assert f'name="day" value="{BEFORE}"' in past


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999-01-01", "0001-01-01", "2026-11-21' OR 1=1", "１９９９-01-01"])
def test_a_day_that_cannot_be_is_today(visitor: Visitor, day: str) -> None:
    for path in ("/", "/stages/payment"):
        answer = visitor.get(f"{path}?{urlencode({'day': day})}")
        assert answer.status_code == 200 and f'value="{TODAY.isoformat()}"' in answer.text


def test_a_past_day_does_not_move_and_knows_nothing_of_waiting(visitor: Visitor) -> None:
    assert "data-stream" in visitor.get("/").text
    past = visitor.get(f"/?day={BEFORE}").text
    assert "data-stream" not in past and "kpi-waiting" not in past and "the whole day" in past
    assert "Waiting longest here" not in visitor.get(f"/stages/payment?day={BEFORE}").text


def test_the_worst_hour_leads_to_that_hour(visitor: Visitor) -> None:
    (href,) = re.findall(r'href="([^"]+)" id="kpi-worst"', visitor.get(f"/?day={BEFORE}").text)
    assert unescape(href).startswith("/stages/") and "hour=15" in href and f"day={BEFORE}" in href, "a past day tells of itself alone"
    page = visitor.get(unescape(href)).text
    assert "Only: 15:00–15:59" in page and 'aria-current="true"><span class="tg-hour-label">' in page
    card = page.split('id="kpi-failing"')[1].split("</a>")[0]
    assert "Abnormal" in card, "the figure of an hour stands as the hour in the strip does"


@pytest.mark.parametrize("path", ["/", "/?view=table", "/stages/payment", f"/stages/payment?day={BEFORE}"])
def test_where_nothing_ever_came_in_nothing_is_known_to_be_0(path: str) -> None:
    page = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en").get(path).text
    figures = re.findall(r'class="(?:tg-number|tg-right tg-number)"[^>]*>([^<]*)<', page)
    assert figures and set(figures) == {"—"} and "No source has sent anything yet" in page


@pytest.mark.parametrize("path", ["/", "/stages/payment", "/data/quarantine", "/data/quarantine/q00003"])
def test_a_failure_names_what_could_not_be_answered(path: str) -> None:
    page = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language="en").get(path).text
    named = {
        "/": "The panorama could not be loaded",
        "/stages/payment": "The figures of this stage could not be loaded",
        "/data/quarantine": "The list could not be loaded",
        "/data/quarantine/q00003": "The record could not be loaded",
    }
    assert named[path] in page and "Try again" in page


def test_hours_and_values_are_chosen_and_taken_back(visitor: Visitor) -> None:
    page = visitor.get(f"/stages/payment?day={BEFORE}&hour=15&by=channel&value=app").text
    assert "Only: 15:00–15:59 · Channel " in page
    assert f"/stages/payment?day={BEFORE}" in links(page, "/stages/payment")
    assert f"/stages/payment?day={BEFORE}&by=channel&value=app" in links(page, "by=channel"), "the chosen hour leads back to all hours"
    assert f"/stages/payment?day={BEFORE}&hour=15" in links(page, "hour=15"), "the chosen value leads back to all values"
    assert f"/stages/payment?day={BEFORE}&hour=15&by=region&value=GX-LZ" in links(page, "value=GX-LZ"), "another value takes its place"


@pytest.mark.parametrize("query", ["hour=24", "hour=-1", "hour=x", "hour=٣", "by=nothing&value=x", "value=x", "failed=maybe"])
def test_what_no_page_would_ask_for_shows_all_of_the_day(visitor: Visitor, query: str) -> None:
    answer = visitor.get(f"/stages/payment?{query}")
    assert answer.status_code == 200 and "Only:" not in answer.text


def test_shares_of_few_events_are_greyed_and_days_that_are_past_are_compared_with_the_day_before(visitor: Visitor) -> None:
    table = visitor.get(f"/stages/payment?day={BEFORE}&hour=15").text.split('id="table-by-channel"')[1].split("</table>")[0]
    assert "vs day before" in table and "vs yesterday" not in table
    thin = re.search(r"<tr data-row[^>]*tg-row-thin.*?</tr>", table)
    assert thin and 'title="too few: n=' in thin[0] and "tg-meter" not in thin[0]


def test_failures_alone(visitor: Visitor) -> None:
    page = visitor.get(f"/stages/payment?day={BEFORE}").text
    (href,) = links(page, "failed=1")
    only = visitor.get(href).text
    assert "All events" in only and f"/stages/payment?day={BEFORE}" in links(only, "/stages/payment")


def test_a_stage_without_failures_has_neither_hours_nor_shares(visitor: Visitor) -> None:
    page = visitor.get("/stages/visits").text
    assert "Failure share, hour by hour" not in page and "Failures only" not in page and 'id="by-channel"' in page


def test_a_stage_that_nobody_declares_is_not_there(visitor: Visitor) -> None:
    assert visitor.get(f"/stages/nothing?day={BEFORE}").status_code == 404


def test_pages_tell_what_works_in_the_background() -> None:
    ongoing = [Progress("demo", "载入中", "Loading <b>", 3, 90)]
    operation = make_operation(progress=lambda: ongoing)
    visitor = Visitor.as_role(operation, Role.ADMIN, language="en")
    page = visitor.get("/help").text
    assert "Loading &lt;b&gt;" in page and 'max="90" value="3"' in page and 'hx-get="/live/progress"' in page
    assert "载入中" in Visitor.as_role(operation, Role.ADMIN).get("/live/progress").text
    ongoing.clear()
    assert "hx-get" not in visitor.get("/live/progress").text, "nothing more is asked once all is done"
    assert "tg-progress" not in visitor.get("/help").text
