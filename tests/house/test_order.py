"""Workers begin with the long files, and no test is lost or parted from its file by that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.fixtures.order import LONGEST, longest_first
from tests.tools import ROOT


def test_every_long_file_is_there_and_stands_once() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_rest_stays_in_order() -> None:
    names = ["tests/a.py::one", f"{LONGEST[1]}::b", f"{LONGEST[1]}::a", "tests/b.py::two", f"{LONGEST[0]}::c", "tests/a.py::three"]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    longest_first(items)
    assert [item.nodeid for item in items] == [names[4], names[1], names[2], names[0], names[3], names[5]]
