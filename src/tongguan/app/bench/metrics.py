"""``tongguan bench metrics``: how long indicators take, against the targets that stand in docs/benchmarks.md.

The home is made as for ``tongguan bench panorama``; the questions are asked in a process of its own, without a server.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from tongguan.app.bench.metrics_asked import BY, ROLLING_DAYS, Job
from tongguan.app.bench.panorama_home import Task
from tongguan.app.bench.served import BenchError, run_child
from tongguan.lib.now import Ticks, system_ticks

_MILLION: Final = 1_000_000
_MADE: Final = "made.json"

TARGETS: Final[tuple[tuple[str, str, str, float], ...]] = (
    ("additive indicator, p95", "additive", "p95_ms", 150),
    ("exact distinct visitors, p95", "distinct", "p95_ms", 1000),
    (f"{ROLLING_DAYS} rolling days / the days themselves, median", "rolling", "ratio_of_p50", 3),
    (f"{ROLLING_DAYS} rolling days / the days themselves, p95", "rolling", "ratio_of_p95", 3),
    ("everything but the engine, p95", "compile", "p95_ms", 5),
)
"""What is wanted: in words, measurement, its figure, the most that it may be."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes:
        events: about so many.
        spread: see :class:`~tongguan.app.bench.panorama_home.Task`.
        questions: of each kind.
        days: of one question.
        seed: of the province and of what is asked.
        orders_per_day: of the first events.
    """

    events: int = 50 * _MILLION
    spread: str = "deeper"
    questions: int = 40
    days: int = 30
    seed: int = 1
    orders_per_day: int = 1700


class MetricsBench:
    """The measurements, in a folder that they may fill.

    Args:
        folder: what an earlier run left there is measured again, and grows where more events are wanted; else it is filled.
        sizes: how much.
        say: told what is being done.
        ticks: clock.
    """

    def __init__(self, folder: Path, sizes: Sizes, say: Callable[[str], None], ticks: Ticks = system_ticks) -> None:
        self._home = folder / "home"
        self._made = folder / _MADE
        self._sizes = sizes
        self._say = say
        self._ticks = ticks

    def run(self) -> dict[str, Any]:
        """Fill the home, ask, and judge.

        Raises:
            BenchError: something went wrong, and the figures would mean nothing.
        """
        began, sizes = self._ticks(), self._sizes
        told = self._filled()
        self._say(f"asking {told['events']:,} events")
        figures = run_child("metrics_asked", Job(str(self._home), sizes.questions, sizes.days, sizes.seed))
        asked = {"days": sizes.days, "by": ["day", BY], "questions": sizes.questions, "seed": sizes.seed, "spread": sizes.spread}
        size = {"wanted": sizes.events, **told, "days": figures.pop("days_of_data")}
        return {
            "machine": {**machine(), "engine": size.pop("engine")},
            "asked": asked,
            "size": size,
            "figures": figures,
            "targets": judged(figures),
            "seconds": round(self._ticks() - began, 1),
        }

    def _filled(self) -> dict[str, Any]:
        """Make the home, or let it grow, or take it as it is; return what is in it."""
        sizes = self._sizes
        found = self._kept()
        if not found:
            self._say(f"making a home of {min(sizes.events, _MILLION):,} events")
            first = Task(str(self._home), min(sizes.events, _MILLION), sizes.seed, sizes.orders_per_day, 1, sizes.spread)
            found = self._told(run_child("panorama_home", first))
        if self._copies(found) > found["copies"]:
            self._say(f"letting it grow to {sizes.events:,} events")
            more = Task(str(self._home), sizes.events, spread=sizes.spread, base=found["base"], copies=found["copies"])
            found |= self._told({**run_child("panorama_home", more), "base_events": found["base_events"]})
        names = ("events", "cases", "bytes", "engine")
        return {name: found[name] for name in names}

    def _kept(self) -> dict[str, Any]:
        """Return what an earlier run told of the home that it left; nothing where there is none."""
        if not self._made.exists():
            return {}
        found: dict[str, Any] = msgspec.json.decode(self._made.read_bytes())
        wanted = {"spread": self._sizes.spread, "seed": self._sizes.seed, "orders_per_day": self._sizes.orders_per_day}
        for name, value in wanted.items():
            if found[name] != value:
                raise BenchError(f"{self._made}: the home was made with {name} {found[name]!r}, not {value!r}; valid: an empty folder")
        if self._copies(found) < found["copies"]:
            raise BenchError(f"{self._made}: the home has {found['events']:,} events already; valid: as many or more, or an empty folder")
        return found

    def _copies(self, found: Mapping[str, Any]) -> int:
        """Return how many copies of the first events come nearest to what is wanted."""
        first: int = found["base_events"]
        return max(0, round(self._sizes.events / first) - 1)

    def _told(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Note what was told of the home beside it, for later runs."""
        if found["engine_settings"]["use_query_cache"] != "0":
            raise BenchError("the engine keeps answers (use_query_cache); the figures would be those of its cache")
        sizes = self._sizes
        names = ("base", "copies", "events", "cases", "bytes", "engine")
        told = {name: found[name] for name in names} | {"base_events": found.get("base_events", found["events"])}
        told |= {"spread": sizes.spread, "seed": sizes.seed, "orders_per_day": sizes.orders_per_day}
        self._made.write_bytes(msgspec.json.encode(told))
        return told


def judged(figures: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return every target with what was reached, and whether that meets it."""
    return [
        {"target": text, "most": most, "reached": figures[what][name], "met": figures[what][name] <= most}
        for text, what, name, most in TARGETS
    ]


def machine() -> dict[str, Any]:
    """Return on what the figures were measured, and how busy it was: the load of the last minute, this program's own included."""
    return {
        "processor": _processor(Path("/proc/cpuinfo")),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def _processor(path: Path) -> str:
    """Return the name of the processor; its architecture where the system tells none."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
