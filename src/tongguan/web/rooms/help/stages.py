"""The help of a stage's page: what counts, what it is measured by, what waits in it and how long it may by the rules in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.clocks.rules import general
from tongguan.model.access import Permission
from tongguan.model.clocks import LimitRule, RuleBook
from tongguan.model.measures import How, Measure
from tongguan.model.rule_documents import contents_of
from tongguan.model.vocabulary import Stage
from tongguan.web.kit.address import Address
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.panorama.standing import FLOOR
from tongguan.web.rooms.rules.words import calendar_name, span

_FORMULAS: Final = {
    How.COUNT: msg("How many events: %(types)s"),
    How.DISTINCT: msg("How many different values of %(columns)s in: %(types)s"),
    How.SUM: msg("Sum of %(columns)s over: %(types)s"),
    How.MONEY: msg("Sum of the amounts, each currency for itself, over: %(types)s"),
    How.MEAN: msg("Mean duration of: %(types)s"),
    How.P95: msg("The time within which 95 of 100 are done: %(types)s"),
    How.SHARE: msg("%(part)s ÷ %(whole)s, summed up first"),
}


@dataclass(frozen=True)
class StepLimit:
    """A step at which something waits, and its limit by the rule for all cases.

    Attributes:
        calendar: by which both are counted; empty without a limit.
        more: how many rules hold for some cases only, in words; empty for none.
        href: all rules of the step.
    """

    step: str
    warning: str
    late: str
    calendar: str
    more: str
    href: str


@dataclass(frozen=True)
class StageLimits:
    """The limits of a stage's steps by the version of the rules that is in force."""

    version: int
    steps: Sequence[StepLimit]


@dataclass(frozen=True)
class StageHelp:
    """Context of the help of a stage's page.

    Attributes:
        volume, failures: names of the event types that count, with their codes.
        measures: name and formula in words.
        limits: None where nothing waits.
        sees_rules: the visitor may open the rules.
    """

    label: str
    href: str
    volume: Sequence[tuple[str, str]]
    failures: Sequence[tuple[str, str]]
    burden: bool
    measures: Sequence[tuple[str, str]]
    limits: Panel[StageLimits] | None
    sees_rules: bool
    breakdowns: str
    floor: int


async def stage_help(visit: Visit, stage: Stage) -> StageHelp:
    """Return the help of a stage's page."""
    return StageHelp(
        label=visit.codes.stage(stage.name),
        href=f"/stages/{stage.name}",
        volume=_types(visit, stage.volume),
        failures=_types(visit, stage.failures),
        burden=stage.burden,
        measures=[(one.label.in_language(visit.language), _formula(visit, stage, one)) for one in stage.measures],
        limits=await visit.ask(_limits(visit, stage)) if stage.waiting_at else None,
        sees_rules=visit.may(Permission.SEE_PANORAMA),
        breakdowns=visit.listing(visit.codes.column(name) for name in stage.breakdowns),
        floor=FLOOR,
    )


def _types(visit: Visit, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(visit.codes.event_type(name), name) for name in names]


def _formula(visit: Visit, stage: Stage, measure: Measure) -> str:
    labels = {"volume": visit.text("Volume"), "failures": visit.text("Failures")}
    labels |= {one.name: one.label.in_language(visit.language) for one in stage.measures}
    text = visit.text(
        _FORMULAS[measure.how],
        types=visit.listing(visit.codes.event_type(name) for name in measure.types),
        columns=visit.listing(visit.codes.column(name) for name in measure.columns),
        part=labels.get(measure.part, measure.part),
        whole=labels.get(measure.whole, measure.whole),
    )
    only = [_only(visit, column, values) for column, values in measure.only.items()]
    return " · ".join([text, *only])


def _only(visit: Visit, column: str, values: Sequence[str]) -> str:
    named = visit.listing(visit.codes.label(column, value) for value in values)
    return visit.text("only %(column)s: %(values)s", column=visit.codes.column(column), values=named)


async def _limits(visit: Visit, stage: Stage) -> StageLimits:
    newest = (await visit.site.rules.books())[-1]
    return StageLimits(newest.version, [_limit(visit, newest, stage.case_kind, step) for step in stage.waiting_at])


def _limit(visit: Visit, book: RuleBook, kind: str, step: str) -> StepLimit:
    """Tell the limit for all cases; rules for some of them are many and are read where they stand."""
    own = [rule for rule in book.rules if (rule.kind, rule.step) == (kind, step)]
    rule = general(own)
    others = len(own) - (rule is not None)
    return StepLimit(
        step=visit.codes.milestone(kind, step),
        warning=visit.text("no limit") if rule is None else span(visit, rule.warning),
        late=visit.text("no limit") if rule is None else _late(visit, rule),
        calendar="" if rule is None else calendar_name(visit, contents_of(book), rule.calendar),
        more=visit.plural("%(n)s more specific rule", "%(n)s more specific rules", others, n=others) if others else "",
        href=str(Address("/rules", {"kind": kind, "step": step})),
    )


def _late(visit: Visit, rule: LimitRule) -> str:
    late = span(visit, rule.late)
    return visit.text("the promised time where there is one, else %(time)s", time=late) if rule.promised else late
