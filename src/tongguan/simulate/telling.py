"""What happened, told type by type: a script collects many events of one type at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tongguan.simulate.chance import Mask, Whole
from tongguan.simulate.columns import NO_COLUMNS, Cohort, Column, Columns, places


@dataclass(frozen=True)
class Batch:
    """Events of one type.

    Attributes:
        type: the event type.
        name: begins the id of each event; its place in the batch ends it.
        times: when each happened.
        whom: whom they are about.
        rows: which rows of ``whom``, in the order of ``times``; None for all.
        columns: wide columns besides those of ``whom``.
        attributes: what only this type has.
    """

    type: str
    name: str
    times: Whole
    whom: Cohort
    rows: Whole | None
    columns: Columns
    attributes: Columns

    def __len__(self) -> int:
        return len(self.times)

    def column(self, name: str) -> Column | None:
        """Return a wide column of these events; None where they do not have it."""
        if name in self.columns:
            return self.columns[name]
        found = self.whom.columns.get(name)
        return found.take(self.rows) if found is not None and self.rows is not None else found


class Script:
    """Collects what happens to the cases that begin in one day.

    Args:
        name: of the day; begins the ids of its events.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.batches: list[Batch] = []
        self.touched: Counter[str] = Counter()
        self._told: Counter[str] = Counter()

    def tell(
        self,
        kind: str,
        whom: Cohort,
        times: Whole,
        which: Mask | Whole | None = None,
        *,
        attributes: Columns = NO_COLUMNS,
        **columns: Column,
    ) -> None:
        """Say that something happened to each row of a cohort, or to those of its rows that ``which`` names.

        ``times``, ``columns`` and ``attributes`` have as many rows as the whole cohort; ``columns`` win over those of the cohort.
        """
        self._told[kind] += 1
        if set(columns) & set(whom.columns):
            whom = whom.without(*columns)
        rows = None if which is None else places(which)
        if rows is not None:
            columns = {name: column.take(rows) for name, column in columns.items()}
            attributes = {name: column.take(rows) for name, column in attributes.items()}
            times = times[rows]
        if len(times):
            self.batches.append(Batch(kind, f"{self.name}.{kind}.{self._told[kind]}", times, whom, rows, columns, dict(attributes)))

    def touch(self, fault: str, rows: int) -> None:
        """Note that a planted fault changed what became of so many rows."""
        self.touched[fault] += rows
