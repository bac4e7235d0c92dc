"""A real server in a child process, for the benchmarks."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tongguan.app.client import ApiError, LocalApi
from tongguan.app.home import Home
from tongguan.lib.now import Ticks, system_ticks

_STARTS_WITHIN = 120.0
SOURCE = "bench"


class BenchError(Exception):
    """A measurement could not be made; what was measured so far says nothing."""


@dataclass(frozen=True)
class Served:
    """A running server.

    Attributes:
        pid: its process.
        port: on 127.0.0.1.
        token: of a source.
        api: speaks to it as the owner.
    """

    pid: int
    port: int
    token: str
    api: LocalApi

    def stored(self) -> int:
        """Return how many events of the bench were accepted and are loaded, as the books say.

        Raises:
            BenchError: some are not stored, or the books do not balance.
        """
        for row in self.api.call("GET", "/api/v1/sources"):
            if row["source"] == SOURCE:
                if row["accepted"] != row["received"]:
                    raise BenchError(f"of {row['received']} events received only {row['accepted']} are stored")
                return int(row["accepted"])
        return 0

    def resident(self) -> int:
        """Return the resident memory of the process in bytes (Linux only)."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():
            raise BenchError("resident memory is read from /proc, which only Linux has")
        found = re.search(r"^VmRSS:\s+(\d+) kB", status.read_text(encoding="ascii"), re.MULTILINE)
        if found is None:
            raise BenchError(f"{status} names no VmRSS; the server ended")
        return int(found.group(1)) * 1024


@contextmanager
def served(home: Path, ticks: Ticks = system_ticks) -> Iterator[Served]:
    """Run ``tongguan serve`` on a free port; it is stopped in the end.

    Raises:
        BenchError: it did not start, or did not end well.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TONGGUAN_")}
    environment |= {"TONGGUAN_PORT": str(port), "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    command = [sys.executable, "-m", "tongguan", "--home", str(home), "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(process, home, ticks)
        with LocalApi(home) as api:
            token = api.call("POST", "/api/v1/tokens", json={"name": f"bench-{process.pid}", "source": SOURCE})["secret"]
            yield Served(process.pid, port, token, api)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], home: Path, ticks: Ticks) -> None:
    began = ticks()
    while Home(home).running() is None:
        if process.poll() is not None:
            raise BenchError(f"the server ended with exit code {process.returncode} before it was ready")
        if ticks() - began > _STARTS_WITHIN:
            raise BenchError(f"the server was not ready within {_STARTS_WITHIN} s")
        time.sleep(0.1)
    # run.json is written before the sockets accept.
    while not _accepts(home):
        if process.poll() is not None or ticks() - began > _STARTS_WITHIN:
            raise BenchError("the server does not listen")
        time.sleep(0.1)


def _accepts(home: Path) -> bool:
    try:
        with LocalApi(home) as api:
            api.call("GET", "/healthz")
    except ApiError:
        return False
    return True


def child(module: str, job: msgspec.Struct) -> subprocess.Popen[bytes]:
    """Start a module of this package with a job."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    command = [sys.executable, "-m", f"tongguan.app.bench.{module}", msgspec.json.encode(job).decode()]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)


def run_child(module: str, job: msgspec.Struct) -> dict[str, Any]:
    """Run a module of this package with a job, and return the JSON that it printed.

    Raises:
        BenchError: it failed; it told why on standard error.
    """
    process = child(module, job)
    output, _ = process.communicate()
    if process.returncode != 0:
        raise BenchError(f"{module} ended with exit code {process.returncode}")
    found: dict[str, Any] = msgspec.json.decode(output.splitlines()[-1])
    return found
