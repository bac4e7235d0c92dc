"""Tasks as pages and API ask for them, over the worklist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from tongguan.app.stored import in_store
from tongguan.model.access import User
from tongguan.model.tasks import (
    Action,
    Asked,
    Colleague,
    Given,
    Outcome,
    QueueCounts,
    Skilled,
    Task,
    TaskFile,
    TaskFilter,
    TaskPage,
    TaskStory,
)
from tongguan.tasks.worklist import Worklist

T = TypeVar("T")


class RecordTasks:
    """Implements :class:`tongguan.web.kit.tasks.Tasks`; nothing here holds up the event loop.

    Args:
        worklist: does the work.
        pool: threads for the store.
    """

    def __init__(self, worklist: Worklist, pool: Executor) -> None:
        self._worklist = worklist
        self._pool = pool

    async def _run(self, work: Callable[[], T]) -> T:
        return await in_store(self._pool, work, lambda _error: None)

    async def queues(self, user: User) -> Sequence[QueueCounts]:
        """Return every queue that the user sees."""
        return await self._run(lambda: self._worklist.queues(user))

    async def tasks(self, user: User, where: TaskFilter, limit: int, offset: int) -> TaskPage:
        """Return one page of tasks."""
        return await self._run(lambda: self._worklist.page(user, where, limit, offset))

    async def task(self, user: User, task_id: str) -> TaskStory | None:
        """Return a task with its history."""
        return await self._run(lambda: self._worklist.story(user, task_id))

    async def act(self, user: User, task: Asked, action: Action, given: Given) -> Task:
        """Do something with a task."""
        return await self._run(lambda: self._worklist.act(user, task, action, given))

    async def act_on_all(self, user: User, tasks: Sequence[Asked], action: Action, given: Given, *, together: bool) -> Sequence[Outcome]:
        """Do the same with several tasks."""
        return await self._run(lambda: self._worklist.act_on_all(user, tasks, action, given, together=together))

    async def attach(self, user: User, task_id: str, name: str, content: bytes, note: str) -> Task:
        """Attach a file."""
        return await self._run(lambda: self._worklist.attach(user, task_id, name, content, note))

    async def file(self, user: User, task_id: str, entry_id: int) -> TaskFile | None:
        """Return an attachment."""
        return await self._run(lambda: self._worklist.file(user, task_id, entry_id))

    async def colleagues(self, user: User, task_id: str) -> Sequence[Colleague]:
        """Return who else could have a task."""
        return await self._run(lambda: self._worklist.colleagues(user, task_id))

    async def skills(self, user: User) -> Sequence[Skilled]:
        """Return who has which skill."""
        return await self._run(lambda: self._worklist.skills(user))

    async def give_skills(self, user: User, name: str, skills: Sequence[str], seen: Sequence[str] | None = None) -> Skilled:
        """Let a user have exactly these skills."""
        return await self._run(lambda: self._worklist.give_skills(user, name, skills, seen))
