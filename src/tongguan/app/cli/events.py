"""``tongguan events``: the newest events, what types there are, and sending some."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from tongguan.app.cli import DONE, WITH_QUARANTINE
from tongguan.app.cli.context import JsonOption, commands, rows_table, told

_LINES = 5000
_BYTES = 4 * 1024 * 1024
"""A request has at most so many lines, and so many bytes unless a single line has more."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    group = typer.Typer(help="Events: list the newest of a stage, name the types, send some.", no_args_is_help=True)
    group.command("list")(list_events)
    group.command("types")(types)
    group.command("send")(send)
    app.add_typer(group, name="events")


def list_events(
    ctx: typer.Context,
    stage: Annotated[str, typer.Argument(help="Stage of the process, such as order or payment.")],
    channel: str = "",
    region: str = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: JsonOption = False,
) -> None:
    """Show the newest events of a stage."""
    found = commands(ctx)
    with told(found):
        params = {"limit": str(limit), **({"channel": channel} if channel else {}), **({"region": region} if region else {})}
        rows = found.api.call("GET", f"/api/v1/stages/{stage}/events", params=params)
        names = ["time", "type", "source", "amount", "event_id"]
        table = [[found.moment(row["time"]), *[row[name] for name in names[1:]]] for row in rows]
        found.show(rows, lambda: rows_table(f"Newest events of {stage}", names, table), json)


def types(ctx: typer.Context, json: JsonOption = False) -> None:
    """Show every event type that this release knows."""
    found = commands(ctx)
    with told(found):
        rows = found.api.call("GET", "/api/v1/event-types")
        table = [[row["name"], row["area"], row["zh"], row["en"]] for row in rows]
        found.show(rows, lambda: rows_table(f"{len(rows)} event types", ["name", "area", "zh", "en"], table), json)


def send(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="NDJSON, an event a line; standard input without it.", exists=True)] = None,
    source: Annotated[str, typer.Option(help="Name of the source under which they are accounted.")] = "local",
    json: JsonOption = False,
) -> None:
    """Send events, an event a line. Safe to repeat when the events carry ids."""
    found = commands(ctx)
    totals = {"received": 0, "accepted": 0, "quarantined": 0}
    refusals: list[dict[str, Any]] = []
    with told(found), file.open("rb") if file else nullcontext(sys.stdin.buffer) as stream:
        for batch in _batches(stream):
            headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": secrets.token_hex(8), "X-Source": source}
            answer = found.api.call("POST", "/api/v1/events", content=b"".join(line for _, line in batch), headers=headers)
            for name in totals:
                totals[name] += answer[name]
            refusals += [{**refusal, "position": batch[refusal["position"]][0]} for refusal in answer["refusals"]]
        found.wait_loaded()
        rows = [[refusal["position"] + 1, refusal["reason"], refusal["message"], refusal["valid"]] for refusal in refusals[:50]]
        title = f"{totals['received']} received, {totals['accepted']} accepted, {totals['quarantined']} quarantined"
        found.show({**totals, "refusals": refusals}, lambda: rows_table(title, ["line", "reason", "message", "valid"], rows), json)
    raise typer.Exit(WITH_QUARANTINE if totals["quarantined"] else DONE)


def _batches(stream: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    """Yield lines that are not blank, each with its place in the stream (from 0), as many as one request takes."""
    batch: list[tuple[int, bytes]] = []
    size = 0
    for place, line in enumerate(stream):
        if not line.strip():
            continue
        if batch and (len(batch) >= _LINES or size + len(line) > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append((place, line))
        size += len(line)
    if batch:
        yield batch
