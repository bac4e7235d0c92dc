"""How numbers of indicators are written: by their unit, beside what they are compared with, and greyed where too little is behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from tongguan.lib.money import exponent
from tongguan.model.indicator_answers import Amount
from tongguan.model.indicators import (
    Aggregation,
    Better,
    Indicator,
    IndicatorClass,
    Measured,
    Ratio,
    Term,
    Tier,
)
from tongguan.web.kit.charts import Form, Value
from tongguan.web.kit.components import Change
from tongguan.web.kit.formats import NOTHING, Formats, Number
from tongguan.web.kit.tables import Cell
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

_FORMS: Final = {
    Measured.COUNT: Form.COUNT,
    Measured.SHARE: Form.RATE,
    Measured.MONEY: Form.MONEY,
    Measured.SECONDS: Form.DURATION,
    Measured.POINTS: Form.COUNT,
    Measured.PER_10K: Form.COUNT,
}

UNITS: Final = {
    Measured.COUNT: msg("Quantity"),
    Measured.SHARE: msg("Share"),
    Measured.MONEY: msg("Money"),
    Measured.SECONDS: msg("Duration"),
    Measured.POINTS: msg("Points"),
    Measured.PER_10K: msg("Per 10,000"),
}
CLASSES: Final = {
    IndicatorClass.SALES: msg("Sales class"),
    IndicatorClass.SERVICE: msg("Service class"),
    IndicatorClass.OPERATIONS: msg("Operations class"),
    IndicatorClass.CAPABILITY: msg("Channel capability"),
}
TIERS: Final = {
    Tier.ASSESSED: msg("Assessed"),
    Tier.PROFESSIONAL: msg("Professional"),
    Tier.REPORTED: msg("Reported"),
    Tier.INTERNAL: msg("Internal"),
}
BETTER: Final = {Better.UP: msg("Higher is better"), Better.DOWN: msg("Lower is better"), Better.NEITHER: msg("Neither")}

_DAY: Final = timedelta(days=1)


def form_of(unit: Measured) -> Form:
    """Return how charts write values of a unit."""
    return _FORMS[unit]


def full(fmt: Formats, unit: Measured, value: Number | None, currency: str = "") -> str:
    """Write a value in full; money is minor units, without a sign where the currency is not known."""
    return form_of(unit).write(fmt, _whole_minor(unit, value), currency)


def short(fmt: Formats, unit: Measured, value: Number | None, currency: str = "") -> str:
    """Write a value for a card; counts below ten thousand keep all their digits."""
    if unit is Measured.COUNT and value is not None and -10_000 < value < 10_000:
        return fmt.full(value)
    return form_of(unit).write_short(fmt, _whole_minor(unit, value), currency)


def _whole_minor(unit: Measured, value: Number | None) -> Number | None:
    # Quotients of money have parts of a minor unit; writing it must round, not cut off.
    return round(value) if unit is Measured.MONEY and value is not None else value


def drawn(unit: Measured, value: Number | None) -> Value:
    """Return a value as charts draw it."""
    exact = _whole_minor(unit, value)
    return exact if exact is None or isinstance(exact, int) else float(exact)


def plain(unit: Measured, value: Number | None, currency: str = "") -> Decimal | None:
    """Return a value as files hold it: shares in percent, money in its major unit, durations in seconds."""
    if value is None:
        return None
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    match unit:
        case Measured.SHARE:
            return round(exact * 100, 4)
        case Measured.MONEY:
            return Decimal(round(exact)).scaleb(-exponent(currency))
        case Measured.COUNT:
            return exact if exact == exact.to_integral_value() else round(exact, 4)
        case _:
            return round(exact, 4)


def unit_mark(visit: Visit, unit: Measured, *, files: bool = True) -> str:
    """Return what a heading adds to tell the unit; empty for counts, and on pages where each number is written with its unit."""
    if not files and unit in (Measured.SHARE, Measured.SECONDS):
        return ""
    per = visit.text("/10k")
    return {Measured.SHARE: " (%)", Measured.SECONDS: " (s)", Measured.PER_10K: f" ({per})"}.get(unit, "")


def gap_mark(visit: Visit, unit: Measured) -> str:
    """Return what a heading adds to tell in what a difference is: points of percent for shares, percent for others."""
    points = visit.text("pp")
    return f" ({points})" if unit is Measured.SHARE else " (%)"


_MONEY: Final = frozenset({"amount", "sold", "paid"})
"""Columns that hold minor units."""


def term_unit(term: Term) -> Measured:
    """Return in what a part or a whole is written: money and durations where those are summed up, else counts."""
    if term.aggregation is not Aggregation.SUM:
        return Measured.COUNT
    seconds = term.lasting is not None or term.value.startswith("duration")
    return Measured.MONEY if term.value in _MONEY else Measured.SECONDS if seconds else Measured.COUNT


def side_units(indicator: Indicator) -> tuple[Measured, Measured]:
    """Return in what part and whole of an indicator are written."""
    kind = indicator.kind
    return (term_unit(kind.part), term_unit(kind.whole)) if isinstance(kind, Ratio) else (Measured.COUNT, Measured.COUNT)


@dataclass(frozen=True)
class Told:
    """A number of an indicator in words.

    Attributes:
        text: short, for cards.
        title: in full; of a ratio with its part and whole.
        thin: that too little is behind it, such as ``too few: n=12``; empty where there is enough.
    """

    text: str
    title: str
    thin: str = ""


def told(visit: Visit, indicator: Indicator, amount: Amount, currency: str = "") -> Told:
    """Write a number of an indicator."""
    fmt, unit = visit.formats, indicator.unit
    title = full(fmt, unit, amount.value, currency)
    if amount.whole is not None:
        units = side_units(indicator)
        part, whole = full(fmt, units[0], amount.part, currency), full(fmt, units[1], amount.whole, currency)
        title = visit.text("%(value)s = %(part)s / %(whole)s", value=title, part=part, whole=whole)
    return Told(short(fmt, unit, amount.value, currency), title, thin_text(visit, amount))


def thin_text(visit: Visit, amount: Amount) -> str:
    """Say that too little is behind a number; empty where there is enough, or nothing is there at all."""
    if not amount.thin or amount.value is None:
        return ""
    return visit.text("too few: n=%(n)s", n=visit.formats.full(amount.whole)) if amount.whole is not None else visit.text("too few")


def amount_cell(visit: Visit, indicator: Indicator, amount: Amount, currency: str = "") -> Cell:
    """Return a number as a cell of a table: in full, greyed where it is thin, and as a number in files."""
    said = told(visit, indicator, amount, currency)
    return Cell(
        full(visit.formats, indicator.unit, amount.value, currency),
        " · ".join(one for one in (said.title, said.thin) if one),
        value=plain(indicator.unit, amount.value, currency),
        tone="muted" if said.thin else "",
    )


def gap(unit: Measured, now: Amount, before: Amount | None) -> float | None:
    """Return how much more there is: the difference of shares, of others relative to before; None where that says nothing."""
    if before is None or now.value is None or before.value is None:
        return None
    if unit is Measured.SHARE:
        return float(now.value - before.value)
    return float(now.value) / float(before.value) - 1 if before.value else None


def difference(visit: Visit, indicator: Indicator, now: Amount, before: Amount | None, label: str, currency: str = "") -> Change:
    """Write how a number differs from an earlier one: in points of percent for shares, in percent for others; an arrow says which way."""
    fmt, found = visit.formats, gap(indicator.unit, now, before)
    share = indicator.unit is Measured.SHARE
    text = NOTHING if found is None else fmt.points(found) if share else fmt.change(found)
    direction = "same" if found is None or round(found, 3) == 0 else "up" if found > 0 else "down"
    earlier = full(fmt, indicator.unit, before.value if before else None, currency)
    return Change(label, text, direction, visit.text("%(label)s: %(count)s", label=label, count=earlier))


def gap_cell(visit: Visit, indicator: Indicator, now: Amount, before: Amount | None, label: str) -> Cell:
    """Return a difference as a cell: percent, or points of percent for shares; the heading says which (:func:`gap_mark`)."""
    found = gap(indicator.unit, now, before)
    change = difference(visit, indicator, now, before, label)
    arrow = {"up": "↑ ", "down": "↓ "}.get(change.direction, "")
    text = NOTHING if found is None else visit.formats.change(found).removesuffix("%")
    value = None if found is None else Decimal(repr(round(100 * found, 2)))
    return Cell(arrow + text, change.title, value=value)
