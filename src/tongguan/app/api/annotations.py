"""``/api/v1/annotations``: notes at days of indicators, for programs that know of promotions and outages."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from tongguan.app.api.guarded import Who, asked_day, unanswered
from tongguan.app.api.people import ProblemRoute
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Permission, User
from tongguan.model.annotations import LONGEST_TEXT, Annotation
from tongguan.web.kit.annotations import Annotations, NoteRefusal, NoteRefusedError
from tongguan.web.kit.indicators import NoSuchIndicatorError
from tongguan.web.kit.ports import QuestionFailedError

T = TypeVar("T")

_STATUS = {
    NoteRefusal.TEXT: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoteRefusal.DAYS: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoteRefusal.ORDER: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoteRefusal.FULL: HTTPStatus.CONFLICT,
    NoteRefusal.EVERYWHERE: HTTPStatus.FORBIDDEN,
    NoteRefusal.MISSING: HTTPStatus.NOT_FOUND,
    NoteRefusal.NOT_YOURS: HTTPStatus.FORBIDDEN,
}

_PARAMETERS = ("indicator", "from", "to")


class WriteNote(BaseModel):
    """A note to keep.

    Attributes:
        indicator: its name; empty: the note stands on every indicator.
        first_day: such as `2026-06-18`; days ahead are allowed.
        last_day: the first day without it.
        text: on one line.
    """

    model_config = ConfigDict(extra="forbid")

    indicator: str = ""
    first_day: date
    last_day: date | None = None
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


@dataclass(frozen=True)
class NoteAnswer:
    """A note; the time is in UTC.

    Attributes:
        indicator: empty: it stands on every indicator.
        author: as others see the name.
        mine: the caller wrote it.
    """

    id: str
    indicator: str
    first_day: date
    last_day: date
    text: str
    author: str
    mine: bool
    made_time: datetime


@dataclass(frozen=True)
class NotesAnswer:
    """Notes by their days."""

    annotations: list[NoteAnswer]


def router(annotations: Annotations, who: Who) -> APIRouter:
    """Return the routes.

    Args:
        annotations: the notes.
        who: who calls, as a dependency.
    """
    api = APIRouter(prefix="/api/v1", route_class=ProblemRoute, tags=["annotations"])

    async def reader(caller: User = Depends(who)) -> User:
        if not caller.may(Permission.SEE_PANORAMA):
            raise ApiProblem(HTTPStatus.FORBIDDEN, f"role {caller.role} may not {Permission.SEE_PANORAMA}")
        return caller

    @api.get("/annotations")
    async def list_notes(request: Request, caller: User = Depends(reader)) -> NotesAnswer:
        """Notes on the indicators that the caller sees."""
        for name in request.query_params:
            if name not in _PARAMETERS:
                raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no parameter {name!r}", valid=valid_hint(name, _PARAMETERS))
        since, until = (asked_day(request, name) for name in ("from", "to"))
        found = await _asked(annotations.notes(caller, request.query_params.get("indicator", ""), since, until))
        return NotesAnswer([_answer(note, caller) for note in found])

    @api.post("/annotations", status_code=HTTPStatus.CREATED)
    async def write_note(body: WriteNote, caller: User = Depends(reader)) -> NoteAnswer:
        """Keep a note."""
        last = body.last_day or body.first_day
        return _answer(await _asked(annotations.write_note(caller, body.indicator, body.first_day, last, body.text)), caller)

    @api.delete("/annotations/{note_id}")
    async def remove_note(note_id: str, caller: User = Depends(reader)) -> NoteAnswer:
        """Remove a note: one's own, and as an administrator anybody's."""
        return _answer(await _asked(annotations.remove_note(caller, note_id)), caller)

    return api


async def _asked(question: Awaitable[T]) -> T:
    try:
        return await question
    except NoSuchIndicatorError as error:
        raise ApiProblem(HTTPStatus.NOT_FOUND, str(error)) from error
    except NoteRefusedError as error:
        raise ApiProblem(_STATUS[error.refusal], str(error)) from error
    except QuestionFailedError as error:
        raise unanswered(error) from error


def _answer(note: Annotation, caller: User) -> NoteAnswer:
    author, mine = note.author_name or note.author, note.author == caller.id
    return NoteAnswer(note.id, note.indicator, note.first_day, note.last_day, note.text, author, mine, note.made_time)
