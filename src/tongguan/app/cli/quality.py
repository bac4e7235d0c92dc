"""``tongguan quality``: which orders rules took for abnormal, by rule and one by one, and the rules themselves."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from tongguan.app.cli.asking import (
    BrandOption,
    ChannelOption,
    ClassOption,
    DayOption,
    LimitOption,
    OffsetOption,
    RegionOption,
    ask,
    not_with,
    only_with,
    share,
)
from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told
from tongguan.lib.money import to_text


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(quality)


def quality(
    ctx: typer.Context,
    listed: Annotated[bool, typer.Option("--list", help="List the flags one by one with why, the newest first.")] = False,
    rule: Annotated[str, typer.Option(help="With --list: only what this rule found.")] = "",
    rules: Annotated[bool, typer.Option("--rules", help="Show the rules instead.")] = False,
    day: DayOption = "",
    channel: ChannelOption = "",
    region: RegionOption = "",
    business_class: ClassOption = "",
    brand: BrandOption = "",
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    json: JsonOption = False,
) -> None:
    """Show order quality: how many orders rules flagged on a day, by rule, beside the day and the week before."""
    where = {"day": day, "channel": channel, "region": region, "business_class": business_class, "brand": brand}
    if rules:
        not_with("--rules", {"--list": listed, **{f"--{name.replace('_', '-')}": value for name, value in where.items()}})
    if not listed:
        only_with("--list", {"--rule": rule})
    found = commands(ctx)
    with told(found):
        if rules:
            answer = ask(found, "orders/quality/rules")
            found.show(answer, lambda: _rules(answer), json)
        elif listed:
            answer = ask(found, "orders/flags", **where, rule=rule, limit=limit, offset=offset)
            found.show(answer, lambda: _flags(found, answer), json)
        else:
            answer = ask(found, "orders/quality", **where)
            found.show(answer, lambda: _day(answer), json)


def _day(answer: dict[str, Any]) -> Table:
    flagged, made = answer["flagged"], answer["made"]
    part = share(flagged["now"] / made["now"] if made["now"] else None)
    title = f"{flagged['now']} of {made['now']} orders of {answer['day']} are flagged" + (f" ({part})" if part else "")
    if answer["waiting"] is not None:
        title += f"; {answer['waiting']} wait for review, {answer['late'] or 0} of them late"
    compared = ("now", "before", "week")
    rows = [[one["rule"] or "(none told)", one["reason"], *(one["count"][when] for when in compared)] for one in answer["rules"]]
    rows.append(["all orders", "", *(flagged[when] for when in compared)])
    names = ["rule", "reason", "day", "day before", "week before"]
    return rows_table(title, names, rows, right=("day", "day before", "week before"))


def _flags(found: Commands, answer: dict[str, Any]) -> Table:
    rows = [
        [
            *(row["case_id"], row["rule"], row["reason"], found.moment(row["time"]), row["step"] or None),
            *(_found(row), " ".join(row["columns"]), " ".join(row["others"]), _amount(row), row["channel"], row["region"]),
        ]
        for row in answer["rows"]
    ]
    names = ["order", "rule", "reason", "flagged", "stands at", "measured", "columns", "compared with", "amount", "channel", "region"]
    return rows_table(f"{len(rows)} of {answer['total']} flags", names, rows, right=("measured", "amount"))


def _found(row: dict[str, Any]) -> str | None:
    if row["found"] is None:
        return None
    return f"{row['found']:g}" if row["bound"] is None else f"{row['found']:g} (allowed {row['bound']:g})"


def _amount(row: dict[str, Any]) -> str | None:
    return None if row["amount"] is None else f"{to_text(row['amount'], row['currency'] or 'CNY')} {row['currency']}".strip()


def _rules(answer: dict[str, Any]) -> Table:
    rows = [
        [
            *(one["name"], one["label"]["zh"], one["label"]["en"], one["kind"], one["reason"]),
            *(
                ", ".join(one["classes"]) or "all",
                ", ".join(one["not_classes"]),
                "yes" if one["hold"] else "",
                "yes" if one["on"] else "no",
            ),
        ]
        for one in answer["rules"]
    ]
    names = ["rule", "zh", "en", "kind", "reason", "classes", "without", "holds", "applied"]
    return rows_table(f"{len(rows)} rules of {answer['source']}", names, rows)
