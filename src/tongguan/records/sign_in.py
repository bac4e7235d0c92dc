"""Signing in: who it is, and when guessing must stop.

An attempt is counted before the password is looked at and forgiven when it fits, so that many guesses at the same
moment are counted as well. Names that nobody has are counted and locked like others: the answer does not tell them
apart. Passwords are hashed between the transactions, not inside one: other writers do not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, case, delete, not_, select, update

from tongguan.model.access import User
from tongguan.records.columns import key_text
from tongguan.records.database import Database
from tongguan.records.errors import LockedOutError, NoSuchRowError, WrongCredentialsError
from tongguan.records.passwords import Passwords, check_rules
from tongguan.records.sessions import revoke_all
from tongguan.records.tables import sign_in_attempts, users
from tongguan.records.upsert import insert
from tongguan.records.users import name_key, user_of

FAILURES: Final = 5
"""So many failures in a row lock a name."""

LOCKED_FOR: Final = timedelta(minutes=15)
"""For so long after the last of them; failures older than this no longer count."""


@dataclass(frozen=True)
class _Candidate:
    """What is known of a name before the password is looked at."""

    user: User
    password_hash: str


def sign_in(database: Database, name: str, password: str, passwords: Passwords, at: datetime) -> User:
    """Return the user whose name and password these are. Opens transactions of its own.

    Raises:
        WrongCredentialsError: no such user, disabled, or another password.
        LockedOutError: :data:`FAILURES` failures under the name; says until when.
    """
    with database.begin() as conn:
        count_attempt(conn, name, at)
        candidate = _candidate(conn, name)
    fits = passwords.fits(candidate.password_hash if candidate else None, password)
    if candidate is None or not fits:
        raise WrongCredentialsError
    renewed = passwords.hash(password) if passwords.outdated(candidate.password_hash) else None
    with database.begin() as conn:
        forgive(conn, name)
        if renewed is not None:
            # Only if nobody changed the password meanwhile.
            same = (users.c.id == candidate.user.id, users.c.password_hash == candidate.password_hash)
            conn.execute(update(users).where(*same).values(password_hash=renewed))
    return candidate.user


def change_password(
    database: Database, user: User, old: str, new: str, passwords: Passwords, at: datetime, *, keep_session: str = ""
) -> None:
    """Let a user change their own password; all their browsers but ``keep_session`` (a token) are signed out.

    Raises:
        WrongCredentialsError: ``old`` is not the password.
        LockedOutError: too many failures under the name.
        WeakPasswordError: ``new`` breaks a rule.
    """
    check_rules(new, user.name)
    sign_in(database, user.name, old, passwords, at)
    hashed = passwords.hash(new)
    with database.begin() as conn:
        _store(conn, user.id, hashed, must_change=False)
        revoke_all(conn, user.id, keep=keep_session)


def reset_password(database: Database, user: User, new: str, passwords: Passwords) -> None:
    """Let somebody else set a user's password: it must be changed at the next sign-in, and the lock is lifted.

    Raises:
        WeakPasswordError: ``new`` breaks a rule.
        NoSuchRowError: no such user.
    """
    check_rules(new, user.name)
    hashed = passwords.hash(new)
    with database.begin() as conn:
        _store(conn, user.id, hashed, must_change=True)
        revoke_all(conn, user.id)
        forgive(conn, user.name)


def count_attempt(conn: Connection, name: str, at: datetime) -> int:
    """Count an attempt as failed until it is forgiven; return the failures in a row, this one included.

    Raises:
        LockedOutError: there are :data:`FAILURES` already; this one is not counted.
    """
    attempts, key = sign_in_attempts, _key(name)
    recent = attempts.c.last_at > at - LOCKED_FOR
    statement = insert(conn, attempts).values(name_key=key, failures=1, last_at=at)
    counted = statement.on_conflict_do_update(
        index_elements=["name_key"],
        set_={"failures": case((recent, attempts.c.failures + 1), else_=1), "last_at": at},
        where=not_(and_(recent, attempts.c.failures >= FAILURES)),
    )
    failures = conn.execute(counted.returning(attempts.c.failures)).scalar_one_or_none()
    if failures is None:
        last = conn.execute(select(attempts.c.last_at).where(attempts.c.name_key == key)).scalar_one()
        raise LockedOutError(last + LOCKED_FOR)
    return failures


def forgive(conn: Connection, name: str) -> None:
    """Forget the failures under a name."""
    conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.name_key == _key(name)))


def prune_attempts(conn: Connection, at: datetime) -> int:
    """Drop failures that no longer count; return under how many names."""
    return conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.last_at <= at - LOCKED_FOR)).rowcount


def _key(name: str) -> str:
    return key_text(name_key(name))


def _candidate(conn: Connection, name: str) -> _Candidate | None:
    found = select(users).where(users.c.name_key == name_key(name), users.c.disabled_at.is_(None))
    row = conn.execute(found).one_or_none()
    return None if row is None else _Candidate(user_of(row), row.password_hash)


def _store(conn: Connection, user_id: str, hashed: str, *, must_change: bool) -> None:
    values = {"password_hash": hashed, "must_change_password": must_change}
    if conn.execute(update(users).where(users.c.id == user_id).values(values)).rowcount != 1:
        raise NoSuchRowError("用户", "user", user_id)
