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
from tongguan.model.waiting import WaitingFilter, WaitingOrder, WaitingPage, WaitingRow
from tongguan.records import blocks, cursors, open_steps
from tongguan.records.database import Database
from tongguan.records.open_steps import OpenStep, StepCounts, Steps
from tongguan.warehouse.case_states import quoted, states_sql
from tongguan.warehouse.client import Limits, Warehouse
from tongguan.warehouse.schema import key_time_sql

CURSOR: Final = "open_steps"
BLOCKS_AT_A_TIME: Final = 20
"""A round reads the cases that so many blocks touched, so that catching up goes in steps that are stored."""

_LIMITS: Final = Limits(seconds=600)
_COLUMNS: Final = ("case_id", "step", "step_time", "due_time", "channel", "region", "business_class", "brand", "customer_id")


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
    """Brings the rows up to what the loader has booked; one round at a time."""

    def __init__(self, warehouse: Warehouse, database: Database, vocabulary: Vocabulary) -> None:
        self._warehouse = warehouse
        self._database = database
        self._kinds = [(vocabulary.case_kind(name), steps) for name, steps in watched_steps(vocabulary).items()]
        self._digest = hashlib.sha256("\n".join(_touched_sql(kind) + repr(sorted(steps)) for kind, steps in self._kinds).encode())
        self._one_round = threading.Lock()
        self._digest.update(repr([sorted(kind.limits.items()) for kind, _ in self._kinds]).encode())

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
        if place is None or place["digest"] != self._digest.hexdigest():
            return self._begin(booked)
        after, until = place["block"], min(booked, place["block"] + BLOCKS_AT_A_TIME)
        if until <= after:
            return Round(0, 0, behind=False)
        rows: list[OpenStep] = []
        closed: list[tuple[str, str]] = []
        for kind, steps in self._kinds:
            found = self._warehouse.query(_touched_sql(kind), {"after": after, "until": until}, limits=_LIMITS).dicts()
            rows += [_row(kind, row) for row in found if row["step"] in steps]
            closed += [(kind.name, row["case_id"]) for row in found if row["step"] not in steps]
        with self._database.begin() as connection:
            open_steps.put(connection, rows, closed)
            self._store(connection, until)
        return Round(len(rows), len(closed), behind=until < booked)

    def catch_up(self) -> None:
        """Do rounds until none is left."""
        while self.round().behind:
            pass

    def _begin(self, booked: int) -> Round:
        rows: list[OpenStep] = []
        for kind, steps in self._kinds:
            sql = f"SELECT {_SELECTED.format(paused=_paused_sql(kind))} FROM ({states_sql(kind)}) WHERE step IN ({quoted(sorted(steps))})"
            rows += [_row(kind, row) for row in self._warehouse.query(sql, limits=_LIMITS).dicts()]
        with self._database.begin() as connection:
            open_steps.replace_all(connection, rows)
            self._store(connection, booked)
        return Round(len(rows), 0, behind=True)

    def _store(self, connection: Connection, block: int) -> None:
        cursors.put(connection, CURSOR, {"block": block, "digest": self._digest.hexdigest()})


_SELECTED: Final = ", ".join(_COLUMNS) + ", {paused} AS paused_since"


def _booked(connection: Connection) -> int:
    """Return the last block that is inserted whole: the loader finishes them one after the other."""
    return next((block.number for block in blocks.recent(connection, 2) if block.finished_at is not None), 0)


def _touched_sql(kind: CaseKind) -> str:
    touched = f"SELECT case_id FROM cases WHERE kind = '{kind.name}' AND block > {{after:UInt64}} AND block <= {{until:UInt64}}"
    return f"SELECT {_SELECTED.format(paused=_paused_sql(kind))} FROM ({states_sql(kind, f'case_id IN ({touched})')})"


def _paused_sql(kind: CaseKind) -> str:
    """Return since when somebody outside must act: the last pause that neither its end nor a step followed."""
    if not kind.pauses:
        return "NULL"
    others = {*kind.pauses.values(), *(milestone.name for milestone in kind.milestones if milestone.step)} - set(kind.pauses)
    began = f"arrayLastIndex(e -> e.milestone IN ({quoted(sorted(kind.pauses))}), entries)"
    went_on = f"arrayLastIndex(e -> e.milestone IN ({quoted(sorted(others))}), entries)"
    return f"if({began} > {went_on}, {key_time_sql(f'entries[{began}].key')}, NULL)"


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
    return [WaitingRow(**vars(row), stage=stages[row.kind, row.step], lateness=open_steps.lateness_at(row, at)) for row in rows]
