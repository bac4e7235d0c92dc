"""``tongguan bench``: measure, never assert."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    group = typer.Typer(help="Benchmarks; figures and machine belong in docs/benchmarks.md.", no_args_is_help=True)
    app.add_typer(group, name="bench")
