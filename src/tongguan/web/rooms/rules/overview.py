"""The limits of every case kind: steps with their rules, the most specific first; which one applies to a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.responses import Response

from tongguan.clocks.calendar import add_working_time, unknown_years
from tongguan.clocks.rules import most_specific, most_specific_first
from tongguan.model.access import Permission
from tongguan.model.answers import NESTED
from tongguan.model.calendars import ALL_DAY, TooFarError, WorkingCalendar
from tongguan.model.clocks import DIMENSIONS, LimitRule, Place
from tongguan.model.rule_changes import place_of
from tongguan.model.rule_documents import Contents
from tongguan.model.vocabulary import CaseKind
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Choice, Empty, Filter
from tongguan.web.kit.filters import code_filter, code_value
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.rules.drafts import PATH, Head, State, head, with_state
from tongguan.web.rooms.rules.words import calendar_name, conditions, span

FILTERS: Final = ("business_class", "channel", "region")
_ASKED: Final = "at_"


@dataclass(frozen=True)
class RuleRow:
    """One rule of a step.

    Attributes:
        who: for whom it holds; empty for all others.
        mark: ``+`` new, ``~`` changed in the draft; empty for neither.
        known: its calendar's holidays are known for this year.
        form: what the address of its form carries.
    """

    who: str
    warning: str
    late: str
    calendar: str
    silent: str
    promised: bool
    mark: str
    known: bool
    edit: str


@dataclass(frozen=True)
class StepRules:
    """A step with its rules."""

    name: str
    label: str
    stage: str
    rows: Sequence[RuleRow]
    add: str


@dataclass(frozen=True)
class KindRules:
    """A kind of case.

    Attributes:
        without: steps that have no limit, with where one is added.
    """

    name: str
    label: str
    steps: Sequence[StepRules]
    without: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Decision:
    """Which rule decides at a step.

    Attributes:
        who: for whom the rule holds; ``decided`` is False where no rule fits.
        warned, late: when a case that reaches the step now is warned and late; None for never.
        unknown: years until then whose holidays are not known.
    """

    step: str
    who: str
    limits: str
    calendar: str
    warned: datetime | None
    late: datetime | None
    unknown: Sequence[int]
    decided: bool


@dataclass(frozen=True)
class OverviewPage:
    """Context of the limits."""

    head: Head
    filters: Sequence[Filter]
    asked: Sequence[Filter]
    keep_asked: dict[str, str]
    keep_filters: dict[str, str]
    decisions: Sequence[Decision]
    kinds: Sequence[KindRules]
    empty: Empty | None
    reset_asked: str
    add: str


def rule_address(kind: str, step: str, values: dict[str, str]) -> str:
    """Return the address of a rule's form."""
    return str(Address(f"{PATH}/rule", {"kind": kind, "step": step, **values}))


def edit_address(rule: LimitRule) -> str:
    """Return the address of the form of a rule that is there."""
    return rule_address(rule.kind, rule.step, {name: getattr(rule, name) for name in DIMENSIONS})


def open_steps(kind: CaseKind) -> list[str]:
    """Return the steps at which cases may stay, in order."""
    return [milestone.name for milestone in kind.milestones if milestone.step and not milestone.final]


def _touches(rule: LimitRule, wanted: dict[str, str]) -> bool:
    """Tell whether a rule holds at, around or below what is asked for."""
    for name, code in wanted.items():
        own, apart = getattr(rule, name), NESTED.get(name, "")
        if own and code and own != code and not (apart and (code.startswith(own + apart) or own.startswith(code + apart))):
            return False
    return True


def _row(visit: Visit, state: State, rule: LimitRule) -> RuleRow:
    changed = {one.name: "+" if one.before is None else "~" for one in state.changes.rules if one.after is not None}
    calendar = state.contents.calendars.get(rule.calendar)
    return RuleRow(
        " · ".join(conditions(visit, rule)),
        span(visit, rule.warning),
        span(visit, rule.late),
        calendar_name(visit, state.contents, rule.calendar),
        "" if rule.silent is None else span(visit, rule.silent),
        rule.promised,
        changed.get("/".join(place_of(rule)), ""),
        calendar is None or calendar.knows(visit.formats.local(visit.now).year),
        edit_address(rule),
    )


def _kind(visit: Visit, state: State, kind: CaseKind, rules: Sequence[LimitRule], wanted: dict[str, str], only: str) -> KindRules:
    stage_of = {step: stage.name for stage in visit.site.vocabulary.stages if stage.case_kind == kind.name for step in stage.waiting_at}
    steps, without = [], []
    for name in [only] if only else open_steps(kind):
        own = most_specific_first(rule for rule in rules if (rule.kind, rule.step) == (kind.name, name))
        label, add = visit.codes.milestone(kind.name, name), rule_address(kind.name, name, wanted)
        if own:
            stage = visit.codes.stage(stage_of[name]) if name in stage_of else ""
            steps.append(StepRules(name, label, stage, [_row(visit, state, rule) for rule in own], add))
        elif not any((rule.kind, rule.step) == (kind.name, name) for rule in state.contents.rules):
            without.append((label, add))
    return KindRules(kind.name, visit.codes.kind(kind.name), steps, without)


def _kind_filter(visit: Visit, name: str, value: str, hint: str = "") -> Filter:
    kinds = [Choice(kind.name, visit.codes.kind(kind.name)) for kind in visit.site.vocabulary.case_kinds.values() if open_steps(kind)]
    return Filter(name, visit.text("Case kind"), value, kinds, hint=hint)


def _chosen_step(visit: Visit) -> str:
    """Return the step that is asked for, of the kind that is asked for; empty for all."""
    kind = visit.site.vocabulary.case_kinds.get(visit.query("kind"))
    return visit.query("step") if kind is not None and visit.query("step") in open_steps(kind) else ""


def _filters(visit: Visit) -> list[Filter]:
    """Return the fields of the filter form; steps are offered once their kind is chosen."""
    kind = visit.site.vocabulary.case_kinds.get(visit.query("kind"))
    found = [_kind_filter(visit, "kind", visit.query("kind"))]
    if kind is not None:
        steps = [Choice(name, visit.codes.milestone(kind.name, name)) for name in open_steps(kind)]
        found.append(Filter("step", visit.text("Step"), _chosen_step(visit), steps))
    return [*found, *(code_filter(visit, name) for name in FILTERS)]


def code_choices(visit: Visit, column: str) -> list[Choice]:
    """Return the codes of a column that a rule may name."""
    return visit.codes.regions(visit.user.scope) if column == "region" else visit.codes.choices(column)


def _asked_kind(visit: Visit) -> CaseKind | None:
    kinds = visit.site.vocabulary.case_kinds
    first = next(iter(kinds.values()), None) if any(visit.query(_ASKED + name) for name in DIMENSIONS) else None
    return kinds.get(visit.query(f"{_ASKED}kind"), first)


def _asked(visit: Visit) -> list[Filter]:
    kind = _asked_kind(visit)
    steps = [Choice(name, visit.codes.milestone(kind.name, name)) for name in open_steps(kind)] if kind else []
    found = [_kind_filter(visit, f"{_ASKED}kind", kind.name if kind else "", visit.text("Any"))]
    if steps:
        found.append(Filter(f"{_ASKED}step", visit.text("Step"), visit.query(f"{_ASKED}step"), steps, hint=visit.text("Any")))
    for name in DIMENSIONS:
        choices, label = code_choices(visit, name), visit.codes.column(name)
        found.append(Filter(_ASKED + name, label, visit.query(_ASKED + name), choices, "select" if choices else "text", visit.text("Any")))
    return found


def _decision(visit: Visit, state: State, kind: CaseKind, step: str, place: Place) -> Decision:
    label = visit.codes.milestone(kind.name, step)
    rule = most_specific(state.shown, kind.name, step, place)
    if rule is None:
        return Decision(label, "", "", "", None, None, (), False)
    calendar = _calendar(state.contents, rule)
    warned, late = (_reached(calendar, visit.now, limit) for limit in (rule.warning, rule.late))
    who = " · ".join(conditions(visit, rule))
    limits = f"{span(visit, rule.warning)} / {span(visit, rule.late)}"
    name = calendar_name(visit, state.contents, rule.calendar)
    unknown = unknown_years(calendar, visit.now, late) if late is not None else ()
    return Decision(label, who, limits, name, warned, late, unknown, True)


def _reached(calendar: WorkingCalendar, at: datetime, limit: timedelta) -> datetime | None:
    """Return when a limit is reached; None for never, which a draft may say until it is published."""
    try:
        return add_working_time(calendar, at, limit)
    except TooFarError:
        return None


def _calendar(contents: Contents, rule: LimitRule) -> WorkingCalendar:
    return contents.calendars.get(rule.calendar, ALL_DAY)


def _decisions(visit: Visit, state: State) -> list[Decision]:
    kind = _asked_kind(visit)
    if kind is None:
        return []
    place = Place(**{name: visit.query(_ASKED + name) for name in DIMENSIONS})
    limited = {rule.step for rule in state.contents.rules if rule.kind == kind.name}
    wanted = visit.query(f"{_ASKED}step")
    steps = [wanted] if wanted in open_steps(kind) else [name for name in open_steps(kind) if name in limited]
    return [_decision(visit, state, kind, step, place) for step in steps]


async def overview(visit: Visit, state: State) -> Response:
    """All limits."""
    chosen, step = visit.query("kind"), _chosen_step(visit)
    wanted = {name: code_value(visit, name) for name in FILTERS}
    rules = [rule for rule in state.contents.rules if _touches(rule, wanted)]
    kinds = [kind for kind in visit.site.vocabulary.case_kinds.values() if open_steps(kind) and chosen in ("", kind.name)]
    found = [_kind(visit, state, kind, rules, wanted, step) for kind in kinds]
    found = [kind for kind in found if kind.steps or chosen]
    asked = {_ASKED + name: visit.query(_ASKED + name) for name in ("kind", "step", *DIMENSIONS)}
    own = {"kind": chosen, "step": step, **wanted}
    page = OverviewPage(
        head(visit, state),
        _filters(visit),
        _asked(visit),
        asked,
        own,
        _decisions(visit, state),
        found,
        None if any(kind.steps for kind in found) else _empty(visit, filtered=any(own.values())),
        str(Address(PATH, own)),
        rule_address(chosen, step, wanted),
    )
    return visit.render("rules/overview.html", page)


def _empty(visit: Visit, *, filtered: bool) -> Empty:
    title = visit.text("No rule fits these filters") if filtered else visit.text("No step has a limit yet")
    return Empty(title, visit.text("Steps without a rule are never late."), visit.text("Remove filters"), PATH)


PAGES: Final = (Page(PATH, with_state(overview), Permission.SEE_PANORAMA),)
