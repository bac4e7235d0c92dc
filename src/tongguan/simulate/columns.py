"""Columns of many events of one type, and cohorts: whom many events are about.

A column knows how to take some of its rows; :mod:`tongguan.simulate.render` knows how to write it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from tongguan.simulate.chance import Mask, Whole


class Column(Protocol):
    """A value per row; a row may have none, and then the event does not have the field."""

    def take(self, rows: Whole) -> Column:
        """Return the column of those rows."""
        ...


@dataclass(frozen=True)
class Same:
    """The same value in every row: text, whole number or truth."""

    value: str | int | bool

    def take(self, rows: Whole) -> Same:
        return self


@dataclass(frozen=True)
class Codes:
    """One of few texts per row.

    Attributes:
        names: the texts.
        index: place in ``names`` per row; -1 for none.
    """

    names: Sequence[str]
    index: Whole

    def take(self, rows: Whole) -> Codes:
        return Codes(self.names, self.index[rows])


@dataclass(frozen=True)
class Lists:
    """One of few lists of texts per row; -1 for none."""

    values: Sequence[Sequence[str]]
    index: Whole

    def take(self, rows: Whole) -> Lists:
        return Lists(self.values, self.index[rows])


@dataclass(frozen=True)
class Numbers:
    """A whole number per row; rows where ``present`` is False have none."""

    values: Whole
    present: Mask | None = None

    def take(self, rows: Whole) -> Numbers:
        return Numbers(self.values[rows], None if self.present is None else self.present[rows])


@dataclass(frozen=True)
class Ids:
    """A text that ends in a whole number per row; a negative number means none."""

    prefix: str
    numbers: Whole

    def take(self, rows: Whole) -> Ids:
        return Ids(self.prefix, self.numbers[rows])


@dataclass(frozen=True)
class Parts:
    """A text made of an :class:`Ids` part and a further number, such as ``O261121-17-2``.

    Attributes:
        prefix: begins every text.
        numbers, further: whole numbers; where ``numbers`` is negative there is no text.
        leading: a whole number before them, such as the 261121, where it differs by row.
    """

    prefix: str
    numbers: Whole
    further: Whole
    leading: Whole | None = None

    def take(self, rows: Whole) -> Parts:
        return Parts(self.prefix, self.numbers[rows], self.further[rows], None if self.leading is None else self.leading[rows])


@dataclass(frozen=True)
class Moments:
    """A moment per row (see :mod:`tongguan.simulate.clock`); a negative one means none."""

    times: Whole

    def take(self, rows: Whole) -> Moments:
        return Moments(self.times[rows])


@dataclass(frozen=True)
class Truths:
    """True or false per row."""

    values: Mask

    def take(self, rows: Whole) -> Truths:
        return Truths(self.values[rows])


Columns = Mapping[str, Column]
NO_COLUMNS: Columns = MappingProxyType({})


class Cohort:
    """So many rows with columns that all their events share.

    Args:
        size: number of rows.
        columns: wide columns of the event, by name.
    """

    def __init__(self, size: int, columns: Columns = NO_COLUMNS) -> None:
        self.size = size
        self.columns = columns
        self.written: object = None
        """The columns as :mod:`tongguan.simulate.render` wrote them, once for all events of the cohort."""

    def having(self, **columns: Column) -> Cohort:
        """Return the cohort with further columns, or with these in place of its own."""
        return Cohort(self.size, {**self.columns, **columns})

    def without(self, *names: str) -> Cohort:
        """Return the cohort without some of its columns."""
        return Cohort(self.size, {name: column for name, column in self.columns.items() if name not in names})

    def only(self, which: Mask | Whole) -> Cohort:
        """Return the rows that a mask or places name."""
        rows = places(which)
        return Cohort(len(rows), {name: column.take(rows) for name, column in self.columns.items()})


def places(which: Mask | Whole) -> Whole:
    """Return the places that a mask or places name."""
    return np.flatnonzero(which) if which.dtype == np.bool_ else which.astype(np.int64)
