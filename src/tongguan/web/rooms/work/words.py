"""How tasks are told: how they stand, who has them, what was done, and why something was not."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tongguan.model.tasks import (
    ENDED,
    LARGEST_FILE,
    LONGEST_FILE_NAME,
    LONGEST_NOTE,
    MOST_AT_ONCE,
    MOST_FILES,
    URGED_AGAIN,
    Action,
    Queue,
    Standing,
    Task,
    TaskConflictError,
    TaskEntry,
    TaskRefusal,
    TaskRefusedError,
    TaskState,
)
from tongguan.model.waiting import Lateness
from tongguan.web.kit.components import Status
from tongguan.web.kit.tables import Cell
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

STANDINGS: Final = {
    Standing.OPEN: msg("To be claimed"),
    Standing.MINE: msg("Mine"),
    Standing.OTHERS: msg("With others"),
    Standing.ENDED: msg("Over"),
}

STATES: Final = {
    TaskState.OPEN: msg("To be claimed"),
    TaskState.CLAIMED: msg("In work"),
    TaskState.DONE: msg("Finished"),
    TaskState.FAILED: msg("Failed"),
    TaskState.OVERTAKEN: msg("The order went on"),
}

ACTIONS: Final = {
    Action.CLAIM: msg("Claim"),
    Action.FINISH: msg("Finish"),
    Action.FAIL: msg("Fail"),
    Action.HAND_BACK: msg("Hand back"),
    Action.TRANSFER: msg("Transfer"),
    Action.URGE: msg("Urge"),
    Action.COMMENT: msg("Comment"),
    Action.ATTACH: msg("Attach"),
}
"""What buttons say."""

DONE: Final = {
    Action.CLAIM: msg("The task is yours until %(until)s."),
    Action.FINISH: msg("The task is finished."),
    Action.FAIL: msg("The task is failed."),
    Action.HAND_BACK: msg("The task is back in the queue."),
    Action.TRANSFER: msg("The task was transferred."),
    Action.URGE: msg("Urged."),
    Action.COMMENT: msg("The comment is kept."),
    Action.ATTACH: msg("The file is attached."),
}
"""What is told after it was done."""

STORY: Final = {
    Action.CREATE: msg("came into the queue"),
    Action.CLAIM: msg("claimed it"),
    Action.RENEW: msg("went on working"),
    Action.FINISH: msg("finished it"),
    Action.FAIL: msg("failed it"),
    Action.HAND_BACK: msg("handed it back"),
    Action.TRANSFER: msg("transferred it"),
    Action.COMMENT: msg("commented"),
    Action.ATTACH: msg("attached a file"),
    Action.URGE: msg("urged it"),
    Action.OVERTAKE: msg("the order went on"),
    Action.EXPIRE: msg("the claim ran out"),
}
"""What stands in the history after a name, or alone."""

_BY: Final = {
    Action.CLAIM: msg("%(name)s claimed it at %(time)s"),
    Action.FINISH: msg("%(name)s finished it at %(time)s"),
    Action.FAIL: msg("%(name)s failed it at %(time)s"),
    Action.HAND_BACK: msg("%(name)s handed it back at %(time)s"),
    Action.TRANSFER: msg("%(name)s transferred it at %(time)s"),
    Action.EXPIRE: msg("the claim of %(name)s ran out at %(time)s"),
}

_REFUSALS: Final = {
    TaskRefusal.MISSING: msg("There is no such task any more, or it is outside your scope."),
    TaskRefusal.PERMISSION: msg("Your role does not include this."),
    TaskRefusal.SKILL: msg("You lack the skill that this queue needs; an administrator gives skills."),
    TaskRefusal.REASON: msg("Choose one of the reasons."),
    TaskRefusal.NOTE: msg("Write 1 to %(most)s visible characters."),
    TaskRefusal.PERSON: msg("This person cannot have the task: choose somebody with the skill who sees its stage and region."),
    TaskRefusal.FILE: msg("Choose a file of 1 byte to %(size)s MB whose name has at most %(name)s characters."),
    TaskRefusal.FULL: msg("The task has %(files)s files, which is the most."),
    TaskRefusal.SOON: msg("You urged it less than %(minutes)s minutes ago; whoever has it has been told."),
    TaskRefusal.ACTION: msg("This cannot be done with the task now."),
    TaskRefusal.TOO_MANY: msg("At most %(many)s tasks at once. Choose fewer."),
}


def lateness_of(task: Task, at: datetime) -> Lateness:
    """Return how a task stood against its limit at a moment; of one that is over, when it ended."""
    return task.lateness_at(at)


def clock_of(visit: Visit, task: Task) -> tuple[str, Status | None]:
    """Tell in words how long a task is late, or has left; the mark is that of how it stands."""
    how, fmt, text = lateness_of(task, visit.now), visit.formats, visit.text
    word, mark = visit.codes.lateness(how)
    if how is Lateness.PAUSED and task.paused_since is not None:
        return text("paused for %(time)s", time=fmt.duration((visit.now - task.paused_since).total_seconds())), None
    if how is Lateness.SILENT or task.late_from is None:
        return word, None
    left = (task.late_from - (task.ended_at or visit.now)).total_seconds()
    if how is Lateness.LATE:
        return text("late by %(time)s", time=fmt.duration(-left)), mark
    return (word, mark) if task.ended_at else (text("%(time)s left", time=fmt.duration(left)), mark)


def standing_cell(visit: Visit, task: Task) -> Cell:
    """Return the cell that says how a task stands: how late it is or how much is left; of one that is over, how it ended."""
    said, mark = clock_of(visit, task)
    if task.state not in ENDED:
        how = lateness_of(task, visit.now)
        exact = visit.formats.iso(task.silent_from if how is Lateness.SILENT else task.paused_since or task.late_from)
        if task.urged:
            urged = visit.plural("urged %(n)s time", "urged %(n)s times", task.urged, n=task.urged)
            said = f"{said} · {urged}"
        if mark is None:
            shape = {Lateness.PAUSED: "‖ ", Lateness.SILENT: "◇ "}.get(how, "")
            return Cell(f"{shape}{said}", exact, tone="muted")
        return Cell(said, exact, mark=mark)
    word = visit.text(STATES[task.state])
    if task.state is TaskState.OVERTAKEN:
        return Cell(word, mark=Status.UNKNOWN)
    late = lateness_of(task, visit.now) is Lateness.LATE
    ended = f"{word} · {said}" if late else word
    return Cell(
        ended,
        visit.formats.iso(task.ended_at),
        mark=Status.BAD if task.state is TaskState.FAILED else Status.WATCH if late else Status.GOOD,
    )


def owner_text(visit: Visit, task: Task) -> str:
    """Say who has a task and until when, or who ended it and when."""
    text = visit.text
    if task.state in ENDED:
        at = near(visit, task.ended_at) if task.ended_at else ""
        return f"{task.outcome_by} · {at}" if task.outcome_by else at
    if task.state is TaskState.OPEN:
        return text("nobody")
    who = text("you") if task.owner == visit.user.id else task.owner_name or task.owner
    return text("%(name)s until %(time)s", name=who, time=near(visit, task.lease_until))


def near(visit: Visit, instant: datetime | None) -> str:
    """Write hour and minute on the present day, date and minute on any other."""
    fmt = visit.formats
    if instant is None:
        return fmt.minute(None)
    local = fmt.local(instant)
    return f"{local:%H:%M}" if local.date() == fmt.local(visit.now).date() else f"{local:%m-%d %H:%M}"


def reason_text(visit: Visit, queue: Queue, task_state: TaskState, kind: str, reason: str) -> str:
    """Name a reason of a queue; of an order that went on, the step at which it is now."""
    if task_state is TaskState.OVERTAKEN:
        return visit.codes.milestone(kind, reason) if reason else ""
    return queue.reasons[reason].in_language(visit.language) if reason in queue.reasons else reason


def conflict_text(visit: Visit, error: TaskConflictError) -> str:
    """Say who was faster, when, and who has the task now."""
    task, text = error.task, visit.text
    if task is None:
        return text(_REFUSALS[TaskRefusal.MISSING])
    did = _done_by(visit, error.last)
    if task.state is TaskState.CLAIMED:
        who = text("you") if task.owner == visit.user.id else task.owner_name or task.owner
        now = text("it is with %(name)s until %(time)s", name=who, time=near(visit, task.lease_until))
    elif task.state is TaskState.OPEN:
        now = text("nobody has it now, so it can be claimed")
    else:
        now = text("nothing is left to do")
    sentence = ("；" if visit.language == "zh-CN" else "; ").join(part for part in (did, now) if part)
    return text("No longer as you saw it: %(what)s.", what=sentence)


def _done_by(visit: Visit, last: TaskEntry | None) -> str:
    if last is None:
        return ""
    if last.action is Action.OVERTAKE:
        return visit.text("the order went on at %(time)s", time=near(visit, last.at))
    who = visit.text("you") if last.actor == visit.user.id else last.actor_name
    if last.action not in _BY or not who:
        return ""
    return visit.text(_BY[last.action], name=who, time=near(visit, last.at))


def refusal_text(visit: Visit, error: TaskRefusedError) -> str:
    """Say why an action was refused, and what would be valid."""
    return visit.text(
        _REFUSALS[error.refusal],
        most=visit.formats.full(LONGEST_NOTE),
        size=LARGEST_FILE // 1024 // 1024,
        name=LONGEST_FILE_NAME,
        files=MOST_FILES,
        minutes=int(URGED_AGAIN.total_seconds() // 60),
        many=MOST_AT_ONCE,
    )


def answer_text(visit: Visit, error: TaskConflictError | TaskRefusedError) -> str:
    """Say why something was not done."""
    return conflict_text(visit, error) if isinstance(error, TaskConflictError) else refusal_text(visit, error)


def is_over(task: Task) -> bool:
    """Tell whether nothing is left to do."""
    return task.state in ENDED
