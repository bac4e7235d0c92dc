"""Homes for ``tongguan bench panorama``, filled in a process of its own: ``python -m tongguan.app.bench.panorama_home TASK``.

The first events come the true way: whole days of the simulated province, through checks, spool and loader. More are copies of
these, made inside the engine through the same views, a day at a time. Events, orders and what belongs to one order have ids of
their own in every copy; customers, products, devices and places stay.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import func, select

from tongguan.app.bench.child import say, work_in
from tongguan.app.bench.panorama_count import statements
from tongguan.app.bench.panorama_sets import codes_in, drawn
from tongguan.app.installation import Installation
from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Ticks, system_ticks
from tongguan.model.access import EVERYTHING, Role, User
from tongguan.model.event import ROW_COLUMNS
from tongguan.model.ports import Delivery, RawRecord
from tongguan.records import blocks, regions, sessions, users
from tongguan.records.passwords import Passwords
from tongguan.records.tables import open_steps
from tongguan.simulate.clock import DAY, HOUR, date_of, of_instant
from tongguan.simulate.days import Province
from tongguan.simulate.province.places import REGIONS
from tongguan.simulate.world import Setting
from tongguan.warehouse.client import Limits, Warehouse

OWN_IDS: Final = ("event_id", "session_id", "order_id", "payment_id", "package_id", "resource_id", "contact_id", "ticket_id")
"""Columns in which every copy has ids of its own, where they are not empty."""

SPREADS: Final = ("deeper", "denser")
_EVENTS_PER_ORDER: Final = 50
_BATCH: Final = 5000
_EVER: Final = -(1 << 62)
_USER: Final = "bench"
_FINISHED: Final = timedelta(days=5)
_PATIENCE: Final = 60.0
_LIMITS: Final = Limits(seconds=600)
_INSERT: Final = {"max_insert_threads": 1, "insert_deduplicate": 0}


class Task(msgspec.Struct, frozen=True):
    """What to fill a home with.

    Attributes:
        home: its folder; without ``base`` it is new.
        events: about so many first events, or so many in all.
        seed: of the province and of the filter sets.
        orders_per_day: of the province.
        sets: filter sets to draw.
        spread: how copies lie: ``deeper`` before the first events, one after the other, or ``denser`` at their own times.
        base: last block of the first events.
        copies: how many there are.
        session: cookie of the reader, as making the home gave it.
    """

    home: str
    events: int
    seed: int = 1
    orders_per_day: int = 1700
    sets: int = 50
    spread: str = "deeper"
    base: int = 0
    copies: int = 0
    session: str = ""


def make(home: Installation, task: Task) -> dict[str, Any]:
    """Tell the newest days of the province, up to an hour ahead, so that the present goes on while the bench runs."""
    now = home.now()
    with home.database.begin() as connection:
        regions.replace(connection, REGIONS)
    until = of_instant(now) + HOUR
    days = max(1, round(task.events / (task.orders_per_day * _EVENTS_PER_ORDER))) + 1
    first = until // DAY - days + 1
    province = Province(Setting(task.seed, date_of(first), task.orders_per_day))
    for day in range(first, first + days):
        for system, block in province.day(day).by_system().items():
            _deliver(home, system, block.between(_EVER, until).encoded())
        home.loader.load_all()
        say(f"day {day - first + 1} of {days}")
    home.keeper.catch_up()
    with home.database.read() as connection:
        base = next(block.number for block in blocks.recent(connection, 1))
    sets = drawn(codes_in(home.warehouse), task.seed, task.sets)
    return {"base": base, "days": days, "copies": 0, "sets": sets, "session": _session(home, now)}


def _deliver(home: Installation, system: str, lines: list[bytes]) -> None:
    for first in range(0, len(lines), _BATCH):
        records = [RawRecord(place, line) for place, line in enumerate(lines[first : first + _BATCH])]
        home.ingest.deliver(Delivery(system, len(records), records, origin="made-up province"))


def _session(home: Installation, at: datetime) -> str:
    """Make a user who sees everything, and return the cookie of a browser that is signed in."""
    user = User(sortable_id(at), _USER, _USER, Role.MANAGER, EVERYTHING)
    with home.database.begin() as connection:
        # Nobody signs in with the password.
        users.create(connection, user, sortable_id(at), Passwords(), at)
        return sessions.open_session(connection, user.id, at).token


def grow(home: Installation, task: Task, ticks: Ticks) -> dict[str, Any]:
    """Copy the first events until there are about ``events``, in whole copies, a block of the books for every day of one."""
    warehouse = home.warehouse
    sql = "SELECT DISTINCT business_date FROM events WHERE block BETWEEN 1 AND {base:UInt64} ORDER BY 1"
    days = [day for (day,) in warehouse.query(sql, {"base": task.base}, limits=_LIMITS).rows]
    before, base = _stored(warehouse), _stored(warehouse, task.base)
    copies = max(task.copies, round(task.events / base) - 1)
    span, left_out = (days[-1] - days[0]).days + 1, _unfinished(home) if task.spread == "deeper" else []
    filling = following = 0.0
    for number in range(task.copies + 1, copies + 1):
        began = ticks()
        for day in days:
            with _block(home) as block:
                copy_day(warehouse, Copied(task.base, day, number, -span * number if task.spread == "deeper" else 0, left_out), block)
        filled = ticks()
        # A copy at a time, as a server follows its loader: finding all open steps anew would need gigabytes in the end.
        home.keeper.catch_up()
        filling, following = filling + filled - began, following + ticks() - filled
        say(f"copy {number} of {copies}, {_stored(warehouse):,} events")
    added = _stored(warehouse) - before
    _rest(warehouse, ticks)
    figures = {"events": added, "seconds": round(filling, 1), "events_per_s": round(added / max(filling, 1e-9))}
    return {"base": task.base, "copies": copies, "filled": {**figures, "open_steps_s": round(following, 1)}}


@contextmanager
def _block(home: Installation) -> Iterator[int]:
    """Book a block that takes nothing from the spool; yields its number."""
    with home.database.begin() as connection:
        last, number = blocks.recent(connection, 1)[0], blocks.next_number(connection)
        blocks.plan(connection, number, last.end, last.end, home.now())
    yield number
    with home.database.begin() as connection:
        blocks.finish(connection, number, {}, home.now())


@dataclass(frozen=True)
class Copied:
    """What is copied, and how.

    Attributes:
        base: the first events are those of the blocks 1 to ``base``.
        day: business date.
        number: of the copy; its ids end in it.
        shift: days that are added to every time.
        left_out: orders and tickets that are not copied.
    """

    base: int
    day: date
    number: int
    shift: int
    left_out: list[str]


def copy_day(warehouse: Warehouse, what: Copied, block: int) -> None:
    """Insert one day of the first events once more, as a block with a number of its own."""
    moved = {name: f"addDays({name}, {{shift:Int32}})" for name in ("time", "due_time", "received_time")}
    own = {name: f"if({name} = '', '', concat({name}, {{mark:String}}))" for name in OWN_IDS}
    columns = ", ".join((moved | own).get(name, name) for name in ROW_COLUMNS)
    sql = (
        f"INSERT INTO events ({', '.join(ROW_COLUMNS)}, block) SELECT {columns}, {{block:UInt64}} FROM events"
        " WHERE business_date = {day:Date} AND block BETWEEN 1 AND {base:UInt64}"
        " AND order_id NOT IN {left_out:Array(String)} AND ticket_id NOT IN {left_out:Array(String)}"
    )
    warehouse.command(sql, {**vars(what), "mark": f"~{what.number}", "block": block}, settings=_INSERT)


def _unfinished(home: Installation) -> list[str]:
    """Return the orders and tickets of the first events that are still on their way: history has none. What is stuck stays."""
    with home.database.read() as connection:
        last = connection.execute(select(func.max(open_steps.c.since))).scalar()
        if last is None:
            return []
        found = select(open_steps.c.case_id).where(open_steps.c.since > last - _FINISHED, open_steps.c.kind.in_(("order", "ticket")))
        return [str(case_id) for case_id in connection.execute(found).scalars() if "~" not in case_id]


def _stored(warehouse: Warehouse, base: int = 0) -> int:
    """Return how many events there are, or only the first ones."""
    sql = "SELECT count() FROM events WHERE block BETWEEN 1 AND {base:UInt64}" if base else "SELECT count() FROM events"
    return int(warehouse.query(sql, {"base": base} if base else {}, limits=_LIMITS).first()[0])


def _rest(warehouse: Warehouse, ticks: Ticks) -> None:
    """Wait until the engine has merged what it wants to, for a minute at most."""
    began = ticks()
    while ticks() - began < _PATIENCE and warehouse.query("SELECT count() FROM system.merges").first()[0]:
        time.sleep(0.5)


def described(home: Installation, task: Task, session: str) -> dict[str, Any]:
    """Return what is there, and how many statements one panorama takes."""
    warehouse = home.warehouse
    with home.database.read() as connection:
        waiting = connection.execute(select(func.count()).select_from(open_steps)).scalar_one()
    names = ("use_query_cache", "use_query_condition_cache")
    found = warehouse.query("SELECT name, value FROM system.settings WHERE name IN {names:Array(String)}", {"names": list(names)}).rows
    return {
        "events": _stored(warehouse),
        "cases": int(warehouse.query("SELECT uniq(kind, case_id) FROM cases", limits=_LIMITS).first()[0]),
        "open_steps": int(waiting),
        "hourly_counts": int(warehouse.query("SELECT count() FROM hourly_counts").first()[0]),
        "bytes": sum(path.stat().st_size for path in Path(task.home).rglob("*") if path.is_file()),
        "engine": str(warehouse.query("SELECT version()").first()[0]),
        "engine_settings": {str(name): str(value) for name, value in found},
        "statements": statements(home, session) if session else {},
    }


def main(arguments: list[str]) -> int:
    """Fill a home and print as JSON what is in it."""
    # Standard output belongs to the parent.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    task = msgspec.json.decode(arguments[0], type=Task)

    def work(home: Installation) -> dict[str, Any]:
        found = grow(home, task, system_ticks) if task.base else make(home, task)
        return found | described(home, task, found.get("session", task.session))

    return work_in(task.home, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
