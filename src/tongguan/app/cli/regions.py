"""``tongguan regions``: the names of regions, and what lies in what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tongguan.app.cli.context import JsonOption, commands, rows_table, told


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    group = typer.Typer(help="The book of regions: what codes are called, and what lies in what.", no_args_is_help=True)
    group.command("import")(import_regions)
    group.command("list")(list_regions)
    app.add_typer(group, name="regions")


def import_regions(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV in UTF-8 with the columns code,parent,zh,en.", exists=True, dir_okay=False, readable=True),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Put a list of regions in the place of the one that was there. The same list a second time changes nothing."""
    found = commands(ctx)
    with told(found):
        answer = found.api.replace_regions(file.read_bytes(), trial=dry_run)
        found.show(answer, lambda: _told(answer), json)


def list_regions(ctx: typer.Context, json: JsonOption = False) -> None:
    """Show all regions, each below what it lies in."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("GET", "/api/v1/regions")
        rows = [[region["code"], region["parent"], region["zh"], region["en"]] for region in answer]
        found.show(answer, lambda: rows_table(f"{len(rows)} regions", ["code", "in", "zh", "en"], rows), json)


def _told(answer: dict[str, Any]) -> str:
    counts = ", ".join(f"{answer[name]} {name}" for name in ("added", "changed", "removed", "unchanged"))
    order = ", in another order" if answer["reordered"] else ""
    return f"{'Dry run: nothing was changed. ' if answer['dry_run'] else ''}{answer['regions']} regions: {counts}{order}."
