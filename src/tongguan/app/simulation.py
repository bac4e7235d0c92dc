"""A simulation asked for on the command line: to a file, or into an installation through its interface."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow.compute as pc
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tongguan.app.client import ApiError, LocalApi
from tongguan.app.region_file import written_regions
from tongguan.lib.now import Ticks
from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import DAY
from tongguan.simulate.days import Made, Province
from tongguan.simulate.files import opened, put
from tongguan.simulate.province.places import REGIONS
from tongguan.simulate.render import Block
from tongguan.simulate.systems import SYSTEMS, system_of
from tongguan.simulate.truth import Truth
from tongguan.simulate.world import Setting

_LINES: Final = 5000
"""Most events of one request."""

_ORDER: Final = '{"type":"order.created"'
_TRIES, _PAUSE = 300, 2.0
"""So often, after so many seconds, events are sent again to an installation that is full."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for.

    Attributes:
        setting: of the province.
        days: how many.
        events: end after so many; None for all.
        truth: file for the truth; None for none.
        statements: folder for the statement files; None for none.
    """

    setting: Setting
    days: int
    events: int | None
    truth: Path | None
    statements: Path | None


class Simulation:
    """Makes the days and puts them where they are wanted.

    Args:
        wanted: what was asked for.
        ticks: clock.
        console: where progress is shown.
        sleep: waits so many seconds.
    """

    def __init__(self, wanted: Wanted, ticks: Ticks, console: Console, sleep: Callable[[float], None] = time.sleep) -> None:
        self._wanted = wanted
        self._ticks = ticks
        self._console = console
        self._sleep = sleep
        self._province = Province(wanted.setting)
        end = (self._province.world.first + wanted.days) * DAY - 1
        self._accounts = Accounts(end)
        self._truth = Truth(wanted.setting, wanted.days)
        self._made = 0
        self._orders = 0

    def to_file(self, path: Path) -> dict[str, Any]:
        """Write all events to a file and return what was done.

        Raises:
            FileNameError: see :func:`tongguan.simulate.files.opened`.
            OSError: something cannot be written.
        """
        started = self._ticks()
        self._prepare()
        with opened(path) as file:
            for block in self._blocks():
                file.write(block.ndjson())
        return self._done(started, {"file": str(path), "bytes": path.stat().st_size})

    def into(self, folder: Path, rate: int | None) -> dict[str, Any]:
        """Tell all events to the installation in a folder and return what was done.

        Args:
            folder: the home.
            rate: at most so many events a second, told in order of time; None for as many as it takes, day by day.

        Raises:
            ApiError: it refuses, or has been full for minutes.
            OSError: something cannot be written.
        """
        started, sent = self._ticks(), {"accepted": 0, "quarantined": 0}
        self._prepare()
        with LocalApi(folder) as api:
            _name_regions(api)
            for block in self._blocks():
                step = max(1, len(block)) if rate is None else min(rate, _LINES)
                for first in range(0, len(block), step):
                    self._tell(api, Block(block.times[first : first + step], block.lines[first : first + step]), sent)
                    self._hold_back(started, sum(sent.values()), rate)
            api.wait_loaded()
        return self._done(started, {"home": str(folder), **sent})

    def _tell(self, api: LocalApi, block: Block, sent: dict[str, int]) -> None:
        for source, lines in _by_system(block):
            for first in range(0, len(lines), _LINES):
                answer = self._post(api, source, lines[first : first + _LINES])
                for name in sent:
                    sent[name] += answer[name]

    def _post(self, api: LocalApi, source: str, lines: list[bytes]) -> Any:
        headers = {"Content-Type": "application/x-ndjson", "X-Source": source}
        body = b"\n".join(lines) + b"\n"
        for _ in range(_TRIES):
            try:
                return api.call("POST", "/api/v1/events", content=body, headers=headers)
            except ApiError as error:
                if not error.problem.get("retry"):
                    raise
            self._sleep(_PAUSE)
        return api.call("POST", "/api/v1/events", content=body, headers=headers)

    def _hold_back(self, started: float, sent: int, rate: int | None) -> None:
        if rate is not None and (early := sent / rate - (self._ticks() - started)) > 0:
            self._sleep(early)

    def _prepare(self) -> None:
        """Find out before the work, not after it, whether there is a place for everything."""
        if self._wanted.truth is not None:
            if self._wanted.truth.is_dir():
                raise IsADirectoryError(f"{self._wanted.truth} is a folder; --truth names a file")
            self._wanted.truth.parent.mkdir(parents=True, exist_ok=True)
        if self._wanted.statements is not None:
            self._wanted.statements.mkdir(parents=True, exist_ok=True)

    def _blocks(self) -> Iterator[Block]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("days", total=self._wanted.days)
            for made, block in self._province.stream(self._wanted.days, self._accounts):
                self._keep(made)
                left = None if self._wanted.events is None else self._wanted.events - self._made
                part = block if left is None or len(block) <= left else Block(block.times[:left], block.lines[:left])
                self._made += len(part)
                self._orders += int(pc.sum(pc.starts_with(part.lines, _ORDER)).as_py() or 0)
                yield part
                bar.advance(task)
                if left is not None and len(block) >= left:
                    return

    def _keep(self, made: Made) -> None:
        self._truth.add(made.touched, made.breaks)
        if self._wanted.statements is not None:
            for file in made.files:
                put(self._wanted.statements / file.name, file.content)

    def _done(self, started: float, where: dict[str, Any]) -> dict[str, Any]:
        seconds = self._ticks() - started
        if self._wanted.truth is not None:
            document = self._truth.document(self._accounts)
            put(self._wanted.truth, msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
        figures = {"events": self._made, "orders": self._orders, "seconds": round(seconds, 2)}
        return {**figures, "events_per_second": round(self._made / max(seconds, 1e-9)), **where}


def _name_regions(api: LocalApi) -> None:
    """Give an installation the names of the province's regions, where it has no book of its own."""
    if not api.call("GET", "/api/v1/regions"):
        api.call("PUT", "/api/v1/owner/regions", content=written_regions(REGIONS), headers={"Content-Type": "text/csv"})


def _by_system(block: Block) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the lines of each system."""
    found: dict[str, list[bytes]] = {system: [] for system in SYSTEMS}
    for line in block.encoded():
        # Every line begins with {"type":"<type>".
        found[system_of(line[9 : line.index(b'"', 9)].decode())].append(line)
    for system, lines in found.items():
        if lines:
            yield system, lines
