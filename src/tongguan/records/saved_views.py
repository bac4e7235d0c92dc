"""Saved views: the filters, order and columns of a list under a name, for their owner or for everybody.

A view under the empty name is not listed as one: it keeps which columns its owner wants on the page.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from tongguan.model.saved_views import LONGEST_NAME, MOST_VIEWS, SavedView
from tongguan.records.errors import BadViewNameError, BadViewQueryError, NoSuchRowError, TooManyViewsError, ViewNameTakenError
from tongguan.records.tables import LIVE_VIEW, saved_views, users
from tongguan.records.upsert import insert

LONGEST_QUERY: Final = 16_000

KEPT: Final = timedelta(days=1)
"""How long a deleted view can be brought back."""


def list_views(conn: Connection, owner: str, page: str) -> list[SavedView]:
    """Return a user's own views of a page and those that others share, by name; an empty ``page`` takes all pages."""
    named_by_others = saved_views.c.shared.is_(True) & (saved_views.c.name != "")
    wanted = _all().where(LIVE_VIEW, or_(saved_views.c.owner == owner, named_by_others))
    if page:
        wanted = wanted.where(saved_views.c.page == page)
    rows = [_view(row) for row in conn.execute(wanted)]
    return sorted(rows, key=lambda view: (view.page, view.owner != owner, view.name.casefold(), view.id))


def get(conn: Connection, view_id: str) -> SavedView | None:
    """Return a view, also a deleted one that can still be brought back."""
    row = conn.execute(_all().where(saved_views.c.id == view_id)).one_or_none()
    return None if row is None else _view(row)


def create(
    conn: Connection, view_id: str, owner: str, page: str, name: str, query: str, *, shared: bool, at: datetime, overwrite: bool = False
) -> SavedView:
    """Keep a view under a name; with ``overwrite`` one of that name is replaced.

    Raises:
        BadViewNameError: too long, or not to be seen.
        BadViewQueryError: the filters are too long.
        ViewNameTakenError: the owner has one of that name on the page.
        TooManyViewsError: the owner has :data:`MOST_VIEWS` on the page.
    """
    _check(name, query)
    # Two savings of one user wait for each other, so that the limit holds; SQLite has one writer at a time anyway.
    conn.execute(select(users.c.id).where(users.c.id == owner).with_for_update())
    found = _named(conn, owner, page, name)
    if found is not None:
        if not overwrite:
            raise ViewNameTakenError(name)
        return change(conn, found.id, at, query=query, shared=shared)
    _check_room(conn, owner, page, name)
    row = {"id": view_id, "owner": owner, "page": page, "name": name, "query": query, "shared": shared, "changed_at": at}
    statement = insert(conn, saved_views).values(row).on_conflict_do_nothing().returning(saved_views.c.id)
    if conn.execute(statement).one_or_none() is None:
        raise ViewNameTakenError(name)
    return _needed(conn, view_id)


def change(
    conn: Connection, view_id: str, at: datetime, *, name: str | None = None, query: str | None = None, shared: bool | None = None
) -> SavedView:
    """Change what is given of a view.

    Raises:
        NoSuchRowError: there is none, or it is deleted.
        BadViewNameError, BadViewQueryError, ViewNameTakenError: see :func:`create`.
    """
    view = _needed(conn, view_id)
    if view.deleted_time is not None:
        raise _missing(view_id)
    _check(view.name if name is None else name, view.query if query is None else query)
    if name is not None and name != view.name and _named(conn, view.owner, view.page, name) is not None:
        raise ViewNameTakenError(name)
    given = {"name": name, "query": query, "shared": shared}
    changes = {key: value for key, value in given.items() if value is not None}
    conn.execute(update(saved_views).where(saved_views.c.id == view_id).values(**changes, changed_at=at))
    return _needed(conn, view_id)


def remove(conn: Connection, view_id: str, at: datetime) -> SavedView:
    """Delete a view; :func:`restore` brings it back for a day.

    Raises:
        NoSuchRowError: there is none, or it is deleted already.
    """
    conn.execute(delete(saved_views).where(saved_views.c.deleted_at < at - KEPT))
    gone = update(saved_views).where(saved_views.c.id == view_id, LIVE_VIEW).values(deleted_at=at)
    if conn.execute(gone).rowcount == 0:
        raise _missing(view_id)
    return _needed(conn, view_id)


def restore(conn: Connection, view_id: str) -> SavedView:
    """Bring a deleted view back.

    Raises:
        NoSuchRowError: there is none, or it is not deleted.
        ViewNameTakenError: another one has the name by now.
        TooManyViewsError: there is no room any more.
    """
    view = _needed(conn, view_id)
    if view.deleted_time is None:
        raise _missing(view_id)
    if _named(conn, view.owner, view.page, view.name) is not None:
        raise ViewNameTakenError(view.name)
    _check_room(conn, view.owner, view.page, view.name)
    conn.execute(update(saved_views).where(saved_views.c.id == view_id).values(deleted_at=None))
    return _needed(conn, view_id)


def _check(name: str, query: str) -> None:
    if len(name) > LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise BadViewNameError(name[:LONGEST_NAME], LONGEST_NAME)
    if len(query) > LONGEST_QUERY:
        raise BadViewQueryError(len(query), LONGEST_QUERY)


def _check_room(conn: Connection, owner: str, page: str, name: str) -> None:
    mine = (saved_views.c.owner == owner, saved_views.c.page == page, saved_views.c.name != "", LIVE_VIEW)
    if name and conn.execute(select(func.count()).select_from(saved_views).where(*mine)).scalar_one() >= MOST_VIEWS:
        raise TooManyViewsError(MOST_VIEWS)


def _all() -> Any:
    columns = (*(saved_views.c[name] for name in _NAMES), users.c.display_name, users.c.name.label("user_name"))
    return select(*columns).select_from(saved_views.outerjoin(users, users.c.id == saved_views.c.owner))


_NAMES: Final = ("id", "owner", "page", "name", "query", "shared", "changed_at", "deleted_at")


def _named(conn: Connection, owner: str, page: str, name: str) -> SavedView | None:
    same = (saved_views.c.owner == owner, saved_views.c.page == page, saved_views.c.name == name, LIVE_VIEW)
    row = conn.execute(_all().where(*same)).one_or_none()
    return None if row is None else _view(row)


def _needed(conn: Connection, view_id: str) -> SavedView:
    found = get(conn, view_id)
    if found is None:
        raise _missing(view_id)
    return found


def _missing(view_id: str) -> NoSuchRowError:
    return NoSuchRowError("视图", "view", view_id[:100])


def _view(row: Row[Any]) -> SavedView:
    owner_name = row.display_name or row.user_name or ""
    return SavedView(row.id, row.owner, owner_name, row.page, row.name, row.query, row.shared, row.changed_at, row.deleted_at)
