"""What the address of a list asks for."""

from __future__ import annotations

from typing import Final

from tongguan.model.tasks import Queue, Standing, TaskFilter
from tongguan.model.waiting import Lateness
from tongguan.web.kit.address import Address
from tongguan.web.kit.filters import code_value
from tongguan.web.kit.saved_views import COLUMNS
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.work.places import queue_href

CODES: Final = ("channel", "region", "business_class")
FILTERS: Final = ("q", "lateness", *CODES)
SAVED: Final = ("standing", *FILTERS, COLUMNS)
"""What the address says, and a view keeps."""

ALL: Final = "all"
"""Value of ``standing`` for tasks of every standing."""

STANDS: Final = (Lateness.LATE, Lateness.WARNED, Lateness.PAUSED, Lateness.SILENT, Lateness.ON_TIME, Lateness.UNLIMITED)
"""How a task may stand against its limit."""


def standing_of(visit: Visit) -> Standing | None:
    """Return whose tasks are asked for; those that nobody has where the address does not say, None for all."""
    asked = visit.query("standing")
    return None if asked == ALL else Standing(asked) if asked in set(Standing) else Standing.OPEN


def lateness_asked(visit: Visit) -> str:
    """Return the lateness that is asked for; empty for any."""
    asked = visit.query("lateness")
    return asked if asked in STANDS else ""


def where(visit: Visit, queue: Queue) -> TaskFilter:
    """Return what the address asks for."""
    codes = {name: code_value(visit, name) for name in CODES}
    return TaskFilter(queue=queue.name, standing=standing_of(visit), lateness=lateness_asked(visit), search=visit.query("q"), **codes)


def list_address(visit: Visit, queue: Queue) -> Address:
    """Return the address of what is shown."""
    values = {name: visit.query(name) for name in (*SAVED, "page", "view")}
    return Address(queue_href(queue.name), {**values, **{name: code_value(visit, name) for name in CODES}})
