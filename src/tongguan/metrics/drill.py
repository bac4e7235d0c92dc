"""The rows behind a number: which events or cases an indicator counts in one place and time. Behind stays at steps stand their cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tongguan.metrics.errors import QuestionError
from tongguan.metrics.facts import Fact
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.statements import Asked, followed_ids, row_conditions
from tongguan.model.access import Scope
from tongguan.model.indicator_answers import Grain, RowsQuery, Side
from tongguan.model.indicators import (
    CASES,
    CLOCKS,
    EVENTS,
    OWN_TIME,
    Ratio,
    Simple,
    Term,
    has_rest,
    named,
)
from tongguan.warehouse.case_states import quoted
from tongguan.warehouse.client import Cancellation, Limits


@dataclass(frozen=True)
class Drill:
    """How the rows of a number are found.

    Attributes:
        fact: ``events`` or ``cases.<kind>``.
        types: event types among them; empty for cases.
        conditions, parameters: SQL of which rows, over the fact's table.
    """

    fact: str
    types: tuple[str, ...]
    conditions: str
    parameters: Mapping[str, Any]


def drill(engine: IndicatorEngine, query: RowsQuery, scope: Scope, at: datetime) -> Drill:
    """Return how to find the rows that an indicator counts.

    Raises:
        UnknownIndicatorError: there is no such indicator, or the scope does not see it; names the nearest.
        QuestionError: it counts nothing itself, or totals that other systems reported, or cannot be taken apart so.
    """
    engine.check_seen((query.name,), scope)
    engine.check_places((query.name,), query.where)
    term, not_these = _terms(engine, query.name, query.side)
    if term.fact != EVENTS and not term.fact.startswith((CASES, CLOCKS)):
        raise QuestionError(f"{query.name} counts totals that other systems reported; they have no rows")
    # Behind the time of a state stand the events that began it in the period.
    term, not_these = _begun(term), _begun(not_these) if not_these else None
    fact = engine.fact(term)
    parameters: dict[str, Any] = {}
    asked = Asked(Grain.TOTAL, (), query.where, scope, engine.zone, at)
    texts = row_conditions(term, fact, asked, query.since, query.until, parameters)
    if not_these is not None:
        texts.append(f"NOT ({_counted(not_these, fact)})")
    if term.fact.startswith(CLOCKS):
        kind = term.fact.removeprefix(CLOCKS)
        cases = f"kind = '{kind}' AND case_id IN (SELECT case_id FROM {fact.source} WHERE {' AND '.join(texts)})"
        return Drill(f"{CASES}{kind}", (), cases, parameters)
    return Drill(term.fact, term.types, " AND ".join(texts), parameters)


def _begun(term: Term) -> Term:
    return replace(term, lasting=None, time=OWN_TIME) if term.lasting is not None else term


def _counted(term: Term, fact: Fact) -> str:
    """Return the SQL of whether a term counts a row of its fact."""
    texts = [f"type IN ({quoted(term.types)})"] if term.types else []
    texts += [f"({term.condition})"] if term.condition else []
    texts += [f"event_id IN ({followed_ids(term, fact)})"] if term.then else []
    return " AND ".join(f"ifNull({text}, 0)" for text in texts) or "1"


def _terms(engine: IndicatorEngine, name: str, side: Side) -> tuple[Term, Term | None]:
    indicator = engine.registry[name]
    match indicator.kind:
        case Simple(term):
            return term, None
        case Ratio(part, whole):
            if side is Side.REST and not has_rest(indicator):
                raise QuestionError(f"{name}: part and whole count different things, so there is no rest; valid: part, whole")
            return (part, None) if side is Side.PART else (whole, part if side is Side.REST else None)
        case _:
            inner = ", ".join(named(indicator))
            raise QuestionError(f"{name} is made of other indicators; ask for the rows of {inner}")


def case_ids(engine: IndicatorEngine, found: Drill, limit: int, *, cancellation: Cancellation | None = None) -> tuple[list[str], int]:
    """Return the newest cases of a drill, and how many there are.

    Raises:
        WarehouseError: see :meth:`Warehouse.query`.
    """
    sql = f"SELECT case_id, count() OVER () FROM case_rows FINAL WHERE {found.conditions} ORDER BY last_time DESC, case_id LIMIT {limit}"
    rows = engine.warehouse.query(sql, found.parameters, limits=Limits(seconds=30), cancellation=cancellation).rows
    return [str(row[0]) for row in rows], int(rows[0][1]) if rows else 0
