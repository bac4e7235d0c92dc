"""For what happens a few times a day: told row by row in words, handed to the script type by type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance
from tongguan.simulate.columns import Codes, Cohort, Column, Lists, Moments, Numbers, Same, Truths
from tongguan.simulate.telling import Script


@dataclass(frozen=True)
class Moment:
    """A moment as a value of a column or an attribute."""

    time: int


Value = str | int | bool | Moment | tuple[str, ...]
_NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})


@dataclass(frozen=True)
class _Row:
    time: int
    columns: Mapping[str, Value]
    attributes: Mapping[str, Value]


def one(chance: Chance, name: str, number: int, below: int) -> int:
    """Return a single draw from 0 to ``below`` - 1."""
    return int(chance.below(name, np.array([number], dtype=np.int64), below)[0])


class Few:
    """Collects single events and tells them together.

    Args:
        script: what they are told into by :meth:`tell`.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._rows: dict[str, list[_Row]] = {}

    def add(self, kind: str, time: int, attributes: Mapping[str, Value] = _NOTHING, **columns: Value) -> None:
        """Note one event; empty texts stand for nothing said."""
        self._rows.setdefault(kind, []).append(_Row(time, _said(columns), _said(attributes)))

    def tell(self) -> None:
        """Tell all that was noted, and forget it."""
        for kind, rows in self._rows.items():
            times = np.array([row.time for row in rows], dtype=np.int64)
            whom = Cohort(len(rows), _columns([row.columns for row in rows]))
            self._script.tell(kind, whom, times, attributes=_columns([row.attributes for row in rows]))
        self._rows.clear()


def _said(values: Mapping[str, Value]) -> Mapping[str, Value]:
    return {name: value for name, value in values.items() if value != ""}


def _columns(rows: Sequence[Mapping[str, Value]]) -> dict[str, Column]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: _column(name, [row.get(name) for row in rows]) for name in names}


def _column(name: str, values: Sequence[Value | None]) -> Column:
    """Return a column of values of one kind.

    Raises:
        TypeError: they are of different kinds, or a truth is missing somewhere.
    """
    kinds = {type(value) for value in values if value is not None}
    kind = kinds.pop()
    if kinds or (kind is bool and None in values):
        raise TypeError(f"{name}: values must be of one kind, and truths must not be missing; got {values[:5]}")
    if kind is bool:
        return Truths(np.array(values, dtype=np.bool_))
    if kind is Moment:
        return Moments(np.array([value.time if isinstance(value, Moment) else -1 for value in values], dtype=np.int64))
    if kind is int:
        present = np.array([value is not None for value in values], dtype=np.bool_)
        return Numbers(np.array([value if isinstance(value, int) else 0 for value in values], dtype=np.int64), present)
    if kind is tuple:
        lists = list(dict.fromkeys(value for value in values if isinstance(value, tuple)))
        return Lists(lists, np.array([lists.index(value) if isinstance(value, tuple) else -1 for value in values], dtype=np.int64))
    texts = {value: place for place, value in enumerate(dict.fromkeys(value for value in values if isinstance(value, str)))}
    if len(texts) == 1 and None not in values:
        return Same(next(iter(texts)))
    return Codes(list(texts), np.array([texts[value] if isinstance(value, str) else -1 for value in values], dtype=np.int64))
