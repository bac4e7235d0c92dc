"""What runs beside the requests: relay, refusals, open steps, breaches, tasks, findings, pruning. Each loop has its own pace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from tongguan.app.installation import Installation
from tongguan.app.rejections import RejectionBook
from tongguan.ingest.errors import DeliveryError
from tongguan.model.ports import Delivery, RawRecord
from tongguan.processes.breaches import BreachTeller
from tongguan.records import blocks, idempotency, outbox, sessions, sign_in, task_pruning
from tongguan.records.errors import RecordsError
from tongguan.warehouse.errors import WarehouseError

log = structlog.get_logger(__name__)

RELAY_SOURCE = "records"
"""The source under which what people do in Tongguan itself is accounted."""

_KEYS_KEPT = timedelta(days=7)
_RELAY_AT_A_TIME = 500
_BLOCKS_KEPT = 10_000
_TASKS_AT_A_TIME = 500


@dataclass(frozen=True)
class Loop:
    """Something that is done again and again.

    Attributes:
        name: for the log and the thread.
        seconds: pause between two rounds.
        round: one round.
    """

    name: str
    seconds: float
    round: Callable[[], object]


def loops(installation: Installation, rejections: RejectionBook) -> list[Loop]:
    """Return every loop of a server."""
    teller = BreachTeller(installation.database, installation.vocabulary, installation.rule_books)
    return [
        Loop("relay", 0.5, lambda: relay(installation)),
        Loop("rejections", 1.0, rejections.write),
        Loop("open steps", 1.0, installation.keeper.round),
        Loop("breaches", 2.0, lambda: teller.sweep(installation.now())),
        Loop("tasks", 2.0, installation.task_keeper.round),
        Loop("flags", 2.0, installation.flagger.round),
        Loop("findings", 20.0, installation.watcher.round),
        Loop("pruning", 600.0, lambda: _prune(installation)),
    ]


def relay(installation: Installation) -> None:
    """Send what waits in the outbox through ingest, and mark it once the spool took it.

    A crash between the two sends it again; its event ids (``records:<table>:<id>:<version>``) keep it from counting twice.
    """
    with installation.database.read() as connection:
        waiting = outbox.pending(connection, _RELAY_AT_A_TIME)
    if not waiting:
        return
    records = [RawRecord(place, msgspec.json.encode({**row.event, "event_id": row.event_id})) for place, row in enumerate(waiting)]
    installation.ingest.deliver(Delivery(RELAY_SOURCE, len(records), records, trusted=True))
    with installation.database.begin() as connection:
        outbox.mark_sent(connection, [row.id for row in waiting], installation.now())


def _prune(installation: Installation) -> None:
    at = installation.now()
    with installation.database.begin() as connection:
        idempotency.prune(connection, at - _KEYS_KEPT)
        outbox.prune(connection, at - _KEYS_KEPT)
        sessions.prune(connection, at)
        sign_in.prune_attempts(connection, at)
        blocks.prune(connection, _BLOCKS_KEPT)
    ended = at - timedelta(days=installation.settings.ended_task_days)
    pruned = _TASKS_AT_A_TIME
    while pruned == _TASKS_AT_A_TIME:
        with installation.database.begin() as connection:
            pruned = task_pruning.prune(connection, ended, _TASKS_AT_A_TIME)


class LoopThreads:
    """Runs loops, a thread each, until stopped.

    A failing round is logged and done again at the next turn. A fault of ours ends the thread, with its traceback on standard error; it is
    begun again after a while, so that one record nobody thought of does not stop the work on all others for good.

    Args:
        found: the loops.
        pause: seconds until what ended is begun again.
    """

    def __init__(self, found: list[Loop], *, pause: float = 30.0) -> None:
        self._stop = threading.Event()
        self._pause = pause
        self._faulty: set[str] = set()
        self._threads = {loop: self._begun(loop) for loop in found}
        self._reviver = threading.Thread(target=self._revive, name="reviver", daemon=True)
        self._reviver.start()

    def _begun(self, loop: Loop) -> threading.Thread:
        thread = threading.Thread(target=self._run, args=(loop,), name=loop.name, daemon=True)
        thread.start()
        return thread

    def _run(self, loop: Loop) -> None:
        while not self._stop.wait(loop.seconds):
            try:
                loop.round()
            except (RecordsError, WarehouseError, SQLAlchemyError, DeliveryError) as error:
                log.warning("a round failed and is tried again", loop=loop.name, error=str(error)[:300])
            else:
                self._faulty.discard(loop.name)

    def _revive(self) -> None:
        while not self._stop.wait(self._pause):
            for loop in [loop for loop, thread in self._threads.items() if not thread.is_alive()]:
                self._faulty.add(loop.name)
                log.error("a loop ended by a fault and is begun again", loop=loop.name)
                self._threads[loop] = self._begun(loop)

    def dead(self) -> list[str]:
        """Return the names of loops that ended by a fault of ours, until one of their rounds ends well."""
        if self._stop.is_set():
            return []
        return [loop.name for loop, thread in self._threads.items() if loop.name in self._faulty or not thread.is_alive()]

    def stop(self) -> None:
        """Let every loop end its round, and wait for it."""
        self._stop.set()
        self._reviver.join()
        for thread in self._threads.values():
            thread.join()
