"""The materialized views on ``events``, which fill the projections in the same insert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongguan.model.event import REFERENCES
from tongguan.model.vocabulary import Vocabulary
from tongguan.warehouse.schema import CASE_ATTRIBUTES, order_key_sql


@dataclass(frozen=True)
class View:
    """A materialized view: what each inserted block of ``events`` adds to ``target``."""

    name: str
    target: str
    select: str


def views(vocabulary: Vocabulary) -> list[View]:
    """Return every materialized view on ``events``, for the case kinds and milestones that the packs declare."""
    return [
        View(
            "event_keys_view",
            "event_keys",
            "SELECT cityHash64(event_id) AS id_hash, sipHash64(event_id) AS id_check, body, block FROM events",
        ),
        View("event_objects_view", "event_objects", _objects_select()),
        *([View("cases_view", "cases", cases)] if (cases := case_select(vocabulary)) else []),
        View(
            "hourly_counts_view",
            "hourly_counts",
            "SELECT business_date, hour, type, channel, region, business_class, brand, currency, source, count() AS events,"
            " sum(ifNull(amount, 0)) AS amount, max(time) AS newest FROM events"
            " GROUP BY business_date, hour, type, channel, region, business_class, brand, currency, source",
        ),
        View("aggregate_facts_view", "aggregate_facts", _aggregate_select()),
    ]


def _objects_select() -> str:
    pairs = ", ".join(f"('{name.removesuffix('_id')}', {name}, '')" for name in REFERENCES)
    return (
        "SELECT o.1 AS kind, o.2 AS id, business_date, type, time, event_id, o.3 AS qualifier FROM events"
        f" ARRAY JOIN arrayConcat(arrayFilter(x -> x.2 != '', [{pairs}]), arrayMap(x -> (x.kind, x.id, x.qualifier), objects)) AS o"
    )


def _aggregate_select() -> str:
    """Totals whose period or number cannot be read stay in ``events`` and are left out here: a view must never stop an insert."""

    def text(name: str) -> str:
        return f"JSONExtractString(attributes, '{name}')"

    dates = {name: f"toDateOrNull({text(name)})" for name in ("period_start", "period_end")}
    value = f"toDecimal128OrNull({text('value')}, 6)"
    return (
        f"SELECT {text('fact')} AS fact, {', '.join(f'assumeNotNull({sql}) AS {name}' for name, sql in dates.items())},"
        f" region, channel, network, business_class, source, assumeNotNull({value}) AS value, {order_key_sql()} AS order_key"
        " FROM events WHERE type = 'aggregate.reported'"
        f" AND {' AND '.join(f'isNotNull({sql})' for sql in (*dates.values(), value))}"
    )


def case_select(vocabulary: Vocabulary) -> str:
    """Return the SELECT that turns a block of events into partial states of every case that they move; empty without any.

    One view for all kinds: a view costs some milliseconds for every block, whether anything in it concerns the view or not.
    """
    moved: set[str] = set()
    touches = []
    for kind in vocabulary.case_kinds.values():
        by_type = {t.name: t.milestones[kind.name] for t in vocabulary.event_types.values() if kind.name in t.milestones}
        if by_type:
            promising = [name for name, milestone in by_type.items() if not kind.due_at or milestone in kind.due_at]
            touches.append(_touch(kind.name, kind.key, by_type, promising))
            moved.update(by_type)
    if not touches:
        return ""
    latest = [f"argMaxStateIf(toString(e.{name}), k, e.{name} != '') AS {name}" for name in CASE_ATTRIBUTES]
    return (
        f"WITH {order_key_sql('e.')} AS k SELECT c.1 AS kind, c.2 AS case_id, groupArray((k, c.3, e.amount)) AS entries,"
        f" {', '.join(latest)}, argMaxStateIf(assumeNotNull(e.due_time), k, isNotNull(e.due_time) AND c.4) AS due_time,"
        f" max(e.block) AS block FROM events AS e ARRAY JOIN arrayFilter(x -> x.2 != '' AND x.3 != '', [{', '.join(touches)}]) AS c"
        f" WHERE e.type IN ({_texts(sorted(moved))}) GROUP BY c.1, c.2"
    )


def _touch(kind: str, key: str, by_type: dict[str, str], promising: Sequence[str]) -> str:
    """Return what an event means to a kind of case: (kind, case id, milestone or empty, whether its due time is a promise)."""
    types, milestones = _texts(sorted(by_type)), _texts([by_type[name] for name in sorted(by_type)])
    promises = f"e.type IN ({_texts(sorted(promising))})" if promising else "toUInt8(0)"
    return f"('{kind}', toString(e.{key}), transform(toString(e.type), [{types}], [{milestones}], ''), {promises})"


def _texts(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
