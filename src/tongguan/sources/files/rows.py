"""One row of a file, good or bad."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tongguan.model.reasons import Problem, Quarantine

MAX_KEPT = 64 * 1024
"""Characters of a bad row that are kept."""


class Row(NamedTuple):
    """A row that could be read.

    Attributes:
        number: 1-based place among the rows of the file, header and blank lines not counted.
        values: column → text as the file says it; None where the file has nothing.
    """

    number: int
    values: Mapping[str, str | None]


class BadRow(NamedTuple):
    """A row that could not be read.

    Attributes:
        number: 1-based place among the rows of the file, bad ones counted.
        text: what was found, at most ``MAX_KEPT`` characters; bytes that are no text are shown as ``\\xNN``.
        problem: why; it never repeats the row's text.
    """

    number: int
    text: str
    problem: Problem


@dataclass(frozen=True)
class Opened:
    """What the reader of one format gives.

    Attributes:
        columns: names in order; empty where rows differ (JSON lines).
        rows: the rows in file order.
        close: lets go of the file; may be called early.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row | BadRow]
    close: Callable[[], None]


def bad_row(number: int, text: str, message: str, valid: str = "", reason: Quarantine = Quarantine.BAD_ROW) -> BadRow:
    """Return a bad row whose problem concerns the row as a whole."""
    return BadRow(number, storable(text[:MAX_KEPT]), Problem(reason, "", "", message, valid))


def storable(text: str) -> str:
    """Return the text with undecodable bytes and NUL written out, so that it can be stored as UTF-8."""
    if text.isascii():
        return text.replace("\0", "\\x00")
    raw = text.encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def too_large(number: int, text: str, where: str, size: int, limit: int) -> BadRow:
    """Return the bad row for a field or line that is too long."""
    message = f"{where} has {size:,} characters or more"
    return bad_row(number, text, message, f"at most {limit:,} characters", Quarantine.TOO_LARGE)
