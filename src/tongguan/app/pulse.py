"""When data moves: one thread waits for the loader, for everybody who waits in an event loop."""

from __future__ import annotations

import asyncio
import threading

from tongguan.ingest.loader import Loader


class LoaderPulse:
    """Grows with each block that the loader puts into the warehouse.

    Its thread begins with the first who waits and ends with :meth:`close`.

    Args:
        loader: whose blocks count.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._lock = threading.Lock()
        self._waiting: set[asyncio.Future[None]] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def moved(self, since: int) -> int:
        """Wait until more than ``since`` blocks are loaded; return how many are."""
        while self._loader.state.blocks <= since:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            with self._lock:
                self._start()
                self._waiting.add(future)
            try:
                # A block that came before the future was among those who wait has woken nobody.
                if self._loader.state.blocks <= since:
                    await future
            finally:
                with self._lock:
                    self._waiting.discard(future)
        return self._loader.state.blocks

    def close(self) -> None:
        """End the thread; who still waits is not woken any more."""
        self._closed = True
        with self._loader.moved:
            self._loader.moved.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, args=(self._loader.state.blocks,), name="pulse", daemon=True)
            self._thread.start()

    def _run(self, seen: int) -> None:
        while True:
            with self._loader.moved:
                while not self._closed and self._loader.state.blocks <= seen:
                    self._loader.moved.wait()
            if self._closed:
                return
            seen = self._loader.state.blocks
            with self._lock:
                for future in self._waiting:
                    future.get_loop().call_soon_threadsafe(_wake, future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
