"""What rules need to know of cases, asked of the warehouse: the cases, what came after them, and what amounts are usual."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from tongguan.model.event import DIMENSIONS, REFERENCES
from tongguan.model.flags import FlagBook, FlagKind, FlagRule, Made, Usual
from tongguan.model.vocabulary import Vocabulary
from tongguan.warehouse.client import Limits, Warehouse

LIMITS: Final = Limits(seconds=120)

_COLUMNS: Final = frozenset((*DIMENSIONS, *REFERENCES))
_INSTANT: Final = "DateTime64(6, 'UTC')"
_LATER: Final = "sold"
"""What a finished row knows of the amount of a case."""

_TOUCHED: Final = "SELECT case_id FROM cases WHERE kind = {kind:String} AND block > {after:UInt64} AND block <= {until:UInt64}"

_AMOUNTS: Final = """
SELECT product_id, currency, groupArray(assumeNotNull(amount)) AS amounts,
    quantileExactInclusive(0.5)(assumeNotNull(amount)) AS middle
FROM events
WHERE type = {made:String} AND business_date >= {first:Date} AND business_date < {day:Date} AND amount IS NOT NULL AND product_id != ''
GROUP BY product_id, currency"""

_USUALS: Final = f"""
SELECT product_id, currency, length(amounts), middle,
    arrayReduce('quantileExactInclusive(0.5)', arrayMap(one -> abs(one - middle), amounts))
FROM ({_AMOUNTS})"""
"""As :func:`tongguan.detect.flags.usual_of`: the mean of the two in the middle where there are two."""


@dataclass(frozen=True)
class Span:
    """What a round looks at.

    Attributes:
        floor: cases that came into being before are left alone.
        after, until: blocks of which cases are touched; ``after`` is None where all since ``floor`` are.
        due_from, due_to: what may take some time is judged where that ended between.
    """

    floor: datetime
    after: int | None
    until: int
    due_from: datetime
    due_to: datetime


def value_sql(name: str) -> str:
    """Return the SQL of a column or an attribute of an event; both are words of the vocabulary."""
    return name if name in _COLUMNS else f"JSONExtractString(attributes, '{name}')"


def carried(book: FlagBook, rules: Sequence[FlagRule]) -> list[str]:
    """Return the columns and attributes that rules look at, and those that flags carry on."""
    own = [name for rule in rules for name in (*rule.same, *rule.fields) if name != "amount"]
    key = f"{book.kind}_id"
    usual = ("channel", "sub_channel", "region", "business_class", "brand", "tier", "network", "customer_id", "product_id", "session_id")
    return [name for name in dict.fromkeys((*usual, *own)) if name != key]


class FlagQueries:
    """Asks for the rules of one book.

    Args:
        warehouse: with events and rows of cases.
        vocabulary: of the packs.
        book: the rules.

    Attributes:
        key: the column with the ids of cases.
    """

    def __init__(self, warehouse: Warehouse, vocabulary: Vocabulary, book: FlagBook) -> None:
        self._warehouse = warehouse
        self._book = book
        self.key = f"{book.kind}_id"
        kind = vocabulary.case_kinds.get(book.kind)
        steps = {one.name for one in kind.milestones if one.step} if kind else set()
        milestones = {name: one.milestones.get(book.kind, "") for name, one in vocabulary.event_types.items()}
        self._steps = {name: step for name, step in milestones.items() if step in steps}

    def cases(self, span: Span) -> list[Made]:
        """Return the cases that a round judges, and those that they are held against.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        rules = self._book.active
        names = carried(self._book, rules)
        chosen, given = self._chosen(span, rules)
        values = ", ".join(f"{value_sql(name)} AS v{place}" for place, name in enumerate(names))
        sql = (
            f"SELECT {self.key}, time, toString(business_date), amount, currency, {values} FROM events WHERE {chosen}"
            f" ORDER BY time, event_id LIMIT 1 BY {self.key}"
        )
        rows = self._warehouse.query(sql, given, limits=LIMITS).rows
        answers = self._answers(rules, chosen, given)
        known = self._known_later(rules, chosen, given)
        found = []
        for case_id, time, day, amount, currency, *rest in rows:
            values_of = {name: value for name, value in zip(names, rest, strict=True) if value}
            later, sum_of = known.get(case_id, ({}, None))
            found.append(
                Made(case_id, time, day, {**later, **values_of}, sum_of if amount is None else amount, currency, answers.get(case_id, {}))
            )
        return found

    def _base(self) -> str:
        return f"type = {{made:String}} AND business_date >= {{day:Date}} AND time >= {{floor:{_INSTANT}}} AND {self.key} != ''"

    def _chosen(self, span: Span, rules: Sequence[FlagRule]) -> tuple[str, dict[str, Any]]:
        """Return the condition on events that make cases, and its parameters."""
        book = self._book
        given: dict[str, Any] = {
            "made": book.made,
            # Zones are at most 14 hours apart from UTC.
            "day": (span.floor - timedelta(days=1)).date(),
            "floor": span.floor,
            "kind": book.kind,
            "until": span.until,
        }
        if span.after is None:
            return self._base(), given
        given["after"] = span.after
        touched = f"{self.key} IN ({_TOUCHED})"
        ways = [touched]
        for same in dict.fromkeys(rule.same for rule in rules if rule.same):
            values = f"({', '.join(value_sql(name) for name in same)})"
            there = " AND ".join(f"{value_sql(name)} != ''" for name in same)
            ways.append(f"({there} AND {values} IN (SELECT {values} FROM events WHERE {self._base()} AND {touched} AND {there}))")
        for place, within in enumerate(dict.fromkeys(r.within for r in rules if r.kind in (FlagKind.MISSING, FlagKind.UNANSWERED))):
            given |= {f"from{place}": span.due_from - within, f"to{place}": span.due_to - within}
            ways.append(f"(time > {{from{place}:{_INSTANT}}} AND time <= {{to{place}:{_INSTANT}}})")
        return f"{self._base()} AND ({' OR '.join(ways)})", given

    def _answers(self, rules: Sequence[FlagRule], chosen: str, given: dict[str, Any]) -> dict[str, dict[str, datetime]]:
        types = sorted({name for rule in rules for name in rule.answers})
        if not types:
            return {}
        sql = (
            f"SELECT {self.key}, type, min(time) FROM events WHERE business_date >= {{day:Date}} AND type IN {{types:Array(String)}}"
            f" AND {self.key} IN (SELECT {self.key} FROM events WHERE {chosen}) GROUP BY {self.key}, type"
        )
        found: dict[str, dict[str, datetime]] = {}
        for case_id, name, time in self._warehouse.query(sql, {**given, "types": types}, limits=LIMITS).rows:
            found.setdefault(case_id, {})[name] = time
        return found

    def _known_later(self, rules: Sequence[FlagRule], chosen: str, given: dict[str, Any]) -> dict[str, tuple[dict[str, str], int | None]]:
        """Return what became known of cases that lacked something when they were made."""
        fields = sorted({name for rule in rules for name in rule.fields})
        if not fields:
            return {}
        columns = [name for name in fields if name != "amount"]
        lacks = " OR ".join(["amount IS NULL"] * ("amount" in fields) + [f"{name} = ''" for name in columns])
        sql = (
            f"SELECT case_id, {_LATER}{''.join(f', {name}' for name in columns)} FROM case_rows FINAL WHERE kind = {{kind:String}}"
            f" AND case_id IN (SELECT {self.key} FROM events WHERE {chosen} AND ({lacks}))"
        )
        rows = self._warehouse.query(sql, given, limits=LIMITS).rows
        return {row[0]: ({name: value for name, value in zip(columns, row[2:], strict=True) if value}, row[1]) for row in rows}

    def usuals(self, day: str, days: int) -> dict[tuple[int, str, str, str], Usual]:
        """Return what amounts of every product were in so many days before a day.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        first = date.fromisoformat(day) - timedelta(days=days)
        given = {"made": self._book.made, "first": first, "day": date.fromisoformat(day)}
        rows = self._warehouse.query(_USUALS, given, limits=LIMITS).rows
        return {(days, day, product, currency): Usual(int(n), float(mid), float(mad)) for product, currency, n, mid, mad in rows}

    def holdable(self, case_ids: Collection[str], since: datetime) -> dict[str, datetime]:
        """Return those of some cases that can be made to wait, with the time of their newest step; none that waited before.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        if not case_ids:
            return {}
        sql = (
            f"SELECT {self.key}, argMax(type, (time, sequence, rank, event_id)), max(time), countIf(type = {{review:String}}) FROM events"
            f" WHERE business_date >= {{day:Date}} AND type IN {{types:Array(String)}} AND {self.key} IN {{ids:Array(String)}}"
            f" GROUP BY {self.key}"
        )
        given = {
            "review": self._book.review,
            "day": (since - timedelta(days=1)).date(),
            "types": sorted(self._steps),
            "ids": sorted(case_ids),
        }
        rows = self._warehouse.query(sql, given, limits=LIMITS).rows
        return {case_id: time for case_id, name, time, asked in rows if not asked and self._steps[name] in self._book.holdable}
