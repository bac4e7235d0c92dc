"""``tongguan bench ingest``: how fast events come in, what single posts get, how soon events are seen, what memory stays.

Every part has a server of its own in a child process, with an empty home, and clients in other processes.
"""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Final

import msgspec

from tongguan.app.bench.engine import Task
from tongguan.app.bench.sender import Job, percentiles
from tongguan.app.bench.served import BenchError, Served, child, run_child, served
from tongguan.app.bench.traffic import Traffic, write_bodies
from tongguan.app.client import ApiError
from tongguan.app.settings import Settings
from tongguan.lib.now import Now, Ticks, system_now, system_ticks

PARTS: Final = ("ingest", "single", "visible", "memory")

_SINGLE_CLIENTS: Final = 200
_RATE: Final = 5000
_EVENTS_A_SECOND_OF_TRAFFIC: Final = 13
_VISIBLE_WITHIN: Final = 60.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes:
        events: for one measurement of speed; memory is read after these and after five times as many.
        cases: orders that are there before the second measurement; 0 leaves it out.
        batch: events in one request.
        single_seconds, visible_seconds: how long these two parts send.
        connections: that deliver batches at once.
    """

    events: int = 1_000_000
    cases: int = 10_000_000
    batch: int = 5000
    single_seconds: float = 10.0
    visible_seconds: float = 30.0
    connections: int = 3


class Bench:
    """The measurements, in a folder that they may fill.

    Args:
        folder: empty; takes some gigabytes for the whole.
        sizes: how much.
        say: told what is being done.
        now, ticks: clocks.
    """

    def __init__(self, folder: Path, sizes: Sizes, say: Callable[[str], None], now: Now = system_now, ticks: Ticks = system_ticks) -> None:
        self._folder = folder
        self._sizes = sizes
        self._say = say
        self._now = now
        self._ticks = ticks
        self._memory = Settings().memory

    def run(self, parts: tuple[str, ...]) -> dict[str, Any]:
        """Run the named parts; what was not measured is None.

        Raises:
            BenchError: something went wrong, and the figures would mean nothing.
        """
        began = self._ticks()
        found: dict[str, Any] = dict.fromkeys((*_SPEEDS, "at_10m", "single_posts", "visible", "memory"))
        if "ingest" in parts:
            found |= self._speed(0)
            if self._sizes.cases:
                found["at_10m"] = self._speed(self._sizes.cases)
        if "single" in parts:
            found["single_posts"] = self._single()
        if "visible" in parts:
            found["visible"] = self._visible()
        if "memory" in parts:
            found["memory"] = self._resident()
        return {**found, **self._circumstances(), "seconds": round(self._ticks() - began, 1)}

    def _circumstances(self) -> dict[str, Any]:
        engine = run_child("engine", Task("seed", str(self._fresh("version")), self._memory))["engine"]
        return {
            "events": self._sizes.events,
            "batch": self._sizes.batch,
            "cases": self._sizes.cases,
            "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "engine": engine,
        }

    def _fresh(self, name: str) -> Path:
        path = self._folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def _start(self, events: int) -> datetime:
        """Return when the traffic begins, so that it ends an hour ago."""
        return self._now() - timedelta(seconds=events // _EVENTS_A_SECOND_OF_TRAFFIC + 3600)

    def _file(self, name: str, events: int, first: int = 0) -> Path:
        path = self._folder / name
        self._say(f"writing {events} events")
        write_bodies(path, Traffic(self._start(events), first).lines(), events, self._sizes.batch)
        return path

    def _speed(self, cases: int) -> dict[str, Any]:
        """Measure ingest and both baselines, each from the same state."""
        file = self._file("events.ndjson", self._sizes.events)
        home = self._fresh("home")
        warehouse = home / "warehouse"
        if cases:
            self._say(f"seeding {cases} cases")
            task = Task("seed", str(warehouse), self._memory, cases=cases, start=self._now() - timedelta(days=75))
            seeded = run_child("engine", task)["cases"]
            if seeded != cases:
                raise BenchError(f"{seeded} cases were seeded instead of {cases}")
        figures = {}
        for kind in ("json", "arrow"):
            self._say(f"baseline {kind} at {cases} cases")
            copy = self._fresh(kind)
            if cases:
                shutil.copytree(warehouse, copy, symlinks=True, dirs_exist_ok=True)
            done = run_child("engine", Task(kind, str(copy), self._memory, str(file)))
            figures[kind] = done["events"] / done["seconds"]
            shutil.rmtree(copy)
        self._say(f"ingest at {cases} cases")
        with served(home) as server:
            rate = self._bulk(server, file, self._sizes.events)
        shutil.rmtree(home)
        file.unlink()
        self._say(f"events a second: ingest {rate:.0f}, json {figures['json']:.0f}, arrow {figures['arrow']:.0f}")
        values = (rate, figures["json"], figures["arrow"])
        return dict(zip(_SPEEDS, [*(round(value) for value in values), round(rate / figures["json"], 3)], strict=True))

    def _bulk(self, server: Served, file: Path, expected: int) -> float:
        """Send a file; return events per second from the first byte sent to the last block loaded."""
        before = server.stored()
        sent = run_child("sender", Job("bulk", server.port, server.token, self._sizes.connections, str(file)))
        server.api.wait_loaded()
        # Both processes read the same monotonic clock of the machine.
        seconds = self._ticks() - float(sent["began"])
        stored = server.stored() - before
        if stored != expected:
            raise BenchError(f"{stored} events are stored instead of {expected}")
        self._say(f"{stored} events in {seconds:.1f} s, answered after {sent['ended'] - sent['began']:.1f} s, put off {sent['put_off']}×")
        return stored / seconds

    def _single(self) -> dict[str, Any]:
        self._say(f"{_SINGLE_CLIENTS} clients post single events")
        with served(self._fresh("home")) as server:
            job = Job(
                "single", server.port, server.token, _SINGLE_CLIENTS, seconds=self._sizes.single_seconds, start=self._start(0), first=1
            )
            sent = run_child("sender", job)
            server.api.wait_loaded()
            stored = server.stored()
        if stored != sent["requests"]:
            raise BenchError(f"{sent['requests']} single events were acknowledged and {stored} are stored")
        return {
            "clients": _SINGLE_CLIENTS,
            "requests_per_s": round(sent["requests"] / sent["seconds"]),
            "p50_ms": sent["p50_ms"],
            "p99_ms": sent["p99_ms"],
        }

    def _visible(self) -> dict[str, Any]:
        """Send at a rate; ask for every marked order until it is there. What asking takes counts in."""
        self._say(f"{_RATE} events a second, asking for what was answered")
        seconds = self._sizes.visible_seconds
        with served(self._fresh("home")) as server:
            start = self._start(int(seconds) * _RATE)
            job = Job("paced", server.port, server.token, 4, seconds=seconds, rate=_RATE, start=start)
            marked: deque[dict[str, Any]] = deque()
            with child("sender", job) as process:
                reader = Thread(target=_read_marks, args=(process.stdout, marked))
                reader.start()
                waits, done = self._watch(server, marked, reader)
                reader.join()
        sent = {"rate": round(done["events"] / done["seconds"]), "samples": len(waits)}
        return {**percentiles(waits, 1.0, "s"), **sent}

    def _watch(self, server: Served, marked: deque[dict[str, Any]], reader: Thread) -> tuple[list[float], dict[str, Any]]:
        """Return how long every marked order took to be seen, and what the sender said in the end."""
        waits: list[float] = []
        while True:
            alive = reader.is_alive()
            if not marked:
                if not alive:
                    raise BenchError("the sender ended early")
                time.sleep(0.005)
                continue
            mark = marked.popleft()
            if "marked" not in mark:
                return waits, mark
            self._await(server, mark["marked"], mark["answered"])
            waits.append(self._ticks() - mark["answered"])

    def _await(self, server: Served, order: str, since: float) -> None:
        while True:
            try:
                server.api.call("GET", f"/api/v1/cases/order/{order}")
                return
            except ApiError as error:
                if error.status != 404:
                    raise
            if self._ticks() - since > _VISIBLE_WITHIN:
                raise BenchError(f"order {order} is not seen {_VISIBLE_WITHIN} s after its answer")
            time.sleep(0.1)

    def _resident(self) -> dict[str, Any]:
        """Read the server's resident memory after the events and after five times as many."""
        few, more = self._sizes.events, self._sizes.events * 4
        with served(self._fresh("home")) as server:
            first = self._file("first.ndjson", few)
            self._bulk(server, first, few)
            after_few = server.resident()
            self._say(f"resident: {after_few} bytes")
            first.unlink()
            second = self._file("second.ndjson", more, first=few)
            self._bulk(server, second, more)
            after_more = server.resident()
            self._say(f"resident: {after_more} bytes")
            second.unlink()
        return {
            "rss_after_1m": after_few,
            "rss_after_5m": after_more,
            "ratio": round(after_more / after_few, 3),
            "engine_cap": self._memory,
        }


_SPEEDS: Final = ("events_per_s", "json_baseline_per_s", "arrow_baseline_per_s", "ratio")


def _read_marks(lines: Any, marked: deque[dict[str, Any]]) -> None:
    for line in lines:
        marked.append(msgspec.json.decode(line))


def _processor() -> str:
    """Return the processor's name; /proc says it on Linux."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
