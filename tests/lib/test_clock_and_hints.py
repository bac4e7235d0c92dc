"""The clock that can be held still, hints, and fail-points."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.tools import ROOT
from tongguan.lib.failpoint import POINTS, passing
from tongguan.lib.now import fixed, system_now, system_ticks
from tongguan.lib.suggest import nearest, valid_hint


def test_the_clock_stands_still_when_told() -> None:
    moment = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8)))
    assert fixed(moment)() is moment
    with pytest.raises(ValueError, match="no time zone"):
        fixed(datetime(2026, 1, 1))


def test_the_machine_has_a_clock() -> None:
    assert system_now().tzinfo is UTC
    assert system_ticks() <= system_ticks()


@pytest.mark.parametrize(("word", "found"), [("chanel", "channel"), ("CHANNEL", None), ("xyz", None), ("regio", "region")])
def test_the_nearest_word(word: str, found: str | None) -> None:
    assert nearest(word, ["channel", "region"]) == found


def test_hints_name_what_is_valid() -> None:
    assert valid_hint("chanel", ["region", "channel"]) == "did you mean 'channel'? valid: channel, region"
    assert valid_hint("zzz", ["b", "a", "a"]) == "valid: a, b"
    assert valid_hint("zzz", map(str, range(30)), most=2) == "valid: 0, 1, … (30 in all)"


def test_fail_points_do_nothing_here() -> None:
    for point in POINTS:
        passing(point)


@pytest.mark.parametrize(("wanted", "survived"), [("spool.after_fsync", 0), ("spool.after_fsync:3", 2), ("loader.after_ledger", 5)])
def test_a_fail_point_kills_at_the_time_that_was_asked_for(wanted: str, survived: int) -> None:
    program = "from tongguan.lib.failpoint import passing\nfor n in range(5):\n    passing('spool.after_fsync')\n    print(n, flush=True)\n"
    environment = {**os.environ, "TONGGUAN_FAILPOINT": wanted, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(n) for n in range(survived)]
    assert done.returncode == (0 if survived == 5 else -9)


def test_every_fail_point_is_passed_somewhere() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(ROOT / "src" / "tongguan").rglob("*.py"))
    assert [point for point in POINTS if f'passing("{point}")' not in sources] == []
