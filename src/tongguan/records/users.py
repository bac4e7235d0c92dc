"""Who may sign in, as what, and how they like their pages."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from tongguan.model.access import Level, Role, Scope, User
from tongguan.records.errors import BadNameError, BadPreferenceError, NameTakenError, NoSuchRowError
from tongguan.records.passwords import Passwords, check_rules
from tongguan.records.sessions import revoke_all
from tongguan.records.tables import users
from tongguan.records.upsert import insert

LANGUAGES: Final = ("zh-CN", "en")
THEMES: Final = ("light", "dark")
DENSITIES: Final = ("normal", "compact")
_LONGEST_NAME: Final = 64


@dataclass(frozen=True)
class Account:
    """A user as administrators see one."""

    user: User
    created_at: datetime
    disabled_at: datetime | None
    signed_in_at: datetime | None


def name_key(name: str) -> str:
    """Return the form in which names are compared: ``Ｗang`` and ``WANG`` are one person."""
    return unicodedata.normalize("NFKC", name).casefold()


def create(conn: Connection, user: User, password: str, passwords: Passwords, at: datetime) -> None:
    """Add a user, with everything that ``user`` says.

    Hashing takes tens of milliseconds, and on SQLite other writers wait for it: fine for the few times it happens.

    Raises:
        BadNameError: empty, too long, control characters or spaces at an end.
        NameTakenError: somebody has the name (capitals do not matter).
        WeakPasswordError: the password breaks a rule.
        BadPreferenceError: no such language, theme or density.
    """
    _check_name(user.name)
    _check_preferences(user.language, user.theme, user.density)
    check_rules(password, user.name)
    row = {**_columns(user), "password_hash": passwords.hash(password), "created_at": at}
    statement = insert(conn, users).values(row).on_conflict_do_nothing(index_elements=["name_key"]).returning(users.c.id)
    if conn.execute(statement).one_or_none() is None:
        raise NameTakenError(user.name)


def get(conn: Connection, user_id: str) -> User | None:
    """Return an enabled user by id, or None."""
    return _enabled(conn, users.c.id == user_id)


def find(conn: Connection, name: str) -> User | None:
    """Return an enabled user by sign-in name, or None."""
    return _enabled(conn, users.c.name_key == name_key(name))


def list_accounts(conn: Connection) -> list[Account]:
    """Return all users, also disabled ones, by name."""
    rows = conn.execute(select(users).order_by(users.c.name_key))
    return [_account(row) for row in rows]


def account(conn: Connection, user_id: str) -> Account | None:
    """Return a user by id, also a disabled one, or None."""
    row = conn.execute(select(users).where(users.c.id == user_id)).one_or_none()
    return None if row is None else _account(row)


def count(conn: Connection) -> int:
    """Return how many users there are; none means that the store is new."""
    return conn.execute(select(func.count()).select_from(users)).scalar_one()


def find_account(conn: Connection, name: str) -> Account | None:
    """Return a user by sign-in name, also a disabled one, or None."""
    row = conn.execute(select(users).where(users.c.name_key == name_key(name))).one_or_none()
    return None if row is None else _account(row)


def note_sign_in(conn: Connection, user_id: str, at: datetime) -> None:
    """Note when a user signed in last."""
    _update(conn, user_id, {"signed_in_at": at})


def change_role(conn: Connection, user_id: str, role: Role, scope: Scope) -> None:
    """Give a user other work; browsers that are signed in see it with their next page."""
    values = {"role": role, "level": scope.level, "stages": sorted(scope.stages), "regions": sorted(scope.regions)}
    _update(conn, user_id, values)


def set_display_name(conn: Connection, user_id: str, display_name: str) -> None:
    """Change how a user is shown to others."""
    _update(conn, user_id, {"display_name": display_name})


def set_preferences(
    conn: Connection, user_id: str, *, language: str | None = None, theme: str | None = None, density: str | None = None
) -> None:
    """Change what is given, leave the rest.

    Raises:
        BadPreferenceError: no such value.
        NoSuchRowError: no such user.
    """
    _check_preferences(language or LANGUAGES[0], theme or THEMES[0], density or DENSITIES[0])
    given = {"language": language, "theme": theme, "density": density}
    changes = {name: value for name, value in given.items() if value is not None}
    if changes:
        _update(conn, user_id, changes)


def disable(conn: Connection, user_id: str, at: datetime) -> None:
    """Keep a user from signing in, and sign all their browsers out."""
    _update(conn, user_id, {"disabled_at": at})
    revoke_all(conn, user_id)


def enable(conn: Connection, user_id: str) -> None:
    """Let a disabled user sign in again."""
    _update(conn, user_id, {"disabled_at": None})


def user_of(row: Row[Any]) -> User:
    """Make a user of a row of the table."""
    return User(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        role=Role(row.role),
        scope=Scope(Level(row.level), frozenset(row.stages), frozenset(row.regions)),
        language=row.language,
        theme=row.theme,
        density=row.density,
        must_change_password=row.must_change_password,
    )


def _account(row: Row[Any]) -> Account:
    return Account(user_of(row), row.created_at, row.disabled_at, row.signed_in_at)


def _enabled(conn: Connection, where: Any) -> User | None:
    row = conn.execute(select(users).where(where, users.c.disabled_at.is_(None))).one_or_none()
    return None if row is None else user_of(row)


def _update(conn: Connection, user_id: str, values: dict[str, Any]) -> None:
    if conn.execute(update(users).where(users.c.id == user_id).values(values)).rowcount != 1:
        raise NoSuchRowError("用户", "user", user_id)


def _columns(user: User) -> dict[str, Any]:
    own = ("id", "name", "display_name", "role", "language", "theme", "density", "must_change_password")
    values = {name: getattr(user, name) for name in own}
    scope = {"level": user.scope.level, "stages": sorted(user.scope.stages), "regions": sorted(user.scope.regions)}
    return {**values, **scope, "name_key": name_key(user.name)}


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= _LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise BadNameError(name, _LONGEST_NAME)


def _check_preferences(language: str, theme: str, density: str) -> None:
    for what, value, valid in (("language", language, LANGUAGES), ("theme", theme, THEMES), ("density", density, DENSITIES)):
        if value not in valid:
            raise BadPreferenceError(what, value, valid)
