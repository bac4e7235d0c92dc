"""The most specific rule of a book, the book of an instant, and what is wrong with a book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clocks.calendar_cases import office
from tongguan.areas.packs import build_vocabulary
from tongguan.clocks.rules import book_at, check_book, compiled_book, fits, most_specific
from tongguan.model.calendars import Block, DayKind, SpecialDay, WorkingCalendar
from tongguan.model.clocks import DIMENSIONS, LimitRule, Mode, Place, ProcessStep, ReferenceProcess, RuleBook
from tongguan.model.vocabulary import Label

VOCABULARY = build_vocabulary()
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = office()
RARE = WorkingCalendar("rare", "Asia/Shanghai", ((Block(540, 541),), *((),) * 6))
"""A minute of work a week."""
DAYS = tuple(SpecialDay(BEGAN.date() + timedelta(days=place), DayKind.HOLIDAY) for place in range(5_001))


def rule(**given: Any) -> LimitRule:
    return LimitRule(**{"kind": "order", "step": "paid", "warning": HOUR, "late": 2 * HOUR, **given})


def book(*rules: LimitRule, **given: Any) -> RuleBook:
    return RuleBook(**{"version": 1, "valid_from": BEGAN, "rules": rules, "calendars": {"office": OFFICE}, **given})


def test_a_step_without_a_rule_has_none() -> None:
    one = book(rule())
    assert most_specific(one, "order", "approved", Place()) is None
    assert most_specific(one, "ticket", "paid", Place()) is None
    assert most_specific(one, "order", "paid", Place(region="GX")) == rule()


@pytest.mark.parametrize(
    ("column", "condition", "code", "fitting"),
    [
        ("business_class", "goods", "goods", True),
        ("business_class", "goods", "goods.handset", True),
        ("business_class", "goods", "goodswill", False),
        ("business_class", "goods.handset", "goods", False),
        ("region", "GX", "GX-NN-QX", True),
        ("region", "GX", "GXX", False),
        ("region", "GX-NN", "GX", False),
        ("channel", "web", "web", True),
        ("channel", "web", "web.site", False),
        ("tier", "high", "", False),
    ],
)
def test_classes_and_regions_cover_what_lies_below(column: str, condition: str, code: str, fitting: bool) -> None:
    assert fits(rule(**{column: condition}), Place(**{column: code})) is fitting


def test_equal_books_share_what_was_compiled() -> None:
    assert compiled_book(book(rule())) is compiled_book(book(rule()))
    assert compiled_book(book(rule())) is not compiled_book(book(rule(tier="high")))


codes = {
    "business_class": ("", "goods", "goods.handset", "points"),
    "channel": ("", "web", "app"),
    "region": ("", "GX", "GX-NN", "GX-NN-QX"),
    "tier": ("", "high"),
}
places = st.builds(Place, **{name: st.sampled_from(codes[name]) for name in DIMENSIONS})
conditions = st.fixed_dictionaries({name: st.sampled_from(codes[name]) for name in DIMENSIONS})


@settings(max_examples=60, deadline=None)
@given(st.lists(conditions, max_size=12, unique_by=lambda one: tuple(one.values())), places, st.randoms())
def test_the_order_of_rules_does_not_matter_and_the_most_conditions_win(given: list[dict[str, str]], place: Place, chance: Any) -> None:
    rules = [rule(**one) for one in given]
    found = most_specific(book(*rules), "order", "paid", place)
    chance.shuffle(rules)
    assert most_specific(book(*rules), "order", "paid", place) == found
    fitting = [one for one in rules if fits(one, place)]
    assert (found is None) is (not fitting)
    if found is not None:
        assert fits(found, place)
        assert sum(bool(getattr(found, name)) for name in DIMENSIONS) == max(
            sum(bool(getattr(one, name)) for name in DIMENSIONS) for one in fitting
        )


def test_the_book_of_an_instant() -> None:
    books = [book(version=number, valid_from=BEGAN + number * HOUR) for number in (1, 2, 3)]
    assert [book_at(books, BEGAN + hours * HOUR).version for hours in (0, 1, 1.5, 2, 3, 99)] == [1, 1, 1, 2, 3, 3]


def test_a_calendar_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError, match="no calendar 'ofice'; did you mean 'office'"):
        compiled_book(book()).calendar("ofice")


def test_a_good_book_has_no_mistakes() -> None:
    steps = (ProcessStep("paid", Mode.CUSTOMER, "payment"), ProcessStep("accepted", Mode.MANUAL, "acceptance"))
    process = ReferenceProcess("order", "goods", Label("商品", "Goods"), steps)
    rules = (rule(), rule(business_class="goods.handset", calendar="office"), rule(channel="web", silent=HOUR))
    assert check_book(book(*rules, processes=(process,)), VOCABULARY) == []
    years = rule(late=40 * HOUR, calendar="rare")
    assert check_book(book(years, rule(step="approved", late=3650 * 24 * HOUR), calendars={"rare": RARE}), VOCABULARY) == []


def process(*steps: ProcessStep, kind: str = "order", business_class: str = "") -> ReferenceProcess:
    return ReferenceProcess(kind, business_class, Label("全部", "All"), steps)


PAID = ProcessStep("paid", Mode.CUSTOMER, "payment")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (book(), "no rules"),
        (book(rule(), version=0), "version 0"),
        (book(rule(), valid_from=datetime(2026, 1, 1)), "no time zone"),
        (book(rule(kind="ordr")), "rule 1 (ordr, paid): no case kind 'ordr'; did you mean 'order'"),
        (book(rule(step="piad")), "has no step 'piad'; did you mean 'paid'"),
        (book(rule(step="delivered")), "'delivered' is an end"),
        (book(rule(step="noted")), "'noted' is beside the flow"),
        (book(rule(calendar="ofice")), "no calendar 'ofice'; did you mean 'office'"),
        (book(rule(business_class="good")), "no business_class 'good'; did you mean 'goods'"),
        (book(rule(channel="wep")), "no channel 'wep'; did you mean 'web'"),
        (book(rule(tier="hihg")), "no tier 'hihg'; did you mean 'high'"),
        (book(rule(warning=3 * HOUR)), "warned after 3:00:00, late after 2:00:00"),
        (book(rule(warning=-HOUR)), "a warning comes from 0 on"),
        (book(rule(silent=0 * HOUR)), "silent after 0:00:00"),
        (book(rule(late=3650 * 24 * HOUR, calendar="rare"), calendars={"rare": RARE}), "'rare' has not in a hundred years"),
        (book(rule(late=90 * HOUR, calendar="rare"), calendars={"rare": RARE}), "'rare' has not in a hundred years"),
        (
            book(rule(), rule(step="approved"), rule(late=3 * HOUR)),
            "rules 1 and 3 (order, paid): two rules for the same place (everywhere)",
        ),
        (book(rule(region="GX"), rule(region="GX")), "same place (region GX)"),
        (book(rule(), calendars={"": office()}), "stands for all day"),
        (book(rule(region="GX\n01")), "region 'GX\\n01'; valid: at most 100 characters, on one line"),
        (book(rule(region="G" * 101)), "at most 100 characters"),
        (book(rule(), calendars={"rare": replace(RARE, name="r" * 101)}), "calendar 'rare': name 'rrr"),
        (book(rule(), calendars={"rare": replace(RARE, special=(SpecialDay(BEGAN.date(), DayKind.HOLIDAY, "元\t旦"),))}), "name of a day"),
        (book(rule(), calendars={"rare": replace(RARE, special=DAYS)}), "5001 special days; at most 5000"),
        (book(rule(), processes=(process(),)), "process 1 (order, all classes): it has no steps"),
        (book(rule(), processes=(process(PAID, kind="ordr"),)), "no case kind 'ordr'"),
        (book(rule(), processes=(process(PAID, business_class="good"),)), "process 1 (order, good): no business_class 'good'"),
        (book(rule(), processes=(process(PAID, PAID),)), "step 'paid' stands more than once"),
        (book(rule(), processes=(process(ProcessStep("piad", Mode.MANUAL, "")),)), "no milestone 'piad'; did you mean 'paid'"),
        (book(rule(), processes=(process(ProcessStep("paid", Mode.MANUAL, "paymnt")),)), "no stage 'paymnt'; did you mean 'payment'"),
        (book(rule(), processes=(process(PAID), process(PAID))), "2 processes for all classes"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_valid(wrong: RuleBook, expected: str) -> None:
    found = check_book(wrong, VOCABULARY)
    assert len(found) == 1 and expected in str(found[0]), found


def test_every_mistake_is_told_at_once() -> None:
    wrong = book(rule(kind="ordr", calendar="ofice", warning=3 * HOUR), rule(step="piad"))
    assert len(check_book(wrong, VOCABULARY)) == 4
