"""What a bench does in a child process: work in a home, progress on standard error, one JSON document on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from tongguan.app.installation import Installation, open_installation


def work_in(home: str, work: Callable[[Installation], object], opened: Callable[[Path], Installation] = open_installation) -> int:
    """Open a home, do the work, close it, and print what came of it; returns the exit code."""
    installation = opened(Path(home))
    try:
        found = work(installation)
    finally:
        installation.close()
    return answer(found)


def answer(found: object) -> int:
    """Print what came of the work as JSON for the parent; returns the exit code."""
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    return 0


def say(text: str) -> None:
    """Tell the parent's terminal how far the work is."""
    print(text, file=sys.stderr, flush=True)
