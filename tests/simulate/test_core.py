"""Draws, distributions, desks and lines: the ground that all generators stand on."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.simulate.chance import MILLION, Chance, Quantiles
from tongguan.simulate.clock import DAY, HOUR, MINUTE, at, date_of, day_of, in_hours, of_instant, to_instant, weekday, within_day
from tongguan.simulate.columns import Codes, Cohort, Ids, Lists, Moments, Numbers, Parts, Same, Truths
from tongguan.simulate.desk import Roster, serve
from tongguan.simulate.render import render
from tongguan.simulate.telling import Script

MANY = np.arange(100_000, dtype=np.int64)


def test_draws_are_the_same_on_every_machine() -> None:
    drawn = Chance(7, "room", 3).below("name", np.arange(6, dtype=np.int64), 1000)
    assert drawn.tolist() == [629, 40, 393, 367, 6, 520]


def test_draws_of_other_names_and_seeds_have_nothing_in_common() -> None:
    draws = [Chance(seed, "room").below(name, MANY, MILLION) for seed, name in ((1, "a"), (1, "b"), (2, "a"))]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(draws[one], draws[other])[0, 1]) < 0.015


def test_shares_and_weights_come_out_as_told() -> None:
    chance = Chance(1)
    assert abs(chance.happens("x", MANY, 250_000).mean() - 0.25) < 0.005
    assert np.abs(np.bincount(chance.pick("w", MANY, (1, 0, 3))) / len(MANY) - (0.25, 0, 0.75)).max() < 0.006
    rows = MANY % 2
    chosen = chance.pick_by("r", MANY, rows, np.array([(1, 0), (1, 3)], dtype=np.int64))
    assert chosen[rows == 0].max() == 0 and abs(chosen[rows == 1].mean() - 0.75) < 0.01


def test_counts_spread_like_poisson_numbers() -> None:
    counts = [Chance(1).count("orders", day, 100 * MILLION) for day in range(2000)]
    assert abs(np.mean(counts) - 100) < 1 and abs(np.var(counts) / 100 - 1) < 0.15
    assert abs(np.mean([Chance(1).count("few", day, MILLION // 4) for day in range(4000)]) - 0.25) < 0.06


def test_a_distribution_has_the_quantiles_told() -> None:
    drawn = Chance(1).spread("d", MANY, Quantiles({0: 1, 50: 10, 90: 40, 100: 600}, MINUTE))
    assert drawn.min() >= MINUTE and drawn.max() < 600 * MINUTE
    assert abs(np.median(drawn) / MINUTE - 10) < 0.2 and abs(np.quantile(drawn, 0.9) / MINUTE - 40) < 1.5


@pytest.mark.parametrize("knots", [{0: 1, 50: 2}, {1: 1, 100: 2}, {0: 3, 100: 2}])
def test_quantiles_that_are_none_are_refused(knots: dict[float, float]) -> None:
    with pytest.raises(ValueError, match="quantiles"):
        Quantiles(knots)


def test_the_province_keeps_its_own_time() -> None:
    instant = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert of_instant(instant) == at(day_of(datetime(2026, 11, 22).date()), 0, 30)
    assert to_instant(of_instant(instant)) == instant
    assert weekday(day_of(datetime(2026, 11, 21).date())) == 5 and str(date_of(day_of(datetime(2024, 2, 29).date()))) == "2024-02-29"


def test_what_comes_at_night_is_done_in_the_morning() -> None:
    times = np.array([at(10, 7), at(10, 8), at(10, 20, 59), at(10, 21), at(10, 23)])
    moved = in_hours(times, 8, 21, np.full(5, 5 * MINUTE))
    assert moved.tolist() == [at(10, 8, 5), at(10, 8), at(10, 20, 59), at(11, 8, 5), at(11, 8, 5)]


def test_moments_of_a_day_follow_its_hours() -> None:
    times = within_day(Chance(1), "t", MANY, 20, [0] * 9 + [3, 1] + [0] * 13)
    assert times.min() >= at(20, 9) and times.max() < at(20, 11)
    assert abs((times < at(20, 10)).mean() - 0.75) < 0.01


def test_a_desk_serves_who_came_first_when_somebody_is_there() -> None:
    nine, five = at(0, 9), at(0, 17)
    rosters = [Roster((nine, nine + DAY), (five, five + DAY))]
    come = np.array([at(0, 9, 30), at(0, 8), at(0, 9, 31), at(0, 18)])
    served = serve(come, np.full(4, 20 * MINUTE), rosters, [0])
    assert served.start.tolist() == [at(0, 9, 30), nine, at(0, 9, 50), nine + DAY]
    assert served.taken.all() and served.free == (nine + DAY + 20 * MINUTE,)


def test_who_waits_too_long_leaves() -> None:
    rosters = [Roster((0,), (10 * HOUR,))]
    served = serve(np.array([0, 1, 2]), np.full(3, HOUR), rosters, [0], np.array([MINUTE, MINUTE, 2 * HOUR]))
    assert served.person.tolist() == [0, -1, 0]
    assert served.start.tolist() == [0, 1 + MINUTE, HOUR]


def test_nobody_takes_what_comes_after_the_last_shift() -> None:
    served = serve(np.array([9 * HOUR, 11 * HOUR]), np.full(2, MINUTE), [Roster((0,), (10 * HOUR,))], [0], unserved=5)
    assert served.person.tolist() == [0, -1] and served.start.tolist() == [9 * HOUR, 11 * HOUR + 5]


@given(
    come=st.lists(st.integers(0, 3000), min_size=1, max_size=40),
    people=st.integers(1, 4),
    takes=st.integers(1, 400),
)
def test_nobody_does_two_things_at_once_and_nobody_is_overtaken(come: list[int], people: int, takes: int) -> None:
    arrivals = np.array(sorted(come))
    served = serve(arrivals, np.full(len(come), takes), [Roster((500, 2000), (1500, 10**9))] * people, [0] * people)
    assert (served.start >= arrivals).all() and (np.diff(served.start) >= 0).all()
    for person in range(people):
        assert (np.diff(np.sort(served.start[served.person == person])) >= takes).all()


def test_columns_become_json() -> None:
    script = Script("261121")
    whom = Cohort(3, {"channel": Codes(("app", "web"), np.array([0, 1, -1])), "currency": Same("CNY")})
    script.tell(
        "order.created",
        whom,
        np.array([at(20_000, 3), at(20_000, 1), at(20_000, 2)]),
        order_id=Ids("O-", np.array([5, -1, 7])),
        amount=Numbers(np.array([1, 2, 3]), np.array([True, False, True])),
        due_time=Moments(np.array([at(20_001), -1, -1])),
        attributes={"sku": Codes(('a"b', "二"), np.array([-1, 0, 1])), "part": Parts("P", np.array([1, 2, -1]), np.array([9, 8, 7]))},
    )
    some = np.array([2, 0])
    script.tell("x", whom, np.full(3, at(20_000, 4)), some, channel=Same("sms"), attributes={"yes": Truths(np.array([True] * 3))})
    script.tell("y", Cohort(1), np.array([at(20_000, 5)]), attributes={"offers": Lists((("a", "b"),), np.array([0])), "n": Same(3)})
    block = render(script.batches)
    found = [msgspec.json.decode(line) for line in block.ndjson().splitlines()]
    assert found[0] == {
        "type": "order.created",
        "event_id": "261121.order.created.1.1",
        "time": "2024-10-04T01:00:00.000+08:00",
        "channel": "web",
        "currency": "CNY",
        "attributes": {"sku": 'a"b', "part": "P2-8"},
    }
    assert found[1]["attributes"] == {"sku": "二"} and "channel" not in found[1] and found[1]["amount"] == 3
    assert found[2]["due_time"] == "2024-10-05T00:00:00.000+08:00" and found[2]["attributes"] == {"part": "P1-9"}
    assert [one["channel"] for one in found if one["type"] == "x"] == ["sms", "sms"]
    assert found[-1]["attributes"] == {"offers": ["a", "b"], "n": 3}
    assert len(block.between(at(20_000, 1), at(20_000, 3))) == 2
