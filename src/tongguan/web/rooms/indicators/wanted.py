"""What the address of an indicator's page asks for: days, buckets, places, and what is compared."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from tongguan.model.indicator_answers import NOTHING, Compare, Grain, IndicatorQuery, IndicatorTable, Side
from tongguan.model.indicators import Indicator, Measured
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Failure, Filter
from tongguan.web.kit.filters import code_filter, code_value
from tongguan.web.kit.indicators import NotAskableError
from tongguan.web.kit.period import GRAINS, Period, asked_period, fitting, period_values, today
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit

T = TypeVar("T")

PATH: Final = "/indicators"
USUAL: Final = ("channel", "region", "business_class")
"""Dimensions that every page offers where the indicator has them."""
LOOK: Final = ("since", "until", "period", "grain", "compare", "by", "sort", "side")
"""What the address says besides values of dimensions."""
OFFERED: Final = tuple(grain for grain in GRAINS if grain not in (Grain.TOTAL, Grain.MINUTE))
"""Buckets of the curve."""
COMPARED: Final = {
    "prev": msg("Previous period"),
    "yoy": msg("Same days last year"),
    "both": msg("Both"),
    "none": msg("Nothing"),
}
_MOST_HOURS: Final = 14
"""Days that can be shown by hour."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        dimensions: by what the indicator can be taken apart.
        chosen: the period's name in the address; empty where its days are named.
        grain: buckets; ``said`` is how the address says it, empty for the one that fits the period.
        where: dimension → value.
        compare: a name of :data:`COMPARED`.
        by: the dimension of the table.
        timed: hours can be told.
        sums: places can be told as shares of all together.
        sides: in what part and whole are written; empty where numbers have neither.
    """

    indicator: Indicator
    dimensions: Sequence[str]
    period: Period
    chosen: str
    grain: Grain
    said: str
    where: Mapping[str, str]
    compare: str
    by: str
    sort: str
    side: Side
    timed: bool
    sums: bool
    sides: Sequence[Measured]
    day: date

    @property
    def tabs(self) -> list[str]:
        """The dimensions that are offered first: those that the indicator names, and the usual ones."""
        return [name for name in dict.fromkeys((*self.indicator.by, *USUAL)) if name in self.dimensions]

    @property
    def currency(self) -> str:
        """The currency of money, where only one is asked for."""
        return self.where.get("currency", "")

    def address(self) -> Address:
        """Return the address that asks for this."""
        look = {
            **period_values(self.period, self.chosen),
            "grain": self.said,
            "compare": "" if self.compare == "prev" else self.compare,
            "by": "" if self.by == next(iter(self.tabs), "") else self.by,
            "sort": self.sort,
            "side": "" if self.side is Side.PART else self.side.value,
        }
        return Address(f"{PATH}/{self.indicator.name}", {**self.where, **look})

    def query(self, *, grain: Grain | None = None, by: Sequence[str] = (), compare: Sequence[Compare] = (), top: int = 0) -> IndicatorQuery:
        """Return the question."""
        return IndicatorQuery(
            (self.indicator.name,),
            self.period.since,
            self.period.until,
            self.grain if grain is None else grain,
            tuple(by),
            dict(self.where),
            tuple(compare),
            top,
        )


def read(visit: Visit, indicator: Indicator, dimensions: Sequence[str], *, timed: bool, sums: bool, sides: Sequence[Measured]) -> Wanted:
    """Read an address; what cannot be is as if it were not there."""
    day = today(visit)
    period, chosen = asked_period(visit, day)
    offered = [name for name in dimensions if name not in LOOK]
    where = {name: code_value(visit, name) for name in offered if visit.query(name)}
    tabs = [name for name in dict.fromkeys((*indicator.by, *USUAL)) if name in offered]
    grain, said = _grain(visit.query("grain"), period, timed=timed)
    by, compare, side = visit.query("by"), visit.query("compare"), visit.query("side")
    return Wanted(
        indicator=indicator,
        dimensions=offered,
        period=period,
        chosen=chosen,
        grain=grain,
        said=said,
        where=where,
        compare=compare if compare in COMPARED else "prev",
        by=by if by in offered else next(iter(tabs or offered), ""),
        sort=visit.query("sort"),
        side=Side(side) if side in set(Side) else Side.PART,
        timed=timed,
        sums=sums,
        sides=sides,
        day=day,
    )


def _grain(said: str, period: Period, *, timed: bool) -> tuple[Grain, str]:
    if said in set(OFFERED) and (said != Grain.HOUR or (timed and period.days <= _MOST_HOURS)):
        return Grain(said), said
    if timed and period.days == 1:
        return Grain.HOUR, ""
    return fitting(period), ""


def filters(visit: Visit, wanted: Wanted) -> list[Filter]:
    """Return the fields of the bar: buckets, what is compared, and dimensions; those that are set always among them."""
    text, grains = visit.text, list(OFFERED)
    if not wanted.timed or wanted.period.days > _MOST_HOURS:
        grains.remove(Grain.HOUR)
    shown = dict.fromkeys((*[name for name in USUAL if name in wanted.dimensions], *wanted.where))
    return [
        *(code_filter(visit, name) for name in shown),
        Filter(
            "grain",
            text("Time"),
            wanted.said,
            [Choice(one.value, text(GRAINS[one])) for one in grains],
            hint=text("Automatic (%(grain)s)", grain=text(GRAINS[wanted.grain])) if not wanted.said else text("Automatic"),
        ),
        Filter(
            "compare",
            text("Compared with"),
            "" if wanted.compare == "prev" else wanted.compare,
            [Choice(name, text(label)) for name, label in COMPARED.items() if name != "prev"],
            hint=text(COMPARED["prev"]),
        ),
    ]


def unknown(table: IndicatorTable) -> IndicatorTable:
    """Return an answer that tells nothing, where no source ever sent anything: counts of it would say that there is none."""
    amounts = dict.fromkeys(table.query.names, NOTHING)
    return replace(table, rows=(), totals=[replace(row, amounts=amounts, before={}) for row in table.totals])


async def asked(visit: Visit, answer: Awaitable[T]) -> Panel[T]:
    """Wait for an answer; one that cannot be given fills its panel with what would be valid."""
    try:
        return await visit.ask(answer)
    except NotAskableError as error:
        return Panel(failure=Failure(str(error), False, None, visit.request_id))
