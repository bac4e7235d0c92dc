"""Notes at days of indicators, as pages and API ask for them; ``app`` keeps them in the operational store, ``kit/fake`` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol

from tongguan.model.access import User
from tongguan.model.annotations import Annotation


class NoteRefusal(StrEnum):
    """Why a note was not kept, removed or brought back."""

    TEXT = "text"
    DAYS = "days"
    ORDER = "order"
    FULL = "full"
    EVERYWHERE = "everywhere"
    MISSING = "missing"
    NOT_YOURS = "not_yours"


class NoteRefusedError(ValueError):
    """A note was not kept, removed or brought back; ``refusal`` says why."""

    def __init__(self, refusal: NoteRefusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


class Annotations(Protocol):
    """Notes and who may do what with them.

    A note on an indicator that the user does not see is as if it were not there. Every method may raise ``QuestionFailedError``;
    those that change, ``NoteRefusedError``.
    """

    async def notes(self, user: User, indicator: str = "", since: date | None = None, until: date | None = None) -> Sequence[Annotation]:
        """Return notes by their days, each with a day from ``since`` to ``until``; None leaves an end open.

        Args:
            user: who asks.
            indicator: those that stand on it, with those on every indicator; empty: all that the user sees.
            since, until: days.

        Raises:
            NoSuchIndicatorError: there is no such indicator, or the user does not see it.
        """
        ...

    async def write_note(self, user: User, indicator: str, first_day: date, last_day: date, text: str) -> Annotation:
        """Keep a note; an empty ``indicator`` puts it on every one. Logged.

        Raises:
            NoSuchIndicatorError: there is no such indicator, or the user does not see it.
        """
        ...

    async def remove_note(self, user: User, note_id: str) -> Annotation:
        """Remove a note; it can be brought back for a day. Logged."""
        ...

    async def restore_note(self, user: User, note_id: str) -> Annotation:
        """Bring a removed note back. Logged."""
        ...

    async def note(self, user: User, note_id: str) -> Annotation | None:
        """Return a note that the user sees, or a removed one that the user may bring back."""
        ...
