"""Hours of one channel in which far more went wrong than usual: what a total over all channels hides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from tongguan.model.access import Scope
from tongguan.model.answers import Standout
from tongguan.model.vocabulary import Stage, Vocabulary
from tongguan.warehouse.client import Cancellation, Warehouse

FLOOR: Final = 30
"""Fewer events than this in an hour say nothing."""

SHARE: Final = 0.2
"""Share of failures in one hour from which it stands out, where it is also :data:`MORE` times the usual share."""

MORE: Final = 2.5

FAILED: Final = 10
"""Fewer failures than this are chance."""

MOST: Final = 200


def standouts(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    days: Sequence[date],
    conditions: str,
    parameters: dict[str, Any],
    scope: Scope,
    *,
    cancellation: Cancellation | None = None,
) -> list[Standout]:
    """Return the hours of the first two days that stand out, by stage and channel, most failures beyond the usual first.

    The usual share is the lower one of the two days of comparison as a whole, of the same stage and channel; one with fewer
    than :data:`FLOOR` events is no measure.

    Args:
        days: the day shown, the day before it, and the one seven days before it.
        conditions, parameters: what else must hold for hourly counts (see ``flow_conditions``).
    """
    stages = [stage for stage in vocabulary.stages if stage.failures and scope.sees_stage(stage.name)]
    if not stages:
        return []
    parts = _parts(stages)
    sql = (
        "SELECT business_date, hour, type, channel, sum(events) FROM hourly_counts"
        f" WHERE business_date IN {{days:Array(Date)}} AND type IN {{types:Array(String)}} AND channel != ''"
        f"{f' AND {conditions}' if conditions else ''} GROUP BY business_date, hour, type, channel"
    )
    given = {**parameters, "days": list(days), "types": sorted(parts)}
    # Laid out by stage here: as SQL the same takes the engine longer to analyse than to compute.
    hours: dict[tuple[str, str], dict[tuple[date, int], list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for day, hour, event_type, channel, events in warehouse.query(sql, given, cancellation=cancellation).rows:
        for stage, volume, failures in parts[event_type]:
            counted = hours[stage, channel][day, hour]
            counted[0] += volume * int(events)
            counted[1] += failures * int(events)
    found = [one for (stage, channel), counts in hours.items() for one in _of(stage, channel, counts, days)]
    return sorted(found, key=lambda one: (one.usual * one.volume - one.failures, one.day, one.hour, one.stage, one.channel))[:MOST]


def _parts(stages: Sequence[Stage]) -> dict[str, list[tuple[str, int, int]]]:
    """Return, by event type, the stages for which it counts: name, 1 in the volume, 1 in the failures."""
    found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for stage in stages:
        for name in {*stage.volume, *stage.failures}:
            found[name].append((stage.name, int(name in stage.volume), int(name in stage.failures)))
    return found


def _of(stage: str, channel: str, counts: Mapping[tuple[date, int], Sequence[int]], days: Sequence[date]) -> Iterator[Standout]:
    usual = _usual(counts, days[1:])
    for (day, hour), (volume, failures) in counts.items():
        if day not in days[:2] or volume < FLOOR or failures < FAILED:
            continue
        if failures >= SHARE * volume and failures >= MORE * usual * volume:
            yield Standout(stage, day.isoformat(), hour, channel, volume, failures, usual)


def _usual(counts: Mapping[tuple[date, int], Sequence[int]], days: Sequence[date]) -> float:
    """Return the lower share of failures of whole days with enough events; 0 where there is none."""
    shares = []
    for wanted in days:
        volume = sum(count[0] for (day, _), count in counts.items() if day == wanted)
        if volume >= FLOOR:
            shares.append(sum(count[1] for (day, _), count in counts.items() if day == wanted) / volume)
    return min(shares, default=0.0)
