"""Plans the clocks of cases: a row of ``case_clocks`` for each, and the open ones of their stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from tongguan.clocks.planning import plan, stay_reader
from tongguan.model.clocks import Books, Clock, Place, Stay
from tongguan.model.vocabulary import CaseKind
from tongguan.model.waiting import OpenStep
from tongguan.warehouse.case_states import states_sql, story_sql
from tongguan.warehouse.client import Limits, Warehouse
from tongguan.warehouse.schema import CLOCK_DIMENSIONS, CLOCK_STAYS

LIMITS: Final = Limits(seconds=600)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_TIME: Final = timedelta(0)
_COLUMNS: Final = ("kind", "case_id", *CLOCK_DIMENSIONS, *CLOCK_STAYS, "version")
_ROW_DIMENSIONS: Final = ("channel", "region", "business_class", "brand", "customer_id", "tier")


@dataclass(frozen=True)
class Planned:
    """What became of some cases: rows of those that stand at a watched step, ids of the others."""

    open: list[OpenStep]
    closed: list[str]


def plan_cases(
    warehouse: Warehouse, kind: CaseKind, where: str, given: Mapping[str, Any], version: int, books: Books, steps: Collection[str]
) -> Planned:
    """Plan all stays of some cases, keep them in the warehouse, and return the open ones.

    Args:
        warehouse: with the states of the cases.
        kind: of the cases.
        where: condition on ``case_id`` that says which.
        given: its parameters.
        version: number under which the rows are kept; of two the greater counts, of equal ones the later.
        books: every version of the rules.
        steps: those that become rows.

    Raises:
        WarehouseError: nothing is returned; done again, it does the same.
    """
    sql = f"SELECT case_id, due_time, last_time, {', '.join(CLOCK_DIMENSIONS)}, {story_sql(kind)} FROM ({states_sql(kind, where)})"
    read = stay_reader(kind)
    planned = Planned([], [])
    lines = []
    for row in warehouse.query(sql, given, limits=LIMITS).dicts():
        times = [_EPOCH + timedelta(microseconds=time) for time in row["times"]]
        clocks = _clocks(kind, row, read(list(zip(row["milestones"], times, strict=True))), books)
        lines.append(msgspec.json.encode(_line(kind, row, clocks, version)))
        last = clocks[-1] if clocks else None
        if last is not None and last.stay.until is None and last.stay.step in steps:
            planned.open.append(_open_step(kind, row, last))
        else:
            planned.closed.append(row["case_id"])
    if lines:
        # What was planned by other rules before may come again, and then counts again.
        warehouse.insert_rows("case_clocks", _COLUMNS, b"\n".join(lines), settings={"insert_deduplicate": 0})
    return planned


def _clocks(kind: CaseKind, row: Mapping[str, Any], found: Sequence[Stay], books: Books) -> list[Clock]:
    place = Place(row["business_class"], row["channel"], row["region"], row["tier"])
    return [plan(kind.name, stay, place, row["due_time"], books, row["last_time"]) for stay in found]


def _line(kind: CaseKind, row: Mapping[str, Any], clocks: Sequence[Clock], version: int) -> list[Any]:
    """Return a row as the warehouse takes it, in the order of the columns."""
    stays: dict[str, list[Any]] = {
        "step": [clock.stay.step for clock in clocks],
        "next_step": [clock.stay.next_step for clock in clocks],
        "since": [clock.stay.since for clock in clocks],
        "until": [clock.stay.until for clock in clocks],
        "warned_from": [clock.warned_from for clock in clocks],
        "late_from": [clock.late_from for clock in clocks],
        "paused_seconds": [_paused_seconds(clock.stay) for clock in clocks],
        "limited": [clock.rule is not None for clock in clocks],
        "silent_from": [clock.silent_from for clock in clocks],
        "paused": [clock.paused for clock in clocks],
        "book": [clock.book for clock in clocks],
    }
    return [kind.name, row["case_id"], *(row[name] for name in CLOCK_DIMENSIONS), *(stays[name] for name in CLOCK_STAYS), version]


def _paused_seconds(stay: Stay) -> float:
    """Return how long the pauses of a stay lasted that are over."""
    return sum((ended - began for began, ended in stay.pauses if ended is not None), _NO_TIME).total_seconds()


def _open_step(kind: CaseKind, row: Mapping[str, Any], clock: Clock) -> OpenStep:
    instants = (clock.warned_from, clock.late_from, clock.silent_from)
    return OpenStep(
        kind=kind.name,
        case_id=row["case_id"],
        step=clock.stay.step,
        since=clock.stay.since,
        warned_from=clock.warned_from,
        late_from=clock.late_from,
        paused_since=clock.stay.pauses[-1][0] if clock.paused else None,
        silent_from=clock.silent_from,
        # Also one that is over: whoever tells of breaches knows what was told.
        breach_at=min((one for one in instants if one is not None), default=None),
        **{name: row[name] for name in _ROW_DIMENSIONS},
    )
