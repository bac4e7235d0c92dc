"""What the bar above a list sends. Every answer leads back to the list; it never leads anywhere else."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tongguan.web.kit.access import Page, Room
from tongguan.web.kit.address import Address
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.saved_views import COLUMNS, SavedView, ViewRefusal, ViewRefusedError, kept_values, view_href
from tongguan.web.kit.visit import Visit


async def _list_page(visit: Visit) -> Page | Response:
    """Return the list that a form belongs to, or the answer where there is none or the user may not see it."""
    page = visit.site.lists_with_views().get(await visit.form_value("page"))
    if page is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    missing = page.missing(visit.user.may)
    return visit.render_error(HTTPStatus.FORBIDDEN, "permission", permission=missing) if missing else page


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


async def save(visit: Visit) -> Response:
    """Keep what the list shows under a name."""
    page = await _list_page(visit)
    if isinstance(page, Response):
        return page
    name = (await visit.form_value("name")).strip()
    query = str(Address("", await _values(visit, page))).removeprefix("?")
    shared, overwrite = await visit.form_value("shared") == "1", await visit.form_value("overwrite") == "1"
    try:
        if not name:
            raise ViewRefusedError(ViewRefusal.NAME, "the name is empty")
        return _applied(visit, page, await visit.site.lists.save_view(visit.user, page.path, name, query, shared, overwrite))
    except (ViewRefusedError, QuestionFailedError) as error:
        return await _refused(visit, page, error)


async def change(visit: Visit) -> Response:
    """Rename, share, stop sharing, or take what the list shows now: whichever the form's button says."""
    page = await _list_page(visit)
    if isinstance(page, Response):
        return page
    view_id, what = visit.request.path_params["view_id"], await visit.form_value("what")
    name = (await visit.form_value("name")).strip() if what == "rename" else None
    query = str(Address("", await _values(visit, page))).removeprefix("?") if what == "overwrite" else None
    shared = {"share": True, "unshare": False}.get(what)
    try:
        if name == "":
            raise ViewRefusedError(ViewRefusal.NAME, "the name is empty")
        changed = await visit.site.lists.change_view(visit.user, view_id, name=name, query=query, shared=shared)
    except (ViewRefusedError, QuestionFailedError) as error:
        return await _refused(visit, page, error)
    if what == "overwrite":
        return _applied(visit, page, changed)
    if not changed.shared and changed.owner != visit.user.id:
        return _back(visit, page, await _values(visit, page))
    return _back(visit, page, await _values(visit, page), view=changed.id)


async def delete(visit: Visit) -> Response:
    """Delete a view; the list offers to bring it back."""
    page = await _list_page(visit)
    if isinstance(page, Response):
        return page
    try:
        gone = await visit.site.lists.delete_view(visit.user, visit.request.path_params["view_id"])
    except (ViewRefusedError, QuestionFailedError) as error:
        return await _refused(visit, page, error)
    return _back(visit, page, await _values(visit, page), undo=gone.id)


async def restore(visit: Visit) -> Response:
    """Bring a deleted view back."""
    page = await _list_page(visit)
    if isinstance(page, Response):
        return page
    try:
        view = await visit.site.lists.restore_view(visit.user, visit.request.path_params["view_id"])
    except (ViewRefusedError, QuestionFailedError) as error:
        return await _refused(visit, page, error)
    return _applied(visit, page, view)


async def columns(visit: Visit) -> Response:
    """Keep which columns the user wants on a list; none chosen, or a reset, brings the usual ones back."""
    page = await _list_page(visit)
    if isinstance(page, Response):
        return page
    names = [] if await visit.form_value("usual") else await visit.form_values("column")
    wanted = ",".join(name for name in names if name.isidentifier())[:2_000]
    query = str(Address("", {COLUMNS: wanted})).removeprefix("?")
    try:
        await visit.site.lists.save_view(visit.user, page.path, "", query, False, True)
    except (ViewRefusedError, QuestionFailedError) as error:
        return await _refused(visit, page, error)
    return _back(visit, page, {name: value for name, value in (await _values(visit, page)).items() if name != COLUMNS})


ROOM: Final = Room(
    name="views",
    pages=(
        Page("/views", save, method="POST"),
        Page("/views/columns", columns, method="POST"),
        Page("/views/{view_id}", change, method="POST"),
        Page("/views/{view_id}/delete", delete, method="POST"),
        Page("/views/{view_id}/restore", restore, method="POST"),
    ),
    templates=Path(__file__).parent / "templates",
)
