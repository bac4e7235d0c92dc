"""Identifiers: random ones that sort by time, and ones derived from content."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import datetime

NewId = Callable[[], str]
"""Gives an identifier that was never given before."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _base32(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, rest = divmod(number, 32)
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits))


def sortable_id(instant: datetime, randomness: Callable[[int], int] = secrets.randbits) -> str:
    """Return 26 characters: 48 bits of milliseconds since 1970 and 80 random bits, in Crockford's base 32.

    Two ids of different milliseconds sort as their instants do (the layout of ULID).
    """
    millis = int(instant.timestamp() * 1000)
    return _base32(millis, 10) + _base32(randomness(80), 16)


DIGEST_MARK = "digest:"
"""Begins an identifier that a mapping derived from other columns. Whoever knows the possible inputs could try them all, so ingest
turns such an identifier of a person into a keyed token."""


def digest_id(*parts: str) -> str:
    """Return 32 hexadecimal digits that depend on every part and on where each part ends."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


class BatchNumbers:
    """Gives 63-bit integers that grow, also across restarts: microseconds, moved on when asked twice in one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """Return a number above every number given before by this object."""
        with self._lock:
            self._last = max(self._last + 1, int(self._now().timestamp() * 1_000_000))
            return self._last

    def above(self, number: int) -> None:
        """Make sure that the next number is above ``number`` (one found on disk after the clock went back)."""
        with self._lock:
            self._last = max(self._last, number)
