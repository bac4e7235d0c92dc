"""Short ways to write what a stage is measured by, so that an area's ``measures.py`` reads like a table.

In all of them ``name`` is unique within the stage, ``zh`` and ``en`` are the display names, and ``better`` is the good way, ``up`` or
``down``, or empty.
"""

from __future__ import annotations

from types import MappingProxyType

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label


def count(name: str, zh: str, en: str, *types: str, better: str = "", **only: str) -> Measure:
    """Return how many events there are of the types; ``only`` is column or attribute → the value that they must have."""
    wanted = MappingProxyType({column: (value,) for column, value in only.items()})
    return Measure(name, Label(zh, en), How.COUNT, types, only=wanted, better=better)


def distinct(name: str, zh: str, en: str, *types: str, of: str, better: str = "") -> Measure:
    """Return how many different values there are; ``of`` names columns parted by spaces, the first non-empty counts."""
    return Measure(name, Label(zh, en), How.DISTINCT, types, tuple(of.split()), better=better)


def pieces(name: str, zh: str, en: str, *types: str, better: str = "") -> Measure:
    """Return the sum of the quantities."""
    return Measure(name, Label(zh, en), How.SUM, types, ("quantity",), better=better)


def money(name: str, zh: str, en: str, *types: str, better: str = "") -> Measure:
    """Return the sum of the amounts by currency."""
    return Measure(name, Label(zh, en), How.MONEY, types, ("amount", "currency"), better=better)


def mean_time(name: str, zh: str, en: str, *types: str) -> Measure:
    """Return the mean of the durations; short is good."""
    return Measure(name, Label(zh, en), How.MEAN, types, ("duration",), better="down")


def long_time(name: str, zh: str, en: str, *types: str) -> Measure:
    """Return the 95th percentile of the durations; short is good."""
    return Measure(name, Label(zh, en), How.P95, types, ("duration",), better="down")


def share(name: str, zh: str, en: str, part: str, whole: str, better: str = "") -> Measure:
    """Return one measure of the stage divided by another; money by a count is money per event."""
    return Measure(name, Label(zh, en), How.SHARE, part=part, whole=whole, better=better)
