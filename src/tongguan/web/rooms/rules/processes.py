"""Reference processes: how cases of each business class should go, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from starlette.responses import Response

from tongguan.clocks.rules import most_specific
from tongguan.model.access import Permission
from tongguan.model.clocks import Mode, Place, ProcessStep, ReferenceProcess
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Empty, Way
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.rules.drafts import PATH, Head, State, head, with_state
from tongguan.web.rooms.rules.words import MODES, span

PROCESSES: Final = f"{PATH}/processes"


@dataclass(frozen=True)
class DrawnStep:
    """A step as it is drawn.

    Attributes:
        limits: warning and limit of a stay that begins with it; empty without a rule.
        href: page of the stage that answers for it; empty where the user may not see it.
    """

    name: str
    label: str
    mode: str
    mode_word: str
    owner: str
    href: str
    optional: bool
    limits: str


@dataclass(frozen=True)
class Part:
    """Steps of one place of the process; more than one may happen beside each other, in any order."""

    place: int
    steps: Sequence[DrawnStep]


@dataclass(frozen=True)
class ProcessesPage:
    """Context of the reference processes.

    Attributes:
        tabs: all processes.
        covers: which cases the one shown is for.
        modes: code and name of every mode, for the legend.
    """

    head: Head
    tabs: Sequence[Way]
    label: str
    covers: str
    parts: Sequence[Part]
    modes: Sequence[tuple[str, str]]
    empty: Empty | None


def _drawn(visit: Visit, state: State, process: ReferenceProcess, step: ProcessStep) -> DrawnStep:
    rule = most_specific(state.shown, process.kind, step.step, Place(business_class=process.business_class))
    limits = f"{span(visit, rule.warning)} / {span(visit, rule.late)}" if rule is not None else ""
    seen = any(stage.name == step.owner for stage in visit.site.vocabulary.stages) and visit.user.scope.sees_stage(step.owner)
    return DrawnStep(
        step.step,
        visit.codes.milestone(process.kind, step.step),
        step.mode.value,
        visit.text(MODES[step.mode]),
        visit.codes.stage(step.owner),
        f"/stages/{step.owner}" if seen else "",
        step.optional,
        limits,
    )


def _parts(visit: Visit, state: State, process: ReferenceProcess) -> list[Part]:
    numbered = enumerate(process.steps)
    groups = groupby(numbered, key=lambda one: one[1].beside or one[0])
    return [Part(place, [_drawn(visit, state, process, step) for _number, step in steps]) for place, (_key, steps) in enumerate(groups, 1)]


def _covers(visit: Visit, process: ReferenceProcess) -> str:
    kind = visit.codes.kind(process.kind)
    if not process.business_class:
        return visit.text("%(kind)s of every class that no other process names", kind=kind)
    name = visit.codes.label("business_class", process.business_class)
    return visit.text("%(kind)s of the class %(name)s and those below it", kind=kind, name=name)


async def processes(visit: Visit, state: State) -> Response:
    """One reference process, and ways to the others."""
    every = state.contents.processes
    wanted = visit.query("process")
    names = [f"{one.kind}/{one.business_class}" for one in every]
    place = names.index(wanted) if wanted in names else 0
    tabs = [
        Way(one.label.in_language(visit.language), str(Address(PROCESSES, {"process": name})), number == place)
        for number, (one, name) in enumerate(zip(every, names, strict=True))
    ]
    shown = every[place] if every else None
    empty = None
    if shown is None:
        cause = visit.text("Processes are declared in processes.yaml of an area, or imported with tongguan rules import.")
        empty = Empty(visit.text("No reference process yet"), cause)
    page = ProcessesPage(
        head(visit, state),
        tabs,
        shown.label.in_language(visit.language) if shown else "",
        _covers(visit, shown) if shown else "",
        _parts(visit, state, shown) if shown else (),
        [(mode.value, visit.text(MODES[mode])) for mode in Mode],
        empty,
    )
    return visit.render("rules/processes.html", page)


PAGES: Final = (Page(PROCESSES, with_state(processes), Permission.SEE_PANORAMA),)
