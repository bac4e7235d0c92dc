"""Clocks 时限: how long a case may stay at a step, and how its stays stand against that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from tongguan.model.calendars import WorkingCalendar
from tongguan.model.vocabulary import Label

ALL_DAY: Final = ""
"""Name of the calendar on which time never stands still."""

DIMENSIONS: Final = ("business_class", "channel", "region", "tier")
"""What a limit may depend on, the weightiest first."""


@dataclass(frozen=True)
class LimitRule:
    """From when a stay at a step is warned, late and silent.

    Attributes:
        kind, step: case kind, and the milestone that begins the stay.
        warning, late: so much time of the calendar; ``warning`` is not longer than ``late``.
        calendar: name of a working calendar of the book; :data:`ALL_DAY` for time that never stands still.
        promised: where the case has a promised time, that is the limit, and the warning comes ``late - warning`` (all-day time) before it.
        silent: after so long without any event of the case its state is unknown; None for never. All-day time.
        business_class, channel, region, tier: only stays there, codes below a class or a region among them; empty for all.
    """

    kind: str
    step: str
    warning: timedelta
    late: timedelta
    calendar: str = ALL_DAY
    promised: bool = False
    silent: timedelta | None = None
    business_class: str = ""
    channel: str = ""
    region: str = ""
    tier: str = ""


class Mode(StrEnum):
    """Who does a step."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    PARTNER = "partner"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class ProcessStep:
    """A step of a reference process.

    Attributes:
        step: milestone of the case kind that is reached once it is done.
        mode: who does it.
        owner: name of the stage whose owner answers for it.
        optional: cases may go on without it.
        beside: it may happen beside the steps that share this name, in any order; empty for one after the other.
    """

    step: str
    mode: Mode
    owner: str
    optional: bool = False
    beside: str = ""


@dataclass(frozen=True)
class ReferenceProcess:
    """How cases of a business class should go.

    Attributes:
        kind: case kind.
        business_class: with all classes below it; empty for those that no other process names.
        label: display name.
        steps: in order.
    """

    kind: str
    business_class: str
    label: Label
    steps: tuple[ProcessStep, ...]


@dataclass(frozen=True)
class RuleBook:
    """One version of all rules.

    Attributes:
        version: from 1.
        valid_from: stays that end before are judged by an earlier book.
        rules: limits; the most specific one that fits decides.
        calendars: by name.
        processes: reference processes.
        author, note: who made it, and why.
    """

    version: int
    valid_from: datetime
    rules: tuple[LimitRule, ...]
    calendars: Mapping[str, WorkingCalendar] = field(default_factory=dict)
    processes: tuple[ReferenceProcess, ...] = ()
    author: str = ""
    note: str = ""

    def __hash__(self) -> int:
        # Equality still compares everything; books are told apart by these two.
        return hash((self.version, self.valid_from))


@dataclass(frozen=True)
class Place:
    """What of a case decides which rule fits."""

    business_class: str = ""
    channel: str = ""
    region: str = ""
    tier: str = ""


@dataclass(frozen=True)
class Stay:
    """A case at a step, from one milestone to the next.

    Attributes:
        step: the milestone that begins it.
        since: when.
        until: when the next step was reached; None while it is open. Stays at final steps are none.
        pauses: when somebody outside had to act, in order, apart from each other; the last one's end is None while it runs.
        next_step: what was reached then; empty while it is open.
    """

    step: str
    since: datetime
    until: datetime | None
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    next_step: str = ""


class ClockState(StrEnum):
    """How a stay stands against its limit; paused and silent are no states but flags beside them."""

    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    ON_TIME = "on_time"
    WARNED = "warned"
    LATE = "late"
    UNLIMITED = "unlimited"


@dataclass(frozen=True)
class Clock:
    """A stay with its limits.

    Attributes:
        stay: what is judged.
        warned_from, late_from: when it is warned and late; None without a limit, and while a pause that began before runs.
        silent_from: when its state is unknown; None where it never is.
        rule: the rule that decided; None without a limit.
        book: version of the rule book.
    """

    stay: Stay
    warned_from: datetime | None
    late_from: datetime | None
    silent_from: datetime | None = None
    rule: LimitRule | None = None
    book: int = 0

    @property
    def paused(self) -> bool:
        """Whether somebody outside must act."""
        return self.stay.until is None and bool(self.stay.pauses) and self.stay.pauses[-1][1] is None

    def silent_at(self, at: datetime) -> bool:
        """Return whether nothing was heard of an open stay for so long that its state is unknown."""
        return self.stay.until is None and self.silent_from is not None and self.silent_from <= at

    def state_at(self, at: datetime) -> ClockState:
        """Return the state at a moment, flags left aside; a limit is reached at its instant."""
        if self.rule is None:
            return ClockState.UNLIMITED
        if self.stay.until is not None:
            late = self.late_from is not None and self.stay.until > self.late_from
            return ClockState.DONE_LATE if late else ClockState.DONE_ON_TIME
        if self.late_from is not None and self.late_from <= at:
            return ClockState.LATE
        return ClockState.WARNED if self.warned_from is not None and self.warned_from <= at else ClockState.ON_TIME

    def breach_after(self, at: datetime) -> datetime | None:
        """Return the next instant after ``at`` at which the open stay is warned, late or silent; None for none."""
        if self.stay.until is not None:
            return None
        coming = [one for one in (self.warned_from, self.late_from, self.silent_from) if one is not None and one > at]
        return min(coming, default=None)


Books = Sequence[RuleBook]
"""All versions, the oldest first; at least one."""


class RuleBooks(Protocol):
    """Where the rule books are kept."""

    def all(self) -> Books:
        """Return every version. Asked every second, so what was not changed is answered from memory, with the same objects."""
        ...
