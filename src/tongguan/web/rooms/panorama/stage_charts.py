"""Curves of a stage's page: a number by hour beside other days, the share of failures, the strip of hours, two weeks as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tongguan.model.answers import DayHours, EventFilter, StageDay
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Form, HeatCell, HeatMap, Series, Value
from tongguan.web.kit.components import HourCell, Status
from tongguan.web.kit.formats import Formats
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay
from tongguan.web.rooms.panorama.stage_figures import FAILED_SHARE, HOURS, StageNumbers
from tongguan.web.rooms.panorama.standing import FLOOR, HOUR, HOUR_MORE

CATEGORIES = [f"{hour:02d}" for hour in range(HOURS)]


@dataclass(frozen=True)
class Switched:
    """One of several things that a panel can show."""

    label: str
    href: str
    chosen: bool


def measure_choices(numbers: StageNumbers, address: Address) -> list[Switched]:
    """Return the numbers that have a curve, the one shown among them."""
    chosen = _chosen(numbers, address)
    return [
        Switched(reading.label, address.having(measure="" if name == "volume" else name) + "#curve", name == chosen)
        for name, reading in numbers.readings.items()
        if numbers.days[name].hours
    ]


def _chosen(numbers: StageNumbers, address: Address) -> str:
    name = address.values.get("measure", "")
    return name if name in numbers.readings and numbers.days[name].hours else "volume"


def curve(visit: Visit, numbers: StageNumbers, day: StageDay, address: Address, shown: ShownDay) -> Chart:
    """Return the chosen number by hour: the day shown, the day before, and seven days before where that is known."""
    name = _chosen(numbers, address)
    chart = _lines(visit, numbers, name, shown, key="curve")
    week = _week(day, name)
    if week is None:
        return chart
    label = visit.text("last week") if shown.today else visit.text("week before")
    return Chart(**{**vars(chart), "series": [*chart.series, Series(label, "grey", week, "compare", dotted=True)]})


def failure_curve(visit: Visit, numbers: StageNumbers, day: StageDay, shown: ShownDay) -> Chart | None:
    """Return the share of failures by hour; where no hour has enough events, how many failed; None where nothing can fail."""
    if "failures" not in numbers.readings:
        return None
    if max(day.volume, default=0) < FLOOR:
        return _lines(visit, numbers, "failures", shown, key="failures")
    chart = _lines(visit, numbers, FAILED_SHARE, shown, key="failures")
    series = [
        Series(one.name, one.colour, _enough(one.values, volume), one.role)
        for one, volume in zip(chart.series, (day.volume, day.volume_before), strict=True)
    ]
    return Chart(**{**vars(chart), "series": series, "note": _left_out(visit)})


def _left_out(visit: Visit) -> str:
    return visit.text("hours with fewer than %(n)s events are left out", n=FLOOR)


def _enough(values: Sequence[Value], volume: Sequence[int]) -> list[Value]:
    """Return the values of hours with enough events; of the others nothing can be said."""
    return [value if count >= FLOOR else None for value, count in zip(values, volume, strict=True)]


def _lines(visit: Visit, numbers: StageNumbers, name: str, shown: ShownDay, *, key: str) -> Chart:
    reading, measured = numbers.readings[name], numbers.days[name]
    currency = reading.currency(measured.now, measured.before)
    here = visit.text("today") if shown.today else shown.day.isoformat()
    before = visit.text("yesterday") if shown.today else visit.text("day before")
    return Chart(
        key=f"{key}-chart",
        kind="lines",
        title=visit.text("%(name)s by hour", name=reading.label),
        categories=CATEGORIES,
        series=[
            Series(here, "accent", _full([reading.number(figure, currency) for figure in measured.hours])),
            Series(before, "grey", _full([reading.number(figure, currency) for figure in measured.hours_before]), "compare"),
        ],
        category_title=visit.text("Hour"),
        form=reading.form,
        currency=currency,
        open=numbers.open,
    )


def _full(values: Sequence[Value]) -> list[Value]:
    """Return 24 values; what was not answered is a gap."""
    return [*values[:HOURS], *[None] * (HOURS - len(values))]


def _week(day: StageDay, name: str) -> list[Value] | None:
    """Return the hours of seven days before, which are known of volume, failures and their share."""
    wanted = (date.fromisoformat(day.day) - timedelta(days=7)).isoformat()
    found = next((one for one in day.past if one.day == wanted), None)
    if found is None or name not in ("volume", "failures", FAILED_SHARE):
        return None
    return _full([_cell_value(volume, failures, name) for volume, failures in zip(found.volume, found.failures, strict=True)])


def _cell_value(volume: int | None, failures: int | None, what: str) -> Value:
    if what == "volume":
        return volume
    if what == "failures":
        return failures
    return None if volume is None or failures is None or volume < FLOOR else failures / volume


def heat_choices(visit: Visit, numbers: StageNumbers, day: StageDay, address: Address) -> list[Switched]:
    """Return what the heat map can show; a single thing is no choice."""
    if not _shares_say_something(numbers, day):
        return []
    chosen = _heat_shows(numbers, day, address)
    return [
        Switched(visit.text("Failure share"), address.having(heat="") + "#fortnight", chosen == FAILED_SHARE),
        Switched(visit.text("Volume"), address.having(heat="volume") + "#fortnight", chosen == "volume"),
    ]


def _shares_say_something(numbers: StageNumbers, day: StageDay) -> bool:
    return "failures" in numbers.readings and any((count or 0) >= FLOOR for one in day.past for count in one.volume)


def _heat_shows(numbers: StageNumbers, day: StageDay, address: Address) -> str:
    wanted = address.values.get("heat") == "volume"
    return FAILED_SHARE if _shares_say_something(numbers, day) and not wanted else "volume"


def heat(visit: Visit, numbers: StageNumbers, day: StageDay, address: Address) -> HeatMap | None:
    """Return the last days by hour, the newest first; a cell leads to its hour. None where nothing is known of them."""
    if not day.past:
        return None
    what = _heat_shows(numbers, day, address)
    today = visit.now.astimezone(visit.site.settings.zone).date().isoformat()
    newest = list(reversed(day.past))
    hints = [visit.text("Choose a cell to see what happened in its hour"), *([_left_out(visit)] if what == FAILED_SHARE else [])]
    return HeatMap(
        key="fortnight-chart",
        title=visit.text("Failure share, day by hour") if what == FAILED_SHARE else visit.text("Volume, day by hour"),
        rows=[_row_label(visit, one.day) for one in newest],
        columns=CATEGORIES,
        cells=[[_cell(visit.formats, visit, one, hour, what, today, address) for hour in range(HOURS)] for one in newest],
        row_title=visit.text("Day"),
        form=Form.RATE if what == FAILED_SHARE else Form.COUNT,
        hint=" · ".join(hints),
    )


def _row_label(visit: Visit, day: str) -> str:
    noon = visit.now.astimezone(visit.site.settings.zone).replace(
        year=int(day[:4]), month=int(day[5:7]), day=int(day[8:]), hour=12, minute=0
    )
    return visit.formats.date(noon)[5:]


def _cell(fmt: Formats, visit: Visit, one: DayHours, hour: int, what: str, today: str, address: Address) -> HeatCell:
    volume, failures = one.volume[hour], one.failures[hour]
    title = ""
    if volume is not None and what == FAILED_SHARE:
        title = visit.text("%(failed)s of %(volume)s failed", failed=fmt.full(failures), volume=fmt.full(volume))
    href = address.having(day="" if one.day == today else one.day, hour=str(hour))
    return HeatCell(_cell_value(volume, failures, what), href, title)


def hour_strip(visit: Visit, day: StageDay, where: EventFilter, address: Address, shown: ShownDay) -> list[HourCell]:
    """Return the hours as cells coloured by their share of failures beside that of the whole day before."""
    before = sum(day.volume_before)
    usual = sum(day.failures_before) / before if before >= FLOOR else 0.0
    now = visit.now.astimezone(visit.site.settings.zone).hour if shown.today else HOURS
    cells = []
    for hour, (volume, failures) in enumerate(zip(day.volume, day.failures, strict=True)):
        share = failures / volume if volume else None
        cells.append(
            HourCell(
                label=f"{hour:02d}",
                share="" if hour > now else visit.formats.rate(share),
                title=visit.text("%(failed)s of %(volume)s failed", failed=visit.formats.full(failures), volume=visit.formats.full(volume)),
                status=hour_status(volume, share, usual),
                href=address.having(hour="" if where.hour == hour else str(hour)),
                chosen=where.hour == hour,
            )
        )
    return cells


def hour_status(volume: int, share: float | None, usual: float) -> Status:
    """Tell how an hour stands by its share of failures beside the usual one."""
    if share is None or volume < FLOOR:
        return Status.UNKNOWN
    if share >= max(HOUR, HOUR_MORE * usual):
        return Status.BAD
    return Status.WATCH if share >= max(HOUR / 2, HOUR_MORE / 2 * usual) else Status.GOOD
