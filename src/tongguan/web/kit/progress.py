"""What every page tells at its top while it lasts: something works in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Progress:
    """Something that works in the background.

    Attributes:
        key: a later one with the same key takes its place.
        zh, en: what it is.
        done, total: how far it is; ``total`` 0 where nobody can say.
    """

    key: str
    zh: str
    en: str
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return 100 * self.done // self.total if self.total else 0


class Board(Protocol):
    """Where it is told."""

    def __call__(self) -> Sequence[Progress]:
        """Return what goes on now, the oldest first."""
        ...


def nothing_ongoing() -> Sequence[Progress]:
    """Return none."""
    return ()
