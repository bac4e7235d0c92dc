"""``tongguan fulfilment`` and ``acceptance``: what stands at its steps, what was done on time, what is urgent, why work fails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
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
from tongguan.model.fulfilment import (
    AcceptanceQuality,
    Ended,
    FailureReason,
    FulfilmentNow,
    PartDay,
    PartNow,
    QualityDay,
    Standing,
    UrgentPage,
)
from tongguan.model.waiting import Lateness


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(fulfilment)
    app.command()(acceptance)


def fulfilment(
    ctx: typer.Context,
    part: Annotated[str, typer.Argument(help="A part, such as manual: also by region, channel and class.")] = "",
    listed: Annotated[bool, typer.Option("--open", help="List what stands open in the part, the oldest first, with who has it.")] = False,
    step: Annotated[str, typer.Option(help="With --open: only at this step.")] = "",
    lateness: Annotated[
        str,
        typer.Option(help="With --open: only late, warned, on_time, paused, silent or unlimited ones; late and warned where left out."),
    ] = "",
    day: DayOption = "",
    channel: ChannelOption = "",
    region: RegionOption = "",
    business_class: ClassOption = "",
    brand: BrandOption = "",
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    json: JsonOption = False,
) -> None:
    """Show fulfilment: at each step how many stand and how, what came, what was done on time; or one part; or what of it is open."""
    where = {"channel": channel, "region": region, "business_class": business_class, "brand": brand}
    if listed and not part:
        raise typer.BadParameter("what is open is listed by part: name one, such as manual", param_hint="PART")
    if listed:
        not_with("--open", {"--day": day})
    else:
        only_with("--open", {"--step": step, "--lateness": lateness})
    found = commands(ctx)
    with told(found):
        path = f"fulfilment/{quote(part, safe='')}" if part else "fulfilment"
        if listed:
            answer = ask(found, f"{path}/open", **where, step=step, lateness=lateness, limit=limit, offset=offset)
            found.show(answer, lambda: _open(found, msgspec.convert(answer, UrgentPage)), json)
            return
        answer = ask(found, path, **where, day=day)
        if not part:
            found.show(answer, lambda: _steps(found, msgspec.convert(answer, FulfilmentNow)), json)
            return
        found.show(answer, lambda: _steps(found, msgspec.convert(answer, PartDay).now), json)
        if not json:
            _detail(found, msgspec.convert(answer, PartDay))


def acceptance(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="So many days, today among them.")] = 30,
    channel: ChannelOption = "",
    region: RegionOption = "",
    business_class: ClassOption = "",
    brand: BrandOption = "",
    json: JsonOption = False,
) -> None:
    """Show how well orders are accepted by hand: day by day, why it fails, and what stands there now."""
    where = {"channel": channel, "region": region, "business_class": business_class, "brand": brand}
    found = commands(ctx)
    with told(found):
        answer = ask(found, "acceptance", **where, days=days)
        found.show(answer, lambda: _days(found, msgspec.convert(answer, AcceptanceQuality)), json)
        if not json:
            found.out.print(_reasons(msgspec.convert(answer, AcceptanceQuality).reasons))


_FIGURES = ("open", "late", "warned", "oldest since", "done", "on time", "day before", "week before")
_NUMBERS = ("open", "late", "warned", "came", "done", "on time", "day before", "week before")


def _steps(found: Commands, now: FulfilmentNow) -> Table:
    rows: list[list[Any]] = []
    for part in now.parts:
        rows.append([part.part.name, "", None, *_part(found, part)])
        rows += [["", step.step, step.came, *_figures(found, step.standing, *_ended(step))] for step in part.steps]
    title = f"Fulfilment on {now.day}, at {found.moment(now.at.isoformat())}"
    return rows_table(title, ["part", "step", "came", *_FIGURES], rows, right=_NUMBERS)


def _part(found: Commands, part: PartNow) -> list[Any]:
    return _figures(found, part.standing, *_ended(part))


def _ended(one: Any) -> tuple[Ended, Ended, Ended]:
    return one.ended, one.ended_yesterday, one.ended_last_week


def _figures(found: Commands, here: Standing | None, now: Ended, *earlier: Ended) -> list[Any]:
    """Return what stands there, how much was done, and the rates on time."""
    if here is None:
        standing: list[Any] = [None] * 4
    else:
        oldest = here.oldest.isoformat() if here.oldest else None
        standing = [here.total, here.of(Lateness.LATE), here.of(Lateness.WARNED), found.moment(oldest)]
    return [*standing, now.total, share(now.rate), *(share(one.rate) for one in earlier)]


def _detail(found: Commands, day: PartDay) -> None:
    names = ["by", "value", "open", "late", "warned", "oldest since", "done", "on time", "day before"]
    rows = [
        [one.by, row.value or "(none)", *_figures(found, row.standing, row.ended, row.ended_yesterday)]
        for one in day.breakdowns
        for row in one.rows
    ]
    found.out.print(rows_table("Where", names, rows, right=_NUMBERS))
    if day.reasons is not None:
        found.out.print(_reasons(day.reasons))


def _reasons(reasons: Sequence[FailureReason]) -> Table:
    rows = [[one.reason or "(none told)", one.count, one.before] for one in reasons]
    return rows_table("Why work failed", ["reason", "times", "as long before"], rows, right=("times", "as long before"))


def _open(found: Commands, page: UrgentPage) -> Table:
    def time(moment: Any) -> str:
        return found.moment(moment.isoformat() if moment else None)

    rows = [
        [
            *(one.row.case_id, str(one.row.lateness), one.row.step, time(one.row.since), time(one.row.late_from)),
            *("no task" if one.held is None else one.held.owner_name or "nobody yet", one.row.channel, one.row.region),
        ]
        for one in page.rows
    ]
    counts = ", ".join(f"{one} {page.counts[one]}" for one in Lateness if page.counts.get(one))
    title = f"{len(rows)} of {page.total} that stand open ({counts or 'none'})"
    return rows_table(title, ["order", "stands", "step", "since", "limit", "who has it", "channel", "region"], rows)


def _days(found: Commands, quality: AcceptanceQuality) -> Table:
    here = quality.standing
    counts = ", ".join(_counted(here, (Lateness.LATE, Lateness.WARNED)))
    title = f"Accepted by hand until {found.moment(quality.at.isoformat())}; {here.total} open now ({counts})"
    rows = [_day(one, one.day) for one in quality.days] + [_day(quality.yesterday, "yesterday until now")]
    return rows_table(title, ["day", "done", "failed", "failed share"], rows, right=("done", "failed", "failed share"))


def _counted(here: Standing, states: Iterable[Lateness]) -> list[str]:
    return [f"{one} {here.of(one)}" for one in states]


def _day(one: QualityDay, name: str) -> list[Any]:
    return [name, one.done, one.failed, share(one.failed_share)]
