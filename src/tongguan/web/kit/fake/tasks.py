"""Tasks in memory: one for every open step of a queue; some are somebody's, some are over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tongguan.lib.ids import digest_id
from tongguan.lib.now import Now
from tongguan.model.access import Permission, User
from tongguan.model.answers import NESTED
from tongguan.model.tasks import (
    ENDED,
    LARGEST_FILE,
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
    Standing,
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
from tongguan.model.waiting import Lateness, WaitingRow, stands
from tongguan.tasks import rules
from tongguan.tasks.rules import Worker
from tongguan.web.kit.fake.accounts import FakeAccounts
from tongguan.web.kit.faults import Cause
from tongguan.web.kit.ports import QuestionFailedError

_DIMENSIONS = ("channel", "region", "business_class", "brand", "customer_id")


class FakeTasks:
    """Tasks in memory; not for anything but tests and looking at pages.

    Attributes:
        failing: no question is answered.
        taught: user id → skills; whoever is not named and may work on tasks has every skill of the vocabulary.
    """

    def __init__(self, vocabulary: Vocabulary, now: Now, accounts: FakeAccounts, waiting: Sequence[WaitingRow], *, failing: bool = False):
        self._vocabulary = vocabulary
        self._now = now
        self._accounts = accounts
        self._tasks: dict[str, Task] = {}
        self._entries: list[TaskEntry] = []
        self._contents: dict[int, bytes] = {}
        self.taught: dict[str, frozenset[str]] = {}
        self.failing = failing
        queues = {(queue.kind, step): queue for queue in vocabulary.queues.values() for step in queue.steps}
        for number, row in enumerate(row for row in waiting if (row.kind, row.step) in queues):
            self._make(number, queues[row.kind, row.step], row)

    def _make(self, number: int, queue: Queue, row: WaitingRow) -> None:
        task = Task(
            digest_id(queue.name, row.kind, row.case_id)[:16],
            1,
            queue.name,
            row.kind,
            row.case_id,
            row.step,
            TaskState.OPEN,
            row.since,
            row.since,
            warned_from=row.warned_from,
            late_from=row.late_from,
            paused_since=row.paused_since,
            silent_from=row.silent_from,
            **{name: getattr(row, name) for name in _DIMENSIONS},
        )
        if task.late_from is None:
            # Steps without a limit would all look alike: here some are late, some warned, most on time.
            late = self._now() + timedelta(minutes=number * 37 % 260 - 70)
            task = replace(task, warned_from=late - timedelta(minutes=30), late_from=late)
        self._tasks[task.id] = task
        self._tell(task, Action.CREATE, None, Given(), row.since)
        if not self._contents and queue.name == "acceptance" and task.region == "GX-NN":
            self._leave_a_file(task)
            task = self._tasks[task.id]
        users = ("dispatcher", "stage_owner", "service_agent", "admin")
        if number % 4 == 1:
            holder = self._worker(self._accounts.person(f"u-{users[number // 4 % 4]}"))
            self._do(holder, task, Action.CLAIM, Given(), self._now() - timedelta(minutes=number % 23))
        elif number % 19 == 2:
            holder, at = self._worker(self._accounts.person("u-dispatcher")), self._now() - timedelta(hours=number % 30)
            taken = self._do(holder, task, Action.CLAIM, Given(), at - timedelta(minutes=9))
            self._do(holder, taken, Action.FINISH, Given(note="核对资料后受理"), at)

    def _leave_a_file(self, task: Task) -> None:
        agent, at = self._accounts.person("u-service_agent"), self._now() - timedelta(minutes=52)
        self._tell(task, Action.COMMENT, agent, Given(note="客户来电：身份证号码有误，已请客户补传。"), at)
        entry = self._tell(task, Action.ATTACH, agent, Given(), at + timedelta(minutes=9), "身份证正面.txt")
        self._contents[entry.id] = "代替照片的文字".encode()
        self._tasks[task.id] = replace(task, files=1)

    def _worker(self, user: User) -> Worker:
        every = frozenset(queue.skill for queue in self._vocabulary.queues.values() if queue.skill)
        return Worker(user, self.taught.get(user.id, every if user.may(Permission.WORK_ON_TASKS) else frozenset()))

    def _check_up(self) -> None:
        if self.failing:
            raise QuestionFailedError("the operational store does not answer", cause=Cause.OPERATIONS_AWAY)

    def _tell(
        self, task: Task, action: Action, user: User | None, given: Given, at: datetime, file: str = "", to_name: str = ""
    ) -> TaskEntry:
        actor = (user.id, user.display_name or user.name) if user else ("", "")
        entry = TaskEntry(len(self._entries) + 1, task.id, action, at, *actor, given.reason, given.note.strip(), file, to_name)
        self._entries.append(entry)
        return entry

    def _history(self, task_id: str) -> list[TaskEntry]:
        return [entry for entry in self._entries if entry.task_id == task_id]

    def _last(self, task_id: str) -> TaskEntry | None:
        return next((entry for entry in reversed(self._history(task_id)) if entry.action not in SAID), None)

    def _seen(self, user: User) -> list[Task]:
        at, worker, queues = self._now(), self._worker(user), self._vocabulary.queues
        return [rules.as_of(task, at) for task in self._tasks.values() if worker.sees(queues[task.queue], task.region)]

    def _one(self, user: User, task_id: str) -> Task | None:
        return next((task for task in self._seen(user) if task.id == task_id), None)

    def _needed(self, user: User, task_id: str) -> Task:
        found = self._one(user, task_id)
        if found is None:
            raise TaskRefusedError(f"no task {task_id[:100]!r}, or it is outside your scope", TaskRefusal.MISSING)
        return found

    async def queues(self, user: User) -> Sequence[QueueCounts]:
        self._check_up()
        seen, at = self._seen(user), self._now()
        return [self._counts(queue, user, seen, at) for queue in self._vocabulary.queues.values() if user.scope.sees_stage(queue.stage)]

    def _counts(self, queue: Queue, user: User, seen: Sequence[Task], at: datetime) -> QueueCounts:
        live = [task for task in seen if task.queue == queue.name and task.state not in ENDED]
        whose, how = Counter(rules.standing(task, user) for task in live), Counter(task.lateness_at(at) for task in live)
        return QueueCounts(
            queue=queue.name,
            may_work=self._worker(user).may_work_on(queue),
            **{one.value: whose[one] for one in (Standing.OPEN, Standing.MINE, Standing.OTHERS)},
            **{one: how[Lateness(one)] for one in ("late", "warned", "paused", "silent")},
            oldest=min((task.since for task in live), default=None),
        )

    async def tasks(self, user: User, where: TaskFilter, limit: int, offset: int) -> TaskPage:
        self._check_up()
        at = self._now()
        others = [task for task in self._seen(user) if _fits(task, where, at)]
        found = [task for task in others if where.standing in (None, rules.standing(task, user))]
        counts = Counter(rules.standing(task, user) for task in others)
        ordered = sorted(found, key=_urgency(at))
        return TaskPage(ordered[offset : offset + limit], len(found), offset, limit, {one: counts[one] for one in Standing})

    async def task(self, user: User, task_id: str) -> TaskStory | None:
        self._check_up()
        found = self._one(user, task_id)
        if found is None:
            return None
        return TaskStory(found, self._history(task_id), rules.allowed(self._worker(user), self._vocabulary.queues[found.queue], found))

    async def act(self, user: User, task: Asked, action: Action, given: Given) -> Task:
        self._check_up()
        found, worker = self._checked(user, task, action, given)
        return self._do(worker, found, action, given, self._now())

    def _checked(self, user: User, task: Asked, action: Action, given: Given) -> tuple[Task, Worker]:
        found, worker = self._needed(user, task.task_id), self._worker(user)
        queue = self._vocabulary.queues[found.queue]
        if action is Action.ATTACH:
            raise TaskRefusedError("a file is attached by a call of its own")
        rules.check(worker, queue, found, None if action in SAID else task.version, action, given, self._last(found.id))
        if action is Action.TRANSFER and given.to:
            self._receiver(queue, found, given.to)
        if action is Action.URGE:
            told = [one.at for one in self._history(found.id) if one.action is Action.URGE and one.actor == user.id]
            if told and self._now() - told[-1] < URGED_AGAIN:
                raise TaskRefusedError(f"{user.name!r} urged it at {told[-1]}; valid: 10 minutes later", TaskRefusal.SOON)
        return found, worker

    def _receiver(self, queue: Queue, task: Task, user_id: str) -> Worker:
        found = next((one for one in self._people() if one.user.id == user_id), None)
        if found is None or not found.may_have(queue, task.region):
            raise rules.person_refused(user_id, queue)
        return found

    def _people(self) -> list[Worker]:
        return [self._worker(user) for user in self._accounts.people()]

    def _do(self, worker: Worker, task: Task, action: Action, given: Given, at: datetime) -> Task:
        queue = self._vocabulary.queues[task.queue]
        to = self._receiver(queue, task, given.to) if action is Action.TRANSFER and given.to else None
        moved = rules.after(worker, queue, task, action, given, at, to)
        if action is Action.URGE:
            moved = replace(moved, urged=moved.urged + 1, urged_at=at)
        if action is not Action.RENEW:
            self._tell(moved, action, worker.user, given, at, to_name=to.user.display_name if to else "")
        self._tasks[task.id] = moved
        return moved

    async def act_on_all(self, user: User, tasks: Sequence[Asked], action: Action, given: Given, *, together: bool) -> Sequence[Outcome]:
        self._check_up()
        if len(tasks) > MOST_AT_ONCE:
            raise TaskRefusedError(f"{len(tasks)} tasks at once; valid: at most {MOST_AT_ONCE}", TaskRefusal.TOO_MANY)
        errors: dict[str, TaskConflictError | TaskRefusedError] = {}
        for one in tasks:
            try:
                self._checked(user, one, action, given)
            except (TaskConflictError, TaskRefusedError) as error:
                errors[one.task_id] = error
        outcomes = []
        for one in tasks:
            done = one.task_id not in errors and not (together and errors)
            task = await self.act(user, one, action, given) if done else self._one(user, one.task_id)
            outcomes.append(Outcome(one.task_id, task, done, errors.get(one.task_id)))
        return outcomes

    async def attach(self, user: User, task_id: str, name: str, content: bytes, note: str) -> Task:
        self._check_up()
        task, worker = self._needed(user, task_id), self._worker(user)
        rules.check(worker, self._vocabulary.queues[task.queue], task, None, Action.ATTACH, Given(note=note), self._last(task_id))
        rules.check_file(name, content)
        if task.files >= MOST_FILES:
            raise TaskRefusedError(f"task {task_id} has {MOST_FILES} attachments, and may not have more", TaskRefusal.FULL)
        entry = self._tell(task, Action.ATTACH, user, Given(note=note), self._now(), name.strip())
        self._contents[entry.id] = content[:LARGEST_FILE]
        self._tasks[task_id] = replace(task, files=task.files + 1)
        return self._tasks[task_id]

    async def file(self, user: User, task_id: str, entry_id: int) -> TaskFile | None:
        self._check_up()
        if self._one(user, task_id) is None or entry_id not in self._contents:
            return None
        entry = self._entries[entry_id - 1]
        return TaskFile(entry.file, self._contents[entry_id]) if entry.task_id == task_id else None

    async def colleagues(self, user: User, task_id: str) -> Sequence[Colleague]:
        story = await self.task(user, task_id)
        if story is None or Action.TRANSFER not in story.allowed:
            return []
        task, queue = story.task, self._vocabulary.queues[story.task.queue]
        held = Counter(rules.as_of(one, self._now()).owner for one in self._tasks.values() if one.queue == queue.name)
        able = [one.user for one in self._people() if one.may_have(queue, task.region) and one.user.id != task.owner]
        return sorted(
            (Colleague(one.id, one.display_name or one.name, held[one.id]) for one in able), key=lambda one: (one.holds, one.name)
        )

    async def skills(self, user: User) -> Sequence[Skilled]:
        self._check_up()
        rules.check_sees_skills(user)
        return sorted((rules.skilled(one) for one in self._people() if rules.meets(user, one.user)), key=lambda one: one.name)

    async def give_skills(self, user: User, name: str, skills: Sequence[str], seen: Sequence[str] | None = None) -> Skilled:
        self._check_up()
        rules.check_gives_skills(user)
        rules.check_skills(skills, self._vocabulary.queues.values())
        found = next((one for one in self._accounts.people() if one.name == name), None)
        if found is None:
            raise TaskRefusedError(f"no user {name[:100]!r} who may sign in", TaskRefusal.PERSON)
        rules.check_seen(name, seen, self._worker(found).skills)
        self.taught[found.id] = frozenset(skills)
        return rules.skilled(self._worker(found))


def _fits(task: Task, where: TaskFilter, at: datetime) -> bool:
    same = all(getattr(where, name) in ("", getattr(task, name)) for name in ("queue", "owner", "channel"))
    below = all(
        getattr(where, name) in ("", getattr(task, name)) or getattr(task, name).startswith(getattr(where, name) + NESTED[name])
        for name in ("region", "business_class")
    )
    return same and below and where.lateness in ("", task.lateness_at(at)) and task.case_id.startswith(where.search.strip())


def _urgency(at: datetime) -> Callable[[Task], tuple[Any, ...]]:
    places = {Lateness.LATE: 0, Lateness.WARNED: 1, Lateness.PAUSED: 3}

    def key(task: Task) -> tuple[Any, ...]:
        if task.ended_at is not None:
            return (1, -task.ended_at.timestamp(), task.id)
        how = Lateness.PAUSED if task.paused_since else stands(at, task.warned_from, task.late_from)
        return (0, places.get(how, 2), task.since.timestamp(), task.id)

    return key
