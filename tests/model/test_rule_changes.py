"""What differs between versions of rules, and changes moved from one version onto another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given

from tests.model.test_rule_documents import CONTENTS
from tongguan.model.calendars import Block, DayKind, SpecialDay, WorkingCalendar
from tongguan.model.clocks import LimitRule
from tongguan.model.rule_changes import (
    concerned,
    differences,
    moved_onto,
    place_of,
    special_differences,
    with_calendar,
    with_rule,
    without_rule,
)
from tongguan.model.rule_documents import Contents

HOUR = timedelta(hours=1)
DESK = WorkingCalendar("desk", "Asia/Shanghai", ((Block(540, 720),),) * 7)
PAID = LimitRule("order", "paid", HOUR, 2 * HOUR)
HIGH = replace(PAID, tier="high", calendar="desk")
SHIPPED = LimitRule("order", "shipped", HOUR, 2 * HOUR)
BASE = Contents((PAID, HIGH, SHIPPED), {"desk": DESK}, ())
HOLIDAY = SpecialDay(date(2026, 10, 1), DayKind.HOLIDAY)


@given(CONTENTS)
def test_nothing_differs_from_itself(contents: Contents) -> None:
    assert len(differences(contents, contents)) == 0
    assert len(differences(contents, replace(contents, rules=contents.rules[::-1]))) == 0 or len(
        {place_of(rule) for rule in contents.rules}
    ) < len(contents.rules)


def test_rules_that_are_new_gone_and_changed() -> None:
    after = with_rule(without_rule(BASE, place_of(SHIPPED)), replace(PAID, late=3 * HOUR), place_of(PAID))
    after = with_rule(after, replace(PAID, channel="app"))
    assert [rule.channel for rule in after.rules] == ["", "", "app"]
    found = differences(BASE, after).rules
    assert [(one.before is None, one.after is None, one.changed()) for one in found] == [
        (False, False, ["late"]),
        (True, False, []),
        (False, True, []),
    ]


def test_a_changed_calendar_concerns_the_rules_on_it() -> None:
    busy = replace(DESK, special=(HOLIDAY,))
    after = with_calendar(BASE, "desk", busy)
    assert concerned(BASE, after) == [HIGH]
    (day,) = special_differences(DESK, busy)
    assert (day.day, day.before, day.after) == (HOLIDAY.day, None, HOLIDAY)
    assert with_calendar(after, "desk", None).calendars == {}


def test_changes_move_onto_a_newer_version() -> None:
    mine = with_rule(without_rule(BASE, place_of(SHIPPED)), replace(HIGH, late=5 * HOUR), place_of(HIGH))
    newest = with_rule(BASE, replace(PAID, late=9 * HOUR), place_of(PAID))
    moved = moved_onto(BASE, mine, newest)
    assert moved.clashes == ()
    assert {place_of(rule): rule.late for rule in moved.contents.rules} == {place_of(PAID): 9 * HOUR, place_of(HIGH): 5 * HOUR}


def test_where_both_changed_the_same_the_moved_change_stands_and_is_told() -> None:
    mine = with_rule(BASE, replace(PAID, late=5 * HOUR), place_of(PAID))
    newest = with_rule(BASE, replace(PAID, late=9 * HOUR), place_of(PAID))
    moved = moved_onto(BASE, mine, newest)
    assert moved.clashes == ("order/paid////",)
    assert moved.contents.rules[0].late == 5 * HOUR
    assert moved_onto(BASE, mine, mine).clashes == ()


@given(CONTENTS, CONTENTS)
def test_a_draft_on_an_unchanged_version_stays_as_it_is(base: Contents, draft: Contents) -> None:
    moved = moved_onto(base, draft, base)
    assert len(differences(moved.contents, draft)) == 0
    assert moved.clashes == ()
