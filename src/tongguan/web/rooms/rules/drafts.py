"""The rules as a page shows them: the version in force, or what the user is changing of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.clocks import Books, RuleBook
from tongguan.model.rule_changes import Differences, differences, moved_onto
from tongguan.model.rule_documents import Contents, RuleDraft, contents_of
from tongguan.web.kit.access import Page
from tongguan.web.kit.components import Failure, Notice, Status, Way
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

PATH: Final = "/rules"

_TABS: Final = (
    (PATH, msg("Limits")),
    (f"{PATH}/calendars", msg("Working calendars")),
    (f"{PATH}/processes", msg("Reference processes")),
    (f"{PATH}/versions", msg("Versions")),
)

_LIMITS: Final = msg("The time limits could not be loaded")

_FAILED: Final = {
    f"{PATH}/calendars": (msg("Working calendars"), msg("The working calendars could not be loaded")),
    f"{PATH}/processes": (msg("Reference processes"), msg("The reference processes could not be loaded")),
    f"{PATH}/versions": (msg("Versions of the rules"), msg("The versions of the rules could not be loaded")),
    f"{PATH}/review": (msg("Review and publish"), _LIMITS),
    f"{PATH}/rule": (msg("Change a rule"), _LIMITS),
    PATH: (msg("Time limits"), _LIMITS),
}
"""Beginning of an address → title of its page, and what is told where it fails; the first that fits."""

DONE: Final = {
    "kept": msg("Kept in your draft. Others see it once you publish it."),
    "undone": msg("The last change of your draft was undone."),
    "discarded": msg("Your draft was discarded; these are the rules in force."),
    "published": msg("Published. What is open is planned anew by these rules; what ended keeps how it was judged."),
    "moved": msg("Your changes were moved onto the newest version."),
    "same": msg("Nothing was changed."),
}


@dataclass(frozen=True)
class State:
    """What a page of rules shows.

    Attributes:
        books: every version.
        draft: what the user is changing; None without a draft, and for those who may not edit.
        contents: the draft's, else those of the version in force.
        changes: what the draft changes of its own version.
    """

    books: Books
    draft: RuleDraft | None
    contents: Contents
    changes: Differences

    @property
    def newest(self) -> RuleBook:
        """The version in force."""
        return self.books[-1]

    @property
    def base(self) -> RuleBook:
        """The version that the draft changes; without one the version in force."""
        version = self.newest.version if self.draft is None else self.draft.base
        return next(book for book in self.books if book.version == version)

    @property
    def behind(self) -> bool:
        """Whether somebody published a version after the one that the draft changes."""
        return self.draft is not None and self.draft.base != self.newest.version

    @property
    def shown(self) -> RuleBook:
        """The contents as the version that they would be."""
        return self.contents.book(self.newest.version + (self.draft is not None), self.newest.valid_from)


@dataclass(frozen=True)
class Head:
    """What stands at the top of every page of rules.

    Attributes:
        tabs: the room's pages.
        state: what is shown.
        edits: whether the user may change rules.
        address: this page, where answers to small forms lead back.
        changed: how many things the draft changes, in words; empty without a draft.
    """

    tabs: list[Way]
    state: State
    edits: bool
    address: str
    changed: str
    notice: Notice | None = None


@dataclass(frozen=True)
class FailedPage:
    """Context of the page that could not be answered.

    Attributes:
        title, tabs: those of the page that was asked for.
        what: what could not be loaded, in words.
        back: it is a page below the limits.
    """

    failure: Failure
    address: str
    title: str
    what: str
    tabs: Sequence[Way]
    back: bool


async def load(visit: Visit) -> State:
    """Return what the user sees of the rules."""
    rules = visit.site.rules
    books = await rules.books()
    draft = await rules.draft(visit.user) if visit.may(Permission.EDIT_RULES) else None
    newest = contents_of(books[-1])
    if draft is None or all(book.version != draft.base for book in books):
        return State(books, None, newest, differences(newest, newest))
    base = next(contents_of(book) for book in books if book.version == draft.base)
    return State(books, draft, draft.contents, differences(base, draft.contents))


async def keep(visit: Visit, state: State, contents: Contents) -> None:
    """Keep changed contents as the user's draft; the same contents change nothing."""
    if contents != state.contents:
        await visit.site.rules.keep_draft(visit.user, state.base.version, contents, state.contents)


def head(visit: Visit, state: State, notice: Notice | None = None) -> Head:
    """Return the top of a page."""
    path = visit.request.url.path
    done = DONE.get(visit.query("done"))
    said = notice or (Notice(visit.text(done), Status.GOOD) if done else None)
    count = len(state.changes)
    changed = "" if state.draft is None else visit.plural("%(n)s change", "%(n)s changes", count, n=count)
    return Head(_tabs(visit, path), state, visit.may(Permission.EDIT_RULES), path, changed, said)


def _tabs(visit: Visit, path: str) -> list[Way]:
    """Return ways to the room's pages; forms of rules and the review belong to the limits."""
    chosen = next((address for address, _ in _TABS if address != PATH and path.startswith(address)), PATH)
    return [Way(visit.text(label), address, address == chosen) for address, label in _TABS]


def _failed(visit: Visit, failure: Failure) -> FailedPage:
    """Return the page that was asked for, with its title and the ways on, and what failed in the place of its contents."""
    url = visit.request.url
    title, what = next(words for start, words in _FAILED.items() if url.path.startswith(start))
    again = f"{url.path}?{url.query}" if url.query else url.path
    back = url.path.startswith((f"{PATH}/rule", f"{PATH}/review"))
    return FailedPage(
        failure, again if visit.request.method == "GET" else PATH, visit.text(title), visit.text(what), _tabs(visit, url.path), back
    )


Answer = Callable[[Visit, State], Awaitable[Response]]


def with_state(answer: Answer) -> Callable[[Visit], Awaitable[Response]]:
    """Return a handler that knows the rules; where they cannot be had, it says so."""

    @wraps(answer)
    async def handler(visit: Visit) -> Response:
        try:
            return await answer(visit, await load(visit))
        except QuestionFailedError as error:
            failure = Failure(str(error), error.retry, error.since, visit.request_id, error.cause, visit.now)
            return visit.render("rules/failed.html", _failed(visit, failure), HTTPStatus.SERVICE_UNAVAILABLE)

    return handler


async def _back(visit: Visit, done: str) -> Response:
    wanted = await visit.form_value("next")
    place = wanted if wanted == PATH or wanted.startswith(f"{PATH}/") else PATH
    return visit.go(f"{place}{'&' if '?' in place else '?'}done={done}")


async def undo(visit: Visit, state: State) -> Response:
    """Take the last change of the draft back; a second time makes it again."""
    rules, draft = visit.site.rules, state.draft
    if draft is None or draft.before is None:
        return await _back(visit, "same")
    await rules.keep_draft(visit.user, draft.base, draft.before, draft.contents)
    return await _back(visit, "undone")


async def discard(visit: Visit, state: State) -> Response:
    """Forget the draft."""
    if state.draft is not None:
        await visit.site.rules.drop_draft(visit.user)
    return visit.go(f"{PATH}?done=discarded")


async def move(visit: Visit, state: State) -> Response:
    """Make the draft's changes on the version that somebody published meanwhile."""
    rules, draft = visit.site.rules, state.draft
    if draft is None or not state.behind:
        return visit.go(f"{PATH}/review?done=same")
    moved = moved_onto(contents_of(state.base), draft.contents, contents_of(state.newest))
    await rules.keep_draft(visit.user, state.newest.version, moved.contents, None)
    return visit.go(f"{PATH}/review?done=moved&clashes={len(moved.clashes)}")


PAGES: Final = (
    Page(f"{PATH}/draft/undo", with_state(undo), Permission.EDIT_RULES, method="POST"),
    Page(f"{PATH}/draft/discard", with_state(discard), Permission.EDIT_RULES, method="POST"),
    Page(f"{PATH}/draft/move", with_state(move), Permission.EDIT_RULES, method="POST"),
)
