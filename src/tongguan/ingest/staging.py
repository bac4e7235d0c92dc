"""What the loader asks of the warehouse: stage a block, find what is there already, insert the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tongguan.model.event import ROW_COLUMNS
from tongguan.warehouse.client import Limits, Warehouse

_LIMITS = Limits(seconds=600)

_ONE_BLOCK = {
    # A block is one insert: the token then names all of it, in the table and in every projection.
    "max_insert_threads": 1,
    "min_insert_block_size_rows": 100_000_000,
    "min_insert_block_size_bytes": 0,
    "max_block_size": 10_000_000,
    "preferred_block_size_bytes": 0,
    "insert_deduplicate": 1,
    "deduplicate_insert_select": "force_enable",
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}

_IN_BLOCK = """SELECT event_id, batch, position, body, source, 0 AS stored_body, 0 AS stored FROM staging
WHERE event_id IN (SELECT event_id FROM staging GROUP BY event_id HAVING count() > 1)"""

_BEFORE = """SELECT s.event_id, s.batch, s.position, s.body, s.source, k.body AS stored_body, 1 AS stored
FROM staging AS s INNER JOIN (
  SELECT id_hash, id_check, any(body) AS body FROM event_keys
  WHERE id_hash IN (SELECT cityHash64(event_id) FROM staging) AND block != {block:UInt64}
  GROUP BY id_hash, id_check
) AS k ON k.id_hash = cityHash64(s.event_id) AND k.id_check = sipHash64(s.event_id)"""


@dataclass(frozen=True)
class Double:
    """A staged row whose id is there already, or twice in the block.

    Attributes:
        reused: the body differs: another event under a used id.
    """

    event_id: str
    batch: int
    position: int
    source: str
    reused: bool


class Staging:
    """The staging table of one loader."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def fill(self, columns: Sequence[str], pieces: Sequence[bytes]) -> None:
        """Replace what is staged by the given rows (JSON arrays, one a line)."""
        self._warehouse.command("TRUNCATE TABLE staging")
        self._warehouse.insert_rows("staging", columns, b"\n".join(pieces))

    def newest(self) -> dict[str, datetime]:
        """Return the time of the newest staged event of each source."""
        found = self._warehouse.query("SELECT source, max(time) FROM staging GROUP BY source", limits=_LIMITS)
        return {str(source): _aware(moment) for source, moment in found.rows}

    def doubles(self, block: int) -> list[Double]:
        """Return every staged row that must not be inserted, in order of receipt.

        Rows that an earlier try at the same block inserted do not count: the block gets the same verdicts every time.
        """
        rows: list[tuple[Any, ...]] = []
        for sql in (_IN_BLOCK, _BEFORE):
            rows += self._warehouse.query(sql, {"block": block}, limits=_LIMITS).rows
        return _verdicts(rows)

    def insert(self, block: int, skip: Sequence[Double]) -> None:
        """Insert what is staged, except ``skip``, as one block. Doing it again changes nothing."""
        condition = ""
        if skip:
            self._warehouse.command("CREATE TABLE IF NOT EXISTS staging_skip (batch UInt64, position UInt32) ENGINE = Memory")
            self._warehouse.command("TRUNCATE TABLE staging_skip")
            rows = "\n".join(f"[{d.batch},{d.position}]" for d in skip)
            self._warehouse.insert_rows("staging_skip", ("batch", "position"), rows.encode())
            condition = " WHERE (batch, position) NOT IN (SELECT batch, position FROM staging_skip)"
        columns = ", ".join((*ROW_COLUMNS, "body"))
        self._warehouse.command(
            f"INSERT INTO events ({columns}, block) SELECT {columns}, {block} FROM staging{condition}",
            settings={**_ONE_BLOCK, "insert_deduplication_token": f"block-{block}"},
        )


def _verdicts(rows: Sequence[tuple[Any, ...]]) -> list[Double]:
    """Walk the doubtful rows in order of receipt: the first of an id stays, unless it was stored before."""
    stored = {event_id: stored_body for event_id, _, _, _, _, stored_body, is_stored in rows if is_stored}
    seen: dict[str, int] = dict(stored)
    found, done = [], set()
    for event_id, batch, position, body, source, _, _ in sorted(rows, key=lambda row: (row[1], row[2])):
        if (batch, position) in done:
            continue
        done.add((batch, position))
        if event_id not in seen:
            seen[event_id] = body
            continue
        found.append(Double(event_id, batch, position, source, reused=body != seen[event_id]))
    return found


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
