"""Hours of one channel in which far more went wrong than usual: what a total over all channels hides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from tongguan.model.access import Scope
from tongguan.model.answers import Standout
from tongguan.model.vocabulary import Stage, Vocabulary
from tongguan.warehouse.case_states import quoted
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
    given = {**parameters, "days": list(days), "shown": list(days[:2]), "compared": list(days[1:])}
    given |= {"floor": FLOOR, "failed": FAILED, "share": SHARE, "more": MORE}
    rows = warehouse.query(_sql(stages, conditions), given, cancellation=cancellation).rows
    return [Standout(stage, day.isoformat(), hour, channel, int(v), int(f), usual) for day, hour, stage, channel, v, f, usual in rows]


def _sql(stages: Sequence[Stage], conditions: str) -> str:
    """One pass over the counts of three days: hours by stage and channel, beside them the shares of the days they belong to."""
    parts = ", ".join(
        f"({n}, toUInt64(type IN ({quoted(stage.volume)})), toUInt64(type IN ({quoted(stage.failures)})))" for n, stage in enumerate(stages)
    )
    types = sorted({name for stage in stages for name in (*stage.volume, *stage.failures)})
    names = f"[{quoted(stage.name for stage in stages)}]"
    hours = (
        "SELECT business_date, hour, part.1 AS place, channel, sum(events * part.2) AS v, sum(events * part.3) AS f FROM hourly_counts"
        f" ARRAY JOIN arrayFilter(x -> x.2 + x.3 > 0, [{parts}]) AS part"
        f" WHERE business_date IN {{days:Array(Date)}} AND type IN ({quoted(types)}) AND channel != ''"
        f"{f' AND {conditions}' if conditions else ''} GROUP BY business_date, hour, place, channel"
    )
    whole = (
        f"SELECT *, sum(v) OVER day AS day_v, sum(f) OVER day AS day_f FROM ({hours})"
        " WINDOW day AS (PARTITION BY business_date, place, channel)"
    )
    usual = (
        "SELECT *, ifNull(minIf(day_f / day_v, business_date IN {compared:Array(Date)} AND day_v >= {floor:UInt32})"
        " OVER (PARTITION BY place, channel), 0) AS usual"
        f" FROM ({whole})"
    )
    return (
        f"SELECT business_date, hour, arrayElement({names}, place + 1), channel, v, f, if(isFinite(usual), usual, 0) FROM ({usual})"
        " WHERE business_date IN {shown:Array(Date)} AND v >= {floor:UInt32} AND f >= {failed:UInt32} AND f >= {share:Float64} * v"
        f" AND f >= {{more:Float64}} * usual * v ORDER BY f - usual * v DESC, business_date DESC, hour, place, channel LIMIT {MOST}"
    )
