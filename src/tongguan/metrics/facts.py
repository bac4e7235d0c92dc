"""Facts: the tables that indicators count, with their columns, days and dimensions.

A fact is never joined to another one. Each is summed up by itself to the grain and the dimensions that are asked for; only then do numbers
of different facts stand side by side (the rule of MetricFlow, which makes fan-out impossible).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from tongguan.lib.suggest import valid_hint
from tongguan.metrics.errors import ExpressionError
from tongguan.metrics.measures import column_sql, region_sql
from tongguan.model.event import DIMENSIONS, MEASURES, REFERENCES
from tongguan.model.indicators import CASES, CLOCKS, EVENTS, HELD, OWN_TIME, TOTALS, Term
from tongguan.model.vocabulary import Kind, Vocabulary
from tongguan.warehouse.case_states import quoted
from tongguan.warehouse.schema import CASE_ATTRIBUTES, CLOCK_DIMENSIONS, CLOCK_STAYS

DEPTHS: Final[Mapping[str, int]] = MappingProxyType({"region": 2, "district": 3})
"""Dimension → parts of a region's code that it keeps: cities stand for regions, as lists of all districts answer nothing."""

CARRIED: Final = timedelta(days=400)
"""A stock keeps its latest value, and a state lasts, at most so long; what was not told anew for longer is not known."""

_READ: Final[Mapping[Kind, str]] = MappingProxyType(
    {Kind.INTEGER: "Int64", Kind.MONEY: "Int64", Kind.BOOLEAN: "Bool", Kind.DECIMAL: "Float64"}
)


@dataclass(frozen=True)
class Fact:
    """One table to count.

    Attributes:
        name: as indicators name it.
        source: SQL of the table.
        condition: SQL that all of its rows fulfil; empty for none.
        times: column → SQL of the day, in the operation's zone; the first one is the fact's own.
        instants: column → SQL of the moment, for hours and minutes; empty where only days are known.
        columns: name → SQL, for expressions.
        dimensions: name → SQL of the text by which rows are told apart.
        type: column with the type of a row, which a term must name; empty where rows have none.
    """

    name: str
    source: str
    condition: str
    times: Mapping[str, str]
    instants: Mapping[str, str]
    columns: Mapping[str, str]
    dimensions: Mapping[str, str]
    type: str = ""


def _attribute(name: str, kind: Kind) -> str:
    """Return the SQL of an attribute; one that is not there is nothing, not 0 and not no."""
    return f"JSONExtract(attributes, '{name}', 'Nullable({_READ[kind]})')" if kind in _READ else column_sql(name)


def events_fact(vocabulary: Vocabulary, types: Sequence[str]) -> Fact:
    """Return the fact of all events, with the attributes that every one of the types has.

    Raises:
        ExpressionError: there is no such type; names the nearest.
    """
    attributes: dict[str, str] = {}
    days: dict[str, str] = {}
    shared: set[str] | None = None
    for name in types:
        if name not in vocabulary.event_types:
            raise ExpressionError(f"no event type {name!r}; {valid_hint(name, vocabulary.event_types)}")
        own = {one.name: one.kind for one in vocabulary.event_types[name].attributes if not one.personal}
        attributes |= {one: _attribute(one, kind) for one, kind in own.items()}
        days |= {one: f"toDateOrZero({column_sql(one)})" for one, kind in own.items() if kind is Kind.DATE}
        shared = set(own) if shared is None else shared & set(own)
    attributes, days = ({name: sql for name, sql in some.items() if name in (shared or set())} for some in (attributes, days))
    texts = {name: column_sql(name) for name in attributes}
    wide = {name: name for name in (*DIMENSIONS, *REFERENCES, *MEASURES, "currency", "source", "type")}
    dimensions = {name: name for name in (*DIMENSIONS, *REFERENCES, "currency", "source", "type") if name != "region"}
    return Fact(
        EVENTS,
        "events",
        "",
        {OWN_TIME: "business_date", **days},
        {OWN_TIME: "time"},
        {**attributes, **wide, "seconds": "duration / 1000"},
        {**texts, **dimensions, **_regions()},
        type="type",
    )


def lasting_fact(fact: Fact, term: Term, zone: str) -> Fact:
    """Return the fact of the time that states last, a row for each day of each: with ``held_day`` and ``held_seconds``.

    Its source has the parameters ``since`` and ``until``, days, and ``now_ms``, until which a state lasts that nothing has ended.
    """
    if term.lasting is None:
        return fact
    key = fact.dimensions[term.lasting.by]
    every = quoted(sorted({*term.types, *term.lasting.until}))
    states = (
        f"SELECT *, leadInFrame(toNullable(time)) OVER (PARTITION BY {key} ORDER BY time, sequence, rank, event_id"
        f" ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_time FROM events WHERE type IN ({every}) AND {key} != ''"
        f" AND business_date >= {{since:Date}} - {CARRIED.days} AND business_date <= {{until:Date}}"
    )
    ended = f"least(ifNull(next_time, fromUnixTimestamp64Milli({{now_ms:Int64}})), toDateTime64({{until:Date}} + 1, 3, '{zone}'))"
    first, last = f"greatest(toDate(time, '{zone}'), {{since:Date}})", f"toDate(state_end, '{zone}')"
    days = f"arrayMap(i -> {first} + i, range(toUInt32(greatest(0, {last} - {first} + 1))))"
    seconds = (
        f"dateDiff('millisecond', greatest(time, toDateTime64(held_day, 3, '{zone}')),"
        f" least(state_end, toDateTime64(held_day + 1, 3, '{zone}'))) / 1000"
    )
    rows = f"SELECT *, {ended} AS state_end FROM ({states}) WHERE type IN ({quoted(term.types)})"
    source = f"(SELECT *, held_day, greatest(0, {seconds}) AS held_seconds FROM ({rows}) ARRAY JOIN {days} AS held_day)"
    return replace(fact, source=source, times={HELD: "held_day"}, instants={}, columns={**fact.columns, "held_seconds": "held_seconds"})


def case_fact(kind: str, zone: str) -> Fact:
    """Return the fact of the finished rows of a case kind, one row a case."""
    # Regions are asked for by their levels.
    texts = (*(name for name in CASE_ATTRIBUTES if name != "region"), "step", "status")
    instants = ("first_time", "last_time", "step_time", "due_time")
    days = {f"{name.removesuffix('_time')}_day": f"toDate({name}, '{zone}')" for name in instants}
    seconds = {f"{name}_seconds": f"toUnixTimestamp64Milli({name}) / 1000" for name in instants}
    return Fact(
        f"{CASES}{kind}",
        "case_rows FINAL",
        f"kind = '{kind}'",
        {name: f"toDate({name}, '{zone}')" for name in instants},
        {name: name for name in instants},
        {name: name for name in (*texts, "region", "sold", "paid", "open", "events", *instants)} | seconds | days,
        {name: name for name in texts} | _regions(),
    )


def clocks_fact(kind: str, zone: str) -> Fact:
    """Return the fact of the stays of a case kind, one row a stay, with its time limit.

    Its own time is when it was known how the stay did: its end, or, where that came first, the instant at which it became late. So
    what was late stays on its day after it is done, and a stay that is open and not late yet belongs to no day. The source has the
    parameter ``now_ms``.
    """
    now = "fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC')"
    state = (
        "multiIf(NOT limited, 'unlimited', until IS NOT NULL, if(ifNull(until > late_from, 0), 'done_late', 'done_on_time'),"
        f" ifNull(late_from <= {now}, 0), 'late', ifNull(warned_from <= {now}, 0), 'warned', 'on_time')"
    )
    seconds = "dateDiff('millisecond', {0}, {1}) / 1000"
    end = f"ifNull(until, {now})"
    made = {
        "state": state,
        "silent": f"until IS NULL AND ifNull(silent_from <= {now}, 0)",
        "judged": "if(ifNull(late_from <= until, late_from IS NOT NULL), late_from, until)",
        "duration_seconds": seconds.format("since", end),
        "late_seconds": f"greatest(0, ifNull({seconds.format('late_from', end)}, 0))",
    }
    source = (
        f"(SELECT case_id, {', '.join((*CLOCK_DIMENSIONS, *CLOCK_STAYS))}, {', '.join(f'{sql} AS {name}' for name, sql in made.items())}"
        f" FROM case_clocks FINAL ARRAY JOIN {', '.join(CLOCK_STAYS)} WHERE kind = '{kind}')"
    )
    instants = ("judged", "since", "until", "late_from", "warned_from")
    texts = ("step", "next_step", "state", "case_id", *(name for name in CLOCK_DIMENSIONS if name != "region"))
    numbers = ("duration_seconds", "late_seconds", "paused_seconds", "limited", "paused", "silent", "book")
    return Fact(
        f"{CLOCKS}{kind}",
        source,
        "",
        {name: f"ifNull(toDate({name}, '{zone}'), toDate(0))" for name in instants},
        {name: name for name in instants},
        {name: name for name in (*texts, *numbers, "region", *instants)},
        {name: name for name in texts} | _regions(),
    )


def totals_fact() -> Fact:
    """Return the fact of totals that other systems reported, the latest word on each; they belong to the first day of their period."""
    return Fact(
        TOTALS,
        "aggregate_facts FINAL",
        "",
        {"period_start": "period_start", "period_end": "period_end"},
        {},
        {"value": "toFloat64(value)", **{name: name for name in ("channel", "region", "network", "business_class", "source")}},
        {name: name for name in ("channel", "network", "business_class", "source")} | _regions(),
        type="fact",
    )


def fact_of(vocabulary: Vocabulary, name: str, types: Sequence[str], zone: str) -> Fact:
    """Return a fact by its name.

    Raises:
        ExpressionError: there is none, or no such event type or case kind.
    """
    if name == EVENTS:
        return events_fact(vocabulary, types)
    if name == TOTALS:
        return totals_fact()
    for prefix, made in ((CASES, case_fact), (CLOCKS, clocks_fact)):
        kind = name.removeprefix(prefix)
        if name.startswith(prefix) and kind in vocabulary.case_kinds:
            return made(kind, zone)
    valid = [EVENTS, TOTALS, *(f"{prefix}{one}" for prefix in (CASES, CLOCKS) for one in vocabulary.case_kinds)]
    raise ExpressionError(f"no fact {name!r}; {valid_hint(name, valid)}")


def _regions() -> dict[str, str]:
    return {name: region_sql(depth) for name, depth in DEPTHS.items()}
