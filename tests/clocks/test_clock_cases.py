"""Clocks, held against cases written as data: ``tests/cases/clocks/*.yaml``.

A file has a ``zone`` in which its times are told (those with ``Z`` apart), ``calendars`` (as
:func:`tests.clocks.calendar_cases.calendar_of` reads them), ``books`` of ``rules`` (the first valid always, others ``from`` a time), and
``cases``: what an order ``reached`` (time and milestone), its ``place``, what it is ``due``, ``which`` stay is asked about (the last),
``at`` what moment. ``expect`` names some of ``warned``, ``late``, ``silent``, ``state``, ``paused``, ``is_silent``, ``next`` breach,
``rule`` and ``book`` by number, ``since``, and how many ``stays`` there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clocks.calendar_cases import calendar_of, duration, moment
from tests.clocks.test_calendar_cases import _Plain
from tongguan.areas.packs import build_vocabulary
from tongguan.clocks.planning import plan, stays
from tongguan.clocks.rules import check_book
from tongguan.model.clocks import Clock, LimitRule, Place, RuleBook, Stay

FOLDER = Path(__file__).parent.parent / "cases" / "clocks"
VOCABULARY = build_vocabulary()
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One question, with the books of its file."""

    file: str
    zone: str
    books: tuple[RuleBook, ...]
    told: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file}: {self.told['title']}"

    def entries(self) -> list[tuple[str, datetime]]:
        """Return what the order reached, as it is told."""
        told = [text.rpartition(" ") for text in self.told["reached"]]
        return [(milestone, moment(time, self.zone)) for time, _, milestone in told]


def _rule(told: Mapping[str, Any]) -> LimitRule:
    times = {name: duration(told[name]) for name in ("warning", "late", "silent") if name in told}
    return LimitRule(**{"kind": "order", **told, **times})


def _books(told: Mapping[str, Any]) -> tuple[RuleBook, ...]:
    zone = told["zone"]
    calendars = {name: calendar_of({"zone": zone, **one}, name) for name, one in told.get("calendars", {}).items()}
    found = []
    for version, one in enumerate(told["books"], 1):
        valid_from = moment(one["from"], zone) if "from" in one else LONG_AGO
        found.append(RuleBook(version, valid_from, tuple(map(_rule, one["rules"])), calendars))
    return tuple(found)


def _cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), _Plain)
        books = _books(told)
        found += [Case(path.stem, told["zone"], books, one) for one in told["cases"]]
    return found


CASES = _cases()


def _asked(case: Case, entries: list[tuple[str, datetime]]) -> tuple[list[Stay], Clock]:
    found = stays(VOCABULARY.case_kind("order"), entries)
    due = moment(case.told["due"], case.zone) if "due" in case.told else None
    stay = found[case.told.get("which", -1)]
    return found, plan("order", stay, Place(**case.told.get("place", {})), due, case.books, entries[-1][1])


def test_titles_are_unique_and_each_case_says_something() -> None:
    assert len(CASES) >= 70
    assert len({case.name for case in CASES}) == len(CASES)
    assert [case.name for case in CASES if not case.told["expect"] or not case.told["reached"]] == []


def test_the_books_of_the_cases_are_good_ones() -> None:
    books = {id(case.books): case.books for case in CASES}.values()
    # Regions are a book of their own, so they are not checked here.
    assert [mistake for one in books for book in one for mistake in check_book(book, VOCABULARY)] == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_case(case: Case) -> None:
    found, clock = _asked(case, case.entries())
    at = moment(case.told["at"], case.zone) if "at" in case.told else clock.stay.since
    answers = {
        "warned": clock.warned_from,
        "late": clock.late_from,
        "silent": clock.silent_from,
        "state": str(clock.state_at(at)),
        "paused": clock.paused,
        "is_silent": clock.silent_at(at),
        "next": clock.breach_after(at),
        "rule": case.books[clock.book - 1].rules.index(clock.rule) + 1 if clock.rule else None,
        "book": clock.book,
        "since": clock.stay.since,
        "stays": len(found),
    }
    expected = case.told["expect"]
    times = {"warned", "late", "silent", "next", "since"}
    wanted = {name: _expected(value, case.zone if name in times else "") for name, value in expected.items()}
    assert {name: answers[name] for name in wanted} == wanted


def _expected(value: Any, zone: str) -> Any:
    if value == "none":
        return None
    return moment(value, zone) if zone else value
