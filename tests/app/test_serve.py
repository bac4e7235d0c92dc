"""A real server in a process of its own: start, watch over it, refuse a second one, stop, start again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from tests.fixtures.ports import free_port
from tests.tools import ROOT
from tongguan.app.serve import _listen
from tongguan.app.settings import read_settings

ORDER = {"type": "order.created", "time": "2026-11-20T10:00:00+08:00", "event_id": "s:1", "order_id": "E1", "channel": "app"}


def environment(home: Path, port: int = 0) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TONGGUAN_")}
    return {**plain, "TONGGUAN_HOME": str(home), "TONGGUAN_PORT": str(port), "TONGGUAN_FREE_BYTES": "1", "COLUMNS": "200"}


@dataclass
class Served:
    """A server, and what it has printed so far."""

    home: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.output = (self.home.parent / f"output-{self.port}").open("a+b")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "tongguan", "serve", *self.options]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(self.home, self.port), stdout=self.output, stderr=self.output)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.told()}")

    def told(self) -> str:
        """Return everything that it printed."""
        self.output.seek(0)
        return self.output.read().decode()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=30)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.output.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("serve") / "home")
    made.start()
    try:
        yield made
    finally:
        made.close()


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "tongguan", *arguments]
    return subprocess.run(line, cwd=ROOT, env=environment(home), capture_output=True, text=True, check=False, timeout=120)


def test_it_says_how_it_does(served: Served) -> None:
    assert served.get("/healthz").json() == {"status": "alive"}
    assert served.get("/readyz").json() == {"status": "ready", "faults": []}
    metrics = served.get("/metrics").text
    assert "tongguan_spool_backlog_bytes 0.0" in metrics and "tongguan_loader_failing 0.0" in metrics


def test_the_first_password_is_printed_once_and_works(served: Served) -> None:
    (password,) = re.findall(r"user admin, password (\S+)", served.told())
    page = served.get("/signin")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token is not None
    form = {"name": "admin", "password": password, "next": "/", "csrf": token[1]}
    answer = httpx.post(f"http://127.0.0.1:{served.port}/signin", data=form, cookies=page.cookies, timeout=30)
    assert answer.status_code == 303, answer.text[:500]


def test_what_speaks_for_the_owner_is_readable_by_the_owner_only(served: Served) -> None:
    for name in ("run.json", "control.sock", "secret.key"):
        assert stat.S_IMODE((served.home / name).stat().st_mode) == 0o600, name
    told = json.loads((served.home / "run.json").read_text())
    assert told["pid"] == served.process.pid and told["url"] == f"http://127.0.0.1:{served.port}"
    assert told["token"] not in served.told()


def test_a_second_server_is_refused(served: Served) -> None:
    answer = command(served.home, "serve")
    assert answer.returncode == 1
    assert "is in use by another process" in answer.stderr and "Traceback" not in answer.stderr
    assert served.get("/healthz").status_code == 200


def test_a_port_that_is_taken_is_named(served: Served, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "tongguan", "serve"]
    given = environment(tmp_path / "other", served.port)
    answer = subprocess.run(line, cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=120)
    assert answer.returncode == 1
    assert f"cannot listen on 127.0.0.1:{served.port}" in answer.stderr and "TONGGUAN_PORT" in answer.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_keeps_its_data(served: Served, tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "orders.ndjson"
    file.write_text(json.dumps({**ORDER, "event_id": f"s:{number}", "order_id": f"E{number}"}) + "\n")
    assert command(served.home, "events", "send", str(file)).returncode == 0
    began = time.monotonic()
    assert served.stop(number) == 0, served.told()
    assert time.monotonic() - began < 15
    assert not (served.home / "run.json").exists() and not (served.home / "control.sock").exists()
    assert "Traceback" not in served.told()
    served.start()
    assert served.told().count("user admin, password") == 1
    answer = json.loads(command(served.home, "orders", f"E{number}", "--json").stdout)
    assert answer["case"]["case_id"] == f"E{number}"
    assert command(served.home, "check").returncode == 0


def test_a_killed_server_leaves_nothing_that_hinders_the_next(served: Served) -> None:
    assert served.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (served.home / "run.json").exists()
    answer = command(served.home, "check", "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    served.start()
    assert served.get("/readyz").status_code == 200


def test_answers_do_not_wait_for_acknowledgements(tmp_path: Path) -> None:
    """asyncio switches Nagle's algorithm off for sockets that say they are TCP; else the end of every answer comes 40 ms late."""
    settings = replace(read_settings(tmp_path, {}), host="127.0.0.1", port=0)
    with _listen(settings) as listener:
        assert listener.proto == socket.IPPROTO_TCP
