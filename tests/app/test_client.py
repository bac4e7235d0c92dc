"""The command line's way to the API: over the socket of a running server, or by opening the home."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer
from typing import Any

import pytest

from tests.fixtures.rig import delivery, event
from tongguan.app.client import ApiError, LocalApi, _short
from tongguan.app.home import Home, Running


class Answers(BaseHTTPRequestHandler):
    """Answers as the path says, and keeps what it was asked."""

    asked: list[tuple[str, str, dict[str, str], bytes]]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        if self.path == "/dies":
            self.close_connection = True
            return
        status, content = {
            "/ok": (200, b'{"a": 1}'),
            "/none": (204, b""),
            "/problem": (422, b'{"detail": "wrong", "valid": "right"}'),
            "/text": (500, b"Internal Server Error"),
            "/list": (400, b"[1]"),
            "/silent": (502, b""),
        }.get(self.path.partition("?")[0], (404, b'{"title": "no such page"}'))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        return "socket"


@contextmanager
def running(folder: Path) -> Iterator[list[tuple[str, str, dict[str, str], bytes]]]:
    """Let a server own a home and announce itself."""
    home = Home(folder)
    home.own()
    Answers.asked = []
    with UnixStreamServer(_short(home.socket), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        home.announce(Running(1, "http://x", str(home.socket), "sesame", "0"))
        try:
            yield Answers.asked
        finally:
            server.shutdown()
            thread.join()
            home.withdraw()
            home.disown()


def test_beside_a_server(tmp_path: Path) -> None:
    with running(tmp_path) as asked, LocalApi(tmp_path) as api:
        assert api.beside_server
        assert api.call("GET", "/ok", params={"q": "a b&c"}) == {"a": 1}
        assert api.call("POST", "/none", json={"x": "名"}, headers={"X-More": "1"}) is None
        assert api.call("POST", "/none", content=b"raw") is None
    (method, path, headers, _), (_, _, posted, body), (_, _, raw, raw_body) = asked
    assert (method, path, headers["authorization"]) == ("GET", "/ok?q=a+b%26c", "Bearer sesame")
    assert (posted["content-type"], posted["x-more"], json.loads(body)) == ("application/json", "1", {"x": "名"})
    assert (raw.get("content-type"), raw_body) == (None, b"raw")


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/problem", 422, "wrong (valid: right)"),
        ("/text", 500, "Internal Server Error"),
        ("/list", 400, "[1]"),
        ("/silent", 502, "Bad Gateway"),
        ("/nowhere", 404, "{'title': 'no such page'}"),
    ],
)
def test_refusals(tmp_path: Path, path: str, status: int, message: str) -> None:
    with running(tmp_path), LocalApi(tmp_path) as api, pytest.raises(ApiError) as caught:
        api.call("GET", path)
    assert (caught.value.status, str(caught.value)) == (status, message)


def test_a_server_that_goes_away(tmp_path: Path) -> None:
    message = r"the server of .* does not answer: .*\(valid: the same command once more\)"
    with running(tmp_path), LocalApi(tmp_path) as api, pytest.raises(ApiError, match=message) as caught:
        api.call("GET", "/dies")
    assert caught.value.status == 503


def test_without_a_server_the_home_is_opened_and_given_back(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    for records in (1, 2):
        with LocalApi(folder) as api:
            assert not api.beside_server
            receipt = api.deliver(delivery([event(event_id=f"e{n}", time="2025-01-01T00:00:00+00:00") for n in range(records)]))
            assert (receipt.received, receipt.accepted, list(receipt.refusals)) == (records, records, [])
            api.wait_loaded()
            findings: list[dict[str, Any]] = api.call("GET", "/api/v1/owner/check")
            assert [finding["name"] for finding in findings if not finding["ok"]] == []
            with pytest.raises(ApiError) as caught:
                api.call("GET", "/api/v1/nothing")
            assert caught.value.status == 404
    assert "events 2, ids 2" in findings[1]["detail"]
    home = Home(folder)
    home.own()
    home.disown()


def test_a_name_of_a_socket_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep.parent)
    name = _short(deep / "control.sock")
    assert name == f"{'e' * 60}/control.sock"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(name)
    assert (deep / "control.sock").exists()
    assert _short(Path("/run/x.sock")) == "/run/x.sock"
