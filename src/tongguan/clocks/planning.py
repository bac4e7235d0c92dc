"""Stays of a case, and how each stands against its limit. Pure functions of entries, rule books and a promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tongguan.clocks.calendar import CompiledCalendar
from tongguan.clocks.rules import book_at, compiled_book
from tongguan.model.calendars import TooFarError
from tongguan.model.clocks import Books, Clock, LimitRule, Place, Stay
from tongguan.model.vocabulary import CaseKind

Entries = Sequence[tuple[str, datetime]]
"""What a case reached and when, in the order of its events."""

Pauses = tuple[tuple[datetime, datetime | None], ...]


def stays(kind: CaseKind, entries: Entries) -> list[Stay]:
    """Return the stays of a case, one after the other; only the last one may be open.

    A step begins a stay and ends the one before, also where a case reaches the same step again. An end begins none. A step after an end
    counts only where it reopens the case. A pause is over with the milestone that ends it, or with any step.

    Args:
        kind: the kind of the case.
        entries: what it reached, in the order of its events (``entries`` of ``warehouse.case_states``).
    """
    return stay_reader(kind)(entries)


def stay_reader(kind: CaseKind) -> Callable[[Entries], list[Stay]]:
    """Return :func:`stays` for one kind of case, made ready for many."""
    steps = {milestone.name for milestone in kind.milestones if milestone.step}
    finals = {milestone.name for milestone in kind.milestones if milestone.step and milestone.final}
    going_on = finals | {milestone.name for milestone in kind.milestones if milestone.step and milestone.reopens}
    pausing, resuming = set(kind.pauses), set(kind.pauses.values()) - set(kind.pauses)

    def read(entries: Entries) -> list[Stay]:
        found: list[Stay] = []
        step, since, ended = "", datetime.min, False
        pauses: list[tuple[datetime, datetime | None]] = []
        paused: datetime | None = None
        for milestone, time in entries:
            if milestone in steps:
                if ended and milestone not in going_on:
                    continue
                if step:
                    found.append(Stay(step, since, time, _closed(pauses, paused, time), milestone))
                ended = milestone in finals
                step, since, pauses = "" if ended else milestone, time, []
                paused = time if step in pausing else None
            elif step and milestone in pausing:
                paused = paused or time
            elif milestone in resuming and paused is not None:
                pauses.append((paused, time))
                paused = None
        if step:
            found.append(Stay(step, since, None, (*pauses, (paused, None)) if paused else tuple(pauses)))
        return found

    return read


def _closed(pauses: Sequence[tuple[datetime, datetime | None]], paused: datetime | None, until: datetime) -> Pauses:
    return (*pauses, (paused, until)) if paused else tuple(pauses)


def plan(kind: str, stay: Stay, place: Place, due: datetime | None, books: Books, last_event: datetime) -> Clock:
    """Return a stay with its limits.

    A stay that ended is judged by the book that was valid then, an open one by the newest. Limits are working time outside of pauses; while
    a pause is open, those that were not reached before it wait. A promise is an instant: a pause that is over has not moved it.

    Args:
        kind: name of the case kind.
        stay: what is judged.
        place: what of the case decides which rule fits.
        due: what the customer was promised last; None without a promise.
        books: every version, the oldest first.
        last_event: when something was heard of the case last.

    Raises:
        CalendarError: an instant has no zone, or lies outside the years that calendars answer for.
        KeyError: the rule names a calendar that its book does not have.
    """
    book = books[-1] if stay.until is None else book_at(books, stay.until)
    ready = compiled_book(book)
    rule = ready.rule(kind, stay.step, place)
    if rule is None:
        return Clock(stay, None, None, book=book.version)
    if rule.promised and due is not None:
        warned, late = _promised(rule, stay, due)
    else:
        calendar = ready.calendar(rule.calendar)
        warned, late = _reached(calendar, stay, rule.warning), _reached(calendar, stay, rule.late)
    silent = None if rule.silent is None or stay.until is not None else max(stay.since, last_event) + rule.silent
    return Clock(stay, warned, late, silent, rule, book.version)


def _promised(rule: LimitRule, stay: Stay, due: datetime) -> tuple[datetime | None, datetime | None]:
    warned = min(max(stay.since, due - (rule.late - rule.warning)), due)
    if stay.pauses and stay.pauses[-1][1] is None:
        began = stay.pauses[-1][0]
        return warned if warned <= began else None, due if due <= began else None
    return warned, due


def _reached(calendar: CompiledCalendar, stay: Stay, amount: timedelta) -> datetime | None:
    """Return when so much working time outside of pauses has passed; None where an open pause comes before, or calendars end before."""
    start, left = stay.since, amount
    for began, ended in stay.pauses:
        worked = calendar.working_time(start, began)
        if worked >= left:
            break
        left -= worked
        if ended is None:
            return None
        start = ended
    try:
        return calendar.add(start, left)
    except TooFarError:
        # Never is an answer: a rule that nobody can break must not keep all other cases from being planned.
        return None
