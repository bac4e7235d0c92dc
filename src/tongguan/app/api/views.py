"""``/api/v1/views``: saved views of list pages, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tongguan.app.api.guarded import Who, unanswered
from tongguan.app.api.people import ProblemRoute
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import User
from tongguan.model.saved_views import LONGEST_NAME, SavedView
from tongguan.web.kit.access import Page
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.saved_views import SavedViews, ViewRefusal, ViewRefusedError, kept_query

_STATUS = {
    ViewRefusal.NAME: HTTPStatus.UNPROCESSABLE_ENTITY,
    ViewRefusal.LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    ViewRefusal.TAKEN: HTTPStatus.CONFLICT,
    ViewRefusal.FULL: HTTPStatus.CONFLICT,
    ViewRefusal.MISSING: HTTPStatus.NOT_FOUND,
    ViewRefusal.NOT_YOURS: HTTPStatus.FORBIDDEN,
}


class SaveView(BaseModel):
    """A view to keep.

    Attributes:
        page: path of the list, such as ``/orders``.
        query: the part of its address after ``?``; values that the page does not know are left out.
        shared: seen by everybody who may see the page.
        overwrite: replaces the caller's own view of that name.
    """

    model_config = ConfigDict(extra="forbid")

    page: str
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    query: str = ""
    shared: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class ViewAnswer:
    """A saved view; the time is in UTC."""

    id: str
    page: str
    name: str
    query: str
    shared: bool
    owner: str
    mine: bool
    changed_time: datetime


@dataclass(frozen=True)
class ViewsAnswer:
    """The caller's views, then those that others share, by page and name."""

    views: list[ViewAnswer]


def router(lists: SavedViews, who: Who, pages: Mapping[str, Page]) -> APIRouter:
    """Return the routes.

    Args:
        lists: the views.
        who: who calls, as a dependency.
        pages: the list pages that have views, by path.
    """
    api = APIRouter(prefix="/api/v1", route_class=ProblemRoute, tags=["views"])

    @api.get("/views")
    async def list_views(page: str = "", caller: User = Depends(who)) -> ViewsAnswer:
        """Own and shared views of one page, or of all that the caller may see."""
        if page:
            _page(pages, page, caller)
        try:
            found = await lists.views(caller, page)
        except QuestionFailedError as error:
            raise unanswered(error) from error
        seen = {path for path, one in pages.items() if one.missing(caller.may) is None}
        return ViewsAnswer([_answer(view, caller) for view in found if view.name and view.page in seen])

    @api.post("/views", status_code=HTTPStatus.CREATED)
    async def save_view(body: SaveView, caller: User = Depends(who)) -> ViewAnswer:
        """Keep a view under a name."""
        page, name = _page(pages, body.page, caller), body.name.strip()
        if not name:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "name: only spaces", valid=f"1 to {LONGEST_NAME} characters")
        try:
            query = kept_query(body.query, page.saves)
        except ValueError as error:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"query: {error}", valid="at most 200 fields") from error
        try:
            return _answer(await lists.save_view(caller, page.path, name, query, body.shared, body.overwrite), caller)
        except ViewRefusedError as error:
            raise ApiProblem(_STATUS[error.refusal], str(error)) from error
        except QuestionFailedError as error:
            raise unanswered(error) from error

    @api.delete("/views/{view_id}")
    async def delete_view(view_id: str, caller: User = Depends(who)) -> ViewAnswer:
        """Delete a view: one's own, and as an administrator any that is shared."""
        try:
            return _answer(await lists.delete_view(caller, view_id), caller)
        except ViewRefusedError as error:
            raise ApiProblem(_STATUS[error.refusal], str(error)) from error
        except QuestionFailedError as error:
            raise unanswered(error) from error

    return api


def _page(pages: Mapping[str, Page], path: str, caller: User) -> Page:
    page = pages.get(path)
    if page is None:
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"page: {path[:100]!r} has no views", valid=valid_hint(path, pages))
    missing = page.missing(caller.may)
    if missing is not None:
        raise ApiProblem(HTTPStatus.FORBIDDEN, f"role {caller.role} may not {missing}")
    return page


def _answer(view: SavedView, caller: User) -> ViewAnswer:
    mine = view.owner == caller.id
    return ViewAnswer(view.id, view.page, view.name, view.query, view.shared, view.owner_name, mine, view.changed_time)
