"""Tasks over a real home: from the event that queues an order, over API and commands, to the event that ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.app.serving import OWNER, Application, application, order
from tongguan.app.loops import relay
from tongguan.ingest.intake import Ingest
from tongguan.model.access import PERMISSIONS, Level, Permission, Role, Scope
from tongguan.model.ports import Delivery
from tongguan.model.tasks import LARGEST_FILE

AT = "2026-11-20T04:10:00Z"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("tasks") / "home") as found:
        yield found


@pytest.fixture(scope="module")
def people(app: Application) -> dict[str, dict[str, str]]:
    """Return the headers of people by name; all but ``raw`` have the skill."""
    found = {role.value: app.session(role.value, role) for role in Role}
    found["second"] = app.session("second", Role.SERVICE_AGENT)
    found["raw"] = app.session("raw", Role.SERVICE_AGENT)
    found["elsewhere"] = app.session("elsewhere", Role.SERVICE_AGENT, Scope(Level.CITY, regions=frozenset({"P-02"})))
    found["payer"] = app.session("payer", Role.STAGE_OWNER, Scope(Level.PROVINCE, stages=frozenset({"payment"})))
    for name in found:
        if name != "raw":
            answer = app.send("PUT", f"/skills/{name}", headers=OWNER, json={"skills": ["acceptance"]})
            assert answer.status_code == 200, answer.text
    return found


def queued(app: Application, *cases: str, region: str = "P-01") -> list[dict[str, Any]]:
    """Queue orders for manual acceptance; return their tasks."""
    made = [{**order(case), "order_id": case, "event_id": f"t:{case}:1", "region": region} for case in cases]
    events = [{"type": "acceptance.manual_queued", "time": AT, "event_id": f"t:{case}:2", "order_id": case} for case in cases]
    app.load(*made, *events)
    return [task(app, case) for case in cases]


def task(app: Application, case: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = app.send("GET", f"/tasks?search={case}", headers=OWNER).json()["rows"]
    return found


def act(app: Application, headers: dict[str, str], seen: dict[str, Any], action: str, **given: Any) -> httpx.Response:
    return app.send("POST", f"/tasks/{seen['id']}/{action}", headers=headers, json={"version": seen["version"], **given})


def story(app: Application, case: str) -> list[str]:
    return [event["type"] for event in app.send("GET", f"/cases/order/{case}", headers=OWNER).json()["events"]]


def test_an_order_goes_from_the_queue_through_two_hands_to_its_end(app: Application, people: dict[str, dict[str, str]]) -> None:
    (seen,) = queued(app, "flow1")
    assert (seen["queue"], seen["step"], seen["state"], seen["region"]) == ("acceptance", "acceptance_queued", "open", "P-01")
    claimed = act(app, people["service_agent"], seen, "claim")
    assert claimed.status_code == 200 and claimed.json()["owner_name"] == "service_agent"
    second = act(app, people["second"], seen, "claim")
    assert second.status_code == 409
    body = second.json()
    assert "claimed by service_agent" in body["detail"] and body["task"]["version"] == 2 and body["last"]["action"] == "claim"
    relay(app.installation)
    app.installation.load_now()
    now = task(app, "flow1")
    kept = {name: claimed.json()[name] for name in ("id", "version", "state", "owner", "lease_until", "claimed_at")}
    assert {name: now[name] for name in kept} == kept and now["step"] == "acceptance_claimed", "the same task at its next step"
    done = act(app, people["service_agent"], claimed.json(), "finish", note="done")
    assert done.json()["state"] == "done"
    relay(app.installation)
    app.installation.load_now()
    assert story(app, "flow1") == ["order.created", "acceptance.manual_queued", "acceptance.manual_claimed", "acceptance.manual_done"]
    assert app.send("GET", "/cases/order/flow1", headers=OWNER).json()["case"]["step"] == "accepted"
    assert task(app, "flow1")["state"] == "done"
    history = app.send("GET", f"/tasks/{seen['id']}", headers=people["second"]).json()
    assert [(one["action"], one["actor_name"]) for one in history["entries"]] == [
        ("create", ""), ("claim", "service_agent"), ("finish", "service_agent")
    ]  # fmt: skip
    assert history["allowed"] == ["comment"]


def test_a_death_between_spool_and_outbox_counts_an_action_once(
    app: Application, people: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (seen,) = queued(app, "crash1")
    act(app, people["service_agent"], seen, "claim")
    deliver = Ingest.deliver

    def dies(self: Ingest, delivery: Delivery) -> None:
        deliver(self, delivery)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ingest, "deliver", dies)
        with pytest.raises(KeyboardInterrupt):
            relay(app.installation)
    relay(app.installation)
    app.installation.load_now()
    assert story(app, "crash1") == ["order.created", "acceptance.manual_queued", "acceptance.manual_claimed"]


def test_an_order_that_moved_on_is_nobodys_task(app: Application, people: dict[str, dict[str, str]]) -> None:
    (seen,) = queued(app, "moved1")
    claimed = act(app, people["service_agent"], seen, "claim").json()
    relay(app.installation)
    app.load({"type": "order.cancelled", "time": "2026-11-20T04:30:01Z", "event_id": "t:moved1:9", "order_id": "moved1"})
    late = act(app, people["service_agent"], claimed, "finish")
    assert late.status_code == 409 and "the case went on" in late.json()["detail"]
    assert task(app, "moved1")["state"] == "overtaken"
    relay(app.installation)
    app.installation.load_now()
    assert "acceptance.manual_done" not in story(app, "moved1")


@pytest.mark.parametrize("role", list(Role))
def test_roles(app: Application, people: dict[str, dict[str, str]], role: Role) -> None:
    may, case, headers = PERMISSIONS[role], f"role-{role}", people[role.value]
    (seen,) = queued(app, case)
    assert app.send("GET", f"/tasks/{seen['id']}", headers=headers).status_code == 200
    works, manages = Permission.WORK_ON_TASKS in may, Permission.MANAGE_TASKS in may
    assert (act(app, headers, seen, "urge").status_code == 200) is manages
    assert (act(app, headers, seen, "comment", note="hm").status_code == 200) is (works or manages)
    assert (act(app, headers, seen, "claim").status_code == 200) is works
    now = task(app, case)
    if not works:
        assert act(app, headers, seen, "claim").status_code == 403
        now = act(app, people["second"], seen, "claim").json()
    assert (act(app, headers, now, "transfer").status_code == 200) is (works or manages)
    assert (app.send("GET", "/skills", headers=headers).status_code == 200) is (Permission.MANAGE_USERS in may)


def test_skill_stage_and_region(app: Application, people: dict[str, dict[str, str]]) -> None:
    (seen,) = queued(app, "scope1")
    assert act(app, people["raw"], seen, "claim").status_code == 403
    for outside in ("elsewhere", "payer"):
        assert act(app, people[outside], seen, "claim").status_code == 404
        assert app.send("GET", f"/tasks/{seen['id']}", headers=people[outside]).status_code == 404
        assert app.send("GET", "/tasks?search=scope1", headers=people[outside]).json()["total"] == 0
    queues = {one["counts"]["queue"]: one for one in app.send("GET", "/tasks/queues", headers=people["raw"]).json()}
    assert queues["acceptance"]["counts"]["may_work"] is False and queues["acceptance"]["reasons"]["debt"]["zh"] == "客户欠费"
    assert app.send("GET", "/tasks/queues", headers=people["payer"]).json() == []


def test_skills_that_are_no_longer_as_seen_are_not_given(app: Application, people: dict[str, dict[str, str]]) -> None:
    told = next(one for one in app.send("GET", "/skills", headers=OWNER).json() if one["name"] == "elsewhere")
    assert (told["skills"], told["role"], told["level"]) == (["acceptance"], "service_agent", "city") and told["regions"] != []
    answer = app.send("PUT", "/skills/elsewhere", headers=OWNER, json={"skills": [], "seen": ["order_review"]})
    assert answer.status_code == 409 and "now: acceptance" in answer.json()["detail"] and "`seen`" in answer.text
    again = app.send("PUT", "/skills/elsewhere", headers=OWNER, json={"skills": ["acceptance"], "seen": ["acceptance"]})
    assert again.status_code == 200 and again.json()["skills"] == ["acceptance"]


def test_a_transfer_to_a_colleague(app: Application, people: dict[str, dict[str, str]]) -> None:
    (seen,) = queued(app, "give1")
    claimed = act(app, people["service_agent"], seen, "claim").json()
    found = app.send("GET", f"/tasks/{seen['id']}/colleagues", headers=people["service_agent"]).json()
    named = {one["name"]: one["id"] for one in found}
    assert set(named) == {"second", "dispatcher", "stage_owner", "admin"}
    assert act(app, people["service_agent"], claimed, "transfer", to="nobody").status_code == 422
    assert act(app, people["service_agent"], claimed, "transfer", to=named["second"]).json()["owner_name"] == "second"


def test_batches(app: Application, people: dict[str, dict[str, str]]) -> None:
    seen = queued(app, "b1", "b2", "b3")
    act(app, people["second"], seen[1], "claim")
    body = {"tasks": [{"id": one["id"], "version": one["version"]} for one in seen], "action": "claim"}
    together = app.send("POST", "/tasks/batch", headers=people["service_agent"], json={**body, "together": True}).json()
    assert [(one["done"], one["conflict"]) for one in together] == [(False, False), (False, True), (False, False)]
    each = app.send("POST", "/tasks/batch", headers=people["service_agent"], json=body).json()
    assert [one["done"] for one in each] == [True, False, True]
    assert "claimed by second" in each[1]["detail"] and each[1]["task"]["owner_name"] == "second"
    many = {"tasks": [{"id": str(number)} for number in range(501)], "action": "claim"}
    assert app.send("POST", "/tasks/batch", headers=people["service_agent"], json=many).status_code == 422
    assert app.send("POST", "/tasks/batch", headers=people["service_agent"], json={**body, "action": "eat"}).status_code == 422


def test_files(app: Application, people: dict[str, dict[str, str]]) -> None:
    (seen,) = queued(app, "file1")
    path, headers = f"/tasks/{seen['id']}/files", people["service_agent"]
    answer = app.send("POST", f"{path}?name=证件 1.jpg&note=front", headers=headers, content=b"\xff\xd8")
    assert answer.status_code == 200 and answer.json()["files"] == 1
    entry = app.send("GET", f"/tasks/{seen['id']}", headers=headers).json()["entries"][-1]
    assert (entry["file"], entry["note"]) == ("证件 1.jpg", "front")
    found = app.send("GET", f"{path}/{entry['id']}", headers=people["second"])
    assert found.content == b"\xff\xd8" and found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%AF%81")
    assert app.send("GET", f"{path}/{entry['id']}", headers=people["payer"]).status_code == 404
    assert app.send("POST", f"{path}?name=a", headers=headers, content=bytes(LARGEST_FILE + 1)).status_code == 413
    assert app.send("POST", path, headers=headers, content=b"x").status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("GET", "/tasks?queue=aceptance", None, 400, "did you mean 'acceptance'"),
        ("GET", "/tasks?quue=acceptance", None, 400, "did you mean 'queue'"),
        ("GET", "/tasks?standing=mien", None, 400, "did you mean 'mine'"),
        ("GET", "/tasks?lateness=very", None, 400, "late"),
        ("GET", "/tasks?limit=many", None, 400, "0 to 1000"),
        ("GET", "/tasks/none", None, 404, "GET /api/v1/tasks"),
        ("POST", "/tasks/none/claim", {"version": 1}, 404, "none"),
        ("POST", "/tasks/none/clam", {"version": 1}, 400, "did you mean 'claim'"),
        ("POST", "/tasks/none/create", {"version": 1}, 400, "claim"),
        ("POST", "/tasks/none/claim", {"versoin": 1}, 422, "versoin"),
        ("POST", "/tasks/none/claim", b"{", 400, "no JSON"),
        ("PUT", "/skills/nobody", {"skills": []}, 422, "nobody"),
        ("PUT", "/skills/second", {"skills": ["flying"]}, 422, "valid: acceptance"),
    ],
)
def test_what_cannot_be_says_what_can(
    app: Application, people: dict[str, dict[str, str]], method: str, path: str, body: Any, status: int, says: str
) -> None:
    given: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
    answer = app.send(method, path, headers=OWNER, **given)
    assert answer.status_code == status, answer.text
    assert says in answer.text


def test_nothing_is_done_without_the_form_token(app: Application, people: dict[str, dict[str, str]]) -> None:
    (seen,) = queued(app, "form1")
    cookie = {"Cookie": people["service_agent"]["Cookie"]}
    assert act(app, cookie, seen, "claim").status_code == 403
    assert task(app, "form1")["state"] == "open"
