"""Deliveries that were refused whole: counted in memory, written to the ledger every second or so.

A flood of refused requests must not become a flood of writes. What is counted and not yet written is lost with the process;
the sender was told of each refusal, and nothing of it was taken.
"""

from __future__ import annotations

import threading
from collections import Counter

from sqlalchemy.exc import SQLAlchemyError

from tongguan.lib.now import Now
from tongguan.model.reasons import Reject
from tongguan.records import ledger
from tongguan.records.database import Database
from tongguan.records.errors import RecordsError

NOBODY = "(unknown)"
"""The source under which refusals without a valid token stand."""


class RejectionBook:
    """Counts refused deliveries, each as one record received and one rejected."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._counts: Counter[tuple[str, Reject]] = Counter()
        self._lock = threading.Lock()

    def count(self, source: str, reason: Reject) -> None:
        """Count one refused delivery."""
        with self._lock:
            self._counts[source or NOBODY, reason] += 1

    def write(self) -> None:
        """Write what was counted since the last time; when that fails it is kept for the next time.

        Raises:
            RecordsError: the store does not take it now.
        """
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            self._add(counts)
        except (RecordsError, SQLAlchemyError):
            with self._lock:
                self._counts.update(counts)
            raise

    def _add(self, counts: Counter[tuple[str, Reject]]) -> None:
        hour = self._now()
        with self._database.begin() as connection:
            for (source, reason), n in counts.items():
                ledger.add_received(connection, source, hour, n)
                ledger.add(connection, source, hour, "rejected", reason.value, n)
