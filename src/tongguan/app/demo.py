"""``tongguan serve --demo``: fills an empty home with a generated example, and keeps it moving.

How far the example is told stands in the cursor ``demo``: a second start goes on from there, and tells what would have happened
in between. Events have ids of their own, so what is told twice counts once.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import structlog

from tongguan.app.example.lives import Event, Example
from tongguan.app.installation import Installation
from tongguan.ingest.errors import DeliveryError
from tongguan.model.ports import Delivery, RawRecord
from tongguan.records import cursors, ledger
from tongguan.records.errors import RecordsError

log = structlog.get_logger(__name__)

SOURCE: Final = "demo"
SEED: Final = 20
DAYS: Final = 9
"""So much history."""

_HOUR: Final = timedelta(hours=1)
_LONGEST: Final = timedelta(days=21)
"""No order, ticket … of the example takes longer from one event to the next."""

_BATCH: Final = 4000
_LEAST_VISITS: Final = 300
"""So many visits begin in an hour of the present, also at night: something is to move."""

_KEEP_EVERY: Final = 10
"""Rounds after which the cursor is written."""


@dataclass(frozen=True)
class Told:
    """What of the example is in the home: everything after ``since`` up to ``until``; it goes back to ``start`` in the end."""

    start: datetime
    since: datetime
    until: datetime


def start_demo(installation: Installation, say: Callable[[str], None], *, seed: int = SEED, pause: float = 1.0) -> Callable[[], None]:
    """Begin to tell the example in a thread; a home that holds other data is left alone.

    Args:
        installation: the opened home, whose loader runs.
        say: tells the person who started it how far it is.
        seed: the same seed and time give the same events.
        pause: seconds between two rounds of the present.

    Returns:
        A function that ends it, and returns once the thread has ended.
    """
    with installation.database.read() as connection:
        cursor = cursors.get(connection, SOURCE)
        strange = [state.source for state in ledger.freshness(connection) if state.source != SOURCE and state.received]
    if cursor is None and strange:
        say(f"No example: this home holds data of {', '.join(strange[:5])}. An empty home gets one: tongguan --home DIR serve --demo")
        return lambda: None
    teller = Teller(installation, say, Example(seed), pause)
    thread = threading.Thread(target=teller.run, args=(cursor,), name="demo", daemon=True)
    thread.start()

    def stop() -> None:
        teller.stopping.set()
        thread.join()

    return stop


class Teller:
    """Tells the example: the past once, newest day first, and the present as it comes."""

    def __init__(self, installation: Installation, say: Callable[[str], None], example: Example, pause: float) -> None:
        self.stopping = threading.Event()
        self._installation = installation
        self._say = say
        self._example = example
        self._pause = pause
        self._ahead: list[tuple[datetime, str, Event]] = []
        self._planned = datetime.min.replace(tzinfo=UTC)
        self._sent = 0

    def run(self, cursor: dict[str, Any] | None) -> None:
        """Tell until :attr:`stopping` is set."""
        now = self._installation.now()
        told = msgspec.convert(cursor, Told) if cursor else Told(_hour(now - timedelta(days=DAYS)), now, now)
        told = Told(told.start, told.since, max(told.until, now - timedelta(days=DAYS)))
        past = self._begin(told, now)
        told = self._tell_past(told, past)
        past.clear()
        rounds = 0
        while not self.stopping.wait(self._pause):
            told = self._tell_present(told)
            rounds += 1
            if rounds % _KEEP_EVERY == 0:
                self._keep(told)
        self._keep(told)

    def _begin(self, told: Told, now: datetime) -> list[Event]:
        """Plan what comes after ``told.until``; return the cases' events before ``told.since``."""
        hour, past = max(told.start, _hour(now - _LONGEST)), []
        if told.since > told.start:
            past += [event for event in self._example.opening(told.start) if event["time"] <= told.since]
        while hour <= now:
            cases = self._example.cases(hour)
            past += [event for event in cases if event["time"] <= told.since]
            recent = hour >= _hour(told.until) - _HOUR
            self._plan(hour, told, [*cases, *(self._beside(hour, now) if recent else ())])
            hour += _HOUR
        return past

    def _beside(self, hour: datetime, now: datetime) -> list[Event]:
        """Return visits and heartbeats of an hour: more of them in the present."""
        present = hour + _HOUR > now
        return [*self._example.visits(hour, _LEAST_VISITS if present else 0), *self._example.heartbeats(hour, 1 if present else 30)]

    def _plan(self, hour: datetime, told: Told, events: Iterable[Event]) -> None:
        self._planned = hour
        for event in events:
            if event["time"] > told.until:
                heapq.heappush(self._ahead, (event["time"], event["event_id"], event))

    def _tell_past(self, told: Told, past: list[Event]) -> Told:
        days = 0
        while told.since > told.start and not self.stopping.is_set():
            since = max(told.start, told.since - timedelta(days=1))
            if not self._deliver(self._day(since, told.since, past)):
                return told
            told = self._tell_present(Told(told.start, since, told.until))
            self._keep(told)
            days += 1
            if days == 1:
                self._say(f"Example: the last day is there ({self._sent:,} events); the days before it follow")
        if days:
            self._say(f"Example: all is there ({self._sent:,} events of a made-up province); it goes on by itself")
        return told

    def _day(self, since: datetime, until: datetime, past: list[Event]) -> list[Event]:
        """Return all events after ``since`` up to ``until``, in order."""
        found, hour = list(past), _hour(since) - _HOUR
        while hour <= until:
            found += [*self._example.visits(hour), *self._example.heartbeats(hour, 30)]
            hour += _HOUR
        return sorted((event for event in found if since < event["time"] <= until), key=lambda event: event["time"])

    def _tell_present(self, told: Told) -> Told:
        now = self._installation.now()
        while self._planned + _HOUR <= now:
            hour = self._planned + _HOUR
            self._plan(hour, told, [*self._example.cases(hour), *self._beside(hour, now)])
        due = []
        while self._ahead and self._ahead[0][0] <= now:
            due.append(heapq.heappop(self._ahead)[2])
        return Told(told.start, told.since, now) if self._deliver(due) else told

    def _deliver(self, events: list[Event]) -> bool:
        """Hand events over; while the home cannot take them, try again. Return False where told to stop before the last of them."""
        for first in range(0, len(events), _BATCH):
            records = [RawRecord(place, msgspec.json.encode(event)) for place, event in enumerate(events[first : first + _BATCH])]
            delivery = Delivery(SOURCE, len(records), records, origin="generated example")
            if not self._hand_over(delivery):
                return False
        return True

    def _hand_over(self, delivery: Delivery) -> bool:
        while not self.stopping.is_set():
            try:
                receipt = self._installation.ingest.deliver(delivery)
            except DeliveryError as error:
                log.warning("the example waits", error=str(error)[:300])
                self.stopping.wait(error.retry_after or 5)
                continue
            self._sent += receipt.accepted
            return True
        return False

    def _keep(self, told: Told) -> None:
        try:
            with self._installation.database.begin() as connection:
                cursors.put(connection, SOURCE, msgspec.to_builtins(told))
        except RecordsError as error:
            log.warning("how far the example is could not be kept", error=str(error)[:300])


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
