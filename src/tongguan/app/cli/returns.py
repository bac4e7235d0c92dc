"""``tongguan returns``: cancellations and returns of a period, what of them waits, and what came to an end."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from tongguan.app.cli.asking import (
    BrandOption,
    ChannelOption,
    ClassOption,
    LatenessOption,
    LimitOption,
    OffsetOption,
    RegionOption,
    ask,
    not_with,
    only_with,
    seconds,
    share,
)
from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told
from tongguan.lib.money import to_text


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command()(returns)


def returns(
    ctx: typer.Context,
    waiting: Annotated[bool, typer.Option("--waiting", help="List what waits, the oldest first.")] = False,
    ended: Annotated[bool, typer.Option("--ended", help="List what came to an end on a day, the newest first.")] = False,
    since: Annotated[str, typer.Option(help="First day, such as 2026-11-01; 30 days up to the last where left out.")] = "",
    until: Annotated[str, typer.Option(help="Last day; today where left out.")] = "",
    lateness: LatenessOption = "",
    day: Annotated[str, typer.Option(help="With --ended: which day; today where left out.")] = "",
    reason: Annotated[str, typer.Option(help="Only what was called off or given back for this reason.")] = "",
    product: Annotated[str, typer.Option(help="Only this product, by id.")] = "",
    channel: ChannelOption = "",
    region: RegionOption = "",
    business_class: ClassOption = "",
    brand: BrandOption = "",
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    json: JsonOption = False,
) -> None:
    """Show cancellations and returns of a period, by day, reason and the rest, and how long each step takes; or list them."""
    where = {"channel": channel, "region": region, "business_class": business_class, "brand": brand}
    where |= {"reason": reason, "product_id": product}
    if waiting and ended:
        raise typer.BadParameter("either --waiting or --ended")
    if waiting or ended:
        not_with("a list", {"--since": since, "--until": until})
    if not waiting:
        only_with("--waiting", {"--lateness": lateness})
    if not ended:
        only_with("--ended", {"--day": day})
    found = commands(ctx)
    with told(found):
        if waiting:
            answer = ask(found, "returns/waiting", **where, lateness=lateness, limit=limit, offset=offset)
            found.show(answer, lambda: _waiting(found, answer), json)
        elif ended:
            answer = ask(found, "returns/ended", **where, day=day, limit=limit, offset=offset)
            found.show(answer, lambda: _ended(found, answer), json)
        else:
            answer = ask(found, "returns", **where, since=since, until=until)
            found.show(answer, lambda: _today(answer), json)
            if not json:
                for table in (_days(answer), _shares(answer), _steps(answer)):
                    found.out.print(table)


def _money(sums: dict[str, int]) -> str | None:
    return ", ".join(f"{to_text(amount, currency)} {currency}" for currency, amount in sums.items()) or None


def _today(answer: dict[str, Any]) -> Table:
    rows = [
        [name, one["cancelled"], one["asked"], one["ended"], _money(one["value"]), _money(one["refunded"])]
        for name, one in (
            ("today", answer["today"]),
            ("yesterday until now", answer["yesterday"]),
            ("last week until now", answer["last_week"]),
        )
    ]
    names = ["day", "cancelled", "returns asked", "ended", "value", "refunded"]
    return rows_table(f"Cancellations and returns on {answer['day']}", names, rows, right=tuple(names[1:]))


def _days(answer: dict[str, Any]) -> Table:
    names = ["day", "cancelled", "returns asked", "ended"]
    rows = [[one["day"], one["cancelled"], one["asked"], one["ended"]] for one in answer["days"]]
    return rows_table(f"{len(rows)} days", names, rows, right=tuple(names[1:]))


def _shares(answer: dict[str, Any]) -> Table:
    names = ["by", "value", "cancelled", "returns asked", "worth", "of orders made", "period before"]
    rows = []
    for by, shares in answer["by"].items():
        for one in shares:
            now, before = one["now"], one["before"]
            gone = now["cancelled"] + now["asked"]
            rate = share(gone / now["made"] if now["made"] else None)
            figures = [now["cancelled"], now["asked"], _money(now["value"]), rate, before["cancelled"] + before["asked"]]
            rows.append([by, one["value"] or "(none told)", *figures])
    return rows_table("Where and why", names, rows, right=tuple(names[2:]))


def _steps(answer: dict[str, Any]) -> Table:
    rows = [[one["begin"], " / ".join(one["ends"]), one["cases"], seconds(one["median"]), seconds(one["p90"])] for one in answer["steps"]]
    return rows_table("How long steps take", ["from", "to", "orders", "median", "p90"], rows, right=("orders", "median", "p90"))


def _worth(about: dict[str, Any]) -> str | None:
    return None if about["amount"] is None else _money({about["currency"] or "CNY": about["amount"]})


def _waiting(found: Commands, answer: dict[str, Any]) -> Table:
    rows = []
    for one in answer["rows"]:
        row, about = one["row"], one["about"]
        told_of = [row["case_id"], row["lateness"], row["step"], found.moment(row["since"]), found.moment(row["late_from"])]
        rows.append([*told_of, about["reason"], _worth(about), row["channel"], row["region"]])
    counts = ", ".join(f"{name} {count}" for name, count in answer["counts"].items() if count)
    names = ["order", "stands", "step", "since", "limit", "reason", "amount", "channel", "region"]
    return rows_table(f"{len(rows)} of {answer['total']} that wait ({counts or 'none'})", names, rows, right=("amount",))


def _ended(found: Commands, answer: dict[str, Any]) -> Table:
    rows = [
        [
            *(
                one["case_id"],
                found.moment(one["time"]),
                one["type"],
                seconds(one["seconds"]),
                one["about"]["reason"],
                _worth(one["about"]),
            ),
            *(one["channel"], one["region"]),
        ]
        for one in answer["rows"]
    ]
    names = ["order", "ended", "how", "took", "reason", "amount", "channel", "region"]
    return rows_table(f"{len(rows)} of {answer['total']} that ended", names, rows, right=("took", "amount"))
