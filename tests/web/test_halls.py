"""Halls' pages: every state with shape, word and cause, problems with links, linkage, filters, scope, streams, and the help."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.web.operation import make_operation
from tests.web.visitor import Visitor
from tongguan.model import hall_standing
from tongguan.model.access import Role
from tongguan.model.halls import Grade, ProblemKind, Reach, Why
from tongguan.web.rooms.halls import words


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor.as_role(make_operation(), Role.ADMIN, language="en")


def card(html: str, channel: str) -> str:
    found = re.search(rf'<article[^>]*id="hall-{channel}".*?</article>', html, re.DOTALL)
    assert found is not None, channel
    return unescape(re.sub(r"\s+", " ", found.group()))


def bare(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def test_every_state_has_shape_word_and_cause(visitor: Visitor) -> None:
    page = visitor.get("/halls").text
    states = {name: bare(card(page, name)) for name in ("app", "web", "wechat", "kiosk", "shop")}
    assert "● Normal" in states["app"] and "● Up" in states["app"]
    assert "■ Hall is down" in states["web"] and "■ Unreachable since 11-21 12:44 · 15 of 18 probes failed" in states["web"]
    assert "▲ Partly down" in states["wechat"] and "▲ Degraded" in states["wechat"]
    assert "▲ Planned outage" in states["kiosk"] and "too few: n=12" in states["kiosk"]
    assert "○ Not enough data" in states["shop"] and "usual not known yet" in states["shop"]


def test_a_card_tells_the_worst_problems_and_leads_to_all(visitor: Visitor) -> None:
    web = card(visitor.get("/halls").text, "web")
    assert web.count('href="/halls/web#probes"') == 3 and "3 more problems" in web
    assert "↓" in web and "usual 95.5%" in web


def test_problems_lead_to_events_of_the_stage(visitor: Visitor) -> None:
    page = unescape(visitor.get("/halls/web?region=GX-NN").text)
    assert 'href="/stages/payment?channel=web&region=GX-NN&by=reason&value=channel_timeout"' in page
    assert 'href="/orders?channel=web"' in page


def test_problems_of_all_halls_are_newest_first(visitor: Visitor) -> None:
    page = visitor.get("/halls").text.split('id="shared"')[1].split("</section>")[0]
    times = re.findall(r"11-\d\d \d\d:\d\d</td>", page)
    assert len(times) > 5 and times == sorted(times, reverse=True)
    assert "all halls" in page and "Interface boss-order: 214 of 1,890 calls failed" in page


def test_linkage_is_a_matrix(visitor: Visitor) -> None:
    page = bare(visitor.get("/halls").text.split('id="halls-linkage"')[1])
    assert "42 / 17 / 5" in page and "handed over 3" in page


def test_the_table_tells_the_same(visitor: Visitor) -> None:
    cards, table = visitor.get("/halls").text, visitor.get("/halls?view=table").text
    assert 'id="row-web"' in table and 'id="hall-web"' not in table
    for channel in ("app", "web", "kiosk"):
        row = bare(table.split(f'id="row-{channel}"')[1].split("</tr>")[0])
        figures = re.findall(r"<b class=\"tg-number\"(?: title=\"([^\"]*)\")?[^>]*>([^<]+)</b>", card(cards, channel))
        (_, response), (_, success), (volume, _) = figures  # a table has no room for short forms: the volume stands in full
        assert response in row and success in row and f" {volume} " in row


def test_a_hall_has_its_hours_probes_and_reasons(visitor: Visitor) -> None:
    page = visitor.get("/halls/web").text
    for key in ("hall-volume", "hall-success", "hall-response"):
        assert f'id="{key}"' in page
    text = bare(page)
    assert "web-checkout ■ Unreachable" in text and "Payment channel timed out" in text and "usual low" in text


def test_a_hall_without_probes_says_what_to_do(visitor: Visitor) -> None:
    text = bare(visitor.get("/halls/shop").text)
    assert "No probes of this hall" in text and "How to send data" in text


def test_an_unknown_hall_is_not_there(visitor: Visitor) -> None:
    assert visitor.get("/halls/moon").status_code == 404
    assert visitor.get("/live/halls/moon").status_code == 404


def test_an_operation_without_data_and_one_that_does_not_answer() -> None:
    empty = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en")
    text = bare(empty.get("/halls").text)
    assert text.count("○ Not enough data") >= 5 and "No source has sent a referral" in text and "Nobody was led" not in text
    assert "No source has sent anything that tells how the halls do" in text and text.count("nothing came yet") >= 5
    assert bare(empty.get("/halls/web").text).count("Nothing was there to measure on this day.") == 3
    away = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language="en")
    for path in ("/halls", "/halls/app"):
        response = away.get(path)
        assert response.status_code == 200 and "This part could not be loaded" in response.text


def test_the_help_has_the_numbers_of_the_rules(visitor: Visitor) -> None:
    text = bare(visitor.get("/help/halls").text)
    for number in ("10.0 pp fewer", "5.0 pp fewer", "below 50%", "above 180%", "within 3 spreads", "25% fewer"):
        assert number in text
    assert (hall_standing.DROP, hall_standing.SLUMP, hall_standing.HIGH) == (0.1, 0.5, 1.8)


def test_everything_has_a_name() -> None:
    assert set(words.WHYS) == set(Why) and set(words.REACHES) == set(Reach) and set(words.GRADES) == set(Grade)
    assert set(words._MARKS) == set(ProblemKind)


def test_chinese_names_are_short() -> None:
    page = Visitor.as_role(make_operation(), Role.ADMIN).get("/halls?view=table").text
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]+)</th>", page.split("</thead>")[0])
    assert heads and all(len(head) <= 6 for head in heads)
