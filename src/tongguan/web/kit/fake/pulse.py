"""Data that moves when somebody says so."""

from __future__ import annotations

import asyncio
import threading


class FakePulse:
    """A pulse by hand; :meth:`move` may be called from any thread."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()
        self._waiting: set[asyncio.Future[None]] = set()

    async def moved(self, since: int) -> int:
        """Wait until it was moved more than ``since`` times."""
        while True:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            with self._lock:
                if self._count > since:
                    return self._count
                self._waiting.add(future)
            try:
                await future
            finally:
                with self._lock:
                    self._waiting.discard(future)

    def move(self) -> None:
        """Say that data moved."""
        with self._lock:
            self._count += 1
            for future in self._waiting:
                future.get_loop().call_soon_threadsafe(_wake, future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
