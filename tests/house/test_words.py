"""Names say what is inside, and no file names a machine or the place it was downloaded from."""

from __future__ import annotations

import json
import re

import pytest

from tests.house.tree import files, name
from tests.tools import ROOT

EMPTY_NAMES = re.compile(r"^(utils?|helpers?|common|misc|managers?|.*_(service|utils?|helpers?|manager))$")
"""Names under which anything could be found."""

# Put together from halves, so that this file may be searched like any other.
_HOSTS = (
    "".join(halves) for halves in (("python", "hosted.org"), ("npm", "js.org"), ("yarn", "pkg.com"), ("npm", "mirror"), ("deb.", "debian"))
)
_FOLDERS = ("".join(halves) for halves in (("wo", r"rk/(main|shared|\.)"), ("op", r"t/\w"), ("ho", r"me/\w+/"), ("ro", "ot/")))
PLACES = re.compile(rf"(?<![\w.-])/({'|'.join(_FOLDERS)})|{'|'.join(map(re.escape, _HOSTS))}|://[^/\s]*mirror")
"""Folders of one machine, and hosts of package registries."""

SKIPS = re.compile(r"\bpytest\.(skip|importorskip)\(|\bmark\.skip(if)?\b|\bunittest\.skip")


def is_empty_name(stem: str) -> bool:
    """Tell whether a file or folder name says nothing."""
    return EMPTY_NAMES.match(stem) is not None


def test_names_say_something() -> None:
    paths = files(under="src") + files(under="tests") + files(under="tools")
    parts = {(part.partition(".")[0], name(path)) for path in paths for part in path.relative_to(ROOT).parts}
    assert sorted(path for stem, path in parts if is_empty_name(stem)) == []


@pytest.mark.parametrize("stem", ["utils", "util", "helpers", "common", "misc", "manager", "order_service", "date_utils"])
def test_empty_names_are_known(stem: str) -> None:
    assert is_empty_name(stem)


@pytest.mark.parametrize("stem", ["service", "services", "tools", "orders", "clocks", "commons_licence"])
def test_nouns_of_the_field_are_fine(stem: str) -> None:
    assert not is_empty_name(stem)


def test_no_file_names_a_machine_or_a_registry() -> None:
    wrong = []
    for path in files():
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
            if PLACES.search(line):
                wrong.append(f"{name(path)}:{number}: {line.strip()[:120]}")
    assert wrong == []


@pytest.mark.parametrize(
    "line", ["see /wo" + "rk/shared/x.md", "--find-links /op" + "t/wheels", "https://files.python" + "hosted.org/packages"]
)
def test_places_are_known(line: str) -> None:
    assert PLACES.search(line)


@pytest.mark.parametrize("line", ['get("/orders")', "../shared/data/olist_sample", "https://example.com/a"])
def test_pages_and_neighbours_are_no_places(line: str) -> None:
    assert not PLACES.search(line)


def test_locks_hold_hashes_and_no_addresses() -> None:
    assert not (ROOT / "uv.lock").exists(), "uv.lock names the hosts that packages came from; requirements/*.txt are the locks"
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    locked = {path: entry for path, entry in packages.items() if path}
    assert locked
    assert [path for path, entry in locked.items() if "resolved" in entry or "integrity" not in entry] == []


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_every_python_package_has_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements" / lock).read_text().strip())
    assert blocks
    assert [block for block in blocks if not re.match(r"[a-z0-9.-]+==\S+", block) or "--hash=sha256:" not in block] == []


def test_tests_are_skipped_by_name_only() -> None:
    wrong = []
    for path in files(".py", under="tests"):
        if name(path) in {"tests/tools.py", "tests/house/test_words.py"}:
            continue
        wrong += [f"{name(path)}: use tests.tools.require_tool" for _ in SKIPS.finditer(path.read_text(encoding="utf-8"))]
    assert wrong == []
