"""Saved views and the log of exports, over the operational store. What others see or what leaves is in the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, TypeVar

from sqlalchemy import Connection

from tongguan.app.stored import in_store
from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Now
from tongguan.model.access import User
from tongguan.model.saved_views import SavedView
from tongguan.records import audit, saved_views
from tongguan.records.database import Database
from tongguan.records.errors import (
    BadViewNameError,
    BadViewQueryError,
    NoSuchRowError,
    RecordsError,
    TooManyViewsError,
    ViewNameTakenError,
)
from tongguan.web.kit.export import Exported
from tongguan.web.kit.saved_views import ViewRefusal, ViewRefusedError

T = TypeVar("T")

_REFUSALS: Final[dict[type[RecordsError], ViewRefusal]] = {
    BadViewNameError: ViewRefusal.NAME,
    BadViewQueryError: ViewRefusal.LONG,
    ViewNameTakenError: ViewRefusal.TAKEN,
    TooManyViewsError: ViewRefusal.FULL,
    NoSuchRowError: ViewRefusal.MISSING,
}


def _refused(error: RecordsError) -> ViewRefusedError | None:
    refusal = _REFUSALS.get(type(error))
    return ViewRefusedError(refusal, str(error)) if refusal else None


class RecordLists:
    """Implements :class:`tongguan.web.kit.lists.Lists`; nothing here holds up the event loop.

    Args:
        database: migrated.
        now: clock.
        pool: threads for the store.
    """

    def __init__(self, database: Database, now: Now, pool: Executor) -> None:
        self._database = database
        self._now = now
        self._pool = pool

    async def _run(self, work: Callable[[], T]) -> T:
        return await in_store(self._pool, work, _refused)

    async def views(self, user: User, page: str) -> Sequence[SavedView]:
        """Return the user's own views, then those that others share."""

        def work() -> list[SavedView]:
            with self._database.read() as conn:
                return saved_views.list_views(conn, user.id, page)

        return await self._run(work)

    async def save_view(self, user: User, page: str, name: str, query: str, shared: bool, overwrite: bool) -> SavedView:
        """Keep a view."""

        def work() -> SavedView:
            at = self._now()
            with self._database.begin() as conn:
                mine = [view for view in saved_views.list_views(conn, user.id, page) if (view.owner, view.name) == (user.id, name)]
                view = saved_views.create(conn, sortable_id(at), user.id, page, name, query, shared=shared, at=at, overwrite=overwrite)
                if shared or any(before.shared for before in mine):
                    self._log(conn, user, "change" if mine else "create", view)
            return view

        return await self._run(work)

    async def change_view(
        self, user: User, view_id: str, *, name: str | None = None, query: str | None = None, shared: bool | None = None
    ) -> SavedView:
        """Change what is given."""

        def work() -> SavedView:
            with self._database.begin() as conn:
                before = _changeable(conn, user, view_id)
                view = saved_views.change(conn, view_id, self._now(), name=name, query=query, shared=shared)
                if before.shared or view.shared:
                    self._log(conn, user, "change", view)
            return view

        return await self._run(work)

    async def delete_view(self, user: User, view_id: str) -> SavedView:
        """Delete a view; it can be brought back for a day."""

        def work() -> SavedView:
            with self._database.begin() as conn:
                _changeable(conn, user, view_id)
                view = saved_views.remove(conn, view_id, self._now())
                if view.shared:
                    self._log(conn, user, "delete", view)
            return view

        return await self._run(work)

    async def restore_view(self, user: User, view_id: str) -> SavedView:
        """Bring a deleted view back."""

        def work() -> SavedView:
            with self._database.begin() as conn:
                found = saved_views.get(conn, view_id)
                if found is None or found.deleted_time is None or not found.may_be_changed_by(user):
                    raise ViewRefusedError(ViewRefusal.MISSING, f"no view {view_id[:100]!r} was deleted within the last day")
                view = saved_views.restore(conn, view_id)
                if view.shared:
                    self._log(conn, user, "restore", view)
            return view

        return await self._run(work)

    async def view(self, user: User, view_id: str) -> SavedView | None:
        """Return a view that the user sees, or a deleted one that the user may bring back."""

        def work() -> SavedView | None:
            with self._database.read() as conn:
                view = saved_views.get(conn, view_id)
            return view if view is not None and view.may_be_found_by(user) else None

        return await self._run(work)

    async def exported(self, user: User, file: Exported) -> None:
        """Write down that a file leaves."""

        def work() -> None:
            detail = {"format": file.kind, "filters": file.query[:_LONGEST_NOTE], "rows": file.rows, "total": file.total}
            with self._database.begin() as conn:
                audit.append(conn, self._now(), user.name, "export", "list", file.page, detail)

        await self._run(work)

    def _log(self, conn: Connection, user: User, action: str, view: SavedView) -> None:
        detail = {"page": view.page, "name": view.name, "query": view.query[:_LONGEST_NOTE], "shared": view.shared}
        audit.append(conn, self._now(), user.name, action, "view", view.id, detail)


_LONGEST_NOTE: Final = 2_000
"""So much of a query is written into the audit; only lists of pasted ids are longer."""


def _changeable(conn: Connection, user: User, view_id: str) -> SavedView:
    view = saved_views.get(conn, view_id)
    if view is None or view.deleted_time is not None or not view.may_be_seen_by(user):
        raise ViewRefusedError(ViewRefusal.MISSING, f"no view {view_id[:100]!r}; valid: an id from the list of views")
    if not view.may_be_changed_by(user):
        raise ViewRefusedError(ViewRefusal.NOT_YOURS, f"view {view_id!r} is {view.owner_name or 'somebody else'}'s")
    return view
