"""What ingest needs of others; ``app`` wires it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection


@dataclass(frozen=True)
class Sealed:
    """A personal value to be kept encrypted: its token, what kind it is, its plain text, and whose it is (empty if unknown)."""

    token: str
    kind: str
    plain: str
    customer: str


class PersonalStore(Protocol):
    """Turns personal values into keyed tokens, and keeps the plain ones encrypted."""

    def token(self, kind: str, value: str) -> str:
        """Return the token of a value: always the same for the same value, useless without the key."""
        ...

    def is_token(self, value: str) -> bool:
        """Tell whether a value is a token already."""
        ...

    def keep(self, connection: Connection, values: Sequence[Sealed]) -> None:
        """Store plain values, encrypted under their customers' keys, within a transaction of ``records``. Repeats cost nothing."""
        ...

    def seal(self, body: bytes) -> bytes:
        """Encrypt what must not lie plain in the spool, under the home's own key."""
        ...

    def lock_away(self, connection: Connection, bodies: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Encrypt quarantined bodies of (customer, body) under their customers' keys, within a transaction of ``records``.

        Erasing the customer makes them unreadable. Without a customer a body has a key of its own.
        """
        ...

    def unlock(self, connection: Connection, cipher: bytes) -> bytes | None:
        """Return what :meth:`lock_away` encrypted, or None when its customer was erased."""
        ...

    def unseal(self, sealed: bytes) -> bytes:
        """Return what :meth:`seal` encrypted."""
        ...

    def mask(self, text: str) -> str:
        """Return free text with everything that looks like personal data hidden."""
        ...
