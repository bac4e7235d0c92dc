"""ruff finds nothing; its settings are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tools import ROOT


def ruff(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, input=text)


def test_ruff_is_content() -> None:
    answer = ruff(".")
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import datetime\n\nprint(datetime.now())\n",
        "import uuid\n\nprint(uuid.uuid4())\n",
        "import time\n\nprint(time.time())\n",
        "import random\n\nprint(random.random())\n",
    ],
)
def test_clock_and_randomness_are_banned_outside_lib(line: str) -> None:
    outside = ruff("--stdin-filename", "src/tongguan/metrics/example.py", "-", text=line)
    inside = ruff("--stdin-filename", "src/tongguan/lib/example.py", "-", text=line)
    assert "TID251" in outside.stdout
    assert "TID251" not in inside.stdout
