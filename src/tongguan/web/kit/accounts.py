"""What pages ask about users: sign-in, sessions, preferences, and for administrators users and API tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tongguan.model.access import Role, Scope, User


@dataclass(frozen=True)
class Session:
    """A signed-in browser.

    Attributes:
        cookie: the secret that the browser keeps (only its digest is stored).
        csrf: what every POST of this session must carry.
        user: as of now, so that a change of role counts at once.
    """

    cookie: str
    csrf: str
    user: User


class Refusal(StrEnum):
    """Why a sign-in failed; an unknown name and a wrong password are the same, so that names cannot be tried."""

    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"


@dataclass(frozen=True)
class SignInRefused:
    """A sign-in that failed.

    Attributes:
        until: when the next try is possible; None unless locked.
    """

    refusal: Refusal
    until: datetime | None = None


class PasswordFault(StrEnum):
    """Why a new password was not taken."""

    WRONG_CURRENT = "wrong_current"
    TOO_SHORT = "too_short"
    SAME = "same"
    TOO_COMMON = "too_common"


@dataclass(frozen=True)
class UserRow:
    """A user as administrators see one."""

    user: User
    disabled: bool
    created_time: datetime
    last_sign_in: datetime | None
    locked_until: datetime | None


@dataclass(frozen=True)
class NewUser:
    """What an administrator says about a new user."""

    name: str
    display_name: str
    role: Role
    scope: Scope


@dataclass(frozen=True)
class TokenRow:
    """An API token; its secret is not kept.

    Attributes:
        source: the source as which it may deliver; the name under which its records are accounted.
    """

    id: str
    name: str
    source: str
    created_by: str
    created_time: datetime
    last_used: datetime | None
    revoked_time: datetime | None


class NameTakenError(ValueError):
    """A user or token of this name exists."""


class Accounts(Protocol):
    """Users and what belongs to them."""

    async def sign_in(self, name: str, password: str, address: str) -> Session | SignInRefused:
        """Try a name and a password from a network address; logged either way."""
        ...

    async def session(self, cookie: str) -> Session | None:
        """Return the session behind a cookie; None where it ended, expired, or its user was disabled."""
        ...

    async def sign_out(self, session: Session) -> None:
        """End a session."""
        ...

    async def change_password(self, session: Session, current: str, new: str) -> PasswordFault | None:
        """Set a new password, end the user's other sessions, clear ``must_change_password``; None when it is done."""
        ...

    async def set_preferences(self, user: User, language: str, theme: str, density: str) -> None:
        """Store how the user wants pages; the values are valid ones."""
        ...

    async def users(self) -> Sequence[UserRow]:
        """Return all users by name."""
        ...

    async def create_user(self, by: User, new: NewUser) -> str:
        """Create a user that must change the password and return that one-time password.

        Raises:
            NameTakenError: the name is in use.
        """
        ...

    async def change_user(self, by: User, user_id: str, role: Role, scope: Scope) -> bool:
        """Set role and scope; False where there is no such user."""
        ...

    async def set_disabled(self, by: User, user_id: str, disabled: bool) -> bool:
        """Disable (ending all sessions) or enable a user; False where there is none or it is ``by`` itself."""
        ...

    async def reset_password(self, by: User, user_id: str) -> str | None:
        """Give a user a new one-time password, end the sessions and a lock; None where there is no such user."""
        ...

    async def tokens(self) -> Sequence[TokenRow]:
        """Return all API tokens, newest first, revoked ones included."""
        ...

    async def create_token(self, by: User, name: str, source: str) -> str:
        """Create an API token and return its secret, which nobody can see again.

        Raises:
            NameTakenError: a token of this name is in force.
        """
        ...

    async def revoke_token(self, by: User, token_id: str) -> bool:
        """End a token; False where there is none in force."""
        ...
