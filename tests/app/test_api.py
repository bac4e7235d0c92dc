"""The HTTP interface of the whole application: every answer of ``POST /api/v1/events``, who may ask what, and scopes."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.app.serving import NDJSON, OWNER, P1, Application, application, lines, order
from tongguan.app.api import events
from tongguan.app.api.described import READING, TASKS, Described
from tongguan.app.api.described_fulfilment import FULFILMENT
from tongguan.app.api.reference import NOTES, PEOPLE, RULES, STATUSES, VIEWS
from tongguan.app.api.reference import OWNER as OWNER_ROUTES
from tongguan.ingest.errors import BusyError, DeliveryError, NoSpaceError
from tongguan.model.access import PERMISSIONS, UNDIVIDED, Permission, Role
from tongguan.records import ledger

CITY_OTHER = "P-02-01"

GRANTED = (*READING, *FULFILMENT, *PEOPLE, *NOTES, *TASKS, *RULES)
"""Routes that need a permission."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("api") / "home") as found:
        yield found


@pytest.fixture(scope="module")
def shop(app: Application) -> dict[str, str]:
    return {**app.token("till", "till"), **NDJSON}


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem document of an answer, after looking at its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status and found["detail"] and found["title"]
    assert found["retry"] == ("retry-after" in answer.headers)
    return found


def rejected(app: Application, source: str) -> dict[str, int]:
    """Return how many records of a source the ledger has as received and rejected."""
    app.server.rejections.write()
    with app.installation.database.read() as connection:
        assert ledger.check(connection) == []
        states = {state.source: state for state in ledger.freshness(connection)}
    return {name: getattr(states[source], name) if source in states else 0 for name in ("received", "rejected")}


def post(app: Application, headers: dict[str, str], body: bytes, **more: str) -> httpx.Response:
    return app.send("POST", "/events", headers={**headers, **more}, content=body)


def test_good_and_bad_records_of_one_delivery(app: Application, shop: dict[str, str]) -> None:
    body = lines(order("a1"), '{"type": "order.created", ', order("a2", channel="fax"), order("a3", time="2026-11-20T04:00:00"))
    answer = post(app, shop, body).json()
    assert (answer["received"], answer["accepted"], answer["quarantined"], answer["repeated"]) == (4, 1, 3, False)
    told = [(r["position"], r["reason"], r["field"]) for r in answer["refusals"]]
    assert told == [(1, "malformed_json", ""), (2, "unknown_code", "channel"), (3, "time_without_zone", "time")]
    assert "valid: app" in answer["refusals"][1]["valid"] and "fax" in answer["refusals"][1]["message"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps([order("b1"), order("b2")]).encode(), "application/json"),
        (json.dumps(order("b3")).encode(), "application/json; charset=utf-8"),
        (lines(order("b4")), "application/x-ndjson"),
    ],
)
def test_every_form_of_a_body(app: Application, shop: dict[str, str], body: bytes, kind: str) -> None:
    plain = post(app, shop, body, **{"Content-Type": kind})
    packed = post(app, shop, gzip.compress(body), **{"Content-Type": kind, "Content-Encoding": "gzip"})
    for answer in (plain, packed):
        assert answer.status_code == 200 and answer.json()["accepted"] == body.count(b"order.created")


def test_a_key_is_answered_once(app: Application, shop: dict[str, str]) -> None:
    first = post(app, shop, lines(order("c1")), **{"Idempotency-Key": "k1"}).json()
    again = post(app, shop, lines(order("c1")), **{"Idempotency-Key": "k1"}).json()
    assert again == {**first, "repeated": True}
    found = problem(post(app, shop, lines(order("c2")), **{"Idempotency-Key": "k1"}), 422)
    assert "k1" in found["detail"] and "new Idempotency-Key" in found["valid"] and not found["retry"]
    # Another source may use the same key.
    other = {**app.token("desk", "desk"), **NDJSON}
    assert post(app, other, lines(order("c2")), **{"Idempotency-Key": "k1"}).status_code == 200
    app.installation.load_now()
    # The answer is known from the store as well, once the delivery is loaded.
    assert post(app, shop, lines(order("c1")), **{"Idempotency-Key": "k1"}).json() == {**first, "repeated": True}
    problem(post(app, shop, lines(order("c2")), **{"Idempotency-Key": "k1"}), 422)


@pytest.mark.parametrize("credentials", [{}, {"Authorization": "Bearer tg_unknown"}, {"Authorization": "Basic dGlsbA=="}])
def test_nobody_delivers(app: Application, credentials: dict[str, str]) -> None:
    before = rejected(app, "(unknown)")["rejected"]
    answer = post(app, {**NDJSON, **credentials}, lines(order("d1")))
    assert "token create" in problem(answer, 401)["valid"]
    assert answer.headers["www-authenticate"] == "Bearer"
    assert rejected(app, "(unknown)")["rejected"] == before + 1


def test_what_is_too_large(app: Application, shop: dict[str, str]) -> None:
    bomb = gzip.compress(b" " * (101 * 1024 * 1024), 9)
    assert len(bomb) < 200_000
    found = problem(post(app, shop, bomb, **{"Content-Encoding": "gzip"}), 413)
    assert "unpacks to more than" in found["detail"] and not found["retry"]
    assert "smaller" in problem(post(app, shop, b" " * (10 * 1024 * 1024 + 1)), 413)["valid"]


def test_a_body_without_a_length_is_measured(app: Application, shop: dict[str, str]) -> None:
    async def pieces() -> Any:
        for _ in range(11):
            yield b" " * 1024 * 1024

    assert "10485760" in problem(app.send("POST", "/events", headers=shop, content=pieces()), 413)["detail"]


@pytest.mark.parametrize("headers", [{"Content-Type": "text/csv"}, {"Content-Type": ""}, {"Content-Encoding": "br"}])
def test_what_is_not_read(app: Application, shop: dict[str, str], headers: dict[str, str]) -> None:
    assert "valid:" in problem(post(app, shop, lines(order("e1")), **headers), 415)["detail"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"order,created", {"Content-Type": "application/json"}),
        (b"", {"Content-Type": "application/json"}),
        (b"no gzip", {"Content-Encoding": "gzip"}),
        (gzip.compress(lines(order("f1")))[:-9], {"Content-Encoding": "gzip"}),
    ],
)
def test_what_is_no_body(app: Application, shop: dict[str, str], body: bytes, headers: dict[str, str]) -> None:
    assert not problem(post(app, shop, body, **headers), 400)["retry"]


@pytest.mark.parametrize(("error", "seconds"), [(BusyError("4 GiB wait to be loaded"), "2"), (NoSpaceError("1 byte is free"), "30")])
def test_a_full_spool_puts_deliveries_off(
    app: Application, shop: dict[str, str], monkeypatch: pytest.MonkeyPatch, error: DeliveryError, seconds: str
) -> None:
    def refuse(body: bytes) -> None:
        raise error

    before = rejected(app, "till")
    monkeypatch.setattr(app.installation.ingest.spool, "append", refuse)
    key = {"Idempotency-Key": f"full-{seconds}"}
    answer = post(app, shop, lines(order("g1")), **key)
    assert problem(answer, 503)["detail"] == str(error)
    assert answer.headers["retry-after"] == seconds
    monkeypatch.undo()
    # The same delivery is taken once there is room: the refusal is not remembered under its key.
    assert post(app, shop, lines(order("g1")), **key).json()["accepted"] == 1
    app.installation.load_now()
    assert rejected(app, "till")["rejected"] == before["rejected"] + 1


def test_too_much_at_once_is_put_off(app: Application, shop: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_UNDER_WAY_BYTES", 10)
    answer = post(app, shop, lines(order("h1")))
    assert problem(answer, 429)["retry"] and answer.headers["retry-after"] == "2"


def test_refused_deliveries_are_in_the_books(app: Application, shop: dict[str, str]) -> None:
    app.installation.load_now()
    before = rejected(app, "till")
    for body, headers in ((b"x", {"Content-Type": "text/csv"}), (b"x", {"Content-Type": "application/json"})):
        assert post(app, shop, body, **headers).status_code in (400, 415)
    after = rejected(app, "till")
    assert (after["received"], after["rejected"]) == (before["received"] + 2, before["rejected"] + 2)


def test_only_post_is_answered_there(app: Application, shop: dict[str, str]) -> None:
    assert app.send("GET", "/events", headers=shop).status_code in (404, 405)


def test_a_token_delivers_as_its_own_source_and_reads_nothing(app: Application, shop: dict[str, str]) -> None:
    assert post(app, shop, lines(order("i1")), **{"X-Source": "somebody-else"}).status_code == 200
    app.installation.load_now()
    sources = {row["source"] for row in app.send("GET", "/sources", headers=OWNER).json()}
    assert "till" in sources and "somebody-else" not in sources
    for route in (*READING, *FULFILMENT, *PEOPLE, *VIEWS, *NOTES, *TASKS, *RULES, *OWNER_ROUTES):
        answer = app.send(route.method, address(route), headers=shop, content=b"{}")
        assert answer.status_code == 401, route.path


def address(route: Described) -> str:
    """Return a path at which the route answers, though perhaps with 404."""
    named = {"kind": "order", "stage": "order", "id": "0", "name": "nobody", "names": "visitors", "metric": "visitors"}
    named |= {"action": "claim", "entry": "0", "part": "manual"}
    return re.sub(r"\{(\w+)\}", lambda found: named[found[1]], route.path)


def test_the_page_names_every_route_and_status(app: Application) -> None:
    every = (*READING, *FULFILMENT, *PEOPLE, *VIEWS, *NOTES, *TASKS, *RULES, *OWNER_ROUTES)
    described = {(r.method, re.sub(r"\{\w+\}", "{}", f"/api/v1{r.path}")) for r in every}
    routes: set[tuple[str, str]] = set()

    def walk(found: list[Any]) -> None:
        for one in found:
            if hasattr(one, "path") and hasattr(one, "methods"):
                path = re.sub(r"\{[\w:]+\}", "{}", one.path)
                routes.update((method, path) for method in one.methods - {"HEAD"} if path.startswith("/api/v1"))
            elif hasattr(one, "original_router"):
                walk(one.original_router.routes)

    walk(app.server.routes)
    assert described == routes
    assert [status.value for status in STATUSES] == [200, 400, 401, 408, 413, 415, 422, 429, 503]


@pytest.fixture(scope="module")
def sessions(app: Application) -> dict[Role, dict[str, str]]:
    return {role: app.session(role.value, role) for role in Role}


@pytest.mark.parametrize("route", GRANTED, ids=lambda route: f"{route.method} {route.path}")
def test_roles_may_what_the_page_says(app: Application, sessions: dict[Role, dict[str, str]], route: Described) -> None:
    assert isinstance(route.permission, Permission)
    for role, headers in sessions.items():
        status = app.send(route.method, address(route), headers=headers, content=b"").status_code
        assert (status != 403) == (route.permission in PERMISSIONS[role]), f"{role}: {status}"


def test_nobody_reads_and_nothing_changes_without_the_form_token(app: Application, sessions: dict[Role, dict[str, str]]) -> None:
    assert "sign in" in problem(app.send("GET", "/flow"), 401)["valid"]
    cookie = {"Cookie": sessions[Role.ADMIN]["Cookie"]}
    assert app.send("GET", "/users", headers=cookie).status_code == 200
    assert "X-CSRF-Token" in problem(app.send("POST", "/quarantine/discard", headers=cookie, json={"ids": ["1"]}), 403)["valid"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/flow?chanel=app", 400, "did you mean 'channel'"),
        ("/flow?at=2026-11-20T10:00:00", 400, "no zone"),
        ("/flow?at=today", 400, "is no time"),
        ("/waiting?lateness=very", 400, "late"),
        ("/waiting?stage=oder", 400, "did you mean 'order'"),
        ("/waiting?sort=price", 400, "since"),
        ("/halls?channel=ap", 400, "did you mean 'app'"),
        ("/halls?at=today", 400, "is no time"),
        ("/stages/orders/events", 404, "did you mean 'order'"),
        ("/stages/order/events?limit=many", 400, "0 to 10000"),
        ("/cases/orders", 404, "did you mean 'order'"),
        ("/cases/order?sort=price", 400, "cannot sort by 'price'"),
        ("/cases/order?stage=oder", 400, "did you mean 'order'"),
        ("/cases/order/none", 404, "none"),
        ("/quarantine?reason=bad", 400, "unknown_code"),
        ("/quarantine?state=closed", 400, "replayed"),
        ("/quarantine/99999", 404, "99999"),
    ],
)
def test_what_cannot_be_asked_says_what_can(app: Application, path: str, status: int, says: str) -> None:
    found = problem(app.send("GET", path, headers=OWNER), status)
    assert says in f"{found['detail']} {found.get('valid', '')}"


@pytest.mark.parametrize(
    "path",
    [
        "cases/order?since=0001-01-01T00:00:00%2B14:00",
        "cases/order?until=9999-12-31T23:59:59-14:00",
        "flow?at=0001-01-01T00:00:00%2B14:00",
        "ledger?until=0001-01-01T00:00:00Z",
        "deliveries?limit=%C2%B2",
        "deliveries?offset=" + "9" * 5000,
        "stages/order/events?limit=%C2%B2",
    ],
)
def test_what_is_out_of_range_is_told_not_stumbled_over(app: Application, path: str) -> None:
    assert problem(app.send("GET", f"/{path}", headers=OWNER), 400)["valid"]


def test_a_bomb_of_records_and_a_key_too_long_are_refused(app: Application, shop: dict[str, str]) -> None:
    bomb = gzip.compress(b"{}\n" * 10_000_000)
    assert "records" in problem(post(app, shop, bomb, **{"Content-Encoding": "gzip"}), 413)["detail"]
    assert "at most 200" in problem(post(app, shop, lines(order("long-key")), **{"Idempotency-Key": "k" * 201}), 400)["detail"]


@pytest.fixture(scope="module")
def city(app: Application) -> dict[str, str]:
    """Load orders of two cities and one of nowhere; return the session of a dispatcher of the first."""
    for number, region in enumerate(("P-01-01", "P-01", "P-10-01", CITY_OTHER, None)):
        placed = {"region": region} if region else {}
        paid = {"type": "payment.succeeded", "payment_id": f"PS{number}", "amount": 100, "currency": "CNY", "event_id": f"t:ps{number}"}
        app.load(order(f"s{number}", **placed), order(f"s{number}", **paid, **placed), order(f"q{number}", channel="fax", **placed))
    return app.session("city-one", Role.DISPATCHER, P1)


def test_a_city_sees_its_own_cases_only(app: Application, city: dict[str, str]) -> None:
    page = app.send("GET", "/cases/order", headers=city).json()
    assert {row["case_id"] for row in page["rows"]} == {"Es0", "Es1"} and page["total"] == 2
    assert app.send("GET", f"/cases/order?region={CITY_OTHER}", headers=city).json()["total"] == 0
    assert app.send("GET", "/cases/order?search=Es3", headers=city).json()["total"] == 0
    assert app.send("GET", "/cases/payment", headers=city).json()["total"] == 2
    for name, status in (("Es0", 200), ("Es1", 200), ("Es2", 404), ("Es3", 404), ("Es4", 404)):
        assert app.send("GET", f"/cases/order/{name}", headers=city).status_code == status, name


def test_what_waits_is_told_within_the_scope(app: Application, city: dict[str, str]) -> None:
    everything = app.send("GET", "/waiting", headers=OWNER).json()
    own = app.send("GET", "/waiting", headers=city).json()
    assert {row["case_id"] for row in own["rows"]} == {"Es0", "Es1"} and own["total"] == 2 < everything["total"]
    assert sum(own["counts"].values()) == 2
    assert app.send("GET", "/waiting?stage=listing", headers=city).json()["total"] == 0
    assert len(app.send("GET", "/waiting?limit=1&sort=id&descending=true", headers=OWNER).json()["rows"]) == 1
    late = app.send("GET", "/waiting?lateness=late", headers=OWNER).json()
    assert late["total"] == late["counts"]["late"] == len(late["rows"]) and all(row["lateness"] == "late" for row in late["rows"])


def test_a_city_counts_its_own_only(app: Application, city: dict[str, str]) -> None:
    stages = {stage["name"]: stage for stage in app.send("GET", "/flow", headers=city).json()["stages"]}
    assert stages["order"]["volume"] == 2 and stages["payment"]["volume"] == 2 and stages["acceptance"]["backlog"] == 2
    summary = app.send("GET", "/orders/summary", headers=city).json()
    assert summary["orders"] == 2 and summary["paid"] == {"CNY": 200}
    newest = app.send("GET", "/stages/order/events", headers=city).json()
    assert {event["columns"]["region"] for event in newest} == {"P-01", "P-01-01"}


@pytest.mark.parametrize(
    "route", [r for r in (*READING, *PEOPLE, *TASKS) if r.permission in UNDIVIDED], ids=lambda r: f"{r.method} {r.path}"
)
def test_what_knows_no_regions_is_not_for_a_city(app: Application, city: dict[str, str], route: Described) -> None:
    problem(app.send(route.method, address(route), headers=city, content=b""), 403)


def test_no_answer_names_another_city(app: Application, city: dict[str, str]) -> None:
    for route in (*READING, *FULFILMENT):
        if route.method == "GET":
            answer = app.send("GET", address(route).replace("/order/0", "/order/Es0"), headers=city)
            withheld = UNDIVIDED | (frozenset(Permission) - PERMISSIONS[Role.DISPATCHER])
            assert answer.status_code == (403 if route.permission in withheld else 200), route.path
            assert "P-02" not in answer.text and "P-10" not in answer.text and "Es3" not in answer.text, route.path


def test_a_record_goes_through_quarantine_to_its_place(app: Application) -> None:
    app.load(order("r1", channel="fax", event_id="t:r1"), source="kassa")
    (row,) = app.send("GET", "/quarantine?source=kassa", headers=OWNER).json()["rows"]
    assert "fax" in row["preview"]
    answer = app.send("POST", "/quarantine/replay", headers=OWNER, json={"ids": [row["id"]]}).json()
    assert answer["taken"] == 0 and answer["still"][row["id"]]["reason"] == "unknown_code"
    assert app.send("POST", "/quarantine/discard", headers=OWNER, json={"ids": [row["id"]]}).json() == {"discarded": 1}
    assert app.send("GET", f"/quarantine/{row['id']}", headers=OWNER).json()["state"] == "discarded"
    assert "ids" in problem(app.send("POST", "/quarantine/replay", headers=OWNER, json=["1"]), 400)["valid"]
