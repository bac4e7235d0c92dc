"""Indicators in plain Python, from the raw events and the YAML as written: shares no code with ``metrics`` but the parser of SQL."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlglot
import yaml
from sqlglot import exp

from tongguan.clocks.declared import DeclaredBooks
from tongguan.clocks.planning import plan, stays
from tongguan.model.clocks import DIMENSIONS as DIMENSIONS_OF_RULES
from tongguan.model.clocks import Place
from tongguan.model.event import DIMENSIONS, REFERENCES
from tongguan.model.vocabulary import CaseKind, Kind, Vocabulary

Row = Mapping[str, Any]
Number = float | None
_TEXTS = frozenset({*DIMENSIONS, *REFERENCES, "currency", "source", "type"})
_PLACES = ("channel", "region", "business_class", "brand", "tier")
_SPANS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


class Oracle:
    """Numbers of indicators over some events.

    Args:
        files: YAML files as people write them.
        vocabulary: says which attributes are texts.
        rows: events as sources send them, with ``day`` (business date) and ``at`` (moment) added, in order of time.
        zone: the operation's time zone.
        at: when it is asked.
    """

    def __init__(self, files: Iterable[Path], vocabulary: Vocabulary, rows: Iterable[Row], zone: str, at: datetime) -> None:
        self.declared: dict[str, dict[str, Any]] = {}
        for path in files:
            self.declared |= yaml.safe_load(path.read_text(encoding="utf-8"))
        self._texts = {
            (kind.name, attribute.name)
            for kind in vocabulary.event_types.values()
            for attribute in kind.attributes
            if attribute.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN, Kind.MONEY)
        }
        self._ranks = {kind.name: kind.rank for kind in vocabulary.event_types.values()}
        self._zone = zone
        self._at = at
        self._vocabulary = vocabulary
        self._judged: dict[str, list[Row]] = {}
        self._rows: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self._rows[row["type"]].append(row)

    def value(self, name: str, since: date, until: date, channel: str = "") -> Number:
        """Return an indicator over some days, perhaps of one channel alone."""
        one = self.declared[name]
        if "formula" in one:
            return _formula(one["formula"], lambda other: self.value(other, since, until, channel))
        if "to_date" in one:
            first = {"month": until.replace(day=1), "year": until.replace(month=1, day=1), "ever": date.min}[one["to_date"]["since"]]
            return self.value(one["to_date"]["of"], first, until, channel)
        if "part" in one:
            part, whole = (self._term(one[key], since, until, channel) for key in ("part", "whole"))
            return part / whole if part is not None and whole else None
        if "mean" in one:
            values = [value for row in self._counted(one, since, until, channel) if (value := self._read(one["mean"], row)) is not None]
            return float(sum(values)) / len(values) if values else None
        return self._term(one, since, until, channel)

    def _term(self, one: Mapping[str, Any], since: date, until: date, channel: str) -> Number:
        if "lasting" in one:
            return self._lasted(one["lasting"], since, until, channel)
        if "total" in one:
            return self._total(one, since, until, channel)
        rows = self._counted(one, since, until, channel)
        for key in ("then", "after"):
            if key in one:
                there = {id(row) for row in self._followed(rows, one[key], before=key == "after")}
                # It is asked long after the days, so what did not come is missing.
                rows = [row for row in rows if (id(row) in there) != bool(one[key].get("missing"))]
        if "distinct" in one:
            found = {str(value) for row in rows if (value := self._read(one["distinct"], row)) not in (None, "")}
            return len(found)
        if "sum" in one:
            return float(sum(value for row in rows if (value := self._read(one["sum"], row)) is not None))
        return len(rows)

    def _counted(self, one: Mapping[str, Any], since: date, until: date, channel: str) -> list[Row]:
        tree = _parsed(one["where"]) if "where" in one else None
        if "clocks" in one:
            rows = self._stays(one["clocks"])
        else:
            types = one.get("of") or one["count"]
            rows = [row for name in (types if isinstance(types, list) else [types]) for row in self._rows[name]]
        return [
            row
            for row in rows
            if since <= _day(row, one.get("at", "")) <= until
            and (not channel or row.get("channel") == channel)
            and (tree is None or self._of(tree, row) is True)
        ]

    def _stays(self, kind: str) -> list[Row]:
        """Return the stays of cases of which it is known how they did, with the day on which that was known."""
        if kind not in self._judged:
            books = DeclaredBooks(self._vocabulary, self._zone).all()
            case_kind = self._vocabulary.case_kind(kind)
            found: list[Row] = []
            for told in self._cases(case_kind).values():
                latest = {name: value for row in told for name in _PLACES if (value := row.get(name))}
                promised = [row["due_time"] for row in told if row.get("due_time") and row["milestone"] in case_kind.due_at]
                due = datetime.fromisoformat(promised[-1]) if promised else None
                place = Place(**{name: latest.get(name, "") for name in DIMENSIONS_OF_RULES})
                for stay in stays(case_kind, [(row["milestone"], row["at"]) for row in told]):
                    clock = plan(kind, stay, place, due, books, told[-1]["at"])
                    known = [one for one in (stay.until, clock.late_from) if one is not None]
                    if known:
                        state = {"step": stay.step, "state": clock.state_at(self._at).value}
                        day = min(known).astimezone(ZoneInfo(self._zone)).date()
                        found.append({**latest, "type": "", "at": min(known), "day": day, "attributes": state})
            self._judged[kind] = found
        return self._judged[kind]

    def _cases(self, kind: CaseKind) -> dict[str, list[Row]]:
        """Return what moved each case of a kind, in order, with the milestone."""
        found: dict[str, list[Row]] = defaultdict(list)
        for name, event_type in self._vocabulary.event_types.items():
            for row in self._rows[name] if kind.name in event_type.milestones else ():
                if row.get(kind.key):
                    found[row[kind.key]].append({**row, "milestone": event_type.milestones[kind.name]})
        for told in found.values():
            told.sort(key=lambda row: (row["at"], row.get("sequence") or 0, self._ranks[row["type"]]))
        return found

    def _followed(self, rows: list[Row], then: Mapping[str, Any], *, before: bool) -> list[Row]:
        types = then["any"] if isinstance(then["any"], list) else [then["any"]]
        by = then["by"] if isinstance(then["by"], list) else [then["by"]]
        tree = _parsed(then["where"]) if "where" in then else None
        others: dict[tuple[str, ...], list[datetime]] = defaultdict(list)
        for row in (row for name in types for row in self._rows[name]):
            if tree is None or self._of(tree, row) is True:
                others[self._shared(row, by)].append(row["at"])
        amount, unit = re.findall(r"(\d+) ?(\w+)", then["within"])[0]
        within, least = timedelta(**{_SPANS[unit]: int(amount)}), timedelta(microseconds=1 if then.get("strictly") else 0)
        found = []
        for row in rows:
            key = self._shared(row, by)
            gaps = (row["at"] - moment if before else moment - row["at"] for moment in others.get(key, ()))
            if all(key) and any(least <= gap <= within for gap in gaps):
                found.append(row)
        return found

    def _lasted(self, state: Mapping[str, Any], since: date, until: date, channel: str) -> float:
        """Return the seconds of a state within some days of the operation; what nothing has ended lasts until the last of them is over."""
        first, last = (datetime.combine(day, time.min, ZoneInfo(self._zone)) for day in (since, until + timedelta(days=1)))
        changes: dict[str, list[Row]] = defaultdict(list)
        for row in (row for name in {*state["any"], *state["until"]} for row in self._rows[name]):
            if row["day"] <= until and row[state["by"]]:
                changes[row[state["by"]]].append(row)
        seconds = 0.0
        for rows in changes.values():
            rows.sort(key=lambda row: (row["at"], self._ranks[row["type"]]))
            for row, end in zip(rows, [*(one["at"] for one in rows[1:]), last], strict=True):
                if row["type"] in state["any"] and (not channel or row.get("channel") == channel):
                    seconds += max(0.0, (min(end, last) - max(row["at"], first)).total_seconds())
        return seconds

    def _shared(self, row: Row, by: list[str]) -> tuple[str, ...]:
        return tuple(str(row[name]) if isinstance(row.get(name), int) else self._text(row, name) for name in by)

    def _total(self, one: Mapping[str, Any], since: date, until: date, channel: str) -> Number:
        named = one["total"] if isinstance(one["total"], list) else [one["total"]]
        rows = [row for row in self._rows["aggregate.reported"] if row["attributes"]["fact"] in named]
        rows = [row for row in rows if not channel or row.get("channel") == channel]
        if not one.get("latest"):
            return sum(
                float(row["attributes"]["value"]) for row in rows if since <= date.fromisoformat(row["attributes"]["period_start"]) <= until
            )
        series: dict[tuple[str, ...], tuple[str, float]] = {}
        for row in rows:
            end = row["attributes"]["period_end"]
            if date.fromisoformat(end) <= until:
                key = tuple(row.get(name) or "" for name in ("region", "channel", "network", "business_class"))
                series[key] = max(series.get(key, ("", 0.0)), (end, float(row["attributes"]["value"])))
        return sum(value for _, value in series.values()) if series else None

    def _text(self, row: Row, name: str) -> str:
        return str(row.get(name) or row["attributes"].get(name) or "")

    def _read(self, text: str, row: Row) -> Any:
        return self._of(_parsed(text), row)

    def _of(self, node: exp.Expr, row: Row) -> Any:
        if isinstance(node, exp.Column):
            return self._column(node.name, row)
        if isinstance(node, exp.Literal):
            return node.this if node.is_string else float(node.this)
        if isinstance(node, exp.Paren):
            return self._of(node.this, row)
        if isinstance(node, exp.Not):
            value = self._of(node.this, row)
            return None if value is None else not value
        if isinstance(node, exp.And):
            sides = [self._of(side, row) for side in (node.this, node.expression)]
            return False if False in sides else None if None in sides else True
        if isinstance(node, exp.Or):
            sides = [self._of(side, row) for side in (node.this, node.expression)]
            return True if True in sides else None if None in sides else False
        if isinstance(node, exp.In):
            return self._of(node.this, row) in [self._of(one, row) for one in node.expressions]
        if isinstance(node, exp.StartsWith):
            return str(self._of(node.this, row)).startswith(str(self._of(node.expression, row)))
        if isinstance(node, exp.Coalesce):
            return next((value for one in (node.this, *node.expressions) if (value := self._of(one, row)) is not None), None)
        if isinstance(node, exp.Nullif):
            value = self._of(node.this, row)
            return None if value == self._of(node.expression, row) else value
        if isinstance(node, exp.Case):
            for one in node.args["ifs"]:
                if self._of(one.this, row) is True:
                    return self._of(one.args["true"], row)
            return self._of(node.args["default"], row) if node.args.get("default") else None
        return self._binary(node, row)

    def _binary(self, node: exp.Expr, row: Row) -> Any:
        operations: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
            exp.EQ: lambda a, b: a == b,
            exp.NEQ: lambda a, b: a != b,
            exp.GT: lambda a, b: a > b,
            exp.GTE: lambda a, b: a >= b,
            exp.LT: lambda a, b: a < b,
            exp.LTE: lambda a, b: a <= b,
            exp.Mul: lambda a, b: a * b,
            exp.Div: lambda a, b: a / b if b else None,
            exp.Add: lambda a, b: a + b,
            exp.Sub: lambda a, b: a - b,
        }
        left, right = self._of(node.this, row), self._of(node.expression, row)
        return None if left is None or right is None else operations[type(node)](left, right)

    def _column(self, name: str, row: Row) -> Any:
        if name == "seconds":
            return None if row.get("duration") is None else row["duration"] / 1000
        if name in _TEXTS:
            return row.get(name) or ""
        if name in ("amount", "quantity", "duration"):
            return row.get(name)
        value = row["attributes"].get(name)
        return ("" if value is None else str(value)) if (row["type"], name) in self._texts else value


def _day(row: Row, told: str) -> date:
    """Return the day to which a row belongs: its own, or the one that an attribute tells."""
    return date.fromisoformat(row["attributes"][told]) if told else row["day"]


def _parsed(text: str) -> exp.Expr:
    # ``returning`` is an attribute here, and a word of SQL elsewhere.
    return sqlglot.parse_one(re.sub(r"\b(returning|system)\b", r'"\1"', text), into=exp.Condition, dialect="clickhouse")


def _formula(text: str, value: Callable[[str], Number]) -> Number:
    def of(node: exp.Expr) -> Number:
        if isinstance(node, exp.Paren):
            return of(node.this)
        if isinstance(node, exp.Literal):
            return float(node.this)
        if isinstance(node, exp.Column):
            return value(node.name)
        left, right = of(node.this), of(node.expression)
        if left is None or right is None:
            return None
        if isinstance(node, exp.Div):
            return left / right if right else None
        return left * right if isinstance(node, exp.Mul) else left + right if isinstance(node, exp.Add) else left - right

    return of(_parsed(text))


def timed(row: dict[str, Any], zone: str) -> dict[str, Any]:
    """Return an event with its moment, its day in the operation's zone, and attributes that are there."""
    at = datetime.fromisoformat(row["time"])
    return {**row, "at": at, "day": at.astimezone(ZoneInfo(zone)).date(), "attributes": row.get("attributes") or {}}
