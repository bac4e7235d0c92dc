"""Users in memory: one for every role, all with the same password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Now
from tongguan.model.access import EVERYTHING, Level, Role, Scope, User
from tongguan.web.kit.accounts import NameTakenError, NewUser, PasswordFault, Refusal, Session, SignInRefused, TokenRow, UserRow

PASSWORD = "correct horse battery"
_TRIES = 5
_LOCK = timedelta(minutes=15)


class FakeAccounts:
    """Accounts in memory; not for anything but tests and looking at pages."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._users: dict[str, UserRow] = {}
        self._passwords: dict[str, str] = {}
        self._failures: dict[str, int] = {}
        self._sessions: dict[str, tuple[str, str]] = {}
        self._tokens: dict[str, TokenRow] = {}
        for role in Role:
            scope = Scope(Level.CITY, regions=frozenset({"GX-NN"})) if role is Role.SERVICE_AGENT else EVERYTHING
            self._add(User(f"u-{role}", str(role), f"{role}".replace("_", " ").title(), role, scope), PASSWORD)
        self._add(User("u-new", "newcomer", "New Comer", Role.ANALYST, EVERYTHING, must_change_password=True), PASSWORD)

    def _add(self, user: User, password: str) -> None:
        self._users[user.id] = UserRow(user, False, self._now() - timedelta(days=30), None, None)
        self._passwords[user.id] = password

    def _secret(self) -> str:
        return sortable_id(self._now()) + sortable_id(self._now())

    def session_for(self, role: Role, *, language: str = "zh-CN", theme: str = "light", density: str = "normal") -> Session:
        """Open a session without a password, with preferences set."""
        row = self._users[f"u-{role}"]
        self._users[row.user.id] = replace(row, user=replace(row.user, language=language, theme=theme, density=density))
        return self._open(row.user.id)

    def _open(self, user_id: str) -> Session:
        cookie, csrf = self._secret(), self._secret()
        self._sessions[cookie] = (user_id, csrf)
        return Session(cookie, csrf, self._users[user_id].user)

    async def sign_in(self, name: str, password: str, address: str) -> Session | SignInRefused:
        row = next((row for row in self._users.values() if row.user.name == name), None)
        locked = self._locked(name, row)
        if locked:
            return SignInRefused(Refusal.LOCKED, locked)
        if row is None or self._passwords[row.user.id] != password:
            self._failures[name] = self._failures.get(name, 0) + 1
            if self._failures[name] >= _TRIES and row is not None:
                self._users[row.user.id] = replace(row, locked_until=self._now() + _LOCK)
            return SignInRefused(Refusal.WRONG)
        if row.disabled:
            return SignInRefused(Refusal.DISABLED)
        self._failures.pop(name, None)
        self._users[row.user.id] = replace(row, last_sign_in=self._now())
        return self._open(row.user.id)

    def _locked(self, name: str, row: UserRow | None) -> datetime | None:
        if row is None:
            return self._now() + _LOCK if self._failures.get(name, 0) >= _TRIES else None
        return row.locked_until if row.locked_until and row.locked_until > self._now() else None

    async def session(self, cookie: str) -> Session | None:
        if cookie not in self._sessions:
            return None
        user_id, csrf = self._sessions[cookie]
        return Session(cookie, csrf, self._users[user_id].user)

    async def sign_out(self, session: Session) -> None:
        self._sessions.pop(session.cookie, None)

    async def change_password(self, session: Session, current: str, new: str) -> PasswordFault | None:
        user_id = session.user.id
        if self._passwords[user_id] != current:
            return PasswordFault.WRONG_CURRENT
        if new == current:
            return PasswordFault.SAME
        if len(new) < 12:
            return PasswordFault.TOO_SHORT
        if len(set(new)) < 5:
            return PasswordFault.TOO_COMMON
        self._passwords[user_id] = new
        row = self._users[user_id]
        self._users[user_id] = replace(row, user=replace(row.user, must_change_password=False))
        self._end_sessions(user_id, but=session.cookie)
        return None

    def _end_sessions(self, user_id: str, but: str = "") -> None:
        self._sessions = {cookie: who for cookie, who in self._sessions.items() if who[0] != user_id or cookie == but}

    async def set_preferences(self, user: User, language: str, theme: str, density: str) -> None:
        row = self._users[user.id]
        self._users[user.id] = replace(row, user=replace(row.user, language=language, theme=theme, density=density))

    def people(self) -> Sequence[User]:
        """Return everybody who may sign in."""
        return [row.user for row in self._users.values() if not row.disabled]

    def person(self, user_id: str) -> User:
        """Return a user by id; KeyError where there is none."""
        return self._users[user_id].user

    async def users(self) -> Sequence[UserRow]:
        return sorted(self._users.values(), key=lambda row: row.user.name)

    async def create_user(self, by: User, new: NewUser) -> str:
        if any(row.user.name == new.name for row in self._users.values()):
            raise NameTakenError(f"a user called {new.name!r} exists")
        password = sortable_id(self._now())
        self._add(User(f"u-{new.name}", new.name, new.display_name, new.role, new.scope, must_change_password=True), password)
        return password

    async def change_user(self, by: User, user_id: str, role: Role, scope: Scope) -> bool:
        row = self._users.get(user_id)
        if row is None:
            return False
        self._users[user_id] = replace(row, user=replace(row.user, role=role, scope=scope))
        return True

    async def set_disabled(self, by: User, user_id: str, disabled: bool) -> bool:
        row = self._users.get(user_id)
        if row is None or by.id == user_id:
            return False
        self._users[user_id] = replace(row, disabled=disabled)
        self._end_sessions(user_id)
        return True

    async def reset_password(self, by: User, user_id: str) -> str | None:
        row = self._users.get(user_id)
        if row is None:
            return None
        self._passwords[user_id] = sortable_id(self._now())
        self._users[user_id] = replace(row, locked_until=None, user=replace(row.user, must_change_password=True))
        self._end_sessions(user_id)
        return self._passwords[user_id]

    async def tokens(self) -> Sequence[TokenRow]:
        return sorted(self._tokens.values(), key=lambda row: row.id, reverse=True)

    async def create_token(self, by: User, name: str, source: str) -> str:
        if any(row.name == name and row.revoked_time is None for row in self._tokens.values()):
            raise NameTakenError(f"a token called {name!r} is in force")
        token_id = sortable_id(self._now())
        self._tokens[token_id] = TokenRow(token_id, name, source, by.name, self._now(), None, None)
        return f"tg_{self._secret()}"

    async def revoke_token(self, by: User, token_id: str) -> bool:
        row = self._tokens.get(token_id)
        if row is None or row.revoked_time is not None:
            return False
        self._tokens[token_id] = replace(row, revoked_time=self._now())
        return True
