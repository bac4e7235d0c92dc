"""``tongguan metrics`` and ``metric``: which indicators there are, and their numbers, as the pages show them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told

_FromOption = Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01; 30 days up to the last day where left out.")]
_ToOption = Annotated[str, typer.Option("--to", help="Last day; today where left out.")]
_WhereOption = Annotated[list[str] | None, typer.Option(help="Only where a dimension has a value, such as channel=app; may be repeated.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(metrics)
    app.command()(metric)


def metrics(ctx: typer.Context, json: JsonOption = False) -> None:
    """List every indicator: what it is called, how it is counted, which way is good, by what it is taken apart."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("GET", "/api/v1/metrics")
        found.show(answer, lambda: _shelf(answer), json)
        for problem in answer["problems"]:
            found.say(problem)


def metric(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Indicators, such as payment_success_rate.")],
    by: Annotated[str, typer.Option(help="Dimensions, such as channel,region.")] = "",
    grain: Annotated[str, typer.Option(help="minute, hour, day, week, month, quarter, year or total.")] = "total",
    since: _FromOption = "",
    until: _ToOption = "",
    where: _WhereOption = None,
    compare: Annotated[str, typer.Option(help="prev (the period before), yoy (a year before), or both.")] = "",
    top: Annotated[int, typer.Option(min=0, help="Only so many places; the rest is one row.")] = 0,
    sql: Annotated[bool, typer.Option(help="Show the SQL that was asked.")] = False,
    published: Annotated[
        bool, typer.Option("--published", help="Compare every region with enough behind it, as users of one region may see it.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show the numbers of indicators."""
    found = commands(ctx)
    if published:
        if len(names) > 1 or by or where or compare or top or sql or grain != "total":
            raise typer.BadParameter("goes with one indicator, --from and --to only", param_hint="--published")
        _show_published(found, names[0], since, until, json)
        return
    with told(found):
        found.wait_loaded()
        given = {"by": by, "grain": grain, "from": since, "to": until, "compare": compare, "top": str(top) if top else ""}
        params: dict[str, str | list[str]] = {name: value for name, value in given.items() if value} | ({"where": where} if where else {})
        answer = found.api.call("GET", f"/api/v1/metrics/{','.join(names)}", params=params)
        found.show(answer, lambda: _table(answer), json)
        if sql and not json:
            for statement in answer["statements"]:
                found.out.print(statement, markup=False, highlight=False)


def _show_published(found: Commands, name: str, since: str, until: str, json: bool) -> None:
    with told(found):
        found.wait_loaded()
        params: dict[str, str | list[str]] = {key: value for key, value in (("from", since), ("to", until)) if value}
        answer = found.api.call("GET", f"/api/v1/metrics/{name}/regions", params=params)
        found.show(answer, lambda: _regions(answer), json)
        if answer["few"] and not json:
            found.say(f"{answer['few']} more with less than {answer['floor']} behind the number")


def _regions(answer: dict[str, Any]) -> Any:
    rows = [[None if one["rank"] is None else str(one["rank"]), one["region"], _number(one["value"])] for one in answer["regions"]]
    return rows_table(f"{answer['since']} to {answer['until']}", ["rank", "region", answer["name"]], rows, right=("rank", answer["name"]))


def _shelf(answer: dict[str, Any]) -> Any:
    rows = [
        [one["name"], one["label"]["zh"], one["label"]["en"], one["group"], one["tier"], one["unit"], one["better"], ", ".join(one["by"])]
        for one in answer["indicators"]
    ]
    return rows_table(f"{len(rows)} indicators", ["name", "zh", "en", "class", "tier", "unit", "better", "by"], rows)


def _table(answer: dict[str, Any]) -> Any:
    query = answer["query"]
    others = list(query["compare"])
    names = [*query["by"], *(["from"] if query["grain"] != "total" else [])]
    counted = [name if not when else f"{name} {when}" for name in query["names"] for when in ("", *others)]
    rows = [_row(query, row, others) for row in answer["rows"]]
    if query["by"]:
        rows.append(_row(query, {**answer["totals"][-1], "values": ["all"] + [""] * (len(query["by"]) - 1)}, others))
    title = f"{query['since']} to {query['until']}"
    return rows_table(title, [*names, *counted], rows, right=tuple(counted))


def _row(query: dict[str, Any], row: dict[str, Any], others: list[str]) -> list[str | None]:
    values = ["all others" if row["others"] and not place else value for place, value in enumerate(row["values"])]
    told_numbers = []
    for name in query["names"]:
        told_numbers.append(_number(row["amounts"][name]["value"]))
        told_numbers += [_number(row["before"].get(compare, {}).get(name, {}).get("value")) for compare in others]
    return [*values, *([row["bucket"]] if query["grain"] != "total" else []), *told_numbers]


def _number(value: Any) -> str | None:
    return None if value is None else f"{value:.4g}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"
