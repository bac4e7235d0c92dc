"""Column types that behave alike on both databases."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_KEY = 200


def micros(instant: datetime) -> int:
    """Return whole microseconds since 1970 UTC, exactly.

    Raises:
        ValueError: ``instant`` has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone; give an aware datetime such as 2026-01-01T00:00:00+00:00")
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(number: int) -> datetime:
    """Return the instant ``number`` microseconds after 1970, in UTC."""
    return _EPOCH + number * _MICROSECOND


def clean(text: str) -> str:
    """Return text that every database takes: NUL shown as ``␀``, half surrogates as ``?``.

    PostgreSQL refuses both inside text; what senders put into a bad record must not stop the record of it.
    """
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode("utf-8")


def key_text(text: str) -> str:
    """Return text as it is kept in keys: clean, and short enough for every database to index.

    Longer than 200 characters it is replaced by its SHA-256; ids that long come from broken senders only.
    """
    kept = clean(text)
    return kept if len(kept) <= _LONGEST_KEY else f"#{hashlib.sha256(kept.encode()).hexdigest()}"


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 UTC: it sorts, and no database changes its zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware datetime into its number."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn a number into an aware datetime in UTC."""
        return None if value is None else from_micros(value)


class Words(TypeDecorator[str]):
    """Text of any length, cleaned by :func:`clean` on its way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean the text."""
        return None if value is None else clean(value)


Counted = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key that the database counts up; SQLite counts only columns called INTEGER, which are 64 bits as well."""
