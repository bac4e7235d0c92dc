"""Points of small lines, computed on the server."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 100.0
HEIGHT = 28.0
_MARGIN = 2.0


def points(values: Sequence[int | None], top: int, slots: int) -> str:
    """Return ``points`` of a polyline: values from the left, 0 at the bottom, ``top`` at the top, the line ending at the first None.

    Args:
        values: one per slot; None for slots to come.
        top: the greatest value of all lines drawn in the box.
        slots: how many slots the box is wide.
    """
    known: list[int] = []
    for value in values:
        if value is None:
            break
        known.append(value)
    if len(known) < 2 or slots < 2:
        return ""
    step = WIDTH / (slots - 1)
    scale = (HEIGHT - 2 * _MARGIN) / max(top, 1)
    return " ".join(f"{i * step:.1f},{HEIGHT - _MARGIN - value * scale:.1f}" for i, value in enumerate(known))
