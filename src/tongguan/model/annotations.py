"""Notes at days of an indicator: what happened outside the numbers, such as a promotion or an outage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tongguan.model.access import Role, User

LONGEST_TEXT: Final = 200

MOST_NOTES: Final = 500
"""Notes of one indicator, and notes of all together that stand on every indicator."""

KEPT: Final = timedelta(days=1)
"""How long a removed note can be brought back."""


@dataclass(frozen=True)
class Annotation:
    """A note.

    Attributes:
        indicator: name of the indicator; empty: it stands on every indicator.
        first_day, last_day: days of the operation's zone, both included; they may lie ahead.
        author: user id; ``author_name`` is how the author is shown, empty for nobody known.
        deleted_time: None while it is there.
    """

    id: str
    indicator: str
    first_day: date
    last_day: date
    text: str
    author: str
    author_name: str
    made_time: datetime
    deleted_time: datetime | None = None

    def may_be_removed_by(self, user: User) -> bool:
        """Tell whether a user may remove it, or bring it back: its author and administrators."""
        return self.author == user.id or user.role is Role.ADMIN

    def lies_in(self, since: date | None, until: date | None) -> bool:
        """Tell whether any of its days is one of these; None leaves an end open."""
        return (since is None or self.last_day >= since) and (until is None or self.first_day <= until)


def tidy(text: str) -> str:
    """Return a note's text on one line: what separates words, full-width spaces too, becomes one space."""
    return " ".join(text.split())


def writable(text: str) -> bool:
    """Tell whether a tidy text can be a note: something to see, and not too much of it."""
    return 0 < len(text) <= LONGEST_TEXT and text.isprintable()


def may_write_on_all(user: User) -> bool:
    """Tell whether a user may write what stands on every indicator: who sees the indicators of every stage."""
    return not user.scope.stages
