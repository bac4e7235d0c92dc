"""What a draft changes, in words, and publishing it; all versions, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.clocks.rules import check_book
from tongguan.model.access import Permission
from tongguan.model.clocks import LimitRule
from tongguan.model.rule_changes import concerned, differences
from tongguan.model.rule_documents import contents_of
from tongguan.model.waiting import WaitingFilter, WaitingOrder
from tongguan.web.kit.access import Page
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.rules import LONGEST_NOTE, RuleRefusal, RulesRefusedError
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.rules.drafts import PATH, Head, State, head, load, with_state
from tongguan.web.rooms.rules.words import ChangeWords, change_words, conditions

REVIEW: Final = f"{PATH}/review"
VERSIONS: Final = f"{PATH}/versions"

REFUSALS: Final = {
    RuleRefusal.NOTE: msg("Say in 1 to %(most)s characters why the rules change; it stays with the version."),
    RuleRefusal.MISTAKES: msg("These rules cannot be published; what is wrong is told below."),
    RuleRefusal.SAME: msg("Nothing differs from the version in force."),
}

_NO_TIME: Final = timedelta(0)

_MOST_ASKED: Final = 12
"""Of so many rules the open steps are counted; each is a question to the store."""


@dataclass(frozen=True)
class Planned:
    """Open steps that a change plans anew.

    Attributes:
        count: how many now; None where that is not known.
        href: the list of them.
    """

    label: str
    count: int | None
    href: str


@dataclass(frozen=True)
class ReviewPage:
    """Context of the review.

    Attributes:
        changes: what the draft changes.
        others: what somebody else published meanwhile; empty where nobody did.
        planned: what is planned anew.
        more: rules concerned beyond those in ``planned``.
        mistakes: why it cannot be published.
        note: as typed.
    """

    head: Head
    changes: Sequence[ChangeWords]
    others: Sequence[ChangeWords]
    planned: Sequence[Planned]
    more: int
    mistakes: Sequence[str]
    note: str
    longest: int = LONGEST_NOTE


def _asked(rules: Sequence[LimitRule]) -> list[LimitRule]:
    """Return rules by what can be asked of open steps: tiers are not among it."""
    without = (replace(rule, warning=_NO_TIME, late=_NO_TIME, calendar="", promised=False, silent=None, tier="") for rule in rules)
    return list(dict.fromkeys(without))


async def _planned(visit: Visit, rule: LimitRule) -> Planned:
    codes = {"business_class": rule.business_class, "channel": rule.channel, "region": rule.region}
    label = " · ".join([visit.codes.milestone(rule.kind, rule.step), *conditions(visit, rule)])
    waiting = (one.name for one in visit.site.vocabulary.stages if one.case_kind == rule.kind and rule.step in one.waiting_at)
    stage = next(waiting, "")
    if not stage:  # what waits for no stage is on no list
        return Planned(label, None, "")
    href = str(Address("/waiting", {"stage": stage, "step": rule.step, **codes}))
    where = WaitingFilter(stage=stage, step=rule.step, channel=rule.channel, region=rule.region, business_class=rule.business_class)
    try:
        found = await visit.site.questions.waiting(visit.user, where, WaitingOrder.SINCE, False, 1, 0)
    except QuestionFailedError:
        return Planned(label, None, href)
    return Planned(label, found.total, href)


async def _review(visit: Visit, state: State, note: str, notice: Notice | None, status: HTTPStatus) -> Response:
    base, newest = contents_of(state.base), contents_of(state.newest)
    others = change_words(visit, differences(base, newest), base, newest) if state.behind else []
    rules = _asked(concerned(base, state.contents))
    planned = [await _planned(visit, rule) for rule in rules[:_MOST_ASKED]]
    mistakes = check_book(state.shown, visit.site.vocabulary) if state.draft is not None else ()
    page = ReviewPage(
        head(visit, state, notice),
        change_words(visit, state.changes, base, state.contents),
        others,
        planned,
        max(0, len(rules) - _MOST_ASKED),
        [one.in_language(visit.language) for one in mistakes],
        note,
    )
    return visit.render("rules/review.html", page, status)


def _restored_note(visit: Visit) -> str:
    version = visit.query("restored")
    return visit.text("Take back to version %(version)s", version=version) if version.isdecimal() else ""


def _clashes(visit: Visit) -> Notice | None:
    """Tell after a move how many things somebody else changed as well."""
    asked = visit.query("clashes")
    count = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    if not count:
        return None
    said = visit.plural(
        "%(n)s of your changes is also changed by the other version, in another way; yours stands.",
        "%(n)s of your changes are also changed by the other version, in another way; yours stand.",
        count,
        n=count,
    )
    return Notice(said, Status.WATCH)


async def review(visit: Visit, state: State) -> Response:
    """What the draft changes."""
    return await _review(visit, state, _restored_note(visit), _clashes(visit), HTTPStatus.OK)


async def publish(visit: Visit, state: State) -> Response:
    """Publish the draft as the next version."""
    note = " ".join((await visit.form_value("note")).split())
    if state.draft is None:
        return await _review(visit, state, note, None, HTTPStatus.OK)
    try:
        await visit.site.rules.publish(visit.user, state.draft.contents, note, state.draft.base)
    except RulesRefusedError as error:
        if error.refusal is RuleRefusal.CHANGED and error.newest is not None:
            values = {"who": error.newest.author or visit.text("the system"), "version": error.newest.version, "note": error.newest.note}
            said = visit.text("%(who)s published version %(version)s meanwhile: %(note)s. Move your changes onto it.", **values)
            return await _review(visit, await load(visit), note, Notice(said, Status.BAD), HTTPStatus.CONFLICT)
        said = visit.text(REFUSALS[error.refusal], most=LONGEST_NOTE)
        return await _review(visit, state, note, Notice(said, Status.BAD), HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.go(f"{PATH}?done=published")


@dataclass(frozen=True)
class VersionRow:
    """One version.

    Attributes:
        changes: against the version before it; of the first one none.
        current: it is in force.
    """

    version: int
    valid_from: datetime
    author: str
    note: str
    rules: int
    changes: Sequence[ChangeWords]
    current: bool


@dataclass(frozen=True)
class VersionsPage:
    """Context of all versions, the newest first."""

    head: Head
    rows: Sequence[VersionRow]


async def versions(visit: Visit, state: State) -> Response:
    """All versions."""
    rows = []
    for place, book in enumerate(state.books):
        changes: list[ChangeWords] = []
        if place:
            before, after = contents_of(state.books[place - 1]), contents_of(book)
            changes = change_words(visit, differences(before, after), before, after)
        author = book.author or visit.text("the system")
        note = book.note or visit.text("Limits that the packs declare")
        rows.append(VersionRow(book.version, book.valid_from, author, note, len(book.rules), changes, book is state.newest))
    return visit.render("rules/versions.html", VersionsPage(head(visit, state), rows[::-1]))


async def restore(visit: Visit, state: State) -> Response:
    """Make a draft of an older version, to be reviewed and published anew; a draft that was there comes back by undoing."""
    wanted = visit.request.path_params["version"]
    found = next((book for book in state.books if str(book.version) == wanted), None)
    if found is None:
        return visit.render_error(HTTPStatus.NOT_FOUND, "missing")
    contents, newest = contents_of(found), contents_of(state.newest)
    if contents == newest:
        return visit.go(f"{VERSIONS}?done=same")
    before = state.draft.contents if state.draft is not None else None
    await visit.site.rules.keep_draft(visit.user, state.newest.version, contents, before)
    return visit.go(f"{REVIEW}?restored={found.version}")


PAGES: Final = (
    Page(REVIEW, with_state(review), Permission.EDIT_RULES),
    Page(f"{PATH}/publish", with_state(publish), Permission.EDIT_RULES, method="POST"),
    Page(VERSIONS, with_state(versions), Permission.SEE_PANORAMA),
    Page(f"{VERSIONS}/{{version}}/restore", with_state(restore), Permission.EDIT_RULES, method="POST"),
)
