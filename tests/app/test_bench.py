"""The benchmarks measure what they say; how fast is never tested."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from tests.tools import require_tool
from tongguan.app.bench.engine import arrow_table
from tongguan.app.bench.measure import Bench, Sizes
from tongguan.app.bench.sender import percentiles
from tongguan.app.bench.traffic import Traffic, read_body, write_bodies
from tongguan.app.cli.program import build
from tongguan.areas.packs import build_vocabulary
from tongguan.ingest.checks import Rules
from tongguan.model.event import EVENT_FIELDS, Event

START = datetime(2026, 3, 1, tzinfo=UTC)


def _events(texts: list[str]) -> list[Event]:
    return [msgspec.json.decode(text, type=Event) for text in texts]


def test_traffic_is_valid_and_in_order_of_time() -> None:
    events = _events(list(islice(Traffic(START).lines(), 13 * 50)))
    rules = Rules(build_vocabulary(), 1000)
    assert [rules.problem(event) for event in events] == [None] * len(events)
    assert [event.time for event in events] == sorted(event.time for event in events)
    assert len({event.event_id for event in events}) == len(events)
    filled = [sum(getattr(event, name) is not None for name in EVENT_FIELDS) for event in events]
    assert min(filled) >= 12


def test_single_orders_share_no_id_with_the_lines() -> None:
    traffic = Traffic(START, first=7)
    lines = {event.event_id for event in _events(list(islice(traffic.lines(), 1300)))}
    orders = list(islice(traffic.orders(), 100))
    single = {event.event_id for event in _events([text for _, text in orders])}
    assert len(single) == 100
    assert not lines & single
    assert {event.order_id for event in _events([text for _, text in orders])} == {order for order, _ in orders}


def test_bodies_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "bodies"
    write_bodies(path, Traffic(START).lines(), 25, 10)
    with path.open("rb") as file:
        bodies = [read_body(file) for _ in range(4)]
    assert [len(body.splitlines()) for body in bodies] == [10, 10, 5, 0]
    assert b"\n".join(bodies[:3]).decode().splitlines() == list(islice(Traffic(START).lines(), 25))


def test_arrow_tables_hold_the_same_events() -> None:
    texts = list(islice(Traffic(START).lines(), 13 * 20))
    table = arrow_table("\n".join(texts).encode())
    assert table.num_rows == len(texts)
    for event, row in zip(_events(texts), table.to_pylist(), strict=True):
        assert (row["type"], row["time"], row["event_id"], row["amount"]) == (event.type, event.time, event.event_id, event.amount)
        assert row["order_id"] == (event.order_id or "")
        assert json.loads(row["attributes"]) == event.attributes


@pytest.mark.parametrize(
    ("times", "expected"), [([0.002], (2.0, 2.0)), ([i / 1000 for i in range(100, 0, -1)], (51.0, 100.0)), ([0.004, 0.002], (4.0, 4.0))]
)
def test_percentiles(times: list[float], expected: tuple[float, float]) -> None:
    assert percentiles(times, 1000, "ms") == {"p50_ms": expected[0], "p99_ms": expected[1]}


def test_one_part_leaves_the_others_out(tmp_path: Path) -> None:
    found = Bench(tmp_path, Sizes(single_seconds=0.2), lambda _: None).run(("single",))
    assert found["single_posts"]["clients"] == 200
    assert 0 < found["single_posts"]["p50_ms"] <= found["single_posts"]["p99_ms"]
    assert [found[name] for name in ("events_per_s", "at_10m", "visible", "memory")] == [None] * 4


@pytest.mark.slow
def test_a_small_bench_has_every_figure(tmp_path: Path) -> None:
    require_tool("Linux, for resident memory in /proc", Path("/proc/self/status").exists())
    sizes = Sizes(events=2600, cases=2000, batch=500, single_seconds=0.3, visible_seconds=0.5)
    told: list[str] = []
    found = Bench(tmp_path, sizes, told.append).run(("ingest", "single", "visible", "memory"))
    assert set(found["at_10m"]) == {"events_per_s", "json_baseline_per_s", "arrow_baseline_per_s", "ratio"}
    for figures in (found, found["at_10m"]):
        assert figures["events_per_s"] > 0
        assert figures["ratio"] == pytest.approx(figures["events_per_s"] / figures["json_baseline_per_s"], abs=0.01)
    assert found["single_posts"]["clients"] == 200
    assert found["single_posts"]["requests_per_s"] > 0
    assert 0 < found["visible"]["p50_s"] <= found["visible"]["p99_s"]
    assert found["memory"]["ratio"] == pytest.approx(found["memory"]["rss_after_5m"] / found["memory"]["rss_after_1m"], abs=0.001)
    for name in ("machine", "python", "engine", "seconds", "events", "batch", "cases"):
        assert found[name], name
    assert told


def test_an_unknown_part_is_refused() -> None:
    answer = CliRunner().invoke(build(), ["bench", "ingest", "--part", "spool"])
    assert answer.exit_code == 2
    assert "ingest, single, visible, memory" in answer.output
