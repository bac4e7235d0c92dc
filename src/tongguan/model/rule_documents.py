"""Rule books as JSON documents, and back: strict, with every mistake and its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tongguan.model.calendar_documents import calendar_document, read_calendar
from tongguan.model.calendars import WorkingCalendar
from tongguan.model.clocks import DIMENSIONS, LimitRule, Mode, ProcessStep, ReferenceProcess, RuleBook
from tongguan.model.durations import duration_text, parse_duration
from tongguan.model.mistakes import Mistakes, Part, shown
from tongguan.model.vocabulary import Label

Document = dict[str, Any]
"""``rules`` (a list), ``calendars`` (by name) and ``processes`` (a list); nothing else."""

PARTS: Final = ("rules", "calendars", "processes")
_RULE: Final = ("kind", "step", *DIMENSIONS, "warning", "late", "calendar", "promised", "silent")
_PROCESS: Final = ("kind", "business_class", "label", "steps")
_STEP: Final = ("step", "mode", "owner", "optional", "beside")


@dataclass(frozen=True)
class Contents:
    """What a document says; the fields are those of :class:`~tongguan.model.clocks.RuleBook`."""

    rules: tuple[LimitRule, ...]
    calendars: Mapping[str, WorkingCalendar]
    processes: tuple[ReferenceProcess, ...]

    def book(self, version: int, valid_from: datetime, author: str = "", note: str = "") -> RuleBook:
        """Return them as a version."""
        return RuleBook(version, valid_from, self.rules, self.calendars, self.processes, author, note)


@dataclass(frozen=True)
class RuleDraft:
    """What a user changed and has not published.

    Attributes:
        base: the version that it changes.
        contents: as they would be published.
        before: as they were before the last change; None where there is nothing to undo.
        changed_at: when it was changed last.
    """

    base: int
    contents: Contents
    before: Contents | None
    changed_at: datetime


def contents_of(book: RuleBook) -> Contents:
    """Return what a book says, without who said it when."""
    return Contents(book.rules, book.calendars, book.processes)


def document_of(contents: Contents | RuleBook) -> Document:
    """Return the JSON document; what is empty or the default stays out of it.

    Raises:
        ValueError: a limit has a fraction of a second.
    """
    return {
        "rules": [_rule_document(rule) for rule in contents.rules],
        "calendars": {key: calendar_document(key, calendar) for key, calendar in contents.calendars.items()},
        "processes": [_process_document(process) for process in contents.processes],
    }


def _rule_document(rule: LimitRule) -> Document:
    found: Document = {"kind": rule.kind, "step": rule.step}
    found |= {name: code for name in DIMENSIONS if (code := getattr(rule, name))}
    found |= {"warning": duration_text(rule.warning), "late": duration_text(rule.late)}
    if rule.calendar:
        found["calendar"] = rule.calendar
    if rule.promised:
        found["promised"] = True
    if rule.silent is not None:
        found["silent"] = duration_text(rule.silent)
    return found


def _process_document(process: ReferenceProcess) -> Document:
    found: Document = {"kind": process.kind}
    if process.business_class:
        found["business_class"] = process.business_class
    steps = [_step_document(step) for step in process.steps]
    return {**found, "label": {"zh": process.label.zh, "en": process.label.en}, "steps": steps}


def _step_document(step: ProcessStep) -> Document:
    found: Document = {"step": step.step, "mode": step.mode.value, "owner": step.owner}
    if step.optional:
        found["optional"] = True
    if step.beside:
        found["beside"] = step.beside
    return found


def read_document(document: object) -> Contents:
    """Return what a document says.

    Only its form is looked at; whether kinds, steps and codes exist is checked by :func:`tongguan.model.rule_checks.check_contents`.

    Raises:
        MistakesError: with every mistake and its place.
    """
    mistakes = Mistakes()
    whole = Part(document, "", mistakes, PARTS)
    rules = tuple(read_rule(item, path, mistakes) for path, item in whole.items("rules"))
    calendars = {key: calendar for key, path, item in whole.entries("calendars") if (calendar := _calendar(key, item, path, mistakes))}
    processes = tuple(_read_process(item, path, mistakes) for path, item in whole.items("processes"))
    mistakes.check()
    return Contents(rules, calendars, processes)


def _calendar(key: str, item: object, path: str, mistakes: Mistakes) -> WorkingCalendar | None:
    if not key.strip():
        mistakes.add(path, "日历名称不能为空", "a calendar needs a name")
        return None
    return read_calendar(key, item, path, mistakes)


def read_rule(value: object, path: str, mistakes: Mistakes) -> LimitRule:
    """Return the rule that a JSON value means; mistakes are noted, and what is wrong is left at its default."""
    part = Part(value, path, mistakes, _RULE)
    warning, late = _limit(part, "warning"), _limit(part, "late")
    silent = _limit(part, "silent") if part.get("silent") not in (None, "") else None
    return LimitRule(
        part.text("kind", needed=True),
        part.text("step", needed=True),
        warning,
        late,
        part.text("calendar"),
        part.flag("promised"),
        silent,
        *(part.text(name) for name in DIMENSIONS),
    )


def _limit(part: Part, key: str) -> timedelta:
    said = part.text(key, needed=True)
    found = parse_duration(said)
    if found is None and said.strip():
        part.wrong(key, f"{shown(said)} 不是时长，应如 30m、1h 30m、2d", f"{shown(said)} is no duration; valid: such as 30m, 1h 30m, 2d")
    return found or timedelta(0)


def _read_process(value: object, path: str, mistakes: Mistakes) -> ReferenceProcess:
    part = Part(value, path, mistakes, _PROCESS)
    label = Part(part.get("label"), part.at("label"), mistakes, ("zh", "en"))
    names = Label(label.text("zh", needed=True), label.text("en", needed=True))
    steps = tuple(_read_step(item, place, mistakes) for place, item in part.items("steps"))
    if not steps:
        part.wrong("steps", "至少要有一个环节", "needs at least one step")
    return ReferenceProcess(part.text("kind", needed=True), part.text("business_class"), names, steps)


def _read_step(value: object, path: str, mistakes: Mistakes) -> ProcessStep:
    part = Part(value, path, mistakes, _STEP)
    mode = Mode(part.choice("mode", [one.value for one in Mode]))
    return ProcessStep(part.text("step", needed=True), mode, part.text("owner", needed=True), part.flag("optional"), part.text("beside"))
