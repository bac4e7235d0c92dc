"""What a stage is measured by besides volume and failures: visitors, value, time taken, share that succeeded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tongguan.model.vocabulary import Label


class How(StrEnum):
    """How a measure is made of the events of its types."""

    COUNT = "count"
    """How many events."""
    DISTINCT = "distinct"
    """How many different values of the first non-empty of ``columns``, exactly; events without any do not count."""
    SUM = "sum"
    """Sum of the first of ``columns`` (``quantity``)."""
    MONEY = "money"
    """Sum of ``amount``, minor units, by currency; currencies are never added up."""
    MEAN = "mean"
    """Mean of ``duration``, seconds, over events that have one."""
    P95 = "p95"
    """95th percentile of ``duration``, seconds, over events that have one."""
    SHARE = "share"
    """Measure ``part`` / measure ``whole``: sums first, then the quotient."""


@dataclass(frozen=True)
class Measure:
    """One number of a stage.

    Attributes:
        name: unique within the stage.
        label: display name.
        how: how it is made.
        types: event types that it looks at; empty for shares.
        columns: wide columns that it reads (see :class:`How`).
        only: column or attribute → the values that an event must have one of.
        part, whole: names of two measures of the stage, for shares. ``volume`` and ``failures`` are such names, too.
        better: ``up``, ``down`` or empty: which way is good.
    """

    name: str
    label: Label
    how: How
    types: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    part: str = ""
    whole: str = ""
    better: str = ""


Figure = int | float | Mapping[str, int] | None
"""A measure's value: a count, seconds, a share, or minor units by currency; None where nothing was there to measure."""

OWN: Final = ("volume", "failures")
"""Measures that every stage has."""
