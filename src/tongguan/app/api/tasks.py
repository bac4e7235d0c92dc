"""``/api/v1/tasks`` and ``/api/v1/skills``: what people work off, and who can do what."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tongguan.app.api.guarded import Asked as AskedRoute
from tongguan.app.api.guarded import Who, guarded
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Permission, User
from tongguan.model.tasks import (
    LARGEST_FILE,
    MOST_AT_ONCE,
    Action,
    Asked,
    Given,
    Outcome,
    QueueCounts,
    Standing,
    Task,
    TaskConflictError,
    TaskFilter,
    TaskRefusal,
    TaskRefusedError,
)
from tongguan.model.vocabulary import Label, Vocabulary
from tongguan.model.waiting import Lateness
from tongguan.tasks.rules import BY_HAND
from tongguan.web.kit.tasks import Tasks

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_STATUS: Final = {
    TaskRefusal.MISSING: HTTPStatus.NOT_FOUND,
    TaskRefusal.PERMISSION: HTTPStatus.FORBIDDEN,
    TaskRefusal.SKILL: HTTPStatus.FORBIDDEN,
    TaskRefusal.FULL: HTTPStatus.CONFLICT,
    TaskRefusal.SOON: HTTPStatus.CONFLICT,
    TaskRefusal.ACTION: HTTPStatus.BAD_REQUEST,
}
"""All other refusals are 422: the body holds what cannot be."""

_MOST_ROWS: Final = 1_000
DONE_ONE_BY_ONE: Final = sorted(BY_HAND - {Action.ATTACH})
"""What people do with a task by its address."""

LATENESS: Final = tuple(one.value for one in Lateness)


class TaskBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is done with a task.

    Attributes:
        version: that the caller saw; comments and urging look at none.
        reason: code of the queue; `fail` and `hand_back` need one.
        note: free text; a comment needs it.
        to: of a transfer: id of the user who gets it; without it the task goes back into the queue.
    """

    version: int = 0
    reason: str = ""
    note: str = ""
    to: str = ""


class AskedTask(msgspec.Struct, forbid_unknown_fields=True):
    """A task of a batch, and the version that the caller saw."""

    id: str
    version: int = 0


class BatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """The same action for several tasks.

    Attributes:
        tasks: at most 500.
        together: all or none; without it each by itself.
    """

    tasks: list[AskedTask]
    action: Action
    reason: str = ""
    note: str = ""
    to: str = ""
    together: bool = False


class SkillsBody(msgspec.Struct, forbid_unknown_fields=True):
    """The skills that a user has from now on.

    Attributes:
        seen: skills that the caller saw; where the user has others by now, the answer is 409. Null gives them in any case.
    """

    skills: list[str]
    seen: list[str] | None = None


@dataclass(frozen=True)
class OutcomeAnswer:
    """What became of one task of a batch.

    Attributes:
        task: as it is now; null where it is not there for the caller.
        done: the action was done.
        conflict: it was not, because somebody or the case was faster.
        detail: why it was not done.
    """

    task_id: str
    task: Task | None
    done: bool
    conflict: bool
    detail: str


@dataclass(frozen=True)
class QueueAnswer:
    """A queue that the caller sees, with what waits in it now.

    Attributes:
        skill: who works on it must have it; empty for everybody who may work on tasks.
        reasons: code → name of why something fails or is handed back.
    """

    label: Label
    stage: str
    kind: str
    skill: str
    reasons: Mapping[str, Label]
    lease_minutes: int
    counts: QueueCounts


class ConflictProblem(ApiProblem):
    """Somebody or the case was faster; tells the task as it is now, and what was done last with it."""

    def __init__(self, error: TaskConflictError) -> None:
        super().__init__(HTTPStatus.CONFLICT, str(error), valid="the version of the task as it is now, where it is not over")
        self._error = error

    def document(self) -> dict[str, Any]:
        """Return the problem document, with ``task`` and ``last``."""
        return {**super().document(), "task": self._error.task, "last": self._error.last}


@dataclass(frozen=True)
class TaskRoutes:
    """The routes of tasks.

    Attributes:
        tasks: the worklist.
        vocabulary: has the queues.
        who: who calls.
    """

    tasks: Tasks
    vocabulary: Vocabulary
    who: Who

    def routes(self) -> list[Route]:
        """Return the routes."""
        see, manage = Permission.SEE_ORDERS, Permission.MANAGE_USERS
        table: list[tuple[str, str, Permission, AskedRoute]] = [
            ("GET", "/tasks", see, self._page),
            ("GET", "/tasks/queues", see, self._queues),
            ("POST", "/tasks/batch", see, self._batch),
            ("GET", "/tasks/{task_id}", see, self._task),
            ("GET", "/tasks/{task_id}/colleagues", see, self._colleagues),
            ("POST", "/tasks/{task_id}/files", see, self._attach),
            ("GET", "/tasks/{task_id}/files/{entry_id:int}", see, self._file),
            ("POST", "/tasks/{task_id}/{action}", see, self._act),
            ("GET", "/skills", manage, self._skills),
            ("PUT", "/skills/{name:path}", manage, self._give_skills),
        ]
        return [Route(f"/api/v1{path}", guarded(self.who, asked, needed), methods=[method]) for method, path, needed, asked in table]

    async def _page(self, user: User, request: Request) -> object:
        given = dict(request.query_params)
        limit, offset = _number(given.pop("limit", "50"), "limit", _MOST_ROWS), _number(given.pop("offset", "0"), "offset", 10**9)
        names = [field.name for field in fields(TaskFilter)]
        for name in given:
            if name not in names:
                raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no parameter {name!r}", valid=valid_hint(name, [*names, "limit", "offset"]))
        queue, lateness, standing = given.get("queue", ""), given.get("lateness", ""), given.pop("standing", "")
        if queue and queue not in self.vocabulary.queues:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no queue {queue[:100]!r}", valid=valid_hint(queue, self.vocabulary.queues))
        if lateness and lateness not in LATENESS:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"lateness: {lateness[:100]!r}", valid=valid_hint(lateness, LATENESS))
        where = TaskFilter(**given, standing=_member(Standing, standing, "standing") if standing else None)
        return await _told(self.tasks.tasks(user, where, limit, offset))

    async def _queues(self, user: User, request: Request) -> object:
        found = []
        for counts in await self.tasks.queues(user):
            queue = self.vocabulary.queues[counts.queue]
            found.append(QueueAnswer(queue.label, queue.stage, queue.kind, queue.skill, dict(queue.reasons), queue.lease_minutes, counts))
        return found

    async def _task(self, user: User, request: Request) -> object:
        task_id = request.path_params["task_id"]
        story = await self.tasks.task(user, task_id)
        if story is None:
            raise _missing(task_id)
        return {"task": story.task, "entries": story.entries, "allowed": sorted(story.allowed)}

    async def _colleagues(self, user: User, request: Request) -> object:
        return await self.tasks.colleagues(user, request.path_params["task_id"])

    async def _act(self, user: User, request: Request) -> object:
        action = _member(Action, request.path_params["action"], "action", DONE_ONE_BY_ONE)
        body = await _body(request, TaskBody)
        asked = Asked(request.path_params["task_id"], body.version)
        return await _told(self.tasks.act(user, asked, action, Given(body.reason, body.note, body.to)))

    async def _batch(self, user: User, request: Request) -> object:
        body = await _body(request, BatchBody)
        asked = [Asked(one.id, one.version) for one in body.tasks]
        if len(asked) > MOST_AT_ONCE:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{len(asked)} tasks at once", valid=f"at most {MOST_AT_ONCE}")
        given = Given(body.reason, body.note, body.to)
        return [_outcome(one) for one in await _told(self.tasks.act_on_all(user, asked, body.action, given, together=body.together))]

    async def _attach(self, user: User, request: Request) -> object:
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > LARGEST_FILE:
                raise ApiProblem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the file is too large", valid=f"at most {LARGEST_FILE} bytes")
        name, note = (request.query_params.get(one, "") for one in ("name", "note"))
        return await _told(self.tasks.attach(user, request.path_params["task_id"], name, bytes(content), note))

    async def _file(self, user: User, request: Request) -> object:
        found = await self.tasks.file(user, request.path_params["task_id"], request.path_params["entry_id"])
        if found is None:
            raise ApiProblem(HTTPStatus.NOT_FOUND, f"no attachment {request.path_params['entry_id']}, or its customer was erased")
        # Never shown by a browser as what it claims to be: anybody may have attached it.
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}", "X-Content-Type-Options": "nosniff"}
        return Response(found.content, media_type="application/octet-stream", headers=headers)

    async def _skills(self, user: User, request: Request) -> object:
        return await _told(self.tasks.skills(user))

    async def _give_skills(self, user: User, request: Request) -> object:
        body = await _body(request, SkillsBody)
        try:
            return await _told(self.tasks.give_skills(user, request.path_params["name"], body.skills, body.seen))
        except ConflictProblem as error:
            raise ApiProblem(HTTPStatus.CONFLICT, error.detail, valid="`seen` as GET /api/v1/skills tells it now") from error


async def _told(question: Awaitable[T]) -> T:
    try:
        return await question
    except TaskConflictError as error:
        raise ConflictProblem(error) from error
    except TaskRefusedError as error:
        raise ApiProblem(_STATUS.get(error.refusal, HTTPStatus.UNPROCESSABLE_ENTITY), str(error)) from error


async def _body(request: Request, kind: type[T]) -> T:
    raw = await request.body()
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the body cannot be used: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}", valid="a JSON object") from error


def _outcome(one: Outcome) -> dict[str, Any]:
    conflict = isinstance(one.error, TaskConflictError)
    return asdict(OutcomeAnswer(one.task_id, one.task, one.done, conflict, str(one.error) if one.error else ""))


def _missing(task_id: str) -> ApiProblem:
    return ApiProblem(HTTPStatus.NOT_FOUND, f"no task {task_id[:100]!r}, or it is outside your scope", valid="an id from GET /api/v1/tasks")


def _member(kind: type[E], text: str, name: str, valid: list[E] | None = None) -> E:
    names = [member.value for member in valid or kind]
    if text not in names:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text[:100]!r}", valid=valid_hint(text, names))
    return kind(text)


def _number(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) > most:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text[:100]!r}", valid=f"0 to {most}")
    return int(text)
