"""Did you mean: the nearest valid word, for error messages that help."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """Return the valid word that looks most like ``word``, or None when none is near."""
    found = difflib.get_close_matches(word, list(valid), n=1, cutoff=0.6)
    return found[0] if found else None


def valid_hint(word: str, valid: Iterable[str], *, most: int = 12) -> str:
    """Return a sentence part naming the nearest valid word and the valid ones (at most ``most`` of them)."""
    words = sorted(set(valid))
    near = nearest(word, words)
    shown = ", ".join(words[:most]) + (f", … ({len(words)} in all)" if len(words) > most else "")
    return f"did you mean {near!r}? valid: {shown}" if near else f"valid: {shown}"
