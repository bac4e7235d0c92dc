"""Whatever the order, the cuts and the repetitions: the same events end in the same cases, equal to a rebuild from the events."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.fixtures.rig import MORNING, Rig, empty, event
from tests.fixtures.words import EVENTS, SMALL
from tongguan.warehouse.canonical import projection_rows, projections
from tongguan.warehouse.case_states import states_sql
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.migrations import rebuild
from tongguan.warehouse.schema import PROJECTIONS

_NEEDS = {e.name: e.requires for e in EVENTS}
_TYPES = [e.name for e in EVENTS if e.milestones]
_FOLDERS = itertools.count()

instants = st.sampled_from([MORNING + timedelta(seconds=s) for s in (-90_000, -7200, 0, 0, 1, 2)])


@st.composite
def events(draw: st.DrawFn) -> list[bytes]:
    """Events of a few cases, many of them at the same instant."""
    made = []
    for number in range(draw(st.integers(2, 14))):
        kind = draw(st.sampled_from(_TYPES))
        fields: dict[str, Any] = {
            "type": kind,
            "time": draw(instants).isoformat(),
            "event_id": f"e{number}",
            "order_id": draw(st.sampled_from(["o1", "o2"])),
            "sequence": draw(st.sampled_from([None, 0, 1, 2])),
            "channel": draw(st.sampled_from([None, "app", "web"])),
            "amount": draw(st.sampled_from([None, 0, 100, -100])),
            "customer_id": draw(st.sampled_from([None, "c1", "13912345678"])),
            "due_time": draw(st.sampled_from([None, "2026-11-22T00:00:00Z", "2026-11-23T08:00:00+08:00"])),
        }
        for column in _NEEDS[kind]:
            fields[column] = fields.get(column) or draw(st.sampled_from(["p1", "p2"]))
        made.append(event(**fields))
    return made


@st.composite
def ways(draw: st.DrawFn) -> tuple[list[bytes], list[list[list[bytes]]]]:
    """Return events, and a way to deliver them: blocks of deliveries of records, each record at least once."""
    records = draw(events())
    order = draw(st.permutations(records + draw(st.lists(st.sampled_from(records), max_size=6))))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=5)) | {0, len(order)})
    deliveries = [order[start:end] for start, end in itertools.pairwise(cuts)]
    again = draw(st.lists(st.sampled_from(deliveries), max_size=2))
    joined = draw(st.integers(1, 3))
    everything = deliveries + again
    return records, [everything[n : n + joined] for n in range(0, len(everything), joined)]


def states(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return the cases as pages read them, and the merged rows beneath."""
    found = {
        kind.name: [str(r) for r in warehouse.query(f"{states_sql(kind)} ORDER BY case_id").rows] for kind in SMALL.case_kinds.values()
    }
    return {**found, "merged": projection_rows(warehouse, "cases")}


def fill(folder: Path, warehouse: Warehouse, blocks: list[list[list[bytes]]]) -> dict[str, list[str]]:
    """Deliver into an emptied warehouse; return its cases."""
    empty(warehouse)
    made = Rig(folder / str(next(_FOLDERS)), warehouse)
    try:
        for block in blocks:
            for records in block:
                assert made.deliver(*records).quarantined == 0
            made.loader.load_all()
        account = made.account()
        assert (account.quarantined, account.accepted) == (0, len(made.ids()))
    finally:
        made.close()
    return states(warehouse)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ways")


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(way=ways())
def test_every_way_ends_in_the_same_cases(folder: Path, warehouse: Warehouse, way: tuple[list[bytes], list[list[list[bytes]]]]) -> None:
    records, blocks = way
    straight = fill(folder, warehouse, [[records]])
    other = fill(folder, warehouse, blocks)
    note(f"{sum(len(r) for b in blocks for r in b)} records in {len(blocks)} blocks")
    assert other == straight
    assert warehouse.query("SELECT count(), uniqExact(event_id) FROM events").first() == (len(records), len(records))
    kept = projections(warehouse)
    for name in PROJECTIONS:
        rebuild(warehouse, SMALL, name)
    assert projections(warehouse) == kept
    assert states(warehouse) == straight


def test_the_comparison_sees_a_difference(folder: Path, warehouse: Warehouse) -> None:
    one = fill(folder, warehouse, [[[event(event_id="1"), event(event_id="2", type="package.shipped")]]])
    other = fill(folder, warehouse, [[[event(event_id="1"), event(event_id="2", type="package.delivered")]]])
    assert one["order"] != other["order"]
    assert one["merged"] != other["merged"]
    assert one["payment"] == other["payment"] == []


def test_the_latest_step_does_not_depend_on_arrival(folder: Path, warehouse: Warehouse) -> None:
    """At one instant the source's sequence decides, then the declared rank."""
    created, shipped = event(event_id="1"), event(event_id="3", type="package.shipped")
    paid = event(event_id="2", type="payment.succeeded", payment_id="p", sequence=1)
    for order in ([created, paid, shipped], [shipped, paid, created], [paid, created, shipped]):
        fill(folder, warehouse, [[[record]] for record in order])
        (row,) = warehouse.query(states_sql(SMALL.case_kind("order"))).dicts()
        assert [entry["milestone"] for entry in row["entries"]] == ["created", "shipped", "paid"]
        assert row["step"] == "paid"
