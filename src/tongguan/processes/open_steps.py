"""Keeps a row in ``records`` for every case that stands at an open step; see decision 0008."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from tongguan.model.access import Scope
from tongguan.model.vocabulary import CaseKind, Limit, Vocabulary
from tongguan.model.waiting import OpenStep, WaitingFilter, WaitingOrder, WaitingPage, WaitingRow
from tongguan.records import blocks, cursors, open_steps
from tongguan.records.database import Database
from tongguan.records.open_steps import StepCounts, Steps
from tongguan.warehouse.case_states import keep_rows_sql, quoted, rows_sql
from tongguan.warehouse.client import Limits, Warehouse

CURSOR: Final = "open_steps"
BLOCKS_AT_A_TIME: Final = 20
"""A round reads the cases that so many blocks touched, so that catching up goes in steps that are stored."""

CASES_AT_A_TIME: Final = 200_000
"""So many cases are merged at once where all rows are made anew."""

_LIMITS: Final = Limits(seconds=600)
_SELECTED: Final = "case_id, step, step_time, due_time, paused_since, channel, region, business_class, brand, customer_id"
_TOUCHED: Final = "block > {after:UInt64} AND block <= {until:UInt64}"


@dataclass(frozen=True)
class Round:
    """What one round did: open cases written, others looked at and forgotten, and whether blocks are left for the next."""

    open: int
    closed: int
    behind: bool


def watched_steps(vocabulary: Vocabulary) -> dict[str, set[str]]:
    """Return, by case kind, the steps that become rows: those at which a stage waits, and those with a limit."""
    found: dict[str, set[str]] = defaultdict(set)
    for stage in vocabulary.stages:
        if stage.waiting_at:
            found[stage.case_kind].update(stage.waiting_at)
    for kind in vocabulary.case_kinds.values():
        if kind.limits:
            found[kind.name].update(kind.limits)
    return dict(found)


class OpenStepsKeeper:
    """Keeps a finished row for every case, and of these the open steps.

    Both are brought up to what the loader has booked; one round at a time.
    """

    def __init__(self, warehouse: Warehouse, database: Database, vocabulary: Vocabulary) -> None:
        self._warehouse = warehouse
        self._database = database
        self._vocabulary = vocabulary
        self._steps = watched_steps(vocabulary)
        self._digest = _digest(vocabulary, self._steps)
        self._one_round = threading.Lock()

    def round(self) -> Round:
        """Take in what up to :data:`BLOCKS_AT_A_TIME` more blocks touched; everything where there is no valid cursor.

        Raises:
            WarehouseError, RecordsError: nothing of the round is kept; the next one does the same.
        """
        with self._one_round:
            return self._round()

    def _round(self) -> Round:
        with self._database.read() as connection:
            place = cursors.get(connection, CURSOR)
            booked = _booked(connection)
        if place is None or place["digest"] != self._digest:
            return self._begin(booked)
        after, until = place["block"], min(booked, place["block"] + BLOCKS_AT_A_TIME)
        if until <= after:
            return Round(0, 0, behind=False)
        rows: list[OpenStep] = []
        closed: list[tuple[str, str]] = []
        given = {"after": after, "until": until, "version": until}
        for (name,) in self._warehouse.query(f"SELECT DISTINCT kind FROM cases WHERE {_TOUCHED}", given, limits=_LIMITS).rows:
            kind = self._vocabulary.case_kind(name)
            touched = f"case_id IN (SELECT case_id FROM cases WHERE kind = '{name}' AND {_TOUCHED})"
            self._warehouse.command(keep_rows_sql(kind, touched), given)
            steps = self._steps.get(name)
            if steps is None:
                continue
            # A round that broke off may have written the same rows before.
            sql = f"SELECT {_SELECTED} FROM case_rows WHERE kind = '{name}' AND version = {{version:UInt64}} LIMIT 1 BY case_id"
            found = self._warehouse.query(sql, given, limits=_LIMITS).dicts()
            rows += [_row(kind, row) for row in found if row["step"] in steps]
            closed += [(name, row["case_id"]) for row in found if row["step"] not in steps]
        with self._database.begin() as connection:
            open_steps.put(connection, rows, closed)
            self._store(connection, until)
        return Round(len(rows), len(closed), behind=until < booked)

    def catch_up(self) -> None:
        """Do rounds until none is left."""
        while self.round().behind:
            pass

    def _begin(self, booked: int) -> Round:
        """Make all rows anew, in slices, so that memory does not grow with history."""
        rows: list[OpenStep] = []
        for kind in self._vocabulary.case_kinds.values():
            counted = self._warehouse.query(f"SELECT uniq(case_id) FROM cases WHERE kind = '{kind.name}'", limits=_LIMITS).first()[0]
            slices = int(counted) // CASES_AT_A_TIME + 1
            for number in range(slices):
                sql = keep_rows_sql(kind, f"cityHash64(case_id) % {slices} = {number}")
                self._warehouse.command(sql, {"version": booked})
            steps = self._steps.get(kind.name)
            if steps:
                sql = f"SELECT {_SELECTED} FROM ({rows_sql(kind)}) WHERE step IN ({quoted(sorted(steps))})"
                rows += [_row(kind, row) for row in self._warehouse.query(sql, limits=_LIMITS).dicts()]
        with self._database.begin() as connection:
            open_steps.replace_all(connection, rows)
            self._store(connection, booked)
        return Round(len(rows), 0, behind=True)

    def _store(self, connection: Connection, block: int) -> None:
        cursors.put(connection, CURSOR, {"block": block, "digest": self._digest})


def _booked(connection: Connection) -> int:
    """Return the last block that is inserted whole: the loader finishes them one after the other."""
    return next((block.number for block in blocks.recent(connection, 2) if block.finished_at is not None), 0)


def _row(kind: CaseKind, row: Mapping[str, Any]) -> OpenStep:
    warned, late = _limits(kind.limits.get(row["step"]), row["step_time"], row["due_time"])
    return OpenStep(
        kind=kind.name,
        case_id=row["case_id"],
        step=row["step"],
        since=row["step_time"],
        warned_from=warned,
        late_from=late,
        paused_since=row["paused_since"],
        **{name: row[name] for name in ("channel", "region", "business_class", "brand", "customer_id")},
    )


def _limits(limit: Limit | None, since: datetime, due: datetime | None) -> tuple[datetime | None, datetime | None]:
    if limit is None:
        return None, None
    if limit.promised and due is not None:
        return max(since, due - (limit.late - limit.warning)), due
    return since + limit.warning, since + limit.late


def _digest(vocabulary: Vocabulary, steps: Steps) -> str:
    """Return what changes whenever the same events would make other rows."""
    kinds = [(kind.name, keep_rows_sql(kind, ""), sorted(kind.limits.items())) for kind in vocabulary.case_kinds.values()]
    return hashlib.sha256(repr([kinds, sorted((name, sorted(found)) for name, found in steps.items())]).encode()).hexdigest()


def seen_steps(vocabulary: Vocabulary, scope: Scope, stage: str = "") -> dict[str, set[str]]:
    """Return the waiting steps of one stage, or of all, that a scope sees, by case kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in vocabulary.stages:
        if one.waiting_at and stage in ("", one.name) and scope.sees_stage(one.name):
            found[one.case_kind].update(one.waiting_at)
    return dict(found)


def step_counts(
    database: Database, vocabulary: Vocabulary, where: WaitingFilter, scope: Scope, at: datetime
) -> dict[tuple[str, str], StepCounts]:
    """Return what waits, by case kind and step, within a scope."""
    with database.read() as connection:
        return open_steps.counts(connection, seen_steps(vocabulary, scope, where.stage), where, scope.regions, at)


def waiting_page(
    database: Database,
    vocabulary: Vocabulary,
    where: WaitingFilter,
    scope: Scope,
    at: datetime,
    *,
    order: WaitingOrder = WaitingOrder.SINCE,
    descending: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> WaitingPage:
    """Return one page of what waits within a scope."""
    steps: Steps = seen_steps(vocabulary, scope, where.stage)
    with database.read() as connection:
        counts = open_steps.by_lateness(connection, steps, WaitingFilter(**{**vars(where), "lateness": None}), scope.regions, at)
        found = open_steps.page(connection, steps, where, scope.regions, at, order=order, descending=descending, limit=limit, offset=offset)
    total = sum(counts.values()) if where.lateness is None else counts[where.lateness]
    return WaitingPage(_shown(vocabulary, found, at), total, offset, limit, counts)


def _shown(vocabulary: Vocabulary, rows: Sequence[OpenStep], at: datetime) -> list[WaitingRow]:
    stages = {(stage.case_kind, step): stage.name for stage in vocabulary.stages for step in stage.waiting_at}
    return [WaitingRow(**vars(row), stage=stages[row.kind, row.step], lateness=row.lateness_at(at)) for row in rows]
