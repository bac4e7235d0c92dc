"""A home with a small demo in it, and a clock that stands until it is set on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from tongguan.app.demo.state import CURSOR, Told, beginning
from tongguan.app.demo.teller import start_demo
from tongguan.app.installation import Installation, open_installation
from tongguan.app.progress import ProgressBoard
from tongguan.app.settings import read_settings
from tongguan.metrics.daily import daily_sums
from tongguan.records import cursors, ledger
from tongguan.web.kit.progress import Progress

NOON = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
TODAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)


def small(today: date, now: datetime) -> Told:
    return beginning(today, now, days=3, orders_per_day=60)


class Clock:
    """A clock that stands until it is set on."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


class Board(ProgressBoard):
    """A board that remembers everything."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Progress] = []

    def post(self, progress: Progress) -> None:
        self.seen.append(progress)
        super().post(progress)


class Show:
    """A home with the demo in it, and its clock."""

    def __init__(self, home: Installation, clock: Clock) -> None:
        self.home = home
        self.clock = clock
        self.board = Board()
        self.said: list[str] = []
        self._stop: Callable[[], None] | None = None

    def start(self) -> None:
        self._stop = start_demo(self.home, self.board, self.said.append, pause=0.01, begin=small)

    def stop(self) -> None:
        """End the demo, and have everything loaded."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        wait_until(lambda: not self.home.ingest.spool.backlog())

    def cursor(self) -> Told | None:
        with self.home.database.read() as connection:
            found = cursors.get(connection, CURSOR)
        return msgspec.convert(found, Told) if found else None

    def finish(self) -> None:
        """Go on until all history and the present are there, then stop."""
        wait_until(lambda: bool(self.board.seen) and not self.board() and self.newest() is not None)
        wait_until(lambda: (self._until() or NOON - HOUR) >= self.clock.at)
        self.stop()

    def _until(self) -> datetime | None:
        found = self.cursor()
        return found.until if found is not None and found.complete_from == found.first else None

    def newest(self) -> datetime | None:
        with self.home.database.read() as connection:
            found = [state.newest_event_time for state in ledger.freshness(connection) if state.newest_event_time is not None]
        return max(found, default=None)

    def counts(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """Return events and amounts by type, day and channel."""
        return {(s.type, s.date.isoformat(), s.value): (s.events, s.amount) for s in daily_sums(self.home.warehouse)}

    def ledger(self) -> Counter[str]:
        found: Counter[str] = Counter()
        with self.home.database.read() as connection:
            for row in ledger.totals(connection):
                found.update({name: getattr(row, name) for name in ("received", "accepted", "duplicate", "quarantined", "rejected")})
        return found


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def show(folder: Path, clock: Clock) -> Iterator[Show]:
    settings = read_settings(folder, {"TONGGUAN_FREE_BYTES": "1"})
    installation = open_installation(folder, settings=settings, now=clock)
    installation.start_loader()
    found = Show(installation, clock)
    try:
        yield found
    finally:
        found.stop()
        installation.close()
