"""Quarantined records once more, after a mapping or a pack was mended; or discarded for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tongguan.app.books import open_rows, row_numbers
from tongguan.app.installation import Installation
from tongguan.ingest.mapping.errors import InputError, MappingError
from tongguan.ingest.mapping.load import load_mapping
from tongguan.ingest.mapping.replay import replay_row
from tongguan.lib.ids import digest_id
from tongguan.model.access import User
from tongguan.model.ports import Delivery, RawRecord
from tongguan.model.reasons import Problem, Quarantine
from tongguan.records import audit, quarantine
from tongguan.records.quarantine import QuarantineRow, QuarantineState
from tongguan.web.kit.ports import ReplayResult


@dataclass(frozen=True)
class _Again:
    """A record to send again: its row of the quarantine, and the events that it makes now."""

    row: QuarantineRow
    records: list[bytes]


def mapping_file(installation: Installation, name: str) -> Path:
    """Return where the home keeps the mapping of a name as last imported."""
    return installation.home.folder / "mappings" / f"{name}.yaml"


def keep_mapping(installation: Installation, name: str, content: bytes) -> Path:
    """Keep a mapping in the home, so that rows that it sets aside can be replayed with it; return where."""
    path = mapping_file(installation, name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def replay(installation: Installation, user: User, ids: Sequence[str]) -> ReplayResult:
    """Send open records through ingest again, with the present mappings and packs.

    Those that are still not valid stay open. A record is delivered first and closed then: after a crash between the two, or when
    two people replay it at once, its key and its events' ids keep it from counting twice.

    Raises:
        DeliveryError: ingest takes nothing now; records not yet sent stay open.
    """
    rows = open_rows(installation.database, ids)
    gone = sorted(set(ids) - {str(row.id) for row in rows})
    still: dict[str, Problem] = {}
    ready = []
    for row in rows:
        outcome = _prepare(installation, row)
        if isinstance(outcome, Problem):
            still[str(row.id)] = outcome
        else:
            ready.append(outcome)
    others = [str(again.row.id) for again in ready if not _send(installation, user, again)]
    return ReplayResult(len(ready) - len(others), still, sorted([*gone, *others]))


def _prepare(installation: Installation, row: QuarantineRow) -> _Again | Problem:
    with installation.database.read() as connection:
        body = installation.store.unlock(connection, row.cipher)
    if body is None:
        return Problem(Quarantine.BAD_ROW, "", "", "the customer of this record was erased; it cannot be read any more", "discard it")
    if row.reason is Quarantine.ID_REUSED and _id_is_taken(installation, body):
        return Problem(row.reason, row.field, row.value, row.message, row.valid)
    records: list[bytes] = [body]
    if row.mapping and _is_mapped_row(body):
        mapped = _map_again(installation, row, body)
        if isinstance(mapped, Problem):
            return mapped
        records = mapped
    for problem in installation.ingest.examine(row.source, [RawRecord(place, record) for place, record in enumerate(records)]):
        return problem
    return _Again(row, records)


def _id_is_taken(installation: Installation, body: bytes) -> bool:
    """Tell whether an event is stored under the id of this one."""
    sql = "SELECT count() FROM event_keys WHERE id_hash = cityHash64({id:String}) AND id_check = sipHash64({id:String})"
    event_id = msgspec.json.decode(body)["event_id"]
    return bool(installation.warehouse.query(sql, {"id": event_id}).first()[0])


def _is_mapped_row(body: bytes) -> bool:
    """Tell whether a body is a row that a mapping set aside, not an event that it made and that ingest set aside."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True
    return not isinstance(raw, dict) or "type" not in raw


def _map_again(installation: Installation, row: QuarantineRow, body: bytes) -> list[bytes] | Problem:
    path = mapping_file(installation, row.mapping)
    try:
        mapped = replay_row(load_mapping(path, installation.vocabulary), body)
    except (MappingError, InputError, OSError) as error:
        return Problem(Quarantine.BAD_ROW, "", row.mapping, str(error)[:500], f"a valid mapping {row.mapping}; import it again")
    if mapped.bad is not None:
        return mapped.bad.problem
    return [record.body for record in mapped.records]


def _send(installation: Installation, user: User, again: _Again) -> bool:
    """Deliver a record and close its row; return False where somebody else closed it meanwhile."""
    row = again.row
    # After another change of the mapping it is another body, and the same key would be refused.
    key = f"replay:{row.id}:{digest_id(*(record.decode() for record in again.records))}"
    records = [RawRecord(place, record) for place, record in enumerate(again.records)]
    receipt = installation.ingest.deliver(
        Delivery(row.source, len(records), records, key=key, origin=f"replay of {row.origin or row.batch}")
    )
    at = installation.now()
    with installation.database.begin() as connection:
        closed = quarantine.close(connection, [row.id], QuarantineState.REPLAYED, user.name, at, receipt.batch)
        if closed:
            audit.append(connection, at, user.name, "quarantine.replayed", "quarantine", str(row.id), {"batch": receipt.batch})
    return bool(closed)


def discard(installation: Installation, user: User, ids: Sequence[str]) -> int:
    """Set open records to discarded; return how many were open until now. Their bodies are kept."""
    at = installation.now()
    numbers = row_numbers(ids)
    with installation.database.begin() as connection:
        closed = quarantine.close(connection, numbers, QuarantineState.DISCARDED, user.name, at)
        if closed:
            audit.append(connection, at, user.name, "quarantine.discarded", "quarantine", str(closed[0]), {"ids": closed})
    return len(closed)
