"""``tongguan simulate``: a made-up province as a file, or told to an installation."""

from __future__ import annotations

import signal
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tongguan.app.cli import DONE, WITH_QUARANTINE, WRONG_USE
from tongguan.app.cli.context import JsonOption, commands, rows_table, told

if TYPE_CHECKING:
    from tongguan.simulate.faults.plan import FaultPlan


_EARLIEST, _LATEST = date(1971, 1, 2), date(2180, 1, 1)


class ProfileName(StrEnum):
    """How much each channel is used."""

    TODAY = "today"
    HISTORICAL = "historical"


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(simulate)


def simulate(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=4000, help="How many days.")] = 7,
    orders_per_day: Annotated[int, typer.Option(min=1, max=100_000, help="Usual orders of a usual day; each brings some 40 events.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed and first day give the same bytes, on any machine.")] = 1,
    first: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; without it, the last is yesterday.")] = None,
    faults: Annotated[str, typer.Option(help="What goes wrong: demo, judge, none, or a plan file (JSON).")] = "none",
    fault_seed: Annotated[int, typer.Option(help="Seed of the plan called judge, apart from the province's.")] = 1,
    profile: Annotated[ProfileName, typer.Option(help="How much each channel is used.")] = ProfileName.TODAY,
    events: Annotated[int | None, typer.Option(min=1, help="End after so many events.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the events to a file: .jsonl, .ndjson, either with .gz.")] = None,
    into: Annotated[Path | None, typer.Option(help="Tell the events to the installation in this folder, running or not.")] = None,
    rate: Annotated[int | None, typer.Option(min=1, help="With --into: at most so many events a second.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Write what was planted and told, and its accounts, to a JSON file.")] = None,
    statements: Annotated[Path | None, typer.Option(help="Write the payment channels' statements to this folder.")] = None,
    json: JsonOption = False,
) -> None:
    """Make up a province: visits, orders, payments, deliveries, contacts, devices, with planted faults whose truth is known."""
    found = commands(ctx)
    if (out is None) == (into is None):
        found.say("say where the events go: either --out FILE or --into HOME")
        raise typer.Exit(WRONG_USE)
    if truth is not None and events is not None:
        found.say("--truth tells whole days; use it without --events")
        raise typer.Exit(WRONG_USE)
    if truth is not None and out is not None and truth.resolve() == out.resolve():
        found.say(f"--truth and --out both name {out}; they are two files")
        raise typer.Exit(WRONG_USE)
    if rate is not None and into is None:
        found.say("--rate works with --into only: a file is written as fast as it can be")
        raise typer.Exit(WRONG_USE)
    from tongguan.app.simulation import Simulation, Wanted
    from tongguan.lib.now import system_now, system_ticks
    from tongguan.simulate.faults.plan import PlanError
    from tongguan.simulate.files import FileNameError
    from tongguan.simulate.province.channels import Profile
    from tongguan.simulate.world import Setting

    with told(found):
        start = first.date() if first else _yesterday(system_now()) - timedelta(days=days - 1)
        if not _EARLIEST <= start <= _LATEST:
            found.say(f"--first {start}: valid from {_EARLIEST} to {_LATEST}")
            raise typer.Exit(WRONG_USE)
        # Ended by SIGTERM, the command tidies up as it does after Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            plan = _plan(faults, start, days, fault_seed)
            setting = Setting(seed, start, orders_per_day, Profile(profile.value), plan)
            wanted = Wanted(setting, days, events, truth, statements)
            simulation = Simulation(wanted, system_ticks, found.err)
            answer = simulation.to_file(out) if out is not None else simulation.into(into or found.folder, rate)
        except (PlanError, FileNameError) as error:
            found.say(str(error))
            raise typer.Exit(WRONG_USE) from error
        rows = [[name, _plain(value)] for name, value in answer.items()]
        if events is not None and answer["events"] < events:
            found.say(f"{days} days have no more than {answer['events']:,} events; --days or --orders-per-day make more")
        found.show(answer, lambda: rows_table("Simulated", ["what", "value"], rows), json)
    raise typer.Exit(WITH_QUARANTINE if answer.get("quarantined") else DONE)


def _plain(value: Any) -> Any:
    return f"{value:,}" if isinstance(value, int) else value


def _yesterday(now: datetime) -> date:
    from tongguan.simulate.clock import ZONE

    return now.astimezone(ZONE).date() - timedelta(days=1)


def _plan(name: str, first: date, days: int, seed: int) -> FaultPlan:
    from tongguan.lib.suggest import valid_hint
    from tongguan.simulate.clock import day_of
    from tongguan.simulate.faults.plan import FaultPlan, PlanError
    from tongguan.simulate.faults.plans import demo_plan, drawn_plan
    from tongguan.simulate.faults.reading import read_plan

    start = day_of(first)
    if name == "none":
        return FaultPlan("none")
    if name == "demo":
        return demo_plan(start + days)
    if name == "judge":
        return drawn_plan(seed, start, start + days - 1)
    path = Path(name)
    if not path.exists():
        hint = valid_hint(name, ("demo", "judge", "none"))
        raise PlanError(f"no plan and no file {name!r}; {hint}, or the name of a JSON file")
    return read_plan(path)
