"""What halls' states, causes and problems are called, how they are marked, and where they lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongguan.model.halls import Grade, HallStatus, Problem, ProblemKind, Reach, Why
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Status
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

GRADES: Final = {Grade.GOOD: Status.GOOD, Grade.WATCH: Status.WATCH, Grade.BAD: Status.BAD, Grade.UNKNOWN: Status.UNKNOWN}

WHYS: Final = {
    Why.DOWN: msg("Hall is down"),
    Why.FAILING: msg("Far fewer succeed"),
    Why.SLUMP: msg("Volume slump"),
    Why.DEVICES: msg("Many devices silent"),
    Why.PLANNED: msg("Planned outage"),
    Why.DEGRADED: msg("Partly down"),
    Why.FAILING_MORE: msg("Fewer succeed"),
    Why.LOW: msg("Low volume"),
    Why.HIGH: msg("Unusually many"),
    Why.SLOW: msg("Slow answers"),
    Why.DEVICES_FEW: msg("Devices silent"),
    Why.WELL: msg("Normal"),
    Why.NO_DATA: msg("Not enough data"),
}
"""Short, since they stand beside the hall's name."""

REACHES: Final = {
    Reach.UP: (Status.GOOD, msg("Up")),
    Reach.DEGRADED: (Status.WATCH, msg("Degraded")),
    Reach.DOWN: (Status.BAD, msg("Unreachable")),
    Reach.UNKNOWN: (Status.UNKNOWN, msg("No probes")),
}

_MARKS: Final = {
    ProblemKind.OUTAGE: Status.BAD,
    ProblemKind.SUB_CHANNEL: Status.BAD,
    ProblemKind.PROBE: Status.BAD,
    ProblemKind.INTERFACE: Status.WATCH,
    ProblemKind.DEVICES_OFF: Status.WATCH,
    ProblemKind.DEVICES_SILENT: Status.WATCH,
    ProblemKind.REASON: Status.WATCH,
    ProblemKind.TICKETS: Status.UNKNOWN,
}


@dataclass(frozen=True)
class ProblemLine:
    """One problem as pages list it.

    Attributes:
        hall: name of the hall; ``all halls`` for what is no hall's alone.
        href: where it leads; empty where nowhere.
        since, since_title: since when, short and exact; empty where it is not known.
    """

    status: Status
    word: str
    hall: str
    hall_href: str
    text: str
    href: str
    since: str
    since_title: str


def hall_href(channel: str, region: str = "", anchor: str = "") -> str:
    """Lead to the page of one hall, with the same region."""
    return str(Address(f"/halls/{channel}", {"region": region})) + (f"#{anchor}" if anchor else "")


def reach_mark(visit: Visit, hall: HallStatus) -> tuple[Status, str]:
    """Return how a hall's reachability is marked and called."""
    if hall.reach.planned:
        return Status.WATCH, visit.text("Planned outage")
    status, word = REACHES[hall.reach.reach]
    return status, visit.text(word)


def problem_line(visit: Visit, problem: Problem, region: str) -> ProblemLine:
    """Return a problem as it is listed."""
    fmt = visit.formats
    planned = problem.kind is ProblemKind.OUTAGE and problem.planned
    status = Status.WATCH if planned else _MARKS[problem.kind]
    return ProblemLine(
        status=status,
        word=visit.text("Planned") if planned else visit.text("Open") if status is Status.UNKNOWN else visit.text(status.word),
        hall=visit.codes.label("channel", problem.channel) if problem.channel else visit.text("all halls"),
        hall_href=hall_href(problem.channel, region) if problem.channel else "",
        text=problem_text(visit, problem),
        href=_href(visit, problem, region),
        since=fmt.short_time(problem.since) if problem.since else "",
        since_title=fmt.iso(problem.since),
    )


def problem_text(visit: Visit, problem: Problem) -> str:
    """Say in one sentence what is wrong."""
    count, of, name = visit.formats.full(problem.count), visit.formats.full(problem.of), problem.name
    match problem.kind:
        case ProblemKind.OUTAGE:
            return _outage(visit, problem)
        case ProblemKind.SUB_CHANNEL:
            sub = visit.codes.label("sub_channel", name)
            return visit.text("%(name)s is down: %(count)s of %(of)s tries failed", name=sub, count=count, of=of)
        case ProblemKind.PROBE:
            return visit.text("Probe %(name)s: %(count)s of %(of)s tries failed", name=name, count=count, of=of)
        case ProblemKind.INTERFACE:
            return visit.text("Interface %(name)s: %(count)s of %(of)s calls failed", name=name, count=count, of=of)
        case ProblemKind.DEVICES_OFF:
            return visit.text("Devices off: %(count)s", count=count)
        case ProblemKind.DEVICES_SILENT:
            region = visit.codes.label("region", name) if name else visit.text("all regions")
            return visit.text("%(region)s: %(count)s of %(of)s devices give no sign of life", region=region, count=count, of=of)
        case ProblemKind.REASON:
            reason, event = visit.codes.label("reason", name), visit.codes.event_type(problem.detail)
            return visit.text("%(event)s, %(reason)s: %(count)s in the last hour", event=event, reason=reason, count=count)
        case ProblemKind.TICKETS:
            return visit.text("Tickets open: %(count)s", count=count)


def _outage(visit: Visit, problem: Problem) -> str:
    about = problem.detail or problem.name
    if problem.planned and problem.until:
        return visit.text("Planned outage of %(about)s until %(time)s", about=about, time=visit.formats.short_time(problem.until))
    return visit.text("Planned outage of %(about)s", about=about) if problem.planned else visit.text("Outage of %(about)s", about=about)


def _href(visit: Visit, problem: Problem, region: str) -> str:
    match problem.kind:
        case ProblemKind.REASON:
            return reason_href(visit, problem.channel, problem.detail, problem.name, region)
        case ProblemKind.TICKETS:
            stage = next(
                (s.name for s in visit.site.vocabulary.stages if s.case_kind == "ticket" and visit.user.scope.sees_stage(s.name)), ""
            )
            return str(Address(f"/stages/{stage}", {"channel": problem.channel, "region": region})) if stage else ""
        case ProblemKind.DEVICES_SILENT if problem.name:
            return hall_href(problem.channel, problem.name)
        case ProblemKind.INTERFACE | ProblemKind.DEVICES_OFF | ProblemKind.DEVICES_SILENT:
            return hall_href(problem.channel, region) if problem.channel else ""
        case _:
            return hall_href(problem.channel, region, "probes") if problem.channel else ""


def reason_href(visit: Visit, channel: str, event_type: str, reason: str, region: str) -> str:
    """Lead to the events with a reason on the page of the stage that counts their type; empty where no stage does."""
    for stage in visit.site.vocabulary.stages:
        if event_type in (*stage.volume, *stage.failures) and visit.user.scope.sees_stage(stage.name):
            values = {"channel": channel, "region": region}
            if "reason" in stage.breakdowns:
                values |= {"by": "reason", "value": reason}
            return str(Address(f"/stages/{stage.name}", values))
    return ""
