"""The first rule book of an operation, made of what the packs declare; people change it from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from tongguan.clocks.default_calendars import default_calendars
from tongguan.model.clocks import ALL_DAY, Books, LimitRule, ReferenceProcess, RuleBook
from tongguan.model.vocabulary import Vocabulary

DESK: Final = "desk"
"""Name of the calendar by which people work who serve customers: every day, holidays too."""


def first_book(vocabulary: Vocabulary, at: datetime, zone: str = "Asia/Shanghai", processes: Sequence[ReferenceProcess] = ()) -> RuleBook:
    """Return version 1: a rule for every declared limit, everywhere, and the usual calendars.

    Args:
        vocabulary: whose case kinds declare limits.
        at: from when it is valid; it also judges what ended before.
        zone: of the operation.
        processes: reference processes that it begins with.
    """
    rules = tuple(
        LimitRule(
            kind.name,
            step,
            limit.warning,
            limit.late,
            calendar=DESK if limit.working else ALL_DAY,
            promised=limit.promised,
            silent=limit.silent,
        )
        for kind in vocabulary.case_kinds.values()
        for step, limit in kind.limits.items()
    )
    return RuleBook(1, at, rules, default_calendars(zone, at.year), tuple(processes))


class DeclaredBooks:
    """Rule books of an operation that keeps none: what the packs declare, and nothing else.

    Args:
        vocabulary: of the packs.
        zone: of the operation.
        year: around which holidays are known.
    """

    def __init__(self, vocabulary: Vocabulary, zone: str = "Asia/Shanghai", year: int = 2026) -> None:
        self._books = (first_book(vocabulary, datetime(year, 1, 1, tzinfo=UTC), zone),)

    def all(self) -> Books:
        """Return the one version."""
        return self._books
