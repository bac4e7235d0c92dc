"""Views of lists and the log of exports over a real store: who may what, what the audit keeps, and the same over the API."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from tests.app.people import AT, empty_store
from tests.app.serving import OWNER, P1, Application, application, order
from tongguan.app.lists import RecordLists
from tongguan.lib.now import fixed
from tongguan.model.access import EVERYTHING, Role, User
from tongguan.model.saved_views import LONGEST_NAME, MOST_VIEWS
from tongguan.records import audit
from tongguan.records.database import Database
from tongguan.records.errors import StoreBusyError
from tongguan.web.kit.export import Exported
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.saved_views import ViewRefusal, ViewRefusedError

T = TypeVar("T")

ANN = User("u1", "ann", "Ann", Role.ANALYST, EVERYTHING)
BOB = User("u2", "bob", "Bob", Role.MANAGER, EVERYTHING)
ADMIN = User("u3", "root", "Root", Role.ADMIN, EVERYTHING)


class Desk:
    def __init__(self, database: Database, pool: ThreadPoolExecutor) -> None:
        self.database = database
        self.lists = RecordLists(database, fixed(AT), pool)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def names(self, user: User) -> list[str]:
        return [view.name for view in self.do(self.lists.views(user, "/orders"))]

    def refused(self, work: Coroutine[Any, Any, Any]) -> ViewRefusal:
        with pytest.raises(ViewRefusedError) as error:
            self.do(work)
        return error.value.refusal

    def audit(self) -> list[tuple[str, str, str]]:
        with self.database.read() as conn:
            rows = audit.page(conn, audit.AuditFilters(), 100)
        return [(row.user, row.action, row.detail.get("name", "")) for row in reversed(rows)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = empty_store(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        yield Desk(database, pool)
    database.close()


def test_a_view_is_its_owners_and_a_shared_one_administrators_as_well(desk: Desk) -> None:
    lists = desk.lists
    mine = desk.do(lists.save_view(ANN, "/orders", "mine", "channel=app", False, False))
    ours = desk.do(lists.save_view(ANN, "/orders", "ours", "channel=web", True, False))
    assert desk.names(ANN) == ["mine", "ours"]
    assert desk.names(BOB) == desk.names(ADMIN) == ["ours"]
    assert desk.do(lists.view(ANN, mine.id)) == mine
    assert desk.do(lists.view(BOB, ours.id)) == ours
    assert desk.do(lists.view(BOB, mine.id)) is desk.do(lists.view(ANN, "nobody's")) is None
    for user in (BOB, ADMIN):
        assert desk.refused(lists.change_view(user, mine.id, name="x")) is ViewRefusal.MISSING
        assert desk.refused(lists.delete_view(user, mine.id)) is ViewRefusal.MISSING
    assert desk.refused(lists.change_view(BOB, ours.id, shared=False)) is ViewRefusal.NOT_YOURS
    assert desk.refused(lists.delete_view(BOB, ours.id)) is ViewRefusal.NOT_YOURS
    assert desk.do(lists.change_view(ADMIN, ours.id, name="all's")).owner == "u1"
    desk.do(lists.delete_view(ADMIN, ours.id))
    assert desk.do(lists.view(BOB, ours.id)) is None
    deleted = desk.do(lists.view(ANN, ours.id))
    assert deleted is not None
    assert (deleted.name, deleted.deleted_time) == ("all's", AT)
    assert desk.refused(lists.restore_view(BOB, ours.id)) is ViewRefusal.MISSING
    assert desk.do(lists.restore_view(ANN, ours.id)).name == "all's"
    assert desk.audit() == [
        ("ann", "create", "ours"),
        ("root", "change", "all's"),
        ("root", "delete", "all's"),
        ("ann", "restore", "all's"),
    ]


def test_what_becomes_private_is_in_the_audit_and_what_always_was_is_not(desk: Desk) -> None:
    lists = desk.lists
    view = desk.do(lists.save_view(ANN, "/orders", "x", "", False, False))
    desk.do(lists.change_view(ANN, view.id, query="channel=app"))
    desk.do(lists.delete_view(ANN, view.id))
    desk.do(lists.restore_view(ANN, view.id))
    desk.do(lists.save_view(ANN, "/orders", "", "columns=id", False, True))
    assert desk.audit() == []
    desk.do(lists.save_view(ANN, "/orders", "x", "", True, True))
    desk.do(lists.save_view(ANN, "/orders", "x", "", False, True))
    assert desk.audit() == [("ann", "change", "x"), ("ann", "change", "x")]


def test_refusals_have_their_reasons(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = desk.lists
    desk.do(lists.save_view(ANN, "/orders", "x", "", False, False))
    assert desk.refused(lists.save_view(ANN, "/orders", "x", "", False, False)) is ViewRefusal.TAKEN
    assert desk.refused(lists.save_view(ANN, "/orders", "n" * (LONGEST_NAME + 1), "", False, False)) is ViewRefusal.NAME
    assert desk.refused(lists.save_view(ANN, "/orders", "y", "q" * 20_000, False, False)) is ViewRefusal.LONG
    for number in range(MOST_VIEWS - 1):
        desk.do(lists.save_view(ANN, "/orders", f"{number}", "", False, False))
    assert desk.refused(lists.save_view(ANN, "/orders", "more", "", False, False)) is ViewRefusal.FULL

    def busy() -> None:
        raise StoreBusyError(5)

    monkeypatch.setattr(desk.database, "begin", busy)
    with pytest.raises(QuestionFailedError, match="a retry helps") as error:
        desk.do(lists.exported(ANN, Exported("/orders", "csv", "", 1, 1)))
    assert error.value.retry


def test_a_file_that_leaves_is_in_the_audit(desk: Desk) -> None:
    desk.do(desk.lists.exported(ANN, Exported("/orders", "xlsx", "channel=app&sort=-sold", 100_000, 234_567)))
    with desk.database.read() as conn:
        (row,) = audit.page(conn, audit.AuditFilters(), 10)
        assert audit.verify(conn) is None
    assert (row.at, row.user, row.action, row.object_kind, row.object_id) == (AT, "ann", "export", "list", "/orders")
    assert row.detail == {"format": "xlsx", "filters": "channel=app&sort=-sold", "rows": 100_000, "total": 234_567}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("lists") / "home") as found:
        yield found


def test_views_over_the_api(app: Application) -> None:
    ann, bob = app.session("ann", Role.ANALYST), app.session("bob", Role.MANAGER)
    body = {"page": "/orders", "name": " App ", "query": "sort=-sold&channel=app&evil=1", "shared": True}
    made = app.send("POST", "/views", headers=ann, json=body)
    assert made.status_code == 201
    view = made.json()
    assert (view["name"], view["query"], view["mine"], view["owner"]) == ("App", "channel=app&sort=-sold", True, "ann")
    (seen,) = app.send("GET", "/views?page=/orders", headers=bob).json()["views"]
    assert (seen["id"], seen["mine"]) == (view["id"], False)
    assert app.send("POST", "/views", headers=ann, json=body).status_code == 409
    again = app.send("POST", "/views", headers=ann, json={**body, "shared": False, "overwrite": True})
    assert (again.status_code, again.json()["id"]) == (201, view["id"])
    assert app.send("GET", "/views", headers=bob).json() == {"views": []}
    assert app.send("DELETE", f"/views/{view['id']}", headers=bob).status_code == 404
    assert app.send("DELETE", f"/views/{view['id']}", headers=ann).status_code == 200
    assert app.send("DELETE", f"/views/{view['id']}", headers=ann).status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"page": "/order", "name": "x"}, "did you mean '/orders'"),
        ({"page": "//evil.example", "name": "x"}, "has no views"),
        ({"page": "/orders", "name": ""}, "name"),
        ({"page": "/orders", "name": "  "}, "only spaces"),
        ({"page": "/orders", "name": "x", "owner": "u1"}, "no field 'owner'"),
        ({"page": "/orders", "name": "x", "query": "&".join("a=1" for _ in range(300))}, "query"),
    ],
)
def test_what_cannot_be_kept_says_what_can(app: Application, body: dict[str, object], says: str) -> None:
    answer = app.send("POST", "/views", headers=OWNER, json=body)
    assert answer.status_code == 422
    assert says in f"{answer.json()['detail']} {answer.json().get('valid', '')}"


def page(app: Application, headers: dict[str, str], path: str) -> httpx.Response:
    async def work() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app.server), base_url="http://test", timeout=60) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(work())


def test_the_list_over_a_real_home(app: Application) -> None:
    app.load(
        order("x1", customer_id="13800138000", region="P-01"),
        order("x2", region="P-02"),
        {"type": "payment.succeeded", "time": "2026-11-20T04:01:00Z", "event_id": "t:p9", "order_id": "Ex2", "payment_id": "PAY9",
         "amount": 100, "currency": "CNY"},
    )  # fmt: skip
    ann, city = app.session("cai", Role.ANALYST), app.session("city", Role.ANALYST, P1)
    assert page(app, ann, "/orders?q=Ex1").headers["location"] == "/orders/Ex1?found=Ex1"
    many = page(app, ann, "/orders?q=13800138000,PAY9,nobody").text
    assert "/orders/Ex1" in many and "/orders/Ex2" in many
    assert "未找到（1 个）：nobody" in many
    assert "未找到（2 个）：PAY9、nobody" in page(app, city, "/orders?q=13800138000,PAY9,nobody").text
    assert page(app, city, "/orders?q=Ex2").status_code == 200
    file = page(app, ann, "/orders.csv?sort=id&columns=id,channel")
    assert file.content.decode("utf-8-sig").splitlines()[1:] == ["Ex1,掌上营业厅", "Ex2,掌上营业厅"]
    with app.installation.database.read() as conn:
        (row,) = audit.page(conn, audit.AuditFilters(action="export"), 10)
    assert (row.user, row.detail["rows"], row.detail["filters"]) == ("cai", 2, "sort=id&columns=id%2Cchannel")
    assert page(app, ann, "/waiting").status_code == 200
