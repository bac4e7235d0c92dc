"""Moments that may be missing, and a story: what is to be told of the cases of a day, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Whole
from tongguan.simulate.clock import in_hours
from tongguan.simulate.columns import NO_COLUMNS, Cohort, Column, Columns
from tongguan.simulate.telling import Script

NONE: Final = -1
"""Stands for no moment."""
NEVER: Final = 1 << 62
"""Later than everything: where nothing stops."""


def after(base: Whole, wait: Whole | int, which: Mask | None = None) -> Whole:
    """Return ``base`` + ``wait``; none where ``base`` has none or ``which`` is False."""
    there = base >= 0 if which is None else (base >= 0) & which
    return np.where(there, base + wait, NONE)


def only(times: Whole, which: Mask) -> Whole:
    """Return the moments of some rows, none for the others."""
    return np.where(which, times, NONE)


def either(first: Whole, second: Whole) -> Whole:
    """Return ``first``; where it has no moment, ``second``."""
    return np.where(first >= 0, first, second)


def latest(*moments: Whole) -> Whole:
    """Return the latest of several moments; none where all are none."""
    found: Whole = np.maximum.reduce(moments)
    return found


def working(times: Whole, opens: int, closes: int, late: Whole) -> Whole:
    """Return moments moved to hours of work as :func:`tongguan.simulate.clock.in_hours` does; none stays none."""
    return np.where(times >= 0, in_hours(times, opens, closes, late), NONE)


def until(times: Whole, stop: Whole) -> Whole:
    """Return the moments before ``stop``, none for the others."""
    return np.where(times < stop, times, NONE)


@dataclass(frozen=True)
class Step:
    """Events of one type, one per row at most.

    Attributes:
        kind: the event type.
        times: a moment per row of ``whom``; NONE where it does not happen.
        whom: whom it is about.
        attributes: what only this type has.
        columns: further wide columns.
        cut: it ends with the order; False for what goes on without it.
    """

    kind: str
    times: Whole
    whom: Cohort
    attributes: Columns
    columns: Columns
    cut: bool


class Story:
    """What is to be told, in the order in which it was planned.

    Args:
        whom: the orders.
    """

    def __init__(self, whom: Cohort) -> None:
        self.whom = whom
        self.steps: list[Step] = []

    def add(self, kind: str, times: Whole, *, whom: Cohort | None = None, attributes: Columns = NO_COLUMNS, **columns: Column) -> None:
        """Plan events of orders; ``whom`` has the same rows as the orders and further columns."""
        self.steps.append(Step(kind, times, whom or self.whom, attributes, columns, True))

    def add_aside(self, kind: str, whom: Cohort, times: Whole, *, attributes: Columns = NO_COLUMNS, **columns: Column) -> None:
        """Plan events of others than the orders."""
        self.steps.append(Step(kind, times, whom, attributes, columns, False))

    def stop(self, stop: Whole) -> None:
        """Take away what is planned for orders at or after their moment in ``stop``."""
        self.steps = [replace(step, times=until(step.times, stop)) if step.cut else step for step in self.steps]

    def tell(self, script: Script) -> None:
        """Tell all of it."""
        for step in self.steps:
            script.tell(step.kind, step.whom, step.times, step.times >= 0, attributes=step.attributes, **step.columns)
