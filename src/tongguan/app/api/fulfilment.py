"""``/api/v1/fulfilment`` and ``/api/v1/acceptance``: what stands at the steps of fulfilment, what was done on time, what is urgent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from http import HTTPStatus
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.routing import Route

from tongguan.app.api.guarded import Asked, Who, guarded
from tongguan.app.api.parameters import asked_number, asked_page, asked_past_day, filter_of
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.now import Now
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Permission, User
from tongguan.model.answers import FlowFilter
from tongguan.model.fulfilment import UrgentFilter, seen_parts
from tongguan.model.vocabulary import Vocabulary
from tongguan.web.kit.fulfilment import Fulfilment

DAYS: Final = 30
"""Days of acceptance without the parameter."""

MOST_DAYS: Final = 366


@dataclass(frozen=True)
class FulfilmentRoutes:
    """The routes of fulfilment.

    Attributes:
        fulfilment: answers.
        vocabulary: has the stages that act at steps.
        who: who calls.
        now: clock.
        zone: the operation's time zone.
    """

    fulfilment: Fulfilment
    vocabulary: Vocabulary
    who: Who
    now: Now
    zone: str

    def routes(self) -> list[Route]:
        """Return the routes."""
        table: tuple[tuple[str, Asked], ...] = (
            ("/fulfilment", self._steps),
            ("/fulfilment/{part}", self._part),
            ("/fulfilment/{part}/open", self._open),
            ("/acceptance", self._acceptance),
        )
        return [Route(f"/api/v1{path}", guarded(self.who, asked, Permission.SEE_PANORAMA), methods=["GET"]) for path, asked in table]

    async def _steps(self, user: User, request: Request) -> object:
        where = filter_of(FlowFilter, request, extra=("day",))
        return await self.fulfilment.steps(user, where, self._end_of_day(request))

    async def _part(self, user: User, request: Request) -> object:
        where = filter_of(FlowFilter, request, extra=("day",))
        found = await self.fulfilment.part(user, request.path_params["part"], where, self._end_of_day(request))
        return found if found is not None else self._missing(user, request)

    async def _open(self, user: User, request: Request) -> object:
        where: UrgentFilter = filter_of(UrgentFilter, request, extra=("limit", "offset"))
        limit, offset = asked_page(request)
        name = request.path_params["part"]
        steps = self._seen(user).get(name)
        if steps is None:
            self._missing(user, request)
        if where.step and where.step not in steps:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no step {where.step[:100]!r} in {name}", valid=valid_hint(where.step, steps))
        return await self.fulfilment.urgent(user, name, where, limit, offset)

    async def _acceptance(self, user: User, request: Request) -> object:
        where = filter_of(FlowFilter, request, extra=("days",))
        found = await self.fulfilment.quality(user, where, asked_number(request, "days", DAYS, MOST_DAYS, least=1))
        if found is None:
            raise ApiProblem(HTTPStatus.NOT_FOUND, "manual acceptance is outside your scope")
        return found

    def _seen(self, user: User) -> dict[str, list[str]]:
        found = seen_parts(self.vocabulary, self.fulfilment.parts, user.scope)
        return {part.name: list(steps) for part, steps in found.items()}

    def _missing(self, user: User, request: Request) -> NoReturn:
        name, seen = request.path_params["part"], self._seen(user)
        detail = f"no part of fulfilment {name[:100]!r}, or it is outside your scope"
        raise ApiProblem(HTTPStatus.NOT_FOUND, detail, valid=valid_hint(name, seen))

    def _end_of_day(self, request: Request) -> datetime | None:
        """Return up to when is counted; None for now, also where today is asked for."""
        zone = ZoneInfo(self.zone)
        today = self.now().astimezone(zone).date()
        day = asked_past_day(request, "day", today)
        return None if day in (None, today) else datetime.combine(day, time.max, zone).astimezone(UTC)
