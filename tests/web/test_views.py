"""Saved views of lists: kept, shared, changed, deleted and brought back; columns; and that nothing leads away from the list."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_tables import shown
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.model.saved_views import LONGEST_NAME, MOST_VIEWS
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.saved_views import kept_query

QUERY = "channel=app&sort=-sold"


def save(visitor: Visitor, name: str, query: str = QUERY, **more: str) -> str:
    """Save a view and return where that led."""
    response = visitor.post("/views", {"page": "/orders", "query": query, "name": name, **more})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def view_of(location: str) -> str:
    return parse_qs(urlsplit(location).query)["view"][0]


def bar(html: str) -> str:
    return html.split('class="tg-views"')[1].split('id="list"')[0]


def chips(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="tg-view-name">(.*?)</span>', bar(html))]


@pytest.fixture
def operation() -> Operation:
    return make_operation(orders=120)


def test_a_saved_view_is_applied_by_its_chip(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    location = save(ann, " App, dearest first ")
    assert location.startswith("/orders?channel=app&sort=-sold&view=")
    page = ann.get(location).text
    assert chips(page) == ["App, dearest first"]
    assert re.search(r'class="tg-view" href="/orders\?channel=app&amp;sort=-sold&amp;view=[^"]+"[^>]*aria-current="true"', page)
    assert shown(page, "orders") == shown(ann.get(f"/orders?{QUERY}").text, "orders")
    assert chips(ann.get("/orders").text) == ["App, dearest first"]
    assert 'aria-current="true">Everything' in bar(ann.get("/orders").text)
    assert 'aria-current="true">Everything' in bar(ann.get("/orders?sort=-sold").text), "in another order it is still everything"
    assert 'aria-current="true">Everything' not in bar(ann.get("/orders?channel=app").text)
    assert 'name="view" value="' in page, "filters changed by hand keep the view"
    assert chips(ann.get("/waiting").text) == []


def test_private_views_are_seen_by_their_owner_alone_and_shared_ones_by_all(operation: Operation) -> None:
    ann, bob = Visitor.as_role(operation, Role.ANALYST), Visitor.as_role(operation, Role.MANAGER)
    agent, admin = Visitor.as_role(operation, Role.SERVICE_AGENT), Visitor.as_role(operation, Role.ADMIN)
    save(ann, "甲")
    save(ann, "乙", shared="1")
    for visitor in (bob, agent, admin):
        assert chips(visitor.get("/orders").text) == ["乙"]
        assert "甲" not in visitor.get("/orders").text
    mine = view_of(save(ann, "丙"))
    for what in ("rename", "share", "overwrite"):
        refused = admin.post(f"/views/{mine}", {"page": "/orders", "what": what, "name": "x"})
        assert refused.headers["location"] == "/orders?refused=missing&called=x"
    assert "refused=missing" in bob.post(f"/views/{mine}/delete", {"page": "/orders"}).headers["location"]
    assert chips(ann.get("/orders").text) == ["丙", "乙", "甲"]


def test_only_owner_and_administrators_change_a_shared_view(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    bob, admin = Visitor.as_role(operation, Role.MANAGER, language="en"), Visitor.as_role(operation, Role.ADMIN, language="en")
    location = save(ann, "ours", shared="1")
    view = view_of(location)
    assert "/delete" in bar(ann.get(location).text)
    assert "/delete" in bar(admin.get(location).text)
    assert "/delete" not in bar(bob.get(location).text)
    sent = bob.post(f"/views/{view}", {"page": "/orders", "query": QUERY, "what": "rename", "name": "mine"}).headers["location"]
    assert "Only its owner and administrators may change this view." in bob.get(sent).text
    renamed = admin.post(f"/views/{view}", {"page": "/orders", "query": QUERY, "what": "rename", "name": "everybody's"})
    assert chips(bob.get(renamed.headers["location"]).text) == ["everybody's"]
    admin.post(f"/views/{view}", {"page": "/orders", "what": "unshare"})
    assert chips(bob.get("/orders").text) == chips(admin.get("/orders").text) == []
    assert chips(ann.get("/orders").text) == ["everybody's"]


def test_a_changed_view_is_overwritten_with_what_is_shown(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    view = view_of(save(ann, "x"))
    assert "· changed" not in ann.get(f"/orders?{QUERY}&view={view}").text
    changed = ann.get(f"/orders?channel=web&sort=-sold&view={view}").text
    assert "· changed" in bar(changed)
    query = re.search(r'name="query" value="([^"]*)"', bar(changed))
    assert query and unescape(query[1]) == "channel=web&sort=-sold"
    location = ann.post(f"/views/{view}", {"page": "/orders", "query": unescape(query[1]), "what": "overwrite"}).headers["location"]
    assert location == f"/orders?channel=web&sort=-sold&view={view}"
    assert "· changed" not in bar(ann.get(location).text)


def test_a_name_taken_offers_to_overwrite(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    first = view_of(save(ann, "x"))
    location = save(ann, "x", "stage=shipping")
    assert location == "/orders?stage=shipping&refused=taken&called=x"
    page = ann.get(location).text
    assert "You have a view called “x” here" in page
    assert "Overwrite “x”" in page
    assert save(ann, "x", "stage=shipping", overwrite="1") == f"/orders?stage=shipping&view={first}"
    assert chips(ann.get("/orders").text) == ["x"]


@pytest.mark.parametrize(("name", "refusal"), [("", "name"), ("   ", "name"), ("n" * (LONGEST_NAME + 1), "name"), ("a\nb", "name")])
def test_names_that_cannot_be(operation: Operation, name: str, refusal: str) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    location = save(ann, name)
    assert f"refused={refusal}" in location
    assert "Give the view a name of 1 to 60 characters." in ann.get(location).text
    assert chips(ann.get("/orders").text) == []


def test_at_most_fifty(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    for number in range(MOST_VIEWS):
        assert "view=" in save(ann, f"view {number}")
    assert "You have 50 views on this page, which is the most." in ann.get(save(ann, "one more")).text
    assert "view=" in save(Visitor.as_role(operation, Role.MANAGER), "another's")


def test_a_deleted_view_comes_back_by_undo(operation: Operation) -> None:
    ann, bob = Visitor.as_role(operation, Role.ANALYST, language="en"), Visitor.as_role(operation, Role.MANAGER, language="en")
    location = save(ann, "x", shared="1")
    view = view_of(location)
    assert 'data-confirm="Delete the view “x”?"' in ann.get(location).text
    gone = ann.post(f"/views/{view}/delete", {"page": "/orders", "query": QUERY}).headers["location"]
    assert gone == f"/orders?channel=app&sort=-sold&undo={view}"
    page = ann.get(gone).text
    assert "The view “x” was deleted." in page
    assert chips(page) == chips(bob.get("/orders").text) == []
    assert "was deleted" not in bob.get(gone).text
    assert "refused=missing" in bob.post(f"/views/{view}/restore", {"page": "/orders"}).headers["location"]
    assert ann.post(f"/views/{view}/restore", {"page": "/orders"}).headers["location"] == location
    assert chips(bob.get("/orders").text) == ["x"]


def test_views_keep_what_their_page_knows_and_lead_nowhere_else(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST)
    odd = "channel=app&next=//evil.example&undo=1&page=7&view=zz&q=%22%3E%3Cscript%3E&channel=web&lateness=late"
    assert save(ann, "x", odd).startswith("/orders?q=%22%3E%3Cscript%3E&channel=app&view=")
    for page in ("//evil.example", "https://evil.example", "/orders/../x", "/orders.csv", "", "/users"):
        assert ann.post("/views", {"page": page, "query": QUERY, "name": "y"}).status_code == 404
    assert kept_query("sort=a&b=c", ("b", "sort")) == "b=c&sort=a"
    assert kept_query("", ("b",)) == ""
    assert save(ann, "many", "&".join(f"f{n}=1" for n in range(500))).startswith("/orders?view=")


def test_a_form_of_another_list_reaches_no_view(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    location = save(ann, "x")
    view = view_of(location)
    elsewhere: dict[str, str | list[str]] = {"page": "/waiting", "query": "lateness=late", "name": "y"}
    for what in ("rename", "share", "overwrite"):
        assert ann.post(f"/views/{view}", {**elsewhere, "what": what}).status_code == 404
    assert ann.post(f"/views/{view}/delete", elsewhere).status_code == 404
    assert chips(ann.get("/orders").text) == ["x"]
    assert "· changed" not in bar(ann.get(location).text)
    gone = ann.post(f"/views/{view}/delete", {"page": "/orders"}).headers["location"]
    assert "was deleted" not in ann.get(gone.replace("/orders", "/waiting")).text
    assert ann.post(f"/views/{view}/restore", elsewhere).status_code == 404
    assert chips(ann.get("/orders").text) == []
    assert ann.post(f"/views/{view}/restore", {"page": "/orders"}).headers["location"] == location

    async def away(*_: object) -> None:
        raise QuestionFailedError("the operational store cannot be reached")

    monkeypatch.setattr(operation.lists, "view", away)
    assert ann.post(f"/views/{view}/delete", {"page": "/orders"}).status_code == 503
    assert chips(ann.get("/orders").text) == ["x"]


def test_who_may_not_see_a_list_has_no_views_of_it(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongguan.model import access

    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    monkeypatch.setitem(access.PERMISSIONS, Role.SERVICE_AGENT, frozenset({access.Permission.SEE_PANORAMA}))
    assert agent.post("/views", {"page": "/orders", "name": "x"}).status_code == 403
    assert agent.post("/views", {"page": "/waiting", "name": "x"}).status_code == 303


def test_columns_are_chosen_for_oneself_and_kept(operation: Operation) -> None:
    ann, bob = Visitor.as_role(operation, Role.ANALYST, language="en"), Visitor.as_role(operation, Role.MANAGER, language="en")
    usual = shown(ann.get("/orders").text, "orders")[0]
    fields: dict[str, str | list[str]] = {
        "page": "/orders",
        "query": "channel=app&columns=paid",
        "column": ["paid", "status", "no such", "evil&x=1"],
    }
    assert ann.post("/views/columns", fields).headers["location"] == "/orders?channel=app"
    assert shown(ann.get("/orders").text, "orders")[0] == ["Order", "Status", "Paid"]
    assert shown(bob.get("/orders").text, "orders")[0] == usual
    assert chips(ann.get("/orders").text) == []
    assert shown(ann.get("/orders?columns=channel").text, "orders")[0] == ["Order", "Channel"], "the address is stronger"
    assert shown(ann.get("/orders?columns=nothing,evil").text, "orders")[0] == usual
    page = ann.get("/orders?channel=app").text
    assert 'href="/orders.csv?channel=app&amp;columns=id%2Cstatus%2Cpaid"' in page
    assert 'name="query" value="channel=app&amp;columns=id%2Cstatus%2Cpaid"' in bar(page), "a view saved now keeps the columns"
    ann.post("/views/columns", {"page": "/orders", "usual": "1", "column": ["paid"]})
    assert shown(ann.get("/orders").text, "orders")[0] == usual


def test_the_list_stands_where_views_cannot_be_read(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise QuestionFailedError("the operational store cannot be reached")

    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    monkeypatch.setattr(operation.lists, "views", away)
    monkeypatch.setattr(operation.lists, "save_view", away)
    page = ann.get("/orders")
    assert page.status_code == 200
    assert "Saved views cannot be read now." in page.text
    assert len(shown(page.text, "orders")) == 51
    assert ann.post("/views", {"page": "/orders", "name": "x"}).status_code == 503


def test_the_list_of_the_quarantine_has_views_of_its_own(operation: Operation) -> None:
    admin = Visitor.as_role(operation, Role.ADMIN, language="en")
    made = admin.post("/views", {"page": "/data/quarantine", "query": "source=wms&state=all&page=2&sort=x", "name": "All of wms"})
    location = str(made.headers["location"])
    assert location.startswith("/data/quarantine?source=wms&state=all&view=")
    page = admin.get(location).text
    assert "All of wms" in page and 'name="view" value="' in page
    assert shown(page, "quarantine") == shown(admin.get("/data/quarantine?source=wms&state=all").text, "quarantine")
    assert 'href="/data/quarantine.csv?source=wms&amp;state=all"' in page, "files are of the rows, whatever the view is called"
    assert "All of wms" not in admin.get("/orders").text
