"""Keeps a row in ``records`` for every case that stands at an open step; see decisions 0008 and 0013."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from tongguan.clocks.declared import DeclaredBooks
from tongguan.model.access import Scope
from tongguan.model.clocks import Books, RuleBook, RuleBooks
from tongguan.model.vocabulary import CaseKind, Vocabulary
from tongguan.model.waiting import OpenStep, WaitingFilter, WaitingOrder, WaitingPage, WaitingRow
from tongguan.processes.planned import LIMITS, Planned, plan_cases
from tongguan.records import blocks, cursors, open_steps
from tongguan.records.database import Database
from tongguan.records.open_steps import StepCounts, Steps
from tongguan.warehouse.case_states import keep_rows_sql, quoted, rows_sql, story_sql
from tongguan.warehouse.client import Warehouse

CURSOR: Final = "open_steps"
BLOCKS_AT_A_TIME: Final = 20
"""A round reads the cases that so many blocks touched, so that catching up goes in steps that are stored."""

CASES_AT_A_TIME: Final = 200_000
"""So many cases are merged at once where all rows are made anew."""

PLANNED_AT_A_TIME: Final = 50_000
"""So many cases are planned at once: all that they reached is in memory meanwhile."""

_SELECTED: Final = "case_id, step, step_time, paused_since, channel, region, business_class, brand, customer_id, tier"
_TOUCHED: Final = "block > {after:UInt64} AND block <= {until:UInt64}"


@dataclass(frozen=True)
class Round:
    """What one round did: open cases written, others looked at and forgotten, and whether blocks are left for the next."""

    open: int
    closed: int
    behind: bool


def watched_steps(vocabulary: Vocabulary, book: RuleBook) -> dict[str, set[str]]:
    """Return, by case kind, the steps that become rows: those at which a stage waits, and those with a limit."""
    found: dict[str, set[str]] = defaultdict(set)
    for stage in vocabulary.stages:
        if stage.waiting_at:
            found[stage.case_kind].update(stage.waiting_at)
    for rule in book.rules:
        found[rule.kind].add(rule.step)
    return {kind: steps for kind, steps in found.items() if kind in vocabulary.case_kinds}


class OpenStepsKeeper:
    """Keeps a finished row for every case, its clocks, and of these the open steps.

    All are brought up to what the loader has booked; one round at a time.

    Args:
        warehouse: with the states of cases.
        database: of the rows.
        vocabulary: of the packs.
        books: where the rules are kept; those that the packs declare where left out.
    """

    def __init__(self, warehouse: Warehouse, database: Database, vocabulary: Vocabulary, books: RuleBooks | None = None) -> None:
        self._warehouse = warehouse
        self._database = database
        self._vocabulary = vocabulary
        self._books = books or DeclaredBooks(vocabulary)
        self._digest = _digest(vocabulary)
        self._marks: tuple[RuleBook | None, str] = (None, "")
        self._one_round = threading.Lock()

    def watched(self) -> dict[str, set[str]]:
        """Return :func:`watched_steps` by the rules of now."""
        return watched_steps(self._vocabulary, self._books.all()[-1])

    def round(self) -> Round:
        """Take in what up to :data:`BLOCKS_AT_A_TIME` more blocks touched; everything where there is no valid cursor.

        Where the rules are others than at the last round, what is open is planned anew instead.

        Raises:
            WarehouseError, RecordsError: nothing of the round is kept; the next one does the same.
        """
        with self._one_round:
            return self._round(self._books.all())

    def _round(self, books: Books) -> Round:
        with self._database.read() as connection:
            place = cursors.get(connection, CURSOR)
            booked = _booked(connection)
        if place is None or place["digest"] != self._digest:
            return self._make_all(books, booked, whole=True)
        if place["rules"] != self._mark(books[-1]):
            return self._make_all(books, place["block"], whole=False)
        after, until = place["block"], min(booked, place["block"] + BLOCKS_AT_A_TIME)
        if until <= after:
            return Round(0, 0, behind=False)
        rows: list[OpenStep] = []
        closed: list[tuple[str, str]] = []
        given = {"after": after, "until": until, "version": until}
        steps = watched_steps(self._vocabulary, books[-1])
        for (name,) in self._warehouse.query(f"SELECT DISTINCT kind FROM cases WHERE {_TOUCHED}", given, limits=LIMITS).rows:
            kind = self._vocabulary.case_kind(name)
            touched = f"case_id IN (SELECT case_id FROM cases WHERE kind = '{name}' AND {_TOUCHED})"
            self._warehouse.command(keep_rows_sql(kind, touched), given)
            if name in _limited(books):
                planned = plan_cases(self._warehouse, kind, touched, given, until, books, steps.get(name, ()))
            elif name in steps:
                planned = self._unlimited(kind, given, steps[name])
            else:
                continue
            rows += planned.open
            closed += [(name, case_id) for case_id in planned.closed]
        with self._database.begin() as connection:
            open_steps.put(connection, rows, closed)
            self._store(connection, until, books)
        return Round(len(rows), len(closed), behind=until < booked)

    def catch_up(self) -> None:
        """Do rounds until none is left."""
        while self.round().behind:
            pass

    def _unlimited(self, kind: CaseKind, given: Mapping[str, Any], steps: set[str]) -> Planned:
        # A round that broke off may have written the same rows before.
        sql = f"SELECT {_SELECTED} FROM case_rows WHERE kind = '{kind.name}' AND version = {{version:UInt64}} LIMIT 1 BY case_id"
        found = self._warehouse.query(sql, given, limits=LIMITS).dicts()
        return Planned(
            [_row(kind, row) for row in found if row["step"] in steps], [row["case_id"] for row in found if row["step"] not in steps]
        )

    def _make_all(self, books: Books, block: int, *, whole: bool) -> Round:
        """Make all rows anew, in slices, so that memory does not grow with history.

        Args:
            books: every version of the rules.
            block: up to which the rows are then right.
            whole: with the rows and clocks of all cases; else only of those that are open.
        """
        rows: list[OpenStep] = []
        steps = watched_steps(self._vocabulary, books[-1])
        for kind in self._vocabulary.case_kinds.values():
            for part in self._slices(kind, CASES_AT_A_TIME) if whole else ():
                self._warehouse.command(keep_rows_sql(kind, part), {"version": block})
            if kind.name in _limited(books):
                open_ones = f"case_id IN (SELECT case_id FROM case_rows FINAL WHERE kind = '{kind.name}' AND open)"
                for part in self._slices(kind, PLANNED_AT_A_TIME):
                    where = part if whole else f"{part} AND {open_ones}"
                    rows += plan_cases(self._warehouse, kind, where, {}, block, books, steps.get(kind.name, ())).open
            elif kind.name in steps:
                sql = f"SELECT {_SELECTED} FROM ({rows_sql(kind)}) WHERE step IN ({quoted(sorted(steps[kind.name]))})"
                rows += [_row(kind, row) for row in self._warehouse.query(sql, limits=LIMITS).dicts()]
        with self._database.begin() as connection:
            open_steps.replace_all(connection, rows)
            self._store(connection, block, books)
        return Round(len(rows), 0, behind=True)

    def _slices(self, kind: CaseKind, size: int) -> Iterator[str]:
        """Give conditions that part the cases of a kind into slices of about a size."""
        counted = self._warehouse.query(f"SELECT uniq(case_id) FROM cases WHERE kind = '{kind.name}'", limits=LIMITS).first()[0]
        number = int(counted) // size + 1
        return (f"cityHash64(case_id) % {number} = {place}" for place in range(number))

    def _store(self, connection: Connection, block: int, books: Books) -> None:
        cursors.put(connection, CURSOR, {"block": block, "digest": self._digest, "rules": self._mark(books[-1])})

    def _mark(self, book: RuleBook) -> str:
        """Return what changes whenever the rules of what is open do."""
        if self._marks[0] is not book:
            text = repr((book.version, book.rules, sorted(book.calendars.items())))
            self._marks = book, f"{book.version} {hashlib.sha256(text.encode()).hexdigest()}"
        return self._marks[1]


def _limited(books: Books) -> set[str]:
    """Return the case kinds that have rules in some version."""
    return {rule.kind for book in books for rule in book.rules}


def _booked(connection: Connection) -> int:
    """Return the last block that is inserted whole: the loader finishes them one after the other."""
    return next((block.number for block in blocks.recent(connection, 2) if block.finished_at is not None), 0)


def _row(kind: CaseKind, row: Mapping[str, Any]) -> OpenStep:
    """Return the open step of a case of a kind without rules."""
    return OpenStep(
        kind=kind.name,
        case_id=row["case_id"],
        step=row["step"],
        since=row["step_time"],
        warned_from=None,
        late_from=None,
        paused_since=row["paused_since"],
        **{name: row[name] for name in ("channel", "region", "business_class", "brand", "customer_id", "tier")},
    )


def _digest(vocabulary: Vocabulary) -> str:
    """Return what changes whenever the same events and rules would make other rows."""
    kinds = [(kind.name, keep_rows_sql(kind, ""), story_sql(kind), sorted(kind.pauses.items())) for kind in vocabulary.case_kinds.values()]
    waiting = [(stage.case_kind, stage.waiting_at) for stage in vocabulary.stages]
    return hashlib.sha256(repr([kinds, waiting]).encode()).hexdigest()


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
