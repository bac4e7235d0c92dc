"""What is unlike other days is found, what is like them is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.days import ENDED, LAST, PAID, days, watch
from tongguan.detect.daily import COMPARED, JUDGED, NEEDED, findings
from tongguan.model.findings import DaySum, Finding, FindingKind
from tongguan.model.indicators import Aggregation, Bad, Follow, Measured, Term


def steady(ago: int) -> tuple[float, float]:
    return 950 + (ago * 7) % 11, 1000


def test_a_day_of_an_outage_is_told_with_what_is_usual_and_what_it_concerned() -> None:
    (one,) = findings(watch(), {"app": days(lambda ago: (700, 1000) if ago == 3 else steady(ago))}, LAST)
    day = LAST - timedelta(days=3)
    assert (one.value, one.kind, one.first_day, one.last_day) == ("app", FindingKind.DAYS, day, day)
    assert one.observed == 0.7
    assert one.expected == pytest.approx(0.955)
    assert one.concerned == pytest.approx(-255)
    assert one.score > 6


def test_days_on_end_are_one_finding_and_an_outage_is_no_measure_for_the_next_day() -> None:
    (one,) = findings(watch(), {"app": days(lambda ago: (700 - ago, 1000) if 1 <= ago <= 12 else steady(ago))}, LAST)
    assert (one.first_day, one.last_day) == (LAST - timedelta(days=12), LAST - timedelta(days=1))
    assert one.observed == pytest.approx(0.688)
    assert one.concerned == pytest.approx(sum(700 - ago - 955 for ago in range(1, 13)))


def test_two_outages_with_a_good_day_between_are_two() -> None:
    both = findings(watch(), {"app": days(lambda ago: (700, 1000) if ago in (2, 4) else steady(ago))}, LAST)
    assert [one.first_day for one in both] == [LAST - timedelta(days=4), LAST - timedelta(days=2)]


def test_the_good_side_is_told_only_where_both_sides_are_bad() -> None:
    series = {"app": days(lambda ago: (999, 1000) if ago == 3 else (800 + ago % 3, 1000))}
    assert findings(watch(bad=Bad.DOWN), series, LAST) == []
    assert len(findings(watch(bad=Bad.UP), series, LAST)) == 1
    assert len(findings(watch(bad=Bad.BOTH), series, LAST)) == 1


@pytest.mark.parametrize(
    ("events", "expected"), [(29, 0), (30, 1)], ids=["a share of fewer than thirty says nothing", "a share of thirty does"]
)
def test_small_shares(events: int, expected: int) -> None:
    series = {"app": days(lambda ago: (0, events) if ago == 1 else steady(ago))}
    assert len(findings(watch(fewest=1), series, LAST)) == expected


def test_a_change_smaller_than_what_is_worth_telling_is_not_told() -> None:
    series = {"app": days(lambda ago: (900_000, 1_000_000) if ago == 1 else (950_000, 1_000_000))}
    assert findings(watch(least=0.1), series, LAST) == []
    assert len(findings(watch(least=0.05), series, LAST)) == 1


def test_fewer_events_than_worth_telling_are_not_told() -> None:
    series = {"app": days(lambda ago: (31, 40) if ago == 1 else (40, 40))}
    assert findings(watch(fewest=10), series, LAST) == []
    assert len(findings(watch(fewest=9), series, LAST)) == 1


def test_a_new_value_is_not_judged_before_a_week_is_known() -> None:
    def young(known: int) -> list[Finding]:
        return findings(watch(), {"app": days(lambda ago: (500, 1000) if ago == 0 else steady(ago), known + 1)}, LAST)

    assert young(NEEDED - 1) == []
    assert len(young(NEEDED)) == 1


def test_a_count_is_compared_with_the_same_weekday() -> None:
    def weekly(ago: int) -> float:
        return 100 if (LAST - timedelta(days=ago)).weekday() >= 5 else 1000

    series = {"app": days(lambda ago: (weekly(ago) + ago % 5, 0))}
    assert findings(watch(Measured.COUNT), series, LAST) == []
    fallen = {"app": days(lambda ago: (400 if ago == 1 else weekly(ago) + ago % 5, 0))}
    (one,) = findings(watch(Measured.COUNT), fallen, LAST)
    assert one.first_day == LAST - timedelta(days=1)
    assert one.expected == pytest.approx(1002, abs=3)


def test_a_count_that_fell_silent_is_told_though_the_day_has_no_row() -> None:
    series = days(lambda ago: (200 + ago % 7, 0))
    del series[LAST - timedelta(days=2)]
    (one,) = findings(watch(Measured.COUNT), {"app": series}, LAST)
    assert (one.observed, one.first_day) == (0, LAST - timedelta(days=2))


def test_a_burst_of_what_hardly_ever_happens_is_told() -> None:
    series = {"slow": {LAST - timedelta(days=ago): DaySum(1, 0) for ago in range(5, 60, 3)} | {LAST: DaySum(90, 0)}}
    (one,) = findings(watch(Measured.COUNT, bad=Bad.UP, least=0.5), series, LAST)
    assert (one.first_day, one.observed, one.concerned > 80) == (LAST, 90, True)


def test_where_chance_has_no_part_single_events_count() -> None:
    series = {"wallet": days(lambda ago: (97, 100) if ago == 1 else (100, 100))}
    assert findings(watch(bad=Bad.BOTH, least=0.002, fewest=3), series, LAST) == []
    assert len(findings(watch(bad=Bad.BOTH, least=0.002, fewest=3, exact=True), series, LAST)) == 1


def test_a_slow_change_is_told_once_where_no_day_stands_out() -> None:
    series = {"app": days(lambda ago: (6500 - max(0, 28 - ago) * 45 + (ago * 13) % 60, 10_000))}
    (one,) = findings(watch(drift=True), series, LAST)
    assert (one.kind, one.first_day, one.last_day) == (FindingKind.DRIFT, LAST - timedelta(days=6), LAST)
    assert one.observed < 0.56 < 0.62 < one.expected
    assert findings(watch(drift=False), series, LAST) == []


def test_an_outage_of_one_day_is_no_slow_change() -> None:
    series = {"app": days(lambda ago: (100, 1000) if ago == 2 else steady(ago))}
    assert [one.kind for one in findings(watch(drift=True), series, LAST)] == [FindingKind.DAYS]


def test_days_before_those_that_are_judged_are_not_told() -> None:
    series = {"app": days(lambda ago: (500, 1000) if ago == JUDGED else steady(ago))}
    assert findings(watch(), series, LAST) == []


def test_no_history_and_no_events_find_nothing() -> None:
    assert findings(watch(), {}, LAST) == []
    assert findings(watch(drift=True), {"app": {}}, LAST) == []
    assert findings(watch(Measured.COUNT), {"app": {LAST: DaySum(5, 0)}}, LAST) == []


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.02, 0.98), volume=st.integers(40, 3000))
def test_chance_alone_is_hardly_ever_a_finding(seed: int, share: float, volume: int) -> None:
    random = Random(seed)
    # A binomial day by its normal likeness, which is enough here and fast.
    spread = (share * (1 - share) / volume) ** 0.5

    def day(_: int) -> tuple[float, float]:
        # Cut at four spreads: what lies beyond is not chance that a test can count on.
        off = max(-4.0, min(4.0, random.gauss(0, 1)))
        return min(max(share + off * spread, 0), 1) * volume, volume

    series = {"app": days(day)}
    assert findings(watch(bad=Bad.BOTH, least=0.01, fewest=1, drift=True), series, LAST) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, JUDGED - 1), st.integers(2, 60))
def test_the_size_of_an_operation_does_not_decide_whether_an_outage_is_seen(ago: int, scale: int) -> None:
    series = {"app": days(lambda day: (500 * scale, 1000 * scale) if day == ago else (950 * scale + day % 3, 1000 * scale))}
    (one,) = findings(watch(), series, LAST)
    assert one.last_day == LAST - timedelta(days=ago)
    assert COMPARED >= NEEDED


def test_a_statement_that_did_not_come_yet_is_not_missing_but_one_between_others_is() -> None:
    part = Term("events", Aggregation.COUNT, types=("statement.line_recorded",), time="statement_date")
    statement = watch(part=part, bad=Bad.BOTH, least=0.002, fewest=3, exact=True)

    def found(*missing: int) -> list[int]:
        series = {"wallet": days(lambda ago: (0 if ago in missing else 100, 100))}
        return [(LAST - one.last_day).days for one in findings(statement, series, LAST)]

    assert found(0) == [] and found(0, 1) == []
    assert found(2) == [2]
    assert [one.observed for one in findings(watch(), {"app": days(lambda ago: (0 if ago == 0 else 100, 100))}, LAST)] == [0]


def test_what_settles_later_is_judged_later() -> None:
    within = Follow(("package.delivered",), ("package_id",), timedelta(hours=96))
    slow = watch(part=replace(ENDED, then=within))
    assert (slow.settles, watch(part=replace(PAID, then=replace(within, before=True))).settles) == (4, 0)
    series = {"north": days(lambda ago: (300 if ago in (1, 6) else 950 + ago % 3, 1000))}
    assert [(LAST - one.last_day).days for one in findings(slow, series, LAST)] == [6]
