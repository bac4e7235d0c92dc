"""Every generated page is what its generator would write now.

A generator is a file of ``tools/``: run, it writes its pages; with ``--check`` it ends with 1 when they differ.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tools import ROOT

GENERATORS = sorted(path.name for path in (ROOT / "tools").glob("*.py"))


@pytest.mark.parametrize("generator", GENERATORS)
def test_pages_are_current(generator: str) -> None:
    command = [sys.executable, f"tools/{generator}", "--check"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
