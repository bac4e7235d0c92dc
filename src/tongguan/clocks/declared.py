"""The first rule book of an operation, made of what the packs declare; people change it from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from tongguan.clocks.holidays_cn import chinese_days
from tongguan.model.calendars import Block, WorkingCalendar, parse_blocks
from tongguan.model.clocks import ALL_DAY, Books, LimitRule, ReferenceProcess, RuleBook
from tongguan.model.vocabulary import Vocabulary

OFFICE: Final = "office"
"""Name of the calendar by which people work."""

OFFICE_HOURS: Final = parse_blocks("08:30–12:00, 13:30–18:00")
"""Of Monday to Friday."""

_FREE: Final[tuple[Block, ...]] = ()
_YEARS_BEFORE, _YEARS_AFTER = 2, 2


def office(zone: str, year: int) -> WorkingCalendar:
    """Return the office calendar, with the special days of mainland China around a year."""
    seeded = chinese_days(range(year - _YEARS_BEFORE, year + _YEARS_AFTER + 1))
    return WorkingCalendar(OFFICE, zone, (OFFICE_HOURS,) * 5 + (_FREE,) * 2, seeded.days, seeded.known_years)


def first_book(vocabulary: Vocabulary, at: datetime, zone: str = "Asia/Shanghai", processes: Sequence[ReferenceProcess] = ()) -> RuleBook:
    """Return version 1: a rule for every declared limit, everywhere, and the office calendar.

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
            calendar=OFFICE if limit.working else ALL_DAY,
            promised=limit.promised,
            silent=limit.silent,
        )
        for kind in vocabulary.case_kinds.values()
        for step, limit in kind.limits.items()
    )
    return RuleBook(1, at, rules, {OFFICE: office(zone, at.year)}, tuple(processes))


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
