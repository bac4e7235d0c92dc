"""Names of regions for pages: the book as it was a few seconds ago at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tongguan.lib.now import Now
from tongguan.model.regions import RegionTree
from tongguan.web.kit.ports import QuestionFailedError, Questions

REMEMBERED: Final = timedelta(seconds=10)


class RegionBook:
    """Remembers the book of regions.

    Args:
        questions: whom to ask.
        now: clock.
    """

    def __init__(self, questions: Questions, now: Now) -> None:
        self._questions = questions
        self._now = now
        self._asked: datetime | None = None
        self.tree = RegionTree()

    async def refresh(self) -> None:
        """Ask again where the last answer is older than :data:`REMEMBERED`.

        Pages stand without names: where the question fails, the last answer is kept until the next time.
        """
        now = self._now()
        if self._asked is not None and timedelta(0) <= now - self._asked < REMEMBERED:
            return
        if self._asked is not None:
            # Noted before the answer: others show the last one meanwhile. The first answer is waited for by all.
            self._asked = now
        try:
            self.tree = await self._questions.regions()
        except QuestionFailedError:
            return
        finally:
            self._asked = now
