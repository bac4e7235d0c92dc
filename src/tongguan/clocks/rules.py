"""Which limit holds: the most specific rule of a book, and what is wrong with a book."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from unicodedata import category

from tongguan.clocks.calendar import CompiledCalendar, compiled
from tongguan.lib.suggest import valid_hint
from tongguan.model import calendars
from tongguan.model.answers import NESTED
from tongguan.model.calendars import TooFarError, WorkingCalendar
from tongguan.model.clocks import ALL_DAY, DIMENSIONS, Books, LimitRule, Place, ReferenceProcess, RuleBook
from tongguan.model.vocabulary import CaseKind, Vocabulary

_REMEMBERED: Final = 100_000
"""Answers that a book keeps. Places are few: classes × channels × regions × tiers."""

_NO_TIME: Final = timedelta(0)

_FARTHEST: Final = timedelta(days=36_525)
"""A hundred years: a limit that is reached later is none."""

_LONGEST: Final = 100
"""Characters of a name or code."""

_MOST_DAYS: Final = 5_000
"""Special days of a calendar."""


def most_specific(book: RuleBook, kind: str, step: str, place: Place) -> LimitRule | None:
    """Return the rule that decides a stay: of those that fit, the one with the most conditions.

    Of rules with as many, the one whose class and region lie deeper; then the one with the weightier conditions (:data:`DIMENSIONS`).

    Returns:
        The rule; None where no rule fits, so that the stay has no limit.
    """
    return compiled_book(book).rule(kind, step, place)


def most_specific_first(rules: Iterable[LimitRule]) -> list[LimitRule]:
    """Return rules in the order in which they are tried."""
    return sorted(rules, key=_weight)


def general(rules: Iterable[LimitRule]) -> LimitRule | None:
    """Return the rule without conditions, which decides where no other one fits; None where there is none."""
    return next((rule for rule in rules if not any(getattr(rule, name) for name in DIMENSIONS)), None)


def book_at(books: Books, instant: datetime) -> RuleBook:
    """Return the newest book that was valid at an instant; the first one for all time before it."""
    return next((book for book in reversed(books) if book.valid_from <= instant), books[0])


class CompiledBook:
    """A book made ready for many questions. Threads may share one."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._rules: dict[tuple[str, str], list[LimitRule]] = defaultdict(list)
        for rule in most_specific_first(book.rules):
            self._rules[rule.kind, rule.step].append(rule)
        self._answers: dict[tuple[str, str, Place], LimitRule | None] = {}
        self._calendars: dict[str, CompiledCalendar] = {ALL_DAY: compiled(calendars.ALL_DAY)}

    def rule(self, kind: str, step: str, place: Place) -> LimitRule | None:
        """As :func:`most_specific`."""
        asked = (kind, step, place)
        try:
            return self._answers[asked]
        except KeyError:
            found = next((rule for rule in self._rules.get((kind, step), ()) if fits(rule, place)), None)
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[asked] = found
            return found

    def calendar(self, name: str) -> CompiledCalendar:
        """Return a calendar of the book; KeyError names the nearest."""
        found = self._calendars.get(name)
        if found is None:
            if name not in self.book.calendars:
                raise KeyError(f"rule book {self.book.version} has no calendar {name!r}; {valid_hint(name, self.book.calendars)}")
            found = self._calendars[name] = compiled(self.book.calendars[name])
        return found


@lru_cache(maxsize=64)
def compiled_book(book: RuleBook) -> CompiledBook:
    """Return the form of a book that answers fast; equal books share one."""
    return CompiledBook(book)


def fits(rule: LimitRule, place: Place) -> bool:
    """Tell whether all conditions of a rule hold at a place; a class and a region cover the codes below them."""
    for name in DIMENSIONS:
        wanted, found = getattr(rule, name), getattr(place, name)
        if wanted and found != wanted and not (name in NESTED and found.startswith(wanted + NESTED[name])):
            return False
    return True


def _weight(rule: LimitRule) -> tuple[int, int, tuple[int, ...]]:
    """Return what sorts the more specific rule first."""
    depths = [_depth(rule, name) for name in DIMENSIONS]
    return -sum(map(bool, depths)), -sum(depths), tuple(-depth for depth in depths)


def _depth(rule: LimitRule, name: str) -> int:
    code = getattr(rule, name)
    return 1 + code.count(NESTED[name]) if code and name in NESTED else int(bool(code))


def check_book(book: RuleBook, vocabulary: Vocabulary) -> list[str]:
    """Return every mistake of a book in words, each with its place, its value and what would be valid; empty for none."""
    found = []
    if book.version < 1:
        found.append(f"version {book.version}: versions count from 1")
    if book.valid_from.tzinfo is None:
        found.append(f"valid_from {book.valid_from} has no time zone; give an instant such as 2026-01-01T00:00:00+08:00")
    if not book.rules:
        found.append("the book has no rules: nothing would ever be late")
    for number, rule in enumerate(book.rules, 1):
        where = f"rule {number} ({rule.kind}, {rule.step})"
        found += [f"{where}: {mistake}" for mistake in _rule_mistakes(rule, book, vocabulary)]
    found += _doubled_rules(book.rules)
    found += [f"calendar {name!r}: this name stands for all day; give it another one" for name in book.calendars if name == ALL_DAY]
    for name, calendar in book.calendars.items():
        found += [f"calendar {name[:_LONGEST]!r}: {mistake}" for mistake in _calendar_mistakes(name, calendar)]
    for number, process in enumerate(book.processes, 1):
        where = f"process {number} ({process.kind}, {process.business_class or 'all classes'})"
        found += [f"{where}: {mistake}" for mistake in _process_mistakes(process, vocabulary)]
    twice = Counter((process.kind, process.business_class) for process in book.processes)
    found += [f"{kind}: {times} processes for {name or 'all classes'}; one is enough" for (kind, name), times in twice.items() if times > 1]
    return found


def _rule_mistakes(rule: LimitRule, book: RuleBook, vocabulary: Vocabulary) -> Iterator[str]:
    kind = vocabulary.case_kinds.get(rule.kind)
    if kind is None:
        yield f"no case kind {rule.kind!r}; {valid_hint(rule.kind, vocabulary.case_kinds)}"
    else:
        yield from _step_mistakes(kind, rule.step)
    if rule.calendar != ALL_DAY and rule.calendar not in book.calendars:
        yield f"no calendar {rule.calendar!r}; {valid_hint(rule.calendar, book.calendars)}; or empty for all day"
    if not _NO_TIME <= rule.warning <= rule.late:
        yield f"warned after {rule.warning}, late after {rule.late}; a warning comes from 0 on, and not after the limit"
    elif not _is_reached(rule, book):
        yield f"late after {rule.late} of working time, which calendar {rule.calendar!r} has not in a hundred years; give a shorter limit"
    if rule.silent is not None and rule.silent <= _NO_TIME:
        yield f"silent after {rule.silent}; give more than 0, or nothing for never"
    for name in DIMENSIONS:
        yield from _code_mistakes(vocabulary, name, getattr(rule, name))


def _is_reached(rule: LimitRule, book: RuleBook) -> bool:
    calendar = book.calendars.get(rule.calendar)
    if calendar is None or book.valid_from.tzinfo is None:
        return True
    try:
        return compiled(calendar).add(book.valid_from, rule.late) - book.valid_from <= _FARTHEST
    except TooFarError:
        return False


def _calendar_mistakes(name: str, calendar: WorkingCalendar) -> Iterator[str]:
    yield from _text_mistakes("name", {name: None, calendar.name: None})
    yield from _text_mistakes("name of a day", dict.fromkeys(text for day in calendar.special for text in (day.zh, day.en)))
    if len(calendar.special) > _MOST_DAYS:
        yield f"{len(calendar.special)} special days; at most {_MOST_DAYS}"


def _text_mistakes(what: str, texts: Iterable[str]) -> Iterator[str]:
    """Names stand in lists and on buttons; empty ones are somebody else's to refuse."""
    for text in texts:
        if len(text) > _LONGEST or any(category(character) == "Cc" for character in text):
            yield f"{what} {text[:_LONGEST]!r}; valid: at most {_LONGEST} characters, on one line"


def _step_mistakes(kind: CaseKind, step: str) -> Iterator[str]:
    open_steps = [milestone.name for milestone in kind.milestones if milestone.step and not milestone.final]
    if step in open_steps:
        return
    named = {milestone.name: milestone for milestone in kind.milestones}.get(step)
    if named is None:
        yield f"case kind {kind.name!r} has no step {step!r}; {valid_hint(step, open_steps)}"
    else:
        why = "an end, at which nothing stays" if named.final else "beside the flow, so nothing stays there"
        yield f"{step!r} is {why}; {valid_hint(step, open_steps)}"


def _code_mistakes(vocabulary: Vocabulary, column: str, code: str) -> Iterator[str]:
    """Columns without a closed list take any code, as they do in events."""
    yield from _text_mistakes(column, (code,))
    codes = vocabulary.codes.get(column)
    if code and codes and code not in codes:
        yield f"no {column} {code!r}; {valid_hint(code, codes)}"


def _doubled_rules(rules: Sequence[LimitRule]) -> Iterator[str]:
    first: dict[tuple[str, ...], int] = {}
    for number, rule in enumerate(rules, 1):
        place = (rule.kind, rule.step, *(getattr(rule, name) for name in DIMENSIONS))
        if first.setdefault(place, number) != number:
            where = ", ".join(f"{name} {code}" for name, code in zip(DIMENSIONS, place[2:], strict=True) if code) or "everywhere"
            yield f"rules {first[place]} and {number} ({rule.kind}, {rule.step}): two rules for the same place ({where}); keep one"


def _process_mistakes(process: ReferenceProcess, vocabulary: Vocabulary) -> Iterator[str]:
    yield from _code_mistakes(vocabulary, "business_class", process.business_class)
    yield from _text_mistakes("label", (process.label.zh, process.label.en))
    if not process.steps:
        yield "it has no steps"
    stages = [stage.name for stage in vocabulary.stages]
    kind = vocabulary.case_kinds.get(process.kind)
    if kind is None:
        yield f"no case kind {process.kind!r}; {valid_hint(process.kind, vocabulary.case_kinds)}"
    milestones = [milestone.name for milestone in kind.milestones] if kind else []
    for one in process.steps:
        if kind and one.step not in milestones:
            yield f"case kind {kind.name!r} has no milestone {one.step!r}; {valid_hint(one.step, milestones)}"
        if one.owner and one.owner not in stages:
            yield f"step {one.step!r}: no stage {one.owner!r}; {valid_hint(one.owner, stages)}"
    twice = Counter(one.step for one in process.steps)
    yield from (f"step {step!r} stands more than once" for step, times in twice.items() if times > 1)
