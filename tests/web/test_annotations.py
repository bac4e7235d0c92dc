"""Notes at days of an indicator on its page: written, shown as marks, list, table and file, removed, brought back, and refused."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_charts import cells_of, data_of
from tests.web.test_findings import bare
from tests.web.test_indicators import seeing
from tests.web.test_tables import lines_of
from tests.web.visitor import Visitor
from tongguan.model.access import Level, Role, Scope
from tongguan.model.annotations import LONGEST_TEXT

PAGE = "/indicators/complaints"


@pytest.fixture
def site() -> Operation:
    return make_operation(orders=60)


@pytest.fixture
def ann(site: Operation) -> Visitor:
    return Visitor.as_role(site, Role.ANALYST, language="en")


def write(visitor: Visitor, text: str, first: str, last: str = "", *, on: str = PAGE, **more: str) -> httpx.Response:
    return visitor.post(f"{on}/notes", {"text": text, "first": first, "last": last, **more})


def section(page: str) -> str:
    found = re.search(r'<section class="tg-notes".*?</section>', page, re.S)
    assert found
    return found[0]


def listed(page: str) -> list[str]:
    """Return the lines of the list, in words."""
    return [bare(line) for line in re.findall(r"<li id=.*?</li>", section(page), re.S)]


def marks(page: str) -> list[tuple[Any, ...]]:
    """Return the marks of the curve: sign, first and last bucket by name, text, ring."""
    data: dict[str, Any] = data_of(page[page.index('id="trend-chart"') :])
    names = data["categories"]
    return [(one["sign"], names[one["first"]], names[one["last"]], one["text"], one["ring"]) for one in data["marks"]]


def told(answer: httpx.Response) -> dict[str, str]:
    """Return what a redirect tells the page."""
    assert answer.status_code == 303
    address = urlsplit(answer.headers["location"])
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def test_a_note_is_written_and_seen_everywhere_the_curve_is(site: Operation, ann: Visitor) -> None:
    page = ann.get(PAGE).text
    assert marks(page) == [] and listed(page) == [] and "Add a note" in page
    assert '<th scope="col">Notes</th>' not in page
    answer = write(ann, " gateway\u3000outage, <INC-12> ", "2026-11-10", query="period=7d&sort=&note-undo=x")
    assert answer.headers["location"] == f"{PAGE}?period=7d"
    write(ann, "promotion", "2026-11-12", "2026-11-14")
    admin = Visitor.as_role(site, Role.ADMIN, language="en")
    write(admin, "on all of them", "2026-11-01", everywhere="1")
    page = ann.get(PAGE).text
    assert marks(page) == [
        ("1", "11-01", "11-01", "on all of them", False),
        ("2", "11-10", "11-10", "gateway outage, <INC-12>", False),
        ("3", "11-12", "11-14", "promotion", False),
    ]
    assert listed(page) == [
        "1 11-01 on all of them on every indicator Admin",
        "2 11-10 gateway outage, <INC-12> Analyst",
        "3 11-12 – 11-14 promotion Analyst",
    ]
    assert "<INC-12>" not in page
    rows = {row[0]: row[-1] for row in cells_of(page[page.index('id="trend-chart"') :].split("</table>")[0])}
    assert (rows["11-10"], rows["11-13"], rows["11-15"]) == ("2 gateway outage, <INC-12>", "3 promotion", "")
    assert [one for one in marks(ann.get("/indicators/visitors").text) if not one[-1]] == [("1", "11-01", "11-01", "on all of them", False)]


def test_files_of_the_curve_have_the_notes(ann: Visitor) -> None:
    write(ann, "=1+1", "2026-11-10", "2026-11-11")
    write(ann, "outage", "2026-11-11")
    lines = {line["Time"]: line["Note"] for line in lines_of(ann.get(f"{PAGE}/trend.csv").content)}
    assert (lines["2026-11-09"], lines["2026-11-10"], lines["2026-11-11"]) == ("", "'=1+1", "'=1+1; outage")
    assert ann.get(f"{PAGE}/trend.xlsx").content.startswith(b"PK")


@pytest.mark.parametrize(
    ("look", "first", "last"),
    [
        ("grain=week", "2026-W45", "2026-W47"),
        ("grain=month", "2026-11", "2026-11"),
        ("since=2026-11-07&until=2026-11-09", "11-07", "11-09"),
        ("since=2026-11-17&until=2026-11-19", "11-17", "11-17"),
        ("since=2026-11-10&until=2026-11-10", "00:00", "23:00"),
    ],
)
def test_marks_stand_at_the_buckets_of_their_days(ann: Visitor, look: str, first: str, last: str) -> None:
    write(ann, "span", "2026-11-06", "2026-11-17")
    assert marks(ann.get(f"{PAGE}?{look}").text) == [("1", first, last, "span", False)]


def test_days_to_come_are_listed_where_today_is_shown(ann: Visitor) -> None:
    assert told(write(ann, "planned", "2026-12-18", "2026-12-20", since="2026-10-23", until="2026-11-21")) == {}
    page = ann.get(PAGE).text
    assert marks(page) == []
    assert listed(page) == ["· 12-18 – 12-20 planned to come Analyst"]
    assert listed(ann.get(f"{PAGE}?since=2026-11-01&until=2026-11-20").text) == []


def test_a_note_at_other_days_says_where_it_is(ann: Visitor) -> None:
    answer = write(ann, "long ago", "2026-03-01", since="2026-10-23", until="2026-11-21")
    page = ann.get(answer.headers["location"]).text
    assert "The note at 2026-03-01 is kept; these are other days." in unescape(section(page))
    assert marks(ann.get(f"{PAGE}?since=2026-02-27&until=2026-03-02").text) == [("1", "03-01", "03-01", "long ago", False)]


def test_many_notes_fold(ann: Visitor) -> None:
    for day in range(1, 15):
        write(ann, f"n{day}", f"2026-11-{day:02d}")
    page = ann.get(PAGE).text
    assert len(listed(page)) == 14
    assert "<summary>2 more</summary>" in page


@pytest.mark.parametrize(
    ("fields", "reason", "says"),
    [
        ({"text": "  "}, "text", f"Write 1 to {LONGEST_TEXT} visible characters."),
        ({"text": "n" * (LONGEST_TEXT + 1)}, "text", f"Write 1 to {LONGEST_TEXT} visible characters."),
        ({"first": "18.6.2026"}, "days", "Give days such as 2026-06-18."),
        ({"first": ""}, "days", "Give days such as 2026-06-18."),
        ({"last": "tomorrow"}, "days", "Give days such as 2026-06-18."),
        ({"last": "2026-11-09"}, "order", "The last day lies before the first."),
    ],
)
def test_what_is_refused_stays_in_the_form(ann: Visitor, fields: dict[str, str], reason: str, says: str) -> None:
    answer = ann.post(f"{PAGE}/notes", {"text": "note <b>", "first": "2026-11-10", "query": "by=region", **fields})
    found = told(answer)
    assert (found["note-refused"], found["by"]) == (reason, "region")
    page = ann.get(answer.headers["location"]).text
    form = section(page)
    assert says in form and '<details class="tg-note-form" open>' in form and listed(page) == []
    typed = {"text": "note <b>", **fields}["text"]
    assert unescape(re.findall(r'name="text" [^>]*value="([^"]*)"', form)[0]) == typed.strip()
    assert "note-" not in re.findall(r'name="query" value="([^"]*)"', form)[0]


def test_removing_asks_back_and_only_authors_and_administrators_may(site: Operation, ann: Visitor) -> None:
    write(ann, "outage", "2026-11-10")
    bob, admin = Visitor.as_role(site, Role.MANAGER, language="en"), Visitor.as_role(site, Role.ADMIN, language="en")
    remove = re.findall(rf'action="({PAGE}/notes/[^"]+/delete)"', ann.get(PAGE).text)
    assert len(remove) == 1 and re.findall(rf'action="({PAGE}/notes/[^"]+/delete)"', admin.get(PAGE).text) == remove
    assert "/delete" not in section(bob.get(PAGE).text)
    refused = bob.post(remove[0], {})
    assert "Only its author and administrators may remove this note." in bob.get(refused.headers["location"]).text
    assert ann.post(remove[0], {}, token="forged").status_code == 403
    gone = admin.post(remove[0], {"query": "by=region"}).headers["location"]
    page = admin.get(gone).text
    assert listed(page) == [] and "The note was removed." in page
    (restore,) = re.findall(rf'action="({PAGE}/notes/[^"]+/restore)"', page)
    assert "/restore" not in bob.get(gone).text
    assert told(bob.post(restore, {})) == {"note-refused": "missing"}
    assert admin.post(restore, {"query": "by=region"}).headers["location"] == f"{PAGE}?by=region"
    assert listed(ann.get(PAGE).text) == ["1 11-10 outage Analyst"]
    assert "/restore" not in admin.get(gone).text, "it is there again"
    assert told(ann.post(f"{PAGE}/notes/nobody/delete", {}))["note-refused"] == "missing"


def test_what_one_does_not_see_cannot_be_written_on(site: Operation) -> None:
    owner = seeing(site, Scope(Level.PROVINCE, stages=frozenset({"payment"})))
    assert write(owner, "x", "2026-11-10", on="/indicators/orders").status_code == 404
    assert write(owner, "x", "2026-11-10", on="/indicators/orders", everywhere="1").status_code == 404
    assert write(owner, "x", "2026-11-10", on="/indicators/nothing").status_code == 404
    rate = "/indicators/payment_success_rate"
    assert told(write(owner, "x", "2026-11-10", on=rate, everywhere="1"))["note-refused"] == "everywhere"
    assert told(write(owner, "x", "2026-11-10", on=rate)) == {}
    assert 'name="everywhere"' not in owner.get(rate).text
    admin, day = site.accounts.session_for(Role.ADMIN).user, date(2026, 11, 9)
    asyncio.run(site.annotations.write_note(admin, "orders", day, day, "y"))
    assert [line for line in listed(owner.get(rate).text) if not line.endswith("Finding")] == ["1 11-10 x Stage Owner"]


def test_findings_of_the_indicator_are_rings_that_lead_to_them(ann: Visitor) -> None:
    write(ann, "outage", "2026-11-18", on="/indicators/orders")
    page = ann.get("/indicators/orders").text
    words = "Unlike other days: Web hall 41 (118 on other days)"
    assert marks(page) == [("1", "11-18", "11-18", "outage", False), ("A", "11-18", "11-18", words, True)]
    assert listed(page)[-1] == f"A 11-18 {words} Finding"
    assert 'href="/findings?watch=orders&amp;day=2026-11-18"' in section(page)
    assert [one[-1] for one in marks(ann.get("/indicators/orders?channel=web").text)] == [False, True]
    assert [one[-1] for one in marks(ann.get("/indicators/orders?channel=app").text)] == [False]
    assert [one[-1] for one in marks(ann.get("/indicators/orders?since=2026-11-19&until=2026-11-20").text)] == []
    note = next(line["Note"] for line in lines_of(ann.get("/indicators/orders/trend.csv").content) if line["Time"] == "2026-11-18")
    assert note == f"outage; {words}"


def test_where_notes_cannot_be_read_the_page_stands(site: Operation, ann: Visitor) -> None:
    site.annotations.failing = True
    page = ann.get(PAGE)
    assert page.status_code == 200 and "Notes and findings cannot all be read now." in page.text
    assert ann.get(f"{PAGE}/trend.csv").status_code == 503, "a file without its notes would look whole"
    assert write(ann, "x", "2026-11-10").status_code == 503


def test_what_comes_back_leads_nowhere_else(ann: Visitor) -> None:
    for query in ("//evil.example", "&".join("a=1" for _ in range(99)), json.dumps({"a": 1}), "\r\nSet-Cookie: a=b"):
        location = write(ann, "x", "2026-11-10", query=query).headers["location"]
        assert location.startswith(PAGE) and "\n" not in location
