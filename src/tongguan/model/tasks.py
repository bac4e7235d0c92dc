"""Tasks 任务: what people work off, one at a time, and what they may do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from tongguan.model.vocabulary import Label


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    """Nobody has it."""
    CLAIMED = "claimed"
    """Somebody has it, as long as the lease runs."""
    DONE = "done"
    FAILED = "failed"
    OVERTAKEN = "overtaken"
    """The case went on without it."""


ENDED = frozenset({TaskState.DONE, TaskState.FAILED, TaskState.OVERTAKEN})


class Action(StrEnum):
    """What is done with a task."""

    CREATE = "create"
    CLAIM = "claim"
    RENEW = "renew"
    FINISH = "finish"
    FAIL = "fail"
    HAND_BACK = "hand_back"
    TRANSFER = "transfer"
    COMMENT = "comment"
    ATTACH = "attach"
    URGE = "urge"
    OVERTAKE = "overtake"
    EXPIRE = "expire"


@dataclass(frozen=True)
class Queue:
    """Work of one sort.

    Attributes:
        name, label: unique name and display name.
        stage: name of the stage whose owner answers for it; who does not see the stage does not see the queue.
        kind: case kind whose open steps are the tasks.
        steps: those steps.
        skill: who works on it must have it; empty for everybody who may work on tasks.
        events: action → type of the event that it is: claim, finish, fail, hand back. Others leave no event in the case's story.
        reasons: codes that a failure or a hand-back may have, with names.
        lease_minutes: so long a claim lasts without a renewal.
    """

    name: str
    label: Label
    stage: str
    kind: str
    steps: tuple[str, ...]
    skill: str = ""
    events: Mapping[Action, str] = field(default_factory=lambda: MappingProxyType({}))
    reasons: Mapping[str, Label] = field(default_factory=lambda: MappingProxyType({}))
    lease_minutes: int = 30


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        id: stable; made of queue, kind, case and when the step was reached.
        version: grows with every change; an action names the one it saw.
        owner: user id of who has it; empty for nobody.
        owner_name: display name of that user.
        lease_until: until when the claim lasts.
        since: when the case reached the step.
        warned_from, late_from, paused_since: as of the open step.
        urged: how often it was urged; ``urged_at`` the last time.
        ended_at, outcome_by, reason, note: of a task that is over.
    """

    id: str
    version: int
    queue: str
    kind: str
    case_id: str
    step: str
    state: TaskState
    since: datetime
    made_at: datetime
    owner: str = ""
    owner_name: str = ""
    lease_until: datetime | None = None
    warned_from: datetime | None = None
    late_from: datetime | None = None
    paused_since: datetime | None = None
    channel: str = ""
    region: str = ""
    business_class: str = ""
    brand: str = ""
    customer_id: str = ""
    urged: int = 0
    urged_at: datetime | None = None
    ended_at: datetime | None = None
    outcome_by: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class TaskEntry:
    """One line of a task's history: who did what, when.

    Attributes:
        file: name of an attachment; empty for none. Its bytes are asked for by entry id.
    """

    id: int
    task_id: str
    action: Action
    at: datetime
    actor: str
    actor_name: str
    reason: str = ""
    note: str = ""
    file: str = ""


class Standing(StrEnum):
    """Whose tasks are asked for."""

    OPEN = "open"
    MINE = "mine"
    OTHERS = "others"
    ENDED = "ended"


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are asked for; empty fields do not filter.

    Attributes:
        lateness: ``late``, ``warned``, ``on_time``, ``paused`` or ``unlimited``, at the moment of asking.
        search: an exact or leading part of the case's id.
    """

    queue: str = ""
    standing: Standing | None = None
    owner: str = ""
    lateness: str = ""
    channel: str = ""
    region: str = ""
    business_class: str = ""
    search: str = ""


@dataclass(frozen=True)
class TaskPage:
    """One page of tasks, the most urgent first: late before warned before the rest, the oldest first, paused last.

    Attributes:
        total: how many match; ``counts`` by standing, the filter's own standing left out.
    """

    rows: Sequence[Task]
    total: int
    offset: int
    limit: int
    counts: Mapping[Standing, int]


class TaskConflictError(Exception):
    """The task is no longer what the actor saw; the text says who did what, and when. A retry on the new state may help.

    Attributes:
        task: as it is now; None where it is gone.
        last: what was done last.
    """

    def __init__(self, message: str, task: Task | None = None, last: TaskEntry | None = None) -> None:
        super().__init__(message)
        self.task = task
        self.last = last


class TaskRefusedError(ValueError):
    """The action is not one that this person may do with this task, or lacks what it needs; the text says what would be valid."""
