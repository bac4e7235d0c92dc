"""The program: global options, and every command hung in."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import Annotated, Final

import typer

from tongguan import __version__
from tongguan.app.cli.context import Commands
from tongguan.app.home import default_home
from tongguan.app.logs import set_up_logs

_MODULES: Final = (
    "serving",
    "importing",
    "events",
    "orders",
    "quality",
    "returns",
    "stages",
    "fulfilment",
    "tasks",
    "metrics",
    "halls",
    "data",
    "checking",
    "people",
    "regions",
    "rules",
    "simulating",
    "benches",
)
"""Modules of this package, each with ``add_to(app)``; the order is that of the help."""


def build() -> typer.Typer:
    """Return the program with all its commands."""
    app = typer.Typer(
        name="tongguan",
        help="Tongguan 通观: watches a whole sale, from the first visit to the last reconciled cent.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_show_locals=False,
        rich_markup_mode="rich",
    )

    @app.callback()
    def everything(
        ctx: typer.Context,
        home: Annotated[
            Path | None, typer.Option(help="Folder of the installation.", envvar="TONGGUAN_HOME", show_default="~/.tongguan")
        ] = None,
        version: Annotated[bool, typer.Option("--version", help="Show the version and end.", callback=_version, is_eager=True)] = False,
    ) -> None:
        # A command tells what it has to tell itself; only the server logs.
        set_up_logs("text", logging.ERROR)
        ctx.obj = Commands(home or default_home())
        ctx.call_on_close(ctx.obj.close)

    for name in _MODULES:
        importlib.import_module(f"tongguan.app.cli.{name}").add_to(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tongguan {__version__}")
        raise typer.Exit
