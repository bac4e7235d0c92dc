"""The files of the repository, as git sees them."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.tools import ROOT, require_tool


@cache
def _listed() -> tuple[Path, ...]:
    command = ["git", "-c", "core.quotePath=false", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = (ROOT / name for name in answer.stdout.split("\0") if name)
    return tuple(sorted(path for path in set(paths) if path.is_file()))


def files(*suffixes: str, under: str = "") -> list[Path]:
    """Return the files that are in git or would be added to it, with one of the suffixes (all without any)."""
    require_tool("git, in a clone of the repository", shutil.which("git") is not None and (ROOT / ".git").exists())
    top = ROOT / under
    return [path for path in _listed() if path.is_relative_to(top) and (not suffixes or path.suffix in suffixes)]


def name(path: Path) -> str:
    """Return the path as a message shows it: from the top folder, with slashes."""
    return path.relative_to(ROOT).as_posix()
