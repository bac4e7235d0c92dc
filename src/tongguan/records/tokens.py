"""Tokens of the programs that send records: one source each, shown once, kept as a hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select, update

from tongguan.records.errors import NoSuchRowError, TokenNameTakenError
from tongguan.records.randomness import RandomBytes, random_text
from tongguan.records.sessions import hash_of
from tongguan.records.tables import LIVE_TOKEN, api_tokens
from tongguan.records.upsert import insert

PREFIX: Final = "tg_"
"""By this people and secret scanners know a token when they see one."""

_NOTED: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class ApiToken:
    """A token, without its text."""

    id: str
    name: str
    source: str
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


@dataclass(frozen=True)
class NewToken:
    """A token just made; its text is shown now and never again."""

    id: str
    plaintext: str


def create(
    conn: Connection, token_id: str, name: str, source: str, by: str, at: datetime, random_bytes: RandomBytes = secrets.token_bytes
) -> NewToken:
    """Make a token that sends as ``source``. 256 random bits need no slow hash.

    Raises:
        ValueError: ``name`` or ``source`` is empty.
        TokenNameTakenError: a token in force has the name.
    """
    if not name or not source:
        raise ValueError(f"a token needs a name and a source; given were {name!r} and {source!r}")
    plaintext = PREFIX + random_text(random_bytes)
    row = {"id": token_id, "token_hash": hash_of(plaintext), "name": name, "source": source, "created_at": at, "created_by": by}
    statement = insert(conn, api_tokens).values(row).on_conflict_do_nothing(index_elements=["name"], index_where=LIVE_TOKEN)
    if conn.execute(statement.returning(api_tokens.c.id)).one_or_none() is None:
        raise TokenNameTakenError(name)
    return NewToken(token_id, plaintext)


def find(conn: Connection, plaintext: str) -> ApiToken | None:
    """Return the token with this text, or None: unknown or revoked."""
    if not plaintext.startswith(PREFIX):
        return None
    found = select(api_tokens).where(api_tokens.c.token_hash == hash_of(plaintext), api_tokens.c.revoked_at.is_(None))
    row = conn.execute(found).one_or_none()
    return None if row is None else _token(row)


def touch(conn: Connection, token_id: str, at: datetime) -> None:
    """Note that a token was used; written at most once a minute."""
    stale = or_(api_tokens.c.last_used_at.is_(None), api_tokens.c.last_used_at <= at - _NOTED)
    conn.execute(update(api_tokens).where(api_tokens.c.id == token_id, stale).values(last_used_at=at))


def revoke(conn: Connection, token_id: str, by: str, at: datetime) -> None:
    """Make a token worthless.

    Raises:
        NoSuchRowError: no such token, or it is revoked already.
    """
    statement = update(api_tokens).where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
    if conn.execute(statement.values(revoked_at=at, revoked_by=by)).rowcount != 1:
        raise NoSuchRowError("有效令牌", "live token", token_id)


def list_tokens(conn: Connection) -> list[ApiToken]:
    """Return all tokens, also revoked ones, newest first."""
    return [_token(row) for row in conn.execute(select(api_tokens).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id))]


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(**{name: value for name, value in row._mapping.items() if name != "token_hash"})
