"""What was typed into a search: one id or its beginning, or many ids at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST_IDS: Final = 500
"""So many ids are looked for at once; further ones are left out, and the page says so."""

LONGEST_ID: Final = 200

_BETWEEN: Final = re.compile(r"[\s,，;；、]+")


@dataclass(frozen=True)
class Search:
    """A search.

    Attributes:
        text: one id or its beginning; empty where there are many, or nothing.
        ids: many ids as they were typed, each once.
        whole: the whole text where it may be one id with a space or comma in it; looked for besides.
        dropped: how many ids were too many.
    """

    text: str = ""
    ids: tuple[str, ...] = ()
    whole: str = ""
    dropped: int = 0

    @property
    def wanted(self) -> tuple[str, ...]:
        """All that is looked for exactly."""
        return (*self.ids, self.whole) if self.whole else self.ids

    def unknown(self, missing: tuple[str, ...]) -> tuple[str, ...]:
        """Return the typed ids that nobody has; none where the whole text is an id."""
        return () if self.whole and self.whole not in missing else tuple(one for one in missing if one != self.whole)


def read_search(typed: str) -> Search:
    """Read what was typed: ids are separated by commas, semicolons, spaces or lines."""
    pieces = [piece for piece in _BETWEEN.split(typed) if piece]
    if len(pieces) < 2:
        return Search(text=typed.strip())
    ids = list(dict.fromkeys(pieces))
    whole = typed.strip() if len(typed.strip()) <= LONGEST_ID else ""
    return Search(ids=tuple(ids[:MOST_IDS]), whole=whole, dropped=max(len(ids) - MOST_IDS, 0))
