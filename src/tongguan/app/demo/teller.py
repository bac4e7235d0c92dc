"""Tells the province to a home: the newest day first, back to the first one, and meanwhile the present as it comes.

How far it is stands in a cursor: a second start goes on from there, and tells what would have happened in between. Events have
ids of their own, so what is told twice counts once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

import msgspec
import structlog

from tongguan.app.demo.papers import Papers
from tongguan.app.demo.state import CURSOR, Told, beginning, is_demo, mark
from tongguan.app.installation import Installation
from tongguan.app.progress import ProgressBoard
from tongguan.app.replay import keep_mapping
from tongguan.ingest.errors import DeliveryError
from tongguan.model.ports import Delivery, RawRecord
from tongguan.records import cursors, ledger, regions
from tongguan.records.errors import RecordsError
from tongguan.simulate.clock import DAY, ZONE, date_of, day_of, of_instant, to_instant
from tongguan.simulate.days import LONGEST, Made, Province
from tongguan.simulate.province.places import REGIONS
from tongguan.simulate.render import Block, in_order
from tongguan.web.kit.progress import Progress

log = structlog.get_logger(__name__)

Say = Callable[[str], None]

_BATCH: Final = 5000
_KEEP_EVERY: Final = 10
"""Rounds of the present after which the cursor is written."""

_SAY_EVERY: Final = 15
"""Days of history after which the person at the terminal hears of it."""

_EVER: Final = -(1 << 62)
_NEVER: Final = 1 << 62

_TITLE: Final = (
    "演示数据载入中：最新的一天先到，载完之前积压和超时数会变",
    "The demo's history is being loaded, newest day first; until then what waits and is late is not final",
)


def start_demo(
    installation: Installation, board: ProgressBoard, say: Say, *, pause: float = 1.0, begin: Callable[..., Told] = beginning
) -> Callable[[], None]:
    """Begin to tell the province in a thread; a home that holds other data is left alone.

    Args:
        installation: the opened home, whose loader runs.
        board: pages show there how far it is.
        say: tells the person who started it.
        pause: seconds between two rounds of the present.
        begin: makes the state of a demo that begins.

    Returns:
        A function that ends it, and returns once the thread has ended.
    """
    with installation.database.read() as connection:
        cursor = cursors.get(connection, CURSOR)
        strange = [state.source for state in ledger.freshness(connection) if state.received]
    folder = installation.home.folder
    if cursor is None and strange and not is_demo(folder):
        say(f"No demo: this home holds data of {', '.join(strange[:5])}. An empty home gets one: tongguan --home DIR demo")
        return lambda: None
    mark(folder)
    with installation.database.begin() as connection:
        if not list(regions.all(connection)):
            regions.replace(connection, REGIONS)
    now = installation.now()
    told = msgspec.convert(cursor, Told) if cursor else begin(now.astimezone(ZONE).date(), now)
    teller = Teller(installation, board, say, told, pause)
    thread = threading.Thread(target=teller.run, name="demo", daemon=True)
    thread.start()

    def stop() -> None:
        teller.stopping.set()
        thread.join()

    return stop


class Stopped(Exception):
    """The demo was told to end."""


class Teller:
    """Tells the past once, newest day first, and the present as it comes.

    Args:
        installation, board, say, pause: see :func:`start_demo`.
        told: where it stands.
    """

    def __init__(self, installation: Installation, board: ProgressBoard, say: Say, told: Told, pause: float) -> None:
        self.stopping = threading.Event()
        self._installation = installation
        self._board = board
        self._say = say
        self._told = told
        self._pause = pause
        self._since = of_instant(told.until)
        self._province = Province(told.setting, None if told.complete_from > told.first else self._since // DAY)
        self._papers = Papers(installation.home.folder, installation.vocabulary, lambda name, body: keep_mapping(installation, name, body))
        self._ahead: dict[str, Block] = {}
        self._sent = 0

    def run(self) -> None:
        """Tell until :attr:`stopping` is set."""
        try:
            self._catch_up()
            self._tell_past()
            self._board.withdraw("demo")
            rounds = 0
            while not self.stopping.wait(self._pause):
                self._tell_present()
                rounds += 1
                if rounds % _KEEP_EVERY == 0:
                    self._keep()
            self._keep()
        except Stopped:
            pass
        except (DeliveryError, OSError) as error:
            log.exception("the demo ended")
            self._say(f"The demo ended: {error}. Mend that and start it again; it goes on where it was")
        finally:
            self._board.withdraw("demo")

    def _catch_up(self) -> None:
        """Tell what happened since the demo last ran, of all days that are there and of those that came since."""
        now, loaded = max(self._since, self._moment()), day_of(self._told.complete_from)
        last = now // DAY
        for day in self._province.plan(last):
            self._check()
            self._show(("演示：准备省份", "The demo prepares its province"), day - self._province.since, last - self._province.since + 1)
        for day in range(max(loaded, self._since // DAY - LONGEST, self._province.since), last + 1):
            made = self._province.day(day)
            self._tell(made, self._since if day <= self._since // DAY else _EVER, now)
            self._papers.expect(made.files, self._since)
        self._deliver_all(self._papers.due(now))
        if loaded <= last:
            self._say(f"Demo: it goes on; what happened since it was stopped is there ({self._sent:,} events)")
        self._note(now)
        self._keep()

    def _tell_past(self) -> None:
        """Tell day after day back to the first one."""
        first, total = day_of(self._told.first), (self._told.started - self._told.first).days + 1
        newest = day_of(self._told.started)
        while (day := day_of(self._told.complete_from) - 1) >= first:
            self._show(_TITLE, newest - day, total)
            made = self._province.day(day)
            self._papers.expect(made.files, _EVER)
            self._tell(made, _EVER, self._since)
            self._deliver_all(self._papers.due(self._since))
            self._told = replace(self._told, complete_from=date_of(day))
            self._keep()
            self._tell_present()
            self._report(newest - day + 1, total)

    def _report(self, days: int, total: int) -> None:
        if days == 1:
            self._say(f"Demo: today is there ({self._sent:,} events), open the page; {total - 1} days of history follow, newest first")
        elif days == total:
            self._say(f"Demo: all {total} days are there ({self._sent:,} events of a made-up province); it goes on by itself")
        elif days % _SAY_EVERY == 0:
            self._say(f"Demo: {days} of {total} days are there ({self._sent:,} events)")

    def _tell_present(self) -> None:
        """Tell what became due since the last time, and make the day that begins."""
        # A clock that is set back must not tell again what was told.
        before = self._since
        now = max(before, self._moment())
        for day in range(before // DAY + 1, now // DAY + 1):
            made = self._province.day(day)
            self._tell(made, _EVER, _EVER)
            self._papers.expect(made.files, _EVER)
        for system, block in self._ahead.items():
            self._deliver(system, block.between(_EVER, now))
            self._ahead[system] = block.between(now, _NEVER)
        self._deliver_all(self._papers.due(now))
        self._note(now)

    def _tell(self, made: Made, after: int, until: int) -> None:
        """Deliver what of a day happened after ``after`` and up to ``until``; hold what comes later."""
        for system, block in made.by_system().items():
            self._check()
            self._deliver(system, block.between(after, until))
            later = block.between(until, _NEVER)
            if len(later):
                held = self._ahead.get(system)
                self._ahead[system] = in_order([held, later]) if held is not None else later

    def _deliver(self, system: str, block: Block) -> None:
        lines = block.encoded()
        for first in range(0, len(lines), _BATCH):
            records = [RawRecord(place, line) for place, line in enumerate(lines[first : first + _BATCH])]
            self._hand_over(Delivery(system, len(records), records, origin="made-up province"))

    def _deliver_all(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            self._hand_over(delivery)

    def _hand_over(self, delivery: Delivery) -> None:
        while True:
            self._check()
            try:
                receipt = self._installation.ingest.deliver(delivery)
            except DeliveryError as error:
                if error.retry_after is None:
                    raise
                log.warning("the demo waits", error=str(error)[:300])
                self.stopping.wait(error.retry_after)
                continue
            self._sent += 0 if receipt.repeated else receipt.accepted
            return

    def _note(self, now: int) -> None:
        """Note that the present is told up to a moment: that for which it was told, since the clock went on meanwhile."""
        self._since = now
        self._told = replace(self._told, until=to_instant(now))

    def _check(self) -> None:
        if self.stopping.is_set():
            raise Stopped

    def _moment(self) -> int:
        return of_instant(self._installation.now())

    def _show(self, title: tuple[str, str], done: int, total: int) -> None:
        self._board.post(Progress("demo", *title, done, total))

    def _keep(self) -> None:
        try:
            with self._installation.database.begin() as connection:
                cursors.put(connection, CURSOR, self._told.stored())
        except RecordsError as error:
            log.warning("how far the demo is could not be kept", error=str(error)[:300])
