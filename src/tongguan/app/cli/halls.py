"""``tongguan halls``: how every hall does now, or one of them with its problems and probes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(halls)


def halls(
    ctx: typer.Context,
    channel: Annotated[str, typer.Argument(help="A hall's code, such as app: its problems alone.")] = "",
    region: str = "",
    at: Annotated[str, typer.Option(help="A moment with its zone, such as 2026-11-21T10:00:00+08:00; now where left out.")] = "",
    json: JsonOption = False,
) -> None:
    """Show how every hall does: reached, answering, succeeding, and its volume against the usual."""
    found = commands(ctx)
    with told(found):
        found.wait_loaded()
        params = {name: value for name, value in {"channel": channel, "region": region, "at": at}.items() if value}
        answer = found.api.call("GET", "/api/v1/halls", params=params)
        found.show(answer, lambda: _problems(found, answer) if channel else _list(found, answer), json)


def _list(found: Commands, answer: dict[str, Any]) -> Any:
    rows = []
    for hall in answer["halls"]:
        reach, success, volume = hall["reach"], hall["success"], hall["volume"]
        rows.append(
            [
                hall["channel"],
                f"{hall['standing']['grade']} ({hall['standing']['why']})",
                "planned" if reach["planned"] else reach["reach"],
                found.moment(reach["since"]),
                f"{reach['failed']} of {reach['probes']}",
                _seconds(hall["response"]["median"]),
                f"{success['successes']} of {success['attempts']}",
                volume["last_hour"],
                "—" if volume["last_usual"] is None else f"{volume['last_usual']['median']:.0f}",
                len(hall["problems"]),
            ]
        )
    names = ["hall", "stands", "reach", "since", "probes failed", "answers in", "succeeded", "last hour", "usual", "problems"]
    title = f"Halls at {found.moment(answer['at'])}"
    return rows_table(title, names, rows, right=("answers in", "last hour", "usual", "problems"))


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f} s"


def _problems(found: Commands, answer: dict[str, Any]) -> Any:
    rows = [
        [
            one["kind"],
            one["name"],
            one["detail"],
            f"{one['count']} of {one['of']}" if one["of"] else one["count"],
            found.moment(one["since"]),
        ]
        for hall in answer["halls"]
        for one in hall["problems"]
    ]
    names = ", ".join(f"{hall['channel']}: {hall['standing']['grade']} ({hall['standing']['why']})" for hall in answer["halls"])
    return rows_table(names or "no such hall", ["problem", "name", "about", "count", "since"], rows, right=("count",))
