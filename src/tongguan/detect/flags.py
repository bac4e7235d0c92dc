"""Which cases rules find: pure functions of the cases, whatever order they came in."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from tongguan.model.answers import NESTED
from tongguan.model.flags import FlagKind, FlagRule, Hit, Made, Usual

NORMAL: Final = 1.4826
"""Median distance → standard deviation, for what is spread normally."""

LEAST_SPREAD: Final = 0.05
"""A spread is at least this share of the median: prices that hardly differ are not unusual for a few fen."""

MOST_OTHERS: Final = 20
"""So many other cases are told of, the nearest."""

AMOUNT: Final = "amount"

PRODUCT: Final = "product_id"

Usuals = Mapping[tuple[int, str, str, str], Usual]
"""(days, day, product, currency) → what amounts were in so many days before the day."""


def hits(rules: Sequence[FlagRule], cases: Sequence[Made], usuals: Usuals, now: datetime) -> list[Hit]:
    """Return what rules find among cases, in the order of rules, then of time.

    A case is held against those before it, so a case that is found is still found when others come in later. Where cases that agree
    with one are left out of ``cases``, it may not be found; never is one found that is not with all of them.

    Args:
        rules: those to apply.
        cases: each once.
        usuals: what is usual for the products of the cases.
        now: until when cases were heard of; what may take some time is judged once that is over.
    """
    found: list[Hit] = []
    for rule in rules:
        own = [case for case in sorted(cases, key=lambda one: (one.time, one.case_id)) if applies(rule, case)]
        match rule.kind:
            case FlagKind.REPEATED:
                found += _repeated(rule, own)
            case FlagKind.MANY:
                found += _many(rule, own)
            case FlagKind.MISSING:
                found += _missing(rule, own, now)
            case FlagKind.UNANSWERED:
                found += _unanswered(rule, own, now)
            case FlagKind.UNUSUAL:
                found += _unusual(rule, own, usuals)
    return found


def applies(rule: FlagRule, case: Made) -> bool:
    """Tell whether a rule looks at a case."""
    of = case.values.get("business_class", "")

    def covered(classes: Sequence[str]) -> bool:
        return any(of == one or of.startswith(one + NESTED["business_class"]) for one in classes)

    return (not rule.classes or covered(rule.classes)) and not covered(rule.not_classes)


def usual_of(amounts: Sequence[int]) -> Usual:
    """Return what amounts are; those of nothing are 0."""
    middle = median(amounts) if amounts else 0.0
    return Usual(len(amounts), middle, median([abs(one - middle) for one in amounts]) if amounts else 0.0)


def spreads_off(amount: int, usual: Usual) -> float:
    """Return how many spreads an amount lies from the median; a product that costs nothing has none."""
    spread = max(NORMAL * usual.mad, LEAST_SPREAD * usual.median)
    return abs(amount - usual.median) / spread if spread else 0.0


def _groups(rule: FlagRule, cases: Sequence[Made], *, by_day: bool) -> Iterator[list[Made]]:
    found: dict[tuple[str, ...], list[Made]] = defaultdict(list)
    for case in cases:
        values = tuple(case.values.get(name, "") for name in rule.same)
        if all(values):
            found[(*values, case.day) if by_day else values].append(case)
    yield from found.values()


def _repeated(rule: FlagRule, cases: Sequence[Made]) -> Iterator[Hit]:
    for group in _groups(rule, cases, by_day=False):
        times = [one.time for one in group]
        for place, case in enumerate(group):
            first = bisect_left(times, case.time - rule.within, 0, place)
            others = tuple(one.case_id for one in group[first:place])
            if others:
                since = (case.time - times[place - 1]).total_seconds()
                bound = rule.within.total_seconds()
                yield Hit(rule, case, case.time, others[-MOST_OTHERS:], rule.same, since, bound)


def _many(rule: FlagRule, cases: Sequence[Made]) -> Iterator[Hit]:
    for group in _groups(rule, cases, by_day=True):
        for place in range(rule.most, len(group)):
            others = tuple(one.case_id for one in group[max(0, place - MOST_OTHERS) : place])
            yield Hit(rule, group[place], group[place].time, others, rule.same, place + 1, rule.most)


def _missing(rule: FlagRule, cases: Sequence[Made], now: datetime) -> Iterator[Hit]:
    for case in cases:
        lacks = tuple(name for name in rule.fields if (case.amount is None if name == AMOUNT else not case.values.get(name)))
        if lacks and case.time + rule.within <= now:
            yield Hit(rule, case, case.time + rule.within, columns=lacks)


def _unanswered(rule: FlagRule, cases: Sequence[Made], now: datetime) -> Iterator[Hit]:
    for case in cases:
        until = case.time + rule.within
        answered = any(case.answered[name] <= until for name in rule.answers if name in case.answered)
        if until <= now and not answered:
            bound = rule.within.total_seconds()
            yield Hit(rule, case, until, found=bound, bound=bound)


def _unusual(rule: FlagRule, cases: Sequence[Made], usuals: Usuals) -> Iterator[Hit]:
    for case in cases:
        usual = usuals.get((rule.days, case.day, case.values.get(PRODUCT, ""), case.currency))
        if case.amount is None or usual is None or usual.count < rule.least:
            continue
        off = spreads_off(case.amount, usual)
        if off > rule.spreads:
            yield Hit(rule, case, case.time, columns=(PRODUCT,), found=round(off, 1), bound=rule.spreads, usual=round(usual.median))


def longest(rules: Sequence[FlagRule]) -> timedelta:
    """Return how far apart cases can be that a rule holds against each other, or how long one may take."""
    day = timedelta(days=1)
    return max((day if rule.kind is FlagKind.MANY else rule.within for rule in rules), default=timedelta())
