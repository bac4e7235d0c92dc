"""The account of every record: what the readers counted, and what became of it, per source and hour.

The two are kept in tables of their own and written by different hands; :func:`check` compares them:
*received = accepted + duplicate + quarantined + rejected*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Select, case, func, null, select, union_all

from tongguan.lib.suggest import valid_hint
from tongguan.model.reasons import Quarantine, Reject
from tongguan.records.columns import micros
from tongguan.records.tables import ledger, reader_counts, sources
from tongguan.records.upsert import insert, upsert

Outcome = Literal["accepted", "duplicate", "quarantined", "rejected"]

_REASONS: dict[str, frozenset[str]] = {
    "accepted": frozenset({""}),
    "duplicate": frozenset({""}),
    "quarantined": frozenset(reason.value for reason in Quarantine),
    "rejected": frozenset(reason.value for reason in Reject),
}


@dataclass(frozen=True)
class LedgerEntry:
    """``records`` records of a source, received within an hour, that had one outcome for one reason (empty: none)."""

    source: str
    hour: datetime
    outcome: Outcome
    reason: str
    records: int


@dataclass(frozen=True)
class LedgerRow:
    """The account of one source and hour, in records."""

    source: str
    hour: datetime
    received: int
    accepted: int
    duplicate: int
    quarantined: int
    rejected: int

    @property
    def missing(self) -> int:
        """How many records were received of which nobody says what became of them; below zero: too many said."""
        return self.received - self.accepted - self.duplicate - self.quarantined - self.rejected


@dataclass(frozen=True)
class SourceState:
    """How fresh a source is and what it sent so far. ``newest_event_time`` is None while no event was accepted."""

    source: str
    received_time: datetime | None
    newest_event_time: datetime | None
    received: int
    accepted: int
    duplicate: int
    quarantined: int
    rejected: int


def hour_of(instant: datetime) -> datetime:
    """Return the start, in UTC, of the hour that an aware instant is in."""
    micros(instant)
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def add_received(conn: Connection, source: str, hour: datetime, n: int) -> None:
    """Add what a reader counted; ``hour`` is any instant within the hour of receipt."""
    _not_negative(n)
    rows = [{"source": source, "hour": hour_of(hour), "received": n}]
    upsert(conn, reader_counts, rows, keys=("source", "hour"), add=("received",))


def add(conn: Connection, source: str, hour: datetime, outcome: Outcome, reason: str, n: int) -> None:
    """Add ``n`` records with one outcome; ``hour`` is any instant within the hour of receipt.

    Raises:
        ValueError: ``n`` below zero, no such outcome, or a reason that is not in the closed list of the outcome.
    """
    add_all(conn, [LedgerEntry(source, hour, outcome, reason, n)])


def add_all(conn: Connection, entries: Iterable[LedgerEntry]) -> None:
    """Add many entries in one statement; entries of zero records are left out."""
    sums: dict[tuple[str, datetime, str, str], int] = {}
    for entry in entries:
        _check_entry(entry)
        key = (entry.source, hour_of(entry.hour), entry.outcome, str(entry.reason))
        sums[key] = sums.get(key, 0) + entry.records
    names = ("source", "hour", "outcome", "reason")
    rows = [{**dict(zip(names, key, strict=True)), "records": n} for key, n in sums.items() if n]
    upsert(conn, ledger, rows, keys=names, add=("records",))


def totals(conn: Connection, *, since: datetime | None = None, until: datetime | None = None, source: str | None = None) -> list[LedgerRow]:
    """Return the account per hour and source, oldest first, of the hours with ``since`` ≤ start < ``until``."""
    return [LedgerRow(**row._mapping) for row in conn.execute(_account(since, until, source))]


@dataclass(frozen=True)
class Imbalance:
    """A source and hour whose account does not add up by ``row.missing`` records."""

    row: LedgerRow


def check(conn: Connection) -> list[Imbalance]:
    """Return every source and hour where received differs from the sum of what became of it."""
    account = _account(None, None, None).subquery()
    told = account.c.accepted + account.c.duplicate + account.c.quarantined + account.c.rejected
    found = conn.execute(select(account).where(account.c.received != told).order_by(account.c.hour, account.c.source))
    return [Imbalance(LedgerRow(**row._mapping)) for row in found]


def touch_source(conn: Connection, source: str, received_time: datetime, newest_event_time: datetime | None, zone: str = "") -> None:
    """Note that a source was heard of; times only move forward, and a zone once told stays until another is."""
    statement = insert(conn, sources).values(source=source, received_time=received_time, event_time=newest_event_time, zone=zone)
    new = statement.excluded
    later_event = case(
        (new.event_time.is_(None), sources.c.event_time),
        (sources.c.event_time > new.event_time, sources.c.event_time),
        else_=new.event_time,
    )
    told = case((new.zone == "", sources.c.zone), else_=new.zone)
    later = case((sources.c.received_time > new.received_time, sources.c.received_time), else_=new.received_time)
    changed = {"received_time": later, "event_time": later_event, "zone": told}
    conn.execute(statement.on_conflict_do_update(index_elements=["source"], set_=changed))


def zones(conn: Connection) -> dict[str, str]:
    """Return source → zone of those sources whose local times are read in a zone."""
    return {row.source: row.zone for row in conn.execute(select(sources).where(sources.c.zone != ""))}


def freshness(conn: Connection) -> list[SourceState]:
    """Return every source ever heard of or counted, by name."""
    account = _account(None, None, None).subquery()
    sums = [func.sum(account.c[name]).label(name) for name in ("received", *get_args(Outcome))]
    counted = {row.source: row._mapping for row in conn.execute(select(account.c.source, *sums).group_by(account.c.source))}
    heard = {row.source: row for row in conn.execute(select(sources))}
    states = []
    for name in sorted(counted.keys() | heard.keys()):
        counts = [int(counted[name][key]) if name in counted else 0 for key in ("received", *get_args(Outcome))]
        seen = heard.get(name)
        states.append(SourceState(name, seen.received_time if seen else None, seen.event_time if seen else None, *counts))
    return states


def _account(since: datetime | None, until: datetime | None, source: str | None) -> Select[Any]:
    """One row per source and hour with the two sides joined, whichever of them is missing."""
    received = select(
        reader_counts.c.source, reader_counts.c.hour, reader_counts.c.received, null().label("outcome"), null().label("records")
    )
    became = select(ledger.c.source, ledger.c.hour, null().label("received"), ledger.c.outcome, ledger.c.records)
    both = union_all(received, became).subquery()
    columns: list[Any] = [func.coalesce(func.sum(both.c.received), 0).label("received")]
    for outcome in get_args(Outcome):
        columns.append(func.coalesce(func.sum(case((both.c.outcome == outcome, both.c.records))), 0).label(outcome))
    # The sums of 64-bit numbers are NUMERIC on PostgreSQL; they fit 64 bits, and callers get whole numbers.
    whole = [column.element.cast(reader_counts.c.received.type).label(column.name) for column in columns]
    statement = select(both.c.source, both.c.hour, *whole).group_by(both.c.source, both.c.hour).order_by(both.c.hour, both.c.source)
    if since is not None:
        statement = statement.where(both.c.hour >= since)
    if until is not None:
        statement = statement.where(both.c.hour < until)
    if source is not None:
        statement = statement.where(both.c.source == source)
    return statement


def _check_entry(entry: LedgerEntry) -> None:
    _not_negative(entry.records)
    if entry.outcome not in _REASONS:
        raise ValueError(f"ledger: no outcome {entry.outcome!r}; {valid_hint(entry.outcome, _REASONS)}")
    if entry.reason not in _REASONS[entry.outcome]:
        hint = valid_hint(entry.reason, _REASONS[entry.outcome], most=40)
        raise ValueError(f"ledger: {entry.outcome} has no reason {entry.reason!r}; {hint}")


def _not_negative(n: int) -> None:
    if n < 0:
        raise ValueError(f"ledger: {n} records cannot be added; give 0 or more")
