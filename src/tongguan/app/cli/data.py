"""``tongguan data``: the books of every source, and the quarantine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan.app.cli import DONE, WITH_QUARANTINE
from tongguan.app.cli.context import JsonOption, commands, rows_table, told


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    group = typer.Typer(help="The books of every source, and what was set aside.", no_args_is_help=True)
    group.command("sources")(sources)
    group.command("quarantine")(quarantine)
    group.command("replay")(replay)
    group.command("discard")(discard)
    app.add_typer(group, name="data")


def sources(ctx: typer.Context, json: JsonOption = False) -> None:
    """Show what every source delivered and what became of it."""
    found = commands(ctx)
    with told(found):
        rows = found.api.call("GET", "/api/v1/sources")
        names = ["source", "received", "accepted", "duplicate", "quarantined", "rejected", "difference", "newest_event"]
        table = [[*[row[name] for name in names[:-1]], found.moment(row["newest_event"])] for row in rows]
        found.show(rows, lambda: rows_table("Sources", names, table, right=tuple(names[1:7])), json)


def quarantine(
    ctx: typer.Context,
    source: str = "",
    reason: str = "",
    state: Annotated[str, typer.Option(help="open, replayed or discarded")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    json: JsonOption = False,
) -> None:
    """Show records that were set aside, newest first."""
    found = commands(ctx)
    with told(found):
        params = {"state": state, "limit": str(limit), **({"source": source} if source else {}), **({"reason": reason} if reason else {})}
        answer = found.api.call("GET", "/api/v1/quarantine", params=params)
        table = [
            [row["id"], row["source"], problem["reason"], problem["field"], problem["value"], problem["valid"], row["origin"]]
            for row in answer["rows"]
            for problem in (row["problem"],)
        ]
        names = ["id", "source", "reason", "field", "value", "valid would be", "origin"]
        found.show(answer, lambda: rows_table(f"{len(table)} of {answer['total']} records", names, table), json)


def replay(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(help="Ids as `quarantine` shows them.")],
    mapping: Annotated[
        Path | None, typer.Option(help="The mended mapping; without it the one of the last import is used.", exists=True, dir_okay=False)
    ] = None,
    json: JsonOption = False,
) -> None:
    """Send quarantined records through ingest again, with the present mappings."""
    found = commands(ctx)
    with told(found):
        if mapping is not None:
            from tongguan.areas.packs import build_vocabulary
            from tongguan.ingest.mapping.load import load_mapping

            found.api.keep_mapping(load_mapping(mapping, build_vocabulary()).name, mapping)
        answer = found.api.call("POST", "/api/v1/quarantine/replay", json={"ids": ids})
        rows = [["taken", answer["taken"]], *[[f"still set aside: {key}", value["message"]] for key, value in answer["still"].items()]]
        found.show(answer, lambda: rows_table("Replay", ["what", "result"], rows), json)
    raise typer.Exit(WITH_QUARANTINE if answer["still"] else DONE)


def discard(
    ctx: typer.Context, ids: Annotated[list[str], typer.Argument(help="Ids as `quarantine` shows them.")], json: JsonOption = False
) -> None:
    """Close quarantined records for good; their bodies are kept."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("POST", "/api/v1/quarantine/discard", json={"ids": ids})
        found.show(answer, lambda: f"{answer['discarded']} discarded", json)
