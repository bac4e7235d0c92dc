"""Readers of ``tongguan bench panorama``, in a process of their own: ``python -m tongguan.app.bench.panorama_reader JOB``.

Every reader has a connection and asks for one page after the other; all readers ask at once.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Final

import httpx
import msgspec
import uvloop

from tongguan.lib.now import Ticks, system_ticks
from tongguan.web.kit.security import SESSION_COOKIE

_PATIENCE: Final = 120.0
_FAILED: Final = b"tg-state-failed"
"""Marks a part of a page that could not be answered."""

_SPARE: Final = re.compile(rb"<template\b.*?</template>", re.DOTALL)
"""Parts that a page keeps for later and does not show."""


class Job(msgspec.Struct, frozen=True):
    """What to read.

    Attributes:
        port: of the server, on 127.0.0.1.
        session: cookie of a browser that is signed in.
        addresses: in the order in which they are asked for; each reader begins elsewhere.
        readers: how many at once.
        warm_up: requests of every reader that are not counted.
    """

    port: int
    session: str
    addresses: list[str]
    readers: int = 1
    warm_up: int = 5


class ReadError(Exception):
    """An answer was none; its figure would mean nothing."""


async def read(job: Job, ticks: Ticks) -> list[float]:
    """Return the seconds of every request, from sending it until the last byte of its answer.

    Raises:
        ReadError: a page was not answered, or not whole.
    """
    times: list[float] = []

    async def reader(number: int) -> None:
        first = number * len(job.addresses) // job.readers
        turn = job.addresses[first:] + job.addresses[:first]
        warm = [turn[place % len(turn)] for place in range(job.warm_up)]
        address, cookies = f"http://127.0.0.1:{job.port}", {SESSION_COOKIE: job.session}
        async with httpx.AsyncClient(base_url=address, cookies=cookies, timeout=_PATIENCE) as client:
            for place, path in enumerate([*warm, *turn]):
                began = ticks()
                answer = await client.get(path)
                took = ticks() - began
                if answer.status_code != httpx.codes.OK or _FAILED in _SPARE.sub(b"", answer.content):
                    raise ReadError(f"{path} answered {answer.status_code}: {answer.text[:500]}")
                if place >= len(warm):
                    times.append(took)

    await asyncio.gather(*(reader(number) for number in range(job.readers)))
    return times


def main(arguments: list[str]) -> int:
    """Do one job and print the times as JSON."""
    job = msgspec.json.decode(arguments[0], type=Job)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        times = runner.run(read(job, system_ticks))
    sys.stdout.write(msgspec.json.encode({"times": times}).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
