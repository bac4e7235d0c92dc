"""How a hall stands: the rules, in one place. The help of the halls' page tells their numbers to users."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Final

from tongguan.model.halls import FLOOR, Devices, Grade, HallStatus, Reach, Response, Standing, Success, Usual, Volume, Why

DROP: Final = 0.10
"""So much less of the tries succeed than usual: abnormal. Half of it: to be watched."""

SLUMP: Final = 0.5
"""Below this share of the usual volume a hall is abnormal."""

LOW: Final = 0.8
HIGH: Final = 1.8
"""Below the first and above the second share of the usual volume a hall is to be watched."""

SLOW: Final = 2.0
SLOW_BY: Final = 0.25
"""So many times the usual answer time, and so many seconds more: to be watched."""

ANSWERS: Final = 5
"""Fewer answers than this in the last hour say nothing about how fast they are."""

MISSING: Final = 0.25
MISSING_FEW: Final = 0.05
MISSING_LEAST: Final = 3
"""Shares of devices without a sign of life, beside usual: abnormal, to be watched; and the least number."""

SILENT: Final = 0.5
SILENT_LEAST: Final = 2
"""A region this share of whose devices, and so many, give no sign of life beside usual: to be watched."""

SIGMAS: Final = 3.0
"""Nothing within so many times the spread counts as different."""

MAD: Final = 1.4826
"""Median absolute deviation × this is the standard deviation of what is normally distributed (Rousseeuw and Croux 1993)."""

CURRENT: Final = 0.5
"""The hour that runs is judged once so much of it has passed."""


def standing(hall: HallStatus) -> Standing:
    """Return how a hall stands; the first rule that holds says why."""
    for grade, why, holds in _RULES:
        if holds(hall):
            return Standing(grade, why)
    if _known(hall):
        return Standing(Grade.GOOD, Why.WELL)
    return Standing(Grade.UNKNOWN, Why.NO_DATA)


def volume_spread(usual: Usual, scale: float = 1.0) -> float:
    """Return the spread of a count as one standard deviation: never less than chance alone makes, or a twentieth.

    Args:
        usual: of the whole hour.
        scale: share of the hour that is looked at.
    """
    median = usual.median * scale
    return max(MAD * usual.spread * scale, sqrt(max(median, 0.0)), 0.05 * median)


def share_spread(usual: Usual, attempts: int) -> float:
    """Return the spread of a share of so many tries: never less than chance alone makes, or a hundredth."""
    return max(MAD * usual.spread, sqrt(max(usual.median * (1 - usual.median), 0.0) / max(attempts, 1)), 0.01)


def _drop(success: Success, least: float) -> bool:
    share, usual = success.share, success.usual
    if share is None or usual is None:
        return False
    return usual.median - share >= max(least, SIGMAS * share_spread(usual, success.attempts))


def _volumes(volume: Volume) -> list[tuple[int, Usual, float]]:
    """Return what can be judged: count, usual, share of the hour."""
    found = [(volume.last_hour, volume.last_usual, 1.0)]
    if volume.elapsed >= CURRENT:
        found.append((volume.current, volume.current_usual, volume.elapsed))
    return [(count, usual, scale) for count, usual, scale in found if usual is not None and usual.median * scale >= FLOOR]


def _below(volume: Volume, share: float) -> bool:
    return any(
        count < share * usual.median * scale and count < usual.median * scale - SIGMAS * volume_spread(usual, scale)
        for count, usual, scale in _volumes(volume)
    )


def _above(volume: Volume) -> bool:
    return any(
        count > HIGH * usual.median * scale and count > usual.median * scale + SIGMAS * volume_spread(usual, scale)
        for count, usual, scale in _volumes(volume)
    )


def _slow(response: Response) -> bool:
    median, usual = response.median, response.usual
    if median is None or usual is None or response.answers < ANSWERS:
        return False
    return median >= max(SLOW * usual.median, usual.median + SLOW_BY, usual.median + SIGMAS * MAD * usual.spread)


def _missing(devices: Devices | None, share: float) -> bool:
    if devices is None or not devices.usual:
        return False
    return devices.missing >= max(MISSING_LEAST, share * devices.usual)


def _few(devices: Devices | None) -> bool:
    if devices is None:
        return False
    silent = any(usual - heard >= SILENT_LEAST for heard, usual in devices.silent.values())
    return silent or _missing(devices, MISSING_FEW)


def _known(hall: HallStatus) -> bool:
    """Tell whether anything says that the hall does well."""
    tries = hall.success.share is not None and hall.success.usual is not None
    return hall.reach.reach is not Reach.UNKNOWN or tries or bool(_volumes(hall.volume))


_RULES: Final[tuple[tuple[Grade, Why, Callable[[HallStatus], bool]], ...]] = (
    (Grade.BAD, Why.DOWN, lambda h: h.reach.reach is Reach.DOWN and not h.reach.planned),
    (Grade.WATCH, Why.PLANNED, lambda h: h.reach.reach is Reach.DOWN),
    (Grade.BAD, Why.FAILING, lambda h: _drop(h.success, DROP)),
    (Grade.BAD, Why.SLUMP, lambda h: _below(h.volume, SLUMP)),
    (Grade.BAD, Why.DEVICES, lambda h: _missing(h.devices, MISSING)),
    (Grade.WATCH, Why.DEGRADED, lambda h: h.reach.reach is Reach.DEGRADED),
    (Grade.WATCH, Why.FAILING_MORE, lambda h: _drop(h.success, DROP / 2)),
    (Grade.WATCH, Why.LOW, lambda h: _below(h.volume, LOW)),
    (Grade.WATCH, Why.SLOW, lambda h: _slow(h.response)),
    (Grade.WATCH, Why.DEVICES_FEW, lambda h: _few(h.devices)),
    (Grade.WATCH, Why.HIGH, lambda h: _above(h.volume)),
)
"""Worst first."""
