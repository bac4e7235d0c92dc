"""Keeps a task for every open step of a queue, and ends those whose case went on; see decision 0013."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Connection

from tongguan.lib.ids import digest_id
from tongguan.lib.now import Now
from tongguan.model.tasks import Queue
from tongguan.model.vocabulary import Vocabulary
from tongguan.model.waiting import OpenStep
from tongguan.records import task_keeping, touched
from tongguan.records.database import Database
from tongguan.records.task_keeping import Part

T = TypeVar("T")

AT_A_TIME: Final = 2_000
"""So many tasks are written in one transaction, so that people who work wait for none of them long."""

LOOK_AT_ALL: Final = timedelta(minutes=10)
"""All cases are looked at when the process begins, when all open steps were made anew, and again after this time."""


@dataclass(frozen=True)
class Kept:
    """What one round did: tasks made, brought up to date, and ended."""

    made: int = 0
    changed: int = 0
    ended: int = 0

    def __add__(self, other: Kept) -> Kept:
        """Add up."""
        return Kept(self.made + other.made, self.changed + other.changed, self.ended + other.ended)


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
        self._all_seen: datetime | None = None

    def round(self) -> Kept:
        """Bring every queue up to what waits now.

        Raises:
            RecordsError: what is not written yet, the next round writes.
        """
        with self._one_round:
            total = Kept()
            if self._all_seen is None or self._now() - self._all_seen >= LOOK_AT_ALL:
                total = self._everything()
            return total + self._touched()

    def catch_up(self) -> Kept:
        """Look only at what is noted to have changed.

        Raises:
            RecordsError: what is not written yet, the next round writes.
        """
        with self._one_round:
            return self._touched()

    def _touched(self) -> Kept:
        total = Kept()
        while True:
            with self._database.begin() as conn:
                cases = touched.take(conn, AT_A_TIME)
                done = self._some(conn, cases or [])
            if cases is None:
                # Forgotten until all were looked at: a round that breaks off begins anew.
                self._all_seen = None
                done = self._everything()
            total += done
            if cases is not None and len(cases) < AT_A_TIME:
                return total

    def _some(self, conn: Connection, cases: list[tuple[str, str]]) -> Kept:
        """Hold these cases against their tasks, given by kind and key."""
        done = Kept()
        for queue in self._queues.values() if cases else ():
            part = Part({key for kind, key in cases if kind == queue.kind}, limit=AT_A_TIME)
            done += Kept(
                ended=task_keeping.overtake(conn, _ids(task_keeping.left(conn, queue, part)), self._now(), queue),
                changed=task_keeping.follow(conn, queue, _ids(task_keeping.changed(conn, queue, part))),
                made=self._make(queue, conn, task_keeping.missing(conn, queue, part)),
            )
        return done

    def _everything(self) -> Kept:
        at, done = self._now(), Kept()
        with self._database.begin() as conn:
            task_keeping.know_sizes(conn)
        for queue in self._queues.values():
            done += Kept(
                ended=self._walk(partial(task_keeping.left, queue=queue), partial(self._overtake, queue)),
                changed=self._walk(partial(task_keeping.changed, queue=queue), partial(self._follow, queue)),
                made=self._walk(partial(task_keeping.missing, queue=queue), partial(self._make, queue)),
            )
        with self._database.begin() as conn:
            gone = task_keeping.forgotten(conn, list(self._queues), AT_A_TIME)
            done += Kept(ended=task_keeping.overtake(conn, gone, self._now(), None))
        self._all_seen = at
        return done

    def _walk(self, look: Callable[..., list[tuple[str, T]]], write: Callable[[Connection, list[tuple[str, T]]], int]) -> int:
        """Look at all cases in the order of their keys, and write what was found, stretch by stretch."""
        count, after = 0, ""
        while True:
            with self._database.read() as conn:
                found = look(conn, part=Part(after=after, limit=AT_A_TIME))
            if found:
                after = found[-1][0]
                with self._database.begin() as conn:
                    before, count = count, count + write(conn, found)
                    if before.bit_length() != count.bit_length() and count >= AT_A_TIME:
                        task_keeping.know_sizes(conn)
            if len(found) < AT_A_TIME:
                return count

    def _overtake(self, queue: Queue, conn: Connection, found: list[tuple[str, str]]) -> int:
        return task_keeping.overtake(conn, _ids(found), self._now(), queue)

    def _follow(self, queue: Queue, conn: Connection, found: list[tuple[str, str]]) -> int:
        return task_keeping.follow(conn, queue, _ids(found))

    def _make(self, queue: Queue, conn: Connection, found: list[tuple[str, OpenStep]]) -> int:
        rows = [(task_id(queue.name, case_key, step), case_key, step) for case_key, step in found]
        return task_keeping.make(conn, queue, rows, self._now())


def _ids(found: list[tuple[str, str]]) -> list[str]:
    return [one for _, one in found]
