"""Durations as people write them, ``1d 2h 30m``: text of documents and of forms."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_SECONDS: Final = dict(_UNITS)
_WORDS: Final = {
    "d": ("d", "day", "days", "天", "日"),
    "h": ("h", "hour", "hours", "小时", "时"),
    "m": ("m", "min", "minute", "minutes", "分钟", "分"),
    "s": ("s", "second", "seconds", "秒"),
}
_UNIT_OF: Final = {word: unit for unit, words in _WORDS.items() for word in words}
_PART: Final = re.compile(r"\s*(\d{1,9})\s*([a-z]+|[天日小时分钟秒]+)\s*")

LONGEST: Final = timedelta(days=3_650)
"""Ten years: what is longer is a slip of the hand, and instants stay within what calendars know."""


def duration_text(duration: timedelta) -> str:
    """Return a duration of whole seconds as text that :func:`parse_duration` reads, such as ``1d 12h``; ``0m`` for none.

    Raises:
        ValueError: it is negative, or has a fraction of a second.
    """
    if duration < timedelta(0) or duration.microseconds:
        raise ValueError(f"{duration!r} cannot be written: a duration has whole seconds, and is not negative")
    rest, parts = duration.days * 86_400 + duration.seconds, []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"


def parse_duration(text: str) -> timedelta | None:
    """Return the duration that a text means, each unit once and the longest first; None for anything else.

    ``30m``, ``1h 30m``, ``2 days``, ``30 分钟`` and ``1小时30分`` are understood, nothing above ten years.
    """
    place, found, before = 0, 0, len(_UNITS) * 86_400
    said = text.strip().lower()
    while place < len(said):
        match = _PART.match(said, place)
        unit = _UNIT_OF.get(match[2]) if match else None
        if match is None or unit is None or _SECONDS[unit] >= before:
            return None
        before = _SECONDS[unit]
        found += int(match[1]) * before
        place = match.end()
    return timedelta(seconds=found) if said and found <= LONGEST.total_seconds() else None
