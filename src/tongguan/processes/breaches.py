"""Tells when nothing happens: open steps that are warned, late or silent become events, each once.

Pages do not wait for it: they compare the instants of a row with now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from tongguan.clocks.rules import compiled_book
from tongguan.model.clocks import ALL_DAY, DIMENSIONS, LimitRule, Place, RuleBook, RuleBooks
from tongguan.model.vocabulary import Vocabulary
from tongguan.model.waiting import Breach, OpenStep
from tongguan.records import open_steps, outbox
from tongguan.records.columns import key_text
from tongguan.records.database import Database
from tongguan.records.outbox import NewEvent

ROWS_AT_A_TIME: Final = 4000
"""Steps told of in one transaction."""

TYPES: Final = {Breach.WARNED: "clock.warned", Breach.LATE: "clock.late", Breach.SILENT: "clock.silent"}
"""The event types of the three, which a pack declares."""

_COLUMNS: Final = ("channel", "region", "business_class", "brand", "customer_id", "tier")


class BreachTeller:
    """Puts the breaches of open steps into the outbox.

    Args:
        database: of the open steps.
        vocabulary: whose case kinds say in which column a case's id goes.
        books: by whose newest version limits are told.
    """

    def __init__(self, database: Database, vocabulary: Vocabulary, books: RuleBooks) -> None:
        self._database = database
        self._vocabulary = vocabulary
        self._books = books

    def sweep(self, at: datetime) -> int:
        """Tell of everything that is over at a moment and was not told; return how many events that made.

        Raises:
            RecordsError: a part may be told; the next sweep tells the rest.
        """
        book, told = self._books.all()[-1], 0
        while True:
            with self._database.begin() as connection:
                due = open_steps.due(connection, at, ROWS_AT_A_TIME)
                found = [event for row in due for event in self._events(row, book, at)]
                outbox.add_all(connection, found, at)
                open_steps.tell(connection, [_told(row, at) for row in due])
            told += len(found)
            if len(due) < ROWS_AT_A_TIME:
                return told

    def _events(self, row: OpenStep, book: RuleBook, at: datetime) -> Iterator[NewEvent]:
        place = Place(row.business_class, row.channel, row.region, row.tier)
        rule = compiled_book(book).rule(row.kind, row.step, place)
        row_id = f"{row.kind}:{key_text(row.case_id)}:{row.step}:{row.since.isoformat()}"
        for breach, instant in _instants(row):
            if instant <= at and not row.told & breach:
                fields = {name: getattr(row, name) for name in _COLUMNS if getattr(row, name)}
                fields |= {self._vocabulary.case_kind(row.kind).key: row.case_id}
                attributes = _attributes(row, breach, rule, book)
                event = {"type": TYPES[breach], "time": instant.isoformat(), **fields, "attributes": attributes}
                yield NewEvent("open_steps", row_id, breach.value, event)


def _instants(row: OpenStep) -> list[tuple[Breach, datetime]]:
    found = ((Breach.WARNED, row.warned_from), (Breach.LATE, row.late_from), (Breach.SILENT, row.silent_from))
    return [(breach, instant) for breach, instant in found if instant is not None]


def _told(row: OpenStep, at: datetime) -> OpenStep:
    told, comes = row.told, None
    for breach, instant in _instants(row):
        if instant <= at:
            told |= breach
        elif comes is None or instant < comes:
            comes = instant
    return replace(row, told=told, breach_at=comes)


def _attributes(row: OpenStep, breach: Breach, rule: LimitRule | None, book: RuleBook) -> dict[str, Any]:
    attributes = {"step": row.step, "since": row.since.isoformat(), "book": book.version}
    if rule is None:
        return attributes
    limit = {Breach.WARNED: rule.warning, Breach.LATE: rule.late, Breach.SILENT: rule.silent}[breach]
    seconds = {} if limit is None else {"limit_seconds": int(limit / timedelta(seconds=1))}
    return {**attributes, **seconds, "rule": rule_text(rule)}


@lru_cache(maxsize=1024)
def rule_text(rule: LimitRule) -> str:
    """Return a rule in short, such as ``order paid; region=GX; warning 0:05:00, late 0:10:00``."""
    conditions = [f"{name}={getattr(rule, name)}" for name in DIMENSIONS if getattr(rule, name)]
    calendar = "" if rule.calendar == ALL_DAY else f" of {rule.calendar}"
    promised = " or as promised" if rule.promised else ""
    return "; ".join([f"{rule.kind} {rule.step}", *conditions, f"warning {rule.warning}, late {rule.late}{calendar}{promised}"])
