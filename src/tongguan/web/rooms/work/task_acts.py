"""What is done from the page of a task: every button, files, and the claim that is renewed while somebody works."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from tongguan.model.tasks import LARGEST_FILE, Action, Asked, Given, TaskConflictError, TaskRefusal, TaskRefusedError
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.work.list_acts import asked_of
from tongguan.web.rooms.work.places import queue_of
from tongguan.web.rooms.work.task_page import Draft, draw
from tongguan.web.rooms.work.words import conflict_text, refusal_text

ACTIONS: Final = (
    Action.CLAIM,
    Action.FINISH,
    Action.FAIL,
    Action.HAND_BACK,
    Action.TRANSFER,
    Action.URGE,
    Action.COMMENT,
    Action.ATTACH,
)
"""What the page has buttons for."""


async def act(visit: Visit) -> Response:
    """Do what a button says, and lead back to the task; who comes too late, or forgot something, is told and loses nothing typed."""
    if queue_of(visit) is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    wanted = await visit.form_value("act")
    draft = Draft(wanted, await visit.form_value("reason"), await visit.form_value("note"), await visit.form_value("to"))
    if wanted not in set(map(str, ACTIONS)):
        return visit.render_error(HTTPStatus.UNPROCESSABLE_ENTITY, "form")
    try:
        story = await visit.site.tasks.task(visit.user, str(visit.request.path_params["task"]))
        if story is None or story.task.queue != visit.request.path_params["queue"]:
            return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
        await _do(visit, Action(wanted), draft)
    except TaskConflictError as error:
        # What was typed for an action that came too late may still be said as a comment.
        kept = Draft(Action.COMMENT, note=draft.note) if draft.note.strip() else None
        return await draw(visit, Notice(conflict_text(visit, error), Status.WATCH), kept, HTTPStatus.CONFLICT)
    except TaskRefusedError as error:
        if error.refusal is TaskRefusal.MISSING:
            return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
        return await draw(visit, Notice(refusal_text(visit, error), Status.WATCH), draft, HTTPStatus.UNPROCESSABLE_ENTITY)
    except QuestionFailedError:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    return visit.go(f"{visit.request.url.path}?done={wanted}")


async def _do(visit: Visit, action: Action, draft: Draft) -> None:
    task_id = str(visit.request.path_params["task"])
    if action is Action.ATTACH:
        await _attach(visit, task_id, draft.note)
        return
    asked = Asked(task_id, asked_of(f"x.{await visit.form_value('version')}").version)
    await visit.site.tasks.act(visit.user, asked, action, Given(draft.reason, draft.note, draft.to))


async def _attach(visit: Visit, task_id: str, note: str) -> None:
    files = [one for one in (await visit.form()).getlist("file") if isinstance(one, UploadFile) and one.filename]
    if not files:
        raise TaskRefusedError("no file was sent; valid: a file", TaskRefusal.FILE)
    for one in files:
        # One byte more than is allowed tells that there is more, without reading all of it.
        content = await one.read(LARGEST_FILE + 1)
        await visit.site.tasks.attach(visit.user, task_id, one.filename or "", content, note)


async def renew(visit: Visit) -> Response:
    """Let the claim last longer; answers the script of the page: until when it lasts now, or (409) why it does not."""
    asked = Asked(str(visit.request.path_params["task"]), asked_of(f"x.{await visit.form_value('version')}").version)
    try:
        task = await visit.site.tasks.act(visit.user, asked, Action.RENEW, Given())
    except TaskConflictError as error:
        return JSONResponse({"said": conflict_text(visit, error)}, HTTPStatus.CONFLICT)
    except TaskRefusedError as error:
        return JSONResponse({"said": refusal_text(visit, error)}, HTTPStatus.CONFLICT)
    except QuestionFailedError:
        return JSONResponse({"said": ""}, HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"until": task.lease_until.isoformat() if task.lease_until else ""})


async def file(visit: Visit) -> Response:
    """An attachment to be saved; it is never shown as a page of this site."""
    entry = str(visit.request.path_params["entry"])
    number = int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 12 else 0
    panel = await visit.ask(visit.site.tasks.file(visit.user, str(visit.request.path_params["task"]), number))
    if panel.failure:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    if panel.value is None or queue_of(visit) is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    name = quote(panel.value.name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(panel.value.content, media_type="application/octet-stream", headers=headers)
