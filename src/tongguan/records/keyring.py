"""The keys under the vault: a data key per owner, wrapped by the master key. A destroyed key cannot be had again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, select

from tongguan.records.columns import key_text
from tongguan.records.errors import VaultKeyError
from tongguan.records.randomness import RandomBytes
from tongguan.records.tables import erasures, vault_keys
from tongguan.records.upsert import chunks, upsert

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


def derive(master_key: bytes, purpose: str) -> bytes:
    """Return 32 bytes for one purpose (HKDF-SHA256, RFC 5869); one purpose's key says nothing about another's.

    Raises:
        ValueError: the master key is not 32 bytes long.
    """
    if len(master_key) != KEY_BYTES:
        raise ValueError(f"the master key has {len(master_key)} bytes; give {KEY_BYTES}")
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"tongguan {purpose}".encode()).derive(master_key)


def encrypt(key: bytes, plain: bytes, bound_to: bytes, random_bytes: RandomBytes) -> bytes:
    """Encrypt with AES-256-GCM; the nonce comes first. ``bound_to`` must be given again to decrypt."""
    nonce = random_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def decrypt(key: bytes, cipher: bytes, bound_to: bytes) -> bytes:
    """Decrypt what :func:`encrypt` gave; ``InvalidTag`` when key, cipher or binding is another."""
    return AESGCM(key).decrypt(cipher[:NONCE_BYTES], cipher[NONCE_BYTES:], bound_to)


def customer_owner(customer: str) -> str:
    """Return the name under which a customer's key is kept."""
    return f"c:{key_text(customer)}"


def task_owner(task_id: str) -> str:
    """Return the name under which the key of a task is kept, which holds attachments where no customer is known."""
    return f"t:task:{task_id}"


def erased_customers(conn: Connection, customers: Iterable[str]) -> set[str]:
    """Return those of the customers whose erasure stands."""
    names = {key_text(customer): customer for customer in customers}
    erased: set[str] = set()
    for some in chunks(sorted(names)):
        standing = select(erasures.c.customer).where(erasures.c.customer.in_(some), erasures.c.lifted_at.is_(None))
        erased.update(names[name] for name in conn.execute(standing).scalars())
    return erased


class Keyring:
    """Makes, wraps and opens data keys.

    Args:
        master_key: 32 bytes, kept outside the store.
        random_bytes: where keys and nonces come from.
    """

    def __init__(self, master_key: bytes, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._wrapping = derive(master_key, "wrapping of data keys")
        self.random_bytes = random_bytes

    def wrap(self, key: bytes, owner: str) -> bytes:
        """Encrypt a data key for its owner."""
        return encrypt(self._wrapping, key, owner.encode(), self.random_bytes)

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """Open a data key.

        Raises:
            VaultKeyError: it was wrapped by another master key, or for another owner.
        """
        try:
            return decrypt(self._wrapping, wrapped, owner.encode())
        except InvalidTag as error:
            raise VaultKeyError(owner) from error

    def new_key(self) -> bytes:
        """Return a data key that nobody had before."""
        return self.random_bytes(KEY_BYTES)

    @staticmethod
    def destroy(conn: Connection, owners: Iterable[str]) -> None:
        """Delete keys and, with them, all values under them."""
        for some in chunks(sorted(set(owners))):
            conn.execute(delete(vault_keys).where(vault_keys.c.owner.in_(some)))

    def open(self, conn: Connection, owner: str) -> bytes | None:
        """Return an owner's key, or None when there is none (never made, or destroyed)."""
        wrapped = conn.execute(select(vault_keys.c.wrapped).where(vault_keys.c.owner == owner)).scalar_one_or_none()
        return None if wrapped is None else self.unwrap(wrapped, owner)

    def ensure(self, conn: Connection, owners: Iterable[str]) -> dict[str, bytes]:
        """Return a key for every owner, made where there was none.

        The rows stay locked until the transaction ends: nobody destroys a key while something is put under it.
        """
        wanted = sorted(set(owners))
        found = self._locked(conn, wanted)
        missing = [owner for owner in wanted if owner not in found]
        if missing:
            upsert(conn, vault_keys, [{"owner": o, "wrapped": self.wrap(self.new_key(), o)} for o in missing], keys=("owner",))
            found |= self._locked(conn, missing)
        return found

    def _locked(self, conn: Connection, owners: list[str]) -> dict[str, bytes]:
        found = {}
        for some in chunks(owners):
            statement = select(vault_keys.c.owner, vault_keys.c.wrapped).where(vault_keys.c.owner.in_(some))
            for owner, wrapped in conn.execute(statement.order_by(vault_keys.c.owner).with_for_update(read=True)):
                found[owner] = self.unwrap(wrapped, owner)
        return found


def fingerprint(master_key: bytes) -> str:
    """Return 16 hexadecimal digits by which people tell master keys apart; they do not give the key away."""
    return sha256(derive(master_key, "fingerprint")).hexdigest()[:16]
