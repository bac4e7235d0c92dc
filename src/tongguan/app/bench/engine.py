"""What the benchmarks do to a warehouse without a server, in a process of its own: ``python -m tongguan.app.bench.engine TASK``.

``json`` and ``arrow`` are the baselines: the engine takes the same rows by itself, one INSERT for every body, into the same
tables with the same views. Left out there is all that ingest is for: types and codes are not checked, ``rank``, ``source`` and
``received_time`` stay empty, personal data stays plain, doubles are not looked for, nothing is accounted for.
``seed`` fills a warehouse with cases, made inside the engine.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from tongguan.app.bench.child import answer
from tongguan.app.bench.traffic import read_body
from tongguan.areas.packs import build_vocabulary
from tongguan.lib.now import Ticks, system_ticks
from tongguan.model.event import EVENT_FIELDS, MEASURES, Event
from tongguan.warehouse.client import Limits, Warehouse
from tongguan.warehouse.migrations import migrate

_ZONE: Final = "Asia/Shanghai"
_AT_A_TIME: Final = 500_000
_PATIENCE: Final = 60.0


class Task(msgspec.Struct, frozen=True):
    """What to do.

    Attributes:
        kind: ``json``, ``arrow`` or ``seed``.
        folder: of the warehouse.
        memory: the engine's cap in bytes.
        file: bodies, for the baselines.
        cases: how many orders to seed.
        start: time of the first seeded order; they span sixty days.
    """

    kind: str
    folder: str
    memory: int
    file: str = ""
    cases: int = 0
    start: datetime = datetime(2026, 1, 1)


def _bodies(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while body := read_body(file):
            yield body


def json_rows(warehouse: Warehouse, task: Task, ticks: Ticks) -> dict[str, Any]:
    """Let the engine read the NDJSON itself."""
    events, seconds = 0, 0.0
    for body in _bodies(task.file):
        began = ticks()
        warehouse.insert_rows("events", (), body, "JSONEachRow")
        seconds += ticks() - began
        events += body.count(b"\n") + 1
    return {"events": events, "seconds": seconds}


def arrow_rows(warehouse: Warehouse, task: Task, ticks: Ticks) -> dict[str, Any]:
    """Give the engine ready Arrow tables; making them is not timed."""
    events, seconds = 0, 0.0
    for body in _bodies(task.file):
        table = arrow_table(body)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        ready = sink.getvalue().to_pybytes()
        began = ticks()
        warehouse.insert_rows("events", table.column_names, ready, "ArrowStream")
        seconds += ticks() - began
        events += table.num_rows
    return {"events": events, "seconds": seconds}


def arrow_table(body: bytes) -> pa.Table:
    """Return the events of an NDJSON body as a table with the columns of ``events``; texts are empty where nothing is said."""
    events = msgspec.json.Decoder(Event).decode_lines(body)
    columns: dict[str, pa.Array] = {}
    for name in EVENT_FIELDS:
        values = [getattr(event, name) for event in events]
        if name in ("time", "due_time"):
            columns[name] = pa.array(values, pa.timestamp("us", "UTC"))
        elif name in MEASURES:
            columns[name] = pa.array(values, pa.int64())
        elif name == "sequence":
            columns[name] = pa.array([value or 0 for value in values], pa.uint32())
        elif name == "attributes":
            columns[name] = pa.array([msgspec.json.encode(value).decode() if value else "" for value in values], pa.string())
        elif name != "objects":
            columns[name] = pa.array([value or "" for value in values], pa.string())
    return pa.table(columns)


_SEED: Final = """INSERT INTO events (type, time, event_id, channel, region, business_class, brand, tier, network, amount, currency,
  customer_id, session_id, order_id, attributes, rank, source, batch, position, received_time, block)
SELECT 'order.created', fromUnixTimestamp64Micro({start:Int64} + intDiv(number * {span:Int64}, {cases:Int64})),
  concat('seed-', toString(number)), ['app','web','wechat','hall'][number % 4 + 1], concat('GX-', leftPad(toString(number % 14), 2, '0')),
  'goods.handset', 'goTone', 'high', '5g', 9900 + number % 500000, 'CNY', concat('c', leftPad(toString(number % 700001), 7, '0')),
  concat('t', hex(number)), concat('SEED', leftPad(toString(number), 10, '0')), '{"delivery_kind":"courier"}', 200, 'seed',
  1, number % 1000000, fromUnixTimestamp64Micro({start:Int64}), 1 FROM numbers({from:UInt64}, {count:UInt64})"""


def seed(warehouse: Warehouse, task: Task, ticks: Ticks) -> dict[str, Any]:
    """Make cases inside the engine, through the views, and let the engine come to rest."""
    began = ticks()
    settings = {"max_insert_threads": 1, "min_insert_block_size_rows": 250_000, "min_insert_block_size_bytes": 0, "insert_deduplicate": 0}
    start, span = int(task.start.timestamp() * 1_000_000), 60 * 86_400 * 1_000_000
    for first in range(0, task.cases, _AT_A_TIME):
        count = min(_AT_A_TIME, task.cases - first)
        given = {"start": start, "span": span, "cases": task.cases, "from": first, "count": count}
        warehouse.command(_SEED, given, settings=settings)
    filled = ticks()
    while ticks() - filled < _PATIENCE and warehouse.query("SELECT count() FROM system.merges").first()[0]:
        warehouse.query("SELECT sleep(1)")
    # Every seeded order has one event, so one partial state: rows are cases.
    found = warehouse.query("SELECT count() FROM cases WHERE kind = 'order'", limits=Limits(seconds=600)).first()[0]
    return {"cases": int(found), "seconds": ticks() - began}


def main(arguments: list[str]) -> int:
    """Do one task and print what came of it as JSON."""
    task = msgspec.json.decode(arguments[0], type=Task)
    kinds = {"json": json_rows, "arrow": arrow_rows, "seed": seed}
    warehouse = Warehouse(f"chdb://{task.folder}", memory=task.memory)
    try:
        migrate(warehouse, build_vocabulary(), _ZONE)
        found = kinds[task.kind](warehouse, task, system_ticks)
        found["engine"] = str(warehouse.query("SELECT version()").first()[0])
    finally:
        warehouse.close()
    return answer(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
