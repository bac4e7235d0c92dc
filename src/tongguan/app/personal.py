"""Personal values, as ingest wants them: over the vault in ``records``."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from tongguan.ingest.ports import Sealed
from tongguan.records.errors import VaultKeyError
from tongguan.records.keyring import derive
from tongguan.records.mask import mask
from tongguan.records.vault import Sealing, Vault, is_token

_REMEMBERED = 200_000
_NONCE = 12


class PersonalVault:
    """Implements :class:`tongguan.ingest.ports.PersonalStore`.

    Args:
        master_key: of the home.
    """

    def __init__(self, master_key: bytes) -> None:
        self._vault = Vault(master_key)
        self._spool_key = AESGCM(derive(master_key, "spool"))
        self._tokens: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def token(self, kind: str, value: str) -> str:
        """Return the token of a value."""
        key = (kind, value)
        found = self._tokens.get(key)
        if found is None:
            found = self._vault.token(kind, value)
            with self._lock:
                self._tokens[key] = found
                while len(self._tokens) > _REMEMBERED:
                    self._tokens.popitem(last=False)
        return found

    def is_token(self, value: str) -> bool:
        """Tell whether a value is a token already."""
        return value.startswith("~") and is_token(value)

    def keep(self, connection: Connection, values: Sequence[Sealed]) -> None:
        """Store plain values under their customers' keys."""
        self._vault.seal_many(connection, [Sealing(v.customer, v.token, v.kind, v.plain) for v in values])

    def forget(self) -> None:
        """Drop what is remembered in memory; called after an erasure."""
        with self._lock:
            self._tokens.clear()

    def reveal(self, connection: Connection, token: str) -> str | None:
        """Return the plain value of a token; None when it is not kept any more."""
        return self._vault.reveal(connection, token)

    def seal(self, body: bytes) -> bytes:
        """Encrypt a body for the spool."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._spool_key.encrypt(nonce, body, b"spool")

    def unseal(self, sealed: bytes) -> bytes:
        """Return a body that :meth:`seal` encrypted.

        Raises:
            VaultKeyError: it was encrypted under another master key.
        """
        try:
            return self._spool_key.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"spool")
        except InvalidTag as error:
            raise VaultKeyError("spool") from error

    def lock_away(self, connection: Connection, bodies: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Encrypt quarantined bodies under their customers' keys."""
        return self._vault.encrypt_payloads(connection, bodies)

    def unlock(self, connection: Connection, cipher: bytes) -> bytes | None:
        """Return a quarantined body, or None when its customer was erased."""
        return self._vault.decrypt_payload(connection, cipher)

    def mask(self, text: str) -> str:
        """Hide what looks like personal data."""
        return mask(text)
