"""``tongguan bench panorama``: how long the panorama takes, by size of the operation, readers and traffic.

Every size is a home in which a real server runs; readers and sender are processes of their own, on the same machine. A smaller home
is copied before it is served, so that what is sent while it is measured is in no larger one.
"""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from tongguan.app.bench.panorama_count import PAGES
from tongguan.app.bench.panorama_home import Task
from tongguan.app.bench.panorama_paint import NoBrowserError, first_paints
from tongguan.app.bench.panorama_reader import Job as Reading
from tongguan.app.bench.sender import Job as Sending
from tongguan.app.bench.sender import percentiles
from tongguan.app.bench.served import BenchError, Served, child, run_child, served
from tongguan.lib.now import Now, Ticks, system_now, system_ticks

_MILLION: Final = 1_000_000
_FOREVER: Final = 3600.0
_BODIES_A_SECOND: Final = 20
_PERCENTS: Final = (50, 95, 100)
_IDLE_PAGES: Final = ("stage", "orders")
_MOVING_PAGES: Final = ("panorama", "flow")
_ORDERS_APART: Final = 100_000_000
"""Between the first orders of two senders, so that they share no id."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes:
        events: sizes of the operation, ascending.
        spread: see :class:`~tongguan.app.bench.panorama_home.Task`.
        seed: of the province and of the filter sets.
        orders_per_day: of the first events.
        sets: filter sets; every reader asks with each of them.
        readers: how many at once, one measurement each.
        rate: events that come in each second while readers ask; 0 leaves these measurements out.
        lead: seconds of them before the readers begin.
        paints: visits with a browser; 0 leaves it out.
    """

    events: Sequence[int] = (_MILLION,)
    spread: str = "deeper"
    seed: int = 1
    orders_per_day: int = 1700
    sets: int = 50
    readers: Sequence[int] = (1, 4)
    rate: int = 5000
    lead: float = 3.0
    paints: int = 10


@dataclass
class _State:
    """What the homes are made of so far."""

    base: int = 0
    copies: int = 0
    session: str = ""
    sets: list[dict[str, str]] = field(default_factory=list)


class PanoramaBench:
    """The measurements, in a folder that they may fill.

    Args:
        folder: empty; fifty million events take some gigabytes.
        sizes: how much.
        say: told what is being done.
        now, ticks: clocks.
    """

    def __init__(self, folder: Path, sizes: Sizes, say: Callable[[str], None], now: Now = system_now, ticks: Ticks = system_ticks) -> None:
        self._home = folder / "home"
        self._copy = folder / "copy"
        self._sizes = sizes
        self._say = say
        self._now = now
        self._ticks = ticks
        self._state = _State()
        self._senders = 0

    def run(self) -> dict[str, Any]:
        """Measure every size; all times are in milliseconds.

        Raises:
            BenchError: something went wrong, and the figures would mean nothing.
        """
        began, wanted, sizes = self._ticks(), sorted(set(self._sizes.events)), []
        for events in wanted:
            self._say(f"making a home of {events:,} events")
            filled = self._filled(events)
            sizes.append({"wanted": events, **filled, **self._measured(last=events == wanted[-1])})
        ratios = _ratios(sizes[0]["times"], sizes[-1]["times"]) if len(sizes) > 1 else None
        asked = {"spread": self._sizes.spread, "seed": self._sizes.seed, "sets": len(self._state.sets)}
        return {**asked, "sizes": sizes, "ratios": ratios, "seconds": round(self._ticks() - began, 1)}

    def _filled(self, events: int) -> dict[str, Any]:
        """Make the home, or let it grow; return what is in it."""
        sizes, state = self._sizes, self._state
        task = Task(str(self._home), min(*sizes.events, _MILLION), sizes.seed, sizes.orders_per_day, sizes.sets, sizes.spread)
        found: dict[str, Any] = {}
        if not state.base:
            found = run_child("panorama_home", task)
            state.base, state.session, state.sets = found["base"], found.pop("session"), found.pop("sets")
        if events > task.events:
            more = msgspec.structs.replace(task, events=events, base=state.base, copies=state.copies, session=state.session)
            found = run_child("panorama_home", more)
        state.copies = found["copies"]
        if found["engine_settings"]["use_query_cache"] != "0":
            raise BenchError("the engine keeps answers (use_query_cache); the figures would be those of its cache")
        return found

    def _measured(self, *, last: bool) -> dict[str, Any]:
        home = self._home
        if not last:
            shutil.rmtree(self._copy, ignore_errors=True)
            home = Path(shutil.copytree(self._home, self._copy, symlinks=True))
        with served(home, self._ticks) as server:
            times = [self._row(server, page, readers) for page in _MOVING_PAGES for readers in self._sizes.readers]
            times += [self._row(server, page, 1) for page in _IDLE_PAGES]
            paint = self._paint(server)
            if self._sizes.rate:
                with self._sending(server) as sent:
                    moving = [
                        self._row(server, page, readers, self._sizes.rate) for page in _MOVING_PAGES for readers in self._sizes.readers
                    ]
                times += moving
            resident = server.resident() if Path("/proc/self/status").exists() else None
        return {"times": times, "sent": sent if self._sizes.rate else None, "first_paint": paint, "resident_bytes": resident}

    def _row(self, server: Served, page: str, readers: int, rate: int = 0) -> dict[str, Any]:
        addresses = [f"{PAGES[page]}?{urlencode(one)}" if one else PAGES[page] for one in self._state.sets]
        found = run_child("panorama_reader", Reading(server.port, self._state.session, addresses, readers))
        row = {"page": page, "readers": readers, "events_per_s": rate, "n": len(found["times"]), **_spread(found["times"])}
        self._say(", ".join(f"{name} {value}" for name, value in row.items()))
        return row

    @contextmanager
    def _sending(self, server: Served) -> Iterator[dict[str, Any]]:
        """Send events, as old as their delivery, until the end; what is yielded then tells how many."""
        self._senders += 1
        first = self._senders * _ORDERS_APART
        job = Sending("paced", server.port, server.token, 4, rate=self._sizes.rate, start=self._now(), first=first, live=True)
        # So many bodies a second that no connection lies idle until the server closes it.
        body = max(1, self._sizes.rate // _BODIES_A_SECOND)
        job = msgspec.structs.replace(job, seconds=_FOREVER, mark_every=_FOREVER, body=body)
        told: dict[str, Any] = {}
        with child("sender", job) as process:
            try:
                time.sleep(self._sizes.lead)
                yield told
            finally:
                process.send_signal(signal.SIGTERM)
                output, _ = process.communicate()
        if process.returncode != 0:
            raise BenchError(f"sender ended with exit code {process.returncode}")
        done, ended = msgspec.json.decode(output.splitlines()[-1]), self._ticks()
        server.api.wait_loaded()
        told |= {"events": done["events"], "events_per_s": round(done["events"] / done["seconds"]), "late_s": done["late_s"]}
        told["loaded_after_s"] = round(self._ticks() - ended, 2)

    def _paint(self, server: Served) -> dict[str, Any]:
        nothing = dict.fromkeys(("median_ms", "max_ms", "first_ms"))
        if not self._sizes.paints:
            return {"n": 0, **nothing, "reason": "not asked for"}
        try:
            found = first_paints(f"http://127.0.0.1:{server.port}", self._state.session, self._sizes.paints)
        except NoBrowserError as error:
            return {"n": 0, **nothing, "reason": str(error)}
        values = percentiles(found, 1, "ms", (50, 100))
        return {"n": len(found), "median_ms": values["p50_ms"], "max_ms": values["p100_ms"], "first_ms": round(found[0], 3), "reason": None}


def _spread(times: Sequence[float]) -> dict[str, float]:
    values = percentiles(list(times), 1000, "ms", _PERCENTS)
    return {"median_ms": values["p50_ms"], "p95_ms": values["p95_ms"], "max_ms": values["p100_ms"]}


def _ratios(small: Sequence[Mapping[str, Any]], large: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return how many times as long the largest size takes at the 95th percentile as the smallest, for every measurement."""
    names = ("page", "readers", "events_per_s")
    return [
        {**{name: one[name] for name in names}, "p95": round(other["p95_ms"] / one["p95_ms"], 2)}
        for one, other in zip(small, large, strict=True)
    ]
