"""Questions for indicators, timed in a process of its own: ``python -m tongguan.app.bench.metrics_asked JOB``.

What is timed is the whole answer: checks, statements, the engine, and the numbers laid out. HTTP and pages are not in it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from tongguan.app.bench.child import say, work_in
from tongguan.app.bench.sender import percentiles
from tongguan.app.installation import Installation, open_installation
from tongguan.lib.now import Ticks, system_ticks
from tongguan.metrics.catalogue import OWN
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.registry import Registry
from tongguan.model.access import EVERYTHING
from tongguan.model.indicator_answers import Grain, IndicatorQuery
from tongguan.model.indicators import (
    ADDITIVE,
    EVENTS,
    Indicator,
    Ratio,
    Rolling,
    Simple,
)
from tongguan.warehouse.client import Answer, Limits, Warehouse

BY: Final = "channel"
VISITORS: Final = "visitors"
ROLLING_DAYS: Final = 28
_ROLLING: Final = "_rolling"
_WARM_UP: Final = 3
_LIMITS: Final = Limits(seconds=600)


class Job(msgspec.Struct, frozen=True):
    """What to ask.

    Attributes:
        home: its folder.
        questions: of each kind.
        days: of one question.
        seed: of what is drawn: indicators, and the last day of each question.
    """

    home: str
    questions: int = 40
    days: int = 30
    seed: int = 1


class Timed(Warehouse):
    """The warehouse of an installation, which adds up the seconds of its engine."""

    def __init__(self, timed: Warehouse, ticks: Ticks) -> None:
        vars(self).update(vars(timed))
        self._ticks = ticks
        self.seconds = 0.0

    def query(self, *arguments: Any, **named: Any) -> Answer:
        """Ask, and remember how long it took."""
        began = self._ticks()
        found = super().query(*arguments, **named)
        self.seconds += self._ticks() - began
        return found


class Silent(Warehouse):
    """A warehouse that answers no row at once: what is left of a question is everything but the engine."""

    def __init__(self) -> None:
        """Open nothing."""

    def query(self, *arguments: Any, **named: Any) -> Answer:
        """Answer nothing."""
        return Answer((), ())


class Asker:
    """Asks for indicators by day and channel.

    Args:
        home: an opened home.
        job: what to ask.
        ticks: clock.
    """

    def __init__(self, home: Installation, job: Job, ticks: Ticks) -> None:
        self._job = job
        self._ticks = ticks
        self._random = random.Random(job.seed)
        self._at = home.now()
        self._warehouse = Timed(home.warehouse, ticks)
        shipped = [one for one in home.catalogue.shelf().registry.values() if one.area != OWN]
        rolling = [_rolling(one) for one in shipped if _additive(one)]
        self._engine = IndicatorEngine(self._warehouse, home.vocabulary, Registry([*shipped, *rolling]), home.settings.zone)
        self._dry = replace(self._engine, warehouse=Silent())
        sql = "SELECT DISTINCT business_date FROM events ORDER BY 1"
        self._days: list[date] = [row[0] for row in home.warehouse.query(sql, limits=_LIMITS).rows]

    def run(self) -> dict[str, Any]:
        """Ask everything; times are in milliseconds."""
        shipped = [one for one in self._engine.registry.values() if not one.name.endswith(_ROLLING) and self._told_by_channel(one)]
        additive = [one.name for one in shipped if _additive(one)]
        conversions = [one.name for one in shipped if self._follows(one.name)]
        ratios = [one.name for one in shipped if isinstance(one.kind, Ratio) and one.name not in conversions]
        return {
            "days_of_data": len(self._days),
            "additive": self._asked("additive", additive),
            "distinct": self._asked("distinct", [VISITORS]),
            "rolling": self._beside(additive),
            "compile": self._compiled([one.name for one in shipped]),
            "conversion": self._asked("conversion", conversions),
            "ratio": self._asked("ratio", ratios),
        }

    def _told_by_channel(self, one: Indicator) -> bool:
        return BY in self._engine.dimensions((one.name,))

    def _follows(self, name: str) -> bool:
        return any(term.then is not None for term in self._engine.registry.leaves(name))

    def _asked(self, what: str, names: Sequence[str]) -> dict[str, Any]:
        """Ask for drawn indicators, one a question."""
        for name in self._drawn(names, _WARM_UP):
            self._engine.answer(self._query(name), EVERYTHING, self._at)
        times, engine, slowest = [], [], ("", 0.0)
        for name in self._drawn(names, self._job.questions):
            self._warehouse.seconds = 0.0
            times.append(self._timed(self._engine, self._query(name)))
            engine.append(self._warehouse.seconds)
            slowest = max(slowest, (name, times[-1]), key=lambda one: one[1])
        told = {"of": len(names), **spread(times), "engine_p50_ms": spread(engine)["p50_ms"], "slowest": slowest[0]}
        say(f"{what}: " + ", ".join(f"{name} {value}" for name, value in told.items()))
        return told

    def _beside(self, names: Sequence[str]) -> dict[str, Any]:
        """Ask for drawn indicators day by day and then over a window that rolls, the same days."""
        daily, rolling = [], []
        for place, name in enumerate(self._drawn(names, _WARM_UP + self._job.questions)):
            query = self._query(name)
            pair = [self._timed(self._engine, replace(query, names=(one,))) for one in (name, f"{name}{_ROLLING}")]
            if place >= _WARM_UP:
                daily.append(pair[0])
                rolling.append(pair[1])
        told = {"daily": spread(daily), "rolling": spread(rolling)}
        for name in ("p50", "p95"):
            told[f"ratio_of_{name}"] = round(told["rolling"][f"{name}_ms"] / told["daily"][f"{name}_ms"], 2)
        say(f"rolling: {told}")
        return told

    def _compiled(self, names: Sequence[str]) -> dict[str, Any]:
        """Ask for every indicator without an engine, as often as there are questions in all, at least once each."""
        rounds = -(-self._job.questions // len(names))
        asked = [*names[:_WARM_UP], *(list(names) * rounds)]
        times = [self._timed(self._dry, self._query(name)) for name in asked][_WARM_UP:]
        told = {"of": len(names), **spread(times)}
        say(f"compile: {told}")
        return told

    def _timed(self, engine: IndicatorEngine, query: IndicatorQuery) -> float:
        began = self._ticks()
        engine.answer(query, EVERYTHING, self._at)
        return self._ticks() - began

    def _drawn(self, names: Sequence[str], number: int) -> list[str]:
        return [self._random.choice(names) for _ in range(number)]

    def _query(self, name: str) -> IndicatorQuery:
        """Return a question whose last day is any that has so many days before it; the newest where data are too short."""
        until = self._random.choice(self._days[self._job.days - 1 :] or self._days[-1:])
        return IndicatorQuery((name,), until - timedelta(days=self._job.days - 1), until, Grain.DAY, (BY,))


def spread(times: Sequence[float]) -> dict[str, Any]:
    """Return how many, median, 95th percentile and greatest of some seconds, in milliseconds."""
    found = percentiles(list(times), 1000, "ms", (50, 95, 100))
    return {"n": len(times), "p50_ms": found["p50_ms"], "p95_ms": found["p95_ms"], "max_ms": found["p100_ms"]}


def _additive(one: Indicator) -> bool:
    return (
        isinstance(one.kind, Simple) and one.kind.term.fact == EVENTS and one.kind.term.aggregation in ADDITIVE and not one.kind.term.then
    )


def _rolling(one: Indicator) -> Indicator:
    return replace(one, name=f"{one.name}{_ROLLING}", kind=Rolling(one.name, ROLLING_DAYS))


def main(arguments: list[str], opened: Callable[[Path], Installation] = open_installation) -> int:
    """Ask, and print as JSON how long it took."""
    job = msgspec.json.decode(arguments[0], type=Job)
    return work_in(job.home, lambda home: Asker(home, job, system_ticks).run(), opened)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
