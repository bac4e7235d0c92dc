"""What is shipped or installed beside Tongguan may be shipped inside a company."""

from __future__ import annotations

import re

import pytest

from tests.tools import ROOT

STRONG_COPYLEFT = re.compile(r"(?<!L)GPL(?!.{0,20}WITH \S*exception)", re.IGNORECASE)


def rows() -> list[tuple[str, str]]:
    """Return name and licence of every row of THIRD_PARTY.md."""
    text = (ROOT / "THIRD_PARTY.md").read_text()
    return [(name, licence) for name, _, licence in re.findall(r"^\| (\S+) \| (.+?) \| (.+) \|$", text, re.MULTILINE) if name != "package"]


def test_no_strong_copyleft_and_no_unknown_licence() -> None:
    found = rows()
    assert len(found) > 40
    assert [(name, licence) for name, licence in found if STRONG_COPYLEFT.search(licence) or licence == "not stated"] == []


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "AGPL-3.0-or-later", "GNU General Public License v2 (GPLv2)", "MIT AND GPL-2.0"])
def test_strong_copyleft_is_seen(licence: str) -> None:
    assert STRONG_COPYLEFT.search(licence)


@pytest.mark.parametrize("licence", ["LGPL-3.0-only", "MPL-2.0", "BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1"])
def test_weak_copyleft_is_fine(licence: str) -> None:
    assert not STRONG_COPYLEFT.search(licence)
