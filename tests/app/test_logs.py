"""Logs go to standard error, one line each, in the form that was asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CODE = """
import logging, sys
import structlog
from tongguan.app.logs import set_up_logs
set_up_logs(sys.argv[1])
set_up_logs(sys.argv[1])
log = structlog.get_logger("room")
log.debug("too fine")
log.info("block loaded", rows=5, source="店")
try:
    raise ValueError("no room")
except ValueError:
    log.exception("it failed")
logging.getLogger("a.library").warning("look out")
logging.getLogger("a.library").info("chatter")
"""


def lines(form: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", CODE, form], capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_for_machines() -> None:
    first, second, third = lines("json")
    found = json.loads(first)
    assert {name: found[name] for name in ("event", "level", "rows", "source")} == {
        "event": "block loaded",
        "level": "info",
        "rows": 5,
        "source": "店",
    }
    assert found["timestamp"].endswith("Z")
    failed = json.loads(second)
    assert (failed["event"], failed["level"]) == ("it failed", "error")
    assert failed["exception"].endswith("ValueError: no room")
    assert third == "WARNING a.library: look out"


@pytest.mark.parametrize("text", ["block loaded", "it failed", "ValueError: no room", "WARNING a.library: look out"])
def test_for_people(text: str) -> None:
    found = lines("text")
    assert sum(text in line for line in found) == 1
    assert not any("too fine" in line or "chatter" in line or "\x1b" in line for line in found)
