"""Whether a hall can be reached, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from tongguan.metrics.hall_queries import Row
from tongguan.model.hall_standing import MISSING_FEW, MISSING_LEAST, SILENT
from tongguan.model.halls import FLOOR, Devices, HallStatus, ProbeState, Problem, ProblemKind, Reach, Reachability

DOWN: Final = 0.5
"""A hall of whose tries this share failed is down; the same holds for what one probe tries."""

DEGRADED: Final = 0.2
"""A hall of whose tries this share failed is degraded, as is one of whose probes one fails."""

TRIES: Final = 3
"""Fewer tries than this say nothing."""

SPELL: Final = timedelta(hours=1)
"""Failures at most so long apart belong to one spell."""

INTERFACE: Final = 0.05
"""An interface of whose calls this share failed is a problem."""

REASONS: Final = 3
"""The most frequent reasons of a hall are problems, from :data:`REASON_LEAST` events on."""

REASON_LEAST: Final = 5


def newest_first(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems, those that began last first; those whose beginning is not known come last."""
    found = list(problems)
    known = sorted((one for one in found if one.since), key=lambda one: one.since or _LONG_AGO, reverse=True)
    return known + [one for one in found if not one.since]


_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def probe_states(rows: Sequence[Row]) -> Mapping[str, Sequence[ProbeState]]:
    """Return every probe's state by channel, by sub-channel and name.

    Args:
        rows: of :func:`tongguan.metrics.hall_queries.probes`.
    """
    found: dict[str, list[ProbeState]] = {}
    for channel, sub, probe, target, tries, failed, last, bad in sorted(rows, key=lambda row: tuple(row[:4])):
        reach = _reach(int(tries), int(failed), DOWN)
        since = _spell(bad) if reach in (Reach.DOWN, Reach.DEGRADED) else _end_of_spell(bad, last)
        found.setdefault(str(channel), []).append(
            ProbeState(probe, sub, target, reach, int(tries), int(failed), last, since if reach is not Reach.UNKNOWN else None)
        )
    return found


def _reach(tries: int, failed: int, down: float) -> Reach:
    """Return how what is tried can be reached; what failed once alone is up."""
    if not tries:
        return Reach.UNKNOWN
    if tries >= TRIES and failed / tries >= down:
        return Reach.DOWN
    return Reach.DEGRADED if tries >= TRIES and failed >= 2 and failed / tries >= DEGRADED else Reach.UP


def _spell(bad: Sequence[datetime]) -> datetime | None:
    """Return when the newest spell of failures began; they are in order of time."""
    since = bad[-1] if bad else None
    for moment in reversed(bad):
        if since is None or since - moment > SPELL:
            break
        since = moment
    return since


def _end_of_spell(bad: Sequence[datetime], last: datetime) -> datetime | None:
    """Return when the newest spell of two failures or more was over; None where there was none."""
    return bad[-1] if len(bad) >= 2 and bad[-1] - bad[-2] <= SPELL and bad[-1] < last else None


def reachability(probes: Sequence[ProbeState], outages: Sequence[Problem], at: datetime) -> Reachability:
    """Return whether a hall can be reached: not during an outage, nor where half of all tries fail; an unplanned outage comes first."""
    tries, failed = sum(one.probes for one in probes), sum(one.failed for one in probes)
    last = max((one.last for one in probes if one.last), default=None)
    reach = _reach(tries, failed, DOWN)
    failing = [one.since for one in probes if one.since and one.reach in (Reach.DOWN, Reach.DEGRADED)]
    if outages:
        worst = min(outages, key=lambda one: (one.planned, one.since or at))
        return Reachability(Reach.DOWN, worst.since, last, tries, failed, worst.planned)
    if reach is Reach.UP and any(one.reach is Reach.DOWN for one in probes):
        reach = Reach.DEGRADED
    if reach in (Reach.DOWN, Reach.DEGRADED):
        return Reachability(reach, min(failing, default=None), last, tries, failed)
    since = max((one.since for one in probes if one.since), default=None) if reach is Reach.UP else None
    return Reachability(reach, since, last, tries, failed)


class Open:
    """What is open: outages, interfaces that fail, devices, tickets.

    Args:
        rows: of :func:`tongguan.metrics.hall_queries.open_things`.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {what: list(some) for what, some in groupby(sorted(rows, key=lambda row: str(row[0])), key=lambda row: str(row[0]))}
        self.devices = self._devices()

    def _of(self, what: str) -> Sequence[Row]:
        return self._rows.get(what, ())

    def outages_of(self, channel: str) -> list[Problem]:
        """Return the outages that run and name a channel; those that name none for an empty one."""
        return [
            Problem(ProblemKind.OUTAGE, channel, name, since, detail=detail, planned=bool(planned), until=_instant(until))
            for _, here, name, since, _, _, detail, planned, until in self._of("outage")
            if here == channel
        ]

    def interfaces_of(self, channel: str) -> list[Problem]:
        """Return the interfaces, of a channel or of none, too many of whose calls failed; the reason is the detail."""
        return [
            Problem(ProblemKind.INTERFACE, channel, name, since, int(failed), int(calls), reason)
            for _, here, name, since, failed, calls, reason, _, _ in self._of("interface")
            if here == channel and int(calls) >= FLOOR and int(failed) >= INTERFACE * int(calls)
        ]

    def tickets_of(self, channel: str) -> list[Problem]:
        """Return the open tickets of a channel as one problem, where there are any; it began with the oldest."""
        return [Problem(ProblemKind.TICKETS, channel, "", row[3], int(row[4])) for row in self._of("tickets") if row[1] == channel]

    def _devices(self) -> dict[str, Devices]:
        heard = {back: {(str(row[1]), str(row[2])): int(row[4]) for row in self._of(f"heard{back}")} for back in (0, 1, 7)}
        off = {str(row[1]): (int(row[4]), row[3]) for row in self._of("off")}
        channels = {*off, *(channel for some in heard.values() for channel, _ in some)}
        return {channel: _devices_of(channel, off.get(channel, (0, None)), heard) for channel in channels}


def _devices_of(channel: str, off: tuple[int, datetime | None], heard: Mapping[int, Mapping[tuple[str, str], int]]) -> Devices:
    """Return a channel's devices, from how many were heard now and some days back by channel and region."""

    def total(back: int, region: str | None = None) -> int | None:
        here = {place: count for (owner, place), count in heard[back].items() if owner == channel}
        return None if not here else sum(here.values()) if region is None else here.get(region, 0)

    def usual(region: str | None = None) -> int | None:
        return min((known for known in (total(back, region) for back in (1, 7)) if known is not None), default=None)

    silent = {}
    for region in sorted({place for some in heard.values() for owner, place in some if owner == channel and place}):
        here, before = total(0, region) or 0, usual(region) or 0
        if before - here >= max(1, SILENT * before):
            silent[region] = (here, before)
    return Devices(*off, total(0) or 0, usual(), silent)


def _instant(text: str) -> datetime | None:
    """Return the instant that a text says; None where it says none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def own_problems(hall: HallStatus, things: Open) -> list[Problem]:
    """Return what is wrong in a hall, newest first."""
    channel = hall.channel
    found = [*things.outages_of(channel), *things.interfaces_of(channel), *things.tickets_of(channel), *_sub_channels(hall)]
    found += [
        Problem(ProblemKind.PROBE, channel, one.probe, one.since, one.failed, one.probes, one.target)
        for one in hall.probes
        if one.reach in (Reach.DOWN, Reach.DEGRADED)
    ]
    if hall.devices and hall.devices.off:
        found.append(Problem(ProblemKind.DEVICES_OFF, channel, "", hall.devices.off_since, hall.devices.off))
    if hall.devices and hall.devices.usual and hall.devices.missing >= max(MISSING_LEAST, MISSING_FEW * hall.devices.usual):
        found.append(Problem(ProblemKind.DEVICES_SILENT, channel, "", None, hall.devices.missing, hall.devices.usual))
    if hall.devices:
        places = hall.devices.silent.items()
        found += [Problem(ProblemKind.DEVICES_SILENT, channel, region, None, usual - heard, usual) for region, (heard, usual) in places]
    found += [
        Problem(ProblemKind.REASON, channel, one.reason, one.since, one.count, hall.success.attempts, one.type)
        for one in hall.reasons[:REASONS]
        if one.count >= REASON_LEAST
    ]
    return newest_first(found)


def _sub_channels(hall: HallStatus) -> list[Problem]:
    """Return the sub-channels of which everything that is tried is down, where the hall has others."""
    found = []
    for name in sorted({one.sub_channel for one in hall.probes if one.sub_channel}):
        here = [one for one in hall.probes if one.sub_channel == name and one.reach is not Reach.UNKNOWN]
        if here and len(here) < len(hall.probes) and all(one.reach is Reach.DOWN for one in here):
            since = min((one.since for one in here if one.since), default=None)
            tries, failed = sum(one.probes for one in here), sum(one.failed for one in here)
            found.append(Problem(ProblemKind.SUB_CHANNEL, hall.channel, name, since, failed, tries))
    return found
