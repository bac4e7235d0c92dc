"""How the command line speaks to Tongguan: to the running server over its Unix socket, or to the home itself.

Both ways go through the same API, so a command does the same beside a server and without one.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tongguan.app.home import Home, Running
from tongguan.model.ports import Delivery, Receipt

_SECONDS = 900.0


class ApiError(Exception):
    """The API refused; ``problem`` is its problem document."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        valid = f" (valid: {problem['valid']})" if problem.get("valid") else ""
        super().__init__(f"{problem.get('detail', problem)}{valid}")
        self.status = status
        self.problem = problem


class LocalApi:
    """Speaks to whoever owns a home; opens the home when nobody does. Use as a context manager.

    Args:
        folder: the home.

    Raises:
        HomeInUseError, SettingsError, WarehouseError, RecordsError: the home cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: Running | None = None
        self._http: httpx.Client | None = None
        self._own: _OpenedHome | None = None

    def __enter__(self) -> LocalApi:
        self._running = Home(self._folder).running()
        if self._running is None:
            self._own = _OpenedHome(self._folder)
        else:
            transport = httpx.HTTPTransport(uds=_short(Path(self._running.socket)))
            headers = {"Authorization": f"Bearer {self._running.token}"}
            self._http = httpx.Client(transport=transport, base_url="http://tongguan", headers=headers, timeout=_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        if self._http is not None:
            self._http.close()
        if self._own is not None:
            self._own.close()

    @property
    def beside_server(self) -> bool:
        """Whether a running server answers."""
        return self._running is not None

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
        """Send one request and return its decoded JSON.

        Raises:
            ApiError: the API refused, or the server went away.
        """
        body = msgspec.json.encode(json) if json is not None else content
        given = {**({"Content-Type": "application/json"} if json is not None else {}), **(headers or {})}
        response = self._request(method, path, params=dict(params or {}), content=body, headers=given)
        if response.status_code >= 400:
            raise ApiError(response.status_code, _problem(response))
        return msgspec.json.decode(response.content) if response.content else None

    def _request(self, method: str, path: str, **given: Any) -> httpx.Response:
        if self._http is None:
            assert self._own is not None
            return self._own.request(method, path, **given)
        try:
            return self._http.request(method, path, **given)
        except httpx.TransportError as error:
            detail = f"the server of {self._folder} does not answer: {error}"
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, {"detail": detail, "valid": "the same command once more"}) from error

    def deliver(self, delivery: Delivery) -> Receipt:
        """Hand over mapped records; see :class:`tongguan.model.ports.Intake`."""
        answer = self.call("POST", "/api/v1/owner/deliveries", content=msgspec.msgpack.encode(delivery))
        return msgspec.convert(answer, Receipt)

    def keep_mapping(self, name: str, path: Path) -> None:
        """Hand a mapping to the home, so that the records it sets aside are replayed with it. It was checked before."""
        self.call("PUT", f"/api/v1/owner/mappings/{name}", content=path.read_bytes())

    def replace_regions(self, data: bytes, *, trial: bool) -> Any:
        """Hand over a file of regions; with ``trial`` nothing is changed. The answer says what changes."""
        return self.call("PUT", "/api/v1/owner/regions", content=data, params={"dry_run": str(trial).lower()})

    def wait_loaded(self) -> None:
        """Return once everything handed over so far is in the warehouse."""
        self.call("GET", "/api/v1/owner/loaded")


def _problem(response: httpx.Response) -> dict[str, Any]:
    """Return the problem document of a refusal, or its text where it has none (a fault deep in the server)."""
    try:
        found = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"detail": response.text[:500] or response.reason_phrase}


class _OpenedHome:
    """The home opened by this process, with the application in it, driven from a loop in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        from tongguan.app.installation import open_installation
        from tongguan.app.server import Server
        from tongguan.lib.now import system_ticks

        self._token = secrets.token_urlsafe(16)
        self._installation = open_installation(folder)
        self._installation.start_loader()
        self._server = Server(self._installation, self._token, system_ticks)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="application", daemon=True)
        self._thread.start()

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._server)
            given["headers"] = {**given["headers"], "Authorization": f"Bearer {self._token}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://tongguan", timeout=_SECONDS) as client:
                return await client.request(method, path, **given)

        return asyncio.run_coroutine_threadsafe(send(), self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._server.close()
        self._installation.close()


def _short(path: Path) -> str:
    """Return a name of the socket short enough for the system: relative where the absolute one is too long."""
    absolute = str(path)
    return absolute if len(absolute) < 100 else os.path.relpath(absolute)
