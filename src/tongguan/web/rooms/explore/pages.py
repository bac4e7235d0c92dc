"""Explore 自助分析: any indicators by any dimensions, over any days, as a chart and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.indicator_answers import IndicatorShelf, IndicatorTable
from tongguan.model.indicators import Indicator
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart
from tongguan.web.kit.components import Empty, Failure, KpiCard, Way
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import scope_text
from tongguan.web.kit.indicators import NoSuchIndicatorError, NotAskableError
from tongguan.web.kit.saved_views import ViewBar, page_views, view_bar
from tongguan.web.kit.tables import Column, Table
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.explore.charts import charts
from tongguan.web.rooms.explore.form import Form, form, suggestions
from tongguan.web.rooms.explore.refusals import Refusal, found_by, not_there, refusals
from tongguan.web.rooms.explore.shown import Shown, cards
from tongguan.web.rooms.explore.tables import Line, columns, ends_with_total, lines, table
from tongguan.web.rooms.explore.wanted import CODES, MOST_NAMES, PATH, SAVED, Wanted, read


@dataclass(frozen=True)
class Asked:
    """A question and what came of it: an answer, refusals, or a failure; none of them where no indicator is chosen.

    Attributes:
        known: name → indicator, of those that the user sees.
        dimensions: those that the chosen indicators share.
    """

    wanted: Wanted
    known: dict[str, Indicator]
    dimensions: Sequence[str] = ()
    answer: IndicatorTable | None = None
    refused: Sequence[Refusal] = ()
    failure: Failure | None = None

    def shown(self, visit: Visit) -> Shown | None:
        """Return the answer as the page reads it."""
        if self.answer is None:
            return None
        return Shown(visit, self.wanted, [self.known[name] for name in self.answer.query.names], self.answer)


@dataclass(frozen=True)
class ExplorePage:
    """Context of the page.

    Attributes:
        refused: why the question cannot be answered, beside the form.
        table: None where there is no answer; ``total`` tells that its last row is that of all together.
        nothing: what to do where there is an answer, and nothing was there to measure; None elsewhere.
        statements: the SQL that was asked.
        suggestions: what to begin with, where nothing is chosen.
        unsent: no source ever sent anything.
    """

    scope: str
    address: Address
    bar: ViewBar
    form: Form
    refused: Sequence[Refusal]
    failure: Failure | None
    cards: Sequence[KpiCard] = ()
    charts: Sequence[Chart] = ()
    table: Table | None = None
    total: bool = False
    nothing: Empty | None = None
    statements: Sequence[str] = ()
    suggestions: Sequence[Way] = ()
    unsent: bool = False


async def _asked(visit: Visit, shelf: Panel[IndicatorShelf], typed: str) -> Asked:
    """Ask what the address asks for; ``typed`` is a name that was added and is none."""
    if shelf.value is None:
        return Asked(read(visit, {}), {}, failure=shelf.failure)
    known = _known(shelf.value)
    wanted, dimensions = read(visit, known), Panel[Sequence[str]]((), None)
    refused = [not_there(visit, typed, wanted, known)] if typed else []
    try:
        if wanted.names:
            dimensions = await visit.ask(visit.site.indicators.dimensions(visit.user, wanted.names))
        if dimensions.value is None:
            return Asked(wanted, known, refused=refused, failure=dimensions.failure)
        refused += refusals(visit, wanted, known, dimensions.value)
        if refused or not wanted.names:
            return Asked(wanted, known, dimensions.value, refused=refused)
        panel = await visit.ask(visit.site.indicators.answer(visit.user, wanted.query()))
    except (NotAskableError, NoSuchIndicatorError) as error:
        said = visit.text("This cannot be asked for in this way. Change the form, or begin anew.")
        return Asked(wanted, known, dimensions.value or (), refused=[Refusal(said, [Way(visit.text("Begin anew"), PATH)], str(error))])
    return Asked(wanted, known, dimensions.value, panel.value, failure=panel.failure)


def _known(shelf: IndicatorShelf) -> dict[str, Indicator]:
    return {one.name: one for one in shelf.indicators}


def _with_added(visit: Visit, known: dict[str, Indicator]) -> str:
    """Return the address with the indicator that was typed among the chosen ones; empty where none was, or is none."""
    name, wanted = found_by(visit.query("add"), known), read(visit, known)
    names = (*wanted.names, *wanted.unknown)
    if not name or (name not in names and len(names) >= MOST_NAMES):
        return ""
    return wanted.address().having(names=",".join(dict.fromkeys((*names, name))))


def _nothing(visit: Visit, wanted: Wanted) -> Empty:
    """Say what to do where nothing was there to measure: widen what was asked for, or send data."""
    text, address = visit.text, wanted.address()
    if visit.site.freshness.nothing:
        title, cause = text("No source has sent anything yet"), text("What it is becomes known once a source sends events.")
        return Empty(title, cause, text("How to send data"), "/help#data")
    title = text("Nothing was there to measure")
    if wanted.where:
        cause = text("Nothing of it happened in these days and places. Choose other days, or remove filters.")
        return Empty(title, cause, text("Remove filters"), address.having(**dict.fromkeys((*CODES, "is", "of", "is2", "of2"), "")))
    cause = text("Nothing of it happened in these days. Choose other days; if it stays so, no source sends what is counted here.")
    return Empty(title, cause, text("How to send data"), "/help#data")


async def explore(visit: Visit) -> Response:
    """The form, and what was asked for."""
    shelf = await visit.ask(visit.site.indicators.shelf(visit.user))
    typed = visit.query("add")
    added = _with_added(visit, _known(shelf.value)) if typed and shelf.value is not None else ""
    if added:
        return visit.go(added)
    asked = await _asked(visit, shelf, typed)
    shown, address = asked.shown(visit), asked.wanted.address()
    unsent = visit.site.freshness.nothing
    drawn = table(shown) if shown and not shown.nothing and not unsent else None
    chosen = bool(asked.wanted.names or asked.wanted.unknown)
    page = ExplorePage(
        scope=scope_text(visit),
        address=address,
        bar=await view_bar(visit, await page_views(visit, PATH), PATH, SAVED, address.values),
        form=form(visit, asked.wanted, asked.known, asked.dimensions, asked.answer, typed),
        refused=asked.refused,
        failure=asked.failure,
        cards=cards(shown) if shown and drawn else (),
        charts=charts(shown) if shown and drawn and not asked.wanted.tables_only else (),
        table=drawn,
        total=ends_with_total(shown, drawn) if shown and drawn else False,
        nothing=_nothing(visit, asked.wanted) if shown and not drawn else None,
        statements=asked.answer.statements if asked.answer else (),
        unsent=unsent,
        suggestions=[] if chosen or asked.failure else await suggestions(visit, asked.known),
    )
    return visit.render("explore/explore.html", page)


async def export(visit: Visit) -> Response:
    """The table as a file; a question that cannot be answered leads to the page, which says why."""
    asked = await _asked(visit, await visit.ask(visit.site.indicators.shelf(visit.user)), "")
    if asked.refused:
        return visit.go(str(asked.wanted.address()))
    if asked.failure:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    shown = asked.shown(visit)
    every = lines(shown) if shown else []
    own: list[Column[Line]] = columns(shown, files=True) if shown else []

    async def ask(limit: int, offset: int) -> tuple[Sequence[Line], int]:
        return every[offset : offset + limit], len(every)

    query = asked.wanted.address().having(view="").removeprefix(PATH).removeprefix("?")
    return await export_response(visit, Listing(PATH, "explore", query, own, ask, lambda line: line.key))


ROOM: Final = Room(
    name="explore",
    pages=(
        Page(PATH, explore, Permission.SEE_PANORAMA, saves=SAVED, through=True),
        *(Page(f"{PATH}.{kind}", export, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry(PATH, msg("Explore"), "search", "e", Permission.SEE_PANORAMA, msg("Analysis")),),
)
