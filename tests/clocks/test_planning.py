"""Stays agree with the states of cases whatever comes when; limits are working time outside of pauses."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clocks.test_calendar_laws import calendars, durations
from tests.fixtures.rig import Rig
from tests.fixtures.trade import happened, opened
from tongguan.areas.packs import build_vocabulary
from tongguan.clocks.calendar import working_time
from tongguan.clocks.planning import plan, stays
from tongguan.model.calendars import Block, WorkingCalendar
from tongguan.model.clocks import ClockState, LimitRule, Place, RuleBook, Stay
from tongguan.warehouse.case_states import paused_sql, states_sql, story_sql

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGAN = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
MINUTE, ZERO, INSTANT = timedelta(minutes=1), timedelta(0), timedelta(microseconds=1)
VOCABULARY = build_vocabulary()
ORDER, TICKET = VOCABULARY.case_kind("order"), VOCABULARY.case_kind("ticket")
EXAMPLES = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("stays")) as one:
        yield one


def _random_case(chance: random.Random, kind: str, case_id: str) -> list[bytes]:
    """Return some events that move a case, at times that often agree."""
    types = [one for one in VOCABULARY.event_types.values() if kind in one.milestones]
    # Ends, ways back and pauses are few among many; here every other event is one of them.
    case_kind = VOCABULARY.case_kind(kind)
    named = {m.name for m in case_kind.milestones if m.final or m.reopens} | {*case_kind.pauses, *case_kind.pauses.values()}
    telling = [one for one in types if one.milestones[kind] in named]
    found = []
    for number in range(chance.randint(1, 9)):
        one = chance.choice(chance.choice((types, telling)))
        fields: dict[str, Any] = dict.fromkeys(one.requires, "x") | {f"{kind}_id": case_id, "event_id": f"{case_id}-{number}"}
        found.append(happened(one.name, (BEGAN + chance.randint(0, 12) * MINUTE).isoformat(), **fields))
    return found


def test_the_last_stay_is_what_the_states_say(rig: Rig) -> None:
    chance = random.Random(20)
    records = [event for kind in ("order", "ticket") for number in range(400) for event in _random_case(chance, kind, f"{kind}-{number}")]
    chance.shuffle(records)
    for part in range(3):
        assert rig.load(*records[part::3]).refusals == ()
    seen = set()
    for kind in (ORDER, TICKET):
        sql = f"SELECT *, {paused_sql(kind)} AS paused, {story_sql(kind)} FROM ({states_sql(kind)})"
        for row in rig.warehouse.query(sql).dicts():
            if not row["case_id"].startswith(kind.name):
                continue
            times = [EPOCH + timedelta(microseconds=time) for time in row["times"]]
            entries = list(zip(row["milestones"], times, strict=True))
            found = stays(kind, entries)
            waits = bool(row["open"]) and bool(row["step"])
            expected = (row["step"], row["step_time"], row["paused"]) if waits else None
            assert _open(found) == expected, entries
            seen.add((kind.name, waits, waits and row["paused"] is not None))
    assert len(seen) == 6


def _open(found: list[Stay]) -> tuple[str, datetime, datetime | None] | None:
    if not found or found[-1].until is not None:
        return None
    last = found[-1]
    return last.step, last.since, last.pauses[-1][0] if last.pauses and last.pauses[-1][1] is None else None


names = st.sampled_from([m.name for m in ORDER.milestones if m.step] + [*ORDER.pauses, *ORDER.pauses.values()] * 4)
histories = st.lists(st.tuples(names, st.integers(0, 40).map(lambda minutes: BEGAN + minutes * MINUTE)), max_size=14).map(
    lambda found: sorted(found, key=lambda entry: entry[1])
)


@EXAMPLES
@given(histories)
def test_stays_follow_each_other_and_pauses_lie_apart_within_them(entries: list[tuple[str, datetime]]) -> None:
    found = stays(ORDER, entries)
    for one, following in pairwise(found):
        assert one.until is not None and one.until <= following.since
    for one in found:
        assert one.next_step or one.until is None
        bounds = [one.since, *(at for pause in one.pauses for at in pause if at is not None), *([one.until] if one.until else [])]
        assert bounds == sorted(bounds)
        assert all(end is not None for _, end in one.pauses[: -1 if one.until is None else None])


@EXAMPLES
@given(histories, st.integers(0, 14))
def test_what_comes_later_leaves_stays_that_ended_as_they_were(entries: list[tuple[str, datetime]], cut: int) -> None:
    before, after = stays(ORDER, entries[:cut]), stays(ORDER, entries)
    ended = [one for one in before if one.until is not None]
    assert after[: len(ended)] == ended


def _books(calendar: WorkingCalendar, warning: timedelta, late: timedelta) -> list[RuleBook]:
    rule = LimitRule("order", "paid", warning, late, calendar="tried")
    return [RuleBook(1, BEGAN, (rule,), {"tried": calendar})]


def _working_outside(calendar: WorkingCalendar, stay: Stay, until: datetime) -> timedelta:
    """Return working time from the start of a stay, less what of it fell into pauses; counted another way than the plan does."""
    paused = ZERO
    for began, ended in stay.pauses:
        last = until if ended is None else min(ended, until)
        if began < last:
            paused += working_time(calendar, began, last)
    return working_time(calendar, stay.since, until) - paused


@st.composite
def paused_stays(draw: st.DrawFn) -> Stay:
    at = BEGAN + draw(st.integers(0, 30_000)) * MINUTE
    since, bounds = at, []
    for _ in range(2 * draw(st.integers(0, 3))):
        at += draw(st.integers(0, 6_000)) * MINUTE
        bounds.append(at)
    return Stay("paid", since, None, tuple(zip(bounds[::2], bounds[1::2], strict=True)))


@EXAMPLES
@given(calendars, paused_stays(), durations, durations)
def test_outside_of_pauses_the_limit_is_always_the_same_working_time(
    calendar: WorkingCalendar, stay: Stay, a: timedelta, b: timedelta
) -> None:
    warning, late = sorted((a, b))
    clock = plan("order", stay, Place(), None, _books(calendar, warning, late), stay.since)
    assert clock.warned_from is not None and clock.late_from is not None
    assert stay.since <= clock.warned_from <= clock.late_from
    for limit, amount in ((clock.warned_from, warning), (clock.late_from, late)):
        assert _working_outside(calendar, stay, limit) == amount
        if amount:
            assert _working_outside(calendar, stay, limit - INSTANT) < amount


@EXAMPLES
@given(calendars, paused_stays(), durations)
def test_while_a_pause_is_open_only_what_was_reached_before_is_known(calendar: WorkingCalendar, stay: Stay, late: timedelta) -> None:
    books = _books(calendar, ZERO, late)
    whole = plan("order", stay, Place(), None, books, stay.since).late_from
    for number, (began, _) in enumerate(stay.pauses):
        waiting = Stay("paid", stay.since, None, (*stay.pauses[:number], (began, None)))
        clock = plan("order", waiting, Place(), None, books, stay.since)
        assert whole is not None and clock.paused
        assert clock.late_from == (whole if whole <= began else None)


@EXAMPLES
@given(calendars, paused_stays(), durations, st.integers(0, 20_000))
def test_late_is_who_left_after_the_limit(calendar: WorkingCalendar, stay: Stay, late: timedelta, minutes: int) -> None:
    last = max([stay.since, *(end for _, end in stay.pauses if end)])
    ended = Stay("paid", stay.since, last + minutes * MINUTE, stay.pauses, "approved")
    clock = plan("order", ended, Place(), None, _books(calendar, ZERO, late), stay.since)
    assert clock.late_from is not None and ended.until is not None
    assert (clock.state_at(BEGAN) is ClockState.DONE_LATE) is (ended.until > clock.late_from)
    assert clock.silent_from is None and clock.breach_after(BEGAN) is None


def test_a_limit_beyond_all_calendars_is_never_reached_and_stops_nobody() -> None:
    rare = WorkingCalendar("rare", "Asia/Shanghai", ((Block(540, 541),), *((),) * 6))
    clock = plan("order", Stay("paid", BEGAN, None), Place(), None, _books(rare, MINUTE, timedelta(days=3650)), BEGAN)
    assert clock.warned_from == datetime(2026, 2, 16, 1, 1, tzinfo=UTC)
    assert clock.late_from is None and clock.state_at(BEGAN) is ClockState.ON_TIME
