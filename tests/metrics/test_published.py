"""Published comparisons between regions: the same for everybody, and nothing in them that stands on too little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.metrics.counted import FIRST, LAST, MADE, NOW, ROWS, Row, ask, buyers, city, counted, of
from tongguan.metrics.errors import ExpressionError, QuestionError, UnknownIndicatorError
from tongguan.metrics.expressions import weighed
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.published import published, publishing
from tongguan.metrics.registry import Registry
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.indicator_answers import IndicatorRow
from tongguan.model.indicators import Better, Measured
from tongguan.model.published import LEAST_BEHIND, PublishedRegions

BEHIND: dict[str, Callable[[list[Row]], int]] = {
    "orders": lambda rows: len(of("order.created", rows)),
    "app_orders": lambda rows: sum(row["channel"] == "app" for row in of("order.created", rows)),
    "value": lambda rows: sum("amount" in row for row in of("order.created", rows)),
    "buyers": buyers,
    "paid_rate": lambda rows: len(of("payment.succeeded", rows)) + len(of("payment.failed", rows)),
    "average": lambda rows: sum("amount" in row for row in of("order.created", rows)),
    "slow": lambda rows: len(of("acceptance.manual_done", rows)),
    "orders_per_buyer": buyers,
    "scored": lambda rows: sum(row["attributes"]["score"] >= 3 for row in of("survey.answered", rows)),
}
"""How much stands behind a number, in plain Python."""

DAYS = (LAST - FIRST).days
SCOPES = [
    Scope(Level.CITY, frozenset(), frozenset({"P-01"})),
    Scope(Level.DISTRICT, frozenset(), frozenset({"P-01-02"})),
    Scope(Level.CITY, frozenset(), frozenset({"P-02", "P-01-01"})),
    Scope(Level.CITY, frozenset(), frozenset({"Q"})),
    Scope(Level.PROVINCE, frozenset(), frozenset({"P"})),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndicatorEngine]:
    with counted(tmp_path_factory.mktemp("published")) as found:
        yield found


def told(engine: IndicatorEngine, name: str, since: date = FIRST, until: date = LAST, scope: Scope = EVERYTHING) -> PublishedRegions:
    return published(engine, name, since, until, scope, NOW)


def behind(name: str, since: date, until: date) -> dict[str, int]:
    """Return how much stands behind each region that has any row at all of the indicator's, in plain Python."""
    rows = [row for row in ROWS if since <= row["at"].date() <= until]
    places = {code: BEHIND[name]([row for row in rows if city(row) == code]) for code in ("P-01", "P-02")}
    return {code: count for code, count in places.items() if count}


@pytest.mark.parametrize("name", list(BEHIND))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scope=st.sampled_from(SCOPES), start=st.integers(0, DAYS), length=st.integers(0, DAYS))
@example(scope=SCOPES[0], start=0, length=DAYS)
def test_a_scope_is_told_what_stands_on_enough_and_nothing_else(
    engine: IndicatorEngine, name: str, scope: Scope, start: int, length: int
) -> None:
    since = FIRST + timedelta(days=start)
    until = min(LAST, since + timedelta(days=length))
    found = told(engine, name, since, until, scope)
    assert found == told(engine, name, since, until), "a scope of regions neither adds nor takes anything"
    everything = {row.values[0]: row.amounts[name].value for row in ask(engine, name, by=("region",), since=since, until=until).rows}
    enough = {code for code, count in behind(name, since, until).items() if count >= LEAST_BEHIND}
    assert {one.region: one.value for one in found.regions} == {code: everything[code] for code in enough}
    assert {one.region for one in found.regions} <= {"P-01", "P-02"}, "no districts, no province, nothing without a region"
    assert set(asdict(found)) == {"name", "since", "until", "floor", "regions", "few", "at"}
    assert all(set(one) == {"region", "value", "rank"} for one in asdict(found)["regions"])
    assert found.few >= len(behind(name, since, until)) - len(enough)


@pytest.mark.parametrize("name", list(BEHIND))
def test_over_all_days_numbers_are_those_of_the_rows(engine: IndicatorEngine, name: str) -> None:
    values = {code: MADE[name]([row for row in ROWS if city(row) == code]) for code in ("P-01", "P-02")}
    counts = {code: BEHIND[name]([row for row in ROWS if city(row) == code]) for code in values}
    enough = {code: value for code, value in values.items() if counts[code] >= LEAST_BEHIND}
    found = told(engine, name)
    assert {one.region: one.value for one in found.regions} == pytest.approx(enough)
    assert found.few == len(values) - len(enough)


def test_regions_with_too_few_are_counted_only(engine: IndicatorEngine) -> None:
    found = told(engine, "orders", LAST, LAST, SCOPES[0])
    assert (found.regions, found.few) == ([], 2)
    nothing = told(engine, "orders", date(2020, 1, 1), date(2020, 1, 2))
    assert (nothing.regions, nothing.few) == ([], 0)


def test_windows_count_what_stands_behind_them(engine: IndicatorEngine) -> None:
    since = LAST - timedelta(days=6)
    week = [row for row in ROWS if row["at"].date() >= since]
    for name, inner in (("orders_7d", "orders"), ("paid_rate_7d", "paid_rate")):
        found = told(engine, name, LAST, LAST, SCOPES[0])
        counts = {code: BEHIND[inner]([row for row in week if city(row) == code]) for code in ("P-01", "P-02")}
        assert {one.region for one in found.regions} == {code for code, count in counts.items() if count >= LEAST_BEHIND}
        assert counts["P-01"] >= LEAST_BEHIND
    assert {one.region for one in told(engine, "orders_ever", LAST, LAST).regions} == {"P-01", "P-02"}


def test_a_conversion_stands_on_all_that_could_follow(engine: IndicatorEngine) -> None:
    talks = {code: len([row for row in of("contact.ended", ROWS) if city(row) == code]) for code in ("P-01", "P-02")}
    found = told(engine, "bought_after_talk")
    assert {one.region for one in found.regions} == {code for code, count in talks.items() if count >= LEAST_BEHIND} != set()


def changed(engine: IndicatorEngine, name: str, **fields: Any) -> IndicatorEngine:
    return replace(engine, registry=Registry(replace(one, **fields) if one.name == name else one for one in engine.registry.values()))


def test_the_better_region_comes_first_and_where_neither_way_is_good_none_is_ranked(engine: IndicatorEngine) -> None:
    ranks = {}
    for better in Better:
        found = told(changed(engine, "orders", better=better), "orders")
        ranks[better] = [(one.region, one.rank) for one in found.regions]
    assert ranks == {
        Better.UP: [("P-01", 1), ("P-02", 2)],
        Better.DOWN: [("P-02", 1), ("P-01", 2)],
        Better.NEITHER: [("P-01", None), ("P-02", None)],
    }


def test_equal_numbers_share_a_rank_and_a_region_that_others_lie_in_is_left_out(engine: IndicatorEngine) -> None:
    plan = publishing(changed(engine, "orders", better=Better.UP).registry, "orders")
    counts = {"X-1": 50, "X-2": 70, "X-3": 50, "X-4": 40, "X": 900, "": 900, "Y": 60, "X-5": 29}
    table = ask(engine, "orders", by=("region",))

    def row(code: str, count: int) -> IndicatorRow:
        amount = replace(table.totals[-1].amounts["orders"], value=count)
        return IndicatorRow((code,), "", dict.fromkeys(("orders", *plan.behind), amount))

    found = plan.told([row(code, count) for code, count in counts.items()], FIRST, LAST, NOW)
    assert [(one.region, one.rank) for one in found.regions] == [("X-2", 1), ("Y", 2), ("X-1", 3), ("X-3", 3), ("X-4", 5)]
    assert found.few == 1


def test_an_indicator_s_own_floor_counts_where_it_is_higher(engine: IndicatorEngine) -> None:
    least = min(behind("paid_rate", FIRST, LAST).values())
    assert told(engine, "paid_rate").floor == LEAST_BEHIND
    strict = changed(engine, "paid_rate", floor=least + 1)
    found = told(strict, "paid_rate", scope=SCOPES[0])
    assert (found.floor, found.few) == (least + 1, 1)
    assert told(strict, "paid_rate_7d").floor == least + 1, "what it is made of has the floor"


def test_stages_still_count(engine: IndicatorEngine) -> None:
    with pytest.raises(UnknownIndicatorError, match="no indicator 'buyers'"):
        told(engine, "buyers", scope=Scope(Level.CITY, frozenset({"payment"}), frozenset({"P-01"})))
    assert told(engine, "buyers", scope=Scope(Level.CITY, frozenset({"order"}), frozenset({"P-01"}))) == told(engine, "buyers")
    with pytest.raises(UnknownIndicatorError, match="did you mean 'orders'"):
        told(engine, "order")


def test_reported_totals_are_published_where_they_count(engine: IndicatorEngine) -> None:
    found = told(engine, "new_users", date(2026, 11, 1), date(2026, 11, 30))
    assert (found.regions, found.few) == ([], 0), "they were told without a region"
    with pytest.raises(QuestionError, match="new_users is reported as money, so nobody knows how much stands behind"):
        told(changed(engine, "new_users", unit=Measured.MONEY), "new_users")


def test_a_period_that_ends_before_it_begins_is_refused(engine: IndicatorEngine) -> None:
    with pytest.raises(QuestionError, match="lies before the first day"):
        told(engine, "orders", LAST, FIRST)


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("a / b", ("b",)),
        ("a / b * 10000", ("b",)),
        ("(a - b) / (c + d)", ("c", "d")),
        ("a / 100", ("a",)),
        ("100 - a", ("a",)),
        ("a + b", ("a", "b")),
        ("a / b + c", ("b", "c")),
        ("a / b / c", ("b", "c")),
        ("-a * a", ("a",)),
    ],
)
def test_what_stands_behind_a_formula(formula: str, names: tuple[str, ...]) -> None:
    assert weighed(formula) == names


def test_a_formula_that_cannot_be_read() -> None:
    with pytest.raises(ExpressionError):
        weighed("a +")
