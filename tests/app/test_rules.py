"""The rule book over a real home: its first version, publishing over the API by role, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.serving import OWNER, Application, application
from tongguan.areas.packs import build_vocabulary
from tongguan.clocks.rules import check_book
from tongguan.model.access import Role
from tongguan.records import audit

RULES = "/rules"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with application(tmp_path / "home") as found:
        yield found


def got(app: Application) -> dict[str, Any]:
    found: dict[str, Any] = app.send("GET", RULES, headers=OWNER).json()
    return found


def changed(document: dict[str, Any], **rule: str) -> dict[str, Any]:
    """Return a document whose first rule is one of orders, with other values."""
    [first, *others] = sorted(document["rules"], key=lambda one: one["kind"] != "order")
    return {**document, "rules": [{**first, **rule}, *others]}


def test_a_home_begins_with_the_rules_that_packs_declare(app: Application) -> None:
    first = got(app)
    assert (first["version"], first["author"]) == (1, "")
    limits = {(rule["kind"], rule["step"]): rule for rule in first["document"]["rules"]}
    assert limits["order", "activation_requested"]["late"] == "2h"
    assert limits["order", "shipped"]["promised"] is True
    classes = {process.get("business_class", "") for process in first["document"]["processes"]}
    assert {"handling", "goods", "points", "payment"} <= classes
    assert {"desk", "office"} <= set(first["document"]["calendars"])
    (book,) = app.installation.rule_books.all()
    assert check_book(book, build_vocabulary()) == []


def test_a_manager_publishes_and_the_second_is_told(app: Application) -> None:
    manager, other = app.session("manager", Role.MANAGER), app.session("another", Role.ADMIN)
    document = changed(got(app)["document"], warning="1m", late="2m")
    body = {"expected_version": 1, "note": "双十一", "document": document}
    made = app.send("PUT", RULES, headers=manager, json=body).json()
    assert (made["version"], made["note"], made["document"]["rules"][0]["late"]) == (2, "双十一", "2m")
    refused = app.send("PUT", RULES, headers=other, json={**body, "note": "too late"})
    assert refused.status_code == 409 and "published version 2" in refused.json()["detail"] and "双十一" in refused.json()["detail"]
    same = app.send("PUT", RULES, headers=other, json={**body, "expected_version": 2})
    assert same.status_code == 409 and "nothing differs from version 2" in same.json()["detail"]
    told = app.send("GET", f"{RULES}/versions", headers=manager).json()["versions"]
    assert [one["version"] for one in told] == [1, 2]
    old = app.send("GET", f"{RULES}?version=1", headers=manager).json()
    assert old["document"]["rules"][0] != document["rules"][0]
    with app.installation.database.read() as conn:
        row = audit.page(conn, audit.AuditFilters(object_kind="rule_book"), 1)[0]
    assert (row.user, row.action, row.object_id, row.detail["note"]) == ("manager", "publish", "2", "双十一")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"warning": "3h", "late": "1h"}, "a warning comes from 0 on, and not after the limit"),
        ({"step": "payd"}, "case kind 'order' has no step 'payd'; did you mean 'paid'"),
        ({"step": "delivered"}, "'delivered' is an end"),
        ({"kind": "oder"}, "no case kind 'oder'; did you mean 'order'"),
        ({"calendar": "nights"}, "no calendar 'nights'"),
        ({"business_class": "good"}, "no business_class 'good'; did you mean 'goods'"),
        ({"late": "soon"}, "rules[0].late: 'soon' is no duration"),
        ({"colour": "red"}, "rules[0].colour: there is no such key"),
    ],
)
def test_what_cannot_be_published(shared: Application, change: dict[str, str], said: str) -> None:
    document = changed(got(shared)["document"], **change)
    refused = shared.send("PUT", RULES, headers=OWNER, json={"expected_version": 1, "note": "x", "document": document})
    assert refused.status_code == 422 and said in refused.json()["detail"]
    assert got(shared)["version"] == 1


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("rules") / "home") as found:
        yield found


def test_two_rules_for_one_place_and_overlapping_hours(shared: Application) -> None:
    document = got(shared)["document"]
    twice = {**document, "rules": [*document["rules"], document["rules"][0]]}
    office = document["calendars"]["office"]
    hours = {**document["calendars"], "office": {**office, "week": {**office["week"], "monday": "08:00–12:00, 11:00–18:00"}}}
    for body, said in (
        (twice, "two rules for the same place (everywhere)"),
        ({**document, "calendars": hours}, "calendars.office.week.monday: blocks 08:00–12:00 and 11:00–18:00 overlap"),
    ):
        refused = shared.send("PUT", RULES, headers=OWNER, json={"expected_version": 1, "note": "x", "document": body})
        assert refused.status_code == 422 and said in refused.json()["detail"]


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_changes(shared: Application, role: Role) -> None:
    session = shared.session(f"reads-{role}", role)
    assert shared.send("GET", RULES, headers=session).status_code == 200
    assert shared.send("GET", f"{RULES}/versions", headers=session).status_code == 200
    status = shared.send("PUT", RULES, headers=session, json={"expected_version": 0, "note": "x", "document": {}}).status_code
    assert status == (422 if role in (Role.ADMIN, Role.MANAGER) else 403)


@pytest.mark.parametrize(
    ("path", "status", "said"), [(f"{RULES}?version=9", 404, "1 to 1"), (f"{RULES}?versoin=1", 400, "did you mean 'version'")]
)
def test_what_cannot_be_asked(shared: Application, path: str, status: int, said: str) -> None:
    refused = shared.send("GET", path, headers=OWNER)
    assert refused.status_code == status and said in refused.json()["valid"]


def test_what_would_break_every_reader_is_not_published(shared: Application) -> None:
    document = got(shared)["document"]
    rare = {"zone": "Asia/Shanghai", "week": {"monday": "09:00–09:01"}}
    named = {**document, "calendars": {**document["calendars"], "\ud800": rare}}
    never = changed({**document, "calendars": {**document["calendars"], "rare": rare}}, calendar="rare", late="3650d")
    for wrong, said in ((named, "half of a character"), (never, "not in a hundred years")):
        body = json.dumps({"expected_version": 1, "note": "try", "document": wrong})
        refused = shared.send("PUT", RULES, headers={**OWNER, "Content-Type": "application/json"}, content=body)
        assert refused.status_code == 422 and said in refused.json()["detail"]
    assert got(shared)["version"] == 1


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("GET", "/nothing-like-this", {}, 404),
        ("DELETE", RULES, {}, 405),
        ("PUT", RULES, {"content": b'{"document":' + b"[" * 100_000, "headers": {**OWNER, "Content-Type": "application/json"}}, 400),
    ],
)
def test_what_the_framework_refuses_is_a_problem_too(
    shared: Application, method: str, path: str, given: dict[str, Any], status: int
) -> None:
    refused = shared.send(method, path, **given)
    assert refused.status_code == status and refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (problem["status"], problem["retry"]) == (status, False) and f"{method} /api/v1{path}: " in problem["detail"]


def test_no_answer_is_kept_by_browsers(shared: Application) -> None:
    for headers in (OWNER, {}):
        kept = shared.send("GET", RULES, headers=headers).headers
        assert (kept["cache-control"], kept["x-content-type-options"]) == ("no-store", "nosniff")
