"""What differs between two versions of the rule book, and changes that go from one version to another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Generic, TypeVar

from tongguan.model.calendars import SpecialDay, WorkingCalendar
from tongguan.model.clocks import DIMENSIONS, LimitRule, ReferenceProcess
from tongguan.model.rule_documents import Contents

T = TypeVar("T", LimitRule, WorkingCalendar, ReferenceProcess)
K = TypeVar("K", bound=Hashable)

RulePlace = tuple[str, ...]
"""Where a rule holds: case kind, step, then :data:`~tongguan.model.clocks.DIMENSIONS`; no two rules of a book share one."""


def place_of(rule: LimitRule) -> RulePlace:
    """Return where a rule holds."""
    return (rule.kind, rule.step, *(getattr(rule, name) for name in DIMENSIONS))


def process_place(process: ReferenceProcess) -> tuple[str, str]:
    """Return which cases a process is for."""
    return process.kind, process.business_class


@dataclass(frozen=True)
class Difference(Generic[T]):
    """One thing that differs; None before where it is new, None after where it is gone."""

    name: str
    before: T | None
    after: T | None

    def changed(self) -> list[str]:
        """Return the names of the fields that differ; none where it is new or gone."""
        if self.before is None or self.after is None:
            return []
        names = [one.name for one in fields(self.before)]
        return [name for name in names if getattr(self.before, name) != getattr(self.after, name)]


@dataclass(frozen=True)
class DayDifference:
    """A date that is special in one version only, or in another way."""

    day: date
    before: SpecialDay | None
    after: SpecialDay | None


@dataclass(frozen=True)
class Differences:
    """What differs between two versions, each in the order of the later one; what is gone comes last."""

    rules: tuple[Difference[LimitRule], ...]
    calendars: tuple[Difference[WorkingCalendar], ...]
    processes: tuple[Difference[ReferenceProcess], ...]

    def __len__(self) -> int:
        return len(self.rules) + len(self.calendars) + len(self.processes)


def differences(before: Contents, after: Contents) -> Differences:
    """Return what ``after`` changes; the order of rules and processes does not matter."""
    return Differences(
        _compared(_by(before.rules, place_of), _by(after.rules, place_of)),
        _compared(before.calendars, after.calendars),
        _compared(_by(before.processes, process_place), _by(after.processes, process_place)),
    )


def _by(items: Iterable[T], key: Callable[[T], K]) -> dict[K, T]:
    return {key(item): item for item in items}


def _compared(before: Mapping[K, T], after: Mapping[K, T]) -> tuple[Difference[T], ...]:
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(Difference(_name(key), before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key))


def _name(key: object) -> str:
    return key if isinstance(key, str) else "/".join(str(part) for part in key) if isinstance(key, tuple) else str(key)


def special_differences(before: WorkingCalendar | None, after: WorkingCalendar | None) -> list[DayDifference]:
    """Return the dates that differ, by date."""
    was, now = ({one.day: one for one in calendar.special} if calendar else {} for calendar in (before, after))
    return [DayDifference(day, was.get(day), now.get(day)) for day in sorted({*was, *now}) if was.get(day) != now.get(day)]


def concerned(before: Contents, after: Contents) -> list[LimitRule]:
    """Return the rules whose open stays are planned anew: those that are new, gone or changed, and those on a changed calendar."""
    found = differences(before, after)
    rules = {place_of(rule): rule for one in found.rules for rule in (one.before, one.after) if rule is not None}
    calendars = {one.name for one in found.calendars}
    rules |= {place_of(rule): rule for rule in after.rules if rule.calendar in calendars}
    return list(rules.values())


def with_rule(contents: Contents, rule: LimitRule, instead_of: RulePlace | None = None) -> Contents:
    """Return the contents with a rule, at the place of another one or after the last rule of its step."""
    found = list(contents.rules)
    places = [place_of(one) for one in found]
    if instead_of is not None and instead_of in places:
        found[places.index(instead_of)] = rule
        return replace(contents, rules=tuple(found))
    siblings = [number for number, one in enumerate(found) if (one.kind, one.step) == (rule.kind, rule.step)]
    found.insert(siblings[-1] + 1 if siblings else len(found), rule)
    return replace(contents, rules=tuple(found))


def without_rule(contents: Contents, place: RulePlace) -> Contents:
    """Return the contents without the rule of a place."""
    return replace(contents, rules=tuple(rule for rule in contents.rules if place_of(rule) != place))


def with_calendar(contents: Contents, name: str, calendar: WorkingCalendar | None) -> Contents:
    """Return the contents with a calendar in its place; None takes it away."""
    found = {key: one for key, one in contents.calendars.items() if key != name or calendar is not None}
    return replace(contents, calendars={**found, name: calendar} if calendar is not None else found)


@dataclass(frozen=True)
class Moved:
    """Changes that were moved onto another version.

    Attributes:
        contents: the version with the changes.
        clashes: names of what both changed, in different ways; the moved change stands.
    """

    contents: Contents
    clashes: tuple[str, ...]


def moved_onto(base: Contents, draft: Contents, newest: Contents) -> Moved:
    """Make the changes from ``base`` to ``draft`` on ``newest``."""
    clashes: list[str] = []
    rules = _merged(_by(base.rules, place_of), _by(draft.rules, place_of), _by(newest.rules, place_of), clashes)
    calendars = _merged(base.calendars, draft.calendars, newest.calendars, clashes)
    was, mine, theirs = (_by(one.processes, process_place) for one in (base, draft, newest))
    processes = _merged(was, mine, theirs, clashes)
    return Moved(Contents(tuple(rules.values()), calendars, tuple(processes.values())), tuple(clashes))


def _merged(base: Mapping[K, T], draft: Mapping[K, T], newest: Mapping[K, T], clashes: list[str]) -> dict[K, T]:
    found = dict(newest)
    for key in [*draft, *(key for key in base if key not in draft)]:
        if draft.get(key) == base.get(key):
            continue
        if found.get(key) not in (base.get(key), draft.get(key)):
            clashes.append(_name(key))
        if key in draft:
            found[key] = draft[key]
        else:
            found.pop(key, None)
    return found
