"""What the bar above a list sends. Every answer leads back to the list; it never leads anywhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.model.saved_views import SavedView
from tongguan.web.kit.access import Handler, Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.saved_views import COLUMNS, ViewRefusal, ViewRefusedError, kept_values, view_href
from tongguan.web.kit.visit import Visit

Work = Callable[[Visit, Page], Awaitable[Response]]


def _of_list(work: Work) -> Handler:
    """Return a handler that does some work for the list that a form belongs to.

    It answers 404 where there is no such list, or the view of the path is another list's; 403 where the user may not see the list.
    """

    @wraps(work)
    async def handler(visit: Visit) -> Response:
        page = visit.site.list_at(await visit.form_value("page"))
        if page is None:
            return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
        missing = page.missing(visit.user.may)
        if missing:
            return visit.render_error(HTTPStatus.FORBIDDEN, "permission", permission=missing)
        try:
            view_id = visit.request.path_params.get("view_id")
            view = await visit.site.lists.view(visit.user, view_id) if view_id else None
            # What nobody finds is not answered here: the list says that the view is not there any more.
            if view is not None and view.page != page.path:
                return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
            return await work(visit, page)
        except (ViewRefusedError, QuestionFailedError) as error:
            return await _refused(visit, page, error)

    return handler


async def _values(visit: Visit, page: Page) -> dict[str, str]:
    try:
        return kept_values(await visit.form_value("query"), page.saves)
    except ValueError:
        return {}


def _back(visit: Visit, page: Page, values: dict[str, str], **more: str) -> Response:
    return visit.go(str(Address(page.path, {**values, **more})))


async def _refused(visit: Visit, page: Page, error: ViewRefusedError | QuestionFailedError) -> Response:
    if isinstance(error, QuestionFailedError):
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    values, name = await _values(visit, page), (await visit.form_value("name")).strip()
    view = "" if error.refusal is ViewRefusal.MISSING else str(visit.request.path_params.get("view_id", ""))
    return _back(visit, page, values, view=view, refused=error.refusal.value, called=name[:200])


def _applied(visit: Visit, page: Page, view: SavedView) -> Response:
    return visit.go(view_href(view, page.saves))


async def save(visit: Visit, page: Page) -> Response:
    """Keep what the list shows under a name."""
    name = (await visit.form_value("name")).strip()
    query = str(Address("", await _values(visit, page))).removeprefix("?")
    shared, overwrite = await visit.form_value("shared") == "1", await visit.form_value("overwrite") == "1"
    if not name:
        raise ViewRefusedError(ViewRefusal.NAME, "the name is empty")
    return _applied(visit, page, await visit.site.lists.save_view(visit.user, page.path, name, query, shared, overwrite))


async def change(visit: Visit, page: Page) -> Response:
    """Rename, share, stop sharing, or take what the list shows now: whichever the form's button says."""
    view_id, what = visit.request.path_params["view_id"], await visit.form_value("what")
    name = (await visit.form_value("name")).strip() if what == "rename" else None
    query = str(Address("", await _values(visit, page))).removeprefix("?") if what == "overwrite" else None
    shared = {"share": True, "unshare": False}.get(what)
    if name == "":
        raise ViewRefusedError(ViewRefusal.NAME, "the name is empty")
    changed = await visit.site.lists.change_view(visit.user, view_id, name=name, query=query, shared=shared)
    if what == "overwrite":
        return _applied(visit, page, changed)
    if not changed.shared and changed.owner != visit.user.id:
        return _back(visit, page, await _values(visit, page))
    return _back(visit, page, await _values(visit, page), view=changed.id)


async def delete(visit: Visit, page: Page) -> Response:
    """Delete a view; the list offers to bring it back."""
    gone = await visit.site.lists.delete_view(visit.user, visit.request.path_params["view_id"])
    return _back(visit, page, await _values(visit, page), undo=gone.id)


async def restore(visit: Visit, page: Page) -> Response:
    """Bring a deleted view back."""
    return _applied(visit, page, await visit.site.lists.restore_view(visit.user, visit.request.path_params["view_id"]))


async def columns(visit: Visit, page: Page) -> Response:
    """Keep which columns the user wants on a list; none chosen, or a reset, brings the usual ones back."""
    names = [] if await visit.form_value("usual") else await visit.form_values("column")
    wanted = ",".join(name for name in names if name.isidentifier())[:2_000]
    query = str(Address("", {COLUMNS: wanted})).removeprefix("?")
    await visit.site.lists.save_view(visit.user, page.path, "", query, False, True)
    return _back(visit, page, {name: value for name, value in (await _values(visit, page)).items() if name != COLUMNS})


ROOM: Final = Room(
    name="views",
    pages=(
        Page("/views", _of_list(save), method="POST"),
        Page("/views/columns", _of_list(columns), method="POST"),
        Page("/views/{view_id}", _of_list(change), method="POST"),
        Page("/views/{view_id}/delete", _of_list(delete), method="POST"),
        Page("/views/{view_id}/restore", _of_list(restore), method="POST"),
    ),
    templates=Path(__file__).parent / "templates",
)
