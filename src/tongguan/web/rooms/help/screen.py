"""What is told of one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """The help of one screen; all texts are marked with ``msg``.

    Attributes:
        path: where the screen is.
        purpose: which question it answers.
        terms: what stands on it → what that means.
    """

    path: str
    title: str
    purpose: str
    terms: Sequence[tuple[str, str]]
