"""Destroying a customer's personal values: the key goes, so every copy of the encrypted values is noise.

Rows of money and events keep their tokens, which nobody can turn back. That the erasure happened stays on record:
values that arrive later for the customer are not kept, and a restored backup is brought to the same state by
:func:`replay_erasures`. No key is needed to erase.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from tongguan.records.columns import key_text
from tongguan.records.errors import NoSuchRowError
from tongguan.records.keyring import customer_owner
from tongguan.records.tables import erasures, vault_keys, vault_values
from tongguan.records.upsert import upsert


@dataclass(frozen=True)
class Erasure:
    """One erasure, as a list of them is kept outside the store too. ``destroyed`` counts values."""

    customer: str
    at: datetime
    by: str
    destroyed: int
    lifted_at: datetime | None = None
    lifted_by: str | None = None


def erase(conn: Connection, customer: str, at: datetime, by: str) -> int:
    """Destroy a customer's key and values, and record it; return how many values there were.

    Payloads in the quarantine that were encrypted for the customer can no longer be read either.

    Raises:
        ValueError: ``customer`` is empty: values that are nobody's cannot be erased for somebody.
    """
    if not customer:
        raise ValueError("an erasure needs the id of a customer; it was empty")
    destroyed = _destroy(conn, customer)
    _record(conn, Erasure(key_text(customer), at, by, destroyed))
    return destroyed


def readmit(conn: Connection, customer: str, at: datetime, by: str) -> None:
    """Lift a customer's erasure, so that values arriving from now on are kept; the old ones stay destroyed.

    Raises:
        NoSuchRowError: no erasure of the customer stands.
    """
    statement = update(erasures).where(erasures.c.customer == key_text(customer), erasures.c.lifted_at.is_(None))
    if conn.execute(statement.values(lifted_at=at, lifted_by=by)).rowcount == 0:
        raise NoSuchRowError("客户删除记录", "standing erasure of customer", customer)


def list_erasures(conn: Connection) -> list[Erasure]:
    """Return all erasures, oldest first; keep them with the backups."""
    names = ("customer", "at", "by", "destroyed", "lifted_at", "lifted_by")
    rows = conn.execute(select(*(erasures.c[name] for name in names)).order_by(erasures.c.at, erasures.c.id))
    return [Erasure(**row._mapping) for row in rows]


def replay_erasures(conn: Connection, recorded: Iterable[Erasure]) -> int:
    """Apply to a restored store the erasures that it does not know; return how many values were destroyed.

    A store without the record is older than the erasure, so all it has of that customer goes.
    """
    known = {(erasure.customer, erasure.at): erasure for erasure in list_erasures(conn)}
    destroyed = 0
    for erasure in sorted(recorded, key=lambda e: e.at):
        before = known.get((erasure.customer, erasure.at))
        if before is None:
            destroyed += _destroy(conn, erasure.customer)
            _record(conn, erasure)
        elif before.lifted_at is None and erasure.lifted_at is not None:
            same = (erasures.c.customer == erasure.customer, erasures.c.at == erasure.at)
            conn.execute(update(erasures).where(*same).values(lifted_at=erasure.lifted_at, lifted_by=erasure.lifted_by))
    return destroyed


def _record(conn: Connection, erasure: Erasure) -> None:
    upsert(conn, erasures, [asdict(erasure)], keys=("customer", "at"))


def _destroy(conn: Connection, customer: str) -> int:
    owner = customer_owner(customer)
    # Waits for whoever is making or using the key in another transaction; without it that key would be missed.
    upsert(conn, vault_keys, [{"owner": owner, "wrapped": b""}], keys=("owner",), put=("owner",))
    count = conn.execute(select(func.count()).where(vault_values.c.owner == owner)).scalar_one()
    conn.execute(delete(vault_keys).where(vault_keys.c.owner == owner))
    return count
