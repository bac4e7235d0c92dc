"""Files of lists: as shown, page by page, cut with a word, written down before they leave; and rows that were ticked."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import tempfile
from html import unescape
from typing import IO

import pytest
from python_calamine import CalamineWorkbook
from starlette.types import Message, Scope

from tests.web.operation import Operation, make_operation
from tests.web.test_tables import shown
from tests.web.visitor import Visitor
from tongguan.model.access import Role, User
from tongguan.model.answers import CaseFilter, CasePage
from tongguan.web.kit import export
from tongguan.web.kit.export import Exported
from tongguan.web.kit.ports import CaseSort, QuestionFailedError


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheet_of(content: bytes) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()]


@pytest.fixture
def operation() -> Operation:
    return make_operation()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_are_made_page_by_page_and_hold_every_row_once(operation: Operation, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    real = operation.questions.cases

    async def cases(user: User, kind: str, where: CaseFilter, sort: CaseSort, limit: int, offset: int) -> CasePage:
        asked.append((limit, offset))
        # Between two pages an order comes to the front, so that the last row of a page is the first of the next one.
        return await real(user, kind, where, sort, limit, max(offset - len(asked) + 1, 0))

    monkeypatch.setattr(operation.questions, "cases", cases)
    monkeypatch.setattr(export, "EXPORT_PAGE", 150)
    response = Visitor.as_role(operation, Role.ANALYST).get(f"/orders.{kind}?sort=id")
    assert asked == [(150, 0), (150, 150), (150, 300)]
    rows = rows_of(response.content) if kind == "csv" else sheet_of(response.content)
    ids = [str(row[0]) for row in rows[1:]]
    assert len(ids) == len(set(ids)) == 400
    assert ids == sorted(ids)
    assert response.headers["x-total-rows"] == "400"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_is_cut_says_so(operation: Operation, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "EXPORT_PAGE", 40)
    monkeypatch.setattr(export, "EXPORT_ROWS", 100)
    response = Visitor.as_role(operation, Role.ANALYST, language="en").get(f"/orders.{kind}?sort=id")
    assert f'filename="orders-first-100.{kind}"' in response.headers["content-disposition"]
    rows = rows_of(response.content) if kind == "csv" else sheet_of(response.content)
    assert len(rows) == 102
    assert rows[-1][0] == "Cut here: the first 100 of 400 rows."
    assert operation.lists.log == [("analyst", Exported("/orders", kind, "sort=id", 100, 400))]


def test_every_file_is_written_down_before_it_leaves(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST)
    ann.get("/orders.csv?channel=app&columns=id,paid&page=3&junk=1")
    ann.get("/data/quarantine.xlsx?reason=bad_amount")
    ann.get("/waiting.csv?lateness=warned")
    assert [(file.page, file.kind, file.query) for _, file in operation.lists.log] == [
        ("/orders", "csv", "channel=app&columns=id%2Cpaid"),
        ("/data/quarantine", "xlsx", "reason=bad_amount"),
        ("/waiting", "csv", "lateness=warned"),
    ]
    assert all(file.rows == file.total > 0 for _, file in operation.lists.log)

    async def full(*_: object) -> None:
        raise QuestionFailedError("the store is busy")

    monkeypatch.setattr(operation.lists, "exported", full)
    refused = ann.get("/orders.csv")
    assert refused.status_code == 503
    assert "DD2026" not in refused.text


def test_a_question_that_fails_half_way_breaks_the_file_off(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    real = operation.questions.cases

    async def cases(user: User, kind: str, where: CaseFilter, sort: CaseSort, limit: int, offset: int) -> CasePage:
        if offset:
            raise QuestionFailedError("the warehouse went away")
        return await real(user, kind, where, sort, limit, offset)

    monkeypatch.setattr(operation.questions, "cases", cases)
    monkeypatch.setattr(export, "EXPORT_PAGE", 100)

    async def chunks() -> list[bytes]:
        found: list[bytes] = []
        sent: list[Message] = []
        cookie = next(iter(visitor.cookies.items()))

        async def receive() -> Message:
            await asyncio.sleep(3600)
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http", "method": "GET", "path": "/orders.csv", "raw_path": b"/orders.csv", "query_string": b"", "scheme": "http",
            "headers": [(b"cookie", "=".join(cookie).encode())], "server": ("site", 80), "root_path": "", "http_version": "1.1",
        }  # fmt: skip
        with pytest.raises(QuestionFailedError):
            await operation.application(scope, receive, send)
        found.extend(bytes(message["body"]) for message in sent if message["type"] == "http.response.body")
        assert not any(message["type"] == "http.response.body" and not message.get("more_body") for message in sent), "it looks whole"
        return found

    visitor = Visitor.as_role(operation, Role.ANALYST)
    assert len(rows_of(b"".join(asyncio.run(chunks())))) == 101
    assert visitor.get("/orders.xlsx").status_code == 500


@pytest.mark.parametrize("fails", [False, True])
def test_a_workbook_leaves_no_file_open(operation: Operation, fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[IO[bytes]] = []
    make, real = tempfile.TemporaryFile, operation.questions.cases

    def remembered() -> IO[bytes]:
        opened.append(make())
        return opened[-1]

    async def cases(user: User, kind: str, where: CaseFilter, sort: CaseSort, limit: int, offset: int) -> CasePage:
        if fails and offset:
            raise QuestionFailedError("the warehouse went away")
        return await real(user, kind, where, sort, limit, offset)

    monkeypatch.setattr(tempfile, "TemporaryFile", remembered)
    monkeypatch.setattr(operation.questions, "cases", cases)
    monkeypatch.setattr(export, "EXPORT_PAGE", 100)
    assert Visitor.as_role(operation, Role.ANALYST).get("/orders.xlsx").status_code == (500 if fails else 200)
    assert [file.closed for file in opened] == [True]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_ticked_rows_leave_in_the_order_of_the_list(operation: Operation, kind: str) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    page = ann.get("/orders?sort=-sold&columns=id,channel").text
    ids = [row[0] for row in shown(page, "orders")[1:]]
    address = re.search(rf'formaction="(/orders\.{kind}[^"]*)"', page)
    assert address
    response = ann.post(unescape(address[1]), {"id": [ids[7], ids[2], "nobody"]})
    rows = rows_of(response.content) if kind == "csv" else sheet_of(response.content)
    assert [row[0] for row in rows] == ["Order", ids[2], ids[7]]
    assert rows[0] == ["Order", "Channel"]
    (entry,) = operation.lists.log
    assert entry[1].rows == 2
    assert "chosen=" in entry[1].query
    assert ann.post(unescape(address[1]), {}).headers["location"].startswith("/orders?sort=-sold")


def test_who_may_not_export_is_offered_no_file(operation: Operation) -> None:
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    page = agent.get("/orders").text
    assert ".csv" not in page
    assert "data-copy-chosen" in page
    assert agent.post("/orders.csv", {"id": ["DD2026000001"]}).status_code == 403
    assert agent.get("/waiting.csv").status_code == 403
    assert operation.lists.log == []


def test_what_was_ticked_stays_within_the_scope(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongguan.model import access

    granted = access.PERMISSIONS[Role.SERVICE_AGENT] | {access.Permission.EXPORT}
    monkeypatch.setitem(access.PERMISSIONS, Role.SERVICE_AGENT, granted)
    traces = operation.questions._traces.values()
    outside = next(t.case.case_id for t in traces if t.case.region != "GX-NN")
    inside = next(t.case.case_id for t in traces if t.case.region == "GX-NN")
    rows = rows_of(Visitor.as_role(operation, Role.SERVICE_AGENT).post("/orders.csv", {"id": [outside, inside]}).content)
    assert [row[0] for row in rows[1:]] == [inside]


def test_a_hundred_thousand_rows_do_not_stand_in_memory_at_once(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages that were written are let go."""
    import gc
    import weakref

    alive: list[weakref.ref[object]] = []
    most = 0

    class Batch(list[object]):
        pass

    real = operation.questions.cases

    async def cases(user: User, kind: str, where: CaseFilter, sort: CaseSort, limit: int, offset: int) -> CasePage:
        nonlocal most
        gc.collect()
        most = max(most, sum(ref() is not None for ref in alive))
        found = await real(user, kind, where, sort, limit, offset)
        batch = Batch(found.rows)
        alive.append(weakref.ref(batch))
        object.__setattr__(found, "rows", batch)
        return found

    monkeypatch.setattr(operation.questions, "cases", cases)
    monkeypatch.setattr(export, "EXPORT_PAGE", 25)
    assert len(rows_of(Visitor.as_role(operation, Role.ANALYST).get("/orders.csv").content)) == 401
    assert len(alive) == 17
    # The first page is held by the answer as well as by the loop.
    assert most <= 2
