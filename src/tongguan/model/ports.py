"""Protocols by which rooms that do not import each other meet; ``app`` wires them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tongguan.model.reasons import Problem


@dataclass(frozen=True)
class RawRecord:
    """One record as a reader found it.

    Attributes:
        position: 0-based place in its delivery (line of a file, element of an array).
        body: JSON text of one event in Tongguan's own words, UTF-8.
    """

    position: int
    body: bytes


@dataclass(frozen=True)
class BadRecord:
    """A record that could not even be turned into an event's JSON (a bad row of a file, a line that is no JSON).

    Attributes:
        position: 0-based place in its delivery.
        body: what was read, for the quarantine; it is encrypted before it is stored.
        problem: why.
    """

    position: int
    body: bytes
    problem: Problem


@dataclass(frozen=True)
class Delivery:
    """What a reader hands to ingest in one go.

    Attributes:
        source: name of the sending system; freshness and ledger are kept per source.
        received: how many records the reader counted, by itself, before any step saw them.
        records: those that look like one JSON value each.
        bad: those that do not.
        key: idempotency key of the sender; empty for none. The same key with the same body is answered as before.
        origin: for people: file and row range, or address.
        mapping: name of the mapping that made the records; empty when the sender speaks events itself.
        zone: IANA zone in which the source's local times were read; empty where the source gives offsets.
        trusted: Tongguan itself made the records, so tokens of personal values in them are kept as they are. A token that a source
            sends is taken for a value like any other: it must not point to somebody else's.
    """

    source: str
    received: int
    records: Sequence[RawRecord]
    bad: Sequence[BadRecord] = ()
    key: str = ""
    origin: str = ""
    mapping: str = ""
    zone: str = ""
    trusted: bool = False


@dataclass(frozen=True)
class Refusal:
    """A record that went to quarantine, as told to the sender."""

    position: int
    problem: Problem


@dataclass(frozen=True)
class Receipt:
    """What became of a delivery. It is given only after everything in it is on disk.

    Attributes:
        batch: number of the batch.
        received: records counted by the reader.
        accepted: records taken; duplicates among them are found by the loader and shown in the ledger.
        quarantined: records set aside.
        refusals: each of them with its reason, at most 1,000.
        repeated: the same delivery (same key) had been taken before; nothing was taken now.
    """

    batch: int
    received: int
    accepted: int
    quarantined: int
    refusals: Sequence[Refusal] = field(default_factory=tuple)
    repeated: bool = False


class Intake(Protocol):
    """Whatever takes deliveries: the ingest stage itself, or a client of a running server."""

    def deliver(self, delivery: Delivery) -> Receipt:
        """Take a delivery; return after it is durable.

        Raises:
            tongguan.ingest.errors.KeyReusedError: same key, other body.
            tongguan.ingest.errors.BusyError: the spool is full for now; a retry helps.
            tongguan.ingest.errors.NoSpaceError: the disk is full; a retry helps once somebody made room.
        """
        ...
