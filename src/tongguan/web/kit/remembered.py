"""What all pages show and no page asks for by itself: one answer for everybody, a few seconds old at most."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tongguan.lib.now import Now
from tongguan.web.kit.ports import QuestionFailedError

T = TypeVar("T")


class Remembered(Generic[T]):
    """An answer that is asked for again once it is old.

    Args:
        ask: asks; may raise ``QuestionFailedError``.
        now: clock.
        first: the answer before the first one came.
        lasts: how long an answer is not asked for again.

    Attributes:
        value: the last answer.
        answered: any came.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], now: Now, first: T, lasts: timedelta) -> None:
        self._ask = ask
        self._now = now
        self._lasts = lasts
        self._asked: datetime | None = None
        self.value = first
        self.answered = False

    async def refresh(self) -> None:
        """Ask again where the last answer is old.

        Pages stand without it: where the question fails, the last answer is kept until the next time.
        """
        now = self._now()
        if self._asked is not None and timedelta(0) <= now - self._asked < self._lasts:
            return
        if self._asked is not None:
            # Noted before the answer: others show the last one meanwhile. The first answer is waited for by all.
            self._asked = now
        try:
            self.value = await self._ask()
            self.answered = True
        except QuestionFailedError:
            return
        finally:
            self._asked = now
