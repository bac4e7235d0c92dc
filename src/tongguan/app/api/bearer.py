"""Who calls the API: a source by its token, or the owner of the home by the token in ``run.json``."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

from tongguan.lib.now import Ticks
from tongguan.records import tokens
from tongguan.records.database import Database

OWNER_NAME: Final = "(command line)"
"""As whom the audit names the owner."""

_REMEMBERED_SECONDS = 10.0
_MOST = 10_000
_SECRET_LENGTH = 200


@dataclass(frozen=True)
class Caller:
    """Who calls.

    Attributes:
        source: the source as which it may deliver; empty for the owner, who may name any.
        owner: the command line on the machine itself.
    """

    source: str
    owner: bool


class Bearers:
    """Looks up bearer tokens; answers are remembered for ten seconds, so a revoked token works that long at most.

    Args:
        database: where the digests of tokens are.
        owner_token: the secret of ``run.json``.
        ticks: clock.
    """

    def __init__(self, database: Database, owner_token: str, ticks: Ticks) -> None:
        self._database = database
        self._owner_token = owner_token
        self._ticks = ticks
        self._known: dict[str, tuple[float, Caller | None]] = {}

    def find(self, authorization: str) -> Caller | None:
        """Return who an ``Authorization`` header names; None for nobody."""
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(secret) <= _SECRET_LENGTH:
            return None
        if hmac.compare_digest(secret.encode(), self._owner_token.encode()):
            return Caller("", owner=True)
        now = self._ticks()
        remembered = self._known.get(secret)
        if remembered is not None and now - remembered[0] < _REMEMBERED_SECONDS:
            return remembered[1]
        with self._database.read() as connection:
            found = tokens.find(connection, secret)
        caller = Caller(found.source, owner=False) if found is not None else None
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[secret] = (now, caller)
        return caller
