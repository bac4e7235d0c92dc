"""``tongguan check``: does everything agree that must agree?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan.app.cli import DONE, FAILED, WRONG_USE
from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(check)


def check(
    ctx: typer.Context,
    truth: Annotated[
        Path | None, typer.Option(help="Compare with what `tongguan simulate --truth FILE` says it told, in place of the rest.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="With --truth: only events from this source count; may be repeated.")] = None,
    json: JsonOption = False,
) -> None:
    """Compare ledger, events, projections, cases, tasks, audit and spool with each other; exit code 1 when something disagrees."""
    found = commands(ctx)
    if source and truth is None:
        found.say("--source works with --truth only")
        raise typer.Exit(WRONG_USE)
    with told(found):
        found.wait_loaded()
        agrees = _check(found, json) if truth is None else _check_truth(found, truth, source or [], json)
    raise typer.Exit(DONE if agrees else FAILED)


def _check(found: Commands, json: bool) -> bool:
    findings = found.api.call("GET", "/api/v1/owner/check")
    rows = [["ok" if finding["ok"] else "WRONG", finding["name"], finding["detail"]] for finding in findings]
    found.show(findings, lambda: rows_table("Check", ["", "what", "detail"], rows), json)
    return all(finding["ok"] for finding in findings)


def _check_truth(found: Commands, truth: Path, sources: list[str], json: bool) -> bool:
    answer = found.api.call("POST", "/api/v1/owner/truth", content=truth.read_bytes(), params={"source": sources})
    rows = [
        [
            f"{one['account']}: {one['type']}".rstrip(": "),
            one["date"],
            one["channel"] or None,
            *(f"{one[name]:,}" for name in ("events", "found_events", "amount", "found_amount")),
        ]
        for one in answer["differences"]
    ]
    shown = f", the first {len(rows)}:" if len(rows) < answer["differing"] else ""
    title = f"Truth: {answer['agreeing']:,} lines agree, {answer['differing']:,} differ{shown}"
    names = ["what", "day", "channel", "events", "found", "amount", "found amount"]
    found.show(answer, lambda: rows_table(title, names, rows, right=tuple(names[3:])) if rows else title, json)
    return not answer["differing"]
