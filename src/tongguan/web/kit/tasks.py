"""Tasks as pages and API ask for them; ``app`` keeps them in the operational store, ``kit/fake`` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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


class Tasks(Protocol):
    """Tasks and what is done with them.

    A task of a stage or region outside the user's scope is as if it were not there. A claim that ran out is shown as open. Every method
    may raise ``QuestionFailedError``; those that change, ``TaskConflictError`` where somebody or the case was faster, and
    ``TaskRefusedError`` whose ``refusal`` says why. What is changed is logged.
    """

    async def queues(self, user: User) -> Sequence[QueueCounts]:
        """Return every queue that the user sees, in the order of the stages, with what waits in it now."""
        ...

    async def tasks(self, user: User, where: TaskFilter, limit: int, offset: int) -> TaskPage:
        """Return one page of tasks, the most urgent first; those that are over come last, the newest of them first.

        An empty queue asks for all that the user sees; an unknown one has no tasks.
        """
        ...

    async def task(self, user: User, task_id: str) -> TaskStory | None:
        """Return a task with its history; None where there is none for the user."""
        ...

    async def act(self, user: User, task: Asked, action: Action, given: Given) -> Task:
        """Do something with a task and return it as it is then; ``ATTACH`` has a method of its own.

        Comments and urging look at no version.
        """
        ...

    async def act_on_all(self, user: User, tasks: Sequence[Asked], action: Action, given: Given, *, together: bool) -> Sequence[Outcome]:
        """Do the same with several tasks, and tell what became of each in the order asked.

        Args:
            user: who acts.
            tasks: at most ``MOST_AT_ONCE``.
            action, given: as of :meth:`act`.
            together: all or none: where one cannot be done, nothing is; else each by itself.
        """
        ...

    async def attach(self, user: User, task_id: str, name: str, content: bytes, note: str) -> Task:
        """Attach a file."""
        ...

    async def file(self, user: User, task_id: str, entry_id: int) -> TaskFile | None:
        """Return the attachment of an entry of the history; None where there is none for the user."""
        ...

    async def colleagues(self, user: User, task_id: str) -> Sequence[Colleague]:
        """Return who else could have a task, whoever holds the fewest first; empty where the user may not transfer it."""
        ...

    async def skills(self, user: User) -> Sequence[Skilled]:
        """Return who has which skill, by name; for users who may ``MANAGE_TASKS`` or ``MANAGE_USERS``, else ``TaskRefusedError``.

        A user of a region is told of those who may work there.
        """
        ...

    async def give_skills(self, user: User, name: str, skills: Sequence[str], seen: Sequence[str] | None = None) -> Skilled:
        """Let the user with a sign-in name have exactly these skills; for users who may ``MANAGE_USERS``.

        Where ``seen`` is given and the person's skills are others by now, ``TaskConflictError``.
        """
        ...
