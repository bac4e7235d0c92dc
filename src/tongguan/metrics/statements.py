"""Terms as SQL: one statement per fact and clock, summed up to the grain and dimensions that are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from tongguan.metrics.facts import CARRIED, DEPTHS, Fact
from tongguan.model.access import Scope
from tongguan.model.answers import NESTED
from tongguan.model.indicator_answers import Grain
from tongguan.model.indicators import (
    ADDITIVE,
    EVENTS,
    HELD,
    OWN_TIME,
    Aggregation,
    Follow,
    Term,
)
from tongguan.warehouse.case_states import quoted
from tongguan.warehouse.conditions import SCOPE, below_sql, scope_sql

_DAYS: Final = {
    Grain.DAY: "{day}",
    Grain.WEEK: "toMonday({day})",
    Grain.MONTH: "toStartOfMonth({day})",
    Grain.QUARTER: "toStartOfQuarter({day})",
    Grain.YEAR: "toStartOfYear({day})",
}
_MOMENTS: Final = {Grain.MINUTE: "toStartOfMinute({time})", Grain.HOUR: "toStartOfHour({time}, '{zone}')"}
_PARAMETER: Final = re.compile(r"\{(\w+):\w+(?:\(\w+\))?\}")
TOLD_WITHIN: Final = timedelta(days=92)
"""An event that tells itself to which day it belongs is at most so many days before or after it."""

_PLACES: Final = ("region", "channel", "network", "business_class", "source")
"""What tells one series of a stock from another."""


@dataclass(frozen=True)
class Asked:
    """What every statement of a question shares.

    Attributes:
        grain: buckets; ``TOTAL`` for none.
        by: dimensions.
        where: dimension → value.
        scope: regions that count.
        zone: the operation's time zone.
        at: until when states last that nothing has ended.
        ends: rows after this moment do not count, where moments are known; None for whole days.
        left_out: combinations of dimensions that do not count: those told in rows of their own.
    """

    grain: Grain
    by: tuple[str, ...]
    where: Mapping[str, str]
    scope: Scope
    zone: str
    at: datetime
    left_out: tuple[tuple[str, ...], ...] = ()
    ends: datetime | None = None


@dataclass(frozen=True)
class Statement:
    """SQL that answers some terms. That of a stock gives what each series said, day by day: bucket, dimensions, series, number.

    Its columns are the bucket (where the grain has any), the dimensions, then a number for each term. With ``totals`` there are
    two columns in front which say whether bucket and dimensions are summed up in a row.
    """

    sql: str
    parameters: Mapping[str, Any]
    terms: tuple[Term, ...]
    totals: bool
    grain: Grain
    stock: bool = False


def told(statement: Statement) -> str:
    """Return the SQL with its values in place, as people run it by hand."""
    return _PARAMETER.sub(lambda found: _literal(statement.parameters[found[1]]), statement.sql)


def _literal(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_literal(one) for one in value)}]"
    if isinstance(value, date):
        return f"toDate('{value.isoformat()}')"
    return str(value) if isinstance(value, int) else quoted((str(value),))


def statements(terms: Sequence[Term], facts: Mapping[Term, Fact], asked: Asked, since: date, until: date) -> list[Statement]:
    """Return the statements for all terms; terms of one fact and clock share one.

    Args:
        facts: the fact of each term.
        since, until: first and last day.
    """
    shared: dict[tuple[object, ...], list[Term]] = {}
    for term in terms:
        alone = term.then is not None or term.lasting is not None or term.aggregation is Aggregation.LATEST
        additive = term.aggregation in ADDITIVE
        shared.setdefault((term.fact, term.time, additive, term if alone else None), []).append(term)
    found: list[Statement] = []
    for group in shared.values():
        fact = facts[group[0]]
        if group[0].aggregation is Aggregation.LATEST:
            found.append(_stock(group[0], fact, asked, since, until))
        else:
            found.append(_statement(group, fact, asked, since, until))
    return found


def _statement(terms: Sequence[Term], fact: Fact, asked: Asked, since: date, until: date) -> Statement:
    bucket, keys = _bucket(fact, terms[0].time, asked), [fact.dimensions[name] for name in asked.by]
    totals = terms[0].aggregation not in ADDITIVE and bool(keys or bucket)
    parameters: dict[str, Any] = {}
    source = _followed(terms[0], fact) if terms[0].then else fact.source
    conditions = _conditions(terms, fact, asked, since, until, parameters)
    names = [*(["bucket"] if bucket else []), *(f"key{place}" for place in range(len(keys)))]
    columns = [
        *([f"{bucket} AS bucket"] if bucket else []),
        *(f"toString({sql}) AS key{place}" for place, sql in enumerate(keys)),
        *(f"{_aggregate(term, fact, several=len(terms) > 1)} AS term{place}" for place, term in enumerate(terms)),
    ]
    if totals:
        columns = [
            "grouping(bucket) AS no_bucket" if bucket else "0 AS no_bucket",
            "grouping(key0) AS no_keys" if keys else "0 AS no_keys",
            *columns,
        ]
    grouped = _grouped(names, totals=totals)
    sql = f"SELECT {', '.join(columns)} FROM {source} WHERE {' AND '.join(conditions)}{grouped}"
    return Statement(sql, parameters, tuple(terms), totals, asked.grain)


def _grouped(names: Sequence[str], *, totals: bool) -> str:
    if not names:
        return ""
    if not totals:
        return f" GROUP BY {', '.join(names)}"
    keys = [name for name in names if name != "bucket"]
    sets = [names, *([["bucket"]] if keys and "bucket" in names else []), *([keys] if keys and "bucket" in names else []), []]
    return f" GROUP BY GROUPING SETS ({', '.join('(' + ', '.join(one) + ')' for one in sets)})"


def _bucket(fact: Fact, time: str, asked: Asked) -> str:
    if asked.grain is Grain.TOTAL:
        return ""
    if asked.grain in _MOMENTS:
        return _MOMENTS[asked.grain].format(time=fact.instants[time], zone=asked.zone)
    return _DAYS[asked.grain].format(day=fact.times[time])


def _conditions(terms: Sequence[Term], fact: Fact, asked: Asked, since: date, until: date, parameters: dict[str, Any]) -> list[str]:
    parameters |= {"since": since, "until": until, "now_ms": round(asked.at.timestamp() * 1000)}
    found = [*_days(fact, terms[0].time), *([fact.condition] if fact.condition else [])]
    if asked.ends is not None and terms[0].time in fact.instants:
        parameters["ends_ms"] = round(asked.ends.timestamp() * 1000)
        found.append(f"{fact.instants[terms[0].time]} <= fromUnixTimestamp64Milli({{ends_ms:Int64}})")
    if fact.type:
        found.append(f"{fact.type} IN ({quoted(sorted({name for term in terms for name in term.types}))})")
    if len(terms) == 1 and terms[0].condition and terms[0].then is None:
        found.append(f"({terms[0].condition})")
    for place, (name, value) in enumerate(asked.where.items()):
        parameters[f"where{place}"] = value
        found.append(_fits(fact, name, f"{{where{place}:String}}"))
    if asked.scope.regions:
        parameters[SCOPE] = sorted(asked.scope.regions)
        found.append(scope_sql())
    if asked.left_out:
        keys = ", ".join(f"toString({fact.dimensions[name]})" for name in asked.by)
        parameters["left_out"] = ["\x1f".join(one) for one in asked.left_out]
        found.append(f"arrayStringConcat([{keys}], '\x1f') NOT IN {{left_out:Array(String)}}")
    return found


def _days(fact: Fact, time: str) -> list[str]:
    """Return the conditions of the rows that belong to the days asked for."""
    day = fact.times[time]
    found = [f"{day} >= {{since:Date}}", f"{day} <= {{until:Date}}"]
    if fact.name == EVENTS and time not in (OWN_TIME, HELD):
        # Storage is parted by the day on which events happened, so all others need not be read.
        days = TOLD_WITHIN.days
        found += [f"business_date >= {{since:Date}} - {days}", f"business_date <= {{until:Date}} + {days}"]
    return found


def row_conditions(term: Term, fact: Fact, asked: Asked, since: date, until: date, parameters: dict[str, Any]) -> list[str]:
    """Return the SQL conditions of the rows that one term counts; ``parameters`` are added to."""
    found = _conditions([replace(term, then=None)], fact, asked, since, until, parameters)
    return [*found, f"event_id IN ({followed_ids(term, fact)})"] if term.then else found


def followed_ids(term: Term, fact: Fact) -> str:
    """Return the SQL of the ids of a conversion's events that were followed in time."""
    return f"SELECT event_id FROM {_followed(term, fact)} WHERE followed"


def _fits(fact: Fact, name: str, value: str) -> str:
    column = "region" if name in DEPTHS else fact.dimensions[name]
    return below_sql(column, value, NESTED.get("region" if name in DEPTHS else name, ""))


def _aggregate(term: Term, fact: Fact, *, several: bool) -> str:
    """Return the aggregate function of a term; a statement of one term has its condition in WHERE, where it is read first."""
    conditions = []
    if several and term.types:
        conditions.append(f"{fact.type} IN ({quoted(term.types)})")
    if term.condition and (several or term.then is not None):
        conditions.append(f"({term.condition})")
    if term.then is not None:
        conditions.append("followed")
    match term.aggregation:
        case Aggregation.SUM:
            return f"ifNull({_if('sum', f'{term.value}', conditions)}, 0)"
        case Aggregation.DISTINCT:
            text = f"toString({term.value})"
            return _if("uniqExact", text, [*conditions, f"ifNull({text}, '') != ''"])
        case Aggregation.PERCENTILE:
            return _if("quantileExactInclusive", term.value, [*conditions, f"({term.value}) IS NOT NULL"], f"({term.level})")
        case _:
            return _if("count", "", conditions)


def _if(function: str, value: str, conditions: Sequence[str], level: str = "") -> str:
    arguments = [*([value] if value else []), *([" AND ".join(conditions)] if conditions else [])]
    return f"{function}{'If' if conditions else ''}{level}({', '.join(arguments)})"


def _followed(term: Term, fact: Fact) -> str:
    """Return the rows of a conversion: those of the term, each with whether what must follow did in time, or came before."""
    then = term.then
    if then is None:
        return fact.source
    key = _joint(fact, then)
    within = int(then.within / timedelta(milliseconds=1))
    days = then.within.days + 1
    also = f" AND ({then.condition})" if then.condition else ""
    condition = f" AND ({term.condition})" if term.condition else ""
    base = (
        f"SELECT *, {key} AS follow_key FROM events WHERE type IN ({quoted(term.types)}){condition}"
        f" AND {' AND '.join(_days(fact, term.time))}"
    )
    earliest, latest = (f"{{since:Date}} - {days}", "{until:Date}") if then.before else ("{since:Date}", f"{{until:Date}} + {days}")
    other = (
        f"SELECT {key} AS then_key, time AS then_time FROM events WHERE type IN ({quoted(then.types)}){also}"
        f" AND business_date >= {earliest} AND business_date <= {latest} AND then_key != ''"
    )
    sign = (">" if then.before else "<") + ("" if then.strictly else "=")
    first, last = ("then_time", "base.time") if then.before else ("base.time", "then_time")
    # Written out, not bound: a statement may hold two conversions, each with its own time.
    found = f"then_key = base.follow_key AND then_time IS NOT NULL AND dateDiff('millisecond', {first}, {last}) <= {within}"
    there = f"follow_key != '' AND ifNull({found}, 0)"
    if then.missing:
        # What may still come is not missing yet.
        over = "" if then.before else f" AND base.time <= fromUnixTimestamp64Milli({{now_ms:Int64}} - {within})"
        there = f"NOT ({there}){over}"
    return (
        f"(SELECT base.* EXCEPT follow_key, {there} AS followed FROM ({base}) AS base"
        f" ASOF LEFT JOIN ({other}) AS other ON base.follow_key = other.then_key AND base.time {sign} other.then_time)"
    )


def _joint(fact: Fact, then: Follow) -> str:
    """Return the SQL of the key that both rows share; empty where a row lacks a part of it."""
    parts = [f"ifNull(toString({fact.dimensions.get(name) or fact.columns[name]}), '')" for name in then.by]
    if len(parts) == 1:
        return parts[0]
    return f"if(has([{', '.join(parts)}], ''), '', concatWithSeparator('\x1f', {', '.join(parts)}))"


def _stock(term: Term, fact: Fact, asked: Asked, since: date, until: date) -> Statement:
    """Return the statement of a stock: what each series said, day by day, from so long before that the first bucket has a value."""
    keys = [fact.dimensions[name] for name in asked.by]
    parameters: dict[str, Any] = {}
    conditions = _conditions([term], fact, asked, since - CARRIED, until, parameters)
    columns = [
        f"{fact.times[term.time]} AS bucket",
        *(f"toString({sql}) AS key{place}" for place, sql in enumerate(keys)),
        f"concatWithSeparator('\x1f', {', '.join(_PLACES)}) AS series",
        f"{term.value} AS term0",
    ]
    sql = f"SELECT {', '.join(columns)} FROM {fact.source} WHERE {' AND '.join(conditions)} ORDER BY bucket"
    return Statement(sql, parameters, (term,), totals=False, grain=Grain.DAY, stock=True)
