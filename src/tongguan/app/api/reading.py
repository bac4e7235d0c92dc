"""Questions over HTTP: the same answers that pages show, as JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from tongguan.app.api.case_story import story_of
from tongguan.app.api.guarded import Asked, Who, guarded
from tongguan.app.api.parameters import MOST_ROWS, asked_number, asked_page, asked_time, filter_of, is_date, known_parameters
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.now import Now
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Permission, User
from tongguan.model.answers import CaseFilter, EventFilter, FlowFilter
from tongguan.model.findings import FindingFilter
from tongguan.model.reasons import Quarantine
from tongguan.model.vocabulary import Vocabulary
from tongguan.model.waiting import WaitingFilter, WaitingOrder
from tongguan.web.kit.fulfilment import Fulfilment
from tongguan.web.kit.ports import CaseOrder, CaseSort, QuarantineFilter, QuarantineState, Questions


@dataclass(frozen=True)
class Reading:
    """Routes that read.

    Attributes:
        questions: answers.
        fulfilment: has the clocks of cases.
        vocabulary: names that may be asked for.
        who: who calls.
        now: clock.
    """

    questions: Questions
    fulfilment: Fulfilment
    vocabulary: Vocabulary
    who: Who
    now: Now

    def routes(self) -> list[Route]:
        """Return the routes."""
        table: list[tuple[str, str, Permission, Asked]] = [
            ("GET", "/flow", Permission.SEE_PANORAMA, self._flow),
            ("GET", "/waiting", Permission.SEE_PANORAMA, self._waiting),
            ("GET", "/findings", Permission.SEE_PANORAMA, self._findings),
            ("GET", "/halls", Permission.SEE_PANORAMA, self._halls),
            ("GET", "/stages/{stage}/day", Permission.SEE_PANORAMA, self._stage_day),
            ("GET", "/stages/{stage}/events", Permission.SEE_PANORAMA, self._stage_events),
            ("GET", "/orders/summary", Permission.SEE_ORDERS, self._summary),
            ("GET", "/cases/{kind}", Permission.SEE_ORDERS, self._cases),
            ("GET", "/cases/{kind}/{case_id:path}", Permission.SEE_ORDERS, self._trace),
            ("GET", "/event-types", Permission.SEE_PANORAMA, self._event_types),
            ("GET", "/regions", Permission.SEE_PANORAMA, self._regions),
            ("GET", "/sources", Permission.SEE_DATA, self._sources),
            ("GET", "/ledger", Permission.SEE_DATA, self._ledger),
            ("GET", "/deliveries", Permission.SEE_DATA, self._deliveries),
            ("GET", "/quarantine", Permission.SEE_DATA, self._quarantine),
            ("GET", "/quarantine/{record_id}", Permission.SEE_DATA, self._quarantined),
            ("POST", "/quarantine/replay", Permission.REPLAY_QUARANTINE, self._replay),
            ("POST", "/quarantine/discard", Permission.REPLAY_QUARANTINE, self._discard),
        ]
        return [
            Route(f"/api/v1{path}", guarded(self.who, asked, permission), methods=[method]) for method, path, permission, asked in table
        ]

    async def _flow(self, user: User, request: Request) -> object:
        where = filter_of(FlowFilter, request, extra=("at",))
        return await self.questions.flow(user, where, asked_time(request, "at"))

    async def _waiting(self, user: User, request: Request) -> object:
        where: WaitingFilter = filter_of(WaitingFilter, request, extra=("sort", "descending", "limit", "offset"))
        stages = [stage.name for stage in self.vocabulary.stages]
        if where.stage and where.stage not in stages:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no stage {where.stage!r}", valid=valid_hint(where.stage, stages))
        name, names = request.query_params.get("sort", "late"), [order.value for order in WaitingOrder]
        if name not in names:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"cannot sort by {name!r}", valid=valid_hint(name, names))
        descending = request.query_params.get("descending", "false").lower() == "true"
        limit, offset = asked_page(request)
        return await self.questions.waiting(user, where, WaitingOrder(name), descending, limit, offset)

    async def _findings(self, user: User, request: Request) -> object:
        where: FindingFilter = filter_of(FindingFilter, request, extra=())
        stages = [one.name for one in self.vocabulary.stages]
        if where.stage and where.stage not in stages:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no stage {where.stage!r}", valid=valid_hint(where.stage, stages))
        if where.day and not is_date(where.day):
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"day: {where.day!r} is no date", valid="such as 2026-11-21")
        # Days are compared as texts, so one way to write a date must become the other.
        day = date.fromisoformat(where.day).isoformat() if where.day else ""
        found = await self.questions.findings(user, replace(where, day=day))
        if where.watch and where.watch not in found.watches:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no watch {where.watch!r}", valid=valid_hint(where.watch, found.watches))
        return found

    async def _halls(self, user: User, request: Request) -> object:
        where = filter_of(FlowFilter, request, extra=("at",))
        channels = self.vocabulary.codes.get("channel", {})
        if where.channel and where.channel not in channels:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"no channel {where.channel!r}", valid=valid_hint(where.channel, channels))
        return await self.questions.halls(user, where, asked_time(request, "at"))

    async def _stage_events(self, user: User, request: Request) -> object:
        stage, where = self._within_stage(user, request, extra=("limit",))
        return await self.questions.events_of(user, stage, where, asked_number(request, "limit", 50, MOST_ROWS))

    async def _stage_day(self, user: User, request: Request) -> object:
        stage, where = self._within_stage(user, request)
        return await self.questions.stage_day(user, stage, where)

    def _within_stage(self, user: User, request: Request, extra: tuple[str, ...] = ()) -> tuple[str, EventFilter]:
        """Return the stage of a path and which of its events are asked for; one outside the scope is as if it were not there."""
        name, names = request.path_params["stage"], [s.name for s in self.vocabulary.stages if user.scope.sees_stage(s.name)]
        if name not in names:
            raise ApiProblem(HTTPStatus.NOT_FOUND, f"no stage {name!r}", valid=valid_hint(name, names))
        where: EventFilter = filter_of(EventFilter, request, extra)
        breakdowns = self.vocabulary.stage(name).breakdowns
        if where.by and where.by not in breakdowns:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"by: {where.by!r}", valid=valid_hint(where.by, breakdowns, most=30))
        if where.day and not is_date(where.day):
            raise ApiProblem(HTTPStatus.BAD_REQUEST, f"day: {where.day!r} is no date", valid="2026-11-21")
        return name, where

    async def _summary(self, user: User, request: Request) -> object:
        known_parameters(request, ())
        return await self.questions.order_summary(user)

    async def _cases(self, user: User, request: Request) -> object:
        kind = self._kind(request)
        where = filter_of(CaseFilter, request, extra=("sort", "descending", "limit", "offset"))
        if where.stage and where.stage not in {s.name for s in self.vocabulary.stages}:
            raise ApiProblem(
                HTTPStatus.BAD_REQUEST, f"no stage {where.stage!r}", valid=valid_hint(where.stage, [s.name for s in self.vocabulary.stages])
            )
        name = request.query_params.get("sort", "last")
        if name not in {order.value for order in CaseOrder}:
            raise ApiProblem(
                HTTPStatus.BAD_REQUEST, f"cannot sort by {name!r}", valid=valid_hint(name, [order.value for order in CaseOrder])
            )
        sort = CaseSort(CaseOrder(name), request.query_params.get("descending", "true").lower() != "false")
        return await self.questions.cases(user, kind, where, sort, *asked_page(request))

    async def _trace(self, user: User, request: Request) -> object:
        kind, case_id = self._kind(request), request.path_params["case_id"]
        found = await self.questions.trace(user, kind, case_id)
        if found is None:
            raise ApiProblem(HTTPStatus.NOT_FOUND, f"no {kind} {case_id!r}, or it is outside your scope")
        return story_of(found, await self.fulfilment.clocks(user, kind, found.case.case_id), self.now())

    def _kind(self, request: Request) -> str:
        kind = str(request.path_params["kind"])
        if kind not in self.vocabulary.case_kinds:
            raise ApiProblem(HTTPStatus.NOT_FOUND, f"no kind of case {kind!r}", valid=valid_hint(kind, self.vocabulary.case_kinds))
        return kind

    async def _event_types(self, user: User, request: Request) -> object:
        return [
            {
                "name": event_type.name,
                "area": self.vocabulary.area_of[event_type.name],
                "zh": event_type.label.zh,
                "en": event_type.label.en,
                "meaning": event_type.meaning,
                "requires": event_type.requires,
                "attributes": [
                    {"name": a.name, "kind": a.kind.value, "personal": a.personal, "meaning": a.meaning} for a in event_type.attributes
                ],
            }
            for event_type in self.vocabulary.event_types.values()
        ]

    async def _regions(self, user: User, request: Request) -> object:
        return list((await self.questions.regions()).within(user.scope))

    async def _sources(self, user: User, request: Request) -> object:
        return await self.questions.accounts(user)

    async def _ledger(self, user: User, request: Request) -> object:
        until = asked_time(request, "until") or self.now() + timedelta(hours=1)
        since = asked_time(request, "since") or until - timedelta(days=7)
        return await self.questions.ledger(user, request.query_params.get("source", ""), since, until)

    async def _deliveries(self, user: User, request: Request) -> object:
        source = request.query_params.get("source", "")
        return await self.questions.deliveries(user, source, *asked_page(request, 1000))

    async def _quarantine(self, user: User, request: Request) -> object:
        given = request.query_params
        try:
            reason = Quarantine(given["reason"]) if given.get("reason") else None
            state = QuarantineState(given["state"]) if given.get("state") else QuarantineState.OPEN
        except ValueError as error:
            valid = f"reason: {', '.join(Quarantine)}; state: {', '.join(QuarantineState)}"
            raise ApiProblem(HTTPStatus.BAD_REQUEST, str(error), valid=valid) from error
        where = QuarantineFilter(given.get("source", ""), reason, given.get("field", ""), state)
        return await self.questions.quarantine(user, where, *asked_page(request, 1000))

    async def _quarantined(self, user: User, request: Request) -> object:
        found = await self.questions.quarantined(user, request.path_params["record_id"])
        if found is None:
            raise ApiProblem(HTTPStatus.NOT_FOUND, f"no quarantined record {request.path_params['record_id']!r}")
        return found

    async def _replay(self, user: User, request: Request) -> object:
        return await self.questions.replay(user, await _ids(request))

    async def _discard(self, user: User, request: Request) -> object:
        return {"discarded": await self.questions.discard(user, await _ids(request))}


async def _ids(request: Request) -> list[str]:
    try:
        body = msgspec.json.decode(await request.body(), type=dict[str, list[str]])
        return body["ids"]
    except (msgspec.DecodeError, KeyError) as error:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, "the body names no records", valid='{"ids": ["1", "2"]}') from error
