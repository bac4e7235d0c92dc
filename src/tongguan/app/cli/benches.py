"""``tongguan bench``: measure, never assert."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tongguan.app.cli import FAILED, WRONG_USE
from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told

_SIZES = (500, 1700, 20_000)
_PARTS = "ingest, single, visible, memory or all"


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    group = typer.Typer(help="Benchmarks; figures and machine belong in docs/benchmarks.md.", no_args_is_help=True)
    group.command("ingest")(ingest)
    group.command("crash")(crash)
    group.command("simulate")(simulate)
    group.command("panorama")(panorama)
    group.command("metrics")(metrics)
    group.command("clocks")(clocks)
    app.add_typer(group, name="bench")


def ingest(
    ctx: typer.Context,
    events: Annotated[int, typer.Option(min=1, help="Events of one measurement of speed.")] = 1_000_000,
    cases: Annotated[int, typer.Option(min=1, help="Cases that are there at the second measurement.")] = 10_000_000,
    batch: Annotated[int, typer.Option(min=1, max=20_000, help="Events in one request.")] = 5000,
    part: Annotated[str, typer.Option(help=f"What is measured: {_PARTS}.")] = "all",
    at_10m: Annotated[bool, typer.Option("--at-10m/--no-at-10m", help="Measure again with the cases there.")] = True,
    folder: Annotated[Path | None, typer.Option(help="Where the homes of the servers are made; the system's temporary folder.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure how events come in: speed beside the bare engine, single posts, time until seen, memory. Takes some minutes."""
    found = commands(ctx)
    from tongguan.app.bench.measure import PARTS, Bench, Sizes

    if part not in (*PARTS, "all"):
        found.say(f"no part {part!r}; valid: {_PARTS}")
        raise typer.Exit(WRONG_USE)
    sizes = Sizes(events=events, cases=cases if at_10m else 0, batch=batch)
    with _measuring(found, folder) as place:
        answer = Bench(place, sizes, found.say).run(PARTS if part == "all" else (part,))
    found.show(answer, lambda: rows_table("Ingest", ["figure", "value"], _flat(answer)), json)


def crash(
    ctx: typer.Context,
    rounds: Annotated[int, typer.Option(min=1, help="How often the process is killed.")] = 50,
    seed: Annotated[int, typer.Option(help="Of what is left to chance.")] = 1,
    json: JsonOption = False,
) -> None:
    """Kill an installation again and again while clients deliver, and look whether anything acknowledged is lost or doubled."""
    found = commands(ctx)
    from tongguan.app.bench.crash import CrashBenchError, run_crash

    with told(found), tempfile.TemporaryDirectory(prefix="tongguan-crash-") as place:
        try:
            report = run_crash(Path(place), rounds, seed)
        except CrashBenchError as error:
            found.say(str(error))
            raise typer.Exit(FAILED) from error
    # dataclasses.asdict would make a Counter of the pairs of a Counter.
    answer = {"rounds": rounds, "seed": seed, "sound": report.sound, **vars(report), "kills": dict(report.kills)}
    found.show(answer, lambda: rows_table("Crash", ["figure", "value"], _flat(answer)), json)
    if not report.sound:
        raise typer.Exit(FAILED)


def simulate(
    ctx: typer.Context,
    orders_per_day: Annotated[list[int] | None, typer.Option(min=1, help="Sizes to measure; may be repeated. 500, 1700, 20000.")] = None,
    events: Annotated[int, typer.Option(min=1, help="About so many events of each size, in whole days.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="Of the province; the same seed gives the same digests on every machine.")] = 1,
    json: JsonOption = False,
) -> None:
    """Measure how fast the simulator makes events in memory, on one core. Takes some seconds a size."""
    found = commands(ctx)
    from tongguan.app.bench.simulated import Size, measure
    from tongguan.lib.now import system_ticks

    answer = measure([Size(size, events) for size in orders_per_day or _SIZES], seed, system_ticks)
    found.show(answer, lambda: rows_table("Simulate", list(answer[0]), [list(row.values()) for row in answer]), json)


def panorama(
    ctx: typer.Context,
    events: Annotated[list[int] | None, typer.Option(min=1000, help="Sizes to measure; may be repeated. 1,000,000.")] = None,
    spread: Annotated[
        str, typer.Option(help="Where events beyond a million lie: deeper (longer history) or denser (more traffic).")
    ] = "deeper",
    sets: Annotated[int, typer.Option(min=1, help="Filter sets that every reader asks with.")] = 50,
    rate: Annotated[int, typer.Option(min=0, help="Events a second that come in meanwhile; 0 leaves these measurements out.")] = 5000,
    paints: Annotated[int, typer.Option(min=0, help="Visits with a browser, if there is one; 0 leaves them out.")] = 10,
    orders_per_day: Annotated[int, typer.Option(min=1, help="Usual orders of a usual day of the first events.")] = 1700,
    seed: Annotated[int, typer.Option(help="Of the events and of the filter sets.")] = 1,
    folder: Annotated[Path | None, typer.Option(help="Where the homes are made; the system's temporary folder.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure how long the panorama takes: readers, filters, traffic, first paint, statements. A million events take two minutes."""
    found = commands(ctx)
    from tongguan.app.bench.panorama import PanoramaBench, Sizes

    _check_spread(found, spread)
    sizes = Sizes(
        events=events or [1_000_000], spread=spread, seed=seed, orders_per_day=orders_per_day, sets=sets, rate=rate, paints=paints
    )
    with _measuring(found, folder) as place:
        answer = PanoramaBench(place, sizes, found.say).run()
    names = ["events", *answer["sizes"][0]["times"][0]]
    rows = [[size["events"], *row.values()] for size in answer["sizes"] for row in size["times"]]
    found.show(answer, lambda: rows_table("Panorama", names, rows), json)
    if not json:
        found.show(answer, lambda: rows_table("Homes", ["figure", "value"], _homes(answer)), json)


def metrics(
    ctx: typer.Context,
    events: Annotated[int, typer.Option(min=1000, help="About so many events.")] = 50_000_000,
    spread: Annotated[
        str, typer.Option(help="Where events beyond a million lie: deeper (longer history) or denser (more traffic).")
    ] = "deeper",
    questions: Annotated[int, typer.Option(min=1, help="Questions of each kind.")] = 40,
    orders_per_day: Annotated[int, typer.Option(min=1, help="Usual orders of a usual day of the first events.")] = 1700,
    seed: Annotated[int, typer.Option(help="Of the events and of the questions.")] = 1,
    keep: Annotated[
        Path | None, typer.Option(help="Folder in which the home stays; one that is there is measured again, or grows. Else it is removed.")
    ] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the home is made; the system's temporary folder.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure how long indicators take: 30 days by day and channel. A million events take a minute."""
    found = commands(ctx)
    from tongguan.app.bench.metrics import MetricsBench, Sizes

    _check_spread(found, spread)
    sizes = Sizes(events=events, spread=spread, questions=questions, seed=seed, orders_per_day=orders_per_day)
    with _measuring(found, folder) as place:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
        answer = MetricsBench((keep or place).absolute(), sizes, found.say).run()
    found.show(
        answer, lambda: rows_table("Indicators", list(answer["targets"][0]), [list(one.values()) for one in answer["targets"]]), json
    )
    if not json:
        rest = _flat({name: answer[name] for name in ("machine", "size", "figures")})
        found.show(answer, lambda: rows_table("Figures", ["figure", "value"], rest), json)


def clocks(
    ctx: typer.Context,
    planned: Annotated[int, typer.Option("--clocks", min=1, help="Stays that are planned.")] = 200_000,
    steps: Annotated[int, typer.Option(min=100, help="Open steps that are swept; one in a hundred is due.")] = 200_000,
    breaches: Annotated[int, typer.Option(min=0, help="Breaches that are waited for on a server; 0 leaves them out.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Of planning and of sweeping; the median counts.")] = 5,
    folder: Annotated[Path | None, typer.Option(help="Where the stores are made; the system's temporary folder.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure time limits: planning, the sweep of what is due, and how soon a breach is seen. Takes a minute."""
    found = commands(ctx)
    from tongguan.app.bench.clocks import ClocksBench, Sizes

    with _measuring(found, folder) as place:
        answer = ClocksBench(place, Sizes(planned, steps, breaches, rounds), found.say).run()
    rows = [[one["target"], one.get("least", one.get("most")), one["reached"], one["met"]] for one in answer["targets"]]
    found.show(answer, lambda: rows_table("Clocks", ["target", "bound", "reached", "met"], rows), json)


@contextmanager
def _measuring(found: Commands, folder: Path | None) -> Iterator[Path]:
    """Give a folder that is gone in the end; say what could not be measured, and end with an exit code."""
    from tongguan.app.bench.sender import SendError
    from tongguan.app.bench.served import BenchError

    with told(found), tempfile.TemporaryDirectory(prefix="tongguan-bench-", dir=folder, ignore_cleanup_errors=True) as place:
        try:
            yield Path(place)
        except (BenchError, SendError) as error:
            found.say(str(error))
            raise typer.Exit(FAILED) from error


def _check_spread(found: Commands, spread: str) -> None:
    from tongguan.app.bench.panorama_home import SPREADS

    if spread not in SPREADS:
        found.say(f"no spread {spread!r}; valid: {', '.join(SPREADS)}")
        raise typer.Exit(WRONG_USE)


def _homes(answer: dict[str, Any]) -> list[list[Any]]:
    rows = [
        row
        for size in answer["sizes"]
        for row in _flat({name: value for name, value in size.items() if name != "times"}, f"{size['wanted']}.")
    ]
    ratios = [
        [f"ratio of p95, {one['page']}, {one['readers']} readers, {one['events_per_s']} events/s", one["p95"]]
        for one in answer["ratios"] or ()
    ]
    return rows + ratios


def _flat(answer: dict[str, Any], before: str = "") -> list[list[Any]]:
    rows: list[list[Any]] = []
    for name, value in answer.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{before}{name}.")
        else:
            rows.append([before + name, value])
    return rows
