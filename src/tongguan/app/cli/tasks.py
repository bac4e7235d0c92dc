"""``tongguan tasks`` and ``tongguan skills``: what people work off, and who can do what."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told

_STATES = ("open", "mine", "others", "ended")


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(tasks)
    app.command()(skills)


def tasks(
    ctx: typer.Context,
    queue: Annotated[str, typer.Option(help="Only of this queue, such as acceptance.")] = "",
    standing: Annotated[str, typer.Option(help="Only what stands so: open, mine, others or ended.")] = "",
    lateness: Annotated[str, typer.Option(help="Only what stands so: late, warned, on_time, paused, silent or unlimited.")] = "",
    channel: Annotated[str, typer.Option(help="Only this channel.")] = "",
    region: Annotated[str, typer.Option(help="Only this region and those below it.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Rows.")] = 50,
    json: JsonOption = False,
) -> None:
    """List the tasks that people work off, the most urgent first, with who has them."""
    given = {"queue": queue, "standing": standing, "lateness": lateness, "channel": channel, "region": region, "limit": str(limit)}
    found = commands(ctx)
    with told(found):
        found.wait_loaded()
        answer = found.api.call("GET", "/api/v1/tasks", params={name: value for name, value in given.items() if value})
        found.show(answer, lambda: _tasks(found, answer), json)


def _tasks(found: Commands, answer: dict[str, Any]) -> Table:
    rows = [
        [
            *(row[name] for name in ("case_id", "queue", "step", "state", "owner_name")),
            *(found.moment(row[name]) for name in ("since", "late_from")),
            row["region"],
        ]
        for row in answer["rows"]
    ]
    counts = ", ".join(f"{name} {answer['counts'][name]}" for name in _STATES if answer["counts"][name])
    title = f"{len(rows)} of {answer['total']} tasks ({counts or 'none'})"
    return rows_table(title, ["case", "queue", "step", "state", "who has it", "since", "limit", "region"], rows)


def skills(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Sign-in name; all users without it.")] = "",
    give: Annotated[list[str] | None, typer.Option(help="Skill that the user has from now on; may be repeated.")] = None,
    none: Annotated[bool, typer.Option("--none", help="From now on the user has no skill.")] = False,
    json: JsonOption = False,
) -> None:
    """Show who has which skill, or give a user exactly the skills named."""
    found = commands(ctx)
    with told(found):
        if (give or none) and not name:
            raise typer.BadParameter("whose skills? name a user")
        if give and none:
            raise typer.BadParameter("either --give or --none")
        if give or none:
            answer = [found.api.call("PUT", f"/api/v1/skills/{quote(name, safe='')}", json={"skills": give or []})]
        else:
            answer = [one for one in found.api.call("GET", "/api/v1/skills") if name in ("", one["name"])]
        found.show(answer, lambda: rows_table("Skills", ["name", "shown as", "skills"], [_person(one) for one in answer]), json)


def _person(one: dict[str, Any]) -> list[str]:
    return [one["name"], one["display_name"], ", ".join(one["skills"])]
