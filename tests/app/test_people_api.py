"""``/api/v1/users`` and ``/api/v1/tokens``: who may, what comes back, and what is said when it cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from tests.app.people import AT, STAGES, People, open_people
from tongguan.app.api.people import router
from tongguan.app.api.problem import ApiProblem
from tongguan.model.access import EVERYTHING, Permission, Role, User
from tongguan.records import audit
from tongguan.records.errors import StoreBusyError
from tongguan.web.kit.accounts import Session

ROUTES = [
    ("GET", "/users", None),
    ("POST", "/users", {"name": "zhao", "role": "analyst"}),
    ("PATCH", "/users/wang", {"disabled": True}),
    ("POST", "/users/wang/password", None),
    ("GET", "/tokens", None),
    ("POST", "/tokens", {"name": "till 7", "source": "shop"}),
    ("DELETE", "/tokens/x", None),
]


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with open_people(tmp_path) as found:
        yield found


def audit_length(people: People) -> int:
    with people.database.read() as conn:
        return audit.head(conn).sequence


def refusal(people: People, method: str, path: str, **given: Any) -> dict[str, Any]:
    """Send a request that must be refused; return its problem document after checking its shape."""
    response = people.send(method, path, **given)
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code >= 400
    assert problem["type"] == "about:blank"
    assert problem["title"] == HTTPStatus(response.status_code).phrase
    assert problem["detail"]
    return problem


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_only_those_who_manage_get_in(people: People, role: Role, method: str, path: str, body: object) -> None:
    people.create("wang")
    people.caller = User("u9", "li", "Li", role, EVERYTHING)
    needed = Permission.MANAGE_TOKENS if path.startswith("/tokens") else Permission.MANAGE_USERS
    before = audit_length(people)
    if people.caller.may(needed):
        assert people.send(method, path, json=body).status_code in (200, 201, 404)
        return
    problem = refusal(people, method, path, json=body)
    assert (problem["status"], problem["detail"]) == (403, f"role {role} may not {needed}")
    assert problem["valid"] == "role admin"
    assert audit_length(people) == before


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_nobody_is_told_so(people: People, method: str, path: str, body: object) -> None:
    people.caller = ApiProblem(HTTPStatus.UNAUTHORIZED, "nobody is signed in")
    assert refusal(people, method, path, json=body)["status"] == 401
    assert audit_length(people) == 0


def test_a_user_is_created_and_signs_in(people: People) -> None:
    given = {"name": "wang", "display_name": "老王", "role": "stage_owner", "level": "city", "stages": ["payment"], "regions": ["GX-NN"]}
    response = people.send("POST", "/users", json=given)
    assert response.status_code == 201
    answer = response.json()
    assert set(answer) == {"name", "password"}
    session = asyncio.run(people.accounts.sign_in("wang", answer["password"], ""))
    assert isinstance(session, Session) and session.user.must_change_password
    instant = AT.isoformat().replace("+00:00", "Z")
    expected = {**given, "id": session.user.id, "must_change_password": True, "disabled": False}
    expected |= {"created_time": instant, "last_sign_in": instant, "locked_until": None}
    assert people.send("GET", "/users").json() == {"users": [expected]}


def test_what_is_left_out_has_a_default(people: People) -> None:
    people.create("wang")
    found = people.user("wang")
    assert (found["display_name"], found["level"], found["stages"], found["regions"]) == ("wang", "province", [], [])


@pytest.mark.parametrize(
    ("body", "status", "says", "valid"),
    [
        ({"name": "wang"}, 422, "role is missing", "role"),
        ({"name": "wang", "role": "bos"}, 422, "role: 'bos'", "'admin'"),
        ({"name": "wang", "role": "admin", "regoins": []}, 422, "no field 'regoins'", "did you mean 'regions'"),
        ({"name": "Wang!", "role": "admin"}, 422, "'Wang!'", "small letters"),
        ({"name": "", "role": "admin"}, 422, "name", "small letters"),
        ({"name": "wang", "role": "admin", "stages": ["paymnt"]}, 422, "no stage 'paymnt'", "did you mean 'payment'"),
        ({"name": "wang", "role": "admin", "level": "city"}, 422, "must name its regions", "GX-NN"),
        ({"name": "wang", "role": "admin", "regions": [" "]}, 422, "regions", "GX-NN"),
        ({"name": "wang", "role": "admin", "regions": "GX"}, 422, "regions: 'GX'", "list"),
        ({"name": "taken", "role": "admin"}, 409, "'taken'", "nobody has"),
        ([], 422, "the body", ""),
    ],
)
def test_users_that_cannot_be(people: People, body: object, status: int, says: str, valid: str) -> None:
    people.create("taken")
    problem = refusal(people, "POST", "/users", json=body)
    assert problem["status"] == status
    assert says in problem["detail"]
    assert valid in problem["valid"]
    assert [user["name"] for user in people.send("GET", "/users").json()["users"]] == ["taken"]


def test_a_body_that_is_no_json_or_missing(people: People) -> None:
    assert refusal(people, "POST", "/users", content=b"{", headers={"Content-Type": "application/json"})["status"] == 400
    assert refusal(people, "POST", "/users")["detail"] == "the body is missing"


def test_a_change_leaves_the_rest(people: People) -> None:
    people.create("wang", level="city", regions=["GX-NN"], stages=["payment"])
    answer = people.send("PATCH", "/users/WANG", json={"role": "auditor"}).json()
    assert (answer["role"], answer["level"], answer["regions"], answer["stages"]) == ("auditor", "city", ["GX-NN"], ["payment"])
    answer = people.send("PATCH", "/users/wang", json={"level": "province", "regions": [], "disabled": True}).json()
    assert (answer["role"], answer["level"], answer["regions"], answer["stages"]) == ("auditor", "province", [], ["payment"])
    assert answer["disabled"]
    answer = people.send("PATCH", "/users/wang", json={"disabled": False}).json()
    assert not answer["disabled"]
    assert answer == people.user("wang")
    before = audit_length(people)
    assert people.send("PATCH", "/users/wang", json={}).json() == answer
    assert audit_length(people) == before


def test_a_refused_change_changes_nothing(people: People) -> None:
    people.create("wang")
    found = people.user("wang")
    assert refusal(people, "PATCH", "/users/wang", json={"role": "admin", "level": "city"})["status"] == 422
    people.caller = User(found["id"], "wang", "Wang", Role.ADMIN, EVERYTHING)
    problem = refusal(people, "PATCH", "/users/wang", json={"role": "admin", "disabled": True})
    assert (problem["status"], problem["detail"]) == (409, "'wang' is yourself")
    assert people.user("wang") == found


@pytest.mark.parametrize(("method", "path", "body"), [("PATCH", "/users/wagn", {}), ("POST", "/users/wagn/password", None)])
def test_an_unknown_user_has_a_nearest_one(people: People, method: str, path: str, body: object) -> None:
    people.create("wang")
    problem = refusal(people, method, path, json=body)
    assert (problem["status"], problem["detail"]) == (404, "no user 'wagn'")
    assert problem["valid"].startswith("did you mean 'wang'?")


def test_a_new_password_replaces_the_old_one(people: People) -> None:
    old = people.create("wang")
    answer = people.send("POST", "/users/wang/password").json()
    assert answer["name"] == "wang"
    assert isinstance(asyncio.run(people.accounts.sign_in("wang", answer["password"], "")), Session)
    assert not isinstance(asyncio.run(people.accounts.sign_in("wang", old, "")), Session)


def test_a_token_shows_its_secret_once(people: People) -> None:
    response = people.send("POST", "/tokens", json={"name": " till 7 ", "source": "shop"})
    assert response.status_code == 201
    new = response.json()
    assert (new["name"], new["source"], new["secret"][:3]) == ("till 7", "shop", "tg_")
    listed = people.send("GET", "/tokens")
    assert new["secret"] not in listed.text
    (token,) = listed.json()["tokens"]
    assert (token["id"], token["created_by"], token["revoked_time"]) == (new["id"], "local", None)
    assert refusal(people, "POST", "/tokens", json={"name": "till 7", "source": "other"})["status"] == 409
    revoked = people.send("DELETE", f"/tokens/{new['id']}").json()
    assert revoked == {**token, "revoked_time": AT.isoformat().replace("+00:00", "Z")}
    assert refusal(people, "DELETE", f"/tokens/{new['id']}")["status"] == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "", "source": "shop"}, "name"),
        ({"name": "  ", "source": "shop"}, "name"),
        ({"name": "x" * 101, "source": "shop"}, "name"),
        ({"name": "till", "source": "Shop 1"}, "source: 'Shop 1'"),
        ({"name": "till"}, "source is missing"),
    ],
)
def test_tokens_that_cannot_be(people: People, body: object, says: str) -> None:
    problem = refusal(people, "POST", "/tokens", json=body)
    assert problem["status"] == 422
    assert says in problem["detail"]
    assert problem["valid"]
    assert people.send("GET", "/tokens").json() == {"tokens": []}


def test_a_busy_store_may_be_asked_again(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy() -> None:
        raise StoreBusyError(30)

    monkeypatch.setattr(people.accounts, "users", busy)
    problem = refusal(people, "GET", "/users")
    assert (problem["status"], problem["retry"]) == (503, True)


def test_the_description_names_bodies_and_answers(people: People) -> None:
    app = FastAPI()
    app.include_router(router(people.accounts, people._who, STAGES))
    described = app.openapi()
    assert set(described["paths"]) == {
        "/api/v1/users",
        "/api/v1/users/{name}",
        "/api/v1/users/{name}/password",
        "/api/v1/tokens",
        "/api/v1/tokens/{token_id}",
    }
    assert {"CreateUser", "ChangeUser", "CreateToken", "UserAnswer", "NewTokenAnswer"} <= set(described["components"]["schemas"])
