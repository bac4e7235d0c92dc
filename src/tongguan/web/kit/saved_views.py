"""Saved views: filters, order and columns of a list page under a name; what pages ask, and the bar that shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode

from tongguan.model.access import User
from tongguan.model.saved_views import LONGEST_NAME, MOST_VIEWS, SavedView
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

COLUMNS: Final = "columns"
"""Value of the address that names the columns shown."""


class ViewRefusal(StrEnum):
    """Why a view was not kept or changed."""

    NAME = "name"
    TAKEN = "taken"
    FULL = "full"
    LONG = "long"
    MISSING = "missing"
    NOT_YOURS = "not_yours"


REFUSALS: Final = {
    ViewRefusal.NAME: msg("Give the view a name of 1 to %(most)s characters."),
    ViewRefusal.TAKEN: msg("You have a view called “%(name)s” here. Overwrite it, or give another name."),
    ViewRefusal.FULL: msg("You have %(views)s views on this page, which is the most. Delete one first."),
    ViewRefusal.LONG: msg("These filters are too long to be kept. Search for fewer ids."),
    ViewRefusal.MISSING: msg("This view is not there any more."),
    ViewRefusal.NOT_YOURS: msg("Only its owner and administrators may change this view."),
}


class ViewRefusedError(ValueError):
    """A view was not kept or changed; ``refusal`` says why."""

    def __init__(self, refusal: ViewRefusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


class SavedViews(Protocol):
    """Views and who may do what with them. Every method may raise ``QuestionFailedError``; those that change, ViewRefusedError."""

    async def views(self, user: User, page: str) -> Sequence[SavedView]:
        """Return the user's own views, then those that others share, by name; an empty ``page`` takes all pages."""
        ...

    async def save_view(self, user: User, page: str, name: str, query: str, shared: bool, overwrite: bool) -> SavedView:
        """Keep a view; ``overwrite`` replaces the user's own of that name. Shared ones are logged."""
        ...

    async def change_view(
        self, user: User, view_id: str, *, name: str | None = None, query: str | None = None, shared: bool | None = None
    ) -> SavedView:
        """Change what is given; logged where the view is or was shared."""
        ...

    async def delete_view(self, user: User, view_id: str) -> SavedView:
        """Delete a view; it can be brought back for a day."""
        ...

    async def restore_view(self, user: User, view_id: str) -> SavedView:
        """Bring a deleted view back."""
        ...

    async def view(self, user: User, view_id: str) -> SavedView | None:
        """Return a view that the user sees, or a deleted one that the user may bring back."""
        ...


def kept_values(query: str, names: Collection[str]) -> dict[str, str]:
    """Return what an address says under known names; all else, and what is empty, is left out."""
    values = {name: value.strip() for name, value in reversed(parse_qsl(query[:40_000], max_num_fields=200, separator="&"))}
    return {name: values[name] for name in names if values.get(name)}


def kept_query(query: str, names: Collection[str]) -> str:
    """Return a query as views keep it: known names only, in their order.

    Raises:
        ValueError: more fields than any page has.
    """
    return urlencode(kept_values(query, names))


@dataclass(frozen=True)
class ViewChip:
    """One view above the list."""

    id: str
    name: str
    href: str
    title: str
    shared: bool
    current: bool


@dataclass(frozen=True)
class ViewBar:
    """The views of a page.

    Attributes:
        page: path of the list.
        query: what is shown now, as a view would keep it.
        plain: the page without any view.
        everything: neither a view nor a filter is applied; order and columns may be chosen.
        chips: own views, then shared ones.
        current: the view that was applied; ``changed`` where something else is shown by now.
        may_change: the user may rename, share, overwrite and delete the current one.
        undo: a view just deleted that can be brought back.
        notice: what was not done, and why; with ``taken`` it offers to overwrite the view of that name.
        failed: views could not be asked for.
    """

    page: str
    query: str
    plain: str
    everything: bool
    chips: Sequence[ViewChip]
    current: SavedView | None
    changed: bool
    may_change: bool
    undo: SavedView | None
    notice: Notice | None
    taken: str
    failed: bool


@dataclass(frozen=True)
class PageViews:
    """Views of one page as they were found, and the columns that the user wants there."""

    views: Sequence[SavedView]
    columns: str
    failed: bool


async def page_views(visit: Visit, page: str) -> PageViews:
    """Ask for the views of a page; where that fails the list stands without them."""
    panel = await visit.ask(visit.site.lists.views(visit.user, page))
    found = panel.value or ()
    own = next((view for view in found if not view.name), None)
    columns = kept_values(own.query, (COLUMNS,)).get(COLUMNS, "") if own else ""
    return PageViews([view for view in found if view.name], columns, panel.value is None)


async def view_bar(visit: Visit, found: PageViews, page: str, names: Collection[str], shown: Mapping[str, str]) -> ViewBar:
    """Return the bar.

    Args:
        visit: the request; ``view`` in its address names the view that was applied.
        found: what :func:`page_views` returned.
        page: path of the list.
        names: what a view of the page keeps.
        shown: what the page shows now, by those names.
    """
    query = urlencode({name: shown[name] for name in names if shown.get(name)})
    current = next((view for view in found.views if view.id == visit.query("view")), None)
    undo = visit.query("undo")
    gone = (await visit.ask(visit.site.lists.view(visit.user, undo))).value if undo else None
    refusal = visit.query("refused")
    return ViewBar(
        page=page,
        query=query,
        plain=page,
        everything=current is None and not set(kept_values(query, names)) - {"sort", COLUMNS},
        chips=[_chip(visit, view, names, current) for view in found.views],
        current=current,
        changed=current is not None and kept_values(current.query, names) != kept_values(query, names),
        may_change=current is not None and current.may_be_changed_by(visit.user),
        undo=gone if gone and gone.deleted_time and gone.page == page else None,
        notice=_notice(visit, ViewRefusal(refusal)) if refusal in set(ViewRefusal) else None,
        taken=visit.query("called") if refusal == ViewRefusal.TAKEN else "",
        failed=found.failed,
    )


def view_href(view: SavedView, names: Collection[str]) -> str:
    """Return the address that applies a view; only what its page knows."""
    return str(Address(view.page, {**kept_values(view.query, names), "view": view.id}))


def _chip(visit: Visit, view: SavedView, names: Collection[str], current: SavedView | None) -> ViewChip:
    mine = view.owner == visit.user.id
    who = visit.text("shared by you") if mine else visit.text("shared by %(name)s", name=view.owner_name or view.owner)
    title = who if view.shared else visit.text("seen by you alone")
    return ViewChip(view.id, view.name, view_href(view, names), title, view.shared, view is current)


def _notice(visit: Visit, refusal: ViewRefusal) -> Notice:
    text = visit.text(REFUSALS[refusal], most=LONGEST_NAME, views=MOST_VIEWS, name=visit.query("called"))
    return Notice(text, Status.WATCH)
