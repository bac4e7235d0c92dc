"""Lists of cases: every order, package or ticket with where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Scope
from tongguan.model.answers import CaseFilter, CasePage, CaseRow
from tongguan.model.event import OBJECT_KINDS
from tongguan.model.vocabulary import CaseKind, Vocabulary
from tongguan.warehouse.case_states import rows_sql, states_sql
from tongguan.warehouse.client import Cancellation, Limits, Warehouse
from tongguan.warehouse.conditions import SCOPE, code_conditions, scope_sql

SORTS: Final = {
    "last": "last_time",
    "first": "first_time",
    "due": "due_time",
    "id": "case_id",
    "sold": "sold",
    "paid": "paid",
    "events": "events",
}
"""Names by which a list can be sorted."""

_COLUMNS: Final = (
    "case_id, step, status, first_time, last_time, due_time, channel, sub_channel, region, business_class, brand, tier, network,"
    " customer_id, product_id, currency, sold, paid, events, open"
)


class UnknownSortError(ValueError):
    """A list cannot be sorted by that name; the message names the valid ones."""


@dataclass(frozen=True)
class Condition:
    """SQL text with typed parameters, and their values."""

    text: str
    parameters: dict[str, Any]


def region_condition(scope: Scope, column: str = "region") -> Condition:
    """Return the condition that keeps rows of a scope's regions and of everything below them; empty text for all."""
    if not scope.regions:
        return Condition("", {})
    text = scope_sql(column)
    return Condition(text, {SCOPE: sorted(scope.regions)})


def case_page(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    kind: str,
    where: CaseFilter,
    scope: Scope,
    *,
    sort: str = "last",
    descending: bool = True,
    limit: int = 50,
    offset: int = 0,
    aliases: Sequence[str] = (),
    tokens: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    cancellation: Cancellation | None = None,
) -> CasePage:
    """Return one page of the cases of a kind that match, and how many match in all.

    Args:
        sort: a name of :data:`SORTS`; cases without a value come last, ties are broken by case id.
        aliases: further texts that mean the same as ``where.search`` (the tokens of a personal value).
        tokens: for each of ``where.ids`` another text that means the same.

    Raises:
        UnknownSortError: no such sort.
        KeyError: no such kind of case or stage.
        WarehouseError: see :meth:`Warehouse.query`.
    """
    if sort not in SORTS:
        raise UnknownSortError(f"cannot sort by {sort!r}; {valid_hint(sort, SORTS)}")
    case_kind = vocabulary.case_kind(kind)
    narrowed = _narrowed(case_kind, where, aliases, tokens or {})
    wanted = _wanted(vocabulary, case_kind, where, scope)
    direction = "DESC" if descending else "ASC"
    sql = (
        f"SELECT {_COLUMNS}, count() OVER () AS total FROM ({rows_sql(case_kind, narrowed.text)})"
        f"{f' WHERE {wanted.text}' if wanted.text else ''}"
        f" ORDER BY {SORTS[sort]} {direction} NULLS LAST, case_id {direction} LIMIT {{limit:UInt32}} OFFSET {{offset:UInt64}}"
    )
    parameters = {**narrowed.parameters, **wanted.parameters, "limit": limit, "offset": offset}
    rows = warehouse.query(sql, parameters, limits=limits, cancellation=cancellation).dicts()
    if rows:
        total = int(rows[0]["total"])
    elif offset or not limit:
        total = _total(warehouse, case_kind, narrowed, wanted, limits, cancellation)
    else:
        total = 0
    asked = where.ids if not offset else ()
    missing = _missing(warehouse, case_kind, asked, tokens or {}, scope, limits, cancellation) if asked else ()
    return CasePage([_case_row(kind, row) for row in rows], total, offset, limit, missing)


def _total(
    warehouse: Warehouse, kind: CaseKind, narrowed: Condition, wanted: Condition, limits: Limits | None, cancellation: Cancellation | None
) -> int:
    """Count what matches when the page itself is empty because it lies beyond the end, or has room for nothing."""
    sql = f"SELECT count() FROM ({rows_sql(kind, narrowed.text)}){f' WHERE {wanted.text}' if wanted.text else ''}"
    parameters = {**narrowed.parameters, **wanted.parameters}
    return int(warehouse.query(sql, parameters, limits=limits, cancellation=cancellation).first()[0])


def find_case(
    warehouse: Warehouse,
    vocabulary: Vocabulary,
    kind: str,
    case_id: str,
    scope: Scope,
    *,
    cancellation: Cancellation | None = None,
) -> CaseRow | None:
    """Return one case; None where there is none or it lies outside the scope."""
    regions = region_condition(scope)
    sql = (
        f"SELECT {_COLUMNS} FROM (SELECT *, length(entries) AS events"
        f" FROM ({states_sql(vocabulary.case_kind(kind), 'case_id = {case_id:String}')}))"
        f"{f' WHERE {regions.text}' if regions.text else ''}"
    )
    rows = warehouse.query(sql, {"case_id": case_id, **regions.parameters}, cancellation=cancellation).dicts()
    return _case_row(kind, rows[0]) if rows else None


def _narrowed(kind: CaseKind, where: CaseFilter, aliases: Sequence[str], tokens: Mapping[str, str]) -> Condition:
    """Return the condition on case ids that a search and lists of ids make."""
    parts = [_searched(kind, where, aliases)]
    if where.ids:
        text = f"case_id IN (SELECT found_case FROM ({_pairs_sql(kind)}))"
        parts.append(Condition(text, {"ids": [*where.ids, *_tokens_of(where.ids, tokens)]}))
    if where.case_ids:
        parts.append(Condition("case_id IN {case_ids:Array(String)}", {"case_ids": list(where.case_ids)}))
    parameters: dict[str, Any] = {}
    for part in parts:
        parameters |= part.parameters
    return Condition(" AND ".join(part.text for part in parts if part.text), parameters)


def _tokens_of(ids: Sequence[str], tokens: Mapping[str, str]) -> list[str]:
    return [tokens[one] for one in ids if one in tokens]


def _pairs_sql(kind: CaseKind) -> str:
    """Return SQL for ``id`` and ``found_case``: which cases have one of the ids. A busy object counts by its first events only."""
    found = (
        f"SELECT id, business_date, type, time, event_id FROM event_objects WHERE kind IN ({_KINDS}) AND id IN {{ids:Array(String)}}"
        f" LIMIT {_EVENTS_PER_ID} BY kind, id"
    )
    named = (
        f"SELECT business_date, type, time, event_id, {kind.key} AS found_case FROM events WHERE (business_date, type, time) IN"
        f" (SELECT business_date, type, time FROM ({found})) AND {kind.key} != ''"
    )
    return f"SELECT DISTINCT id, found_case FROM ({found}) AS o INNER JOIN ({named}) AS e USING (business_date, type, time, event_id)"


def _missing(
    warehouse: Warehouse,
    kind: CaseKind,
    ids: Sequence[str],
    tokens: Mapping[str, str],
    scope: Scope,
    limits: Limits | None,
    cancellation: Cancellation | None,
) -> list[str]:
    """Return those of the ids that no case within the scope has."""
    wanted = {"ids": [*ids, *_tokens_of(ids, tokens)]}
    pairs = warehouse.query(_pairs_sql(kind), wanted, limits=limits, cancellation=cancellation).dicts()
    regions = region_condition(scope)
    if regions.text and pairs:
        sql = f"SELECT case_id FROM ({rows_sql(kind, 'case_id IN {found:Array(String)}')}) WHERE {regions.text}"
        parameters = {"found": sorted({pair["found_case"] for pair in pairs}), **regions.parameters}
        visible = {row["case_id"] for row in warehouse.query(sql, parameters, limits=limits, cancellation=cancellation).dicts()}
        pairs = [pair for pair in pairs if pair["found_case"] in visible]
    found = {pair["id"] for pair in pairs}
    return [one for one in ids if one not in found and tokens.get(one) not in found]


def _searched(kind: CaseKind, where: CaseFilter, aliases: Sequence[str]) -> Condition:
    """Return the condition on case ids that a search makes: ids that begin so, or events that name such an object."""
    texts = [text for text in (where.search.strip(), *aliases) if text]
    if not texts:
        return Condition("", {})
    begins = "arrayExists(s -> startsWith(id, s), {search:Array(String)})"
    # One range per text lets the engine skip to the ids instead of reading all of them.
    ranges = " OR ".join(f"(id >= {{s{i}:String}} AND id < {{e{i}:String}})" for i in range(len(texts)))
    found = (
        f"SELECT business_date, type, time, event_id FROM event_objects WHERE kind IN ({_KINDS}) AND ({ranges}) AND {begins} LIMIT 20000"
    )
    text = (
        f"case_id IN (SELECT {kind.key} FROM events WHERE (business_date, type, time) IN"
        f" (SELECT business_date, type, time FROM ({found})) AND event_id IN (SELECT event_id FROM ({found})) AND {kind.key} != '')"
    )
    parameters: dict[str, Any] = {"search": texts}
    for i, one in enumerate(texts):
        parameters |= {f"s{i}": one, f"e{i}": one + "\U0010ffff"}
    return Condition(text, parameters)


_KINDS: Final = ", ".join(f"'{kind}'" for kind in OBJECT_KINDS)

_EVENTS_PER_ID: Final = 5_000
"""An object with more events than this (a product, a campaign) stands for the cases of its first ones."""


def _wanted(vocabulary: Vocabulary, kind: CaseKind, where: CaseFilter, scope: Scope) -> Condition:
    texts, given = code_conditions(where, ("status", "step", "channel", "customer_id"))
    parameters: dict[str, Any] = dict(given)
    if where.since is not None:
        texts.append("first_time >= {since:DateTime64(6, 'UTC')}")
        parameters["since"] = where.since
    if where.until is not None:
        texts.append("first_time < {until:DateTime64(6, 'UTC')}")
        parameters["until"] = where.until
    if where.open_only:
        texts.append("open")
    if where.stage:
        stage = vocabulary.stage(where.stage)
        texts.append("step IN {waiting:Array(String)}")
        parameters["waiting"] = list(stage.waiting_at) if stage.case_kind == kind.name else []
    regions = region_condition(scope)
    if regions.text:
        texts.append(regions.text)
    return Condition(" AND ".join(texts), {**parameters, **regions.parameters})


def _case_row(kind: str, row: dict[str, Any]) -> CaseRow:
    plain = {name: value for name, value in row.items() if name not in ("open", "total")}
    return CaseRow(kind=kind, open=bool(row["open"]), **plain)
