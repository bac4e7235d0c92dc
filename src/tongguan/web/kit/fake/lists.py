"""Saved views and the log of exports in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Now
from tongguan.model.access import User
from tongguan.model.saved_views import LONGEST_NAME, MOST_VIEWS, SavedView
from tongguan.web.kit.export import Exported
from tongguan.web.kit.saved_views import ViewRefusal, ViewRefusedError


class FakeLists:
    """Lists in memory; not for anything but tests and looking at pages.

    Attributes:
        log: who exported what.
    """

    def __init__(self, now: Now) -> None:
        self._now = now
        self._views: dict[str, SavedView] = {}
        self._deleted: dict[str, SavedView] = {}
        self.log: list[tuple[str, Exported]] = []

    async def views(self, user: User, page: str) -> Sequence[SavedView]:
        seen = [v for v in self._views.values() if (v.owner == user.id or (v.shared and v.name)) and page in {"", v.page}]
        return sorted(seen, key=lambda view: (view.owner != user.id, view.name.casefold()))

    async def save_view(self, user: User, page: str, name: str, query: str, shared: bool, overwrite: bool) -> SavedView:
        _check(name)
        mine = [view for view in self._views.values() if (view.owner, view.page) == (user.id, page)]
        same = next((view for view in mine if view.name == name), None)
        if same is not None and not overwrite:
            raise ViewRefusedError(ViewRefusal.TAKEN, f"a view called {name!r} exists here")
        if same is None and name and sum(bool(view.name) for view in mine) >= MOST_VIEWS:
            raise ViewRefusedError(ViewRefusal.FULL, f"a page holds at most {MOST_VIEWS} views of a user")
        view_id = same.id if same else sortable_id(self._now())
        return self._keep(SavedView(view_id, user.id, user.display_name, page, name, query, shared, self._now()))

    async def change_view(
        self, user: User, view_id: str, *, name: str | None = None, query: str | None = None, shared: bool | None = None
    ) -> SavedView:
        view = self._changeable(user, view_id)
        if name is not None and name != view.name:
            _check(name)
            if any((v.owner, v.page, v.name) == (view.owner, view.page, name) for v in self._views.values()):
                raise ViewRefusedError(ViewRefusal.TAKEN, f"a view called {name!r} exists here")
        return self._keep(
            replace(
                view,
                name=view.name if name is None else name,
                query=view.query if query is None else query,
                shared=view.shared if shared is None else shared,
            )
        )

    async def delete_view(self, user: User, view_id: str) -> SavedView:
        view = self._changeable(user, view_id)
        del self._views[view_id]
        self._deleted[view_id] = replace(view, deleted_time=self._now())
        return self._deleted[view_id]

    async def restore_view(self, user: User, view_id: str) -> SavedView:
        view = self._deleted.get(view_id)
        if view is None or not view.may_be_changed_by(user):
            raise ViewRefusedError(ViewRefusal.MISSING, f"no deleted view {view_id!r}")
        del self._deleted[view_id]
        return self._keep(replace(view, deleted_time=None))

    async def view(self, user: User, view_id: str) -> SavedView | None:
        found = self._views.get(view_id) or self._deleted.get(view_id)
        return found if found is not None and found.may_be_found_by(user) else None

    async def exported(self, user: User, file: Exported) -> None:
        self.log.append((user.name, file))

    def _keep(self, view: SavedView) -> SavedView:
        self._views[view.id] = view
        return view

    def _changeable(self, user: User, view_id: str) -> SavedView:
        view = self._views.get(view_id)
        if view is None or not view.may_be_seen_by(user):
            raise ViewRefusedError(ViewRefusal.MISSING, f"no view {view_id!r}")
        if not view.may_be_changed_by(user):
            raise ViewRefusedError(ViewRefusal.NOT_YOURS, f"view {view_id!r} is somebody else's")
        return view


def _check(name: str) -> None:
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ViewRefusedError(ViewRefusal.NAME, f"{name[:LONGEST_NAME]!r} cannot be a view's name")
