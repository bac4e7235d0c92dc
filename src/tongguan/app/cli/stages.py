"""``tongguan flow``, ``stage``, ``waiting`` and ``findings``: the panorama, a day of a stage, what waits, what stood out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.table import Table

from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told

RegionOption = Annotated[str, typer.Option(help="Only this region and those below it.")]
ChannelOption = Annotated[str, typer.Option(help="Only this channel.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(flow)
    app.command()(stage)
    app.command()(waiting)
    app.command()(findings)


def flow(ctx: typer.Context, channel: ChannelOption = "", region: RegionOption = "", json: JsonOption = False) -> None:
    """Show how every stage of the whole process does now: volume, comparison, failures, and what waits, warned and late."""
    _ask(ctx, "flow", _stages, json, channel=channel, region=region)


def stage(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A stage, such as payment.")],
    day: Annotated[str, typer.Option(help="Which day, such as 2026-11-21; today where left out.")] = "",
    channel: ChannelOption = "",
    region: RegionOption = "",
    json: JsonOption = False,
) -> None:
    """Show one day of a stage: what it is measured by, beside the day before and the week before."""
    _ask(ctx, f"stages/{name}/day", lambda _, answer: _measures(name, answer), json, day=day, channel=channel, region=region)


def waiting(
    ctx: typer.Context,
    stage_name: Annotated[str, typer.Option("--stage", help="Only what waits for this stage.")] = "",
    lateness: Annotated[str, typer.Option(help="Only what stands so: late, warned, on_time, paused, silent or unlimited.")] = "",
    channel: ChannelOption = "",
    region: RegionOption = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows.")] = 50,
    json: JsonOption = False,
) -> None:
    """List the open steps of cases, those first that somebody must act on first."""
    _ask(ctx, "waiting", _waiting, json, stage=stage_name, lateness=lateness, channel=channel, region=region, limit=str(limit))


def findings(
    ctx: typer.Context,
    stage_name: Annotated[str, typer.Option("--stage", help="Only of this stage.")] = "",
    day: Annotated[str, typer.Option(help="Only what lies on this day, such as 2026-11-21.")] = "",
    channel: ChannelOption = "",
    region: RegionOption = "",
    json: JsonOption = False,
) -> None:
    """List the numbers that were unlike other days in the last two weeks."""
    # Rounds of their own find them; the end of loading is not the end of such a round.
    where = {"stage": stage_name, "day": day, "channel": channel, "region": region}
    _ask(ctx, "findings", lambda _, answer: _findings(answer), json, loaded=False, **where)


def _ask(
    ctx: typer.Context, path: str, table: Callable[[Commands, dict[str, Any]], Table], json: bool, *, loaded: bool = True, **params: str
) -> None:
    """Ask the API and show the answer; ``loaded`` waits for what was delivered. Parameters without a value are left out."""
    found = commands(ctx)
    with told(found):
        if loaded:
            found.wait_loaded()
        answer = found.api.call("GET", f"/api/v1/{path}", params={name: value for name, value in params.items() if value})
        found.show(answer, lambda: table(found, answer), json)


def _stages(found: Commands, answer: dict[str, Any]) -> Table:
    counted = ("volume", "volume_yesterday", "volume_last_week", "rate", "failures", "backlog", "warned", "late")
    rows = [[one["name"], *(one[name] for name in counted), found.moment(one["oldest"])] for one in answer["stages"]]
    names = ["stage", "today", "yesterday", "last week", "last hour", "failed", "waiting", "warned", "late", "oldest since"]
    return rows_table(f"Whole process at {found.moment(answer['at'])}", names, rows, right=tuple(names[1:-1]))


def _measures(name: str, answer: dict[str, Any]) -> Table:
    rows = [[measure, *(_figure(one[when]) for when in ("now", "before", "week"))] for measure, one in answer["measures"].items()]
    return rows_table(
        f"{name} on {answer['day']}", ["measure", "day", "day before", "week before"], rows, right=("day", "day before", "week before")
    )


def _figure(value: Any) -> str | None:
    """Write counts whole and shares and seconds with four digits; money as minor units by currency."""
    if isinstance(value, dict):
        return ", ".join(f"{amount} {currency}" for currency, amount in value.items()) or None
    return f"{value:.4g}" if isinstance(value, float) else None if value is None else str(value)


def _waiting(found: Commands, answer: dict[str, Any]) -> Table:
    shown = ("case_id", "lateness", "stage", "step")
    rows = [
        [*(row[name] for name in shown), found.moment(row["since"]), found.moment(row["late_from"]), row["channel"], row["region"]]
        for row in answer["rows"]
    ]
    counts = ", ".join(f"{name} {count}" for name, count in answer["counts"].items() if count)
    title = f"{len(rows)} of {answer['total']} that wait ({counts or 'none'})"
    return rows_table(title, ["case", "stands", "stage", "step", "since", "limit", "channel", "region"], rows)


def _findings(answer: dict[str, Any]) -> Table:
    shown = ("first_day", "last_day", "stage", "watch", "by", "value", "kind")
    rows = [[*(row[name] for name in shown), *(_figure(row[name]) for name in ("observed", "expected", "score"))] for row in answer["rows"]]
    title = f"{len(rows)} that stood out" + (
        f" from {answer['since']} to {answer['through']}" if answer["through"] else "; nothing was looked at yet"
    )
    names = ["first day", "last day", "stage", "number", "by", "value", "way", "worst day", "other days", "spreads"]
    return rows_table(title, names, rows, right=("worst day", "other days", "spreads"))
