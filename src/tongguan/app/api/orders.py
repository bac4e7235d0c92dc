"""Order quality and returns over HTTP: what rules flagged and why, what was called off or given back, what of it waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.routing import Route

from tongguan.app.api.guarded import Asked, Who, guarded
from tongguan.app.api.parameters import asked_lateness, asked_page, asked_past_day, filter_of, known_parameters
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.now import Now
from tongguan.model.access import Permission, User
from tongguan.model.flags import FlagFilter
from tongguan.model.returns import ReturnFilter
from tongguan.web.kit.ports import Questions

DAYS: Final = 30
"""Days of returns without the parameters."""

MOST_DAYS: Final = 3_660

_PERIOD: Final = ("since", "until")


@dataclass(frozen=True)
class OrderRoutes:
    """The routes of order quality and of returns.

    Attributes:
        questions: answers.
        who: who calls.
        now: clock.
        zone: the operation's time zone.
    """

    questions: Questions
    who: Who
    now: Now
    zone: str

    def routes(self) -> list[Route]:
        """Return the routes."""
        table: tuple[tuple[str, Asked], ...] = (
            ("/orders/quality", self._quality),
            ("/orders/quality/rules", self._rules),
            ("/orders/flags", self._flags),
            ("/returns", self._returns),
            ("/returns/waiting", self._waiting),
            ("/returns/ended", self._ended),
        )
        return [Route(f"/api/v1{path}", guarded(self.who, asked, Permission.SEE_ORDERS), methods=["GET"]) for path, asked in table]

    async def _quality(self, user: User, request: Request) -> object:
        where: FlagFilter = filter_of(FlagFilter, request, extra=(), without=("rule",))
        return await self.questions.flagged_day(user, replace(where, day=self._day(request)))

    async def _rules(self, user: User, request: Request) -> object:
        known_parameters(request, ())
        return await self.questions.flag_book(user)

    async def _flags(self, user: User, request: Request) -> object:
        where: FlagFilter = filter_of(FlagFilter, request, extra=("limit", "offset"))
        return await self.questions.flagged(user, replace(where, day=self._day(request)), *asked_page(request))

    async def _returns(self, user: User, request: Request) -> object:
        where: ReturnFilter = filter_of(ReturnFilter, request, extra=())
        first, last = self._period(request)
        return await self.questions.returns(user, replace(where, since=first.isoformat(), until=last.isoformat()))

    async def _waiting(self, user: User, request: Request) -> object:
        where: ReturnFilter = filter_of(ReturnFilter, request, extra=("lateness", "limit", "offset"), without=_PERIOD)
        return await self.questions.returns_open(user, where, asked_lateness(request), *asked_page(request))

    async def _ended(self, user: User, request: Request) -> object:
        where: ReturnFilter = filter_of(ReturnFilter, request, extra=("day", "limit", "offset"), without=_PERIOD)
        return await self.questions.returns_ended(user, where, self._day(request), *asked_page(request))

    def _today(self) -> date:
        return self.now().astimezone(ZoneInfo(self.zone)).date()

    def _day(self, request: Request) -> str:
        """Return the day that is asked for, ISO; empty for today."""
        today = self._today()
        day = asked_past_day(request, "day", today)
        return "" if day in (None, today) else day.isoformat()

    def _period(self, request: Request) -> tuple[date, date]:
        """Return first and last day; without them the last :data:`DAYS` days up to today."""
        today = self._today()
        last = asked_past_day(request, "until", today) or today
        first = asked_past_day(request, "since", today) or last - timedelta(days=DAYS - 1)
        if not 0 <= (last - first).days < MOST_DAYS:
            detail = f"since {first} until {last} is no period that can be asked for"
            raise ApiProblem(HTTPStatus.BAD_REQUEST, detail, valid=f"1 to {MOST_DAYS:,} days, the first one before the last")
        return first, last
