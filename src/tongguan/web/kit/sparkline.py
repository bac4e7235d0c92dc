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


def pieces(values: Sequence[int | float | None], top: float, slots: int) -> list[str]:
    """Return ``points`` of a line with gaps: one polyline for each run of two or more values; a lone value is a short dash.

    Args:
        values: one per slot; None where nothing was there to measure. What is below 0 lies on the base line.
        top: the greatest value of all lines drawn in the box; at most 0 draws all on the base line.
        slots: how many slots the box is wide.
    """
    step, height = WIDTH / max(slots - 1, 1), HEIGHT - 2 * _MARGIN
    found: list[str] = []
    run: list[str] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            run.append(f"{place * step:.1f},{HEIGHT - _MARGIN - _part(value, top) * height:.1f}")
        elif run:
            found.append(" ".join(run if len(run) > 1 else _dash(run[0])))
            run = []
    return found


def parted(values: Sequence[int | float | None], top: float, slots: int, unfinished: int | None) -> tuple[list[str], str]:
    """Return the pieces of what is over, and the one that leads to a value that is not over yet.

    Args:
        values, top, slots: as for :func:`pieces`.
        unfinished: the place of the value that is not over; None where all are.

    Returns:
        Pieces, and ``points`` of the last one; empty where there is none.
    """
    if unfinished is None or unfinished >= len(values):
        return pieces(values, top, slots), ""
    whole = [None if place == unfinished else value for place, value in enumerate(values)]
    beside = [value if unfinished - 1 <= place <= unfinished else None for place, value in enumerate(values)]
    last = pieces(beside, top, slots) if values[unfinished] is not None else []
    return pieces(whole, top, slots), last[-1] if last else ""


def _part(value: int | float, top: float) -> float:
    """Return how high in the box a value lies, 0 to 1; divided before anything is multiplied, for the tiniest tops have no reciprocal."""
    return min(max(value, 0), top) / top if top > 0 else 0.0


def _dash(point: str) -> list[str]:
    x, y = point.split(",")
    return [f"{max(float(x) - 1, 0):.1f},{y}", f"{min(float(x) + 1, WIDTH):.1f},{y}"]
