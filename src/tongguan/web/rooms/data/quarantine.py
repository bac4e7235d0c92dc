"""Quarantine 隔离区: records that were not taken, why, and what to do about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.reasons import Quarantine
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Empty, Filter, Notice, Status
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.ports import QuarantineFilter, QuarantinePage, QuarantineRow, QuarantineState, ReplayResult
from tongguan.web.kit.saved_views import ViewBar, page_views, view_bar
from tongguan.web.kit.tables import EXPORT_ROWS, PAGE_ROWS, Cell, Column, Table, headings, pager, rows_of, table_state
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit

PATH: Final = "/data/quarantine"

SAVED: Final = ("source", "reason", "field", "state")
"""Filters as the address names them, and what a view keeps."""

NOTHING_CHOSEN: Final = msg("No record was chosen. Tick the records first.")
MOST: Final = 1_000
"""At most so many records go through one replay or discard; more are refused with a word."""
TOO_MANY: Final = msg("At most %(most)s records at a time; %(n)s were chosen.")


@dataclass(frozen=True)
class ReasonCount:
    """One reason of the closed list, how often, and the address that filters by it."""

    label: str
    count: int
    share: float
    href: str
    chosen: bool


@dataclass(frozen=True)
class QuarantineListPage:
    """Context of the list."""

    panel: Panel[QuarantinePage]
    filters: Sequence[Filter]
    address: Address
    reasons: Sequence[ReasonCount]
    bar: ViewBar
    table: Table | None
    may_act: bool
    notice: Notice | None


@dataclass(frozen=True)
class RecordPage:
    """Context of one record."""

    row: QuarantineRow
    may_act: bool
    state_mark: Status


def _state(visit: Visit) -> QuarantineState | None:
    asked = visit.query("state")
    return None if asked == "all" else QuarantineState(asked) if asked in set(QuarantineState) else QuarantineState.OPEN


def _where(visit: Visit) -> QuarantineFilter:
    reason = visit.query("reason")
    return QuarantineFilter(
        visit.query("source"), Quarantine(reason) if reason in set(Quarantine) else None, visit.query("field"), _state(visit)
    )


def _address(visit: Visit) -> Address:
    return Address(PATH, {name: visit.query(name) for name in (*SAVED, "page", "view")})


def _filters(visit: Visit) -> list[Filter]:
    states = [Choice(str(state), visit.codes.of_enum(state)) for state in QuarantineState if state is not QuarantineState.OPEN]
    reasons = [Choice(str(reason), visit.codes.of_enum(reason)) for reason in Quarantine]
    return [
        Filter("source", visit.text("Source"), visit.query("source"), kind="text", hint=visit.text("All")),
        Filter("reason", visit.text("Reason"), visit.query("reason"), reasons),
        Filter("field", visit.text("Field"), visit.query("field"), kind="text", hint=visit.text("All")),
        Filter("state", visit.text("State"), visit.query("state"), [*states, Choice("all", visit.text("All"))], hint=visit.text("Open")),
    ]


def _reasons(visit: Visit, found: QuarantinePage, address: Address) -> list[ReasonCount]:
    most = max(found.by_reason.values(), default=1)
    chosen = visit.query("reason")
    return [
        ReasonCount(
            visit.codes.of_enum(reason),
            count,
            count / most,
            address.having(reason="" if str(reason) == chosen else str(reason), page=""),
            str(reason) == chosen,
        )
        for reason, count in found.by_reason.items()
    ]


def state_mark(state: QuarantineState) -> Status:
    """Tell how a state is marked."""
    return {QuarantineState.OPEN: Status.WATCH, QuarantineState.REPLAYED: Status.GOOD, QuarantineState.DISCARDED: Status.UNKNOWN}[state]


def columns(visit: Visit) -> list[Column[QuarantineRow]]:
    """Return the columns of the list and of its exports; one state is told by the filter, not in every row."""
    fmt, text = visit.formats, visit.text
    found: list[Column[QuarantineRow]] = [
        Column("id", text("Record"), lambda r: Cell(r.id, href=f"/data/quarantine/{r.id}")),
        Column("reason", text("Reason"), lambda r: Cell(visit.codes.of_enum(r.problem.reason), r.problem.message)),
        Column("field", text("Field"), lambda r: Cell(r.problem.field or fmt.full(None))),
        Column("value", text("Value"), lambda r: Cell(r.problem.value or fmt.full(None), r.problem.value)),
        Column("valid", text("Valid would be"), lambda r: Cell(r.problem.valid, r.problem.valid)),
        Column("source", text("Source"), lambda r: Cell(r.source)),
        Column("received", text("Received at"), lambda r: Cell(fmt.time(r.received_time), fmt.iso(r.received_time), value=r.received_time)),
        Column("origin", text("From"), lambda r: Cell(r.origin, r.origin)),
        Column("state", text("State"), lambda r: Cell(visit.codes.of_enum(r.state), mark=state_mark(r.state))),
    ]
    return found if _state(visit) is None else found[:-1]


def _empty(visit: Visit, address: Address) -> Empty:
    text = visit.text
    if any(address.values[name] for name in SAVED):
        return Empty(text("No record fits these filters"), text("Widen the filters to see others."), text("Remove filters"), address.path)
    if visit.site.freshness.nothing:
        cause = text("Records that are not taken will stand here.")
        return Empty(text("No source has sent anything yet"), cause, text("How to send data"), "/help#data")
    cause = text("Every record that came in was taken or told apart as a duplicate.")
    return Empty(text("Nothing waits in quarantine"), cause, text("See the books"), "/data")


def _table(visit: Visit, found: QuarantinePage, address: Address) -> Table:
    shown, files = columns(visit), address.having(page="", view="").removeprefix(PATH)
    exports = [(kind.upper(), f"{PATH}.{kind}{files}") for kind in FORMATS] if visit.may(Permission.EXPORT) else []
    return Table(
        key="quarantine",
        caption=visit.text("Records in quarantine, newest first"),
        headings=headings(shown, None, address),
        rows=rows_of(shown, found.rows, lambda r: r.id, lambda r: f"/data/quarantine/{r.id}"),
        pager=pager(found.offset, len(found.rows), found.total, address),
        exports=exports,
        empty=_empty(visit, address),
        selectable=visit.may(Permission.REPLAY_QUARANTINE) and _state(visit) is QuarantineState.OPEN and bool(found.rows),
        export_note=visit.text("the first %(n)s rows", n=visit.formats.full(EXPORT_ROWS)) if found.total > EXPORT_ROWS else "",
    )


async def _list(visit: Visit, notice: Notice | None = None, status: int = HTTPStatus.OK) -> Response:
    address = _address(visit)
    state = table_state(dict(visit.request.query_params), (), "")
    panel = await visit.ask(visit.site.questions.quarantine(visit.user, _where(visit), PAGE_ROWS, state.offset))
    views = await page_views(visit, PATH)
    page = QuarantineListPage(
        panel=panel,
        filters=_filters(visit),
        address=address,
        reasons=_reasons(visit, panel.value, address) if panel.value else (),
        bar=await view_bar(visit, views, PATH, SAVED, address.values),
        table=_table(visit, panel.value, address) if panel.value else None,
        may_act=visit.may(Permission.REPLAY_QUARANTINE),
        notice=notice,
    )
    return visit.render("data/quarantine.html", page, status)


async def quarantine(visit: Visit) -> Response:
    """Counts by reason and the list."""
    return await _list(visit)


async def export(visit: Visit) -> Response:
    """The list as a file."""
    where = _where(visit)

    async def ask(limit: int, offset: int) -> tuple[Sequence[QuarantineRow], int]:
        found = await visit.site.questions.quarantine(visit.user, where, limit, offset)
        return found.rows, found.total

    query = str(Address("", {name: visit.query(name) for name in SAVED})).removeprefix("?")
    return await export_response(visit, Listing("/data/quarantine", "quarantine", query, columns(visit), ask, lambda r: r.id))


async def record(visit: Visit) -> Response:
    """One record: reason, field, value, what is valid, and the record itself."""
    found = await visit.ask(visit.site.questions.quarantined(visit.user, visit.request.path_params["record_id"]))
    if found.failure:
        return visit.render("data/record_failed.html", found.failure, HTTPStatus.SERVICE_UNAVAILABLE)
    if found.value is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    page = RecordPage(found.value, visit.may(Permission.REPLAY_QUARANTINE), state_mark(found.value.state))
    return visit.render("data/record.html", page)


async def _chosen(visit: Visit) -> tuple[list[str], Notice | None]:
    ids = list(dict.fromkeys(await visit.form_values("id")))
    if not ids:
        return [], Notice(visit.text(NOTHING_CHOSEN), Status.WATCH)
    if len(ids) > MOST:
        return [], Notice(visit.text(TOO_MANY, most=MOST, n=len(ids)), Status.WATCH)
    return ids, None


def _told(visit: Visit, result: ReplayResult) -> Notice:
    text = visit.text
    details = [
        f"{record_id}: {visit.codes.of_enum(problem.reason)} — {problem.message}" for record_id, problem in list(result.still.items())[:20]
    ]
    if result.gone:
        details.append(text("%(n)s were not open any more.", n=len(result.gone)))
    said = text("%(taken)s taken, %(still)s still not valid.", taken=result.taken, still=len(result.still))
    return Notice(said, Status.GOOD if not result.still else Status.WATCH, details)


async def replay(visit: Visit) -> Response:
    """Send the chosen records through ingest again and tell what became of each."""
    ids, notice = await _chosen(visit)
    if notice is not None:
        return await _list(visit, notice, HTTPStatus.UNPROCESSABLE_ENTITY)
    panel = await visit.ask(visit.site.questions.replay(visit.user, ids))
    if panel.value is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    return await _list(visit, _told(visit, panel.value))


async def discard(visit: Visit) -> Response:
    """Discard the chosen records."""
    ids, notice = await _chosen(visit)
    if notice is not None:
        return await _list(visit, notice, HTTPStatus.UNPROCESSABLE_ENTITY)
    panel = await visit.ask(visit.site.questions.discard(visit.user, ids))
    if panel.value is None:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    return await _list(visit, Notice(visit.text("%(n)s discarded.", n=panel.value), Status.GOOD))


PAGES: Final = (
    Page(PATH, quarantine, Permission.SEE_DATA, saves=SAVED, through=True),
    *(Page(f"{PATH}.{kind}", export, Permission.SEE_DATA, also=(Permission.EXPORT,)) for kind in FORMATS),
    Page("/data/quarantine/replay", replay, Permission.SEE_DATA, method="POST", also=(Permission.REPLAY_QUARANTINE,), through=True),
    Page("/data/quarantine/discard", discard, Permission.SEE_DATA, method="POST", also=(Permission.REPLAY_QUARANTINE,), through=True),
    Page("/data/quarantine/{record_id}", record, Permission.SEE_DATA),
)
