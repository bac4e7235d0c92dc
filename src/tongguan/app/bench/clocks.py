"""``tongguan bench clocks``: how fast stays are planned and swept, and how soon a breach is seen; targets stand in docs/benchmarks.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from tongguan.app.bench.metrics import machine
from tongguan.app.bench.served import BenchError, Served, served
from tongguan.areas.packs import build_vocabulary
from tongguan.clocks.default_calendars import default_calendars
from tongguan.clocks.planning import plan
from tongguan.lib.now import Now, Ticks, system_now, system_ticks
from tongguan.model.clocks import Books, LimitRule, Place, RuleBook, Stay
from tongguan.model.waiting import OpenStep
from tongguan.processes.breaches import BreachTeller
from tongguan.records import open_steps
from tongguan.records.database import Database

_BEGAN: Final = datetime(2026, 11, 20, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_STEP: Final = "acceptance_queued"
_CLASSES: Final = ("goods.handset", "goods.number_card", "handling.plan_change", "points")
_CHANNELS: Final = ("app", "web", "wechat", "shop")
_REGIONS: Final = 14
_PAUSED: Final = 10
"""Every so many-th stay was paused once."""

_SEEN_WITHIN: Final = 60.0
_AHEAD: Final = timedelta(seconds=6)

TARGETS: Final[tuple[tuple[str, str, float, bool], ...]] = (
    ("stays planned on a working calendar, a second", "clocks_per_s", 50_000, True),
    ("sweep of all open steps, 1 % due, seconds", "sweep_s", 0.2, False),
    ("breach until counted as warned, most, seconds", "counted_most_s", 5, False),
    ("breach until its event stands in the story of the order, most, seconds", "told_most_s", 5, False),
)
"""What is wanted: in words, figure, bound, and whether it is the least (else the most)."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes:
        clocks: stays that are planned.
        steps: open steps; one in a hundred is due.
        breaches: orders that are waited for on a server; 0 leaves this out.
        rounds: of planning and of sweeping; the median counts.
    """

    clocks: int = 200_000
    steps: int = 200_000
    breaches: int = 10
    rounds: int = 5


class Kept:
    """A rule book with rules for classes, channels and regions, on an office calendar."""

    def __init__(self) -> None:
        base = LimitRule("order", _STEP, 30 * _MINUTE, 60 * _MINUTE, calendar="office", silent=timedelta(days=14))
        places = [{}, *({"business_class": one} for one in _CLASSES), *({"region": f"P-{place:02}"} for place in range(_REGIONS))]
        rules = tuple(LimitRule(**{**vars(base), **place}) for place in places)
        self._books = (RuleBook(1, _BEGAN, rules, default_calendars("Asia/Shanghai", _BEGAN.year)),)

    def all(self) -> Books:
        """Return the one version."""
        return self._books


class ClocksBench:
    """The measurements, in a folder that they may fill.

    Args:
        folder: empty.
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

    def run(self) -> dict[str, Any]:
        """Plan, sweep, wait for breaches, and judge.

        Raises:
            BenchError: something went wrong, and the figures would mean nothing.
        """
        found = {**self._planning(), **self._sweeping()}
        if self._sizes.breaches:
            found |= self._breaches()
        return {"figures": found, "targets": judged(found), "sizes": vars(self._sizes), "machine": machine()}

    def _planning(self) -> dict[str, Any]:
        self._say(f"planning {self._sizes.clocks} stays")
        books, stays = Kept().all(), [_stay(number) for number in range(self._sizes.clocks)]
        places = [_place(number) for number in range(self._sizes.clocks)]
        seconds = []
        for _ in range(self._sizes.rounds):
            began = self._ticks()
            for stay, place in zip(stays, places, strict=True):
                plan("order", stay, place, None, books, stay.since)
            seconds.append(self._ticks() - began)
        return {"clocks_per_s": round(self._sizes.clocks / _median(seconds))}

    def _sweeping(self) -> dict[str, Any]:
        self._say(f"sweeping {self._sizes.steps} open steps")
        database = Database.open(f"sqlite:///{self._folder / 'records.db'}")
        try:
            database.migrate()
            with database.begin() as connection:
                open_steps.replace_all(connection, [_row(number, self._sizes) for number in range(self._sizes.steps)])
            teller, seconds, events = BreachTeller(database, build_vocabulary(), Kept()), [], []
            # In each round another hundredth of the rows has become late.
            for turn in range(self._sizes.rounds):
                began = self._ticks()
                events.append(teller.sweep(_BEGAN + turn * timedelta(days=1)))
                seconds.append(self._ticks() - began)
        finally:
            database.close()
        due = self._sizes.steps // 100
        if events != [due] * self._sizes.rounds:
            raise BenchError(f"sweeps told of {events} breaches, {due} were due in each")
        return {"sweep_s": round(_median(seconds), 4), "sweep_most_s": round(max(seconds), 4), "due": due}

    def _breaches(self) -> dict[str, Any]:
        """Let orders be warned on a server, and ask until the count and the story of the order say so."""
        self._say(f"waiting for {self._sizes.breaches} breaches on a server")
        limit = build_vocabulary().case_kind("order").limits["paid"].warning
        with served(self._folder / "home") as server:
            at = self._now()
            breaching = {f"clock-{number}": at + _AHEAD + number * timedelta(seconds=0.7) for number in range(self._sizes.breaches)}
            _deliver(server, {order: instant - limit for order, instant in breaching.items()})
            counted, told = self._watch(server, breaching)
        return {
            "counted_median_s": round(_median(counted), 3),
            "counted_most_s": round(max(counted), 3),
            "told_median_s": round(_median(told), 3),
            "told_most_s": round(max(told), 3),
        }

    def _watch(self, server: Served, breaching: Mapping[str, datetime]) -> tuple[list[float], list[float]]:
        """Return how long after each breach it was counted, and told of; what asking takes counts in."""
        counted: dict[str, float] = {}
        told: dict[str, float] = {}
        began = self._ticks()
        while len(counted) < len(breaching) or len(told) < len(breaching):
            page = server.api.call("GET", "/api/v1/waiting", params={"lateness": "warned", "limit": "200"})
            for row in page["rows"]:
                counted.setdefault(row["case_id"], (self._now() - breaching[row["case_id"]]).total_seconds())
            for order in breaching.keys() - told.keys():
                # Only what is over may have been told of.
                if self._now() >= breaching[order] and _tells(server, order):
                    told[order] = (self._now() - breaching[order]).total_seconds()
            if self._ticks() - began > _SEEN_WITHIN:
                raise BenchError(f"after {_SEEN_WITHIN} s {len(counted)} and {len(told)} of {len(breaching)} breaches are seen")
            time.sleep(0.05)
        return list(counted.values()), list(told.values())


def _tells(server: Served, order: str) -> bool:
    trace = server.api.call("GET", f"/api/v1/cases/order/{order}")
    return any(event["type"] == "clock.warned" for event in trace["events"])


def _deliver(server: Served, paid: Mapping[str, datetime]) -> None:
    import httpx

    events = [
        {"event_id": order, "type": "payment.succeeded", "time": instant.isoformat(), "order_id": order, "payment_id": order}
        for order, instant in paid.items()
    ]
    body = b"\n".join(msgspec.json.encode(event) for event in events)
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/x-ndjson"}
    answer = httpx.post(f"http://127.0.0.1:{server.port}/api/v1/events", content=body, headers=headers, timeout=30)
    if answer.status_code >= 300:
        raise BenchError(f"the server did not take the events: {answer.status_code} {answer.text[:200]}")


def _stay(number: int) -> Stay:
    since = _BEGAN + number % 10_000 * _MINUTE
    paused = ((since + 10 * _MINUTE, since + 25 * _MINUTE),) if number % _PAUSED == 0 else ()
    return Stay(_STEP, since, None, paused)


def _place(number: int) -> Place:
    return Place(_CLASSES[number % len(_CLASSES)], _CHANNELS[number // 3 % len(_CHANNELS)], f"P-{number % _REGIONS:02}", "high")


def _row(number: int, sizes: Sizes) -> OpenStep:
    """Return a step of which one in a hundred becomes late a day, on another day each, the others in a year."""
    turn = number % 100
    late = _BEGAN + timedelta(days=turn if turn < sizes.rounds else 365)
    place = _place(number)
    return OpenStep(
        kind="order",
        case_id=f"o{number}",
        step=_STEP,
        since=_BEGAN - timedelta(hours=1),
        warned_from=None,
        late_from=late,
        paused_since=None,
        channel=place.channel,
        region=place.region,
        business_class=place.business_class,
        brand="",
        customer_id=f"c{number}",
        tier=place.tier,
        breach_at=late,
    )


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def judged(figures: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return every target of what was measured, with what was reached, and whether that meets it."""
    found = []
    for text, name, bound, least in TARGETS:
        if name in figures:
            reached = figures[name]
            met = reached >= bound if least else reached <= bound
            found.append({"target": text, "least" if least else "most": bound, "reached": reached, "met": met})
    return found
