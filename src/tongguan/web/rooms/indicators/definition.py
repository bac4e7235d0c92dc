"""What an indicator is, in words: its formula from what it is made of, who answers for it, where it is declared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tongguan.model.indicators import (
    CASES,
    CLOCKS,
    EVENTS,
    HELD,
    OWN_TIME,
    TOTALS,
    Aggregation,
    Derived,
    Follow,
    Indicator,
    Lasting,
    Ratio,
    Rolling,
    Simple,
    Since,
    Term,
    ToDate,
    named,
)
from tongguan.web.kit.measured import BETTER, CLASSES, TIERS, UNITS
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

_COLUMN: Final = re.compile(r"(?:toFloat64\()?(?P<name>\w+)(?:\))?(?: / 1000)?")
OWN: Final = "own"
"""Area of the indicators of the installation."""

_SINCE: Final = {
    Since.MONTH: msg("%(name)s since the first of the month"),
    Since.YEAR: msg("%(name)s since the first of January"),
    Since.EVER: msg("%(name)s since the beginning of all data"),
}


@dataclass(frozen=True)
class TermWords:
    """One aggregate in words.

    Attributes:
        how: such as ``Count of events``.
        types: what it counts: name for people, and its code.
        value: SQL of what is summed up, told apart or ranked, where it is no plain column; else empty.
        condition: SQL of which rows; empty for all.
        time: by the day of which moment; empty for the usual one.
        follow: what must follow, in words; ``follow_condition`` is its SQL.
    """

    how: str
    types: Sequence[tuple[str, str]]
    value: str
    condition: str
    time: str
    follow: str = ""
    follow_condition: str = ""


@dataclass(frozen=True)
class NamedLink:
    """An indicator that another is made of; without ``href`` the user does not see it."""

    label: str
    name: str
    href: str


@dataclass(frozen=True)
class Definition:
    """An indicator as its page explains it.

    Attributes:
        formula: in one line.
        terms: what its parts are called → those parts in words.
        made_of: the indicators in its formula.
        facts: what it is called → its value, for the rest.
        owner, owner_href: the stage that answers for it; empty without one.
    """

    meaning: str
    formula: str
    terms: Sequence[tuple[str, TermWords]]
    made_of: Sequence[NamedLink]
    facts: Sequence[tuple[str, str]]
    owner: str
    owner_href: str
    written: str


def area_label(visit: Visit, area: str) -> str:
    """Name the area that owns an indicator."""
    return visit.text("Of this installation") if area == OWN else visit.codes.area(area)


def definition(visit: Visit, indicator: Indicator, shelf: Mapping[str, Indicator]) -> Definition:
    """Explain an indicator; ``shelf`` holds those that the user sees."""
    text = visit.text
    facts = [
        (text("Class"), text(CLASSES[indicator.group])),
        (text("Tier"), text(TIERS[indicator.tier])),
        (text("Unit"), text(UNITS[indicator.unit])),
        (text("Good is"), text(BETTER[indicator.better])),
    ]
    if indicator.floor:
        facts.append((text("Floor"), text("fewer than %(n)s behind it: not judged", n=visit.formats.full(indicator.floor))))
    facts.append((text("Area"), area_label(visit, indicator.area)))
    sees = bool(indicator.owner) and visit.user.scope.sees_stage(indicator.owner)
    declared = {stage.name for stage in visit.site.vocabulary.stages}
    return Definition(
        meaning=indicator.meaning.in_language(visit.language),
        formula=_formula(visit, indicator, shelf),
        terms=_terms(visit, indicator),
        made_of=[_link(visit, name, shelf) for name in named(indicator)],
        facts=facts,
        owner=visit.codes.stage(indicator.owner) if indicator.owner else "",
        owner_href=f"/stages/{indicator.owner}" if sees and indicator.owner in declared else "",
        written=indicator.written,
    )


def _link(visit: Visit, name: str, shelf: Mapping[str, Indicator]) -> NamedLink:
    known = shelf.get(name)
    return NamedLink(known.label.in_language(visit.language) if known else name, name, f"/indicators/{name}" if known else "")


def _formula(visit: Visit, indicator: Indicator, shelf: Mapping[str, Indicator]) -> str:
    text = visit.text
    match indicator.kind:
        case Derived(formula, _):
            return formula
        case Rolling(of, days):
            return text("%(name)s over the last %(n)s days", name=_link(visit, of, shelf).label, n=days)
        case ToDate(of, since):
            return text(_SINCE[since], name=_link(visit, of, shelf).label)
        case Ratio():
            return text("Part / whole, both summed up first")
        case Simple(term):
            return _how(visit, term)


def _terms(visit: Visit, indicator: Indicator) -> list[tuple[str, TermWords]]:
    match indicator.kind:
        case Simple(term):
            return [(visit.text("Counts"), _words(visit, term))]
        case Ratio(part, whole):
            return [(visit.text("Part"), _words(visit, part)), (visit.text("Whole"), _words(visit, whole))]
        case _:
            return []


def _words(visit: Visit, term: Term) -> TermWords:
    follow = term.then
    return TermWords(
        how=_how(visit, term),
        types=[(visit.codes.event_type(name), name) for name in term.types],
        value="" if _plain(term.value) or term.lasting else term.value,
        condition=term.condition,
        time="" if term.fact == EVENTS and term.time in (OWN_TIME, HELD) else term.time,
        follow=_follow(visit, follow) if follow else _lasting(visit, term.lasting) if term.lasting else "",
        follow_condition=follow.condition if follow else "",
    )


def _how(visit: Visit, term: Term) -> str:
    text, rows = visit.text, _rows(visit, term)
    if term.lasting is not None:
        return text("Seconds that a state lasts which %(rows)s begin", rows=rows)
    value = visit.codes.column(_plain(term.value)) if _plain(term.value) else text("expression")
    match term.aggregation:
        case Aggregation.COUNT:
            return text("Number of %(rows)s", rows=rows)
        case Aggregation.SUM:
            return text("Sum of “%(value)s” over %(rows)s", value=value, rows=rows)
        case Aggregation.DISTINCT:
            return text("Number of different “%(value)s” among %(rows)s", value=value, rows=rows)
        case Aggregation.PERCENTILE:
            level = visit.formats.full(100 * term.level)
            return text("%(n)s%% of %(rows)s lie at or below this “%(value)s”", n=level, rows=rows, value=value)
        case Aggregation.LATEST:
            return text("Latest “%(value)s” of each place among %(rows)s, summed up over places", value=value, rows=rows)


def _plain(value: str) -> str:
    """Return the column that an expression is, perhaps in another unit; empty for all else."""
    found = _COLUMN.fullmatch(value)
    return found["name"] if found else ""


def _rows(visit: Visit, term: Term) -> str:
    if term.fact == TOTALS:
        return visit.text("reported totals")
    if term.fact.startswith(CLOCKS):
        return visit.text("stays of “%(kind)s” at steps", kind=visit.codes.kind(term.fact.removeprefix(CLOCKS)))
    kind = term.fact.removeprefix(CASES)
    return visit.text("events") if kind == term.fact else visit.text("cases “%(kind)s”", kind=visit.codes.kind(kind))


_FOLLOWED: Final = {
    (False, False): msg("Only those followed within %(time)s by “%(events)s” of the same “%(by)s”"),
    (False, True): msg("Only those not followed within %(time)s by “%(events)s” of the same “%(by)s”"),
    (True, False): msg("Only those that came within %(time)s after “%(events)s” of the same “%(by)s”"),
    (True, True): msg("Only those with no “%(events)s” of the same “%(by)s” in the %(time)s before"),
}
"""Whether it must have come before, and whether those without it count → in words."""


def _follow(visit: Visit, follow: Follow) -> str:
    said = visit.text(
        _FOLLOWED[follow.before, follow.missing],
        time=_span(visit, follow.within),
        events=visit.listing(visit.codes.event_type(name) for name in follow.types),
        by=visit.listing(visit.codes.column(name) for name in follow.by),
    )
    return visit.text("%(said)s; one of the same instant does not count", said=said) if follow.strictly else said


def _lasting(visit: Visit, lasting: Lasting) -> str:
    ends = visit.listing(visit.codes.event_type(name) for name in lasting.until) if lasting.until else ""
    by = visit.codes.column(lasting.by)
    if ends:
        return visit.text("Up to the next of them, or of “%(events)s”, of the same “%(by)s”", events=ends, by=by)
    return visit.text("Up to the next of them of the same “%(by)s”", by=by)


def _span(visit: Visit, span: timedelta) -> str:
    return visit.formats.duration(span.total_seconds())
