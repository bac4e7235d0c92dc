"""The bench of time limits measures what it says; how fast is never tested."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from tongguan.app.bench.clocks import TARGETS, Kept, Sizes, _place, _row, _stay, judged
from tongguan.app.cli.program import build
from tongguan.areas.packs import build_vocabulary
from tongguan.clocks.planning import plan
from tongguan.clocks.rules import check_book


def test_planning_and_sweeping_are_measured() -> None:
    given = ["bench", "clocks", "--clocks", "300", "--steps", "400", "--breaches", "0", "--rounds", "3", "--json"]
    answer = CliRunner().invoke(build(), given)
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    figures = found["figures"]
    assert figures["clocks_per_s"] > 0 and 0 < figures["sweep_s"] <= figures["sweep_most_s"] and figures["due"] == 4
    assert [one["target"] for one in found["targets"]] == [TARGETS[0][0], TARGETS[1][0]]
    assert found["sizes"] == {"clocks": 300, "steps": 400, "breaches": 0, "rounds": 3}
    assert found["machine"]["cores"] >= 1


def test_what_is_planned_runs_on_a_working_calendar() -> None:
    books = Kept().all()
    assert check_book(books[0], build_vocabulary()) == []
    clocks = [plan("order", _stay(number), _place(number), None, books, _stay(number).since) for number in range(200)]
    assert all(clock.rule is not None and clock.rule.calendar == "office" for clock in clocks)
    assert any(clock.stay.pauses for clock in clocks) and len({clock.rule for clock in clocks}) > 4


def test_one_row_in_a_hundred_is_due_a_day() -> None:
    sizes = Sizes(steps=1000, rounds=3)
    rows = [_row(number, sizes) for number in range(sizes.steps)]
    first = min(row.breach_at for row in rows if row.breach_at is not None)
    due = [sum(row.breach_at == first + timedelta(days=day) for row in rows) for day in range(3)]
    assert due == [10, 10, 10]


@pytest.mark.parametrize(
    ("reached", "met"), [({"clocks_per_s": 50_000}, [True]), ({"clocks_per_s": 49_999, "sweep_s": 0.2}, [False, True])]
)
def test_targets_are_bounds_from_either_side(reached: dict[str, float], met: list[bool]) -> None:
    assert [one["met"] for one in judged(reached)] == met
