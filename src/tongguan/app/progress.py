"""The board on which whoever works in the background tells pages how far it is."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from tongguan.web.kit.progress import Progress


class ProgressBoard:
    """Holds one line per key. Safe from several threads."""

    def __init__(self) -> None:
        self._posted: dict[str, Progress] = {}
        self._lock = threading.Lock()

    def post(self, progress: Progress) -> None:
        """Put a line up, in place of the one with the same key."""
        with self._lock:
            self._posted[progress.key] = progress

    def withdraw(self, key: str) -> None:
        """Take a line down; nothing happens where there is none."""
        with self._lock:
            self._posted.pop(key, None)

    def __call__(self) -> Sequence[Progress]:
        """Return all lines in the order in which they were first posted."""
        with self._lock:
            return tuple(self._posted.values())
