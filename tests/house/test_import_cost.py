"""Importing the package is cheap and does no work."""

from __future__ import annotations

import subprocess
import sys

from tests.tools import ROOT

LIMIT_SECONDS = 0.3

TIMED = "import time; start = time.perf_counter(); import tongguan; print(time.perf_counter() - start)"

# Alembic runs env.py itself, with its context set up; nobody imports it.
EVERYTHING = """
import importlib, pkgutil, sys, threading
import tongguan
found = [module.name for module in pkgutil.walk_packages(tongguan.__path__, "tongguan.")]
names = [name for name in found if not name.endswith((".__main__", ".migrations.env"))]
for name in names:
    importlib.import_module(name)
print(len(names), "chdb" in sys.modules, threading.active_count())
"""


def run(program: str) -> str:
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT / "src", capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_importing_is_quick() -> None:
    assert min(float(run(TIMED)) for _ in range(3)) < LIMIT_SECONDS


def test_no_module_loads_the_engine_or_starts_a_thread_when_imported() -> None:
    modules, engine, threads = run(EVERYTHING).split()
    assert int(modules) >= 10
    assert engine == "False"
    assert threads == "1"
