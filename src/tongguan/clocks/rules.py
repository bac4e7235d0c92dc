"""Which limit holds: the most specific rule of a book, and what is wrong with a book."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from unicodedata import category

from tongguan.clocks.book_mistakes import (
    ALL_CLASSES,
    COLUMNS,
    LABEL,
    NAME,
    NAME_OF_A_DAY,
    BookMistake,
    Conditions,
    Fault,
    Hint,
    Quoted,
    Spot,
    Value,
)
from tongguan.clocks.calendar import CompiledCalendar, compiled
from tongguan.lib.suggest import valid_hint
from tongguan.model import calendars
from tongguan.model.answers import NESTED
from tongguan.model.calendars import TooFarError, WorkingCalendar
from tongguan.model.clocks import ALL_DAY, DIMENSIONS, Books, LimitRule, Place, ReferenceProcess, RuleBook
from tongguan.model.vocabulary import CaseKind, Label, Vocabulary

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


def check_book(book: RuleBook, vocabulary: Vocabulary) -> list[BookMistake]:
    """Return every mistake of a book, each with its place, its value and what would be valid; empty for none."""
    found = []
    if book.version < 1:
        found.append(BookMistake(Fault.VERSION, {"version": book.version}))
    if book.valid_from.tzinfo is None:
        found.append(BookMistake(Fault.NO_ZONE, {"instant": str(book.valid_from)}))
    if not book.rules:
        found.append(BookMistake(Fault.NO_RULES, {}))
    for number, rule in enumerate(book.rules, 1):
        where: dict[str, Value] = {"number": number, "kind": rule.kind, "step": rule.step}
        found += [replace(one, spot=Spot.RULE, spot_values=where) for one in _rule_mistakes(rule, book, vocabulary)]
    found += _doubled_rules(book.rules)
    found += [BookMistake(Fault.ALL_DAY_NAME, {"calendar": Quoted(name)}) for name in book.calendars if name == ALL_DAY]
    for name, calendar in book.calendars.items():
        where = {"calendar": Quoted(name[:_LONGEST])}
        found += [replace(one, spot=Spot.CALENDAR, spot_values=where) for one in _calendar_mistakes(name, calendar)]
    for number, process in enumerate(book.processes, 1):
        where = {"number": number, "kind": process.kind, "classes": process.business_class or ALL_CLASSES}
        found += [replace(one, spot=Spot.PROCESS, spot_values=where) for one in _process_mistakes(process, vocabulary)]
    twice = Counter((process.kind, process.business_class) for process in book.processes)
    for (kind, classes), times in twice.items():
        if times > 1:
            found.append(BookMistake(Fault.PROCESS_TWICE, {"kind": kind, "times": times, "classes": classes or ALL_CLASSES}))
    return found


def _rule_mistakes(rule: LimitRule, book: RuleBook, vocabulary: Vocabulary) -> Iterator[BookMistake]:
    kind = vocabulary.case_kinds.get(rule.kind)
    if kind is None:
        yield _no(Fault.NO_KIND, "kind", rule.kind, vocabulary.case_kinds)
    else:
        yield from _step_mistakes(kind, rule.step)
    if rule.calendar != ALL_DAY and rule.calendar not in book.calendars:
        yield _no(Fault.NO_CALENDAR, "calendar", rule.calendar, book.calendars)
    if not _NO_TIME <= rule.warning <= rule.late:
        yield BookMistake(Fault.WARNING, {"warning": rule.warning, "late": rule.late})
    elif not _is_reached(rule, book):
        yield BookMistake(Fault.NEVER_REACHED, {"late": rule.late, "calendar": Quoted(rule.calendar)})
    if rule.silent is not None and rule.silent <= _NO_TIME:
        yield BookMistake(Fault.SILENT, {"silent": rule.silent})
    for name in DIMENSIONS:
        yield from _code_mistakes(vocabulary, name, getattr(rule, name))


def _no(fault: Fault, name: str, word: str, valid: Iterable[str], **more: Value) -> BookMistake:
    """Return that a word is none of the valid ones; ``name`` is what the sentence calls it."""
    return BookMistake(fault, {name: Quoted(word), "hint": Hint(word, tuple(valid)), **more})


def _is_reached(rule: LimitRule, book: RuleBook) -> bool:
    calendar = book.calendars.get(rule.calendar)
    if calendar is None or book.valid_from.tzinfo is None:
        return True
    try:
        return compiled(calendar).add(book.valid_from, rule.late) - book.valid_from <= _FARTHEST
    except TooFarError:
        return False


def _calendar_mistakes(name: str, calendar: WorkingCalendar) -> Iterator[BookMistake]:
    yield from _text_mistakes(NAME, {name: None, calendar.name: None})
    yield from _text_mistakes(NAME_OF_A_DAY, dict.fromkeys(text for day in calendar.special for text in (day.zh, day.en)))
    if len(calendar.special) > _MOST_DAYS:
        yield BookMistake(Fault.MANY_DAYS, {"count": len(calendar.special), "most": _MOST_DAYS})


def _text_mistakes(what: Label, texts: Iterable[str]) -> Iterator[BookMistake]:
    """Names stand in lists and on buttons; empty ones are somebody else's to refuse."""
    for text in texts:
        if len(text) > _LONGEST or any(category(character) == "Cc" for character in text):
            yield BookMistake(Fault.TEXT, {"what": what, "text": Quoted(text[:_LONGEST]), "most": _LONGEST})


def _step_mistakes(kind: CaseKind, step: str) -> Iterator[BookMistake]:
    open_steps = [milestone.name for milestone in kind.milestones if milestone.step and not milestone.final]
    if step in open_steps:
        return
    named = {milestone.name: milestone for milestone in kind.milestones}.get(step)
    if named is None:
        yield _no(Fault.NO_STEP, "step", step, open_steps, kind=Quoted(kind.name))
    else:
        yield _no(Fault.STEP_ENDS if named.final else Fault.STEP_BESIDE, "step", step, open_steps)


def _code_mistakes(vocabulary: Vocabulary, column: str, code: str) -> Iterator[BookMistake]:
    """Columns without a closed list take any code, as they do in events."""
    yield from _text_mistakes(COLUMNS[column], (code,))
    codes = vocabulary.codes.get(column)
    if code and codes and code not in codes:
        yield _no(Fault.NO_CODE, "code", code, codes, column=COLUMNS[column])


def _doubled_rules(rules: Sequence[LimitRule]) -> Iterator[BookMistake]:
    first: dict[tuple[str, ...], int] = {}
    for number, rule in enumerate(rules, 1):
        place = (rule.kind, rule.step, *(getattr(rule, name) for name in DIMENSIONS))
        if first.setdefault(place, number) != number:
            where = Conditions(tuple((name, code) for name, code in zip(DIMENSIONS, place[2:], strict=True) if code))
            both: dict[str, Value] = {"first": first[place], "number": number, "kind": rule.kind, "step": rule.step, "where": where}
            yield BookMistake(Fault.SAME_PLACE, both)


def _process_mistakes(process: ReferenceProcess, vocabulary: Vocabulary) -> Iterator[BookMistake]:
    yield from _code_mistakes(vocabulary, "business_class", process.business_class)
    yield from _text_mistakes(LABEL, (process.label.zh, process.label.en))
    if not process.steps:
        yield BookMistake(Fault.NO_STEPS, {})
    stages = [stage.name for stage in vocabulary.stages]
    kind = vocabulary.case_kinds.get(process.kind)
    if kind is None:
        yield _no(Fault.NO_KIND, "kind", process.kind, vocabulary.case_kinds)
    milestones = [milestone.name for milestone in kind.milestones] if kind else []
    for one in process.steps:
        if kind and one.step not in milestones:
            yield _no(Fault.NO_MILESTONE, "step", one.step, milestones, kind=Quoted(kind.name))
        if one.owner and one.owner not in stages:
            yield _no(Fault.NO_STAGE, "stage", one.owner, stages, step=Quoted(one.step))
    twice = Counter(one.step for one in process.steps)
    yield from (BookMistake(Fault.STEP_TWICE, {"step": Quoted(step)}) for step, times in twice.items() if times > 1)
