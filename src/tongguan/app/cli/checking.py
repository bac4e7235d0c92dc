"""``tongguan check``: does everything agree that must agree?"""

from __future__ import annotations

import typer

from tongguan.app.cli import DONE, FAILED
from tongguan.app.cli.context import JsonOption, commands, rows_table, told


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(check)


def check(ctx: typer.Context, json: JsonOption = False) -> None:
    """Compare ledger, events, projections, cases, audit and spool with each other; exit code 1 when something disagrees."""
    found = commands(ctx)
    with told(found):
        found.wait_loaded()
        findings = found.api.call("GET", "/api/v1/owner/check")
        rows = [["ok" if finding["ok"] else "WRONG", finding["name"], finding["detail"]] for finding in findings]
        found.show(findings, lambda: rows_table("Check", ["", "what", "detail"], rows), json)
    raise typer.Exit(DONE if all(finding["ok"] for finding in findings) else FAILED)
