"""The help of a stage's page, told from what the stage declares: what counts, what it is measured by, what waits and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Stage
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.standing import FLOOR

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
class StageHelp:
    """Context of the help of a stage's page.

    Attributes:
        volume, failures: names of the event types that count, with their codes.
        measures: name and formula in words.
        waiting: step, warning and limit, as text.
    """

    label: str
    href: str
    volume: Sequence[tuple[str, str]]
    failures: Sequence[tuple[str, str]]
    burden: bool
    measures: Sequence[tuple[str, str]]
    waiting: Sequence[tuple[str, str, str]]
    breakdowns: str
    floor: int


def stage_help(visit: Visit, stage: Stage) -> StageHelp:
    """Return the help of a stage's page."""
    return StageHelp(
        label=visit.codes.stage(stage.name),
        href=f"/stages/{stage.name}",
        volume=_types(visit, stage.volume),
        failures=_types(visit, stage.failures),
        burden=stage.burden,
        measures=[(one.label.in_language(visit.language), _formula(visit, stage, one)) for one in stage.measures],
        waiting=[_limit(visit, stage, step) for step in stage.waiting_at],
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


def _limit(visit: Visit, stage: Stage, step: str) -> tuple[str, str, str]:
    limit = visit.site.vocabulary.case_kind(stage.case_kind).limits.get(step)
    name = visit.codes.milestone(stage.case_kind, step)
    if limit is None:
        return name, visit.text("no limit"), visit.text("no limit")
    fmt = visit.formats
    late = fmt.duration(limit.late.total_seconds())
    promised = visit.text("the promised time where there is one, else %(time)s", time=late)
    return name, fmt.duration(limit.warning.total_seconds()), promised if limit.promised else late
