"""What waits: the open steps of cases, and how their time limits stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum

from tongguan.model.answers import FlowFilter


class Lateness(StrEnum):
    """How an open step stands against its limit, where one word must do.

    Paused comes before all others, for whoever waits for the customer is not late; then silent, for what is not known cannot be judged.
    """

    PAUSED = "paused"
    SILENT = "silent"
    LATE = "late"
    WARNED = "warned"
    ON_TIME = "on_time"
    UNLIMITED = "unlimited"


def stands(
    at: datetime,
    warned_from: datetime | None,
    late_from: datetime | None,
    paused_since: datetime | None = None,
    silent_from: datetime | None = None,
) -> Lateness:
    """Return how something stands against its limit at a moment; the instants are those of :class:`OpenStep`."""
    if paused_since is not None:
        return Lateness.PAUSED
    if silent_from is not None and silent_from <= at:
        return Lateness.SILENT
    if late_from is None:
        return Lateness.UNLIMITED
    if late_from <= at:
        return Lateness.LATE
    return Lateness.WARNED if warned_from is not None and warned_from <= at else Lateness.ON_TIME


class Breach(IntFlag):
    """What happens to an open step when nothing happens. Numbers are kept in rows and in ids of events."""

    WARNED = 1
    LATE = 2
    SILENT = 4


@dataclass(frozen=True)
class WaitingFilter(FlowFilter):
    """Which open steps are asked for; empty fields do not filter.

    Attributes:
        stage: name of a stage; the steps that wait for it to act.
        step: a milestone.
        lateness: how they stand at the moment of asking.
        search: an exact or leading part of the case's own id.
    """

    stage: str = ""
    step: str = ""
    lateness: Lateness | None = None
    search: str = ""


class WaitingOrder(StrEnum):
    """By which column what waits is sorted."""

    SINCE = "since"
    LATE = "late"
    CASE_ID = "id"


@dataclass(frozen=True)
class OpenStep:
    """A case at the step that it reached last.

    Attributes:
        step: the milestone it reached last, whose follower is awaited.
        since: when it reached it.
        warned_from, late_from: when the limit's warning and the limit itself are reached; None without a limit.
        paused_since: since when the customer or the courier must act; None where nobody outside must.
        tier: the customer's.
        silent_from: when nothing was heard of the case for so long that its state is unknown; None where it never is.
        breach_at: the next of the three instants of which no event has told yet; None where none is to come.
        told: of which of them events have told for this stay (bits of :class:`Breach`).
    """

    kind: str
    case_id: str
    step: str
    since: datetime
    warned_from: datetime | None
    late_from: datetime | None
    paused_since: datetime | None
    channel: str
    region: str
    business_class: str
    brand: str
    customer_id: str
    tier: str = field(default="", kw_only=True)
    silent_from: datetime | None = field(default=None, kw_only=True)
    breach_at: datetime | None = field(default=None, kw_only=True)
    told: int = field(default=0, kw_only=True)

    def silent_at(self, at: datetime) -> bool:
        """Return whether the state of the case is unknown at a moment."""
        return self.silent_from is not None and self.silent_from <= at

    def lateness_at(self, at: datetime) -> Lateness:
        """Return how the step stands against its limit at a moment."""
        return stands(at, self.warned_from, self.late_from, self.paused_since, self.silent_from)


@dataclass(frozen=True)
class WaitingRow(OpenStep):
    """An open step as it is shown: with the stage that has to act, and how it stands at the moment of asking."""

    stage: str
    lateness: Lateness


@dataclass(frozen=True)
class WaitingPage:
    """One page of what waits; ``total`` counts all that match, ``counts`` how they stand when the filter's own lateness is left out."""

    rows: Sequence[WaitingRow]
    total: int
    offset: int
    limit: int
    counts: dict[Lateness, int]
