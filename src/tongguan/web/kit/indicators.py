"""What pages, API and command line may ask about indicators. ``app`` implements it over ``metrics``; a fake ships with the kit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from tongguan.model.access import User
from tongguan.model.indicator_answers import IndicatorQuery, IndicatorRows, IndicatorShelf, IndicatorTable, RowsQuery
from tongguan.model.published import PublishedRegions


class NotAskableError(ValueError):
    """Indicators cannot be asked for in this way; the text names them and what would be valid. A retry does not help."""


class NoSuchIndicatorError(LookupError):
    """There is no such indicator, or the user does not see it; the text names the nearest."""


class Indicators(Protocol):
    """Questions about indicators; every answer but the published one keeps to the user's stages and regions."""

    async def shelf(self, user: User) -> IndicatorShelf:
        """Return every indicator that the user sees, in the order of areas."""
        ...

    async def dimensions(self, user: User, names: Sequence[str]) -> Sequence[str]:
        """Return by what all of some indicators together can be taken apart.

        Raises:
            NoSuchIndicatorError: one of them is not there.
        """
        ...

    async def answer(self, user: User, query: IndicatorQuery) -> IndicatorTable:
        """Return the numbers of a question.

        Raises:
            NoSuchIndicatorError, NotAskableError: see there.
            QuestionFailedError: the warehouse could not answer.
        """
        ...

    async def rows(self, user: User, query: RowsQuery) -> IndicatorRows:
        """Return the newest rows behind a number.

        Raises:
            NoSuchIndicatorError, NotAskableError: see there; indicators made of others have no rows of their own.
            QuestionFailedError: the warehouse could not answer.
        """
        ...

    async def published(self, user: User, name: str, since: date, until: date) -> PublishedRegions:
        """Return an indicator in every region with enough behind it, whatever the user's regions; the user's stages still count.

        Only users with :attr:`Permission.COMPARE_REGIONS` may be answered; whoever asks has checked that.

        Raises:
            NoSuchIndicatorError, NotAskableError: see there; indicators without regions are not published.
            QuestionFailedError: the warehouse could not answer.
        """
        ...
