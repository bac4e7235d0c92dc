"""The client of the benchmarks, in a process of its own: ``python -m tongguan.app.bench.sender JOB``, JOB being JSON.

It prints one JSON document (``paced`` prints a line for every marked order before it, and ends early when it is told to by SIGTERM).
Its own work per request is small, so that what is measured is the server.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import uvloop

from tongguan.app.bench.traffic import EVENTS_A_TURN, Traffic, read_body
from tongguan.lib.now import Ticks, system_ticks

_PUT_OFF: Final = (429, 503)


class Job(msgspec.Struct, frozen=True):
    """What to send.

    Attributes:
        kind: ``bulk`` (the bodies of a file), ``single`` (one order a request) or ``paced`` (bodies at a rate).
        port, token: where to, and as whom.
        connections: kept alive, all at once.
        file: bodies for ``bulk``.
        seconds: how long ``single`` and ``paced`` go on.
        rate, body: events per second and per request for ``paced``.
        mark_every: seconds between two marked orders for ``paced``.
        start, first: of the traffic.
        live: the traffic's time goes on as ``paced`` sends it, so that every event is about as old as its delivery.
    """

    kind: str
    port: int
    token: str
    connections: int = 3
    file: str = ""
    seconds: float = 10.0
    rate: int = 5000
    body: int = 250
    mark_every: float = 0.5
    start: datetime = datetime(2026, 1, 1)
    first: int = 0
    live: bool = False


class SendError(Exception):
    """The server answered otherwise than it was to."""


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection that is kept alive; one request at a time."""

    def __init__(self, token: str) -> None:
        self._head = (
            f"POST /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\n"
        )
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let whoever waits know."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(SendError(f"the connection was lost: {exc}"))

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer; all answers here carry their length."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._received[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self._received) < end + 4 + length or self._answer is None:
            return
        status, body = int(head[9:12]), self._received[end + 4 : end + 4 + length]
        self._received = b""
        self._answer.set_result((status, body))

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Send one body; return status and answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return await self._answer

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()


class _Told(msgspec.Struct):
    accepted: int
    quarantined: int


async def deliver(connection: Connection, body: bytes) -> tuple[int, int]:
    """Send a body until it is taken; return how many events were, and how often it was put off.

    Raises:
        SendError: refused, or some records were set aside.
    """
    put_off = 0
    while True:
        status, answer = await connection.post(body)
        if status == 200:
            told = msgspec.json.decode(answer, type=_Told)
            if told.quarantined:
                raise SendError(f"{told.quarantined} events were set aside: {answer[:500].decode()}")
            return told.accepted, put_off
        if status not in _PUT_OFF:
            raise SendError(f"answered {status}: {answer[:500].decode()}")
        put_off += 1
        await asyncio.sleep(0.1)


async def _connected(job: Job, work: Callable[[Connection], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Connection(job.token), "127.0.0.1", job.port) for _ in range(job.connections)]
    try:
        await asyncio.gather(*(work(connection) for _, connection in made))
    finally:
        for _, connection in made:
            connection.close()


async def bulk(job: Job, ticks: Ticks) -> dict[str, Any]:
    """Send every body of the file, as fast as they are answered."""
    sent = {"events": 0, "put_off": 0}
    with Path(job.file).open("rb") as file:

        async def work(connection: Connection) -> None:
            while body := read_body(file):
                events, put_off = await deliver(connection, body)
                sent["events"] += events
                sent["put_off"] += put_off

        began = ticks()
        await _connected(job, work)
        return {**sent, "began": began, "ended": ticks()}


async def single(job: Job, ticks: Ticks) -> dict[str, Any]:
    """Post single orders from every connection for a while; latencies are from the request to its answer."""
    orders = Traffic(job.start, job.first).orders()
    times: list[float] = []
    began = ticks()

    async def work(connection: Connection) -> None:
        while ticks() - began < job.seconds:
            _, text = next(orders)
            asked = ticks()
            await deliver(connection, text.encode())
            times.append(ticks() - asked)

    await _connected(job, work)
    return {"requests": len(times), "seconds": ticks() - began, **percentiles(times, 1000, "ms")}


async def paced(job: Job, ticks: Ticks) -> dict[str, Any]:
    """Send bodies at a rate; now and then one carries a marked order, whose id is printed with the moment of the answer."""
    traffic = Traffic(job.start, job.first, EVENTS_A_TURN * timedelta(seconds=1 / job.rate)) if job.live else Traffic(job.start, job.first)
    lines, orders = traffic.lines(), traffic.orders()
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    bodies: Iterator[int] = iter(range(int(job.seconds * job.rate / job.body)))
    every, sent, late = max(1, round(job.mark_every * job.rate / job.body)), [0], [0.0]
    began = ticks()

    async def work(connection: Connection) -> None:
        for number in bodies:
            if told.is_set():
                return
            due = began + number * job.body / job.rate
            await asyncio.sleep(max(0.0, due - ticks()))
            late[0] = max(late[0], ticks() - due)
            pieces = [next(lines) for _ in range(job.body)]
            marked, pieces[-1] = next(orders) if number % every == 0 else ("", pieces[-1])
            events, _ = await deliver(connection, "\n".join(pieces).encode())
            sent[0] += events
            if marked:
                _print({"marked": marked, "answered": ticks()})

    await _connected(job, work)
    return {"events": sent[0], "seconds": ticks() - began, "late_s": round(late[0], 3)}


def percentiles(times: list[float], factor: float, unit: str, percents: Sequence[int] = (50, 99)) -> dict[str, float]:
    """Return percentiles (nearest rank) of seconds, in another unit: median and 99th where not said otherwise."""
    ordered = sorted(times) or [float("nan")]
    return {f"p{one}_{unit}": round(ordered[min(len(ordered) - 1, len(ordered) * one // 100)] * factor, 3) for one in percents}


def _print(document: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    sys.stdout.buffer.flush()


def main(arguments: list[str]) -> int:
    """Do one job."""
    job = msgspec.json.decode(arguments[0], type=Job)
    kinds = {"bulk": bulk, "single": single, "paced": paced}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        _print(runner.run(kinds[job.kind](job, system_ticks)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
