"""The form above the answer: indicators, dimensions, period, filters; and what to begin with where nothing is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.indicator_answers import Grain, IndicatorTable
from tongguan.model.indicators import Indicator, IndicatorClass, Tier
from tongguan.web.kit.components import Choice, Filter, Way
from tongguan.web.kit.filters import code_filter
from tongguan.web.kit.measured import CLASSES
from tongguan.web.kit.period import GRAINS, PeriodBar, period_bar
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.explore.refusals import dimension_label, indicator_label
from tongguan.web.rooms.explore.wanted import (
    AGAINST,
    CODES,
    DEFAULT_TOP,
    MOST_NAMES,
    PATH,
    REGIONS,
    SHORT,
    TOPS,
    Wanted,
    timed,
)

SUGGESTED: Final = (
    ("payment_success_rate", ("payment_channel", "channel"), "total"),
    ("sales_conversion_rate", ("channel",), "day"),
    ("orders", ("region", "channel"), "total"),
)
"""What to begin with: an indicator, the dimensions of which the first that it has is taken, and the time step."""

_MOST_PROPOSED: Final = 200
"""Values that the field of a dimension proposes."""


@dataclass(frozen=True)
class Group:
    """Indicators of one class, each with the address that adds or removes it."""

    label: str
    ways: Sequence[Way]


@dataclass(frozen=True)
class Form:
    """All fields.

    Attributes:
        chips: indicators that are chosen, each with the address without it.
        groups: all indicators by class.
        add: the field that takes one by name; None where no more can be added.
        fields: dimensions, their values, time step, comparison, how many places.
        keep: what the address says besides ``fields``; ``scope_keep`` besides ``scope``.
        scope: filters that are always there.
        switch: chart and table, or the table alone.
    """

    chips: Sequence[Way]
    groups: Sequence[Group]
    add: Filter | None
    fields: Sequence[Filter]
    keep: Mapping[str, str]
    scope: Sequence[Filter]
    scope_keep: Mapping[str, str]
    period: PeriodBar
    switch: Sequence[Way]


def form(
    visit: Visit,
    wanted: Wanted,
    known: Mapping[str, Indicator],
    dimensions: Sequence[str],
    table: IndicatorTable | None,
    typed: str,
) -> Form:
    """Return the form as it was filled in.

    Args:
        visit: the request.
        wanted: what is asked for.
        known: name → indicator, of those that the user sees.
        dimensions: those that the chosen indicators share.
        table: the answer, whose places are proposed as values; None without one.
        typed: what was typed into the field of names and is none.
    """
    address = wanted.address()
    fields = _fields(visit, wanted, known, dimensions, table)
    shown = {field.name for field in fields}
    scope = [code_filter(visit, name) for name in CODES if not dimensions or name in dimensions or name in wanted.where]
    own = {"by", "by2", "is", "of", "is2", "of2", "grain", "against", "top", "page"}
    keep = {name: value for name, value in address.values.items() if name not in own}
    keep |= {of: name for of, value, name in zip(("of", "of2"), ("is", "is2"), wanted.by, strict=False) if value in shown}
    chosen = (*wanted.names, *wanted.unknown)
    return Form(
        chips=[_chip(visit, wanted, known, name) for name in chosen],
        groups=groups(visit, wanted, known),
        add=_add(visit, wanted, known, typed) if len(chosen) < MOST_NAMES else None,
        fields=fields,
        keep=keep,
        scope=scope,
        scope_keep={name: value for name, value in address.values.items() if name not in CODES},
        period=period_bar(visit, wanted.address(), wanted.period, wanted.chosen, wanted.day),
        switch=[
            Way(visit.text("Chart and table"), address.having(show=""), not wanted.tables_only),
            Way(visit.text("Table alone"), address.having(show="table"), wanted.tables_only),
        ],
    )


def _chip(visit: Visit, wanted: Wanted, known: Mapping[str, Indicator], name: str) -> Way:
    rest = ",".join(one for one in (*wanted.names, *wanted.unknown) if one != name)
    label = indicator_label(visit, known[name]) if name in known else name
    # Where the shelf could not be asked, no name is known to be wrong.
    return Way(label, wanted.address().having(names=rest), name in known or not known, name)


def _add(visit: Visit, wanted: Wanted, known: Mapping[str, Indicator], typed: str) -> Filter:
    ordered = [one for group in IndicatorClass for one in known.values() if one.group is group and one.name not in wanted.names]
    choices = [Choice(f"{indicator_label(visit, one)} ({one.name})", one.name) for one in ordered]
    return Filter("add", visit.text("Add an indicator"), typed, choices, "list", visit.text("Name of an indicator"))


def groups(visit: Visit, wanted: Wanted, known: Mapping[str, Indicator]) -> list[Group]:
    """Return all indicators by class; those that are chosen lead to the page without them."""
    chosen, found = (*wanted.names, *wanted.unknown), []
    for group, label in CLASSES.items():
        ways = []
        for one in known.values():
            if one.group is group:
                there = one.name in chosen
                names = [name for name in chosen if name != one.name] if there else [*chosen, one.name]
                meaning = one.meaning.in_language(visit.language)
                ways.append(Way(indicator_label(visit, one), wanted.address().having(names=",".join(names)), there, meaning))
        if ways:
            found.append(Group(visit.text(label), ways))
    return found


def _fields(
    visit: Visit, wanted: Wanted, known: Mapping[str, Indicator], dimensions: Sequence[str], table: IndicatorTable | None
) -> list[Filter]:
    text = visit.text
    first, second = (*wanted.by, "", "")[:2]
    offered = _offered(visit, wanted, known, dimensions)
    found = [_dimension_field(visit, "by", text("Split by"), first, [one for one in offered if one != second])]
    found += _value_field(visit, wanted, "is", first, table)
    if first:
        found.append(_dimension_field(visit, "by2", text("And by"), second, [one for one in offered if one != first]))
        found += _value_field(visit, wanted, "is2", second, table)
    grains = [one for one in GRAINS if one not in SHORT or one is wanted.grain or all(timed(known[name], known) for name in wanted.names)]
    automatic = text("Auto · %(grain)s", grain=text(GRAINS[wanted.grain])) if not wanted.said else text("Automatic")
    found += [
        Filter("grain", text("Time"), wanted.said, [Choice(one.value, text(GRAINS[one])) for one in grains], hint=automatic),
        Filter(
            "against",
            text("Compared with"),
            wanted.against,
            [Choice(name, text(label)) for name, (label, _) in AGAINST.items()],
            hint=text("Nothing"),
        ),
    ]
    if first:
        tops = [Choice(said, text("First %(n)s", n=most) if most else text("All")) for said, most in TOPS.items()]
        found.append(Filter("top", text("Shown values"), wanted.top, tops, hint=text("First %(n)s", n=DEFAULT_TOP)))
    return found


def _offered(visit: Visit, wanted: Wanted, known: Mapping[str, Indicator], dimensions: Sequence[str]) -> list[str]:
    """Return the dimensions to choose from: the usual ones of the indicators first, those without a name last; chosen ones always."""
    usual = [name for one in wanted.names for name in known[one].by if name in dimensions]
    first = [name for name in CODES if name in dimensions]
    named = [name for name in dimensions if dimension_label(visit, name) != name]
    return list(dict.fromkeys((*usual, *first, *named, *dimensions, *wanted.by)))


def _dimension_field(visit: Visit, name: str, label: str, value: str, offered: Sequence[str]) -> Filter:
    return Filter(name, label, value, [Choice(one, dimension_label(visit, one)) for one in offered], hint=visit.text("Not split"))


def _value_field(visit: Visit, wanted: Wanted, field: str, name: str, table: IndicatorTable | None) -> list[Filter]:
    """Return the field that narrows to one value of a chosen dimension; none for those with a filter of their own."""
    if not name or name in CODES:
        return []
    value, label = wanted.where.get(name, ""), visit.text("Only this %(dimension)s", dimension=dimension_label(visit, name))
    choices = visit.codes.choices(name)
    if choices:
        if value and value not in {choice.value for choice in choices}:
            choices = [*choices, Choice(value, visit.codes.label(name, value))]
        return [Filter(field, label, value, choices)]
    place = wanted.by.index(name)
    values = dict.fromkeys(row.values[place] for row in (table.rows if table else ()) if not row.others and row.values[place])
    proposed = [Choice(_typed(visit, name, one), one) for one in [*values][:_MOST_PROPOSED]]
    return [Filter(field, label, _typed(visit, name, value), proposed, "list", visit.text("All"))]


def _typed(visit: Visit, name: str, value: str) -> str:
    """Return a value as it is typed: regions as ``name (code)``, other values as they are."""
    label = visit.codes.label("region", value) if name in REGIONS and value else value
    return value if label == value else f"{label} ({value})"


async def suggestions(visit: Visit, known: Mapping[str, Indicator]) -> list[Way]:
    """Return three questions to begin with; where an indicator is not there, others of the shelf take its place, assessed ones first."""
    ranked = sorted(known.values(), key=lambda one: list(Tier).index(one.tier))
    spare = [(one.name, one.by, "day") for one in ranked if one.name not in {name for name, _, _ in SUGGESTED}]
    asked = [one for one in SUGGESTED if one[0] in known]
    found = []
    for name, wished, grain in [*asked, *spare][: len(SUGGESTED)]:
        panel = await visit.ask(visit.site.indicators.dimensions(visit.user, (name,)))
        by = next((one for one in wished if one in (panel.value or wished)), "")
        parts = [indicator_label(visit, known[name])]
        if by:
            parts.append(visit.text("By %(dimension)s", dimension=dimension_label(visit, by)))
        parts.append(visit.text(GRAINS[Grain(grain)]))
        query = f"names={name}&by={by}&grain={grain}" if by else f"names={name}&grain={grain}"
        found.append(Way(" · ".join(parts), f"{PATH}?{query}", title=known[name].meaning.in_language(visit.language)))
    return found
