"""What the kit's macros draw: typed contexts, made by pages and drawn by ``templates/kit/*.html``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from tongguan.web.kit.faults import CAUSES, Cause, technical
from tongguan.web.kit.texts import msg


class Status(Enum):
    """How something stands: a shape, a word and a colour, never a colour alone."""

    GOOD = ("good", "●", msg("Normal"))
    WATCH = ("watch", "▲", msg("Watch"))
    BAD = ("bad", "■", msg("Abnormal"))
    UNKNOWN = ("unknown", "○", msg("Not enough data"))

    def __init__(self, css: str, shape: str, word: str) -> None:
        self.css = css
        self.shape = shape
        self.word = word


@dataclass(frozen=True)
class Change:
    """How a number compares with an earlier one.

    Attributes:
        label: with what it is compared, translated.
        text: the difference, formatted.
        direction: ``up``, ``down`` or ``same``; drawn as an arrow in neutral ink.
        title: the number that it is compared with, in full.
    """

    label: str
    text: str
    direction: str
    title: str


@dataclass(frozen=True)
class Spark:
    """A small line of hours, drawn as SVG on the server.

    Attributes:
        today, before, week: ``points`` of polylines in a box of 100 × 28; empty where there is nothing to draw.
        label: what it says, for those who do not see it.
        pieces: of a line with gaps, the polylines between them; stands in the place of ``today``.
        part: ``points`` of the piece that leads to what is not over yet; dashed.
    """

    today: str
    before: str
    label: str
    pieces: Sequence[str] = ()
    week: str = ""
    part: str = ""


@dataclass(frozen=True)
class KpiCard:
    """A key figure: name, value and unit, target and attainment, change, sparkline, status, data-through. One link.

    Attributes:
        attainment: value / target; None without a target.
        pace: the share of the period that has passed; where attainment should be by now.
        thin: that there is too little behind the value to judge it, such as ``too few: n=12``; the value is greyed then.
        through: until when data is counted, as text.
        chosen: it is what the page shows below.
    """

    name: str
    value: str
    href: str
    unit: str = ""
    title: str = ""
    note: str = ""
    target: str = ""
    attainment: float | None = None
    pace: float | None = None
    change: Change | None = None
    spark: Spark | None = None
    status: Status | None = None
    status_word: str = ""
    key: str = ""
    thin: str = ""
    through: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class StageTile:
    """One stage of the process on the panorama.

    Attributes:
        late, warned, paused, silent: how many of what waits are past their limit, past their warning, stand still because somebody
            outside must act, and were not heard of for very long; empty where that is not known.
        phase: the part of the sale that it belongs to, translated; empty where stages have none.
    """

    name: str
    label: str
    place: int
    href: str
    status: Status
    status_word: str
    why: str
    volume: str
    volume_title: str
    unit: str
    changes: Sequence[Change]
    rate: str
    failures: str
    has_failures: bool
    backlog: str
    has_backlog: bool
    oldest: str
    oldest_title: str
    spark: Spark
    late: str = ""
    warned: str = ""
    paused: str = ""
    silent: str = ""
    phase: str = ""


@dataclass(frozen=True)
class DaySwitch:
    """Ways to other days: the day before, the day after, any day, today.

    Attributes:
        value: the day shown, ISO.
        last: the last day that can be chosen, ISO.
        previous, next, today: addresses; empty where there is no way.
        path: where the field for any day leads.
        keep: other values of the address.
    """

    value: str
    last: str
    previous: str
    next: str
    today: str
    path: str
    keep: Mapping[str, str]


@dataclass(frozen=True)
class HourCell:
    """One hour of a day as a cell that leads to what happened in it.

    Attributes:
        label: such as ``14``.
        share: share of failures, formatted; a dash where nothing happened.
        title: the counts, in words.
        status: how bad it is.
        chosen: it is the hour that the page shows.
    """

    label: str
    share: str
    title: str
    status: Status
    href: str
    chosen: bool


@dataclass(frozen=True)
class Way:
    """A link to the same page with something else chosen."""

    label: str
    href: str
    chosen: bool = False
    title: str = ""


@dataclass(frozen=True)
class Choice:
    """One value of a filter; ``depth`` tells how many others it lies in."""

    value: str
    label: str
    depth: int = 0


@dataclass(frozen=True)
class Filter:
    """A field of a filter form; free text where there are no choices, a date where ``kind`` says so.

    Attributes:
        kind: ``select``; ``list`` for a text field that proposes its choices; else the type of an input.
        hint: shown while nothing is chosen or typed.
    """

    name: str
    label: str
    value: str
    choices: Sequence[Choice] = ()
    kind: str = "select"
    hint: str = ""


@dataclass(frozen=True)
class Empty:
    """Why there is nothing to show, and the next step."""

    title: str
    cause: str
    action: str = ""
    href: str = ""


@dataclass(frozen=True)
class Failure:
    """A panel that could not be filled.

    Attributes:
        message: the technical text, or, without a cause, what the reader is told.
        since: since when it fails, where known.
        cause: which store failed, and how.
        at: when it was asked.
    """

    message: str
    retry: bool
    since: datetime | None
    request_id: str
    cause: Cause | None = None
    at: datetime | None = None

    @property
    def reason(self) -> str:
        """The cause as a sentence to be translated; empty without one."""
        return CAUSES[self.cause] if self.cause else ""

    @property
    def technical(self) -> str:
        """The technical text without addresses and paths of the installation."""
        return technical(self.message)


@dataclass(frozen=True)
class Joined:
    """A kind of object that a whole story would have."""

    label: str
    ids: Sequence[str]
    events: int

    @property
    def found(self) -> bool:
        """Tell whether any object of the kind joined."""
        return bool(self.ids)


@dataclass(frozen=True)
class Pager:
    """Where a page of rows is within all of them; empty addresses at the ends.

    Attributes:
        page: this page's number, from 1; ``pages`` how many there are.
        path: where the field for any page leads; empty without one. ``keep`` are the other values of the address.
    """

    first: int
    last: int
    total: int
    previous: str
    next: str
    page: int = 1
    pages: int = 1
    path: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """One sentence at the top of a page: what was just done, or what is wrong."""

    text: str
    status: Status
    details: Sequence[str] = field(default_factory=tuple)
