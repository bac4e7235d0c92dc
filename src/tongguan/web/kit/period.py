"""Days that a page shows: from the address, as a bar with usual periods, and by buckets with their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tongguan.model.indicator_answers import Grain
from tongguan.model.periods import months_later, shifted
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Way
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

DEFAULT: Final = "30d"
"""The period of an address that names none; a name of :func:`presets`."""

GRAINS: Final = {
    Grain.TOTAL: msg("Whole period"),
    Grain.MINUTE: msg("By minute"),
    Grain.HOUR: msg("By hour"),
    Grain.DAY: msg("By day"),
    Grain.WEEK: msg("By week"),
    Grain.MONTH: msg("By month"),
    Grain.QUARTER: msg("By quarter"),
    Grain.YEAR: msg("By year"),
}

YEARS: Final = range(2000, 2200)
MOST_DAYS: Final = 3_660
"""Ten years: of a longer period that an address asks for, the last of them are shown."""

_DAY: Final = timedelta(days=1)
_DAYS_BY_DAY: Final = 92
_DAYS_BY_WEEK: Final = 400


@dataclass(frozen=True)
class Period:
    """Days of the operation's zone, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.until - self.since).days + 1

    def shifted(self, by: int) -> Period:
        """Return as many days, so many lengths later; whole months move by months."""
        return Period(*shifted(self.since, self.until, by))


def today(visit: Visit) -> date:
    """Return the operation's day."""
    return visit.formats.local(visit.now).date()


def last_days(day: date, count: int) -> Period:
    """Return so many days that end with one."""
    return Period(day - (count - 1) * _DAY, day)


def full_days(day: date, count: int) -> Period:
    """Return so many days that are over on a day."""
    return last_days(day - _DAY, count)


def presets(day: date) -> dict[str, Period]:
    """Return the periods that pages offer, by the name that addresses give them."""
    first = day.replace(day=1)
    return {
        "7d": last_days(day, 7),
        "30d": last_days(day, 30),
        "90d": last_days(day, 90),
        "month": Period(first, day),
        "last": Period(months_later(first, -1), first - _DAY),
    }


PRESET_LABELS: Final = {
    "7d": msg("7 days"),
    "30d": msg("30 days"),
    "90d": msg("90 days"),
    "month": msg("This month"),
    "last": msg("Last month"),
}


def day_of(text: str) -> date | None:
    """Return a day of an address; None for what is none, or lies outside of the years that pages show."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def asked_period(visit: Visit, day: date) -> tuple[Period, str]:
    """Return the days that the address asks for, and the name of the period where it names no days of its own."""
    since, until = day_of(visit.query("since")), day_of(visit.query("until"))
    if since or until:
        first, last = sorted((since or until or day, until or max(day, since or day)))
        return Period(max(first, last - (MOST_DAYS - 1) * _DAY), last), ""
    offered, name = presets(day), visit.query("period")
    name = name if name in offered else DEFAULT
    return offered[name], name


def period_values(period: Period, chosen: str) -> dict[str, str]:
    """Return the days as an address says them; nothing for the usual ones."""
    if chosen:
        return {"period": "" if chosen == DEFAULT else chosen, "since": "", "until": ""}
    return {"period": "", "since": period.since.isoformat(), "until": period.until.isoformat()}


def fitting(period: Period) -> Grain:
    """Return the buckets that fit a period: days, weeks or months."""
    return Grain.DAY if period.days <= _DAYS_BY_DAY else Grain.WEEK if period.days <= _DAYS_BY_WEEK else Grain.MONTH


def bucket_name(bucket: str, grain: Grain, *, year: bool = False, clock: bool = False) -> str:
    """Name a bucket: ``14:00``, ``11-21 14:00``, ``11-21``, ``2026-W47``, ``2026-11``, ``2026-Q4``, ``2026``.

    Args:
        year: days and hours have their year.
        clock: hours are those of one day, which need not be named.
    """
    moment = datetime.fromisoformat(bucket)
    before = f"{moment:%Y-}" if year else ""
    match grain:
        case Grain.HOUR | Grain.MINUTE:
            return f"{moment:%H:%M}" if clock else f"{before}{moment:%m-%d %H:%M}"
        case Grain.WEEK:
            iso, week, _ = moment.isocalendar()
            return f"{iso}-W{week:02d}"
        case Grain.MONTH:
            return f"{moment:%Y-%m}"
        case Grain.QUARTER:
            return f"{moment.year}-Q{(moment.month + 2) // 3}"
        case Grain.YEAR:
            return f"{moment.year}"
        case _:
            return f"{before}{moment:%m-%d}"


@dataclass(frozen=True)
class PeriodBar:
    """The period in the bar: presets, the days themselves, and ways to the period before and after.

    Attributes:
        since, until: ISO days; ``last`` is the last one that can be chosen.
        next: empty where the period would begin after today.
        keep: other values of the address.
    """

    presets: Sequence[Way]
    since: str
    until: str
    last: str
    previous: str
    next: str
    path: str
    keep: Mapping[str, str]


def period_bar(visit: Visit, address: Address, period: Period, chosen: str, day: date) -> PeriodBar:
    """Return the period as a page offers it; ``chosen`` is the name of the preset, ``day`` is today."""

    def at(other: Period) -> str:
        return address.having(**period_values(other, ""))

    following = period.shifted(1)
    return PeriodBar(
        presets=[
            Way(visit.text(PRESET_LABELS[name]), address.having(**period_values(one, name)), name == chosen, f"{one.since} – {one.until}")
            for name, one in presets(day).items()
        ],
        since=period.since.isoformat(),
        until=period.until.isoformat(),
        last=max(day, period.until).isoformat(),
        previous=at(period.shifted(-1)),
        next=at(following) if following.since <= day else "",
        path=address.path,
        keep={name: value for name, value in address.values.items() if value and name not in ("since", "until", "period")},
    )
