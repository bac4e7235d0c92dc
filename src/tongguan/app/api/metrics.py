"""Indicators over HTTP: what there is, their numbers, and the rows behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.routing import Route

from tongguan.app.api.guarded import Asked, Who, asked_day, guarded
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.now import Now
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Permission, User
from tongguan.model.indicator_answers import Compare, Grain, IndicatorQuery, RowsQuery, Side
from tongguan.web.kit.indicators import Indicators, NoSuchIndicatorError, NotAskableError

_Word = TypeVar("_Word", bound=StrEnum)

_DAYS = 30
_MOST_ROWS = 1_000
_MOST_TOP = 1_000
_SHARED = ("from", "to", "where")


@dataclass(frozen=True)
class Metrics:
    """Routes of indicators.

    Attributes:
        indicators: answers.
        who: who calls.
        now: clock.
        zone: the operation's time zone.
    """

    indicators: Indicators
    who: Who
    now: Now
    zone: str

    def routes(self) -> list[Route]:
        """Return the routes."""
        table: tuple[tuple[str, Asked, tuple[Permission, ...]], ...] = (
            ("/metrics", self._shelf, ()),
            ("/metrics/{names}", self._answer, ()),
            ("/metrics/{metric}/rows", self._rows, ()),
            ("/metrics/{metric}/regions", self._published, (Permission.COMPARE_REGIONS,)),
        )
        return [
            Route(f"/api/v1{path}", guarded(self.who, _told(asked), Permission.SEE_PANORAMA, *also), methods=["GET"])
            for path, asked, also in table
        ]

    async def _shelf(self, user: User, request: Request) -> object:
        _known(request, ())
        return await self.indicators.shelf(user)

    async def _answer(self, user: User, request: Request) -> object:
        _known(request, (*_SHARED, "by", "grain", "compare", "top"))
        since, until = self._period(request)
        query = IndicatorQuery(
            names=_several(request.path_params["names"]),
            since=since,
            until=until,
            grain=_word(Grain, "grain", request.query_params.get("grain", Grain.TOTAL)),
            by=_several(request.query_params.get("by", "")),
            where=_where(request),
            compare=tuple(_word(Compare, "compare", one) for one in _several(request.query_params.get("compare", ""))),
            top=_number(request, "top", 0, _MOST_TOP),
        )
        return await self.indicators.answer(user, query)

    async def _rows(self, user: User, request: Request) -> object:
        _known(request, (*_SHARED, "side", "limit"))
        since, until = self._period(request)
        side = _word(Side, "side", request.query_params.get("side", Side.PART))
        limit = _number(request, "limit", 50, _MOST_ROWS)
        return await self.indicators.rows(user, RowsQuery(request.path_params["metric"], since, until, _where(request), side, limit))

    async def _published(self, user: User, request: Request) -> object:
        # No filter and no dimension: what leaves a scope of regions is one number of each region, over a period.
        _known(request, ("from", "to"))
        since, until = self._period(request)
        return await self.indicators.published(user, request.path_params["metric"], since, until)

    def _period(self, request: Request) -> tuple[date, date]:
        """Return first and last day; without them the last :data:`_DAYS` days up to today."""
        until = asked_day(request, "to") or self.now().astimezone(ZoneInfo(self.zone)).date()
        return asked_day(request, "from") or until - timedelta(days=_DAYS - 1), until


def _told(asked: Asked) -> Asked:
    """Return a question that says as problems which indicator there is not, and what cannot be asked of one."""

    async def told(user: User, request: Request) -> object:
        try:
            return await asked(user, request)
        except NoSuchIndicatorError as error:
            raise ApiProblem(HTTPStatus.NOT_FOUND, str(error)) from error
        except NotAskableError as error:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, str(error)) from error

    return told


def _known(request: Request, names: tuple[str, ...]) -> None:
    for name in request.query_params:
        if name not in names:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no parameter {name!r}", valid=valid_hint(name, names))


def _several(text: str) -> tuple[str, ...]:
    return tuple(one for one in map(str.strip, text.split(",")) if one)


def _word(words: type[_Word], name: str, text: str) -> _Word:
    if text not in set(words):
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text!r}", valid=valid_hint(text, [str(one) for one in words]))
    return words(text)


def _where(request: Request) -> dict[str, str]:
    """Return filters: ``where=channel=app``, as often as needed."""
    found: dict[str, str] = {}
    for text in request.query_params.getlist("where"):
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"where: {text!r}", valid="a dimension and a value, such as channel=app")
        found[name] = value
    return found


def _number(request: Request, name: str, default: int, most: int) -> int:
    text: Any = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not 0 <= int(text) <= most:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text!r}", valid=f"a whole number from 0 to {most:,}")
    return int(text)
