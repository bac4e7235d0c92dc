"""Saved views of lists: filters, order and columns under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongguan.model.access import Role, User

MOST_VIEWS: Final = 50
"""Views of one user on one page."""

LONGEST_NAME: Final = 60


@dataclass(frozen=True)
class SavedView:
    """A view.

    Attributes:
        owner: user id; ``owner_name`` is how the owner is shown, empty for nobody known.
        page: path of the list.
        name: empty for the one that only keeps which columns its owner wants.
        query: the part of the address after ``?``.
        shared: everybody who may see the page sees it.
        deleted_time: None while it is there.
    """

    id: str
    owner: str
    owner_name: str
    page: str
    name: str
    query: str
    shared: bool
    changed_time: datetime
    deleted_time: datetime | None = None

    def may_be_seen_by(self, user: User) -> bool:
        """Tell whether a user sees it while it is there: its owner, and all others where it is shared."""
        return self.owner == user.id or self.shared

    def may_be_changed_by(self, user: User) -> bool:
        """Tell whether a user may change it: its owner, and administrators where it is shared."""
        return self.owner == user.id or (self.shared and user.role is Role.ADMIN)

    def may_be_found_by(self, user: User) -> bool:
        """Tell whether a user may be told of it: a deleted one is there only for those who may bring it back."""
        return self.may_be_seen_by(user) if self.deleted_time is None else self.may_be_changed_by(user)
