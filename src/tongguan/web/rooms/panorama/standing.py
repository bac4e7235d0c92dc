"""How a stage stands, from its volume, its failures and what in it is late; learnt baselines come with their own stage.

The help page tells these rules to users; change both together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tongguan.model.answers import StageStatus, Standout
from tongguan.web.kit.components import Status
from tongguan.web.kit.texts import msg

FLOOR: Final = 30
"""Fewer events than this on both days of comparison, or in an hour, say nothing."""

LOW: Final = 0.5
WATCH: Final = 0.8
"""Shares of the lower of the two days' volumes; below the first a stage is abnormal, below the second to be watched."""

HIGH: Final = 1.8
"""So many times the higher of the two days' volumes, a stage is to be watched; where its volume is trouble, it is abnormal."""

FAILING: Final = 0.05
"""Share of failures in volume from which a stage is to be watched; twice that is abnormal."""

MORE: Final = 1.5
"""And so many times the share of a usual day, twice that for abnormal: some stages lose many on the best of days."""

HOUR: Final = 0.2
"""Share of failures in one hour from which that hour stands out, where it is also :data:`HOUR_MORE` times the usual share."""

HOUR_MORE: Final = 2.5

LATE: Final = 0.1
"""Share of late cases in those that wait (paused and silent ones apart) from which a stage is watched; :data:`MANY_LATE` is abnormal."""

MANY_LATE: Final = 0.3

FEW_WAITING: Final = 10
FEW_LATE: Final = 5
"""Fewer waiting, or fewer late ones, say nothing against a stage."""


@dataclass(frozen=True)
class Standing:
    """How a stage stands and why, as a message to translate with its values; empty where all is well."""

    status: Status
    why: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WorstHour:
    """An hour in which far more went wrong than usual: failures and their share in the volume."""

    hour: int
    failures: int
    share: float


def usual_failing(stage: StageStatus) -> float:
    """Return the lower share of failures of the two days of comparison; 0 where neither has enough events."""
    days = ((stage.volume_yesterday, stage.failures_yesterday), (stage.volume_last_week, stage.failures_last_week))
    return min((failures / volume for volume, failures in days if volume >= FLOOR), default=0.0)


def worst_hour(volume: Sequence[int | None], failures: Sequence[int | None], usual: float) -> WorstHour | None:
    """Return the hour with the most failures among those that stand out; None where none does.

    Args:
        volume, failures: of each hour; None for hours to come.
        usual: the share of failures of a usual day.
    """
    found = [
        WorstHour(hour, failed, failed / count)
        for hour, (count, failed) in enumerate(zip(volume, failures, strict=False))
        if count and failed and count >= FLOOR and failed / count >= max(HOUR, HOUR_MORE * usual)
    ]
    return max(found, key=lambda one: one.failures, default=None)


def standing(stage: StageStatus, outs: Sequence[Standout] = (), *, burden: bool = False) -> Standing:
    """Return how a stage stands; ``burden`` says that its volume is trouble, so that little of it is none.

    ``outs`` are the hours of the day in which one channel of the stage stands out.

    The worst rule speaks; of two that are equally bad, the one that people can act on at once: what is late before what was lost.
    """
    found = [rule for rule in (_lateness(stage), _by_volume(stage, burden=burden), _on_one_channel(outs)) if rule is not None]
    return min(found, key=lambda one: _ORDER.index(one.status))


_ORDER: Final = (Status.BAD, Status.WATCH, Status.GOOD, Status.UNKNOWN)


def _lateness(stage: StageStatus) -> Standing | None:
    """Return how what waits stands; None where it says nothing against the stage."""
    waiting = (stage.backlog or 0) - (stage.paused or 0) - (stage.silent or 0)
    late = stage.late or 0
    if waiting < FEW_WAITING or late < FEW_LATE or late < LATE * waiting:
        return None
    status = Status.BAD if late >= MANY_LATE * waiting else Status.WATCH
    return Standing(status, msg("%(late)s late"), {"late": str(late)})


def _on_one_channel(outs: Sequence[Standout]) -> Standing | None:
    if not outs:
        return None
    return Standing(Status.BAD, msg("%(channel)s %(hour)s failing"), {"channel": outs[0].channel, "hour": f"{outs[0].hour:02d}:00"})


def _by_volume(stage: StageStatus, *, burden: bool) -> Standing:
    share = stage.failures / stage.volume if stage.volume >= FLOOR else 0.0
    usual = usual_failing(stage)
    if share >= max(2 * FAILING, 2 * MORE * usual):
        return Standing(Status.BAD, msg("Many failures"))
    worst = worst_hour(stage.hourly, stage.hourly_failures, usual)
    if worst is not None:
        return Standing(Status.BAD, msg("%(hour)s failing"), {"hour": f"{worst.hour:02d}:00"})
    more = share >= max(FAILING, MORE * usual)
    if max(stage.volume_yesterday, stage.volume_last_week) < FLOOR:
        return Standing(Status.WATCH, msg("More failures")) if more else Standing(Status.UNKNOWN)
    lower, higher = sorted((stage.volume_yesterday, stage.volume_last_week))
    if lower >= FLOOR and stage.volume >= HIGH * higher:
        return Standing(Status.BAD if burden else Status.WATCH, msg("Unusually many"))
    if not burden and stage.volume < LOW * lower:
        return Standing(Status.BAD, msg("Volume slump"))
    if not burden and stage.volume < WATCH * lower:
        return Standing(Status.WATCH, msg("Low volume"))
    if more:
        return Standing(Status.WATCH, msg("More failures"))
    return Standing(Status.GOOD)
