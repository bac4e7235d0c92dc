"""The form of one rule: changed, added or removed in the user's draft."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.clocks import DIMENSIONS, LimitRule
from tongguan.model.durations import parse_duration
from tongguan.model.rule_changes import RulePlace, place_of, with_rule, without_rule
from tongguan.web.kit.access import Page
from tongguan.web.kit.components import Choice
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.rules.drafts import PATH, Head, State, head, keep, with_state
from tongguan.web.rooms.rules.overview import code_choices, edit_address, open_steps
from tongguan.web.rooms.rules.words import calendar_name, rule_title, span

NOT_A_DURATION: Final = msg("Give a duration such as 30 min, 1 h 30 min or 2 d.")
TOO_LATE: Final = msg("The warning must not come after the limit.")
NOTHING: Final = msg("Give more than 0, or nothing for never.")
NO_STEP: Final = msg("Choose a step at which cases stay.")
NO_CALENDAR: Final = msg("There is no such calendar any more.")
NO_CODE: Final = msg("There is no such code; choose one of the list.")
TAKEN: Final = msg("There is a rule for exactly this place already: change that one, or make this one more specific.")

_STARTING: Final = {"warning": timedelta(minutes=30), "late": timedelta(hours=1)}


@dataclass(frozen=True)
class StepChoices:
    """The steps of a case kind."""

    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class CodeField:
    """A condition of a rule: its codes, or free text where nobody lists any."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class RuleFormPage:
    """Context of the form.

    Attributes:
        title: the rule that is changed; empty for a new one.
        was: its place as JSON; empty for a new one.
        values: of the fields.
        errors: field → what is wrong with it.
        twin: where the form of the rule is that has the place already.
    """

    head: Head
    title: str
    was: str
    values: Mapping[str, str]
    errors: Mapping[str, str]
    steps: Sequence[StepChoices]
    fields: Sequence[CodeField]
    calendars: Sequence[Choice]
    twin: str = ""


@dataclass
class _Checked:
    """Fields while they are read."""

    visit: Visit
    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self, name: str, message: str) -> None:
        self.errors.setdefault(name, self.visit.text(message))

    def duration(self, name: str) -> timedelta:
        found = parse_duration(self.values[name])
        if found is None:
            self.wrong(name, NOT_A_DURATION)
        return found or timedelta(0)


_FIELDS: Final = ("step", *DIMENSIONS, "warning", "late", "calendar", "promised", "silent")


def _values(visit: Visit, rule: LimitRule) -> dict[str, str]:
    return {
        "step": f"{rule.kind}/{rule.step}",
        **{name: getattr(rule, name) for name in DIMENSIONS},
        "warning": span(visit, rule.warning),
        "late": span(visit, rule.late),
        "calendar": rule.calendar,
        "promised": "1" if rule.promised else "",
        "silent": "" if rule.silent is None else span(visit, rule.silent),
    }


def _steps(visit: Visit) -> list[StepChoices]:
    found = []
    for kind in visit.site.vocabulary.case_kinds.values():
        choices = [Choice(f"{kind.name}/{name}", visit.codes.milestone(kind.name, name)) for name in open_steps(kind)]
        if choices:
            found.append(StepChoices(visit.codes.kind(kind.name), choices))
    return found


def _page(
    visit: Visit, state: State, was: str, values: Mapping[str, str], errors: Mapping[str, str], title: str, twin: str = ""
) -> Response:
    fields = [CodeField(name, visit.codes.column(name), code_choices(visit, name)) for name in DIMENSIONS]
    calendars = [Choice(key, calendar_name(visit, state.contents, key)) for key in state.contents.calendars]
    page = RuleFormPage(head(visit, state), title, was, values, errors, _steps(visit), fields, calendars, twin)
    return visit.render("rules/rule.html", page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _at(state: State, place: RulePlace) -> LimitRule | None:
    return next((rule for rule in state.contents.rules if place_of(rule) == place), None)


async def show(visit: Visit, state: State) -> Response:
    """The form of the rule whose place the address tells; where none is, that of a new one there."""
    place = tuple(visit.query(name) for name in ("kind", "step", *DIMENSIONS))
    rule = _at(state, place)
    if rule is not None:
        return _page(visit, state, json.dumps(place), _values(visit, rule), {}, rule_title(visit, rule))
    step = f"{place[0]}/{place[1]}" if place[1] else ""
    starting = {name: span(visit, duration) for name, duration in _STARTING.items()}
    values = dict.fromkeys(_FIELDS, "") | starting | {"step": step} | dict(zip(DIMENSIONS, place[2:], strict=True))
    return _page(visit, state, "", values, {}, "")


def _checked_rule(checked: _Checked, state: State) -> LimitRule:
    visit, values = checked.visit, checked.values
    kind_name, _, step = values["step"].partition("/")
    kind = visit.site.vocabulary.case_kinds.get(kind_name)
    if kind is None or step not in open_steps(kind):
        checked.wrong("step", NO_STEP)
    for name in DIMENSIONS:
        known = visit.site.vocabulary.codes.get(name)
        if values[name] and known and values[name] not in known:
            checked.wrong(name, NO_CODE)
    warning, late = checked.duration("warning"), checked.duration("late")
    if not checked.errors.keys() & {"warning", "late"} and warning > late:
        checked.wrong("warning", TOO_LATE)
    if values["calendar"] and values["calendar"] not in state.contents.calendars:
        checked.wrong("calendar", NO_CALENDAR)
    silent = checked.duration("silent") if values["silent"] else None
    if silent == timedelta(0):
        checked.wrong("silent", NOTHING)
    codes = (values[name] for name in DIMENSIONS)
    return LimitRule(kind_name, step, warning, late, values["calendar"], values["promised"] == "1", silent, *codes)


def _was(text: str) -> RulePlace | None:
    """Return the place that a form carries; None for a new rule, and for what no form of ours carries."""
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return tuple(str(part) for part in found) if isinstance(found, list) else None


async def save(visit: Visit, state: State) -> Response:
    """Put the rule into the draft."""
    values = {name: (await visit.form_value(name)).strip() for name in _FIELDS}
    values["region"] = visit.site.regions.tree.code_of(values["region"])
    was_text = await visit.form_value("was")
    was = _was(was_text)
    checked = _Checked(visit, values)
    rule = _checked_rule(checked, state)
    twin = _at(state, place_of(rule))
    taken = twin is not None and place_of(rule) != was
    if taken:
        checked.wrong("step", TAKEN)
    if checked.errors:
        old = _at(state, was) if was is not None else None
        title = rule_title(visit, old) if old is not None else ""
        return _page(visit, state, was_text, values, checked.errors, title, edit_address(rule) if taken else "")
    await keep(visit, state, with_rule(state.contents, rule, was))
    return visit.go(f"{PATH}?done=kept")


async def remove(visit: Visit, state: State) -> Response:
    """Take the rule out of the draft; undoing brings it back."""
    was = _was(await visit.form_value("was"))
    gone = was is not None and _at(state, was) is not None
    if was is not None and gone:
        await keep(visit, state, without_rule(state.contents, was))
    return visit.go(f"{PATH}?done={'kept' if gone else 'same'}")


PAGES: Final = (
    Page(f"{PATH}/rule", with_state(show), Permission.EDIT_RULES),
    Page(f"{PATH}/rule", with_state(save), Permission.EDIT_RULES, method="POST"),
    Page(f"{PATH}/rule/remove", with_state(remove), Permission.EDIT_RULES, method="POST"),
)
