"""The tables and views of the warehouse, declared once; DDL for one engine or a cluster is made from here.

``events`` is the truth. Everything else is a projection that a materialized view fills in the same insert:

- ``event_keys``: which ids exist, with a digest of the body; the loader's memory for duplicates.
- ``event_objects``: object → events (OCEL 2.0 relations), for traces and search.
- ``cases``: partial states of cases, merged on read (:mod:`tongguan.warehouse.case_states`).
- ``case_rows``: one finished row per case, written by ``processes`` from ``cases``; lists read it.
- ``case_clocks``: all stays of a case with their time limits in one row, written by ``processes``; indicators count it.
- ``hourly_counts``: events and amounts per hour and dimension.
- ``aggregate_facts``: totals that other systems reported, latest value per key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.event import DIMENSIONS, EVENT_FIELDS, REFERENCES, ROW_COLUMNS

_INSTANT: Final = "DateTime64(6, 'UTC')"

CASE_ATTRIBUTES: Final = (
    "channel",
    "sub_channel",
    "region",
    "business_class",
    "brand",
    "tier",
    "network",
    "customer_id",
    "product_id",
    "currency",
)
"""Columns of events whose latest non-empty value a case remembers."""

SECOND_CENTURY: Final = 2_208_988_800_000_000
"""Microseconds from 1900 to 1970: makes every storable instant a positive number."""


@dataclass(frozen=True)
class Column:
    """A column: name, engine type, and what follows the type (default expression, codec)."""

    name: str
    type: str
    rest: str = ""

    def ddl(self) -> str:
        """Return the column as CREATE TABLE wants it."""
        return f"`{self.name}` {self.type}{' ' + self.rest if self.rest else ''}"


@dataclass(frozen=True)
class Table:
    """A table of the MergeTree family.

    Attributes:
        engine: family member without arguments, such as ``MergeTree``.
        engine_arguments: what stands between the engine's brackets.
        order_by: sorting key.
        shard_by: expression that says on which shard of a cluster a row lives.
        indexes: data-skipping indexes, as CREATE TABLE wants them.
    """

    name: str
    columns: Sequence[Column]
    engine: str
    order_by: str
    partition_by: str = ""
    settings: str = ""
    engine_arguments: str = ""
    shard_by: str = "rand()"
    indexes: Sequence[str] = ()


def order_key_sql(prefix: str = "") -> str:
    """Return the expression of an event's place in the total order, a UInt128.

    From the high bits down: time in µs since 1900 (56 bits), the source's sequence (32), the type's rank (10) and a
    digest of the id (30). Arrival plays no part. Two events that agree in time, sequence and rank and in 30 bits of
    the digest (one pair in 10⁹) have no order between them.
    """
    return (
        f"bitShiftLeft(toUInt128(toUnixTimestamp64Micro({prefix}time) + {SECOND_CENTURY}), 72)"
        f" + bitShiftLeft(toUInt128({prefix}sequence), 40) + bitShiftLeft(toUInt128({prefix}rank), 30)"
        f" + bitAnd(cityHash64({prefix}event_id), 1073741823)"
    )


def key_time_sql(key: str) -> str:
    """Return the expression that gives back the time of an order key."""
    return f"fromUnixTimestamp64Micro(toInt64(bitShiftRight({key}, 72)) - {SECOND_CENTURY}, 'UTC')"


def body_digest_sql() -> str:
    """Return the expression of the digest by which the same id with another body is told apart."""
    parts = []
    for name in EVENT_FIELDS:
        if name in {"amount", "quantity", "duration", "due_time"}:
            parts.append(f"ifNull(toString({name}), '')")
        elif name == "objects":
            parts.append("toString(objects)")
        elif name != "event_id":
            parts.append(name)
    return f"cityHash64({', '.join(parts)})"


def _event_columns(zone: str) -> list[Column]:
    types = {
        "type": "LowCardinality(String)",
        "time": _INSTANT,
        "event_id": "String",
        "sequence": "UInt32",
        "amount": "Nullable(Int64)",
        "currency": "LowCardinality(String)",
        "quantity": "Nullable(Int64)",
        "duration": "Nullable(Int64)",
        "due_time": f"Nullable({_INSTANT})",
        "attributes": "String",
        "objects": "Array(Tuple(kind String, id String, qualifier String))",
        "rank": "UInt16",
        "source": "LowCardinality(String)",
        "batch": "UInt64",
        "position": "UInt32",
        "received_time": _INSTANT,
    }
    types |= dict.fromkeys(DIMENSIONS, "LowCardinality(String)") | dict.fromkeys(REFERENCES, "String")
    codecs = {"attributes": "CODEC(ZSTD(1))", "event_id": "CODEC(ZSTD(1))", "received_time": "CODEC(Delta, ZSTD(1))"}
    columns = [Column(name, types[name], codecs.get(name, "")) for name in ROW_COLUMNS]
    columns.append(Column("body", "UInt64", f"DEFAULT {body_digest_sql()}"))
    columns.append(Column("block", "UInt64"))
    columns.append(Column("business_date", "Date", f"DEFAULT toDate(time, '{zone}')"))
    columns.append(Column("hour", "UInt8", f"DEFAULT toHour(time, '{zone}')"))
    return columns


# fsync: a block that the loader has ticked off must survive a power cut, in the table and in every projection.
# The window lets the loader insert the block that it was busy with once more after a crash; it never goes back further.
_DURABLE: Final = "non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1"


HOURLY_DIMENSIONS: Final = ("type", "channel", "region", "business_class", "brand", "currency", "source")


def tables(zone: str) -> list[Table]:
    """Return every table. ``zone`` is the operation's IANA zone, by which business date and hour are counted."""
    return [_events(zone), _event_keys(), _event_objects(), _cases(), _case_rows(), _case_clocks(), _hourly_counts(), _aggregate_facts()]


def _codes(names: Sequence[str]) -> list[Column]:
    return [Column(name, "LowCardinality(String)") for name in names]


def _events(zone: str) -> Table:
    return Table(
        "events",
        _event_columns(zone),
        "MergeTree",
        "(business_date, type, time)",
        partition_by="toYYYYMM(business_date)",
        settings=_DURABLE,
        shard_by="cityHash64(event_id)",
    )


def _event_keys() -> Table:
    return Table(
        "event_keys",
        [Column(name, "UInt64") for name in ("id_hash", "id_check", "body", "block")],
        "MergeTree",
        "id_hash",
        # Random look-ups read a granule for every id, so granules are small.
        settings=f"{_DURABLE}, index_granularity = 256",
        shard_by="id_hash",
    )


def _event_objects() -> Table:
    columns = [
        Column("kind", "LowCardinality(String)"),
        Column("id", "String"),
        Column("business_date", "Date"),
        Column("type", "LowCardinality(String)"),
        Column("time", _INSTANT),
        Column("event_id", "String", "CODEC(ZSTD(1))"),
        Column("qualifier", "LowCardinality(String)"),
    ]
    return Table("event_objects", columns, "MergeTree", "(kind, id, time)", settings=_DURABLE, shard_by="cityHash64(kind, id)")


def _cases() -> Table:
    return Table(
        "cases",
        _case_columns(),
        "AggregatingMergeTree",
        "(kind, case_id)",
        settings=_DURABLE,
        shard_by="cityHash64(kind, case_id)",
        # Who reads what new blocks touched finds it here: fresh blocks lie in fresh parts.
        indexes=("INDEX fresh block TYPE minmax GRANULARITY 1",),
    )


def _case_rows() -> Table:
    codes = [name for name in CASE_ATTRIBUTES if name in DIMENSIONS]
    return Table(
        "case_rows",
        [
            *_codes(("kind",)),
            Column("case_id", "String"),
            *_codes(("step", "status")),
            Column("open", "Bool"),
            *[Column(name, _INSTANT) for name in ("step_time", "first_time", "last_time")],
            *[Column(name, f"Nullable({_INSTANT})") for name in ("due_time", "paused_since")],
            *_codes(codes),
            *[Column(name, "String") for name in CASE_ATTRIBUTES if name not in codes],
            *[Column(name, "Nullable(Int64)") for name in ("sold", "paid")],
            Column("events", "UInt32"),
            Column("version", "UInt64"),
        ],
        "ReplacingMergeTree",
        "(kind, case_id)",
        engine_arguments="version",
        settings=_DURABLE,
        shard_by="cityHash64(kind, case_id)",
        indexes=("INDEX fresh version TYPE minmax GRANULARITY 1",),
    )


CLOCK_DIMENSIONS: Final = ("channel", "sub_channel", "region", "business_class", "brand", "tier", "network", "customer_id", "product_id")
"""Columns of ``case_clocks`` that are the case's."""

CLOCK_STAYS: Final = (
    *("step", "next_step", "since", "until", "warned_from", "late_from"),
    *("paused_seconds", "limited", "silent_from", "paused", "book"),
)
"""Columns of ``case_clocks`` that are arrays, an entry for each stay in order; see :class:`tongguan.model.clocks.Clock`."""


def _case_clocks() -> Table:
    codes = [name for name in CLOCK_DIMENSIONS if name in DIMENSIONS]
    stays = dict.fromkeys(("until", "warned_from", "late_from", "silent_from"), f"Nullable({_INSTANT})")
    stays |= {"step": "LowCardinality(String)", "next_step": "LowCardinality(String)", "since": _INSTANT}
    stays |= {"paused_seconds": "Float64", "limited": "Bool", "paused": "Bool", "book": "UInt32"}
    return Table(
        "case_clocks",
        [
            *_codes(("kind",)),
            Column("case_id", "String"),
            *_codes(codes),
            *[Column(name, "String") for name in CLOCK_DIMENSIONS if name not in codes],
            *[Column(name, f"Array({stays[name]})") for name in CLOCK_STAYS],
            Column("version", "UInt64"),
        ],
        "ReplacingMergeTree",
        "(kind, case_id)",
        engine_arguments="version",
        settings=_DURABLE,
        shard_by="cityHash64(kind, case_id)",
    )


_HOURLY: Final = ("type", "channel", "region", "business_class", "brand", "currency", "source")
"""Dimensions of ``hourly_counts``."""


def _hourly_counts() -> Table:
    columns = [
        Column("business_date", "Date"),
        Column("hour", "UInt8"),
        *_codes(_HOURLY),
        Column("events", "UInt64"),
        Column("amount", "Int64"),
        Column("newest", f"SimpleAggregateFunction(max, {_INSTANT})"),
    ]
    order_by = f"(business_date, hour, {', '.join(_HOURLY)})"
    # No list of columns to sum: with one, merging parts would keep any ``newest`` instead of the latest.
    return Table("hourly_counts", columns, "SummingMergeTree", order_by, settings=_DURABLE)


def _aggregate_facts() -> Table:
    where = ("region", "channel", "network", "business_class", "source")
    columns = [
        *_codes(("fact",)),
        Column("period_start", "Date"),
        Column("period_end", "Date"),
        *_codes(where),
        Column("value", "Decimal(38, 6)"),
        Column("order_key", "UInt128"),
    ]
    order_by = f"(fact, period_start, period_end, {', '.join(where)})"
    return Table("aggregate_facts", columns, "ReplacingMergeTree", order_by, engine_arguments="order_key", settings=_DURABLE)


def _case_columns() -> list[Column]:
    latest = "AggregateFunction(argMax, {type}, UInt128)"
    return [
        Column("kind", "LowCardinality(String)"),
        Column("case_id", "String"),
        Column(
            "entries",
            "SimpleAggregateFunction(groupArrayArray, Array(Tuple(key UInt128, milestone String, amount Nullable(Int64))))",
        ),
        *[Column(name, latest.format(type="String")) for name in CASE_ATTRIBUTES],
        Column("due_time", latest.format(type=_INSTANT)),
        Column("block", "SimpleAggregateFunction(max, UInt64)"),
    ]


def staging_columns(zone: str) -> list[Column]:
    """Return the columns of the loader's staging table: those of a spooled row and the body digest."""
    return [column for column in _event_columns(zone) if column.name in ROW_COLUMNS or column.name == "body"]


PROJECTIONS: Final = ("event_keys", "event_objects", "cases", "hourly_counts", "aggregate_facts")
"""Tables that can be made anew from ``events``."""
