"""What commands that ask one question share: usual options, and the call with the parameters that have a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from tongguan.app.cli.context import Commands

ChannelOption = Annotated[str, typer.Option(help="Only this channel.")]
RegionOption = Annotated[str, typer.Option(help="Only this region and those below it.")]
ClassOption = Annotated[str, typer.Option("--business-class", help="Only this business class and those below it.")]
BrandOption = Annotated[str, typer.Option(help="Only this brand.")]
DayOption = Annotated[str, typer.Option(help="Which day, such as 2026-11-21; today where left out.")]
LimitOption = Annotated[int, typer.Option(min=1, max=10_000, help="Rows of a list.")]
OffsetOption = Annotated[int, typer.Option(min=0, help="Rows of a list to pass over.")]
LatenessOption = Annotated[str, typer.Option(help="Only what stands so: late, warned, on_time, paused, silent or unlimited.")]


def ask(found: Commands, path: str, **params: str | int) -> Any:
    """Ask the API once everything that was delivered is loaded; parameters without a value are left out.

    Raises:
        ApiError: it refused.
    """
    found.wait_loaded()
    given = {name: str(value) for name, value in params.items() if value != ""}
    return found.api.call("GET", f"/api/v1/{path}", params=given)


def only_with(option: str, given: Mapping[str, object]) -> None:
    """Refuse options that have a value although the one that they go with is not there.

    Raises:
        typer.BadParameter: one of them has a value.
    """
    for name in (name for name, value in given.items() if value):
        raise typer.BadParameter(f"goes with {option} only", param_hint=name)


def not_with(option: str, given: Mapping[str, object]) -> None:
    """Refuse options that have a value although they mean nothing beside another one.

    Raises:
        typer.BadParameter: one of them has a value.
    """
    for name in (name for name, value in given.items() if value):
        raise typer.BadParameter(f"does not go with {option}", param_hint=name)


def share(value: float | None) -> str | None:
    """Write a share in percent."""
    return None if value is None else f"{100 * value:.1f}%"


def seconds(value: float | None) -> str | None:
    """Write a duration in the two largest units that it has."""
    if value is None:
        return None
    whole = round(value)
    days, hours, minutes = whole // 86_400, whole // 3_600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {whole % 60} s"
