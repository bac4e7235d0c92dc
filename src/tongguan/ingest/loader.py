"""The loader: one thread that takes the spool in order and puts it into the warehouse exactly once.

A block is planned in ``records`` before anything is inserted, so that after a crash the very same frames make the very same
block under the same number; the warehouse then recognises its token. Ledger, quarantine and the end of the block are
written in one transaction.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from tongguan.ingest.config import IngestConfig
from tongguan.ingest.errors import SpoolDamagedError
from tongguan.ingest.frame import Frame, SetAside
from tongguan.ingest.ports import PersonalStore
from tongguan.ingest.settle import settle
from tongguan.ingest.spool import START, Place, Spool
from tongguan.ingest.staging import Double, Staging
from tongguan.lib.failpoint import passing
from tongguan.lib.now import Now, Ticks
from tongguan.records import blocks
from tongguan.records.database import Database
from tongguan.records.errors import RecordsError
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.errors import WarehouseError

log = structlog.get_logger(__name__)

_FAILURES = (WarehouseError, RecordsError, SQLAlchemyError, SpoolDamagedError, OSError)
"""What may pass, or be mended by people, while the spool keeps everything."""


@dataclass
class Outcome:
    """What one block came to."""

    number: int
    frames: list[Frame]
    doubles: list[Double]
    newest: dict[str, datetime]
    reused: list[tuple[Frame, SetAside]] = field(default_factory=list)

    @property
    def inserted(self) -> int:
        """Rows that the block added."""
        return sum(frame.accepted for frame in self.frames) - len(self.doubles)


@dataclass
class LoaderState:
    """How the loader does, for health pages and metrics. ``running`` is False before the thread began and after it ended."""

    running: bool = False
    blocks: int = 0
    rows: int = 0
    duplicates: int = 0
    last_seconds: float = 0.0
    failing_since: datetime | None = None
    error: str = ""
    stage_seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


class Loader:
    """Loads the spool. :meth:`run` is the body of its thread; :meth:`load_one` does one block.

    Args:
        spool, warehouse, database: from, to, and the books.
        store: moves quarantined bodies under their customers' keys.
        config: sizes.
        now, ticks: clocks.
        forget_keys: told the idempotency keys that are in ``records`` by now.
    """

    def __init__(
        self,
        spool: Spool,
        warehouse: Warehouse,
        database: Database,
        store: PersonalStore,
        config: IngestConfig,
        now: Now,
        ticks: Ticks,
        forget_keys: Callable[[Sequence[tuple[str, str]]], None],
    ) -> None:
        self._spool = spool
        self._warehouse = warehouse
        self._staging = Staging(warehouse)
        self._database = database
        self._store = store
        self._config = config
        self._now = now
        self._ticks = ticks
        self._forget_keys = forget_keys
        self._stop = threading.Event()
        self._one_block = threading.Lock()
        self.state = LoaderState()
        self.moved = threading.Condition()

    def place(self) -> Place:
        """Return how far the spool is loaded."""
        with self._database.read() as connection:
            latest = blocks.recent(connection, 2)
        for block in latest:
            if block.finished_at is not None:
                return Place.from_dict(block.end)
            return Place.from_dict(block.start)
        return START

    def run(self) -> None:
        """Load until :meth:`stop`; a failing warehouse is tried again with growing pauses, and the spool keeps everything."""
        self.state.running = True
        try:
            self._run()
        finally:
            self.state.running = False
            self._warehouse.close_thread()

    def _run(self) -> None:
        pause = 0.5
        place: Place | None = None
        while not self._stop.is_set():
            try:
                place = place or self.place()
                if self._spool.wait_beyond(place, 0.5):
                    self._linger(place)
                    place = self.load_one() or place
                pause = 0.5
            except _FAILURES as error:
                self._note_failure(error)
                self._stop.wait(pause)
                pause = min(pause * 2, 30.0)

    def _linger(self, place: Place) -> None:
        """With little to do, wait a moment for more: one block of many is cheaper than many blocks."""
        end = self._spool.end
        if end.segment == place.segment and end.offset - place.offset < self._config.block_bytes // 8:
            self._stop.wait(self._config.linger)

    def stop(self) -> None:
        """Make :meth:`run` return after the block in hand."""
        self._stop.set()

    def load_all(self) -> int:
        """Load until nothing is left; return how many blocks that took."""
        count = 0
        while self.load_one() is not None:
            count += 1
        return count

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the loader between two blocks, so that events and books can be compared; the spool takes what comes meanwhile."""
        with self._one_block:
            yield

    def load_one(self) -> Place | None:
        """Load one block; return the place after it, or None where nothing waits.

        Raises:
            WarehouseError, RecordsError: nothing is lost; the same block is made again at the next call.
        """
        with self.held():
            return self._load_one()

    def _load_one(self) -> Place | None:
        began = self._ticks()
        planned = self._plan()
        if planned is None:
            return None
        number, frames, end = planned
        outcome = self._put(number, frames)
        passing("loader.after_insert")
        with self._database.begin() as connection:
            keys = settle(connection, outcome, self._store, self._now())
            blocks.finish(connection, number, self._counts(outcome), self._now())
        passing("loader.after_ledger")
        self._spool.forget(end)
        self._forget_keys(keys)
        self._note(outcome, self._ticks() - began)
        return end

    def _plan(self) -> tuple[int, list[Frame], Place] | None:
        with self._database.read() as connection:
            unfinished = blocks.planned(connection)
        if unfinished is not None:
            start, end = Place.from_dict(unfinished.start), Place.from_dict(unfinished.end)
            return unfinished.number, self._spool.read_between(start, end), end
        start = self.place()
        frames, end = self._spool.read(start, rows=self._config.block_rows, size=self._config.block_bytes)
        if not frames:
            return None
        with self._database.begin() as connection:
            number = blocks.next_number(connection)
            blocks.plan(connection, number, start.as_dict(), end.as_dict(), self._now())
        return number, frames, end

    def _put(self, number: int, frames: list[Frame]) -> Outcome:
        full = [frame for frame in frames if frame.accepted]
        if not full:
            return Outcome(number, frames, [], {})
        began = self._ticks()
        self._fill(full)
        staged = self._ticks()
        doubles = self._staging.doubles(number)
        newest = self._staging.newest()
        looked = self._ticks()
        if len(doubles) < sum(frame.accepted for frame in full):
            self._staging.insert(number, doubles)
        times = {"stage": staged - began, "look_up": looked - staged, "insert": self._ticks() - looked}
        for name, seconds in times.items():
            self.state.stage_seconds[name] += seconds
        return Outcome(number, frames, doubles, newest, _reused_rows(full, doubles))

    def _fill(self, frames: list[Frame]) -> None:
        """Stage the rows. A frame that an older release spooled may have fewer columns; each shape is staged with its own."""
        shapes: dict[tuple[str, ...], list[bytes]] = defaultdict(list)
        for frame in frames:
            shapes[frame.columns].append(frame.rows)
        for index, (columns, pieces) in enumerate(shapes.items()):
            if index == 0:
                self._staging.fill(columns, pieces)
            else:
                self._warehouse.insert_rows("staging", columns, b"\n".join(pieces))

    def _counts(self, outcome: Outcome) -> dict[str, Any]:
        return {"frames": len(outcome.frames), "inserted": outcome.inserted, "doubles": len(outcome.doubles)}

    def _note(self, outcome: Outcome, seconds: float) -> None:
        state = self.state
        state.blocks += 1
        state.rows += outcome.inserted
        state.duplicates += len(outcome.doubles)
        state.last_seconds = seconds
        state.failing_since, state.error = None, ""
        with self.moved:
            self.moved.notify_all()
        log.debug("block loaded", block=outcome.number, rows=outcome.inserted, doubles=len(outcome.doubles), seconds=round(seconds, 3))

    def _note_failure(self, error: Exception) -> None:
        if self.state.failing_since is None:
            self.state.failing_since = self._now()
        self.state.error = str(error)
        log.warning("block not loaded; it stays in the spool and is tried again", error=str(error)[:500], kind=type(error).__name__)


def _reused_rows(frames: Sequence[Frame], doubles: Sequence[Double]) -> list[tuple[Frame, SetAside]]:
    """Return, for every row whose id is used by another event, what the quarantine keeps of it."""
    wanted = {(double.batch, double.position): double for double in doubles if double.reused}
    if not wanted:
        return []
    found = []
    for frame in frames:
        if not any(batch == frame.batch for batch, _ in wanted):
            continue
        place = frame.columns.index("position")
        for line in frame.rows.split(b"\n"):
            if not line:
                continue
            values = msgspec.json.decode(line)
            double = wanted.get((frame.batch, values[place]))
            if double is not None:
                found.append((frame, _as_event(frame.columns, values, double)))
    return found


def _as_event(columns: Sequence[str], values: Sequence[Any], double: Double) -> SetAside:
    event = {name: value for name, value in zip(columns, values, strict=True) if value is not None and name not in _ADDED}
    return SetAside(
        position=double.position,
        reason="id_reused",
        field="event_id",
        value=double.event_id[:80],
        message=f"event id {double.event_id[:80]!r} belongs to another event that is stored already",
        valid="a new id for a new event; the same body for the same event",
        preview="",
        sealed=msgspec.json.encode(event),
        customer=str(event.get("customer_id", "")),
    )


_ADDED = frozenset({"rank", "source", "batch", "position", "received_time"})
