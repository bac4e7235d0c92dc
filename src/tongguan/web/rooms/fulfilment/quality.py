"""Acceptance quality 业务受理质量 (screen 19): manual acceptance day by day, how it stands now, why it fails, what is urgent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.fulfilment import AcceptanceQuality, Part, QualityDay
from tongguan.model.waiting import Lateness
from tongguan.web.kit import live
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Form, Series
from tongguan.web.kit.components import Change, Filter, KpiCard, Status
from tongguan.web.kit.export import FORMATS, Listing, export_response
from tongguan.web.kit.filters import code_filter, code_value, scope_text
from tongguan.web.kit.formats import NOTHING
from tongguan.web.kit.saved_views import ViewBar, page_views, view_bar
from tongguan.web.kit.tables import Cell, Column
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.fulfilment.addresses import FILTERS, PATH, QUALITY, filters_of
from tongguan.web.rooms.fulfilment.part import ReasonLine, reason_lines
from tongguan.web.rooms.fulfilment.urgent import UrgentPart, urgent_filter, urgent_part
from tongguan.web.rooms.fulfilment.words import age
from tongguan.web.rooms.panorama.standing import FAILING, FLOOR
from tongguan.web.rooms.panorama.tiles import change

DAYS: Final = 30
MANUAL: Final = "manual"
"""Name of the part whose quality this is."""

PARTS: Final = ("through", "cards", "curves", "reasons", "list")
"""``_quality_<part>.html`` is the content of ``#quality-<part>``."""


@dataclass(frozen=True)
class QualityPart:
    """What moves on the page."""

    panel: Panel[AcceptanceQuality | None]
    cards: Sequence[KpiCard]
    charts: Sequence[Chart]
    reasons: Sequence[ReasonLine]
    urgent: UrgentPart | None
    stale: bool
    retry: str
    exports: Sequence[tuple[str, str]]

    @property
    def nothing(self) -> bool:
        """Tell whether no source ever sent anything."""
        return self.panel.value is not None and self.panel.value.data_through is None


@dataclass(frozen=True)
class QualityPage:
    """Context of the page."""

    scope: str
    filters: Sequence[Filter]
    address: Address
    live: str
    back: str
    bar: ViewBar
    part: QualityPart


def _part(visit: Visit) -> Part | None:
    return next((part for part in visit.site.fulfilment.parts if part.name == MANUAL), None)


def _address(visit: Visit) -> Address:
    filters = {name: code_value(visit, name) for name in FILTERS}
    part = _part(visit)
    where = urgent_filter(visit, part.steps if part else ())
    return Address(QUALITY, {**filters, "step": where.step, "lateness": str(where.lateness or ""), "page": visit.query("page")})


async def quality_part(visit: Visit) -> QualityPart | None:
    """Ask for the quality of manual acceptance, and lay it out; None where the user does not see it."""
    part, address = _part(visit), _address(visit)
    if part is None or not visit.user.scope.sees_stage(part.stage):
        return None
    panel = await visit.ask(visit.site.fulfilment.quality(visit.user, filters_of(visit), DAYS))
    found, where = panel.value, urgent_filter(visit, part.steps)
    known = found is None or found.data_through is not None
    return QualityPart(
        panel=panel,
        cards=_cards(visit, found, address) if found else (),
        charts=_charts(visit, found) if found else (),
        reasons=reason_lines(visit, found.reasons) if found else (),
        urgent=await urgent_part(visit, MANUAL, where, part.kind, address, f"{PATH}/{MANUAL}", known=known),
        stale=found is not None and visit.is_old(found.at, found.data_through),
        retry=str(address),
        exports=[(kind.upper(), str(address.at(f"{QUALITY}.{kind}"))) for kind in FORMATS] if visit.may(Permission.EXPORT) else [],
    )


def _cards(visit: Visit, found: AcceptanceQuality, address: Address) -> list[KpiCard]:
    fmt, text, today, before = visit.formats, visit.text, found.days[-1], found.yesterday
    name = text("vs yesterday")
    warned, late = found.standing.of(Lateness.WARNED), found.standing.of(Lateness.LATE)

    def lead(lateness: Lateness) -> str:
        return address.having(lateness=str(lateness), step="", page="") + "#list"

    cards = [
        _count(visit, "done", text("Done today"), today.done, f"{address}#days", change(visit, name, today.done, before.done)),
        _count(visit, "failed", text("Failed today"), today.failed, f"{address}#reasons", change(visit, name, today.failed, before.failed)),
        _failed_share(visit, today, before, address),
        _count(visit, "warned", text("Warned now"), warned, lead(Lateness.WARNED), status=Status.WATCH if warned else Status.GOOD),
        _count(visit, "late", text("Late now"), late, lead(Lateness.LATE), status=Status.BAD if late else Status.GOOD),
        KpiCard(
            key="oldest",
            name=text("Waiting longest"),
            value=age(visit, found.standing),
            title=fmt.iso(found.standing.oldest),
            href=f"{address}#list",
            note=text("%(n)s open", n=fmt.full(found.standing.total)),
        ),
    ]
    if found.data_through is not None:
        return cards
    return [KpiCard(key=card.key, name=card.name, value=NOTHING, href=card.href) for card in cards]


def _count(
    visit: Visit, key: str, name: str, count: int, href: str, compared: Change | None = None, status: Status | None = None
) -> KpiCard:
    return KpiCard(
        key=key,
        name=name,
        value=visit.formats.compact(count),
        title=visit.formats.full(count),
        unit=visit.plural("order", "orders", count),
        href=href,
        change=compared,
        status=status,
        status_word=visit.text(status.word) if status else "",
    )


def _failed_share(visit: Visit, today: QualityDay, before: QualityDay, address: Address) -> KpiCard:
    fmt, whole = visit.formats, today.done + today.failed
    now, then = today.failed_share, before.failed_share
    thin = visit.text("too few: n=%(n)s", n=fmt.full(whole)) if whole < FLOOR else ""
    gap = None if now is None or then is None else now - then
    direction = "same" if gap is None or round(gap, 3) == 0 else "up" if gap > 0 else "down"
    status = None
    if now is not None and not thin:
        status = Status.BAD if now >= 2 * FAILING else Status.WATCH if now >= FAILING else Status.GOOD
    title = visit.text("%(label)s: %(count)s", label=visit.text("vs yesterday"), count=fmt.rate(then))
    return KpiCard(
        key="share",
        name=visit.text("Failed share"),
        value=fmt.rate(now),
        title=visit.text("%(failed)s of %(volume)s failed", failed=fmt.full(today.failed), volume=fmt.full(whole)),
        href=f"{address}#days",
        change=Change(visit.text("vs yesterday"), fmt.points(gap), direction, title),
        status=status,
        status_word=visit.text(status.word) if status else "",
        thin=thin,
    )


def _charts(visit: Visit, found: AcceptanceQuality) -> list[Chart]:
    text = visit.text
    known = found.data_through is not None
    days = [one.day[5:] for one in found.days]
    ended = Chart(
        "quality-days",
        "stacked",
        text("Manual acceptance, day by day"),
        days,
        (
            Series(text("Accepted by hand"), "c6", [one.done if known else None for one in found.days]),
            Series(text("Failed"), "c4", [one.failed if known else None for one in found.days]),
        ),
        category_title=text("Day"),
        open=len(days) - 1,
    )
    shares = [one.failed_share if one.done + one.failed >= FLOOR else None for one in found.days]
    share = Chart(
        "quality-share",
        "lines",
        text("Failed share, day by day"),
        days,
        (Series(text("Failed share"), "accent", shares),),
        category_title=text("Day"),
        form=Form.RATE,
        open=len(days) - 1,
        note=text("days with fewer than %(n)s acceptances are left out", n=FLOOR),
    )
    return [ended, share]


async def quality(visit: Visit) -> Response:
    """The page."""
    part = await quality_part(visit)
    if part is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    address = _address(visit)
    views = await page_views(visit, QUALITY)
    filters = {name: address.values[name] for name in FILTERS}
    page = QualityPage(
        scope=scope_text(visit),
        filters=[code_filter(visit, name) for name in FILTERS],
        address=address,
        live=str(address.at(f"/live{QUALITY}")),
        back=str(Address(f"{PATH}/{MANUAL}", filters)),
        bar=await view_bar(visit, views, QUALITY, FILTERS, filters),
        part=part,
    )
    return visit.render("fulfilment/quality.html", page)


async def live_quality(visit: Visit) -> Response:
    """The stream of the page."""
    part = _part(visit)
    if part is None or not visit.user.scope.sees_stage(part.stage):
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return live.stream(visit, _drawn)


async def _drawn(visit: Visit) -> Sequence[live.Part]:
    context = await quality_part(visit)
    if context is None:
        return []
    failed = context.panel.failure is not None
    return [live.Part(f"quality-{name}", visit.fragment(f"fulfilment/_quality_{name}.html", context), failed) for name in PARTS]


def _columns(visit: Visit) -> list[Column[QualityDay]]:
    text = visit.text

    def share(one: QualityDay) -> Cell:
        return Cell("", value=None if one.failed_share is None else Decimal(repr(round(100 * one.failed_share, 1))))

    return [
        Column("day", text("Day"), lambda one: Cell(one.day)),
        Column("done", text("Done"), lambda one: Cell("", value=one.done)),
        Column("failed", text("Failed"), lambda one: Cell("", value=one.failed)),
        Column("share", text("Failed share") + " (%)", share),
    ]


async def export(visit: Visit) -> Response:
    """The days as a file."""
    part = _part(visit)
    if part is None or not visit.user.scope.sees_stage(part.stage):
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")

    async def ask(limit: int, offset: int) -> tuple[Sequence[QualityDay], int]:
        found = await visit.site.fulfilment.quality(visit.user, filters_of(visit), DAYS)
        days = found.days if found else ()
        return days[offset : offset + limit], len(days)

    listing = Listing(QUALITY, "acceptance", visit.request.url.query, _columns(visit), ask, lambda one: one.day)
    return await export_response(visit, listing)
