"""Notes at days of indicators over a real home: who may what, what the audit keeps, the API, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import date
from typing import Any, TypeVar

import httpx
import pytest

from tests.app.serving import LOCAL, NOW, OWNER, P1, Application, application
from tongguan.model.access import EVERYTHING, Level, Role, Scope, User
from tongguan.model.annotations import LONGEST_TEXT
from tongguan.records import audit
from tongguan.records.errors import StoreBusyError
from tongguan.web.kit.annotations import NoteRefusal, NoteRefusedError
from tongguan.web.kit.indicators import NoSuchIndicatorError
from tongguan.web.kit.ports import QuestionFailedError

T = TypeVar("T")

DAY = date(2026, 11, 18)
ANN = User("u1", "ann", "Ann", Role.ANALYST, EVERYTHING)
BOB = User("u2", "bob", "Bob", Role.MANAGER, EVERYTHING)
LOOKS_AFTER_PAYMENT = Scope(Level.PROVINCE, stages=frozenset({"payment"}))
PAY = User("u3", "pay", "Pay", Role.STAGE_OWNER, LOOKS_AFTER_PAYMENT)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("annotations") / "home") as found:
        yield found


def do(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def refused(work: Coroutine[Any, Any, Any]) -> NoteRefusal:
    with pytest.raises(NoteRefusedError) as error:
        do(work)
    return error.value.refusal


def log(app: Application) -> list[tuple[str, str, dict[str, Any]]]:
    with app.installation.database.read() as conn:
        rows = audit.page(conn, audit.AuditFilters(object_kind="annotation"), 100)
    return [(row.user, row.action, row.detail) for row in reversed(rows)]


def names(app: Application, user: User, indicator: str = "") -> list[str]:
    return sorted(note.text for note in do(app.server.annotations.notes(user, indicator)))


def test_an_author_and_administrators_remove_a_note_and_bring_it_back(app: Application) -> None:
    before, kept = len(log(app)), app.server.annotations
    note = do(kept.write_note(ANN, "orders", DAY, date(2026, 11, 20), " call 13800138000 "))
    assert (note.indicator, note.text, note.author, note.made_time) == ("orders", "call 13800138000", "u1", NOW)
    assert do(kept.note(BOB, note.id)) == note
    assert refused(kept.remove_note(BOB, note.id)) is NoteRefusal.NOT_YOURS
    assert refused(kept.restore_note(ANN, note.id)) is NoteRefusal.MISSING
    assert do(kept.remove_note(LOCAL, note.id)).deleted_time == NOW
    assert names(app, ANN, "orders") == []
    assert do(kept.note(BOB, note.id)) is None
    assert refused(kept.restore_note(BOB, note.id)) is NoteRefusal.MISSING
    assert do(kept.restore_note(ANN, note.id)) == note
    do(kept.remove_note(ANN, note.id))
    assert refused(kept.remove_note(ANN, note.id)) is NoteRefusal.MISSING
    said = {"indicator": "orders", "first_day": "2026-11-18", "last_day": "2026-11-20", "text": "call 138********"}
    assert log(app)[before:] == [
        ("ann", "create", said), ("local", "delete", said), ("ann", "restore", said), ("ann", "delete", said)
    ]  # fmt: skip


def test_a_note_on_what_one_does_not_see_is_not_there(app: Application) -> None:
    kept = app.server.annotations
    hidden = do(kept.write_note(ANN, "orders", DAY, DAY, "on orders"))
    own = do(kept.write_note(PAY, "payment_success_rate", DAY, DAY, "on payment"))
    everywhere = do(kept.write_note(ANN, "", DAY, DAY, "on all"))
    assert names(app, ANN) == ["on all", "on orders", "on payment"]
    assert names(app, ANN, "orders") == ["on all", "on orders"]
    assert names(app, PAY) == names(app, PAY, "payment_success_rate") == ["on all", "on payment"]
    for work in (kept.notes(PAY, "orders"), kept.write_note(PAY, "orders", DAY, DAY, "x"), kept.write_note(ANN, "ordrs", DAY, DAY, "x")):
        with pytest.raises(NoSuchIndicatorError, match="no indicator 'ord"):
            do(work)
    assert do(kept.note(PAY, hidden.id)) is None
    assert refused(kept.remove_note(PAY, hidden.id)) is NoteRefusal.MISSING
    assert refused(kept.write_note(PAY, "", DAY, DAY, "x")) is NoteRefusal.EVERYWHERE
    assert refused(kept.remove_note(PAY, everywhere.id)) is NoteRefusal.NOT_YOURS
    for note in (hidden, own, everywhere):
        do(kept.remove_note(LOCAL, note.id))


def test_a_store_that_does_not_answer_says_so(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> None:
        raise StoreBusyError(5)

    monkeypatch.setattr(app.installation.database, "begin", busy)
    with pytest.raises(QuestionFailedError, match="a retry helps") as error:
        do(app.server.annotations.write_note(ANN, "orders", DAY, DAY, "x"))
    assert error.value.retry
    answer = app.send("POST", "/annotations", headers=OWNER, json={"first_day": "2026-11-18", "text": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_notes_over_the_api(app: Application) -> None:
    ann, bob, city = app.session("ann", Role.ANALYST), app.session("bob", Role.MANAGER), app.session("city", Role.MANAGER, P1)
    body = {"indicator": "orders", "first_day": "2026-06-18", "text": "promotion 6.18"}
    made = app.send("POST", "/annotations", headers=ann, json=body)
    assert made.status_code == 201
    note = made.json()
    assert note == {
        "id": note["id"], "indicator": "orders", "first_day": "2026-06-18", "last_day": "2026-06-18", "text": "promotion 6.18",
        "author": "ann", "mine": True, "made_time": "2026-11-20T04:30:00Z",
    }  # fmt: skip
    ahead = {"first_day": "2027-06-18", "last_day": "2027-06-20", "text": "promotion next year"}
    assert app.send("POST", "/annotations", headers=city, json=ahead).json()["indicator"] == ""

    def asked(query: str, headers: dict[str, str] = bob) -> list[str]:
        answer = app.send("GET", f"/annotations{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        return [one["text"] for one in answer.json()["annotations"]]

    assert asked("") == asked("?indicator=orders") == asked("", city) == ["promotion 6.18", "promotion next year"]
    assert asked("?indicator=complaints") == asked("?from=2026-06-19") == ["promotion next year"]
    assert asked("?indicator=orders&to=2026-11-20") == asked("?from=2026-06-18&to=2026-06-18") == ["promotion 6.18"]
    (seen,) = app.send("GET", "/annotations?to=2026-12-31", headers=bob).json()["annotations"]
    assert not seen["mine"]
    assert app.send("DELETE", f"/annotations/{note['id']}", headers=bob).status_code == 403
    assert app.send("DELETE", f"/annotations/{note['id']}", headers={"Cookie": ann["Cookie"]}).status_code == 403, "no form token"
    assert app.send("DELETE", f"/annotations/{note['id']}", headers=ann).status_code == 200
    assert app.send("DELETE", f"/annotations/{note['id']}", headers=ann).status_code == 404
    assert app.send("DELETE", "/annotations/nobody's", headers=OWNER).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"text": ""}, 422, "text"),
        ({"text": " \u3000 "}, 422, "visible characters"),
        ({"text": "n" * (LONGEST_TEXT + 1)}, 422, "text"),
        ({"text": "a\x00b"}, 422, "visible characters"),
        ({"first_day": "18.6.2026"}, 422, "first_day"),
        ({"first_day": "2026-02-30"}, 422, "first_day"),
        ({"last_day": "2026-11-17"}, 422, "lies before the first"),
        ({"author": "somebody"}, 422, "no field 'author'"),
        ({"indicator": "ordrs"}, 404, "did you mean 'orders'"),
    ],
)
def test_what_cannot_be_a_note_says_what_can(app: Application, body: dict[str, object], status: int, says: str) -> None:
    given = {"indicator": "orders", "first_day": "2026-11-18", "text": "x", **body}
    answer = app.send("POST", "/annotations", headers=OWNER, json=given)
    assert answer.status_code == status, answer.text
    assert says in f"{answer.json()['detail']} {answer.json().get('valid', '')}"


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("indicator=ordrs", 404, "did you mean 'orders'"),
        ("from=today", 400, "is no date"),
        ("since=2026-11-01", 400, "no parameter"),
    ],
)
def test_what_cannot_be_asked_says_what_can(app: Application, query: str, status: int, says: str) -> None:
    answer = app.send("GET", f"/annotations?{query}", headers=OWNER)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_an_indicator_outside_the_scope_is_not_named(app: Application) -> None:
    owner = app.session("pay", Role.STAGE_OWNER, LOOKS_AFTER_PAYMENT)
    body = {"indicator": "orders", "first_day": "2026-11-18", "text": "x"}
    assert app.send("POST", "/annotations", headers=owner, json=body).status_code == 404
    assert app.send("GET", "/annotations?indicator=orders", headers=owner).status_code == 404
    assert app.send("POST", "/annotations", headers=owner, json={**body, "indicator": ""}).status_code == 403
    assert app.send("POST", "/annotations", headers=owner, json={**body, "indicator": "payment_success_rate"}).status_code == 201


def test_the_page_over_a_real_home(app: Application) -> None:
    reader = app.session("dora", Role.ANALYST)
    page = "/indicators/complaints"

    async def work() -> tuple[httpx.Response, str, bytes]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app.server), base_url="http://test", timeout=60) as client:
            form = {"csrf": reader["X-CSRF-Token"], "text": "网关中断", "first": "2026-11-19", "last": ""}
            written = await client.post(f"{page}/notes", data=form, headers={"Cookie": reader["Cookie"]})
            shown = await client.get(page, headers={"Cookie": reader["Cookie"]})
            file = await client.get(f"{page}/trend.csv", headers={"Cookie": reader["Cookie"]})
            return written, shown.text, file.content

    written, shown, file = do(work())
    assert (written.status_code, written.headers["location"]) == (303, page)
    assert "网关中断" in shown and ">dora<" in shown
    (line,) = [row for row in file.decode("utf-8-sig").splitlines() if row.startswith("2026-11-19")]
    assert line.endswith(",网关中断")
    assert log(app)[-1][:2] == ("dora", "create")
