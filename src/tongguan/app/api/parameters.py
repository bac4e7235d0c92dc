"""Parameters of questions over HTTP: read, checked, and refused with what would be valid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request

from tongguan.app.api.guarded import asked_day
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.suggest import valid_hint
from tongguan.model.waiting import Lateness

MOST_ROWS: Final = 10_000
"""Rows of one answer."""

_EARLIEST, _LATEST = 1971, 2199
_FIRST: Final = date(2000, 1, 1)


def known_parameters(request: Request, names: Iterable[str]) -> None:
    """Refuse a request with a parameter that is none of these.

    Raises:
        ApiProblem: 400, there is another one.
    """
    known = list(names)
    for name in request.query_params:
        if name not in known:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no parameter {name!r}", valid=valid_hint(name, known, most=30))


def filter_of(kind: type[Any], request: Request, extra: tuple[str, ...], without: tuple[str, ...] = ()) -> Any:
    """Return the filter of a request.

    Args:
        kind: dataclass whose fields are parameters.
        request: what was asked.
        extra: other parameters, that the caller reads.
        without: fields that are no parameters here.

    Raises:
        ApiProblem: 400, a parameter is unknown or cannot be read.
    """
    names = {f.name: f for f in fields(kind) if f.name not in without}
    known_parameters(request, (*names, *extra))
    given: dict[str, Any] = {}
    for name, found in names.items():
        if name not in request.query_params:
            continue
        if name == "hour":
            given[name] = asked_number(request, name, 0, 23)
        elif name == "lateness":
            given[name] = asked_lateness(request)
        elif "datetime" in str(found.type):
            given[name] = asked_time(request, name)
        elif found.type in ("bool", bool):
            given[name] = request.query_params[name].lower() in ("true", "1", "yes")
        elif "tuple" in str(found.type):
            given[name] = tuple(text for text in map(str.strip, request.query_params[name].split(",")) if text)
        else:
            given[name] = request.query_params[name]
    return kind(**given)


def asked_lateness(request: Request) -> Lateness | None:
    """Return how open steps that are asked for stand; None without the parameter.

    Raises:
        ApiProblem: 400, it is no such word.
    """
    text, names = request.query_params.get("lateness", ""), [one.value for one in Lateness]
    if text and text not in names:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"lateness: {text!r}", valid=valid_hint(text, names))
    return Lateness(text) if text else None


def is_date(text: str) -> bool:
    """Tell whether a text is an ISO date of a year that answers know."""
    try:
        return _EARLIEST <= date.fromisoformat(text).year <= _LATEST
    except ValueError:
        return False


def asked_time(request: Request, name: str) -> datetime | None:
    """Return the instant that a parameter names; None without it.

    Raises:
        ApiProblem: 400, it is no time, has no zone, or is out of range.
    """
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text!r} is no time", valid="2026-11-21T10:00:00+08:00") from error
    if moment.tzinfo is None:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text!r} has no zone", valid="2026-11-21T10:00:00+08:00 (write + as %2B)")
    if not _EARLIEST <= moment.year <= _LATEST:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text!r} is out of range", valid=f"years {_EARLIEST} to {_LATEST}")
    return moment


def asked_past_day(request: Request, name: str, today: date) -> date | None:
    """Return the day that a parameter names, today at the latest; None without it.

    Raises:
        ApiProblem: 400, it is no date, or none of these days.
    """
    day = asked_day(request, name)
    if day is not None and not _FIRST <= day <= today:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {day} is out of range", valid=f"{_FIRST} to {today}")
    return day


def asked_page(request: Request, most: int = MOST_ROWS) -> tuple[int, int]:
    """Return how many rows are asked for (at most ``most``), and how many are passed over.

    Raises:
        ApiProblem: 400, one is no number or too large.
    """
    return asked_number(request, "limit", 50, most), asked_number(request, "offset", 0, 10**9)


def asked_number(request: Request, name: str, default: int, most: int, least: int = 0) -> int:
    """Return the whole number that a parameter is; ``default`` without it.

    Raises:
        ApiProblem: 400, it is none, or out of range.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or not least <= int(text) <= most:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text!r}", valid=f"{least} to {most}")
    return int(text)
