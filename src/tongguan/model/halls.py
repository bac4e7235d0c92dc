"""Halls: how every sales and service channel does now, and what is declared about how it is watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

FLOOR = 30
"""Shares of fewer tries than this, and usual volumes below it, say nothing."""


@dataclass(frozen=True)
class Hall:
    """How one hall is watched, as a pack declares it.

    Attributes:
        channel: code of the channel.
        volume: event types whose count is the hall's volume.
        successes: types that end a customer's try well.
        failures: types that end one badly; successes and failures together are the tries.
        reasons: types whose ``reason`` says why something went wrong; they need not end a try.
    """

    channel: str
    volume: tuple[str, ...]
    successes: tuple[str, ...]
    failures: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class HallWatch:
    """How all halls are watched.

    Attributes:
        halls: in the order in which pages show them.
        probes_done, probes_failed: types that tell of a try from outside; ``duration`` of the first is the answer time.
        probe, target: attributes of these that name the probe and what it tries.
        outage_started, outage_ended: types that begin and end an outage.
        outage, parts, planned, ends: attributes that name it, list what it concerns, say that it was announced, and until when.
        interface_called, interface_failed: types with sums of calls in ``quantity``, and the attribute that names the interface.
        device_off: type that says that a device is off; ``device_other``: types after which it is not.
        device_alive: types by which a device says that it is on.
        ticket_kind: kind of case that customers' complaints are; empty for none.
        referral_made, referral_followed, referral_to: types of a referral from ``channel``, and the attribute that names the other.
        bought: types that count as bought where the same customer does it in the hall referred to, after following.
        handed_over: type by which a customer leaves a hall for another → that hall.
    """

    halls: tuple[Hall, ...]
    probes_done: tuple[str, ...]
    probes_failed: tuple[str, ...]
    probe: str
    target: str
    outage_started: str
    outage_ended: tuple[str, ...]
    outage: str
    parts: str
    planned: str
    ends: str
    interface_called: str
    interface_failed: str
    interface: str
    device_off: str
    device_other: tuple[str, ...]
    device_alive: tuple[str, ...]
    ticket_kind: str
    referral_made: str
    referral_followed: str
    referral_to: str
    bought: tuple[str, ...]
    handed_over: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def types(self) -> set[str]:
        """Return every event type that is named."""
        found = {t for hall in self.halls for t in (*hall.volume, *hall.successes, *hall.failures, *hall.reasons)}
        found |= {*self.probes_done, *self.probes_failed, self.outage_started, *self.outage_ended}
        found |= {self.interface_called, self.interface_failed, self.device_off, *self.device_other, *self.device_alive}
        return found | {self.referral_made, self.referral_followed, *self.bought, *self.handed_over}


@dataclass(frozen=True)
class Usual:
    """What is usual at an hour.

    Attributes:
        median: over the days.
        spread: median absolute deviation from it.
        days: how many days it was taken from.
        weekly: they are the same weekdays of the last four weeks, else the last seven days.
    """

    median: float
    spread: float
    days: int
    weekly: bool


class Reach(StrEnum):
    """Whether a hall, a sub-channel or what a probe tries can be reached."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reachability:
    """Whether a hall can be reached.

    Attributes:
        since: since when it is down or degraded; for what is up again, since when, where that lies within a day. None where unknown.
        last_probe: newest try from outside.
        probes, failed: tries of the last 60 minutes, and how many of them failed.
        planned: it is down on purpose.
    """

    reach: Reach
    since: datetime | None = None
    last_probe: datetime | None = None
    probes: int = 0
    failed: int = 0
    planned: bool = False


@dataclass(frozen=True)
class Response:
    """Answer time in the last 60 minutes, seconds; ``usual`` is that of the day's median at this hour."""

    median: float | None = None
    p95: float | None = None
    answers: int = 0
    usual: Usual | None = None


@dataclass(frozen=True)
class Success:
    """Tries of customers that ended in the last 60 minutes; ``usual`` is the share that succeeds at this hour."""

    successes: int = 0
    attempts: int = 0
    usual: Usual | None = None

    @property
    def share(self) -> float | None:
        """Share that succeeded; None where there are fewer tries than :data:`FLOOR`."""
        return self.successes / self.attempts if self.attempts >= FLOOR else None


@dataclass(frozen=True)
class Volume:
    """How much came.

    Attributes:
        last_hour: in the last full hour of the operation's clock; ``last_usual`` what is usual in it.
        current: in the hour that runs, so far; ``current_usual`` what is usual in the whole of it.
        elapsed: share of that hour that has passed.
    """

    last_hour: int = 0
    last_usual: Usual | None = None
    current: int = 0
    current_usual: Usual | None = None
    elapsed: float = 0.0


@dataclass(frozen=True)
class HallHour:
    """One hour of today.

    Attributes:
        volume: what came; None for hours to come, and so far for the one that runs.
        usual: volume that is usual.
        successes, attempts: tries that ended.
        response: median answer time, seconds; None without any.
    """

    hour: int
    volume: int | None = None
    usual: Usual | None = None
    successes: int = 0
    attempts: int = 0
    response: float | None = None


@dataclass(frozen=True)
class ProbeState:
    """One probe: its tries of the last 60 minutes, the newest, and since when it fails."""

    probe: str
    sub_channel: str
    target: str
    reach: Reach
    probes: int
    failed: int
    last: datetime | None
    since: datetime | None


@dataclass(frozen=True)
class FailingReason:
    """Why things went wrong in the last 60 minutes: events of a type with a reason; the first of them."""

    type: str
    reason: str
    sub_channel: str
    count: int
    since: datetime


@dataclass(frozen=True)
class Devices:
    """A hall's devices.

    Attributes:
        off: reported off, and not on again since.
        off_since: since when the first of them is.
        heard: gave a sign of life in the last 60 minutes.
        usual: did so at the same time yesterday or a week ago, whichever is fewer; None where neither is known.
        silent: regions most of whose devices gave none: code → (heard, usual).
    """

    off: int = 0
    off_since: datetime | None = None
    heard: int = 0
    usual: int | None = None
    silent: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def missing(self) -> int:
        """How many fewer than usual gave a sign of life."""
        return max(0, (self.usual or 0) - self.heard)


class ProblemKind(StrEnum):
    """What is wrong."""

    OUTAGE = "outage"
    SUB_CHANNEL = "sub_channel"
    PROBE = "probe"
    INTERFACE = "interface"
    DEVICES_OFF = "devices_off"
    DEVICES_SILENT = "devices_silent"
    REASON = "reason"
    TICKETS = "tickets"


@dataclass(frozen=True)
class Problem:
    """Something that is wrong now.

    Attributes:
        channel: whose problem it is; empty where it is nobody's alone.
        name: outage, sub-channel, probe, interface or reason; the region of silent devices, empty for all; empty for tickets.
        since: None where it is not known.
        count, of: such as 5 of 6 tries; ``of`` is 0 where there is no whole.
        detail: parts that an outage concerns, target of a probe, event type of a reason.
        planned: it was announced.
        until: until when, as announced.
    """

    kind: ProblemKind
    channel: str
    name: str = ""
    since: datetime | None = None
    count: int = 0
    of: int = 0
    detail: str = ""
    planned: bool = False
    until: datetime | None = None


class Grade(StrEnum):
    """How a hall stands."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What makes a hall stand as it does."""

    DOWN = "down"
    FAILING = "failing"
    SLUMP = "slump"
    DEVICES = "devices"
    PLANNED = "planned"
    DEGRADED = "degraded"
    FAILING_MORE = "failing_more"
    LOW = "low"
    HIGH = "high"
    SLOW = "slow"
    DEVICES_FEW = "devices_few"
    WELL = "well"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Standing:
    """How a hall stands and why; :func:`tongguan.model.hall_standing.standing` holds the rules."""

    grade: Grade = Grade.UNKNOWN
    why: Why = Why.NO_DATA


@dataclass(frozen=True)
class HallStatus:
    """How one hall does.

    Attributes:
        hours: 24 entries.
        probes: by sub-channel and name.
        reasons: most frequent first.
        devices: None where it has none.
        problems: what is wrong in it, newest first.
    """

    channel: str
    standing: Standing = Standing()
    reach: Reachability = Reachability(Reach.UNKNOWN)
    response: Response = Response()
    success: Success = Success()
    volume: Volume = Volume()
    hours: Sequence[HallHour] = ()
    probes: Sequence[ProbeState] = ()
    reasons: Sequence[FailingReason] = ()
    devices: Devices | None = None
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Linkage:
    """What went from one hall to another today.

    Attributes:
        made: customers were invited.
        followed: they came.
        bought: of those that came, bought there on the same day, after coming.
        handed_over: left the one for the other by themselves or after a failure.
    """

    from_channel: str
    to_channel: str
    made: int = 0
    followed: int = 0
    bought: int = 0
    handed_over: int = 0


@dataclass(frozen=True)
class Halls:
    """All halls at one moment.

    Attributes:
        day: the operation's day, as ISO text.
        data_through: newest event of those that halls are watched by; None without any.
        shared: problems that are no hall's alone, newest first.
        linkage: pairs of halls between which anything went.
    """

    at: datetime
    day: str
    data_through: datetime | None
    halls: Sequence[HallStatus] = ()
    shared: Sequence[Problem] = ()
    linkage: Sequence[Linkage] = ()
