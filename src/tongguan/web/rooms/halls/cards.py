"""Halls as cards and as rows, made from the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.hall_standing import ANSWERS
from tongguan.model.halls import FLOOR, HallStatus, Usual
from tongguan.web.kit.components import Change, Spark, Status
from tongguan.web.kit.formats import NOTHING
from tongguan.web.kit.sparkline import points
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.halls.words import GRADES, WHYS, ProblemLine, hall_href, problem_line, reach_mark

HOURS = 24
SHORTENED: Final = 10_000
"""Volumes below are written as what is usual is, which stands beside."""

PROBLEMS = 3
"""A card lists so many problems."""


@dataclass(frozen=True)
class Figure:
    """One of a hall's three numbers.

    Attributes:
        note: what is usual, or why the value says nothing.
        usual: what is usual, alone; a dash where it is not known.
        thin: there is too little behind the value to judge it.
    """

    name: str
    value: str
    title: str
    note: str
    change: Change | None = None
    thin: bool = False
    usual: str = NOTHING


@dataclass(frozen=True)
class HallCard:
    """One hall.

    Attributes:
        reach_note: since when, and how many probes failed.
        problems: the worst; ``more`` counts the others.
    """

    channel: str
    label: str
    href: str
    status: Status
    why: str
    reach: Status
    reach_word: str
    reach_note: str
    reach_title: str
    response: Figure
    success: Figure
    volume: Figure
    current: str
    spark: Spark
    problems: Sequence[ProblemLine]
    more: int


def hall_card(visit: Visit, hall: HallStatus, region: str) -> HallCard:
    """Return one hall as the page draws it."""
    reach, word = reach_mark(visit, hall)
    note, title = _reach_note(visit, hall)
    return HallCard(
        channel=hall.channel,
        label=visit.codes.label("channel", hall.channel),
        href=hall_href(hall.channel, region),
        status=GRADES[hall.standing.grade],
        why=visit.text(WHYS[hall.standing.why]),
        reach=reach,
        reach_word=word,
        reach_note=note,
        reach_title=title,
        response=_response(visit, hall),
        success=_success(visit, hall),
        volume=_volume(visit, hall),
        current=_current(visit, hall),
        spark=_spark(visit, hall),
        problems=sorted((problem_line(visit, one, region) for one in hall.problems), key=_worst)[:PROBLEMS],
        more=max(0, len(hall.problems) - PROBLEMS),
    )


_WORST: Final = (Status.BAD, Status.WATCH, Status.GOOD, Status.UNKNOWN)


def _worst(line: ProblemLine) -> int:
    """Return the place of a problem among those of a card: the worst first, else as they come."""
    return _WORST.index(line.status)


def _reach_note(visit: Visit, hall: HallStatus) -> tuple[str, str]:
    fmt, parts = visit.formats, []
    if hall.reach.since:
        parts.append(visit.text("since %(time)s", time=fmt.short_time(hall.reach.since)))
    if hall.reach.probes:
        failed, tries = fmt.full(hall.reach.failed), fmt.full(hall.reach.probes)
        parts.append(visit.text("%(failed)s of %(tries)s probes failed", failed=failed, tries=tries))
    last = fmt.iso(hall.reach.last_probe)
    return " · ".join(parts), visit.text("Newest probe: %(time)s", time=last) if last else ""


def _usual_note(visit: Visit, usual: Usual | None, value: str) -> str:
    return visit.text("usual %(value)s", value=value) if usual else visit.text("usual not known yet")


def usual_title(visit: Visit, usual: Usual | None) -> str:
    """Say from which days what is usual was taken."""
    if usual is None:
        return visit.text("Fewer than three days to compare with")
    if usual.weekly:
        return visit.text("Median of this hour on %(n)s same weekdays", n=usual.days)
    return visit.text("Median of this hour on %(n)s days of the last week", n=usual.days)


def _response(visit: Visit, hall: HallStatus) -> Figure:
    fmt, response = visit.formats, hall.response
    name = visit.text("Answer time")
    if response.median is None:
        return Figure(name, fmt.duration(None), "", visit.text("no answers to measure"), thin=True)
    usual = fmt.duration(response.usual.median if response.usual else None)
    thin = response.answers < ANSWERS
    note = visit.text("too few: n=%(n)s", n=fmt.full(response.answers)) if thin else _usual_note(visit, response.usual, usual)
    slow = visit.text("95 %% within %(time)s", time=fmt.duration(response.p95))
    title = visit.text("Median of %(n)s answers; %(slow)s", n=fmt.full(response.answers), slow=slow)
    return Figure(name, fmt.duration(response.median), title, note, thin=thin, usual=usual)


def _success(visit: Visit, hall: HallStatus) -> Figure:
    fmt, success = visit.formats, hall.success
    name = visit.text("Succeeded")
    title = visit.text("%(good)s of %(all)s tries", good=fmt.full(success.successes), all=fmt.full(success.attempts))
    if success.share is None:
        return Figure(name, fmt.rate(None), title, visit.text("too few: n=%(n)s", n=fmt.full(success.attempts)), thin=True)
    if success.usual is None:
        return Figure(name, fmt.rate(success.share), title, _usual_note(visit, None, ""))
    gap = success.share - success.usual.median
    direction = "same" if round(gap, 3) == 0 else "up" if gap > 0 else "down"
    change = Change("", fmt.points(gap), direction, usual_title(visit, success.usual))
    return Figure(name, fmt.rate(success.share), title, _usual_note(visit, success.usual, fmt.rate(success.usual.median)), change)


def volume_change(visit: Visit, count: int, usual: Usual | None) -> Change | None:
    """Compare a volume with what is usual; None where that is not known, or too little to compare with."""
    if usual is None or usual.median < FLOOR:
        return None
    share = count / usual.median - 1
    direction = "same" if round(share, 3) == 0 else "up" if share > 0 else "down"
    return Change("", visit.formats.change(share), direction, usual_title(visit, usual))


def has_come(hall: HallStatus) -> bool:
    """Tell whether anything came to a hall today or usually does: without either, a zero may just as well mean that no source sends."""
    return any(one.volume or one.usual for one in hall.hours) or bool(hall.volume.last_hour or hall.volume.current)


def _volume(visit: Visit, hall: HallStatus) -> Figure:
    fmt, volume = visit.formats, hall.volume
    if not has_come(hall):
        return Figure(visit.text("Last full hour"), NOTHING, NOTHING, visit.text("nothing came yet"), thin=True)
    note = _usual_note(visit, volume.last_usual, fmt.full(round(volume.last_usual.median)) if volume.last_usual else "")
    change = volume_change(visit, volume.last_hour, volume.last_usual)
    short = fmt.full(volume.last_hour) if volume.last_hour < SHORTENED else fmt.compact(volume.last_hour)
    thin = volume.last_usual is None or volume.last_usual.median < FLOOR
    return Figure(visit.text("Last full hour"), short, fmt.full(volume.last_hour), note, change, thin)


def _current(visit: Visit, hall: HallStatus) -> str:
    fmt, volume = visit.formats, hall.volume
    if not has_come(hall):
        return visit.text("No events of this hall today")
    if volume.current_usual is None:
        return visit.text("this hour so far %(n)s", n=fmt.full(volume.current))
    by_now = round(volume.current_usual.median * volume.elapsed)
    return visit.text("this hour so far %(n)s, usual by now %(usual)s", n=fmt.full(volume.current), usual=fmt.full(by_now))


def _spark(visit: Visit, hall: HallStatus) -> Spark:
    """Draw the full hours of today over what is usual in each; the hour that runs would look like a fall."""
    known = [one.volume for one in hall.hours if one.volume is not None][:-1] if has_come(hall) else []
    usual = [round(one.usual.median) for one in hall.hours if one.usual is not None]
    usual = usual if len(usual) == HOURS else []
    top = max([0, *known, *usual])
    label = visit.text("By hour: today %(n)s in full hours, usual for the whole day %(usual)s", n=sum(known), usual=sum(usual) or "—")
    return Spark(points(known, top, HOURS), points(usual, top, HOURS), label)
