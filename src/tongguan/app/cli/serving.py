"""``tongguan serve`` and ``tongguan migrate``."""

from __future__ import annotations

from typing import Annotated

import typer

from tongguan.app.cli import FAILED
from tongguan.app.cli.context import JsonOption, commands, rows_table, told


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(serve)
    app.command()(migrate)


def serve(
    ctx: typer.Context,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty home with a generated example, and keep it moving.")] = False,
) -> None:
    """Start the server. Address, port and stores are settings (TONGGUAN_HOST, TONGGUAN_PORT, …)."""
    found = commands(ctx)
    from tongguan.app.logs import set_up_logs
    from tongguan.app.serve import PortTakenError
    from tongguan.app.serve import serve as run
    from tongguan.app.settings import read_settings

    with told(found):
        set_up_logs(read_settings(found.folder).log_format)
        try:
            run(found.folder, typer.echo, demo=demo)
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
