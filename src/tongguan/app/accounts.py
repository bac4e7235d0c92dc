"""Users, sessions and API tokens for pages and API, over the operational store. What changes something is in the audit.

Audit rows name users by their sign-in names and tokens by their ids. A name under which nobody is known is not written
down: people type passwords into the wrong field.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Now
from tongguan.model.access import EVERYTHING, Role, Scope, User
from tongguan.records import audit, sessions, sign_in, tokens, users
from tongguan.records.database import Database
from tongguan.records.errors import (
    DisabledUserError,
    LockedOutError,
    NoSuchRowError,
    PasswordRule,
    TokenNameTakenError,
    WeakPasswordError,
    WrongCredentialsError,
)
from tongguan.records.errors import NameTakenError as UserNameTakenError
from tongguan.records.passwords import Passwords
from tongguan.records.randomness import RandomBytes, one_time_password
from tongguan.records.tokens import NewToken
from tongguan.web.kit.accounts import NameTakenError, NewUser, PasswordFault, Refusal, Session, SignInRefused, TokenRow, UserRow

T = TypeVar("T")

FIRST_USER: Final = "admin"
"""Sign-in name of the user that an empty store begins with."""

_FAULTS: Final = {
    PasswordRule.TOO_SHORT: PasswordFault.TOO_SHORT,
    # The nearest that pages can say; nobody who types a password gets there.
    PasswordRule.TOO_LONG: PasswordFault.TOO_COMMON,
    PasswordRule.TOO_COMMON: PasswordFault.TOO_COMMON,
}


def ensure_first_user(
    database: Database, now: Now, passwords: Passwords | None = None, random_bytes: RandomBytes = secrets.token_bytes
) -> str | None:
    """Create an administrator in a store without users and return the one-time password; None where there are users.

    Args:
        database: migrated.
        now: clock.
        passwords: hashes; the ordinary cost when left out.
        random_bytes: where the password comes from.
    """
    at = now()
    password = one_time_password(random_bytes)
    user = User(sortable_id(at), FIRST_USER, FIRST_USER, Role.ADMIN, EVERYTHING, must_change_password=True)
    try:
        with database.begin() as conn:
            if users.count(conn):
                return None
            users.create(conn, user, password, passwords or Passwords(), at)
            audit.append(conn, at, "", "create", "user", user.name, {"first": True, **_work(user.role, user.scope)})
    except UserNameTakenError:
        # Another process that shares the store was faster.
        return None
    return password


@dataclass(frozen=True)
class _Moment:
    """The store at the moment of one call."""

    database: Database
    at: datetime

    def log(self, conn: Connection, by: str, action: str, kind: str, which: str, /, **detail: Any) -> None:
        """Write down who did what; last in the transaction that does it."""
        audit.append(conn, self.at, by, action, kind, which, detail)


class RecordAccounts:
    """Implements :class:`tongguan.web.kit.accounts.Accounts`; nothing here holds up the event loop.

    Args:
        database: migrated.
        now: clock.
        pool: threads for the store and for hashing.
        passwords: hashes; the ordinary cost when left out.
        random_bytes: where cookies, tokens and one-time passwords come from.
    """

    def __init__(
        self,
        database: Database,
        now: Now,
        pool: Executor,
        passwords: Passwords | None = None,
        random_bytes: RandomBytes = secrets.token_bytes,
    ) -> None:
        self._database = database
        self._now = now
        self._pool = pool
        self._passwords = passwords or Passwords()
        self._random_bytes = random_bytes

    async def _run(self, work: Callable[[_Moment], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(_Moment(self._database, self._now())))

    async def sign_in(self, name: str, password: str, address: str) -> Session | SignInRefused:
        """Try a name and a password from a network address; logged either way."""
        return await self._run(lambda moment: self._sign_in(moment, name, password, address))

    def _sign_in(self, moment: _Moment, name: str, password: str, address: str) -> Session | SignInRefused:
        opened: list[sessions.NewSession] = []

        def let_in(conn: Connection, user: User) -> None:
            opened.append(sessions.open_session(conn, user.id, moment.at, self._random_bytes))
            moment.log(conn, user.name, "sign_in", "user", user.name, address=address)

        try:
            user = sign_in.sign_in(moment.database, name, password, self._passwords, moment.at, let_in)
        except LockedOutError as error:
            return _refused(moment, name, address, SignInRefused(Refusal.LOCKED, error.until))
        except DisabledUserError:
            return _refused(moment, name, address, SignInRefused(Refusal.DISABLED))
        except WrongCredentialsError:
            return _refused(moment, name, address, SignInRefused(Refusal.WRONG))
        return Session(opened[0].token, opened[0].csrf, user)

    async def session(self, cookie: str) -> Session | None:
        """Return the session behind a cookie; None where it ended, expired, or its user was disabled."""
        return await self._run(lambda moment: _session(moment, cookie))

    async def sign_out(self, session: Session) -> None:
        """End a session."""

        def work(moment: _Moment) -> None:
            with moment.database.begin() as conn:
                if sessions.revoke(conn, session.cookie):
                    moment.log(conn, session.user.name, "sign_out", "user", session.user.name)

        await self._run(work)

    async def change_password(self, session: Session, current: str, new: str) -> PasswordFault | None:
        """Set a new password, end the user's other sessions, clear ``must_change_password``; None when it is done.

        Wrong current passwords count as failed sign-ins; while the name is locked, every one is taken as wrong.
        """
        return await self._run(lambda moment: self._change_password(moment, session, current, new))

    def _change_password(self, moment: _Moment, session: Session, current: str, new: str) -> PasswordFault | None:
        user = session.user
        if new == current:
            return PasswordFault.SAME

        def note(conn: Connection, changed: User) -> None:
            moment.log(conn, changed.name, "change_password", "user", changed.name)

        try:
            sign_in.change_password(moment.database, user, current, new, self._passwords, moment.at, keep_session=session.cookie, note=note)
        except WeakPasswordError as error:
            return _FAULTS[error.rule]
        except (WrongCredentialsError, DisabledUserError, LockedOutError) as error:
            with moment.database.begin() as conn:
                moment.log(conn, user.name, "change_password_refused", "user", user.name, why=error.key)
            return PasswordFault.WRONG_CURRENT
        return None

    async def set_preferences(self, user: User, language: str, theme: str, density: str) -> None:
        """Store how the user wants pages; the values are valid ones."""

        def work(moment: _Moment) -> None:
            with moment.database.begin() as conn:
                users.set_preferences(conn, user.id, language=language, theme=theme, density=density)
                chosen = {"language": language, "theme": theme, "density": density}
                moment.log(conn, user.name, "set_preferences", "user", user.name, **chosen)

        await self._run(work)

    async def users(self) -> Sequence[UserRow]:
        """Return all users by name."""
        return await self._run(_users)

    async def create_user(self, by: User, new: NewUser) -> str:
        """Create a user that must change the password and return that one-time password.

        Raises:
            NameTakenError: the name is in use.
            BadNameError: the name cannot be one.
        """

        def work(moment: _Moment) -> str:
            password = one_time_password(self._random_bytes)
            user = User(sortable_id(moment.at), new.name, new.display_name, new.role, new.scope, must_change_password=True)
            with moment.database.begin() as conn:
                users.create(conn, user, password, self._passwords, moment.at)
                moment.log(conn, by.name, "create", "user", user.name, **_work(user.role, user.scope))
            return password

        try:
            return await self._run(work)
        except UserNameTakenError as error:
            raise NameTakenError(str(error)) from error

    async def change_user(self, by: User, user_id: str, role: Role, scope: Scope) -> bool:
        """Set role and scope; False where there is no such user, or it is ``by`` itself: the last administrator stays one."""

        def work(moment: _Moment) -> bool:
            with moment.database.begin() as conn:
                found = users.account(conn, user_id)
                if found is None:
                    return False
                before = _work(found.user.role, found.user.scope)
                if user_id == by.id and before != _work(role, scope):
                    return False
                if before != _work(role, scope):
                    users.change_role(conn, user_id, role, scope)
                    moment.log(conn, by.name, "change", "user", found.user.name, **_work(role, scope), before=before)
                return True

        return await self._run(work)

    async def set_disabled(self, by: User, user_id: str, disabled: bool) -> bool:
        """Disable (ending all sessions) or enable a user; False where there is none or it is ``by`` itself."""

        def work(moment: _Moment) -> bool:
            with moment.database.begin() as conn:
                found = users.account(conn, user_id)
                if found is None or user_id == by.id:
                    return False
                if disabled == (found.disabled_at is not None):
                    return True
                if disabled:
                    users.disable(conn, user_id, moment.at)
                else:
                    users.enable(conn, user_id)
                moment.log(conn, by.name, "disable" if disabled else "enable", "user", found.user.name)
                return True

        return await self._run(work)

    async def reset_password(self, by: User, user_id: str) -> str | None:
        """Give a user a new one-time password, end the sessions and a lock; None where there is no such user."""

        def work(moment: _Moment) -> str | None:
            with moment.database.read() as conn:
                found = users.account(conn, user_id)
            if found is None:
                return None

            def note(conn: Connection, user: User) -> None:
                moment.log(conn, by.name, "reset_password", "user", user.name)

            password = one_time_password(self._random_bytes)
            sign_in.reset_password(moment.database, found.user, password, self._passwords, note)
            return password

        return await self._run(work)

    async def tokens(self) -> Sequence[TokenRow]:
        """Return all API tokens, newest first, revoked ones included."""

        def work(moment: _Moment) -> list[TokenRow]:
            with moment.database.read() as conn:
                return [_token_row(token) for token in tokens.list_tokens(conn)]

        return await self._run(work)

    async def create_token(self, by: User, name: str, source: str) -> str:
        """Create an API token and return its secret, which nobody can see again.

        Raises:
            NameTakenError: a token of this name is in force.
            ValueError: name or source is empty.
        """
        return (await self.make_token(by, name, source)).plaintext

    async def make_token(self, by: User, name: str, source: str) -> NewToken:
        """Do as :meth:`create_token` and return the id as well."""

        def work(moment: _Moment) -> NewToken:
            with moment.database.begin() as conn:
                new = tokens.create(conn, sortable_id(moment.at), name, source, by.name, moment.at, self._random_bytes)
                moment.log(conn, by.name, "create", "token", new.id, name=name, source=source)
            return new

        try:
            return await self._run(work)
        except TokenNameTakenError as error:
            raise NameTakenError(str(error)) from error

    async def revoke_token(self, by: User, token_id: str) -> bool:
        """End a token; False where there is none in force."""

        def work(moment: _Moment) -> bool:
            with moment.database.begin() as conn:
                tokens.revoke(conn, token_id, by.name, moment.at)
                moment.log(conn, by.name, "revoke", "token", token_id)
            return True

        try:
            return await self._run(work)
        except NoSuchRowError:
            return False


def _refused(moment: _Moment, name: str, address: str, refused: SignInRefused) -> SignInRefused:
    with moment.database.begin() as conn:
        known = users.find_account(conn, name)
        moment.log(conn, "", "sign_in_refused", "user", known.user.name if known else "", why=refused.refusal.value, address=address)
    return refused


def _session(moment: _Moment, cookie: str) -> Session | None:
    with moment.database.read() as conn:
        found = sessions.find(conn, cookie, moment.at)
        user = users.get(conn, found.user_id) if found else None
    if found is None or user is None:
        return None
    if sessions.needs_touch(found, moment.at):
        with moment.database.begin() as conn:
            sessions.touch(conn, cookie, moment.at)
    return Session(cookie, found.csrf, user)


def _users(moment: _Moment) -> list[UserRow]:
    with moment.database.read() as conn:
        accounts = users.list_accounts(conn)
        locked = sign_in.locks(conn, [account.user.name for account in accounts], moment.at)
    return [
        UserRow(found.user, found.disabled_at is not None, found.created_at, found.signed_in_at, locked.get(found.user.name))
        for found in accounts
    ]


def _token_row(token: tokens.ApiToken) -> TokenRow:
    return TokenRow(token.id, token.name, token.source, token.created_by, token.created_at, token.last_used_at, token.revoked_at)


def _work(role: Role, scope: Scope) -> dict[str, Any]:
    """Return what a user is there for, as the audit keeps it."""
    return {"role": role.value, "level": scope.level.value, "stages": sorted(scope.stages), "regions": sorted(scope.regions)}
