"""``tongguan orders``: all orders in one answer, the list, one order's story."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told
from tongguan.lib.money import to_text


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(orders)


def orders(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="An order's id: its whole story.")] = "",
    summary: Annotated[bool, typer.Option("--summary", help="All orders in one answer.")] = False,
    search: Annotated[str, typer.Option(help="Beginning of any id: order, payment, package, customer …")] = "",
    status: str = "",
    stage: Annotated[str, typer.Option(help="Orders that wait at this stage.")] = "",
    channel: str = "",
    region: str = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only orders that have not ended.")] = False,
    sort: Annotated[str, typer.Option(help="last, first, due, id, sold, paid or events.")] = "last",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    json: JsonOption = False,
) -> None:
    """Show orders: the newest, a summary, or one order's story."""
    found = commands(ctx)
    with told(found):
        found.wait_loaded()
        if summary:
            answer = found.api.call("GET", "/api/v1/orders/summary")
            found.show(answer, lambda: _summary(answer), json)
            return
        if order:
            answer = found.api.call("GET", f"/api/v1/cases/order/{order}")
            found.show(answer, lambda: _story(found, answer), json)
            return
        given = {"search": search, "status": status, "stage": stage, "channel": channel, "region": region, "sort": sort}
        params = {name: value for name, value in given.items() if value} | {"limit": str(limit), "offset": str(offset)}
        if open_only:
            params["open_only"] = "true"
        answer = found.api.call("GET", "/api/v1/cases/order", params=params)
        found.show(answer, lambda: _list(found, answer), json)


def _money(minor: int | None, currency: str) -> str:
    return "—" if minor is None else f"{to_text(minor, currency or 'CNY')} {currency}".strip()


def _list(found: Commands, answer: dict[str, Any]) -> Any:
    rows = [
        [
            row["case_id"],
            row["status"],
            found.moment(row["last_time"]),
            row["channel"],
            row["region"],
            _money(row["paid"], row["currency"]),
        ]
        for row in answer["rows"]
    ]
    names = ["order", "status", "last event", "channel", "region", "paid"]
    return rows_table(f"{len(rows)} of {answer['total']} orders", names, rows, right=("paid",))


def _summary(answer: dict[str, Any]) -> Any:
    rows = [["orders", answer["orders"]]]
    rows += [[f"  {status or '(no step yet)'}", count] for status, count in answer["by_status"].items()]
    rows += [
        ["with a time of delivery", answer["delivered"]],
        ["and a promised time", answer["promised"]],
        ["on time by timestamp", answer["on_time_by_timestamp"]],
        [f"on time by calendar date ({answer['zone']})", answer["on_time_by_date"]],
        ["items", answer["items"]],
        ["payments", answer["payments"]],
    ]
    rows += [[f"sold ({currency})", to_text(minor, currency)] for currency, minor in answer["sold"].items()]
    rows += [[f"paid ({currency})", to_text(minor, currency)] for currency, minor in answer["paid"].items()]
    return rows_table("Orders", ["what", "value"], rows, right=("value",))


def _story(found: Commands, answer: dict[str, Any]) -> Any:
    case = answer["case"]
    # Where a step was reached twice at one instant, the clock is that of the last, as on the page.
    clocks = {(clock["step"], clock["since"]): clock for clock in answer["clocks"]}
    rows = []
    for event in answer["events"]:
        gap = "" if event["gap"] is None else f"+{event['gap']:.0f} s"
        clock = clocks.get((event["milestone"], event["time"]))
        rows.append(
            [
                *(found.moment(event["time"]), gap, event["type"], event["via"], _money(event["amount"], event["currency"])),
                *(event["source"], found.moment(clock["late_from"]) if clock else "", _stands(clock) if clock else ""),
            ]
        )
    joined = ", ".join(f"{join['kind']} {len(join['ids']) or 'none'}" for join in answer["joins"])
    title = f"Order {case['case_id']}: {case['status']} — joined: {joined}"
    return rows_table(title, ["time", "after", "event", "via", "amount", "source", "limit", "stands"], rows, right=("after", "amount"))


def _stands(clock: dict[str, Any]) -> str:
    """Say how the stay that begins with an event stands against its limit, or stood when it ended, and what it was paused."""
    state = clock["lateness"] + ("" if clock["until"] else ", still open")
    return f"{state}, paused {clock['paused_seconds']:.0f} s" if clock["paused_seconds"] else state
