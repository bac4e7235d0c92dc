"""Which cases rules find, whatever order they came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.detect.flags import applies, hits, spreads_off, usual_of
from tongguan.model.flags import FlagKind, FlagRule, Hit, Made, Usual
from tongguan.model.vocabulary import Label

START = datetime(2026, 11, 20, 16, tzinfo=UTC)
NOTHING = Label("", "")
MINUTE = timedelta(minutes=1)


def rule(kind: FlagKind, name: str = "rule", **values: Any) -> FlagRule:
    return FlagRule(name, NOTHING, NOTHING, kind, "suspicious", **values)


def made(number: int, minutes: float = 0.0, amount: int | None = 100, answered: dict[str, float] | None = None, **values: str) -> Made:
    time = START + minutes * MINUTE
    day = (time + timedelta(hours=8)).date().isoformat()
    came = {name: START + later * MINUTE for name, later in (answered or {}).items()}
    return Made(f"o{number}", time, day, values, amount, "CNY", came)


TWICE = rule(FlagKind.REPEATED, "twice", same=("customer_id", "product_id"), within=10 * MINUTE)
MANY = rule(FlagKind.MANY, "many", same=("address",), most=2)
LACKS = rule(FlagKind.MISSING, "lacks", fields=("region", "amount"), within=15 * MINUTE)
UNPAID = rule(FlagKind.UNANSWERED, "unpaid", answers=("paid", "cancelled"), within=60 * MINUTE)
ODD = rule(FlagKind.UNUSUAL, "odd", spreads=5.0, least=3, days=28)
EVERY = (TWICE, MANY, LACKS, UNPAID, ODD)
USUALS = {(28, "2026-11-21", "p", "CNY"): Usual(40, 100.0, 10.0)}
LATER = START + timedelta(days=2)


def found(rules: Sequence[FlagRule], cases: Sequence[Made], now: datetime = LATER) -> list[tuple[str, str]]:
    return [(one.rule.name, one.made.case_id) for one in hits(rules, cases, USUALS, now)]


def only(rules: Sequence[FlagRule], cases: Sequence[Made]) -> Hit:
    (hit,) = hits(rules, cases, USUALS, LATER)
    return hit


def test_the_second_of_two_is_found_with_the_first_and_the_seconds_between() -> None:
    same: dict[str, Any] = {"customer_id": "c", "product_id": "p"}
    hit = only([TWICE], [made(1, 0, **same), made(2, 10, **same), made(3, 21, **same), made(4, 21, customer_id="d", product_id="p")])
    assert (hit.made.case_id, hit.others, hit.columns, hit.found, hit.bound) == ("o2", ("o1",), ("customer_id", "product_id"), 600, 600)


def test_cases_without_a_value_agree_with_nobody() -> None:
    assert found([TWICE], [made(1, customer_id="c"), made(2, 1, customer_id="c")]) == []


def test_those_after_so_many_of_a_day_are_found() -> None:
    cases = [made(number, 60 * number, address="tok_a") for number in range(4)]
    assert found([MANY], cases) == [("many", "o2"), ("many", "o3")]
    # Midnight of the operation begins a new count.
    assert found([MANY], [made(number, 60 * 11.9 * number, address="tok_a") for number in range(4)]) == [("many", "o2")]


def test_what_is_missing_is_told_once_its_time_is_over() -> None:
    cases = [made(1, region="GX"), made(2, amount=None), made(3, amount=None, region="GX")]
    assert [hit.columns for hit in hits([LACKS], cases, {}, LATER)] == [("region", "amount"), ("amount",)]
    assert found([LACKS], cases, START + 14 * MINUTE) == []


@pytest.mark.parametrize(("answered", "expected"), [({}, 1), ({"paid": 60.0}, 0), ({"paid": 60.1}, 1), ({"shipped": 1.0}, 1)])
def test_an_answer_counts_that_came_in_time(answered: dict[str, float], expected: int) -> None:
    assert len(found([UNPAID], [made(1, answered=answered)])) == expected


def test_amounts_far_off_the_median_are_found_on_both_sides() -> None:
    cases = [made(1, amount=100, product_id="p"), made(2, amount=175, product_id="p"), made(3, amount=20, product_id="p")]
    assert found([ODD], cases) == [("odd", "o2"), ("odd", "o3")]
    hit = hits([ODD], cases, USUALS, LATER)[0]
    assert (hit.found, hit.bound, hit.usual) == (5.1, 5.0, 100)
    assert found([ODD], [made(1, amount=9999, product_id="other")]) == []


def test_a_product_that_always_costs_the_same_is_not_unusual_by_a_few_fen() -> None:
    usual = usual_of([100] * 30)
    assert spreads_off(104, usual) < 1 < spreads_off(150, usual)
    assert spreads_off(5, usual_of([0, 0, 0])) == 0.0


@pytest.mark.parametrize(
    ("of", "expected"), [("goods", True), ("goods.handset", True), ("goodsy", False), ("goods.card", False), ("", False)]
)
def test_classes_cover_those_below(of: str, *, expected: bool) -> None:
    narrowed = rule(FlagKind.REPEATED, classes=("goods",), not_classes=("goods.card",))
    assert applies(narrowed, made(1, business_class=of)) is expected


cases_of_a_day = st.lists(
    st.builds(
        lambda minutes, customer, product, address, amount, paid: {
            "minutes": minutes,
            "amount": amount,
            "answered": {"paid": paid} if paid is not None else None,
            **{name: value for name, value in (("customer_id", customer), ("product_id", product), ("address", address)) if value},
        },
        st.integers(0, 40),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["p", "q", ""]),
        st.sampled_from(["x", "y", ""]),
        st.sampled_from([None, 90, 100, 900]),
        st.sampled_from([None, 1.0, 90.0]),
    ),
    max_size=12,
)


def made_of(told: Sequence[dict[str, Any]]) -> list[Made]:
    return [made(number, **one) for number, one in enumerate(told)]


@given(cases_of_a_day, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(told: list[dict[str, Any]], random: Any) -> None:
    cases = made_of(told)
    shuffled = random.sample(cases, len(cases))
    assert hits(EVERY, shuffled, USUALS, LATER) == hits(EVERY, cases, USUALS, LATER)


@given(cases_of_a_day, st.data())
def test_what_came_in_parts_is_found_as_if_it_came_at_once(told: list[dict[str, Any]], data: st.DataObject) -> None:
    """Flags are told once: what is found while some are missing must be found with all of them, and nothing may be left out."""
    cases = made_of(told)
    order = data.draw(st.permutations(cases))
    seen: set[tuple[str, str]] = set()
    for end in range(len(order) + 1):
        seen |= set(found(EVERY, order[:end]))
    assert seen == set(found(EVERY, cases))
