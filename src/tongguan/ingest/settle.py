"""The books of one block: ledger, quarantine, deliveries, keys and freshness, written in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection

from tongguan.ingest.frame import Frame, SetAside
from tongguan.ingest.ports import PersonalStore, Sealed
from tongguan.ingest.steps import preview
from tongguan.model.reasons import Quarantine
from tongguan.records import deliveries, idempotency, ledger, quarantine
from tongguan.records.deliveries import DeliveryRow, DeliveryState
from tongguan.records.ledger import LedgerEntry
from tongguan.records.quarantine import NewQuarantine

if TYPE_CHECKING:
    from tongguan.ingest.loader import Outcome

_LISTED_FROM = 100
"""Deliveries with fewer records and nothing to show are only in the ledger: single posts would swamp the list."""


def settle(connection: Connection, outcome: Outcome, store: PersonalStore, at: datetime) -> list[tuple[str, str]]:
    """Write what became of every record of a block; return the idempotency keys that are stored by now."""
    _ledger(connection, outcome)
    _quarantine(connection, outcome, store)
    _personal(connection, outcome.frames, store)
    _deliveries(connection, outcome)
    zones = {frame.source: frame.zone for frame in outcome.frames if frame.zone}
    for source, received_time in _last_received(outcome.frames).items():
        ledger.touch_source(connection, source, received_time, outcome.newest.get(source), zones.get(source, ""))
    return _keys(connection, outcome.frames, at)


def _ledger(connection: Connection, outcome: Outcome) -> None:
    """Add up per source, hour and reason first: a block of single posts has thousands of frames and a handful of entries."""
    duplicates = Counter(double.batch for double in outcome.doubles if not double.reused)
    reused = Counter(double.batch for double in outcome.doubles if double.reused)
    received: Counter[tuple[str, datetime]] = Counter()
    told: Counter[tuple[str, datetime, ledger.Outcome, str]] = Counter()
    for frame in outcome.frames:
        source, hour = frame.source, ledger.hour_of(frame.received_time)
        received[source, hour] += frame.received
        told[source, hour, "accepted", ""] += frame.accepted - duplicates[frame.batch] - reused[frame.batch]
        told[source, hour, "duplicate", ""] += duplicates[frame.batch]
        told[source, hour, "quarantined", Quarantine.ID_REUSED.value] += reused[frame.batch]
        for aside in frame.aside:
            told[source, hour, "quarantined", aside.reason] += 1
    for (source, hour), n in received.items():
        ledger.add_received(connection, source, hour, n)
    ledger.add_all(connection, [LedgerEntry(*entry, n) for entry, n in told.items()])


def _quarantine(connection: Connection, outcome: Outcome, store: PersonalStore) -> None:
    kept = [(frame, aside, store.unseal(aside.sealed), aside.preview) for frame in outcome.frames for aside in frame.aside]
    kept += [(frame, aside, aside.sealed, preview(store.mask, aside.sealed)) for frame, aside in outcome.reused]
    if not kept:
        return
    ciphers = store.lock_away(connection, [(aside.customer, body) for _, aside, body, _ in kept])
    rows = [_row(frame, aside, cipher, shown) for (frame, aside, _, shown), cipher in zip(kept, ciphers, strict=True)]
    quarantine.add_many(connection, rows)


def _row(frame: Frame, aside: SetAside, cipher: bytes, shown: str) -> NewQuarantine:
    return NewQuarantine(
        source=frame.source,
        batch=frame.batch,
        position=aside.position,
        reason=Quarantine(aside.reason),
        field=aside.field,
        value=aside.value,
        message=aside.message,
        valid=aside.valid,
        preview=shown,
        cipher=cipher,
        mapping=frame.mapping,
        origin=frame.origin,
        received_time=frame.received_time,
    )


def _personal(connection: Connection, frames: Sequence[Frame], store: PersonalStore) -> None:
    values: list[Sealed] = []
    for frame in frames:
        if frame.personal:
            values += msgspec.msgpack.decode(store.unseal(frame.personal), type=list[Sealed])
    if values:
        store.keep(connection, values)


def _deliveries(connection: Connection, outcome: Outcome) -> None:
    duplicates = Counter(double.batch for double in outcome.doubles if not double.reused)
    reused = Counter(double.batch for double in outcome.doubles if double.reused)
    rows = []
    for frame in outcome.frames:
        if frame.received < _LISTED_FROM and not frame.aside and not reused[frame.batch] and not frame.origin:
            continue
        rows.append(
            DeliveryRow(
                batch=frame.batch,
                source=frame.source,
                origin=frame.origin,
                received_time=frame.received_time,
                received=frame.received,
                accepted=frame.accepted - duplicates[frame.batch] - reused[frame.batch],
                quarantined=len(frame.aside) + reused[frame.batch],
                duplicate=duplicates[frame.batch],
                state=DeliveryState.LOADED,
            )
        )
    deliveries.add(connection, rows)


def _last_received(frames: Sequence[Frame]) -> dict[str, datetime]:
    last: dict[str, datetime] = {}
    for frame in frames:
        last[frame.source] = max(last.get(frame.source, frame.received_time), frame.received_time)
    return last


def _keys(connection: Connection, frames: Sequence[Frame], at: datetime) -> list[tuple[str, str]]:
    stored = []
    for frame in frames:
        if frame.key:
            answer: dict[str, Any] = {
                "batch": frame.batch,
                "received": frame.received,
                "accepted": frame.accepted,
                "quarantined": len(frame.aside),
                "refusals": [_refusal(aside) for aside in frame.aside[:1000]],
            }
            idempotency.put(connection, frame.source, frame.key, frame.body_digest, answer, at)
            stored.append((frame.source, frame.key))
    return stored


def _refusal(aside: SetAside) -> dict[str, Any]:
    return {name: getattr(aside, name) for name in ("position", "reason", "field", "value", "message", "valid")}
