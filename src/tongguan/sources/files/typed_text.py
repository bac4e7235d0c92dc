"""Typed values as canonical text, so that a mapping sees the same text whatever the file's format is."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import msgspec

_DIGITS = 15
"""Decimal digits that a double holds for certain; more of them are binary noise."""


def decimal_text(value: Decimal) -> str:
    """Return all digits of a decimal, never with an exponent: ``12.50``."""
    return format(value, "f")


def float_text(value: float) -> str | None:
    """Return a double as people wrote it: ``0.1 + 0.2`` is ``0.3``, ``12.0`` is ``12``; None for not-a-number."""
    if math.isnan(value):
        return None
    if math.isinf(value):
        return str(value)
    if value.is_integer() and abs(value) < 2**63:
        return str(int(value))
    shortest = Decimal(repr(value))
    if len(shortest.as_tuple().digits) > _DIGITS:
        shortest = Decimal(f"{value:.{_DIGITS}g}")
    return format(shortest.normalize(), "f")


def cell_text(value: object) -> str | None:
    """Return any value of a typed file as text; times are ISO 8601, durations are seconds."""
    match value:
        case None | "":
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return float_text(value)
        case Decimal():
            return decimal_text(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return float_text(value.total_seconds())
        case bytes():
            return value.decode("utf-8", "surrogateescape")
        case _:
            return msgspec.json.encode(value, enc_hook=str).decode("utf-8")
