"""Tasks 任务: what people work off, one at a time, and what they may do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tongguan.model.access import Level, Role
from tongguan.model.waiting import Lateness, stands

if TYPE_CHECKING:
    from tongguan.model.vocabulary import Label

LONGEST_NOTE: Final = 2_000
"""Characters of a note or comment."""

LARGEST_FILE: Final = 5 * 1024 * 1024
"""Bytes of an attachment."""

LONGEST_FILE_NAME: Final = 200
"""Characters of its name."""

MOST_FILES: Final = 20
"""Attachments of a task."""

URGED_AGAIN: Final = timedelta(minutes=10)
"""So long somebody who urged a task waits before urging it again."""

MOST_AT_ONCE: Final = 500
"""Tasks of one batch."""


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


SAID: Final = frozenset({Action.COMMENT, Action.ATTACH, Action.URGE})
"""What is added to a task without changing who has it and where it stands: these need no version and leave it as it is."""


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
        warned_from, late_from, paused_since, silent_from: as of the open step.
        urged: how often it was urged; ``urged_at`` the last time.
        ended_at, outcome_by, reason, note: of a task that is over; ``outcome_by`` is the display name of who ended it. Where the case
            went on, ``reason`` is the step at which it waits now, empty where it waits nowhere.
        claimed_at: since when the owner has it.
        files: how many attachments it has.
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
    claimed_at: datetime | None = None
    files: int = 0
    silent_from: datetime | None = None

    def lateness_at(self, at: datetime) -> Lateness:
        """Return how the task stands against its limit at a moment, as its open step does; one that is over, as it stood when it ended."""
        if self.ended_at is not None:
            return stands(self.ended_at, self.warned_from, self.late_from)
        return stands(at, self.warned_from, self.late_from, self.paused_since, self.silent_from)


@dataclass(frozen=True)
class TaskEntry:
    """One line of a task's history: who did what, when.

    Attributes:
        id: 0 for a claim that ran out and that nobody noted yet.
        actor: user id; of a claim that ran out, whose it was; empty where it happened by itself.
        file: name of an attachment; empty for none. Its bytes are asked for by entry id.
        to_name: of a transfer: who got it; empty where it went back into the queue.
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
    to_name: str = ""


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
        lateness: value of :class:`Lateness` at the moment of asking; of tasks that are over, when they ended.
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

    A silent one stands where its limit puts it: that nothing was heard of it may be because nobody worked on it.

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


class TaskRefusal(StrEnum):
    """Why an action was refused."""

    MISSING = "missing"
    """There is no such task, or the user does not see it."""
    PERMISSION = "permission"
    SKILL = "skill"
    """The user lacks the queue's skill."""
    NO_SKILL = "no_skill"
    """No queue needs such a skill, so nobody can be given it."""
    REASON = "reason"
    """A reason is needed, or the queue has no such reason."""
    NOTE = "note"
    """Empty, or longer than :data:`LONGEST_NOTE`."""
    PERSON = "person"
    """Nobody who could have the task: unknown, without the skill, or of another region."""
    FILE = "file"
    """Empty, without a name, or larger than :data:`LARGEST_FILE`."""
    FULL = "full"
    """:data:`MOST_FILES` are attached already."""
    SOON = "soon"
    """The same person urged it within :data:`URGED_AGAIN`."""
    ACTION = "action"
    """Nobody does that with a task by hand."""
    TOO_MANY = "too_many"
    """More than :data:`MOST_AT_ONCE` tasks at once."""


class TaskRefusedError(ValueError):
    """The action is not one that this person may do with this task, or lacks what it needs; the text says what would be valid."""

    def __init__(self, message: str, refusal: TaskRefusal = TaskRefusal.ACTION) -> None:
        super().__init__(message)
        self.refusal = refusal


@dataclass(frozen=True)
class Given:
    """What an action is given.

    Attributes:
        reason: code of one of the queue's reasons; needed by fail and hand back.
        note: free text; needed by a comment.
        to: of a transfer: user id of who gets it; empty: it goes back into the queue.
    """

    reason: str = ""
    note: str = ""
    to: str = ""


@dataclass(frozen=True)
class Asked:
    """A task of a batch, and the version that the actor saw."""

    task_id: str
    version: int


@dataclass(frozen=True)
class Outcome:
    """What became of one task of a batch.

    Attributes:
        task: as it is now; None where it is not there for the actor.
        done: the action was done.
        error: why not.
    """

    task_id: str
    task: Task | None
    done: bool
    error: TaskConflictError | TaskRefusedError | None = None


@dataclass(frozen=True)
class TaskStory:
    """A task with its history, the oldest entry first, and what the asker may do with it now."""

    task: Task
    entries: Sequence[TaskEntry]
    allowed: frozenset[Action]


@dataclass(frozen=True)
class TaskFile:
    """An attachment."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Colleague:
    """Somebody who could have a task.

    Attributes:
        holds: how many tasks of the queue the person has now.
    """

    id: str
    name: str
    holds: int


@dataclass(frozen=True)
class Skilled:
    """Somebody and the skills that were given to them; administrators have every skill without that.

    Attributes:
        name: sign-in name.
        role: what the person's work is; who may not work on tasks has no use of a skill.
        level, regions, stages: the part of the operation that the person sees; no regions or stages are all of them.
    """

    id: str
    name: str
    display_name: str
    skills: Sequence[str]
    role: Role
    level: Level
    regions: Sequence[str]
    stages: Sequence[str]


@dataclass(frozen=True)
class QueueCounts:
    """A queue as somebody sees it, within the regions of the scope.

    Attributes:
        may_work: the asker may claim its tasks.
        open, mine, others: tasks that are not over, by whose they are.
        late, warned, paused, silent: of these, how they stand.
        oldest: since when the oldest of them waits; None where there is none.
    """

    queue: str
    may_work: bool
    open: int
    mine: int
    others: int
    late: int
    warned: int
    paused: int
    oldest: datetime | None
    silent: int = 0
