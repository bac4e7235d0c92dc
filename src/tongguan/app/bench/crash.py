"""Kills an installation again and again while clients deliver, and looks whether anything acknowledged is lost or doubled."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tongguan.app.bench.crash_child import vocabulary_of
from tongguan.app.bench.made_events import EventMaker
from tongguan.lib.failpoint import POINTS
from tongguan.lib.now import Now, Ticks, system_now, system_ticks

PACKS: Final = "tongguan.areas.packs:build_vocabulary"

RANDOM: Final = "at random"
"""Killed from outside after a moment, wherever it is."""

KILLS: Final = (*POINTS, RANDOM, RANDOM)
"""How the rounds end, in turn."""

_PATIENCE = 60.0


class CrashBenchError(Exception):
    """The bench itself could not go on: the process did not start, or did not die where it was to."""


@dataclass
class CrashReport:
    """What came of it. Counts are of events unless their name says otherwise.

    Attributes:
        kills: how often the process died, by where.
        deliveries: answered deliveries.
        retries: deliveries that were sent again because no answer had come.
        acknowledged: different events that some client was told are taken.
        stored: events in the warehouse.
        missing: acknowledged and not stored.
        twice: stored more than once.
        foreign: stored and never sent.
        unequal: projections that differ from the same made anew from the events.
        imbalances: sources and hours whose ledger does not add up.
        account: sums of the ledger.
        examples: ids of some that are missing or there twice.
        seconds: how long everything took.
    """

    kills: Counter[str] = field(default_factory=Counter)
    deliveries: int = 0
    retries: int = 0
    acknowledged: int = 0
    stored: int = 0
    missing: int = 0
    twice: int = 0
    foreign: int = 0
    unequal: list[str] = field(default_factory=list)
    imbalances: int = 0
    account: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether nothing is lost, doubled, foreign or unaccounted for."""
        wrong = self.missing + self.twice + self.foreign + self.imbalances + len(self.unequal)
        return wrong == 0 and self.account["accepted"] == self.stored and self.acknowledged <= self.stored


class _Place:
    """Where the process listens at the moment; clients wait here while it does not."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._port: int | None = None
        self.over = False

    def set(self, port: int | None) -> None:
        with self._changed:
            self._port = port
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.over = True
            self._changed.notify_all()

    def get(self, not_this: int | None = None) -> int | None:
        """Wait for a port; None when it is over and nobody will listen any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._port not in (None, not_this) or (self.over and self._port is None), _PATIENCE)
            return self._port


class _Client(threading.Thread):
    """Delivers with idempotency keys, and sends again what was not answered until it is."""

    def __init__(self, number: int, place: _Place, maker: EventMaker, chance: random.Random) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._number = number
        self._place = place
        self._maker = maker
        self._chance = chance
        self._sent: list[tuple[str, str]] = []
        self.acknowledged: set[str] = set()
        self.offered: set[str] = set()
        self.deliveries = self.retries = 0
        self.error = ""

    def run(self) -> None:
        delivery = 0
        while not self._place.over:
            delivery += 1
            records = self._records(delivery)
            if not self._deliver(f"c{self._number}-{delivery}", records):
                return
            self.acknowledged.update(event_id for event_id, _ in records if event_id)

    def _records(self, delivery: int) -> list[tuple[str, str]]:
        """Return (event id, text): mostly new events, some that were sent before, now and then one that is broken."""
        records = []
        for n in range(self._chance.randrange(1, 40)):
            lot = self._chance.random()
            if lot < 0.1 and self._sent:
                records.append(self._chance.choice(self._sent[-200:]))
            elif lot < 0.13:
                records.append(("", '{"type": "order.'))
            else:
                event_id = f"e{self._number}-{delivery}-{n}"
                records.append((event_id, self._maker.make(event_id).decode()))
        fresh = [record for record in records if record[0]]
        self._sent += fresh
        self.offered.update(event_id for event_id, _ in fresh)
        return records

    def _deliver(self, key: str, records: list[tuple[str, str]]) -> bool:
        line = json.dumps({"source": f"client-{self._number % 2}", "key": key, "records": [text for _, text in records]}) + "\n"
        tries = 0
        failed: int | None = None
        while (port := self._place.get(failed)) is not None:
            tries += 1
            answer = _ask(port, line.encode())
            if answer is None:
                failed = port
                continue
            if answer["refused"] == "":
                self.deliveries += 1
                self.retries += tries > 1
                wanted = sum(1 for event_id, _ in records if event_id)
                if answer["accepted"] != wanted:
                    self.error = f"{key}: {wanted} good records, {answer['accepted']} accepted"
                return True
            if answer["retry_after"] is None:
                self.error = f"{key}: refused for {answer['refused']}"
                return False
            time.sleep(0.05)
        return False


def _ask(port: int, line: bytes) -> dict[str, Any] | None:
    """Send one delivery; return the answer, or None when the process died before it gave one."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
            connection.sendall(line)
            answer = connection.makefile("rb").readline()
    except OSError:
        return None
    if not answer.endswith(b"\n"):
        return None
    found: dict[str, Any] = json.loads(answer)
    return found


@contextmanager
def _process(what: str, home: Path, vocabulary: str, point: str = "") -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry), "TONGGUAN_FAILPOINT": point}
    command = [sys.executable, "-m", "tongguan.app.bench.crash_child", what, str(home), vocabulary]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _round(home: Path, vocabulary: str, kill: str, place: _Place, chance: random.Random) -> None:
    """Let the process live until it is killed."""
    point = "" if kill == RANDOM else f"{kill}:{chance.randrange(1, 4)}"
    with _process("serve", home, vocabulary, point) as process:
        _listen(process, place)
        if kill == RANDOM:
            time.sleep(chance.uniform(0.05, 0.8))
            process.kill()
        try:
            code = process.wait(_PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise CrashBenchError(f"the process did not come by {point} within {_PATIENCE} s") from error
        finally:
            place.set(None)
    if code != -9:
        raise CrashBenchError(f"the process was to be killed {kill} and ended with exit code {code}")


def _listen(process: subprocess.Popen[str], place: _Place) -> None:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.strip().isdecimal():
        raise CrashBenchError(f"the process did not start (exit code {process.poll()}); it said {line!r}")
    place.set(int(line))


def run_crash(
    home: Path,
    rounds: int,
    seed: int,
    *,
    clients: int = 4,
    vocabulary: str = PACKS,
    now: Now = system_now,
    ticks: Ticks = system_ticks,
) -> CrashReport:
    """Kill a process ``rounds`` times while clients deliver, then let it end in peace and look at what is there.

    Args:
        home: folder of the installation; new or empty.
        rounds: kills; they take the places of :data:`KILLS` in turn.
        seed: of everything that is left to chance here. What the threads do at the same time is not repeated by it.
        clients: how many deliver at once.
        vocabulary: ``module:name`` of a vocabulary or of a function that returns one.
        now, ticks: clocks.

    Raises:
        CrashBenchError: the process did not start or did not die.
    """
    began, report, place = ticks(), CrashReport(), _Place()
    words, start = vocabulary_of(vocabulary), now() - timedelta(hours=4)
    threads = []
    for number in range(clients):
        chance = random.Random(seed * 1000 + number)
        threads.append(_Client(number, place, EventMaker(words, chance, start), chance))
    for thread in threads:
        thread.start()
    chance = random.Random(seed)
    try:
        for number in range(rounds):
            kill = KILLS[number % len(KILLS)]
            _round(home, vocabulary, kill, place, chance)
            report.kills[kill] += 1
        _finish(home, vocabulary, place, threads)
    finally:
        place.end()
        place.set(None)
    _look(home, vocabulary, threads, report)
    report.seconds = ticks() - began
    return report


def _finish(home: Path, vocabulary: str, place: _Place, threads: list[_Client]) -> None:
    """Let every client get its last answer."""
    with _process("serve", home, vocabulary) as process:
        _listen(process, place)
        place.end()
        for thread in threads:
            thread.join(_PATIENCE)
        process.communicate("")
        if process.returncode != 0:
            raise CrashBenchError(f"the last process ended with exit code {process.returncode}")


def _look(home: Path, vocabulary: str, threads: list[_Client], report: CrashReport) -> None:
    errors = [thread.error for thread in threads if thread.error] + [f"{t.name} did not end" for t in threads if t.is_alive()]
    if errors:
        raise CrashBenchError("; ".join(errors))
    acknowledged = set().union(*(thread.acknowledged for thread in threads))
    with _process("look", home, vocabulary) as process:
        output, _ = process.communicate("\n".join(sorted(acknowledged)))
        if process.returncode != 0:
            raise CrashBenchError(f"looking ended with exit code {process.returncode}")
    found = json.loads(output)
    report.deliveries = sum(thread.deliveries for thread in threads)
    report.retries = sum(thread.retries for thread in threads)
    report.acknowledged = len(acknowledged)
    report.foreign = len(set(found["ids"]) - set().union(*(thread.offered for thread in threads)))
    for name in ("stored", "missing", "twice", "unequal", "imbalances", "examples"):
        setattr(report, name, found[name])
    report.account = {name: found[name] for name in ("received", "accepted", "duplicate", "quarantined")}
