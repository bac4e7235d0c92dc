"""What moves on a list and on a task while they are open. Rows stay where they are: their cells are drawn anew, and news is told above."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.tasks import Action, Queue, Task, TaskPage, TaskStory
from tongguan.web.kit.live import Part, stream
from tongguan.web.kit.tables import PAGE_ROWS, Cell, table_state
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.work.asked import list_address, where
from tongguan.web.rooms.work.columns import live_cell
from tongguan.web.rooms.work.list_acts import asked_of
from tongguan.web.rooms.work.places import queue_of, task_href
from tongguan.web.rooms.work.words import STORY, is_over, near

_CELLS: Final = ("standing", "owner", "act")


@dataclass(frozen=True)
class ListNews:
    """What is told above a list: how many came, or that others stand there by now."""

    panel: Panel[TaskPage]
    new: int
    changed: bool
    href: str


@dataclass(frozen=True)
class CellPart:
    """Context of one cell that is drawn anew."""

    cell: Cell


async def live_list(visit: Visit) -> Response:
    """The cells of the rows shown, and what came or went since."""
    queue = queue_of(visit)
    if queue is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return stream(visit, _Shown(visit, queue).parts)


class _Shown:
    """The rows that a page shows; those that left the list for good are not asked for again."""

    def __init__(self, visit: Visit, queue: Queue) -> None:
        self._queue = queue
        self._ids = [asked_of(value).task_id for value in visit.query("shown").split(",")[:PAGE_ROWS] if value]
        total = visit.query("total")
        self._total = int(total) if total.isascii() and total.isdigit() and len(total) < 9 else None
        self._href = str(list_address(visit, queue))
        self._over: dict[str, Task] = {}

    async def parts(self, visit: Visit) -> Sequence[Part]:
        """Draw the notice and the cells."""
        offset = table_state(dict(visit.request.query_params), (), "").offset
        panel = await visit.ask(visit.site.tasks.tasks(visit.user, where(visit, self._queue), PAGE_ROWS, offset))
        found = panel.value
        new = found.total - self._total if found and self._total is not None else 0
        shown = set(self._ids)
        changed = found is not None and (bool(new) or any(task.id not in shown for task in found.rows))
        notice = visit.fragment("work/_list_news.html", ListNews(panel, new, changed, self._href))
        drawn = [Part("news", notice, again=True)]
        for task in await self._tasks(visit, found):
            drawn += [Part(f"{name}-{task.id}", self._cell(visit, task, name)) for name in _CELLS]
        return drawn

    def _cell(self, visit: Visit, task: Task, name: str) -> str:
        return visit.fragment("work/_cell.html", CellPart(live_cell(visit, task, name)))

    async def _tasks(self, visit: Visit, found: TaskPage | None) -> list[Task]:
        """Return the rows shown as they are now; of a list that could not be asked for, none."""
        if found is None:
            return []
        here = {task.id: task for task in found.rows} | self._over
        gone = [one for one in self._ids if one not in here]
        stories = await asyncio.gather(*(visit.ask(visit.site.tasks.task(visit.user, one)) for one in gone))
        left = [panel.value.task for panel in stories if panel.value]
        self._over |= {task.id: task for task in left if is_over(task)}
        here |= {task.id: task for task in left}
        return [here[one] for one in self._ids if one in here]


@dataclass(frozen=True)
class TaskNews:
    """What is told above a task that is no longer as the page shows it; ``said`` is empty where nothing happened."""

    said: str
    href: str


async def live_task(visit: Visit) -> Response:
    """Whether somebody did something with the task since the page was opened."""
    if queue_of(visit) is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    return stream(visit, _task_parts)


async def _task_parts(visit: Visit) -> Sequence[Part]:
    panel = await visit.ask(visit.site.tasks.task(visit.user, str(visit.request.path_params["task"])))
    story = panel.value
    said = _said(visit, story) if story else ""
    href = task_href(story.task) if story else ""
    return [Part("news", visit.fragment("work/_task_news.html", TaskNews(said, href)), again=True)]


def _said(visit: Visit, story: TaskStory) -> str:
    """Tell the last thing that happened, where the page has seen fewer."""
    seen = visit.query("seen")
    told = [entry for entry in story.entries if entry.action is not Action.RENEW]
    if not seen.isdecimal() or not told or len(told) <= int(seen[:8]):
        return ""
    last = told[-1]
    did = visit.text(STORY[last.action])
    return visit.text("%(time)s %(name)s %(did)s.", time=near(visit, last.at), name=last.actor_name, did=did)
