"""Where the demo stands: what of the province is in the home, and the file by which a home is known as the demo's."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from tongguan.app.home import Home
from tongguan.app.settings import read_settings
from tongguan.simulate.clock import day_of
from tongguan.simulate.faults.plans import demo_plan
from tongguan.simulate.world import Setting
from tongguan.warehouse.client import parts_without_secret

CURSOR: Final = "demo"
SEED: Final = 20
DAYS: Final = 90
"""So many days of history, the day of the start included."""

ORDERS_PER_DAY: Final = 1800

_MARK: Final = "demo.json"


@dataclass(frozen=True)
class Told:
    """What of the province is in the home.

    Attributes:
        seed, orders_per_day: of the province.
        first: its first day.
        started: the day on which the demo was started; the planted faults stand around it.
        complete_from: events of what began on this day or later are there, as far as ``until``; days before it follow.
        until: how far the present was told.
    """

    seed: int
    orders_per_day: int
    first: date
    started: date
    complete_from: date
    until: datetime

    @property
    def setting(self) -> Setting:
        """What the province is made of."""
        plan = demo_plan(day_of(self.started), self.seed)
        return Setting(self.seed, self.first, self.orders_per_day, plan=plan, lines_told=False)

    def stored(self) -> dict[str, Any]:
        """Return it as a cursor keeps it."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def beginning(today: date, now: datetime, *, seed: int = SEED, days: int = DAYS, orders_per_day: int = ORDERS_PER_DAY) -> Told:
    """Return where a demo stands that begins now: nothing is told yet."""
    return Told(seed, orders_per_day, today - timedelta(days=days - 1), today, today + timedelta(days=1), now)


class NotADemoError(Exception):
    """The home is not one that ``tongguan demo`` made; it is not touched."""


class ElsewhereError(Exception):
    """The home keeps data outside itself, which removing the home would leave behind."""


class DemoRunsError(Exception):
    """A server owns the home; stop it first."""


def mark(folder: Path) -> None:
    """Note in a home that it is the demo's."""
    (folder / _MARK).write_text('{"made_by": "tongguan demo"}\n', encoding="utf-8")


def is_demo(folder: Path) -> bool:
    """Return whether a home is the demo's."""
    return (folder / _MARK).exists()


def reset(folder: Path) -> bool:
    """Remove everything in the demo's home, users and imported data too; return False where there is nothing to remove.

    Raises:
        NotADemoError: the folder holds something else.
        DemoRunsError: a server owns the home.
        ElsewhereError: events or users are kept outside the home.
        HomeInUseError: another process does.
    """
    folder = folder.expanduser().resolve()
    if not folder.exists() or not any(folder.iterdir()):
        return False
    if not is_demo(folder):
        raise NotADemoError(f"{folder} was not made by `tongguan demo`, so it is not removed; name the demo's home with --home")
    home = Home(folder)
    running = home.running()
    if running is not None:
        raise DemoRunsError(f"the demo runs (process {running.pid}, {running.url}); stop it first, then reset")
    settings = read_settings(folder)
    for name in ("warehouse", "records"):
        if str(folder) not in (address := getattr(settings, name)):
            raise ElsewhereError(f"{name} is at {parts_without_secret(address)}, outside {folder}; empty it there, then remove the folder")
    home.own()
    home.disown()
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return True
