"""mypy in its strict mode finds nothing; its settings are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

from tests.tools import ROOT


def test_mypy_is_content() -> None:
    answer = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
