"""Signed-in browsers. The cookie's token is 256 random bits; only its SHA-256 is kept, so a stolen store signs nobody in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, or_, select, update

from tongguan.records.randomness import RandomBytes, random_text
from tongguan.records.tables import sessions, users

IDLE: Final = timedelta(hours=8)
"""A browser that asked for nothing this long must sign in again."""

LONGEST: Final = timedelta(days=30)
"""However busy, a browser must sign in again after this."""

_NOTED: Final = timedelta(minutes=1)
"""Asking is written down at most this often, so that reading pages does not write."""


@dataclass(frozen=True)
class NewSession:
    """What the browser is told once: the token for its cookie, and the CSRF token for its forms."""

    token: str
    csrf: str


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    user_id: str
    csrf: str
    opened_at: datetime
    seen_at: datetime

    def csrf_fits(self, given: str) -> bool:
        """Tell whether a form came from a page of this session; takes the same time whatever was given."""
        return hmac.compare_digest(self.csrf.encode(), given.encode("utf-8", "replace"))


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def open_session(conn: Connection, user_id: str, at: datetime, random_bytes: RandomBytes = secrets.token_bytes) -> NewSession:
    """Sign a browser in. Always with a new token: one that the browser brought along is never taken over."""
    new = NewSession(random_text(random_bytes), random_text(random_bytes))
    row = {"token_hash": hash_of(new.token), "user_id": user_id, "csrf": new.csrf, "opened_at": at, "seen_at": at}
    conn.execute(insert(sessions).values(row))
    return new


def find(conn: Connection, token: str, at: datetime) -> Session | None:
    """Return the session of a token, or None: unknown, revoked, expired, or its user disabled."""
    columns = (sessions.c.user_id, sessions.c.csrf, sessions.c.opened_at, sessions.c.seen_at)
    found = select(*columns).join(users, users.c.id == sessions.c.user_id).where(users.c.disabled_at.is_(None))
    found = found.where(sessions.c.token_hash == hash_of(token), sessions.c.seen_at > at - IDLE, sessions.c.opened_at > at - LONGEST)
    row = conn.execute(found).one_or_none()
    return None if row is None else Session(*row)


def needs_touch(session: Session, at: datetime) -> bool:
    """Tell whether :func:`touch` would write anything."""
    return session.seen_at <= at - _NOTED


def touch(conn: Connection, token: str, at: datetime) -> None:
    """Note that a browser asked for something; an expired session does not come back to life."""
    alive = (sessions.c.token_hash == hash_of(token), sessions.c.seen_at > at - IDLE, sessions.c.opened_at > at - LONGEST)
    conn.execute(update(sessions).where(*alive, sessions.c.seen_at <= at - _NOTED).values(seen_at=at))


def revoke(conn: Connection, token: str) -> bool:
    """Sign a browser out; tell whether it was signed in."""
    return conn.execute(delete(sessions).where(sessions.c.token_hash == hash_of(token))).rowcount == 1


def revoke_all(conn: Connection, user_id: str, *, keep: str = "") -> int:
    """Sign all browsers of a user out, but the one with the token ``keep``; return how many."""
    statement = delete(sessions).where(sessions.c.user_id == user_id)
    if keep:
        statement = statement.where(sessions.c.token_hash != hash_of(keep))
    return conn.execute(statement).rowcount


def prune(conn: Connection, at: datetime) -> int:
    """Drop expired sessions; return how many."""
    expired = or_(sessions.c.seen_at <= at - IDLE, sessions.c.opened_at <= at - LONGEST)
    return conn.execute(delete(sessions).where(expired)).rowcount
