"""Holds new cases against the rules that flag them, and tells what was found as events, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from tongguan.detect.flag_queries import FlagQueries, Span
from tongguan.detect.flags import AMOUNT, hits, longest
from tongguan.lib.now import Now
from tongguan.model.event import DIMENSIONS, REFERENCES
from tongguan.model.flags import FlagBook, FlagKind, Hit, Made, Usual
from tongguan.model.vocabulary import Vocabulary
from tongguan.records import blocks, cursors, outbox
from tongguan.records.database import Database
from tongguan.records.outbox import NewEvent
from tongguan.warehouse.client import Warehouse

CURSOR: Final = "flags"

LATE_DATA: Final = timedelta(minutes=2)
"""What may take some time is judged so much later, for events that are on their way."""

_TICK: Final = timedelta(milliseconds=1)
_ROWS_AT_A_TIME: Final = 1000
_COLUMNS: Final = frozenset((*DIMENSIONS, *REFERENCES)) - {"result", "reason"}


class Flagger:
    """Flags cases.

    Args:
        warehouse: with the cases.
        database: where it stands, and the outbox.
        vocabulary: of the packs.
        book: the rules.
        now: clock.
    """

    def __init__(self, warehouse: Warehouse, database: Database, vocabulary: Vocabulary, book: FlagBook, now: Now) -> None:
        self._queries = FlagQueries(warehouse, vocabulary, book)
        self._database = database
        self.book = book
        self._now = now
        self._usuals: dict[tuple[int, str, str, str], Usual] = {}
        self._known: set[tuple[int, str]] = set()

    def round(self) -> int:
        """Judge what new blocks touched and what became due since the last round; return how many flags that made at most.

        A flag that was told before is not told again.

        Raises:
            WarehouseError, RecordsError: nothing of the round is kept; the next one does the same.
        """
        if not self.book.active:
            return 0
        now = self._now()
        with self._database.read() as connection:
            place = cursors.get(connection, CURSOR)
            booked = _booked(connection)
        span = self._span(place, booked, now)
        cases = self._queries.cases(span)
        found = hits(self.book.active, cases, self._usual_amounts(cases), span.due_to)
        events = [self._flag(hit) for hit in found]
        events += self._reviews([hit for hit in found if hit.rule.hold], now, span.floor)
        for start in range(0, max(len(events), 1), _ROWS_AT_A_TIME):
            with self._database.begin() as connection:
                outbox.add_all(connection, events[start : start + _ROWS_AT_A_TIME], now)
                if start + _ROWS_AT_A_TIME >= len(events):
                    cursors.put(connection, CURSOR, {"block": booked, "rules": _digest(self.book), "due": span.due_to.isoformat()})
        return len(found)

    def _span(self, place: dict[str, Any] | None, booked: int, now: datetime) -> Span:
        floor, due_to = now - self.book.look_back, now - LATE_DATA
        if place is None or place["rules"] != _digest(self.book):
            return Span(floor, None, booked, floor, due_to)
        due_from = datetime.fromisoformat(place["due"])
        # After a long standstill what became due meanwhile is still told.
        return Span(floor, place["block"], booked, max(due_from, floor - longest(self.book.active)), max(due_to, due_from))

    def _usual_amounts(self, cases: Sequence[Made]) -> dict[tuple[int, str, str, str], Usual]:
        wanted = {(rule.days, case.day) for rule in self.book.active if rule.kind is FlagKind.UNUSUAL for case in cases}
        for days, day in sorted(wanted - self._known):
            self._usuals |= self._queries.usuals(day, days)
            self._known.add((days, day))
        oldest = min((day for _, day in wanted), default="")
        self._known = {one for one in self._known if one[1] >= oldest}
        self._usuals = {one: usual for one, usual in self._usuals.items() if one[1] >= oldest}
        return self._usuals

    def _flag(self, hit: Hit) -> NewEvent:
        return NewEvent(
            "flags", f"{hit.rule.name}:{_short(hit.made.case_id)}", 1, self._event(hit, self.book.flagged, hit.since, _told(hit))
        )

    def _reviews(self, found: Sequence[Hit], now: datetime, since: datetime) -> Iterator[NewEvent]:
        """Return the events by which cases wait; a case that several rules found waits once, for the first."""
        first: dict[str, Hit] = {}
        for hit in found:
            first.setdefault(hit.made.case_id, hit)
        for case_id, step_time in self._queries.holdable(first, since).items():
            hit = first[case_id]
            event = self._event(hit, self.book.review, max(now, step_time + _TICK), {})
            yield NewEvent("flag_reviews", _short(case_id), 1, event)

    def _event(self, hit: Hit, name: str, time: datetime, attributes: dict[str, Any]) -> dict[str, Any]:
        made = hit.made
        columns = {column: value for column, value in made.values.items() if column in _COLUMNS}
        event: dict[str, Any] = {
            **columns,
            "type": name,
            "time": time.astimezone(UTC).isoformat(),
            self._queries.key: made.case_id,
            "reason": hit.rule.reason,
        }
        if attributes:
            event["attributes"] = attributes
            if made.amount is not None:
                event |= {AMOUNT: made.amount, "currency": made.currency or "CNY"}
        return event


def _told(hit: Hit) -> dict[str, Any]:
    """Return what a flag says of how it was found."""
    told: dict[str, Any] = {"rule": hit.rule.name}
    told |= {name: list(values) for name, values in (("other_orders", hit.others), ("compared", hit.columns)) if values}
    numbers = (("found", hit.found), ("bound", hit.bound))
    told |= {name: round(value, 3) for name, value in numbers if value is not None}
    return told | ({"usual": hit.usual} if hit.usual is not None else {})


def _short(case_id: str) -> str:
    """Return a text for ids of events, which have a length."""
    return hashlib.sha256(case_id.encode()).hexdigest()[:32]


def _digest(book: FlagBook) -> str:
    return hashlib.sha256(repr(book).encode()).hexdigest()[:16]


def _booked(connection: Connection) -> int:
    """Return the last block that is inserted whole: the loader finishes them one after the other."""
    return next((block.number for block in blocks.recent(connection, 2) if block.finished_at is not None), 0)
