"""Event loops whose time leaps: whoever sleeps an hour wakes at once, and all in the same order as in real time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(selectors.DefaultSelector):
    """Instead of waiting for time to pass, lets it pass."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0 if timeout is not None else None)
        if not found and timeout:
            self.now += timeout
        return found


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def leap(work: Coroutine[Any, Any, T]) -> T:
    """Run work in a loop of its own that never really sleeps."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)
