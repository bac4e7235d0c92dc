"""How steps of fulfilment stand, as bars with shapes and words; their rates and how they compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.fulfilment import Ended, Standing
from tongguan.model.waiting import Lateness
from tongguan.web.kit.components import Change, Status
from tongguan.web.kit.formats import NOTHING
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.standing import FEW_LATE, FEW_WAITING, FLOOR, LATE, MANY_LATE

ON_TIME_TARGET: Final = 0.95
"""Share of work on time that is asked for 订单处理及时率."""

NEARLY: Final = 0.05
"""Missing the target by no more than this is to be watched, by more abnormal."""


@dataclass(frozen=True)
class State:
    """How a state is drawn: its class, the shape beside its word, the word."""

    css: str
    shape: str
    word: str


STATES: Final[dict[Lateness, State]] = {
    Lateness.LATE: State("late", "■", msg("Late")),
    Lateness.WARNED: State("warned", "▲", msg("Warned")),
    Lateness.ON_TIME: State("good", "●", msg("On time")),
    Lateness.PAUSED: State("paused", "‖", msg("Paused")),
    Lateness.SILENT: State("silent", "◇", msg("Silent")),
    Lateness.UNLIMITED: State("free", "○", msg("No limit")),
}
"""In the order of the bar, the worst first."""


@dataclass(frozen=True)
class Segment:
    """A piece of a bar, in hundredths of it."""

    css: str
    x: str
    width: str


@dataclass(frozen=True)
class StateChip:
    """How many stand so; ``href`` leads to them, empty where nowhere."""

    state: State
    word: str
    count: str
    href: str
    none: bool
    chosen: bool = False


@dataclass(frozen=True)
class StandingBar:
    """What stands somewhere, as one bar and one count for each state.

    Attributes:
        label: all of it in words.
    """

    segments: Sequence[Segment]
    chips: Sequence[StateChip]
    label: str


def standing_bar(
    visit: Visit,
    standing: Standing,
    most: int = 0,
    href: Callable[[Lateness], str] | None = None,
    *,
    every: bool = False,
    chosen: Lateness | None = None,
    known: bool = True,
    zeros: bool = True,
) -> StandingBar:
    """Return the bar of what stands somewhere.

    Args:
        visit: who looks.
        standing: what stands there.
        most: how many fill the bar; all of it where 0.
        href: where a state leads.
        every: states without any are told, too; of the others none but late and warned are.
        chosen: the state that the page shows.
        known: whether any source ever sent anything; where none did, no state is known to have 0.
        zeros: late and warned are told without any, too.
    """
    whole, at, segments, chips = max(most, standing.total), 0.0, [], []
    for one, state in STATES.items():
        count = standing.of(one)
        if count:
            width = 100 * count / whole
            segments.append(Segment(state.css, f"{at:.2f}", f"{width:.2f}"))
            at += width
        if count or every or (zeros and one in (Lateness.LATE, Lateness.WARNED)):
            leads = href(one) if href else ""
            said = visit.formats.full(count if known else None)
            chips.append(StateChip(state, visit.text(state.word), said, leads, not count, one is chosen))
    label = visit.listing(f"{chip.word} {chip.count}" for chip in chips)
    return StandingBar(segments, chips, label)


@dataclass(frozen=True)
class Rate:
    """A share on time: written, judged, compared.

    Attributes:
        status: beside the target; None where too little is known.
        title: what it is of.
        changes: against the day and the week before, in points.
    """

    text: str
    status: Status | None
    word: str
    title: str
    thin: str
    changes: Sequence[Change]


def rate_of(visit: Visit, now: Ended, earlier: Sequence[tuple[str, Ended]]) -> Rate:
    """Return the share on time, beside those of earlier days (each with the name of the comparison)."""
    fmt, text = visit.formats, visit.text
    thin = text("too few: n=%(n)s", n=fmt.full(now.judged)) if now.judged < FLOOR else ""
    title = text("%(good)s done on time, %(late)s became late", good=fmt.full(now.on_time), late=fmt.full(now.overdue))
    status = None if thin or now.rate is None else rate_status(now.rate)
    changes = [_points(visit, label, now, before) for label, before in earlier]
    return Rate(fmt.rate(now.rate), status, text(status.word) if status else "", title, thin, changes)


def rate_status(rate: float) -> Status:
    """Tell how a share on time stands beside the target."""
    return Status.GOOD if rate >= ON_TIME_TARGET else Status.WATCH if rate >= ON_TIME_TARGET - NEARLY else Status.BAD


def _points(visit: Visit, label: str, now: Ended, before: Ended) -> Change:
    fmt = visit.formats
    title = visit.text("%(label)s: %(count)s", label=label, count=fmt.rate(before.rate))
    if now.rate is None or before.rate is None:
        return Change(label, NOTHING, "same", title)
    gap = now.rate - before.rate
    return Change(label, fmt.points(gap), "same" if round(gap, 3) == 0 else "up" if gap > 0 else "down", title)


def lateness_status(standing: Standing | None) -> Status:
    """Tell how what stands somewhere is judged: by the share of late ones, as on the panorama."""
    if standing is None:
        return Status.UNKNOWN
    acting = standing.total - standing.of(Lateness.PAUSED) - standing.of(Lateness.SILENT)
    late = standing.of(Lateness.LATE)
    if acting >= FEW_WAITING and late >= FEW_LATE and late >= LATE * acting:
        return Status.BAD if late >= MANY_LATE * acting else Status.WATCH
    return Status.GOOD


def age(visit: Visit, standing: Standing | None) -> str:
    """Write how long the oldest has stood there; a dash where none does."""
    if standing is None or standing.oldest is None:
        return NOTHING
    return visit.formats.duration(max(0.0, (visit.now - standing.oldest).total_seconds()))
