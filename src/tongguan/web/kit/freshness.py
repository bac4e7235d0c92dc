"""Until when data is loaded, for the bar of pages whose own answers do not tell it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tongguan.lib.now import Now
from tongguan.web.kit.ports import Questions
from tongguan.web.kit.remembered import Remembered

REMEMBERED: Final = timedelta(seconds=2)
"""So long all pages share one answer: less than what passes between two looks at a page that moves."""


class Freshness:
    """Remembers the time of the newest event for :data:`REMEMBERED`.

    Args:
        questions: whom to ask.
        now: clock.

    Attributes:
        kept: the last answer.
    """

    def __init__(self, questions: Questions, now: Now) -> None:
        self.kept = Remembered[datetime | None](questions.data_through, now, None, REMEMBERED)

    @property
    def through(self) -> datetime | None:
        """Time of the newest event; None without any, and before the first answer."""
        return self.kept.value

    @property
    def nothing(self) -> bool:
        """Tell whether no source ever sent anything; where that is not known, it is not said."""
        return self.kept.answered and self.kept.value is None

    async def refresh(self) -> None:
        """Ask again where the last answer is old; see :meth:`Remembered.refresh`."""
        await self.kept.refresh()
