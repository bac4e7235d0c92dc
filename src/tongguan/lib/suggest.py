"""Did you mean: the nearest valid word, for error messages that help."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest
from operator import add
from typing import Final

_COMPARED: Final = 16
"""Of many words so many are compared letter by letter: those that share most pairs of letters."""

_FEW: Final = 80
"""So few are all compared: short words with letters in another order may share no pair."""


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """Return the valid word that looks most like ``word``, or None when none is near."""
    return _nearest(word, tuple(valid))


# A file with one wrong code names it in every row, and comparing takes milliseconds.
@lru_cache(maxsize=4096)
def _nearest(word: str, valid: tuple[str, ...]) -> str | None:
    own, likely = _pairs(word), valid
    if own and len(valid) > _FEW:
        likely = tuple(nlargest(_COMPARED, valid, key=lambda one: _alike(own, _pairs(one))))
    found = difflib.get_close_matches(word, likely, n=1, cutoff=0.6)
    return found[0] if found else None


@lru_cache(maxsize=4096)
def _pairs(word: str) -> frozenset[str]:
    """Return the neighbouring letters of a word."""
    return frozenset(map(add, word, word[1:]))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of pairs that two words have in common (Dice's coefficient)."""
    return len(one & other) / max(1, len(one) + len(other))


def valid_hint(word: str, valid: Iterable[str], *, most: int = 12) -> str:
    """Return a sentence part naming the nearest valid word and the valid ones (at most ``most`` of them)."""
    words = sorted(set(valid))
    near = nearest(word, words)
    shown = ", ".join(words[:most]) + (f", … ({len(words)} in all)" if len(words) > most else "")
    return f"did you mean {near!r}? valid: {shown}" if near else f"valid: {shown}"
