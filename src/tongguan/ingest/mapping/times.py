"""Texts to instants: stated formats, stated zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tongguan.lib.suggest import valid_hint

ISO = "iso"
EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1000, "epoch_us": 1}
"""Names of numeric formats and their microseconds."""

_FAR = 10**18
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ParseTime = Callable[[str], datetime]


def zone_named(name: str) -> ZoneInfo | None:
    """Return a time zone by its IANA name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def format_fault(form: str) -> str:
    """Say what is wrong with the name of a format; empty when nothing is."""
    if form == ISO or form in EPOCHS:
        return ""
    if "%" not in form:
        return f"no time format {form!r}; a strptime pattern, or {valid_hint(form, (ISO, *EPOCHS))}"
    try:
        datetime.strptime("", form)
    except ValueError as error:
        return f"time format {form!r}: {error}" if "bad directive" in str(error) or "stray %" in str(error) else ""
    return ""


def time_parser(formats: tuple[str, ...], zone: str) -> ParseTime:
    """Return a function from text to an instant in UTC; it raises ValueError when no format fits.

    Args:
        formats: ``iso``, ``epoch``, ``epoch_ms``, ``epoch_us`` or strptime patterns, tried in order.
        zone: IANA name of the zone of texts without one. A local time that a clock change skips counts with the
            offset before the change; one that occurs twice is taken as the first.
    """
    place = ZoneInfo(zone)
    parsers = [_parser(text) for text in formats]

    # Neighbouring rows often share a time or a promised date, and patterns are slow.
    @lru_cache(maxsize=4096)
    def parse(text: str) -> datetime:
        for parser in parsers:
            try:
                return _in_utc(parser(text), place)
            except (ValueError, OverflowError):
                continue
        raise ValueError(text)

    return parse


def _in_utc(found: datetime, place: tzinfo) -> datetime:
    if found.tzinfo is None:
        found = found.replace(tzinfo=place)
    return found.astimezone(UTC)


def _parser(form: str) -> ParseTime:
    if form == ISO:
        return datetime.fromisoformat
    if form in EPOCHS:
        return _epoch_parser(EPOCHS[form])
    return lambda text: datetime.strptime(text, form)


def _epoch_parser(micros: int) -> ParseTime:
    def parse(text: str) -> datetime:
        try:
            amount = Decimal(text) * micros
            if not abs(amount) < _FAR:
                raise ValueError(text)
            return _EPOCH + timedelta(microseconds=int(amount))
        except InvalidOperation as error:
            raise ValueError(text) from error

    return parse
