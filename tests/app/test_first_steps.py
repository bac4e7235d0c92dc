"""The commands of docs/guides/first-steps.md do what the page says, in its order, beside a running server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.test_serve import Served
from tests.tools import ROOT, require_tool

PAGE = ROOT / "docs" / "guides" / "first-steps.md"
NOT_HERE = ("make ", ". .venv", "tongguan serve")
"""Commands of the page that install or start what the test has started already."""

WITH_QUARANTINE = 3


def blocks() -> list[str]:
    """Return the shell commands of the page, a block each, in order."""
    found = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in found if not any(line.startswith(NOT_HERE) for line in block.splitlines())]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "home").mkdir()
    made = Served(tmp_path / "home" / "own")
    made.start()
    try:
        yield made
    finally:
        made.close()


def run(server: Served, folder: Path) -> list[tuple[str, int, str]]:
    """Run all blocks in one shell; return each with its exit code and what it printed."""
    script = "\n".join(f'{block}code=$?; echo; echo "=== $code"' for block in blocks())
    script = script.replace("127.0.0.1:8600", f"127.0.0.1:{server.port}")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TONGGUAN_")}
    paths = f"{Path(sys.executable).parent}{os.pathsep}{plain['PATH']}"
    given = {**plain, "PATH": paths, "COLUMNS": "160", "TONGGUAN_FREE_BYTES": "1"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True, timeout=200
    )
    parts = re.split(r"\n=== (\d+)\n", done.stdout)
    return [(block, int(parts[2 * place + 1]), parts[2 * place]) for place, block in enumerate(blocks())]


def test_the_page_is_true(server: Served, tmp_path: Path) -> None:
    require_tool("curl (apt-get install curl)", shutil.which("curl") is not None)
    told = run(server, tmp_path)
    codes = {block.splitlines()[0]: code for block, code, _ in told}
    assert {line: code for line, code in codes.items() if code} == {
        "tongguan import orders.csv --mapping orders.yaml --dry-run": WITH_QUARANTINE,
        "tongguan import orders.csv --mapping orders.yaml": WITH_QUARANTINE,
    }

    def printed(line: str) -> str:
        return next(output for block, _, output in told if block.startswith(line))

    assert re.search(r"added\W+3\b", printed("tongguan import orders.csv --mapping orders.yaml\n"))
    assert "1234.50 CNY" in printed("tongguan orders A-1")
    assert "unmapped_code" in printed("tongguan data quarantine")
    again = printed("sed")
    assert re.search(r"added\W+2\b", again) and re.search(r"duplicate\W+3\b", again)
    closed = printed("tongguan data replay 1")
    assert re.search(r"taken\W+1\b", closed) and "3 of 3 orders" in closed and "WRONG" not in closed
    answer = printed("curl")
    assert '"accepted":1,"quarantined":1' in answer and "unknown_code" in answer
    assert "99.00" in printed("tongguan orders T-1")


def test_the_page_shows_what_the_server_prints(server: Served) -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for line in shown.splitlines()[:2]:
        pattern = re.escape(line).replace("…", r"\S+").replace("8600", str(server.port))
        assert re.search(pattern, server.told()), line
