"""Names of regions for pages: the book as it was a few seconds ago at most."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tongguan.lib.now import Now
from tongguan.model.regions import RegionTree
from tongguan.web.kit.ports import Questions
from tongguan.web.kit.remembered import Remembered

REMEMBERED: Final = timedelta(seconds=10)


class RegionBook:
    """Remembers the book of regions for :data:`REMEMBERED`.

    Args:
        questions: whom to ask.
        now: clock.

    Attributes:
        kept: the last answer.
    """

    def __init__(self, questions: Questions, now: Now) -> None:
        self.kept = Remembered(questions.regions, now, RegionTree(), REMEMBERED)

    @property
    def tree(self) -> RegionTree:
        """The book; empty before the first answer."""
        return self.kept.value

    async def refresh(self) -> None:
        """Ask again where the last answer is old; see :meth:`Remembered.refresh`."""
        await self.kept.refresh()
