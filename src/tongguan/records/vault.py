"""Personal values: events carry keyed tokens, the plain values lie here, encrypted under their customer's key.

A token depends on the kind, the value and the master key only, so the same number gives the same token in every
source, and nobody without the master key can tell the number from it or try numbers against it.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, select

from tongguan.records.errors import VaultKeyError
from tongguan.records.keyring import Keyring, customer_owner, decrypt, derive, encrypt, erased_customers
from tongguan.records.randomness import RandomBytes
from tongguan.records.tables import vault_keys, vault_values
from tongguan.records.upsert import chunks, upsert

TOKEN: Final = re.compile(r"~(?P<kind>[a-z][a-z0-9_]{0,31})\.(?P<digest>[a-z2-7]{20})")
"""What every token looks like."""

_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")
_BY_CUSTOMER, _BY_ROW = b"c", b"r"


class Sealing(NamedTuple):
    """One personal value to keep. ``customer`` is empty while nobody knows whose it is."""

    customer: str
    token: str
    kind: str
    plain: str


@dataclass(frozen=True)
class Sealed:
    """What became of values given to :meth:`Vault.seal`, in values.

    Attributes:
        stored: encrypted now.
        known: there already.
        erased: not kept, because the customer's erasure stands.
    """

    stored: int = 0
    known: int = 0
    erased: int = 0


def is_token(text: str) -> bool:
    """Tell whether a text is a token."""
    return TOKEN.fullmatch(text) is not None


class Vault:
    """Turns personal values into tokens, and tokens back for those who may see them.

    It holds keys only, no state: share it between threads.

    Args:
        master_key: 32 bytes, kept outside the store; without it nothing in the vault can be read again.
        random_bytes: where data keys and nonces come from.
    """

    def __init__(self, master_key: bytes, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._tokens_key = derive(master_key, "tokens")
        self._keys = Keyring(master_key, random_bytes)

    def token(self, kind: str, value: str) -> str:
        """Return the token of a value: ``~phone.`` and 20 letters or digits (100 bits of HMAC-SHA256).

        Raises:
            ValueError: ``kind`` is no word of small letters, digits and ``_``.
        """
        if not _KIND.fullmatch(kind):
            raise ValueError(f"{kind!r} is no kind of personal value; use small letters, digits and '_', such as 'phone'")
        message = kind.encode() + b"\x00" + value.encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._tokens_key, message, "sha256")
        return f"~{kind}.{base64.b32encode(digest)[:20].decode().lower()}"

    def seal(self, conn: Connection, customer: str, entries: Iterable[tuple[str, str, str]]) -> Sealed:
        """Keep the plain values of one customer's tokens; ``entries`` are (token, kind, plain). See :meth:`seal_many`."""
        return self.seal_many(conn, [Sealing(customer, *entry) for entry in entries])

    def seal_many(self, conn: Connection, entries: Iterable[Sealing]) -> Sealed:
        """Keep plain values of many customers in a few statements; those there already cost one look-up.

        A value that was nobody's becomes the customer's once a customer is named. A value that is somebody's stays so
        when it comes again without a customer. Two customers with one telephone each have it under their own key.
        """
        wanted = {(entry.token, _owner(entry)): entry for entry in entries}
        held = self._held(conn, {token for token, _ in wanted})
        fresh = {key: entry for key, entry in wanted.items() if not _is_held(key, entry, held)}
        if not fresh:
            return Sealed(known=len(wanted))
        keys = self._keys.ensure(conn, {owner for _, owner in fresh})
        # Asked after the keys are locked: an erasure that began before is seen, a later one waits and destroys these too.
        erased = erased_customers(conn, {entry.customer for entry in fresh.values() if entry.customer})
        self._keys.destroy(conn, [customer_owner(customer) for customer in erased])
        kept = {key: entry for key, entry in fresh.items() if entry.customer not in erased}
        rows = []
        for (token, owner), entry in kept.items():
            plain = entry.plain.encode("utf-8", "surrogatepass")
            cipher = encrypt(keys[owner], plain, _bound(token, owner), self._keys.random_bytes)
            rows.append({"token": token, "owner": owner, "kind": entry.kind, "cipher": cipher})
        upsert(conn, vault_values, rows, keys=("token", "owner"))
        # Copies that were nobody's go, now that somebody has them.
        self._keys.destroy(conn, [_nobody(token) for (token, _), entry in kept.items() if entry.customer and token in held])
        return Sealed(stored=len(kept), known=len(wanted) - len(fresh), erased=len(fresh) - len(kept))

    def reveal(self, conn: Connection, token: str) -> str | None:
        """Return the plain value of a token, or None when it is not kept (any more). Asking is a permission; log it.

        Raises:
            VaultKeyError: the value was kept under another master key.
        """
        return self.reveal_many(conn, [token]).get(token)

    def reveal_many(self, conn: Connection, tokens: Iterable[str]) -> dict[str, str]:
        """Return the plain values of those tokens that are kept."""
        plain: dict[str, str] = {}
        for some in chunks(sorted(set(tokens))):
            found = select(vault_values.c.token, vault_values.c.owner, vault_values.c.cipher, vault_keys.c.wrapped)
            found = found.join(vault_keys, vault_keys.c.owner == vault_values.c.owner).where(vault_values.c.token.in_(some))
            for token, owner, cipher, wrapped in conn.execute(found):
                if token not in plain:
                    opened = _opened(self._keys.unwrap(wrapped, owner), cipher, _bound(token, owner), owner)
                    plain[token] = opened.decode("utf-8", "surrogatepass")
        return plain

    def encrypt_payload(self, conn: Connection, customer: str, body: bytes) -> bytes:
        """Encrypt the body of a record for the quarantine. See :meth:`encrypt_payloads`."""
        return self.encrypt_payloads(conn, [(customer, body)])[0]

    def encrypt_payloads(self, conn: Connection, bodies: Iterable[tuple[str, bytes]]) -> list[bytes]:
        """Encrypt bodies of (customer, body) under the customer's key; without a customer, under a key of its own.

        A body of a customer whose erasure stands is encrypted under a key that is thrown away at once.
        """
        pairs = list(bodies)
        customers = {customer for customer, _ in pairs if customer}
        keys = self._keys.ensure(conn, [customer_owner(c) for c in customers])
        erased = erased_customers(conn, customers)
        self._keys.destroy(conn, [customer_owner(c) for c in erased])
        return [self._payload(customer, body, keys, customer in erased) for customer, body in pairs]

    def decrypt_payload(self, conn: Connection, cipher: bytes) -> bytes | None:
        """Return the body that :meth:`encrypt_payload` was given, or None when its customer was erased.

        Raises:
            VaultKeyError: it was encrypted under another master key.
        """
        how, size = cipher[:1], int.from_bytes(cipher[1:3], "big")
        head, body = cipher[3 : 3 + size], cipher[3 + size :]
        if how == _BY_ROW:
            return _opened(self._keys.unwrap(head, "row"), body, b"payload", "row")
        owner = head.decode()
        key = self._keys.open(conn, owner)
        if key is None:
            return None
        try:
            return decrypt(key, body, b"payload")
        except InvalidTag:
            # The key is a later one of the same customer: the one that this was put under is destroyed.
            return None

    def _payload(self, customer: str, body: bytes, keys: dict[str, bytes], erased: bool) -> bytes:
        if customer:
            owner = customer_owner(customer)
            how, head = _BY_CUSTOMER, owner.encode()
            key = self._keys.new_key() if erased else keys[owner]
        else:
            key = self._keys.new_key()
            how, head = _BY_ROW, self._keys.wrap(key, "row")
        return how + len(head).to_bytes(2, "big") + head + encrypt(key, body, b"payload", self._keys.random_bytes)

    @staticmethod
    def _held(conn: Connection, tokens: set[str]) -> dict[str, set[str]]:
        """Return token → owners that have it."""
        held: dict[str, set[str]] = {}
        for some in chunks(sorted(tokens)):
            found = select(vault_values.c.token, vault_values.c.owner).where(vault_values.c.token.in_(some))
            for token, owner in conn.execute(found):
                held.setdefault(token, set()).add(owner)
        return held


def _nobody(token: str) -> str:
    return f"t:{token}"


def _owner(entry: Sealing) -> str:
    return customer_owner(entry.customer) if entry.customer else _nobody(entry.token)


def _is_held(key: tuple[str, str], entry: Sealing, held: dict[str, set[str]]) -> bool:
    owners = held.get(key[0], set())
    return key[1] in owners if entry.customer else bool(owners)


def _bound(token: str, owner: str) -> bytes:
    return f"{token}\x00{owner}".encode("utf-8", "surrogatepass")


def _opened(key: bytes, cipher: bytes, bound_to: bytes, owner: str) -> bytes:
    try:
        return decrypt(key, cipher, bound_to)
    except InvalidTag as error:
        raise VaultKeyError(owner) from error
