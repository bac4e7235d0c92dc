"""A real server with an open stream: loaded data reaches it at once, and it does not keep the server from stopping."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.app.test_serve import ORDER, Served, command

PASSWORD = "Rice-Harbour-Lantern-41"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path / "home")
    made.start()
    try:
        yield made
    finally:
        made.close()


def signed_in(served: Served) -> httpx.Client:
    """Sign in with the printed password, and choose another."""
    (printed,) = re.findall(r"user admin, password (\S+)", served.told())
    client = httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=30)
    answer = client.post("/signin", data={"name": "admin", "password": printed, "next": "/", "csrf": token(client, "/signin")})
    assert answer.status_code == 303, answer.text[:500]
    fields = {"current": printed, "new": PASSWORD, "again": PASSWORD, "csrf": token(client, "/account/password")}
    assert client.post("/account/password", data=fields).status_code == 303
    return client


def token(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def message(lines: Iterator[str]) -> str:
    """Return the next message that holds parts."""
    found = list[str]()
    for line in lines:
        if line:
            found.append(line)
        elif any(part.startswith("data: <hx-partial") for part in found):
            return "\n".join(found)
        else:
            found.clear()
    raise AssertionError("the stream ended")


def test_loaded_data_reaches_an_open_stream_and_the_server_stops_at_once(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "order.ndjson"
    with contextlib.closing(signed_in(served)) as client, client.stream("GET", "/live/panorama") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        first = message(lines)
        assert 'hx-target="#flow-stages"' in first and first.startswith("id: 0")
        # Just made: an older one would be told to be late, which is a second block.
        file.write_text(json.dumps({**ORDER, "time": datetime.now(UTC).isoformat()}) + "\n")
        began = time.monotonic()
        assert command(served.home, "events", "send", str(file)).returncode == 0
        second = message(lines)
        assert 'hx-target="#flow-' in second and second.startswith("id: 1")
        assert time.monotonic() - began < 20
        began = time.monotonic()
        assert served.stop() == 0, served.told()
        assert time.monotonic() - began < 3
        assert "left" not in "".join(lines), "the browser connects again"
    assert "Traceback" not in served.told()
