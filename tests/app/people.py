"""The API for users and tokens over a real store, for whoever the test says is calling."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI, Request

from tongguan.app.accounts import RecordAccounts
from tongguan.app.api.people import router
from tongguan.app.api.problem import ApiProblem
from tongguan.app.client import ApiError, LocalApi
from tongguan.lib.now import fixed
from tongguan.model.access import EVERYTHING, Role, User
from tongguan.records.database import Database
from tongguan.records.passwords import Passwords

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LOCAL = User("local", "local", "Local owner", Role.ADMIN, EVERYTHING)
STAGES = ("order", "payment", "delivery")


class People:
    """The API, called in process. Set ``caller`` to call as somebody else."""

    def __init__(self, database: Database, pool: ThreadPoolExecutor) -> None:
        self.caller: User | ApiProblem = LOCAL
        weakest = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.database = database
        self.accounts = RecordAccounts(database, fixed(AT), pool, weakest)
        self.app = FastAPI()
        self.app.include_router(router(self.accounts, self._who, STAGES))

    async def _who(self, request: Request) -> User:
        if isinstance(self.caller, ApiProblem):
            raise self.caller
        return self.caller

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send one request."""

        async def work() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://test") as client:
                return await client.request(method, f"/api/v1{path}", **given)

        return asyncio.run(work())

    def create(self, name: str, **given: Any) -> str:
        """Create a user and return the one-time password."""
        response = self.send("POST", "/users", json={"name": name, "role": "dispatcher", **given})
        assert response.status_code == 201, response.text
        return str(response.json()["password"])

    def user(self, name: str) -> dict[str, Any]:
        """Return a user as the API lists it."""
        found: dict[str, Any] = next(user for user in self.send("GET", "/users").json()["users"] if user["name"] == name)
        return found


@cache
def _migrated() -> bytes:
    """Return a migrated, empty store: migrating takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.db"
        database = Database.open(f"sqlite:///{path}")
        database.migrate()
        database.close()
        return path.read_bytes()


def empty_store(folder: Path) -> Database:
    """Open a migrated, empty store in a folder."""
    path = folder / "records.db"
    path.write_bytes(_migrated())
    return Database.open(f"sqlite:///{path}")


@contextmanager
def open_people(folder: Path) -> Iterator[People]:
    """Open the API over an empty store in a folder."""
    database = empty_store(folder)
    with ThreadPoolExecutor(2) as pool:
        yield People(database, pool)
    database.close()


class InProcess(LocalApi):
    """What commands speak to, without a home."""

    def __init__(self, people: People) -> None:
        self._people = people

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object | None = None,
        params: Mapping[str, str | Sequence[str]] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send one request and return its decoded JSON."""
        assert content is None and headers is None and params is None
        response = self._people.send(method, path.removeprefix("/api/v1"), **({} if json is None else {"json": json}))
        if response.status_code >= 400:
            raise ApiError(response.status_code, response.json())
        return response.json()
