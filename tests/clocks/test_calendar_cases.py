"""Working calendars, held against cases written as data: ``tests/cases/calendars/*.yaml``.

A file has a ``calendar`` (:func:`tests.clocks.calendar_cases.calendar_of`) and ``cases``. Each asks one of: ``add: [start, duration]``,
``between: [start, end]``, ``next: at``, ``working: at``, ``unknown: [start, end]``. Times are wall time of the calendar's zone, or RFC 3339
with ``Z``. ``refused.yaml`` lists calendars that cannot be, with parts of the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.clocks.calendar_cases import calendar_of, duration, moment
from tongguan.clocks.calendar import add_working_time, compiled, is_working, next_working, unknown_years, working_time
from tongguan.model.calendars import CalendarError

FOLDER = Path(__file__).parent.parent / "cases" / "calendars"
QUESTIONS = ("add", "between", "next", "working", "unknown")


@dataclass(frozen=True)
class Case:
    """One question to a calendar."""

    file: str
    calendar: Mapping[str, Any]
    told: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file}: {self.told['title']}"


def _cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), _Plain)
        if path.stem != "refused":
            found += [Case(path.stem, told["calendar"], one) for one in told["cases"]]
    return found


class _Plain(yaml.SafeLoader):
    """Leaves dates and times as they are written."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

CASES = _cases()
REFUSED = yaml.load((FOLDER / "refused.yaml").read_text(encoding="utf-8"), _Plain)


def test_titles_are_unique_and_each_case_asks_one_question() -> None:
    assert len(CASES) > 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert [case.name for case in CASES if len(case.told.keys() & set(QUESTIONS)) != 1 or len(case.told) != 3] == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_case(case: Case) -> None:
    calendar, zone, told = calendar_of(case.calendar), case.calendar["zone"], case.told
    expected = told["expect"]
    if "add" in told:
        start, added = moment(told["add"][0], zone), duration(told["add"][1])
        due = moment(expected, zone)
        assert add_working_time(calendar, start, added) == due
        assert working_time(calendar, start, due) == added
        assert compiled(calendar).add_many(_array(start), np.timedelta64(added)).tolist() == _array(due).tolist()
    elif "between" in told:
        start, end = (moment(one, zone) for one in told["between"])
        assert working_time(calendar, start, end) == duration(expected)
    elif "next" in told:
        assert next_working(calendar, moment(told["next"], zone)) == moment(expected, zone)
    elif "working" in told:
        assert is_working(calendar, moment(told["working"], zone)) is expected
    else:
        start, end = (moment(one, zone) for one in told["unknown"])
        assert list(unknown_years(calendar, start, end)) == expected


def _array(at: datetime) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([at.astimezone(UTC).replace(tzinfo=None)], "datetime64[us]")


@pytest.mark.parametrize("told", [pytest.param(one, id=one["title"]) for one in REFUSED])
def test_what_cannot_be_is_refused_with_what_would_be_valid(told: Mapping[str, Any]) -> None:
    with pytest.raises(CalendarError) as refused:
        calendar_of(told["calendar"])
    assert [part for part in told["expect"] if part not in str(refused.value)] == []
