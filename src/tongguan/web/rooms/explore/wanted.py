"""What the address of the page asks for: indicators, dimensions, days, buckets, places, comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongguan.model.indicator_answers import Compare, Grain, IndicatorQuery
from tongguan.model.indicators import (
    TOTALS,
    Derived,
    Indicator,
    Ratio,
    Rolling,
    Simple,
    ToDate,
)
from tongguan.web.kit.address import Address
from tongguan.web.kit.filters import code_value
from tongguan.web.kit.period import GRAINS, Period, asked_period, fitting, period_values, today
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

PATH: Final = "/explore"
METRICS: Final = "/indicators"
"""Pages of single indicators lie below it."""

CODES: Final = ("channel", "region", "business_class")
"""Dimensions whose filters are always offered where the indicators have them."""

REGIONS: Final = ("region", "district")
"""Dimensions whose values are regions."""

MOST_NAMES: Final = 5
MOST_BUCKETS: Final = 3_000
"""So many buckets are answered at once."""

SAVED: Final = (
    *("names", "by", "by2", "since", "until", "period", "grain", "against", "top", "show"),
    *CODES,
    *("is", "of", "is2", "of2"),
)
"""What a saved view keeps. ``is`` is the value that the dimension ``of`` must have: one whose dimension was changed says nothing."""

DEFAULT_TOP: Final = 10
TOPS: Final = {"5": 5, "20": 20, "all": 0}
"""How the address says how many places are told; without it :data:`DEFAULT_TOP`."""

SHORT: Final = (Grain.MINUTE, Grain.HOUR)
"""Buckets shorter than a day."""

AGAINST: Final = {
    "prev": (msg("Previous period"), (Compare.PREVIOUS,)),
    "yoy": (msg("Same days last year"), (Compare.YEAR,)),
    "both": (msg("Both"), (Compare.PREVIOUS, Compare.YEAR)),
}


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        names: indicators, those that there are; ``unknown`` are the others that the address names.
        by: dimensions, at most two.
        chosen: the period's name in the address; empty where its days are named.
        grain: buckets; ``said`` is how the address says it, empty for the one that fits the period.
        where: dimension → value.
        against: a name of :data:`AGAINST`; empty without comparison.
        top: as the address says it; empty for :data:`DEFAULT_TOP`.
        tables_only: charts are left out.
        view: the saved view that was applied.
    """

    names: tuple[str, ...]
    unknown: tuple[str, ...]
    by: tuple[str, ...]
    period: Period
    chosen: str
    grain: Grain
    said: str
    where: Mapping[str, str]
    against: str
    top: str
    tables_only: bool
    view: str
    day: date

    @property
    def compare(self) -> tuple[Compare, ...]:
        """With what the period is compared."""
        return AGAINST[self.against][1] if self.against else ()

    @property
    def days(self) -> dict[str, str]:
        """Return how addresses name the period."""
        return period_values(self.period, self.chosen)

    def address(self) -> Address:
        """Return the address that asks for this."""
        names = self.names + self.unknown
        values = {"names": ",".join(names), **self.days}
        for (by, value, of), name in zip((("by", "is", "of"), ("by2", "is2", "of2")), self.by, strict=False):
            values[by] = name
            if name in self.where and name not in CODES:
                values |= {value: self.where[name], of: name}
        values |= {name: self.where.get(name, "") for name in CODES}
        look = {
            "grain": self.said,
            "against": self.against,
            "top": self.top,
            "show": "table" if self.tables_only else "",
            "view": self.view,
        }
        return Address(PATH, {**dict.fromkeys(SAVED, ""), **values, **look})

    def query(self) -> IndicatorQuery:
        """Return the question."""
        top = (TOPS[self.top] if self.top else DEFAULT_TOP) if self.by else 0
        return IndicatorQuery(self.names, self.period.since, self.period.until, self.grain, self.by, dict(self.where), self.compare, top)

    def metric(self, name: str, **more: str) -> str:
        """Return the page of an indicator over the same days, narrowed to the same places and to ``more``."""
        grain = "" if self.grain in (Grain.TOTAL, Grain.MINUTE) else self.said
        return str(Address(f"{METRICS}/{name}", {**self.where, **self.days, "grain": grain, **more}))


def read(visit: Visit, known: Mapping[str, Indicator]) -> Wanted:
    """Read the address; what cannot be is as if it were not there, but for names of indicators and dimensions, which are told."""
    day = today(visit)
    period, chosen = asked_period(visit, day)
    names = tuple(dict.fromkeys(name for one in visit.query("names").split(",") if (name := one.strip())))
    by = tuple(dict.fromkeys(name for name in (visit.query("by"), visit.query("by2")) if name))
    grain, said = _grain(visit.query("grain"), period)
    against, top = visit.query("against"), visit.query("top")
    return Wanted(
        names=tuple(name for name in names if name in known),
        unknown=tuple(name for name in names if name not in known),
        by=by,
        period=period,
        chosen=chosen,
        grain=grain,
        said=said,
        where=_where(visit, by),
        against=against if against in AGAINST else "",
        top=top if top in TOPS else "",
        tables_only=visit.query("show") == "table",
        view=visit.query("view"),
        day=day,
    )


def _where(visit: Visit, by: Sequence[str]) -> dict[str, str]:
    found = {name: code_value(visit, name) for name in CODES}
    typed = {(visit.query(of) or visit.query(name)): visit.query(value) for name, value, of in (("by", "is", "of"), ("by2", "is2", "of2"))}
    for name in by:
        if name not in CODES:
            value = typed.get(name, "")
            found[name] = visit.site.regions.tree.code_of(value) if name in REGIONS else value
    return {name: value for name, value in found.items() if value}


def _grain(said: str, period: Period) -> tuple[Grain, str]:
    if said in set(GRAINS):
        return Grain(said), said
    return fitting(period), ""


def timed(indicator: Indicator, known: Mapping[str, Indicator]) -> bool:
    """Tell whether an indicator is known by hour: neither a running one nor one that is reported by day, nor made of such."""
    match indicator.kind:
        case Simple(term):
            return term.fact != TOTALS
        case Ratio(part, whole):
            return TOTALS not in (part.fact, whole.fact)
        case Derived(_, names):
            return all(timed(known[name], known) for name in names if name in known)
        case Rolling() | ToDate():
            return False


def too_many(wanted: Wanted) -> bool:
    """Tell whether the period has more buckets than are answered."""
    each = {Grain.MINUTE: 1440, Grain.HOUR: 24, Grain.DAY: 1}.get(wanted.grain, 0)
    return wanted.period.days * each > MOST_BUCKETS
