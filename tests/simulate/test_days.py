"""Whole days: the same bytes however they are made, valid to the last attribute, and nothing about orders that do not exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from hashlib import sha256

import msgspec
import numpy as np
import pytest

from tests.tools import ROOT
from tongguan.areas.packs import build_vocabulary
from tongguan.ingest.checks import Rules
from tongguan.model.event import Event
from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import DAY, day_of
from tongguan.simulate.days import EPOCH, LONGEST, Made, Province
from tongguan.simulate.faults.plan import FaultPlan
from tongguan.simulate.faults.plans import demo_plan, drawn_plan
from tongguan.simulate.province.channels import Profile
from tongguan.simulate.render import render
from tongguan.simulate.systems import _SYSTEM_OF, SYSTEMS, system_of
from tongguan.simulate.world import Setting

FIRST = date(2026, 9, 1)
NUMBER = day_of(FIRST)
DEMO = Setting(20, FIRST, 40, plan=demo_plan(NUMBER + 30, 20))

DIGEST = "3e8db84543d0964a056f0f596878669fe0ec6e04dd9f668cbc22aec7bfddf923"
"""The SHA-256 of two days of a tiny province.

Where they differ, the bytes changed for everybody who pinned a file by its digest. Where that is wanted, say so in the changelog
and put in what ``python -m tests.simulate.test_days`` prints.
"""


def tiny() -> str:
    """Return the digest of two days of a tiny province, faults included."""
    found = sha256()
    for _, block in Province(Setting(7, FIRST, 3, plan=demo_plan(NUMBER + 2))).stream(2):
        found.update(block.ndjson())
    return found.hexdigest()


@cache
def streamed() -> tuple[tuple[Made, ...], bytes]:
    """Return the first four days before the demo's first one, and their file."""
    parts = list(Province(DEMO).stream(4))
    return tuple(made for made, _ in parts), b"".join(block.ndjson() for _, block in parts)


def text(made: Made) -> bytes:
    return render(made.batches).ndjson()


def same(one: Made, other: Made) -> bool:
    return (text(one), one.files, tuple(one.breaks), one.touched) == (text(other), other.files, tuple(other.breaks), other.touched)


def test_the_same_setting_gives_the_same_bytes() -> None:
    assert b"".join(block.ndjson() for _, block in Province(DEMO).stream(4)) == streamed()[1]
    other = Setting(21, FIRST, 40, plan=DEMO.plan)
    assert b"".join(block.ndjson() for _, block in Province(other).stream(1)) != b"".join(
        block.ndjson() for _, block in Province(DEMO).stream(1)
    )


def test_the_bytes_are_known() -> None:
    assert tiny() == DIGEST


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_bytes_do_not_depend_on_the_process(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    told = subprocess.run(
        [sys.executable, "-m", "tests.simulate.test_days"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == DIGEST


def test_a_day_is_the_same_in_whatever_order_days_are_made() -> None:
    forward = streamed()[0]
    backward = Province(DEMO)
    for day in reversed(range(4)):
        assert same(backward.day(NUMBER + day), forward[day])
    assert same(backward.day(NUMBER + 3), forward[3])


def test_a_day_is_the_same_where_planning_starts_later() -> None:
    few = Setting(3, FIRST, 4, plan=demo_plan(NUMBER + 130))
    since = NUMBER + EPOCH + LONGEST + 20
    whole, late = Province(few), Province(few, since)
    assert late.since == NUMBER + EPOCH and whole.since == NUMBER
    for day in (since, since + 1):
        assert same(whole.day(day), late.day(day))
    with pytest.raises(ValueError, match="before the first day"):
        late.day(late.since - 1)
    assert Province(few, NUMBER - 5).since == Province(few, NUMBER + LONGEST).since == NUMBER


def test_nothing_reaches_further_than_it_may() -> None:
    for made in streamed()[0]:
        for batch in made.batches:
            assert batch.times.min() >= made.day * DAY, batch.type
            assert batch.times.max() < (made.day + LONGEST) * DAY, batch.type


def test_a_stream_ends_with_its_last_day_and_is_in_order_of_time() -> None:
    accounts = Accounts((NUMBER + 4) * DAY - 1)
    times, last = [], 0
    for made, block in Province(DEMO).stream(4, accounts):
        assert last <= block.times.min() and block.times.max() < (made.day + 1) * DAY
        assert (np.diff(block.times) >= 0).all()
        last = int(block.times.max())
        times.append(block.times)
    assert accounts.events == sum(map(len, times)) == streamed()[1].count(b"\n")
    told = Counter(re.findall(rb'^{"type":"([^"]+)"', streamed()[1], re.MULTILINE))
    counted = Counter[str]()
    for line in accounts.lines():
        counted[line.type] += line.events
    assert counted == {kind.decode(): count for kind, count in told.items()}
    # Nothing is left out but what comes after the end.
    every = [batch for made in streamed()[0] for batch in made.batches]
    assert accounts.events == sum(int((batch.times < (NUMBER + 4) * DAY).sum()) for batch in every) < sum(map(len, every))


@cache
def days(name: str) -> tuple[bytes, ...]:
    """Return days around which much is planted."""
    if name == "demo":
        return tuple(text(made) for made in streamed()[0]) + tuple(text(Province(DEMO).day(NUMBER + day)) for day in (27, 28, 29))
    early = Profile.HISTORICAL if name == "early" else Profile.TODAY
    plan = FaultPlan("none") if name == "early" else drawn_plan(5, NUMBER, NUMBER + 6)
    province = Province(Setting(2, FIRST, 40, early, plan))
    return tuple(text(province.day(NUMBER + day)) for day in range(2 if name == "early" else 6))


def events(lines: Iterable[bytes]) -> list[Event]:
    decode = msgspec.json.Decoder(Event).decode
    return [decode(line) for text in lines for line in text.splitlines()]


@pytest.mark.parametrize("name", ["demo", "judge", "early"])
def test_every_event_is_valid_has_its_own_id_and_is_told_by_a_system(name: str) -> None:
    vocabulary = build_vocabulary()
    rules = Rules(vocabulary, 100_000)
    found = events(days(name))
    assert [(event.type, problem) for event in found if (problem := rules.problem(event)) is not None] == []
    assert len({event.event_id for event in found}) == len(found)
    assert {system_of(event.type) for event in found} <= set(SYSTEMS)
    undeclared = {
        (event.type, attribute)
        for event in found
        for attribute in event.attributes or {}
        if attribute not in {a.name for a in vocabulary.event_types[event.type].attributes}
    }
    assert undeclared == set()


@pytest.mark.parametrize("name", ["demo", "judge", "early"])
def test_every_order_mentioned_exists(name: str) -> None:
    found = events(days(name))
    made = {event.order_id for event in found if event.type == "order.created"}
    begun = {f"O{event.event_id[:6]}" for event in found if event.event_id}
    mentioned = {event.order_id for event in found if event.order_id}
    mentioned |= {one.id for event in found for one in event.objects or [] if one.kind == "order"}
    strange = {order for order in mentioned - made if order.partition("-")[0] in begun}
    assert made and strange == set()


def test_systems_tell_what_the_vocabulary_knows() -> None:
    known = {kind.partition(".")[0] for kind in build_vocabulary().event_types}
    # Work orders are given by people at Tongguan, and clocks run there: no system of the operation tells of them.
    assert known - set(_SYSTEM_OF) == {"clock", "work_order"} and set(_SYSTEM_OF) <= known
    with pytest.raises(KeyError):
        system_of("moon.rises")


if __name__ == "__main__":
    sys.stdout.write(f"{tiny()}\n")
