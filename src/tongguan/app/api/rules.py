"""``/api/v1/rules``: time limits, working calendars and reference processes as one document, for programs."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from tongguan.app.api.guarded import Who, unanswered
from tongguan.app.api.people import ProblemRoute
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Permission, User
from tongguan.model.clocks import RuleBook
from tongguan.model.mistakes import MistakesError
from tongguan.model.rule_documents import Contents, document_of, read_document
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.rules import LONGEST_NOTE, RuleRefusal, Rules, RulesRefusedError

T = TypeVar("T")

_STATUS = {
    RuleRefusal.CHANGED: HTTPStatus.CONFLICT,
    RuleRefusal.NOTE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RuleRefusal.MISTAKES: HTTPStatus.UNPROCESSABLE_ENTITY,
    RuleRefusal.SAME: HTTPStatus.CONFLICT,
}

_PARAMETERS = ("version",)


class PublishRules(BaseModel):
    """The next version of the rules.

    Attributes:
        expected_version: the newest version that the caller knows; another one in force refuses the request.
        note: why the rules change.
        document: all rules, calendars and processes, as ``GET /rules`` gives them.
    """

    model_config = ConfigDict(extra="forbid")

    expected_version: int
    note: str = Field(min_length=1, max_length=LONGEST_NOTE)
    document: dict[str, Any]


@dataclass(frozen=True)
class RulesAnswer:
    """A version of the rules; the time is in UTC.

    Attributes:
        valid_from: what ended before is judged by an earlier version.
        author: as others see the name; empty for the first one.
        document: ``rules``, ``calendars`` and ``processes``.
    """

    version: int
    valid_from: datetime
    author: str
    note: str
    document: dict[str, Any]


@dataclass(frozen=True)
class VersionAnswer:
    """A version without its document."""

    version: int
    valid_from: datetime
    author: str
    note: str
    rules: int
    calendars: int
    processes: int


@dataclass(frozen=True)
class VersionsAnswer:
    """All versions, the oldest first."""

    versions: list[VersionAnswer]


def router(rules: Rules, who: Who) -> APIRouter:
    """Return the routes.

    Args:
        rules: the rule books.
        who: who calls, as a dependency.
    """
    api = APIRouter(prefix="/api/v1", route_class=ProblemRoute, tags=["rules"])

    async def reader(caller: User = Depends(who)) -> User:
        return _allowed(caller, Permission.SEE_PANORAMA)

    async def editor(caller: User = Depends(who)) -> User:
        return _allowed(caller, Permission.EDIT_RULES)

    @api.get("/rules")
    async def get_rules(request: Request, caller: User = Depends(reader)) -> RulesAnswer:
        """The version in force, or another one."""
        for name in request.query_params:
            if name not in _PARAMETERS:
                raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no parameter {name!r}", valid=valid_hint(name, _PARAMETERS))
        books = await _asked(rules.books())
        wanted = request.query_params.get("version", "")
        found = next((book for book in books if str(book.version) == wanted), None) if wanted else books[-1]
        if found is None:
            raise ApiProblem(HTTPStatus.NOT_FOUND, f"no version {wanted[:20]!r} of the rules", valid=f"1 to {books[-1].version}")
        return _answer(found)

    @api.get("/rules/versions")
    async def list_versions(caller: User = Depends(reader)) -> VersionsAnswer:
        """All versions."""
        return VersionsAnswer([_version(book) for book in await _asked(rules.books())])

    @api.put("/rules")
    async def publish(body: PublishRules, caller: User = Depends(editor)) -> RulesAnswer:
        """Publish the next version."""
        contents = _contents(body.document)
        return _answer(await _asked(rules.publish(caller, contents, body.note, body.expected_version)))

    return api


def _allowed(caller: User, permission: Permission) -> User:
    if not caller.may(permission):
        raise ApiProblem(HTTPStatus.FORBIDDEN, f"role {caller.role} may not {permission}")
    return caller


def _contents(document: dict[str, Any]) -> Contents:
    try:
        return read_document(document)
    except MistakesError as error:
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error


async def _asked(question: Awaitable[T]) -> T:
    try:
        return await question
    except RulesRefusedError as error:
        raise ApiProblem(_STATUS[error.refusal], str(error)) from error
    except QuestionFailedError as error:
        raise unanswered(error) from error


def _answer(book: RuleBook) -> RulesAnswer:
    return RulesAnswer(book.version, book.valid_from, book.author, book.note, document_of(book))


def _version(book: RuleBook) -> VersionAnswer:
    counts = (len(book.rules), len(book.calendars), len(book.processes))
    return VersionAnswer(book.version, book.valid_from, book.author, book.note, *counts)
