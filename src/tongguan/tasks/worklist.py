"""The worklist: tasks read within a scope, and moved on by one conditional update each; see decision 0013."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from tongguan.lib.now import Now
from tongguan.model.access import User
from tongguan.model.tasks import (
    ENDED,
    MOST_AT_ONCE,
    MOST_FILES,
    SAID,
    URGED_AGAIN,
    Action,
    Asked,
    Colleague,
    Given,
    Outcome,
    Queue,
    QueueCounts,
    Skilled,
    Task,
    TaskConflictError,
    TaskEntry,
    TaskFile,
    TaskFilter,
    TaskPage,
    TaskRefusal,
    TaskRefusedError,
    TaskState,
    TaskStory,
)
from tongguan.model.vocabulary import Vocabulary
from tongguan.records import audit, outbox, task_lists
from tongguan.records import tasks as kept
from tongguan.records.database import Database
from tongguan.records.tasks import KeptTask, NewEntry
from tongguan.records.users import find
from tongguan.tasks import rules
from tongguan.tasks.files import Files
from tongguan.tasks.rules import Worker
from tongguan.tasks.telling import audit_detail, event, event_time

TABLE = "tasks"
"""The table whose rows the outbox tells of."""


@dataclass(frozen=True)
class _Held:
    """A task that somebody sees, inside a transaction: as it stands now, and as the store has it."""

    worker: Worker
    queue: Queue
    task: Task
    kept: KeptTask
    last: TaskEntry | None


@dataclass(frozen=True)
class _Logged:
    """A row of the audit. It is written last: whoever appends to the audit makes others wait until the transaction ends."""

    action: Action
    task: Task
    given: Given
    to_name: str = ""
    file: str = ""


class _UndoneError(Exception):
    """Rolls a batch back."""


class Worklist:
    """Tasks and what people do with them; share it between threads.

    Args:
        database: migrated.
        vocabulary: has the queues.
        files: keeps attachments.
        now: clock.
    """

    def __init__(self, database: Database, vocabulary: Vocabulary, files: Files, now: Now) -> None:
        self._database = database
        self._vocabulary = vocabulary
        self._queues = vocabulary.queues
        self._files = files
        self._now = now

    def queues(self, user: User) -> list[QueueCounts]:
        """Return the queues that a user sees, in the order of the stages, with what waits in them within the user's regions."""
        names, at = self._seen(user), self._now()
        with self._database.read() as conn:
            worker = _worker(conn, user)
            found = task_lists.queue_counts(conn, names, user.scope.regions, user.id, at)
        return [replace(found[name], may_work=worker.may_work_on(self._queues[name])) for name in names]

    def page(self, user: User, where: TaskFilter, limit: int, offset: int) -> TaskPage:
        """Return one page of the tasks that a user sees, as they stand now."""
        at, asked = self._now(), (where, self._seen(user), user.scope.regions, user.id)
        with self._database.read() as conn:
            counts = task_lists.counts(conn, *asked, at)
            rows = task_lists.rows(conn, *asked, at, limit=limit, offset=offset)
        total = sum(counts.values()) if where.standing is None else counts[where.standing]
        return TaskPage([rules.as_of(row, at) for row in rows], total, offset, limit, counts)

    def story(self, user: User, task_id: str) -> TaskStory | None:
        """Return a task with its history and what the user may do; None where there is none for the user."""
        at = self._now()
        with self._database.read() as conn:
            found = self._find(conn, user, task_id, at)
            if found is None:
                return None
            entries = kept.entries(conn, task_id)
        gone = rules.ran_out(found.kept.task, at)
        history = [*entries, gone] if gone else entries
        return TaskStory(found.task, history, rules.allowed(found.worker, found.queue, found.task))

    def act(self, user: User, asked: Asked, action: Action, given: Given) -> Task:
        """Do something with a task; return it as it is then.

        Raises:
            TaskRefusedError: the user may not, or something is missing.
            TaskConflictError: somebody or the case was faster.
        """
        with self._database.begin() as conn:
            log: list[_Logged] = []
            done = self._do(conn, user, asked, action, given, log)
            self._write(conn, user, log)
        # Raised outside, so that it is kept that the case has left the task behind.
        if isinstance(done, TaskConflictError):
            raise done
        return done

    def act_on_all(self, user: User, asked: Sequence[Asked], action: Action, given: Given, *, together: bool) -> list[Outcome]:
        """Do the same with several tasks; tell what became of each, in the order asked.

        Args:
            user: who acts.
            asked: at most :data:`MOST_AT_ONCE`; the same one twice counts once.
            action, given: as of :meth:`act`.
            together: all or none, in one transaction.

        Raises:
            TaskRefusedError: too many.
        """
        wanted = {one.task_id: one for one in asked}
        if len(wanted) > MOST_AT_ONCE:
            raise TaskRefusedError(f"{len(wanted)} tasks at once; valid: at most {MOST_AT_ONCE}", TaskRefusal.TOO_MANY)
        done = self._together(user, wanted, action, given) if together else self._each(user, wanted, action, given)
        return [done[task_id] for task_id in wanted]

    def _each(self, user: User, wanted: dict[str, Asked], action: Action, given: Given) -> dict[str, Outcome]:
        found = {}
        for task_id, one in wanted.items():
            try:
                found[task_id] = Outcome(task_id, self.act(user, one, action, given), done=True)
            except (TaskConflictError, TaskRefusedError) as error:
                found[task_id] = Outcome(task_id, self._task_now(user, task_id), done=False, error=error)
        return found

    def _together(self, user: User, wanted: dict[str, Asked], action: Action, given: Given) -> dict[str, Outcome]:
        done: dict[str, Task] = {}
        errors: dict[str, TaskConflictError | TaskRefusedError] = {}
        try:
            with self._database.begin() as conn:
                log: list[_Logged] = []
                # In one order, so that two batches with the same tasks wait and do not deadlock.
                for task_id, one in sorted(wanted.items()):
                    try:
                        moved = self._do(conn, user, one, action, given, log)
                    except (TaskConflictError, TaskRefusedError) as error:
                        errors[task_id] = error
                        continue
                    if isinstance(moved, TaskConflictError):
                        errors[task_id] = moved
                    else:
                        done[task_id] = moved
                if errors:
                    raise _UndoneError
                self._write(conn, user, log)
        except _UndoneError:
            return {one: Outcome(one, self._task_now(user, one), done=False, error=errors.get(one)) for one in wanted}
        return {one: Outcome(one, task, done=True) for one, task in done.items()}

    def _task_now(self, user: User, task_id: str) -> Task | None:
        with self._database.read() as conn:
            found = self._find(conn, user, task_id, self._now())
        return None if found is None else found.task

    def _do(self, conn: Connection, user: User, asked: Asked, action: Action, given: Given, log: list[_Logged]) -> Task | TaskConflictError:
        """Do something; return the task after it, or the conflict where the case has left the task behind, which is to be kept."""
        if action is Action.ATTACH:
            raise TaskRefusedError("a file is attached by a call of its own")
        at = self._now()
        held = self._needed(conn, user, asked.task_id, at)
        rules.check(held.worker, held.queue, held.task, None if action in SAID else asked.version, action, given, held.last)
        if action in SAID:
            return self._say(conn, held, action, given, at, log)
        overtaken = self._overtaken(conn, held, at)
        if overtaken is not None:
            return overtaken
        to = self._receiver(conn, held, given.to) if action is Action.TRANSFER and given.to else None
        return self._move(conn, held, action, given, to, at, log)

    def _say(self, conn: Connection, held: _Held, action: Action, given: Given, at: datetime, log: list[_Logged]) -> Task:
        task, user = held.task, held.worker.user
        if action is Action.URGE:
            # The row is locked first: of two clicks at once the second sees the first.
            if not kept.urge(conn, task.id, at):
                raise self._conflict(conn, user, task.id, at)
            before = kept.last_urged_by(conn, task.id, user.id)
            if before is not None and at - before < URGED_AGAIN:
                again = (before + URGED_AGAIN).isoformat(sep=" ", timespec="seconds")
                raise TaskRefusedError(f"{user.name!r} urged task {task.id} at {before}; valid: again from {again}", TaskRefusal.SOON)
        kept.tell(conn, [NewEntry(task.id, action, at, user, given.reason, given.note.strip())])
        log.append(_Logged(action, task, given))
        return replace(task, urged=task.urged + 1, urged_at=at) if action is Action.URGE else task

    def _move(
        self, conn: Connection, held: _Held, action: Action, given: Given, to: Worker | None, at: datetime, log: list[_Logged]
    ) -> Task:
        task, user = held.task, held.worker.user
        moved = rules.after(held.worker, held.queue, task, action, given, at, to)
        when = event_time(held.kept.through, at)
        told = event(self._vocabulary, held.queue, task, held.worker, action, given, when, at)
        through = when if told is not None or moved.state in ENDED else held.kept.through
        if not kept.change(conn, task, moved, through, at):
            raise self._conflict(conn, user, task.id, at)
        to_name = (to.user.display_name or to.user.name) if to else ""
        gone = rules.ran_out(held.kept.task, at)
        if gone is not None:
            kept.expire(conn, gone)
        if action is not Action.RENEW:
            kept.tell(conn, [NewEntry(task.id, action, at, user, given.reason, given.note.strip(), to_name)])
        if told is not None:
            outbox.add(conn, TABLE, task.id, moved.version, told, at)
        log.append(_Logged(action, moved, given, to_name))
        return moved

    def _overtaken(self, conn: Connection, held: _Held, at: datetime) -> TaskConflictError | None:
        """End a task whose case has left the queue's steps, and return what its actor is told; None where it has not."""
        step = kept.step_of(conn, held.task.kind, held.task.case_id)
        if step in held.queue.steps:
            return None
        ended = replace(
            held.task,
            version=held.task.version + 1,
            state=TaskState.OVERTAKEN,
            owner="",
            owner_name="",
            lease_until=None,
            ended_at=at,
            reason=step or "",
        )
        if not kept.change(conn, held.task, ended, held.kept.through, at):
            raise self._conflict(conn, held.worker.user, held.task.id, at)
        entry = NewEntry(held.task.id, Action.OVERTAKE, at, reason=step or "")
        kept.tell(conn, [entry])
        last = kept.last_move(conn, held.task.id)
        return TaskConflictError(rules.conflict_text(ended, last), ended, last)

    def attach(self, user: User, task_id: str, name: str, content: bytes, note: str) -> Task:
        """Attach a file; return the task.

        Raises:
            TaskRefusedError: too large, too many, or the user may not.
            TaskConflictError: the task is over.
        """
        rules.check_file(name, content)
        with self._database.begin() as conn:
            at = self._now()
            held = self._needed(conn, user, task_id, at)
            given = Given(note=note)
            rules.check(held.worker, held.queue, held.task, None, Action.ATTACH, given, held.last)
            if not kept.count_file(conn, task_id):
                if held.task.files >= MOST_FILES:
                    raise TaskRefusedError(f"task {task_id} has {MOST_FILES} attachments; valid: no more", TaskRefusal.FULL)
                raise self._conflict(conn, user, task_id, at)
            owner, cipher = self._files.lock(conn, held.task, content)
            entry = NewEntry(task_id, Action.ATTACH, at, user, note=note.strip(), file=name.strip(), key_owner=owner, cipher=cipher)
            kept.tell(conn, [entry])
            self._write(conn, user, [_Logged(Action.ATTACH, held.task, given, file=name.strip())])
        return replace(held.task, files=held.task.files + 1)

    def file(self, user: User, task_id: str, entry_id: int) -> TaskFile | None:
        """Return an attachment; None where there is none for the user, or its customer was erased."""
        with self._database.read() as conn:
            found = self._find(conn, user, task_id, self._now())
            row = None if found is None else kept.attachment(conn, task_id, entry_id)
            content = None if row is None else self._files.unlock(conn, task_id, row[1], row[2])
        return None if row is None or content is None else TaskFile(row[0], content)

    def colleagues(self, user: User, task_id: str) -> list[Colleague]:
        """Return who else could have a task, whoever holds the fewest first; nobody where the user may not transfer it."""
        at = self._now()
        with self._database.read() as conn:
            found = self._find(conn, user, task_id, at)
            if found is None or Action.TRANSFER not in rules.allowed(found.worker, found.queue, found.task):
                return []
            held = kept.held(conn, found.queue.name, at)
            people = [Worker(*one) for one in kept.people(conn)]
        able = [one.user for one in people if one.may_have(found.queue, found.task.region) and one.user.id != found.task.owner]
        named = [Colleague(one.id, one.display_name or one.name, held.get(one.id, 0)) for one in able]
        return sorted(named, key=lambda one: (one.holds, one.name, one.id))

    def skills(self, user: User) -> list[Skilled]:
        """Return who has which skill, by name; a user of a region is told of those who may work there.

        Raises:
            TaskRefusedError: the user may manage neither tasks nor users.
        """
        rules.check_sees_skills(user)
        with self._database.read() as conn:
            return [rules.skilled(Worker(*one)) for one in kept.people(conn) if rules.meets(user, one[0])]

    def give_skills(self, user: User, name: str, skills: Sequence[str], seen: Sequence[str] | None = None) -> Skilled:
        """Let the user with a sign-in name have exactly these skills.

        Raises:
            TaskRefusedError: the user may not manage users, nobody has the name, or no queue needs such a skill.
            TaskConflictError: the person's skills are no longer those that were ``seen``.
        """
        rules.check_gives_skills(user)
        rules.check_skills(skills, self._queues.values())
        with self._database.begin() as conn:
            found = find(conn, name)
            if found is None:
                raise TaskRefusedError(f"no user {name[:100]!r} who may sign in", TaskRefusal.PERSON)
            rules.check_seen(found.name, seen, kept.hold_skills(conn, found.id))
            kept.give_skills(conn, found.id, skills)
            audit.append(conn, self._now(), user.name, "give_skills", "user", found.id, {"skills": sorted(set(skills))})
        return rules.skilled(Worker(found, frozenset(skills)))

    def _seen(self, user: User) -> list[str]:
        return [queue.name for queue in self._queues.values() if user.scope.sees_stage(queue.stage)]

    def _find(self, conn: Connection, user: User, task_id: str, at: datetime) -> _Held | None:
        found = kept.get(conn, task_id)
        queue = None if found is None else self._queues.get(found.task.queue)
        if found is None or queue is None:
            return None
        worker = _worker(conn, user)
        if not worker.sees(queue, found.task.region):
            return None
        last = rules.ran_out(found.task, at) or kept.last_move(conn, task_id)
        return _Held(worker, queue, rules.as_of(found.task, at), found, last)

    def _needed(self, conn: Connection, user: User, task_id: str, at: datetime) -> _Held:
        found = self._find(conn, user, task_id, at)
        if found is None:
            raise TaskRefusedError(f"no task {task_id[:100]!r}, or it is outside your scope", TaskRefusal.MISSING)
        return found

    def _conflict(self, conn: Connection, user: User, task_id: str, at: datetime) -> TaskConflictError:
        """Return what somebody is told who came second."""
        now = self._needed(conn, user, task_id, at)
        return TaskConflictError(rules.conflict_text(now.task, now.last), now.task, now.last)

    def _receiver(self, conn: Connection, held: _Held, user_id: str) -> Worker:
        for user, skills in kept.people(conn):
            if user.id == user_id and Worker(user, skills).may_have(held.queue, held.task.region):
                return Worker(user, skills)
        raise rules.person_refused(user_id, held.queue)

    def _write(self, conn: Connection, user: User, log: Sequence[_Logged]) -> None:
        for one in log:
            detail = audit_detail(one.task, one.given, one.to_name, one.file)
            audit.append(conn, self._now(), user.name, one.action.value, "task", one.task.id, detail)


def _worker(conn: Connection, user: User) -> Worker:
    return Worker(user, kept.skills_of(conn, user.id))
