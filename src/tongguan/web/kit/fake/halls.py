"""Halls in memory: one up, one down, one partly down, one in a planned outage with silent devices, one of which nothing is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tongguan.model.hall_standing import standing
from tongguan.model.halls import (
    Devices,
    FailingReason,
    HallHour,
    Halls,
    HallStatus,
    Linkage,
    ProbeState,
    Problem,
    ProblemKind,
    Reach,
    Reachability,
    Response,
    Success,
    Usual,
    Volume,
)

_SHAPE = (2, 1, 1, 1, 2, 4, 8, 12, 16, 20, 21, 19, 16, 17, 18, 17, 15, 14, 15, 17, 18, 14, 9, 5)
_SIZES = {"app": 60, "web": 34, "wechat": 28, "kiosk": 12, "shop": 1}
_MINUTE = timedelta(minutes=1)


def halls_at(moment: datetime, zone: ZoneInfo, channel: str, part: float) -> Halls:
    """Return the halls at a moment: one of them, or all where ``channel`` is empty.

    Args:
        moment: any moment; its day in ``zone`` is the one told of.
        zone: of the operation.
        channel: of the hall.
        part: which share of everything the asking user sees, 0 to 1; with 0 nothing but the halls themselves is known.
    """
    local = moment.astimezone(zone)
    found = [_hall(name, local, part) for name in _SIZES if channel in ("", name)]
    if not part:
        return Halls(moment, local.date().isoformat(), None, found)
    shared = [Problem(ProblemKind.INTERFACE, "", "boss-order", local - 20 * _MINUTE, 214, 1890, "timeout")]
    links = (
        Linkage("web", "app", 42, 17, 5),
        Linkage("wechat", "app", 18, 6, 2, 3),
        Linkage("kiosk", "web", 9),
        Linkage("app", "shop", 0, 1),
    )
    linkage = [link for link in links if channel in ("", link.from_channel, link.to_channel)]
    return Halls(moment, local.date().isoformat(), moment - _MINUTE, found, shared, linkage)


def _hall(channel: str, local: datetime, part: float) -> HallStatus:
    hours = _hours(channel, local, part)
    bare = HallStatus(channel, hours=hours)
    last, now = hours[max(local.hour - 1, 0)], hours[local.hour]
    bare = replace(bare, volume=Volume(last.volume or 0, last.usual, now.volume or 0, now.usual, local.minute / 60))
    if not part or channel == "shop":
        return replace(bare, standing=standing(bare))
    hall = replace(
        bare,
        reach=Reachability(Reach.UP, None, local - 4 * _MINUTE, 36, 0),
        response=Response(0.21, 1.4, 36, Usual(0.19, 0.03, 4, True)),
        success=Success(int(0.96 * 400), 400, Usual(0.955, 0.01, 4, True)),
        probes=_probes(channel, local),
    )
    hall = _TROUBLES[channel](hall, local) if channel in _TROUBLES else hall
    return replace(hall, standing=standing(hall))


def _hours(channel: str, local: datetime, part: float) -> list[HallHour]:
    random, found = Random(f"{channel}{local.date()}"), []
    for hour, weight in enumerate(_SHAPE):
        median = weight * _SIZES[channel] * part
        usual = Usual(median, median / 12, 4, True) if channel != "shop" and part else None
        if hour > local.hour:
            found.append(HallHour(hour, usual=usual))
            continue
        slump = 0.3 if channel == "web" and hour >= local.hour - 2 else 1.0
        share = local.minute / 60 if hour == local.hour else 1.0
        volume = int(median * slump * share * random.uniform(0.9, 1.1))
        good = int(volume * (0.55 if slump < 1 else 0.95))
        found.append(HallHour(hour, volume, usual, good, volume, random.uniform(0.15, 0.3) if volume and channel != "shop" else None))
    return found


def _probes(channel: str, local: datetime) -> list[ProbeState]:
    last = local - 4 * _MINUTE
    return [ProbeState(f"{channel}-{target}", channel, target, Reach.UP, 6, 0, last, None) for target in ("home", "login", "checkout")]


def _down(hall: HallStatus, local: datetime) -> HallStatus:
    since = local - 96 * _MINUTE
    failing = [replace(one, reach=Reach.DOWN, failed=5, since=since) for one in hall.probes]
    reasons = [
        FailingReason("payment.failed", "channel_timeout", hall.channel, 61, since),
        FailingReason("payment.failed", "page_error", hall.channel, 14, since + 9 * _MINUTE),
    ]
    problems = [Problem(ProblemKind.REASON, hall.channel, one.reason, one.since, one.count, 400, one.type) for one in reasons]
    problems += [Problem(ProblemKind.PROBE, hall.channel, one.probe, since, 5, 6, one.target) for one in failing]
    problems.append(Problem(ProblemKind.TICKETS, hall.channel, "", local - timedelta(days=2), 17))
    problems.sort(key=lambda one: one.since or local, reverse=True)
    return replace(
        hall,
        reach=Reachability(Reach.DOWN, since, local - 4 * _MINUTE, 18, 15),
        response=replace(hall.response, median=4.2, p95=9.8, answers=3),
        success=Success(220, 400, hall.success.usual),
        probes=failing,
        reasons=reasons,
        problems=problems,
    )


def _degraded(hall: HallStatus, local: datetime) -> HallStatus:
    since = local - 31 * _MINUTE
    last = replace(hall.probes[-1], reach=Reach.DOWN, failed=4, since=since)
    problem = Problem(ProblemKind.PROBE, hall.channel, last.probe, since, 4, 6, last.target)
    reach = Reachability(Reach.DEGRADED, since, local - 4 * _MINUTE, 18, 4)
    return replace(hall, reach=reach, probes=[*hall.probes[:-1], last], problems=[problem])


def _planned(hall: HallStatus, local: datetime) -> HallStatus:
    since = local - 50 * _MINUTE
    outage = Problem(ProblemKind.OUTAGE, hall.channel, "Z1", since, detail="kiosk-gateway", planned=True, until=local + 70 * _MINUTE)
    silent = Problem(ProblemKind.DEVICES_SILENT, hall.channel, "GX-NN", None, 9, 12)
    off = Problem(ProblemKind.DEVICES_OFF, hall.channel, "", local - timedelta(hours=20), 4)
    return replace(
        hall,
        reach=Reachability(Reach.DOWN, since, local - 4 * _MINUTE, 6, 6, planned=True),
        success=Success(11, 12, None),
        devices=Devices(4, local - timedelta(hours=20), 79, 88, {"GX-NN": (3, 12)}),
        problems=[outage, off, silent],
    )


_TROUBLES = {"web": _down, "wechat": _degraded, "kiosk": _planned}
