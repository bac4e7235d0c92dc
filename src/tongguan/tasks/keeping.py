"""Keeps a task for every open step of a queue, and ends those whose case went on; see decision 0013."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from tongguan.lib.ids import digest_id
from tongguan.lib.now import Now
from tongguan.model.tasks import Queue
from tongguan.model.vocabulary import Vocabulary
from tongguan.model.waiting import OpenStep
from tongguan.records import cursors, task_keeping
from tongguan.records.database import Database

AT_A_TIME: Final = 2_000
"""So many tasks are written in one transaction, so that people who work wait for none of them long."""

LOOK_AGAIN: Final = timedelta(seconds=30)
"""Where the open steps seem to be as they were, they are looked at again after this time."""

_OPEN_STEPS: Final = "open_steps"
"""The cursor that moves whenever open steps were written."""


@dataclass(frozen=True)
class Kept:
    """What one round did: tasks made, brought up to date, and ended."""

    made: int = 0
    changed: int = 0
    ended: int = 0


def task_id(queue: str, case_key: str, step: OpenStep) -> str:
    """Return the id of the task that begins with an open step: the same whenever and wherever it is made."""
    return digest_id(queue, step.kind, case_key, step.since.isoformat())[:20]


class TaskKeeper:
    """Holds tasks and open steps against each other; one round at a time.

    Args:
        database: migrated.
        vocabulary: has the queues.
        now: clock.
    """

    def __init__(self, database: Database, vocabulary: Vocabulary, now: Now) -> None:
        self._database = database
        self._queues = vocabulary.queues
        self._now = now
        self._one_round = threading.Lock()
        self._seen: tuple[dict[str, Any] | None, datetime] | None = None

    def round(self) -> Kept:
        """Bring every queue up to what waits now.

        Raises:
            RecordsError: what is not written yet, the next round writes.
        """
        with self._one_round:
            at = self._now()
            with self._database.read() as conn:
                place = cursors.get(conn, _OPEN_STEPS)
            if place is not None and self._seen is not None and self._seen[0] == place and at - self._seen[1] < LOOK_AGAIN:
                return Kept()
            found = [self._keep(queue) for queue in self._queues.values()]
            gone = self._repeat(self._forgotten, lambda conn, ids: task_keeping.overtake(conn, ids, self._now(), None))
            # Kept only now: what a round left undone is looked at again.
            self._seen = (place, at)
        made, changed, ended = (sum(getattr(one, name) for one in found) for name in ("made", "changed", "ended"))
        return Kept(made, changed, ended + gone)

    def _keep(self, queue: Queue) -> Kept:
        return Kept(
            ended=self._repeat(lambda conn: task_keeping.left(conn, queue, AT_A_TIME), self._overtaking(queue)),
            changed=self._repeat(
                lambda conn: task_keeping.changed(conn, queue, AT_A_TIME), lambda conn, ids: task_keeping.follow(conn, queue, ids)
            ),
            made=self._make(queue),
        )

    def _overtaking(self, queue: Queue) -> Callable[[Connection, list[str]], int]:
        return lambda conn, ids: task_keeping.overtake(conn, ids, self._now(), queue)

    def _forgotten(self, conn: Connection) -> list[str]:
        return task_keeping.forgotten(conn, list(self._queues), AT_A_TIME)

    def _repeat(self, look: Callable[[Connection], list[str]], write: Callable[[Connection, list[str]], int]) -> int:
        """Look and write, until nothing is found or nothing of it can be written now."""
        count = 0
        while True:
            with self._database.read() as conn:
                ids = look(conn)
            if not ids:
                return count
            with self._database.begin() as conn:
                written = write(conn, ids)
            count += written
            if written == 0 or len(ids) < AT_A_TIME:
                return count

    def _make(self, queue: Queue) -> int:
        count = 0
        while True:
            with self._database.read() as conn:
                found = task_keeping.missing(conn, queue, AT_A_TIME)
            if not found:
                return count
            rows = [(task_id(queue.name, case_key, step), case_key, step) for case_key, step in found]
            with self._database.begin() as conn:
                made = task_keeping.make(conn, queue, rows, self._now())
            count += made
            if made == 0 or len(found) < AT_A_TIME:
                return count
