"""What may be done with a task, by whom, and what it becomes. Pure: the store comes after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from unicodedata import bidirectional, category

from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Permission, Role, User
from tongguan.model.tasks import (
    ENDED,
    LARGEST_FILE,
    LONGEST_FILE_NAME,
    LONGEST_NOTE,
    SAID,
    Action,
    Given,
    Queue,
    Skilled,
    Standing,
    Task,
    TaskConflictError,
    TaskEntry,
    TaskRefusal,
    TaskRefusedError,
    TaskState,
)

_HOLDERS: Final = frozenset({Action.RENEW, Action.FINISH, Action.FAIL, Action.HAND_BACK})
"""What only somebody who has the task does."""

BY_HAND: Final = _HOLDERS | SAID | {Action.CLAIM, Action.TRANSFER}
"""What people do; the rest happens by itself."""

_REASONED: Final = frozenset({Action.FAIL, Action.HAND_BACK})

_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Unicode's classes of characters after which text stands in another order."""

_DID: Final = {
    Action.CREATE: "was put into the queue",
    Action.CLAIM: "was claimed",
    Action.FINISH: "was finished",
    Action.FAIL: "was failed",
    Action.HAND_BACK: "was handed back",
    Action.TRANSFER: "was transferred",
    Action.OVERTAKE: "was overtaken: the case went on",
}


@dataclass(frozen=True)
class Worker:
    """Somebody who works, with the skills that were given to them; administrators have every skill."""

    user: User
    skills: frozenset[str]

    def has(self, skill: str) -> bool:
        """Tell whether a skill is there; the empty one everybody has."""
        return not skill or self.user.role is Role.ADMIN or skill in self.skills

    def sees(self, queue: Queue, region: str) -> bool:
        """Tell whether a task of a queue and region is there for them."""
        return self.user.scope.sees_stage(queue.stage) and self.user.scope.sees_region(region)

    def may_work_on(self, queue: Queue) -> bool:
        """Tell whether they may claim tasks of a queue."""
        return self.user.may(Permission.WORK_ON_TASKS) and self.user.scope.sees_stage(queue.stage) and self.has(queue.skill)

    def may_have(self, queue: Queue, region: str) -> bool:
        """Tell whether a task of a queue and region may be theirs."""
        return self.may_work_on(queue) and self.sees(queue, region)


def as_of(task: Task, at: datetime) -> Task:
    """Return a task as it stands at a moment: one whose lease ran out is open."""
    if task.state is not TaskState.CLAIMED or (task.lease_until is not None and task.lease_until > at):
        return task
    return replace(task, state=TaskState.OPEN, owner="", owner_name="", lease_until=None, claimed_at=None)


def ran_out(task: Task, at: datetime) -> TaskEntry | None:
    """Return the entry of a claim that ran out before a moment; None where none did.

    Nothing happens in the store when a lease ends: the next claim writes the entry.
    """
    if task.state is not TaskState.CLAIMED or task.lease_until is None or task.lease_until > at:
        return None
    return TaskEntry(0, task.id, Action.EXPIRE, task.lease_until, task.owner, task.owner_name)


def standing(task: Task, user: User) -> Standing:
    """Return whose a task is, for a user; it must stand as of now."""
    if task.state in ENDED:
        return Standing.ENDED
    if task.state is TaskState.OPEN:
        return Standing.OPEN
    return Standing.MINE if task.owner == user.id else Standing.OTHERS


def allowed(worker: Worker, queue: Queue, task: Task) -> frozenset[Action]:
    """Return what somebody may do with a task that they see, as it stands now."""
    works, manages = worker.may_have(queue, task.region), worker.user.may(Permission.MANAGE_TASKS)
    if not works and not manages:
        return frozenset()
    if task.state in ENDED:
        return frozenset({Action.COMMENT})
    found = {Action.COMMENT, Action.ATTACH}
    mine = standing(task, worker.user) is Standing.MINE
    if works and mine:
        found |= {*_HOLDERS, Action.TRANSFER}
    if works and task.state is TaskState.OPEN:
        found.add(Action.CLAIM)
    if manages:
        found |= {Action.TRANSFER} if mine else {Action.TRANSFER, Action.URGE}
    return frozenset(found)


def check(worker: Worker, queue: Queue, task: Task, version: int | None, action: Action, given: Given, last: TaskEntry | None) -> None:
    """Refuse what cannot be done.

    Args:
        worker: who acts; sees the task.
        queue: that of the task.
        task: as it stands now.
        version: that the actor saw; None for an action that looks at none.
        action, given: what is to be done.
        last: what was done last with the task.

    Raises:
        TaskRefusedError: the person may not, or something is missing.
        TaskConflictError: somebody or the case was faster.
    """
    _check_person(worker, queue, task, action)
    _check_given(queue, action, given)
    if action is Action.COMMENT or (action in SAID and task.state not in ENDED):
        return
    fits = action in allowed(worker, queue, task)
    if task.state in ENDED or not fits or (version is not None and version != task.version):
        raise TaskConflictError(conflict_text(task, last), task, last)


def _check_person(worker: Worker, queue: Queue, task: Task, action: Action) -> None:
    user = worker.user
    if action not in BY_HAND:
        raise TaskRefusedError(f"nobody does {action.value!r} by hand; {valid_hint(action, sorted(BY_HAND), most=20)}")
    manages = user.may(Permission.MANAGE_TASKS)
    if action is Action.URGE and not manages:
        raise TaskRefusedError(f"role {user.role} may not urge; needed is {Permission.MANAGE_TASKS}", TaskRefusal.PERMISSION)
    if manages and action not in _HOLDERS | {Action.CLAIM}:
        return
    if not user.may(Permission.WORK_ON_TASKS):
        raise TaskRefusedError(f"role {user.role} may not {action}; needed is {Permission.WORK_ON_TASKS}", TaskRefusal.PERMISSION)
    if not worker.has(queue.skill):
        raise TaskRefusedError(
            f"queue {queue.name!r} needs skill {queue.skill!r}, which {user.name!r} does not have; an administrator gives skills",
            TaskRefusal.SKILL,
        )
    if action is Action.TRANSFER and task.state not in ENDED and task.owner != user.id:
        raise TaskRefusedError(
            f"task {task.id} is not {user.name!r}'s; to transfer it, {Permission.MANAGE_TASKS} is needed", TaskRefusal.PERMISSION
        )


def _check_given(queue: Queue, action: Action, given: Given) -> None:
    if len(given.note) > LONGEST_NOTE:
        raise TaskRefusedError(f"the note has {len(given.note)} characters; valid: at most {LONGEST_NOTE}", TaskRefusal.NOTE)
    if action is Action.COMMENT and not given.note.strip():
        raise TaskRefusedError(f"a comment says something; valid: 1–{LONGEST_NOTE} characters", TaskRefusal.NOTE)
    if action in _REASONED and queue.reasons and not given.reason:
        raise TaskRefusedError(f"{action} needs a reason; valid: {', '.join(queue.reasons)}", TaskRefusal.REASON)
    if given.reason and given.reason not in queue.reasons:
        raise TaskRefusedError(f"no reason {given.reason!r}; {valid_hint(given.reason, queue.reasons, most=30)}", TaskRefusal.REASON)


def check_file(name: str, content: bytes) -> None:
    """Refuse a file that cannot be kept.

    Raises:
        TaskRefusedError: it is empty, too large, or has no name.
    """
    if not name.strip(" .") or len(name) > LONGEST_FILE_NAME or any(_misleads(character) for character in name.strip()):
        valid = f"1–{LONGEST_FILE_NAME} visible characters on one line, without a folder"
        raise TaskRefusedError(f"{name[:100]!r} cannot name a file; valid: {valid}", TaskRefusal.FILE)
    if not 0 < len(content) <= LARGEST_FILE:
        raise TaskRefusedError(f"{name[:100]!r} has {len(content)} bytes; valid: 1–{LARGEST_FILE}", TaskRefusal.FILE)


def _misleads(character: str) -> bool:
    """Tell whether a name with a character would be saved or read as another one: of folders, of control, or turning the text round."""
    return character in "/\\" or category(character) == "Cc" or bidirectional(character) in _TURNING


def conflict_text(task: Task, last: TaskEntry | None) -> str:
    """Say who did what with a task, when, and who has it now."""
    text = f"task {task.id} is no longer as you saw it"
    if last is not None and last.action is Action.EXPIRE:
        text += f": the claim of {last.actor_name} ran out at {_shown(last.at)}"
    elif last is not None:
        by = f" by {last.actor_name}" if last.actor_name else ""
        text += f": it {_DID.get(last.action, last.action)}{by} at {_shown(last.at)}"
        text += f" to {last.to_name}" if last.to_name else ""
        text += f" ({last.reason})" if last.reason else ""
    if task.state is TaskState.CLAIMED and task.lease_until is not None:
        return f"{text}; {task.owner_name} has it until {_shown(task.lease_until)}"
    if task.state is TaskState.OPEN:
        return f"{text}; nobody has it now, so it can be claimed"
    return f"{text}; nothing is left to do"


def _shown(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")


def after(worker: Worker, queue: Queue, task: Task, action: Action, given: Given, at: datetime, to: Worker | None = None) -> Task:
    """Return what a task becomes; the action was checked.

    Args:
        worker: who acts.
        queue: that of the task.
        task: as it stands now.
        action, given: what is done.
        at: when.
        to: of a transfer to somebody, who that is.
    """
    if action in SAID:
        return task
    lease = at + timedelta(minutes=queue.lease_minutes)
    if action is Action.RENEW:
        # Nothing that others see changes, so a form that is open meanwhile stays good.
        return replace(task, lease_until=lease)
    moved = replace(task, version=task.version + 1)
    if action is Action.CLAIM or to is not None:
        owner = (to or worker).user
        return replace(
            moved,
            state=TaskState.CLAIMED,
            owner=owner.id,
            owner_name=owner.display_name or owner.name,
            lease_until=lease,
            claimed_at=at,
        )
    free = replace(moved, state=TaskState.OPEN, owner="", owner_name="", lease_until=None, claimed_at=None)
    if action in (Action.HAND_BACK, Action.TRANSFER):
        return free
    state = TaskState.DONE if action is Action.FINISH else TaskState.FAILED
    by = worker.user.display_name or worker.user.name
    return replace(free, state=state, claimed_at=task.claimed_at, ended_at=at, outcome_by=by, reason=given.reason, note=given.note.strip())


def person_refused(name: str, queue: Queue) -> TaskRefusedError:
    """Return the refusal of a transfer to somebody who cannot have the task."""
    skill = f", has skill {queue.skill!r}" if queue.skill else ""
    return TaskRefusedError(
        f"the task cannot go to {name[:100]!r}; valid: the id of a user who may work on tasks, sees its stage and region{skill}",
        TaskRefusal.PERSON,
    )


def skilled(worker: Worker) -> Skilled:
    """Return somebody as others see who can do what."""
    user = worker.user
    scope = user.scope
    return Skilled(
        user.id, user.name, user.display_name, sorted(worker.skills), user.role, scope.level, sorted(scope.regions), sorted(scope.stages)
    )


def meets(user: User, other: User) -> bool:
    """Tell whether two people can have tasks of one region: somebody of a region is not told who works in others."""
    mine, theirs = user.scope, other.scope
    if not mine.regions or not theirs.regions:
        return True
    return any(mine.sees_region(one) for one in theirs.regions) or any(theirs.sees_region(one) for one in mine.regions)


def check_sees_skills(user: User) -> None:
    """Refuse whoever may not see who can do what.

    Raises:
        TaskRefusedError: the user may manage neither tasks nor users.
    """
    if not user.may(Permission.MANAGE_TASKS) and not user.may(Permission.MANAGE_USERS):
        raise TaskRefusedError(f"role {user.role} may not see skills; needed is {Permission.MANAGE_TASKS}", TaskRefusal.PERMISSION)


def check_seen(name: str, seen: Iterable[str] | None, now: Iterable[str]) -> None:
    """Refuse to give skills where somebody was faster.

    Args:
        name: sign-in name of the person.
        seen: skills that the giver saw; None for one who looked at none.
        now: skills that the person has.

    Raises:
        TaskConflictError: they are no longer those.
    """
    if seen is not None and set(seen) != set(now):
        has = ", ".join(sorted(now)) or "none"
        raise TaskConflictError(f"the skills of {name[:100]!r} were changed meanwhile; now: {has}; look at them and give anew")


def check_gives_skills(user: User) -> None:
    """Refuse whoever may not say who can do what.

    Raises:
        TaskRefusedError: the user may not manage users.
    """
    if not user.may(Permission.MANAGE_USERS):
        raise TaskRefusedError(f"role {user.role} may not give skills; needed is {Permission.MANAGE_USERS}", TaskRefusal.PERMISSION)


def check_skills(skills: Iterable[str], queues: Iterable[Queue]) -> None:
    """Refuse skills that no queue needs.

    Raises:
        TaskRefusedError: there is such a one.
    """
    known = {queue.skill for queue in queues} - {""}
    for skill in skills:
        if skill not in known:
            raise TaskRefusedError(f"no skill {skill[:100]!r}; {valid_hint(skill, known)}", TaskRefusal.NO_SKILL)
