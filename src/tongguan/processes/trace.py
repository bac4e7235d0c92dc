"""One case's whole story: its own events, and those of the payments, packages, sessions, contacts and tickets that they name."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any, Final

from tongguan.model.access import Scope
from tongguan.model.answers import Join, Trace, TraceEvent
from tongguan.model.event import DIMENSIONS, MEASURES, REFERENCES
from tongguan.model.vocabulary import Vocabulary
from tongguan.processes.cases import find_case
from tongguan.warehouse.client import Cancellation, Warehouse
from tongguan.warehouse.schema import order_key_sql

JOINED: Final = ("session", "order", "payment", "package", "contact", "ticket")
"""Kinds of object that a complete story has. Only these are followed: a product or a customer leads to other people's stories."""

MOST: Final = 2000
"""Events of one trace; a story that is longer is cut and says so."""

_SHOWN: Final = ("sequence", *DIMENSIONS, *MEASURES, "currency", "due_time", *REFERENCES)
_READ: Final = ", ".join(
    ("event_id", "time", "type", "source", "received_time", "attributes", *_SHOWN, "arrayMap(o -> (o.kind, o.id), objects) AS others")
)

Key = tuple[str, str]
"""Kind and id of an object."""


def trace(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    kind: str,
    case_id: str,
    scope: Scope,
    *,
    cancellation: Cancellation | None = None,
) -> Trace | None:
    """Return a case's story in the total order of events; None where there is no such case, or it lies outside the scope.

    Raises:
        KeyError: no such kind of case.
        WarehouseError: see :meth:`Warehouse.query`.
    """
    case = find_case(warehouse, vocabulary, kind, case_id, scope, cancellation=cancellation)
    if case is None:
        return None
    own = (kind, case_id)
    rows = _events_of(warehouse, [own], cancellation)
    followed = sorted(_objects(rows, own))
    rows += _events_of(warehouse, followed, cancellation) if followed else []
    seen: dict[str, dict[str, Any]] = {}
    for row in [row for row in rows if _within(row, own, scope)]:
        seen.setdefault(row["event_id"], row)
    ordered = sorted(seen.values(), key=lambda row: (row["order_key"], row["event_id"]))
    events = _story(vocabulary, own, frozenset(followed), ordered[:MOST])
    return Trace(case, events, _joins(own, ordered), len(ordered) > MOST)


def _within(row: dict[str, Any], own: Key, scope: Scope) -> bool:
    """Tell whether a user of a scope sees an event of a story.

    Who sees some regions only sees the case's own events, and of those found through its payments and the like the ones that are
    not of another case and not of another region: a shared session must not open somebody else's order.
    """
    named = _named(row)
    if not scope.regions or own in named:
        return True
    if any(kind == own[0] for kind, _ in named):
        return False
    return not row["region"] or scope.sees_region(row["region"])


def _events_of(warehouse: Warehouse, objects: Sequence[Key], cancellation: Cancellation | None) -> list[dict[str, Any]]:
    wanted = (
        "(kind, id) IN (SELECT tupleElement(o, 1), tupleElement(o, 2) FROM (SELECT arrayJoin({objects:Array(Tuple(String, String))}) AS o))"
    )
    # Events, not mentions: one that names three of the objects takes one place. The order makes both uses of the list the same.
    found = (
        f"SELECT DISTINCT business_date, type, time, event_id FROM event_objects WHERE {wanted} ORDER BY time, event_id LIMIT {MOST + 1}"
    )
    sql = (
        f"SELECT {_READ}, {order_key_sql()} AS order_key FROM events"
        f" WHERE (business_date, type, time) IN (SELECT business_date, type, time FROM ({found}))"
        f" AND event_id IN (SELECT event_id FROM ({found}))"
    )
    return warehouse.query(sql, {"objects": list(objects)}, cancellation=cancellation).dicts()


def _named(row: dict[str, Any]) -> set[Key]:
    """Return the followed objects that an event names."""
    named = {(kind, str(row[f"{kind}_id"])) for kind in JOINED if row[f"{kind}_id"]}
    return named | {(str(kind), str(name)) for kind, name in row["others"] if kind in JOINED}


def _objects(rows: Sequence[dict[str, Any]], own: Key) -> set[Key]:
    found: set[Key] = set()
    for row in rows:
        found |= _named(row)
    # Other cases of the same kind share a session or a parcel; their stories are their own.
    return {key for key in found if key[0] != own[0]}


def _story(vocabulary: Vocabulary, own: Key, followed: Set[Key], rows: Sequence[dict[str, Any]]) -> list[TraceEvent]:
    events: list[TraceEvent] = []
    before: datetime | None = None
    for row in rows:
        gap = None if before is None else (row["time"] - before).total_seconds()
        before = row["time"]
        events.append(_as_event(vocabulary, row, own, followed, gap))
    return events


def _as_event(vocabulary: Vocabulary, row: dict[str, Any], own: Key, followed: Set[Key], gap: float | None) -> TraceEvent:
    """Turn a row of ``events`` into what pages show.

    Args:
        own: the case whose story it is part of.
        followed: the objects through which the story's other events were found.
    """
    event_type = vocabulary.event_types.get(row["type"])
    named = _named(row)
    via = own[0] if own in named else next((kind for kind, _ in sorted(named & followed)), own[0])
    # A case is moved by the events whose own column names it; one that only mentions it, or names another, moves it nowhere.
    moves = bool(own[0]) and row[f"{own[0]}_id"] == own[1]
    return TraceEvent(
        event_id=row["event_id"],
        time=row["time"],
        type=row["type"],
        area=vocabulary.area_of.get(row["type"], ""),
        gap=gap,
        via=via,
        milestone=event_type.milestones.get(own[0], "") if event_type and moves else "",
        amount=row["amount"],
        currency=row["currency"],
        source=row["source"],
        received_time=row["received_time"],
        attributes=json.loads(row["attributes"]) if row["attributes"] else {},
        columns={name: _text(row[name]) for name in _SHOWN if row[name] not in (None, "", 0) or (name in MEASURES and row[name] == 0)},
    )


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _joins(own: Key, rows: Sequence[dict[str, Any]]) -> list[Join]:
    ids: dict[str, set[str]] = {kind: set() for kind in JOINED if kind != own[0]}
    counts = dict.fromkeys(ids, 0)
    for row in rows:
        named = _named(row)
        for kind, name in named:
            if kind in ids:
                ids[kind].add(name)
        for kind in {kind for kind, _ in named} & counts.keys():
            counts[kind] += 1
    return [Join(kind, sorted(found), counts[kind]) for kind, found in ids.items()]


def newest_events(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    types: Sequence[str],
    conditions: str,
    parameters: dict[str, Any],
    limit: int,
    *,
    cancellation: Cancellation | None = None,
) -> list[TraceEvent]:
    """Return the newest events of some types, newest first.

    Args:
        conditions: further SQL conditions on columns of ``events`` with typed parameters; empty for none.
    """
    sql = (
        f"SELECT {_READ}, {order_key_sql()} AS order_key FROM events WHERE type IN {{types:Array(String)}}"
        f"{f' AND {conditions}' if conditions else ''} ORDER BY business_date DESC, time DESC LIMIT {{limit:UInt32}}"
    )
    rows = warehouse.query(sql, {"types": list(types), "limit": limit, **parameters}, cancellation=cancellation).dicts()
    return [_as_event(vocabulary, row, _first_object(row), frozenset(), None) for row in rows]


def _first_object(row: dict[str, Any]) -> Key:
    for name in ("order_id", *REFERENCES):
        if row[name]:
            return name.removesuffix("_id"), str(row[name])
    return "", ""
