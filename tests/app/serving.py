"""The whole application over a home of its own, asked in process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher

from tongguan.app.installation import Installation, open_installation
from tongguan.app.server import Server
from tongguan.app.settings import read_settings
from tongguan.model.access import EVERYTHING, Level, Role, Scope, User
from tongguan.records.passwords import Passwords
from tongguan.web.kit.accounts import NewUser, Session
from tongguan.web.kit.security import SESSION_COOKIE

OWNER_TOKEN = "owner-of-the-test"
OWNER = {"Authorization": f"Bearer {OWNER_TOKEN}"}
LOCAL = User("local", "local", "local", Role.ADMIN, EVERYTHING)
NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
NDJSON = {"Content-Type": "application/x-ndjson"}

P1 = Scope(Level.CITY, regions=frozenset({"P-01"}))


def order(number: object, **fields: Any) -> dict[str, Any]:
    """Return an order made on the app half an hour before now."""
    name = f"E{number}"
    plain = {"type": "order.created", "time": "2026-11-20T04:00:00Z", "event_id": f"t:{name}:1", "order_id": name, "channel": "app"}
    return {**plain, **fields}


def lines(*records: object) -> bytes:
    """Return NDJSON; a text is taken as it is."""
    return b"".join((r if isinstance(r, str) else json.dumps(r)).encode() + b"\n" for r in records)


class Application:
    """The server's application, without a socket."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.server = Server(installation, OWNER_TOKEN, lambda: 0.0)
        # Hashes that are slow on purpose would make the tests slow.
        self.server.accounts._passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **given: Any) -> httpx.Response:
        """Send one request."""

        async def work() -> httpx.Response:
            transport = httpx.ASGITransport(self.server)
            async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
                return await client.request(method, f"/api/v1{path}", headers=dict(headers or {}), **given)

        return asyncio.run(work())

    def token(self, name: str, source: str) -> dict[str, str]:
        """Return the headers of a new token."""
        answer = self.send("POST", "/tokens", headers=OWNER, json={"name": name, "source": source})
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['secret']}"}

    def session(self, name: str, role: Role, scope: Scope = EVERYTHING) -> dict[str, str]:
        """Create a user, sign in, choose a password; return the headers of the session."""

        async def work() -> Session:
            accounts = self.server.accounts
            once = await accounts.create_user(LOCAL, NewUser(name, name, role, scope))
            session = await accounts.sign_in(name, once, "")
            assert isinstance(session, Session)
            assert await accounts.change_password(session, once, "Rice-Harbour-Lantern-41") is None
            return session

        session = asyncio.run(work())
        return {"Cookie": f"{SESSION_COOKIE}={session.cookie}", "X-CSRF-Token": session.csrf}

    def load(self, *records: object, source: str = "shop") -> dict[str, Any]:
        """Send records as the owner and have them loaded."""
        answer = self.send("POST", "/events", headers={**OWNER, **NDJSON, "X-Source": source}, content=lines(*records))
        assert answer.status_code == 200, answer.text
        self.installation.load_now()
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def application(folder: Path) -> Iterator[Application]:
    """Open the application over a fresh home; nothing is loaded but by :meth:`Application.load`."""
    settings = read_settings(folder, {"TONGGUAN_FREE_BYTES": "1"})
    installation = open_installation(folder, settings=settings, now=lambda: NOW)
    found = Application(installation)
    try:
        yield found
    finally:
        found.server.close()
        installation.close()
