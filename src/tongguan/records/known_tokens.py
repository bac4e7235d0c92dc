"""Tokens that are in the vault for certain, remembered in this process so that they are not looked up again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from tongguan.records.vault import Sealing


class KnownTokens:
    """The pairs of customer and token used last. Safe to share between threads.

    Call :meth:`missing` before ``Vault.seal_many``, :meth:`remember` after its transaction committed, and
    :meth:`forget` after an erasure or a readmission.

    Args:
        capacity: how many pairs are remembered; one takes about 300 bytes.
    """

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._pairs: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def missing(self, entries: Iterable[Sealing]) -> list[Sealing]:
        """Return those entries that may not be in the vault yet, each once."""
        unknown: dict[tuple[str, str], Sealing] = {}
        with self._lock:
            for entry in entries:
                pair = (entry.customer, entry.token)
                if pair in self._pairs:
                    self._pairs.move_to_end(pair)
                else:
                    unknown[pair] = entry
        return list(unknown.values())

    def remember(self, entries: Iterable[Sealing]) -> None:
        """Note that entries are in the vault."""
        with self._lock:
            for entry in entries:
                self._pairs[entry.customer, entry.token] = None
            while len(self._pairs) > self._capacity:
                self._pairs.popitem(last=False)

    def forget(self, customer: str) -> None:
        """Note that nothing is known of a customer any more."""
        with self._lock:
            for pair in [pair for pair in self._pairs if pair[0] == customer]:
                del self._pairs[pair]
