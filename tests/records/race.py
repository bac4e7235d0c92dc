"""Two or more threads that begin at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def race(run: Callable[[int], T], threads: int = 2) -> list[T]:
    """Call ``run(0)``, ``run(1)`` … at once, each in a thread; return what they returned, or raise what one raised."""
    gate = threading.Barrier(threads, timeout=20)

    def wait_and_run(number: int) -> T:
        gate.wait()
        return run(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(wait_and_run, range(threads)))
