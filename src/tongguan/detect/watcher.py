"""Looks at what is watched when data of days that are over changed, and keeps what it found in ``records``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tongguan.detect.daily import COMPARED, JUDGED, findings
from tongguan.lib.now import Now
from tongguan.model.access import Scope
from tongguan.model.answers import NESTED
from tongguan.model.findings import Finding, FindingFilter, Findings, Numbers, Watch
from tongguan.records import cursors
from tongguan.records import findings as kept
from tongguan.records.database import Database

CURSOR: Final = "findings"

PATIENCE: Final = timedelta(minutes=10)
"""While data keeps coming in, days that are over are looked at so often; once it is quiet, at the next round."""

_READ: Final = timedelta(days=JUDGED + 2 * COMPARED)


class Watcher:
    """Keeps findings up to date.

    Args:
        numbers: where the watched numbers come from.
        watches: returns what is watched; it may change.
        database: where findings are kept.
        zone: the operation's time zone.
    """

    def __init__(self, numbers: Numbers, watches: Callable[[], Sequence[Watch]], database: Database, zone: str, now: Now) -> None:
        self._numbers = numbers
        self._watches = watches
        self._database = database
        self._zone = ZoneInfo(zone)
        self._now = now
        self._seen = ""

    def round(self) -> bool:
        """Look if there is something new to see and it came to rest, or :data:`PATIENCE` is over; say whether it looked.

        Raises:
            WarehouseError, RecordsError: nothing of the round is kept; the next one does the same.
        """
        now = self._now()
        through = now.astimezone(self._zone).date() - timedelta(days=1)
        watches = self._watches()
        digest = hashlib.sha256(repr(watches).encode()).hexdigest()[:16]
        later = sorted({name for watch in watches if watch.told_later for name in watch.terms[0].types})
        state = f"{digest} {through} {self._numbers.events_until(through - _READ, through, later)}"
        with self._database.read() as connection:
            place = cursors.get(connection, CURSOR) or {}
        quiet, self._seen = state == self._seen, state
        waited = now - datetime.fromisoformat(place["looked"]) >= PATIENCE if place else False
        if state == place.get("state") or not (quiet or waited):
            return False
        self._look(watches, through, {"state": state, "looked": now.astimezone(UTC).isoformat(), "through": through.isoformat()})
        return True

    def _look(self, watches: Sequence[Watch], through: date, place: dict[str, Any]) -> None:
        found: list[Finding] = []
        for watch in watches:
            found += findings(watch, self._numbers.watched(watch, through - _READ, through), through)
        with self._database.begin() as connection:
            kept.replace_all(connection, found)
            cursors.put(connection, CURSOR, place)


def kept_findings(database: Database, watches: Sequence[Watch], where: FindingFilter, scope: Scope) -> Findings:
    """Return what was found in what is watched now, as far as a user may see it.

    Numbers are of all regions together, so users who see some regions only are told what was found in one of theirs.
    """
    with database.read() as connection:
        rows = kept.list_all(connection)
        place = cursors.get(connection, CURSOR)
    seen = {watch.name: watch for watch in watches if scope.sees_stage(watch.stage)}
    shown = [row for row in rows if row.watch in seen and _in_regions(row, scope) and _fits(row, where)]
    if place is None:
        return Findings(shown, watches=seen)
    through = date.fromisoformat(place["through"])
    since = through - timedelta(days=JUDGED - 1)
    return Findings(shown, place["through"], since.isoformat(), datetime.fromisoformat(place["looked"]), seen)


def _in_regions(row: Finding, scope: Scope) -> bool:
    return not scope.regions or (row.by == "region" and scope.sees_region(row.value))


def _within(column: str, value: str, wanted: str) -> bool:
    """Return whether a code is the wanted one, or lies below it."""
    return value == wanted or (column in NESTED and value.startswith(wanted + NESTED[column]))


def _fits(row: Finding, where: FindingFilter) -> bool:
    if (where.stage and row.stage != where.stage) or (where.watch and row.watch != where.watch):
        return False
    if where.day and not row.first_day.isoformat() <= where.day <= row.last_day.isoformat():
        return False
    asked = {name: value for name in ("channel", "region", "business_class", "brand") if (value := getattr(where, name))}
    return all(row.by == name and _within(name, row.value, value) for name, value in asked.items())
