"""The only place that reads the machine's clock.

Everything else takes a ``Now`` as an argument, so tests decide what time it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Gives the present instant, aware, in UTC."""

Ticks = Callable[[], float]
"""Gives seconds of a clock that never goes back; only differences mean something."""


def system_now() -> datetime:
    """Return the machine's present instant in UTC with microseconds."""
    return datetime.now(UTC)


def system_ticks() -> float:
    """Return the machine's monotonic clock in seconds."""
    return time.perf_counter()


def fixed(instant: datetime) -> Now:
    """Return a ``Now`` that always gives ``instant``.

    Raises:
        ValueError: ``instant`` has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone; give an aware datetime such as 2026-01-01T00:00:00+00:00")
    return lambda: instant
