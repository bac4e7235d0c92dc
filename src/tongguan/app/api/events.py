"""``POST /api/v1/events``: answered only after everything that was taken is on disk.

A bare ASGI application: a source that posts single events needs thousands of these a second, and what a framework does for a
page would cost more than taking the event.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from tongguan.app.api.bearer import Bearers, Caller
from tongguan.app.api.problem import ApiProblem
from tongguan.app.rejections import RejectionBook
from tongguan.ingest.errors import BusyError, DeliveryError, KeyReusedError, NoSpaceError
from tongguan.ingest.intake import Ingest
from tongguan.model.ports import Delivery, Receipt
from tongguan.model.reasons import Reject
from tongguan.sources.http.body import BODY_BYTES, BodyError, read_body

PATH = "/api/v1/events"

_SMALL = 32 * 1024
"""A body up to this is taken at once; a larger one in a thread, so that pages do not wait for it."""

_UNDER_WAY_BYTES = 256 * 1024 * 1024
"""Bodies held in memory at the same time; more are put off with 429."""

_BODY_SECONDS = 60.0
"""A body has to be there within this time."""

_KEY_LENGTH = 200

_ENCODER = msgspec.json.Encoder()

_REASONS = {
    HTTPStatus.BAD_REQUEST: Reject.MALFORMED_BODY,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Reject.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Reject.UNSUPPORTED_MEDIA,
    HTTPStatus.UNAUTHORIZED: Reject.NOT_AUTHENTICATED,
    HTTPStatus.UNPROCESSABLE_ENTITY: Reject.KEY_REUSED,
    HTTPStatus.TOO_MANY_REQUESTS: Reject.BUSY,
}


@dataclass
class EventsEndpoint:
    """The endpoint.

    Attributes:
        ingest: takes deliveries.
        bearers: who calls.
        rejections: counts what was refused whole.
        pool: threads for large bodies.
    """

    ingest: Ingest
    bearers: Bearers
    rejections: RejectionBook
    pool: Executor
    under_way: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        caller: Caller | None = None
        try:
            if scope["method"] != "POST":
                raise ApiProblem(HTTPStatus.METHOD_NOT_ALLOWED, f"{scope['method']} is not answered here", valid="POST")
            caller = self.bearers.find(headers.get("authorization", ""))
            if caller is None:
                detail = "this address wants a bearer token"
                raise ApiProblem(HTTPStatus.UNAUTHORIZED, detail, valid="Authorization: Bearer tg_…; make one with `tongguan token create`")
            receipt = await self._take(caller, headers, receive)
        except ApiProblem as problem:
            await self._refuse(problem, caller.source if caller else "", send)
            return
        await _answer(send, HTTPStatus.OK, _ENCODER.encode(_told(receipt)), "application/json", {})

    async def _take(self, caller: Caller, headers: dict[str, str], receive: Receive) -> Receipt:
        size = int(headers["content-length"]) if headers.get("content-length", "").isdigit() else 0
        if size > BODY_BYTES:
            raise _too_large()
        held = _Held(self)
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _read(receive, held)
            take = self._submit if len(body) <= _SMALL else self._submit_in_thread
            return await take(caller, headers, body)
        except BodyError as error:
            raise ApiProblem(HTTPStatus(error.status), str(error)) from error
        except KeyReusedError as error:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), valid="a new Idempotency-Key for a new body") from error
        except (BusyError, NoSpaceError) as error:
            raise ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=error.retry_after) from error
        except DeliveryError as error:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, str(error)) from error
        except TimeoutError as error:
            raise ApiProblem(HTTPStatus.REQUEST_TIMEOUT, f"the body did not end within {_BODY_SECONDS:.0f} s", retry_after=2) from error
        finally:
            held.release()

    async def _submit(self, caller: Caller, headers: dict[str, str], body: bytes) -> Receipt:
        return await asyncio.wrap_future(self.ingest.submit(_delivery(caller, headers, body)))

    async def _submit_in_thread(self, caller: Caller, headers: dict[str, str], body: bytes) -> Receipt:
        submitted = await asyncio.get_running_loop().run_in_executor(
            self.pool, lambda: self.ingest.submit(_delivery(caller, headers, body))
        )
        return await asyncio.wrap_future(submitted)

    async def _refuse(self, problem: ApiProblem, source: str, send: Send) -> None:
        reason = _REASONS.get(problem.status)
        if problem.status is HTTPStatus.SERVICE_UNAVAILABLE:
            reason = Reject.NO_SPACE if isinstance(problem.__cause__, NoSpaceError) else Reject.BUSY
        if reason is not None:
            self.rejections.count(source, reason)
        response = problem.response()
        headers = {name: value for name, value in response.headers.items() if name in ("retry-after", "www-authenticate")}
        await _answer(send, problem.status, bytes(response.body), "application/problem+json", headers)


class _Held:
    """The bytes of one body that are in memory; only what has come counts, so a slow sender takes no room from others."""

    def __init__(self, endpoint: EventsEndpoint) -> None:
        self._endpoint = endpoint
        self._bytes = 0

    def add(self, size: int) -> None:
        if self._endpoint.under_way + size > _UNDER_WAY_BYTES:
            raise ApiProblem(HTTPStatus.TOO_MANY_REQUESTS, "too many large bodies are under way", retry_after=2)
        self._bytes += size
        self._endpoint.under_way += size

    def release(self) -> None:
        self._endpoint.under_way -= self._bytes
        self._bytes = 0


def _delivery(caller: Caller, headers: dict[str, str], body: bytes) -> Delivery:
    key = headers.get("idempotency-key", "")
    if len(key) > _KEY_LENGTH:
        raise BodyError(HTTPStatus.BAD_REQUEST, f"the Idempotency-Key has {len(key)} characters; at most {_KEY_LENGTH}")
    read = read_body(body, headers.get("content-type", ""), headers.get("content-encoding", ""))
    source = caller.source or headers.get("x-source", "local")
    return Delivery(source, read.received, read.records, key=key)


def _too_large() -> ApiProblem:
    return ApiProblem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {BODY_BYTES} bytes", valid="several smaller bodies")


async def _read(receive: Receive, held: _Held) -> bytes:
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiProblem(HTTPStatus.BAD_REQUEST, "the sender went away before the body ended")
        piece = message.get("body", b"")
        size += len(piece)
        if size > BODY_BYTES:
            raise _too_large()
        held.add(len(piece))
        pieces.append(piece)
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _told(receipt: Receipt) -> dict[str, Any]:
    refusals = []
    for refusal in receipt.refusals:
        problem = refusal.problem
        refusals.append(
            {
                "position": refusal.position,
                "reason": problem.reason.value,
                "field": problem.field,
                "value": problem.value,
                "message": problem.message,
                "valid": problem.valid,
            }
        )
    return {
        "batch": receipt.batch,
        "received": receipt.received,
        "accepted": receipt.accepted,
        "quarantined": receipt.quarantined,
        "repeated": receipt.repeated,
        "refusals": refusals,
    }


async def _answer(send: Send, status: HTTPStatus, body: bytes, media_type: str, headers: dict[str, str]) -> None:
    raw = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
    raw += [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status.value, "headers": raw})
    await send({"type": "http.response.body", "body": body})
