"""``tongguan serve``, ``tongguan demo`` and ``tongguan migrate``."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tongguan.app.cli import FAILED, WRONG_USE
from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told

if TYPE_CHECKING:
    from tongguan.app.serve import Beside


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(serve)
    app.command()(demo)
    app.command()(migrate)


def serve(ctx: typer.Context) -> None:
    """Start the server. Address, port and stores are settings (TONGGUAN_HOST, TONGGUAN_PORT, …)."""
    _serve(commands(ctx), None)


def demo(
    ctx: typer.Context,
    reset: Annotated[bool, typer.Option("--reset", help="Begin anew: first remove the demo's home, imported data too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before removing.")] = False,
    days: Annotated[int, typer.Option(min=2, max=400, help="Days of history, where the demo begins anew.")] = 90,
    orders_per_day: Annotated[int, typer.Option(min=1, max=20_000, help="Its size, where the demo begins anew.")] = 1800,
) -> None:
    """Start the server with a made-up province in it: 90 days of history, newest first, and traffic that goes on."""
    found = commands(ctx)
    from tongguan.app.demo.state import DemoRunsError, ElsewhereError, NotADemoError, beginning
    from tongguan.app.demo.state import reset as remove
    from tongguan.app.demo.teller import start_demo

    if reset:
        if not yes and sys.stdin.isatty():
            typer.confirm(f"Remove everything in {found.folder}?", abort=True)
        with told(found):
            try:
                gone = remove(found.folder)
            except (NotADemoError, DemoRunsError, ElsewhereError) as error:
                found.say(str(error))
                raise typer.Exit(WRONG_USE) from error
            found.say(f"removed what was in {found.folder}" if gone else f"nothing to remove in {found.folder}")
    _serve(found, partial(start_demo, begin=partial(beginning, days=days, orders_per_day=orders_per_day)))


def _serve(found: Commands, beside: Beside | None) -> None:
    from tongguan.app.logs import set_up_logs
    from tongguan.app.serve import PortTakenError
    from tongguan.app.serve import serve as run
    from tongguan.app.settings import read_settings

    with told(found):
        set_up_logs(read_settings(found.folder).log_format)
        try:
            run(found.folder, typer.echo, beside=beside)
        except PortTakenError as error:
            found.say(str(error))
            raise typer.Exit(FAILED) from error


def migrate(ctx: typer.Context, json: JsonOption = False) -> None:
    """Bring the stores of a home up to this release. The server does the same when it starts."""
    found = commands(ctx)
    from tongguan.app.installation import open_installation

    with told(found):
        installation = open_installation(found.folder)
        answer = {"done": installation.migrated, "records": installation.database.revision()}
        installation.close()
        found.show(
            answer, lambda: rows_table("Migrations", ["done"], [[line] for line in installation.migrated or ["nothing to do"]]), json
        )
