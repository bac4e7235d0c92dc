"""The rule book as pages and API ask for it; ``app`` keeps it in the operational store, ``kit/fake`` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from tongguan.clocks.book_mistakes import BookMistake
from tongguan.model.access import User
from tongguan.model.clocks import Books, RuleBook
from tongguan.model.rule_documents import Contents, RuleDraft

LONGEST_NOTE = 500
"""Characters of the note of a version."""


class RuleRefusal(StrEnum):
    """Why a version was not published."""

    CHANGED = "changed"
    NOTE = "note"
    MISTAKES = "mistakes"
    SAME = "same"


class RulesRefusedError(ValueError):
    """A version was not published.

    Attributes:
        refusal: why.
        newest: the version in force, where somebody else published it meanwhile.
        mistakes: what is wrong in the rules.
    """

    def __init__(self, refusal: RuleRefusal, message: str, newest: RuleBook | None = None, mistakes: Sequence[BookMistake] = ()) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.newest = newest
        self.mistakes = tuple(mistakes)


class Rules(Protocol):
    """Versions of the rule book, and each user's draft of the next one.

    Every method may raise ``QuestionFailedError``; publishing, ``RulesRefusedError``.
    """

    async def books(self) -> Books:
        """Return every version, the oldest first."""
        ...

    async def draft(self, user: User) -> RuleDraft | None:
        """Return what the user changed and has not published."""
        ...

    async def keep_draft(self, user: User, base: int, contents: Contents, before: Contents | None) -> None:
        """Put a draft in the place of the user's former one."""
        ...

    async def drop_draft(self, user: User) -> None:
        """Forget the user's draft."""
        ...

    async def publish(self, user: User, contents: Contents, note: str, expected_version: int) -> RuleBook:
        """Publish the next version and forget the user's draft. Logged.

        Args:
            user: its author.
            contents: all of it.
            note: why, on one line.
            expected_version: the newest version that the author knows.
        """
        ...
