"""Open steps of cases: what waits, where, since when, and from when it is warned and late. ``processes`` keeps the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)

from tongguan.model.answers import NESTED
from tongguan.model.waiting import Lateness, OpenStep, WaitingFilter, WaitingOrder
from tongguan.records import touched
from tongguan.records.columns import clean, key_text
from tongguan.records.tables import open_steps
from tongguan.records.upsert import chunks
from tongguan.records.upsert import insert as upserting

Steps = Mapping[str, Collection[str]]
"""Case kind → steps of it."""

_KEYS: Final = ("kind", "case_key")
_FIELDS: Final = tuple(OpenStep.__dataclass_fields__)
_SORTS: Final[dict[WaitingOrder, ColumnElement[Any]]] = {
    WaitingOrder.SINCE: open_steps.c.since,
    WaitingOrder.LATE: open_steps.c.late_from,
    WaitingOrder.CASE_ID: open_steps.c.case_key,
}


@dataclass(frozen=True)
class StepCounts:
    """What waits at one step: how many in all, how many of them paused, silent, late and warned, and since when the oldest does."""

    cases: int
    paused: int
    late: int
    warned: int
    oldest: datetime
    silent: int = 0


def put(conn: Connection, rows: Sequence[OpenStep], closed: Collection[tuple[str, str]]) -> None:
    """Write what is open now and forget what is closed: pairs of kind and case id."""
    touched.touch(conn, [(kind, key_text(case_id)) for kind, case_id in [*closed, *((row.kind, row.case_id) for row in rows)]])
    for part in chunks([(kind, key_text(case_id)) for kind, case_id in closed], 200):
        conn.execute(delete(open_steps).where(tuple_(open_steps.c.kind, open_steps.c.case_key).in_(part)))
    if not rows:
        return
    statement = upserting(conn, open_steps)
    new = statement.excluded
    changes: dict[str, Any] = {column.name: new[column.name] for column in open_steps.c if column.name not in _KEYS}
    same_stay = and_(open_steps.c.step == new.step, open_steps.c.since == new.since)
    changes["told"] = case((same_stay, open_steps.c.told), else_=new.told)
    # In the order of keys, so that two transactions with the same rows wait and do not deadlock.
    values = sorted((_values(row) for row in rows), key=itemgetter(*_KEYS))
    conn.execute(statement.on_conflict_do_update(index_elements=list(_KEYS), set_=changes), values)


def replace_all(conn: Connection, rows: Sequence[OpenStep]) -> None:
    """Forget all rows and write these; stays that were there before keep what was told of them."""
    names = (*_KEYS, "step", "since", "told")
    before = conn.execute(select(*(open_steps.c[name] for name in names)).where(open_steps.c.told != 0))
    told = {tuple(row[:-1]): row[-1] for row in before}
    conn.execute(delete(open_steps))
    touched.touch_all(conn)
    if rows:
        values = [_values(row) for row in rows]
        conn.execute(
            insert(open_steps), [{**one, "told": told.get(tuple(one[name] for name in names[:-1]), one["told"])} for one in values]
        )


def due(conn: Connection, at: datetime, limit: int) -> list[OpenStep]:
    """Return open steps of which an instant has come that no event has told of, the longest due first: a stretch of one index."""
    breach_at = open_steps.c.breach_at
    sql = select(*(open_steps.c[name] for name in _FIELDS)).where(breach_at <= at).order_by(breach_at).limit(limit)
    return [OpenStep(**dict(zip(_FIELDS, row, strict=True))) for row in conn.execute(sql)]


def tell(conn: Connection, rows: Sequence[OpenStep]) -> None:
    """Note what was told of open steps, and what comes next; a stay that is over meanwhile is left alone."""
    columns = open_steps.c
    statement = (
        update(open_steps)
        .where(
            columns.kind == bindparam("of_kind"),
            columns.case_key == bindparam("of_case"),
            columns.step == bindparam("at_step"),
            columns.since == bindparam("at_since"),
        )
        .values(told=bindparam("now_told"), breach_at=bindparam("comes"))
    )
    values = [
        {
            "of_kind": row.kind,
            "of_case": key_text(row.case_id),
            "at_step": row.step,
            "at_since": row.since,
            "now_told": row.told,
            "comes": row.breach_at,
        }
        for row in rows
    ]
    if values:
        conn.execute(statement, values)


def _values(row: OpenStep) -> dict[str, Any]:
    return {**vars(row), "case_key": key_text(row.case_id)}


def number(conn: Connection) -> int:
    """Return how many rows there are."""
    return conn.execute(select(func.count()).select_from(open_steps)).scalar_one()


def counts(
    conn: Connection, steps: Steps, where: WaitingFilter, regions: Collection[str], at: datetime
) -> dict[tuple[str, str], StepCounts]:
    """Return what waits at each of the given steps, by kind and step; steps where nothing waits are left out.

    Args:
        steps: where to look.
        where: of it, what else the rows must be; its stage is the caller's to turn into steps.
        regions: codes that the asker may see, with everything below them; empty for all.
        at: the moment at which lateness is judged.
    """
    state = state_of(at)
    told = (Lateness.PAUSED, Lateness.LATE, Lateness.WARNED, Lateness.SILENT)
    tallies = [func.sum(case((state == one.value, 1), else_=0)) for one in told]
    sql = select(open_steps.c.kind, open_steps.c.step, func.count(), *tallies, func.min(open_steps.c.since))
    found = conn.execute(sql.where(wanted(steps, where, regions, at)).group_by(open_steps.c.kind, open_steps.c.step))
    return {(row[0], row[1]): StepCounts(int(row[2]), int(row[3]), int(row[4]), int(row[5]), row[7], int(row[6])) for row in found}


def by_lateness(conn: Connection, steps: Steps, where: WaitingFilter, regions: Collection[str], at: datetime) -> dict[Lateness, int]:
    """Return how many of what matches stand how at a moment; all kinds of lateness are there."""
    state = state_of(at).label("state")
    sql = select(state, func.count()).select_from(open_steps).where(wanted(steps, where, regions, at)).group_by(state)
    found = {Lateness(row[0]): int(row[1]) for row in conn.execute(sql)}
    return {one: found.get(one, 0) for one in Lateness}


def page(
    conn: Connection,
    steps: Steps,
    where: WaitingFilter,
    regions: Collection[str],
    at: datetime,
    *,
    order: WaitingOrder,
    descending: bool,
    limit: int,
    offset: int,
) -> list[OpenStep]:
    """Return a stretch of what matches; rows without the sorted value come last either way, ties are broken by case.

    By limit, what is paused comes after all that somebody can act on.
    """
    column = _SORTS[order]
    pause = [open_steps.c.paused_since.is_not(None)] if order is WaitingOrder.LATE else []
    direction = column.desc() if descending else column.asc()
    sql: Select[Any] = select(*(open_steps.c[name] for name in _FIELDS)).where(wanted(steps, where, regions, at))
    sql = sql.order_by(*pause, column.is_(None), direction, open_steps.c.kind, open_steps.c.case_key).limit(limit).offset(offset)
    return [OpenStep(**dict(zip(_FIELDS, row, strict=True))) for row in conn.execute(sql)]


def state_of(at: datetime) -> ColumnElement[str]:
    """Return the expression of how a row stands at a moment: a value of :class:`Lateness`."""
    columns = open_steps.c
    return case(
        (columns.paused_since.is_not(None), Lateness.PAUSED.value),
        (columns.silent_from <= at, Lateness.SILENT.value),
        (columns.late_from.is_(None), Lateness.UNLIMITED.value),
        (columns.late_from <= at, Lateness.LATE.value),
        (columns.warned_from <= at, Lateness.WARNED.value),
        else_=Lateness.ON_TIME.value,
    )


def wanted(steps: Steps, where: WaitingFilter, regions: Collection[str], at: datetime) -> ColumnElement[bool]:
    """Return the condition that rows stand at one of the steps and fit a filter, within regions; arguments as of :func:`counts`."""
    columns = open_steps.c
    places = [and_(columns.kind == kind, columns.step.in_(sorted(found))) for kind, found in sorted(steps.items()) if found]
    texts: list[ColumnElement[bool]] = [or_(*places) if places else false()]
    texts += [columns[name] == getattr(where, name) for name in ("channel", "brand", "step") if getattr(where, name)]
    texts += [_below(columns[name], getattr(where, name), mark) for name, mark in NESTED.items() if getattr(where, name)]
    if where.search.strip():
        texts.append(_begins(columns.case_id, where.search.strip()))
    if where.lateness is not None:
        texts.append(state_of(at) == where.lateness.value)
    if regions:
        texts.append(or_(*(_below(columns.region, region, NESTED["region"]) for region in sorted(regions))))
    return and_(true(), *texts)


def _below(column: ColumnElement[str], code: str, mark: str) -> ColumnElement[bool]:
    return or_(column == code, _begins(column, code + mark))


def _begins(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Case counts and nothing is a pattern, which LIKE does not do on every database."""
    return func.substr(column, 1, len(text)) == clean(text)
