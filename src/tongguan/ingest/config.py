"""Settings of ingest, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class IngestConfig:
    """What ingest allows and how much it takes at a time.

    Attributes:
        oldest: events before this are quarantined as ``time_too_old``.
        future: how far ahead of the machine's clock an event may be.
        record_bytes: a single record may be this large.
        text_length: a text inside ``attributes`` may have this many characters.
        attribute_bytes: all attributes of one event together.
        segment_bytes: the spool begins a new file after this many.
        backlog_bytes: with this much spooled and not yet loaded, deliveries are put off (503).
        free_bytes: with less free disk than this, deliveries are put off (503).
        block_rows, block_bytes: the loader puts at most this much into one block.
        linger: seconds the loader waits for more when little is there.
        told_refusals: a receipt lists at most this many refused records.
    """

    oldest: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    future: timedelta = timedelta(days=1)
    record_bytes: int = 2 * 1024 * 1024
    text_length: int = 100_000
    attribute_bytes: int = 262_144
    segment_bytes: int = 64 * 1024 * 1024
    backlog_bytes: int = 4 * 1024**3
    free_bytes: int = 256 * 1024 * 1024
    block_rows: int = 50_000
    block_bytes: int = 48 * 1024 * 1024
    linger: float = 0.15
    told_refusals: int = 1000
