"""Ids derived from content: the same row of the same file gives the same ids, however often it is imported."""

from __future__ import annotations

from collections.abc import Mapping as Lookup

import msgspec

from tongguan.lib.ids import digest_id

_ENCODE = msgspec.json.Encoder().encode


def content_digest(values: Lookup[str, str | None]) -> str:
    """Return a digest of a row's columns that hold something, whatever their order in the file."""
    return digest_id(_ENCODE(sorted((name, value) for name, value in values.items() if value)).decode("utf-8"))


class Occurrences:
    """Counts identical rows of one file, in file order."""

    def __init__(self) -> None:
        self._once: set[int] = set()
        self._more: dict[int, int] = {}

    def next(self, digest: str) -> int:
        """Return how many rows with this digest came before."""
        # 64 bits: should two different rows ever share them, one has a needless, but stable, occurrence number.
        short = int(digest[:16], 16)
        if short not in self._once:
            self._once.add(short)
            return 0
        count = self._more.get(short, 0) + 1
        self._more[short] = count
        return count


def joined_marks(rows: list[Lookup[str, str | None]]) -> list[str]:
    """Return a mark per joined row: its digest and its occurrence among identical ones of the same driving row."""
    seen = Occurrences()
    digests = [content_digest(row) for row in rows]
    return [f"{digest}:{seen.next(digest)}" for digest in digests]
