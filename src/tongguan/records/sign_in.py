"""Signing in: who it is, and when guessing must stop.

An attempt is counted before the password is looked at and forgiven when it fits, so that many guesses at the same
moment are counted as well. Names that nobody has are counted and locked like others: the answer does not tell them
apart. Passwords are hashed between the transactions, not inside one: other writers do not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, case, delete, not_, select, update

from tongguan.model.access import User
from tongguan.records.columns import key_text
from tongguan.records.database import Database
from tongguan.records.errors import DisabledUserError, LockedOutError, NoSuchRowError, WrongCredentialsError
from tongguan.records.passwords import Passwords, check_rules
from tongguan.records.sessions import revoke_all
from tongguan.records.tables import sign_in_attempts, users
from tongguan.records.upsert import insert
from tongguan.records.users import name_key, note_sign_in, user_of

FAILURES: Final = 5
"""So many failures in a row lock a name."""

LOCKED_FOR: Final = timedelta(minutes=15)
"""For so long after the last of them; failures older than this no longer count."""


Note = Callable[[Connection, User], None]
"""Called in the transaction in which a user was let in or a password changed: for the audit, for a session."""


@dataclass(frozen=True)
class _Candidate:
    """What is known of a name before the password is looked at."""

    user: User
    password_hash: str
    disabled: bool


def sign_in(database: Database, name: str, password: str, passwords: Passwords, at: datetime, note: Note | None = None) -> User:
    """Return the user whose name and password these are. Opens transactions of its own.

    Raises:
        WrongCredentialsError: no such user, or another password.
        DisabledUserError: the password is right, but the user is disabled.
        LockedOutError: :data:`FAILURES` failures under the name; says until when.
    """
    candidate = _check(database, name, password, passwords, at)
    renewed = passwords.hash(password) if passwords.outdated(candidate.password_hash) else None
    with database.begin() as conn:
        _hold(conn, candidate)
        forgive(conn, name)
        note_sign_in(conn, candidate.user.id, at)
        if renewed is not None:
            conn.execute(update(users).where(users.c.id == candidate.user.id).values(password_hash=renewed))
        if note is not None:
            note(conn, candidate.user)
    return candidate.user


def change_password(
    database: Database,
    user: User,
    old: str,
    new: str,
    passwords: Passwords,
    at: datetime,
    *,
    keep_session: str = "",
    note: Note | None = None,
) -> None:
    """Let a user change their own password; all their browsers but ``keep_session`` (a token) are signed out.

    Raises:
        WrongCredentialsError: ``old`` is not the password.
        DisabledUserError: the user was disabled meanwhile.
        LockedOutError: too many failures under the name.
        WeakPasswordError: ``new`` breaks a rule.
    """
    check_rules(new, user.name)
    candidate = _check(database, user.name, old, passwords, at)
    hashed = passwords.hash(new)
    with database.begin() as conn:
        _hold(conn, candidate)
        forgive(conn, user.name)
        _store(conn, candidate.user.id, hashed, must_change=False)
        revoke_all(conn, candidate.user.id, keep=keep_session)
        if note is not None:
            note(conn, candidate.user)


def reset_password(database: Database, user: User, new: str, passwords: Passwords, note: Note | None = None) -> None:
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
        if note is not None:
            note(conn, user)


def locks(conn: Connection, names: Iterable[str], at: datetime) -> dict[str, datetime]:
    """Return which of the names are locked at ``at``, and until when."""
    locked = (sign_in_attempts.c.failures >= FAILURES, sign_in_attempts.c.last_at > at - LOCKED_FOR)
    rows = conn.execute(select(sign_in_attempts.c.name_key, sign_in_attempts.c.last_at).where(*locked))
    until = {row.name_key: row.last_at + LOCKED_FOR for row in rows}
    return {name: until[_key(name)] for name in names if _key(name) in until}


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


def _check(database: Database, name: str, password: str, passwords: Passwords, at: datetime) -> _Candidate:
    """Count an attempt and look at the password; who has the right one is not let in before :func:`_hold`."""
    with database.begin() as conn:
        count_attempt(conn, name, at)
        candidate = _candidate(conn, name)
    fits = passwords.fits(candidate.password_hash if candidate else None, password)
    if candidate is None or not fits:
        raise WrongCredentialsError
    if candidate.disabled:
        raise DisabledUserError(candidate.user.name)
    return candidate


def _candidate(conn: Connection, name: str) -> _Candidate | None:
    row = conn.execute(select(users).where(users.c.name_key == name_key(name))).one_or_none()
    return None if row is None else _Candidate(user_of(row), row.password_hash, row.disabled_at is not None)


def _hold(conn: Connection, candidate: _Candidate) -> None:
    """Keep the user's row as it is until the transaction ends.

    Without this a session could be opened with a password that was reset, or for a user who was disabled, while the
    password was being hashed.

    Raises:
        WrongCredentialsError: the password is another one by now, or the user was disabled.
    """
    same = (users.c.id == candidate.user.id, users.c.password_hash == candidate.password_hash, users.c.disabled_at.is_(None))
    if conn.execute(select(users.c.id).where(*same).with_for_update()).one_or_none() is None:
        raise WrongCredentialsError


def _store(conn: Connection, user_id: str, hashed: str, *, must_change: bool) -> None:
    values = {"password_hash": hashed, "must_change_password": must_change}
    if conn.execute(update(users).where(users.c.id == user_id).values(values)).rowcount != 1:
        raise NoSuchRowError("用户", "user", user_id)
