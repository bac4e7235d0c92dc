"""What only the command line on the machine itself may do: hand over mapped rows, wait for the loader, check, stop."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tongguan.app.api.bearer import OWNER_NAME, Bearers
from tongguan.app.api.problem import ApiProblem, json_response
from tongguan.app.check import check
from tongguan.app.installation import Installation
from tongguan.app.region_file import read_regions
from tongguan.app.replay import keep_mapping
from tongguan.app.truth import TruthError, check_truth, read_truth
from tongguan.ingest.errors import BusyError, DeliveryError, KeyReusedError, NoSpaceError
from tongguan.lib.now import Ticks
from tongguan.model.ports import Delivery, Receipt
from tongguan.model.regions import RegionsError
from tongguan.records import audit, regions
from tongguan.records.errors import RecordsError
from tongguan.warehouse.errors import WarehouseError

_WAIT_SECONDS = 600.0


@dataclass(frozen=True)
class OwnerRoutes:
    """Routes of the owner.

    Attributes:
        installation: the opened home.
        bearers: tells the owner from others.
        pool: threads for what blocks.
        ticks: clock.
    """

    installation: Installation
    bearers: Bearers
    pool: Executor
    ticks: Ticks

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/api/v1/owner/deliveries", self._deliver, methods=["POST"]),
            Route("/api/v1/owner/loaded", self._loaded, methods=["GET"]),
            Route("/api/v1/owner/mappings/{name}", self._mapping, methods=["PUT"]),
            Route("/api/v1/owner/regions", self._regions, methods=["PUT"]),
            Route("/api/v1/owner/check", self._check, methods=["GET"]),
            Route("/api/v1/owner/truth", self._truth, methods=["POST"]),
        ]

    def _admit(self, request: Request) -> None:
        caller = self.bearers.find(request.headers.get("authorization", ""))
        if caller is None or not caller.owner:
            raise ApiProblem(
                HTTPStatus.UNAUTHORIZED, "only the owner of the home may do this", valid="the command line on the machine itself"
            )

    async def _deliver(self, request: Request) -> Response:
        try:
            self._admit(request)
            delivery = msgspec.msgpack.decode(await request.body(), type=Delivery)
            loop = asyncio.get_running_loop()
            submitted = await loop.run_in_executor(self.pool, self.installation.ingest.submit, delivery)
            receipt: Receipt = await asyncio.wrap_future(submitted)
            return json_response(receipt)
        except ApiProblem as problem:
            return problem.response()
        except KeyReusedError as error:
            return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)).response()
        except (BusyError, NoSpaceError) as error:
            return ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=error.retry_after).response()
        except (DeliveryError, msgspec.DecodeError) as error:
            return ApiProblem(HTTPStatus.BAD_REQUEST, str(error)).response()

    async def _loaded(self, request: Request) -> Response:
        """Answer once everything that was synced when the request came is in the warehouse."""
        try:
            self._admit(request)
        except ApiProblem as problem:
            return problem.response()
        spool, loader = self.installation.ingest.spool, self.installation.loader
        wanted, deadline = spool.end, self.ticks() + _WAIT_SECONDS
        while spool.loaded < wanted and spool.backlog() and self.ticks() < deadline:
            if loader.state.failing_since is not None:
                return ApiProblem(
                    HTTPStatus.SERVICE_UNAVAILABLE, f"the warehouse fails: {loader.state.error[:300]}", retry_after=5
                ).response()
            await asyncio.sleep(0.05)
        try:
            await asyncio.get_running_loop().run_in_executor(self.pool, self.installation.keep_up)
        except (RecordsError, WarehouseError) as error:
            told = f"what waits cannot be brought up to date: {error}"[:400]
            return ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, told, retry_after=5).response()
        return json_response({"loaded": spool.loaded >= wanted or not spool.backlog()})

    async def _mapping(self, request: Request) -> Response:
        """Keep a mapping, so that its quarantined rows can be replayed with it."""
        try:
            self._admit(request)
            name = str(request.path_params["name"])
            if not name.replace("-", "").replace("_", "").isalnum():
                raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name!r} is no name of a mapping", valid="letters, digits, - and _")
        except ApiProblem as problem:
            return problem.response()
        return json_response({"kept": str(keep_mapping(self.installation, name, await request.body()))})

    async def _regions(self, request: Request) -> Response:
        """Replace the book of regions by a file, or only say what that would change."""
        try:
            self._admit(request)
            trial = request.query_params.get("dry_run", "false")
            if trial not in ("true", "false"):
                raise ApiProblem(HTTPStatus.BAD_REQUEST, f"dry_run: {trial[:100]!r}", valid="true, false")
            body = await request.body()
            answer = await asyncio.get_running_loop().run_in_executor(self.pool, self._replace_regions, body, trial == "true")
        except ApiProblem as problem:
            return problem.response()
        except RegionsError as error:
            return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, error.detail, valid=error.valid).response()
        except RecordsError as error:
            retry = 2 if error.retry_helps else None
            return ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=retry).response()
        return json_response(answer)

    def _replace_regions(self, body: bytes, trial: bool) -> dict[str, object]:
        here, given = self.installation, read_regions(body)
        if trial:
            with here.database.read() as connection:
                found = regions.compare(connection, given)
        else:
            with here.database.begin() as connection:
                found = regions.replace(connection, given)
                if found:
                    detail = {"regions": len(given), **asdict(found)}
                    audit.append(connection, here.now(), OWNER_NAME, "regions.replaced", "regions", "", detail)
        return {"regions": len(given), **asdict(found), "dry_run": trial}

    async def _check(self, request: Request) -> Response:
        try:
            self._admit(request)
        except ApiProblem as problem:
            return problem.response()
        return json_response(await asyncio.get_running_loop().run_in_executor(self.pool, check, self.installation))

    async def _truth(self, request: Request) -> Response:
        """Compare a truth file of the simulator with what is stored."""
        try:
            self._admit(request)
            truth = read_truth(await request.body())
            sources = request.query_params.getlist("source") or None
            answer = await asyncio.get_running_loop().run_in_executor(self.pool, check_truth, self.installation, truth, sources)
        except ApiProblem as problem:
            return problem.response()
        except TruthError as error:
            return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)).response()
        except WarehouseError as error:
            return ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=5).response()
        return json_response(answer)
