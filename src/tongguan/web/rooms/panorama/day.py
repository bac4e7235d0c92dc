"""Which day of the operation a page shows, and the ways to the days beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tongguan.web.kit.address import Address
from tongguan.web.kit.components import DaySwitch
from tongguan.web.kit.visit import Visit

_FIRST = date(2000, 1, 1)


@dataclass(frozen=True)
class ShownDay:
    """The day that a page shows.

    Attributes:
        day: the date.
        today: it is today; only then does anything move.
        at: the moment up to which it is counted; None for now.
    """

    day: date
    today: bool
    at: datetime | None

    @property
    def value(self) -> str:
        """What the address says: nothing for today."""
        return "" if self.today else self.day.isoformat()


def compared(visit: Visit, shown: ShownDay) -> str:
    """Name the comparison with the day before the day shown."""
    return visit.text("vs yesterday") if shown.today else visit.text("vs day before")


def shown_day(visit: Visit) -> ShownDay:
    """Return the day of the address; today where it has none, or one that cannot be."""
    zone = visit.site.settings.zone
    now = visit.now.astimezone(zone).date()
    try:
        day = date.fromisoformat(visit.query("day"))
    except ValueError:
        day = now
    if day >= now or day < _FIRST:
        return ShownDay(now, True, None)
    return ShownDay(day, False, datetime.combine(day, time.max, zone))


def day_switch(visit: Visit, shown: ShownDay, address: Address) -> DaySwitch:
    """Return the control that leads to other days; filters stay."""
    day = timedelta(days=1)
    following = "" if shown.today else (shown.day + day).isoformat()
    last = visit.now.astimezone(visit.site.settings.zone).date()
    return DaySwitch(
        value=shown.day.isoformat(),
        last=last.isoformat(),
        previous=address.having(day=(shown.day - day).isoformat(), hour=""),
        next="" if shown.today else address.having(day="" if following == last.isoformat() else following, hour=""),
        today="" if shown.today else address.having(day="", hour=""),
        path=address.path,
        keep={name: value for name, value in address.values.items() if value and name not in ("day", "hour")},
    )
