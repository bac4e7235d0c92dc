"""The bench of the panorama measures what it says; how fast is never tested."""

from __future__ import annotations

import asyncio
import importlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from tongguan.app.bench.panorama import PanoramaBench, Sizes
from tongguan.app.bench.panorama_count import PAGES, statements
from tongguan.app.bench.panorama_home import Task, grow, make
from tongguan.app.bench.panorama_paint import NoBrowserError, first_paints
from tongguan.app.bench.panorama_reader import Job, ReadError, read
from tongguan.app.bench.panorama_sets import COLUMNS, codes_in, drawn
from tongguan.app.bench.sender import percentiles
from tongguan.app.bench.traffic import EVENTS_A_TURN, Traffic
from tongguan.app.cli.program import build
from tongguan.app.installation import Installation, open_installation
from tongguan.app.settings import read_settings
from tongguan.lib.now import system_ticks
from tongguan.metrics.flow import flow
from tongguan.model.access import EVERYTHING
from tongguan.model.answers import FlowFilter
from tongguan.model.event import Event
from tongguan.model.waiting import WaitingFilter
from tongguan.processes.open_steps import step_counts
from tongguan.warehouse.canonical import projections
from tongguan.warehouse.migrations import rebuild
from tongguan.warehouse.schema import PROJECTIONS

NOON = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
CODES = {"channel": ["app", "web"], "region": ["P-01", "P-01-02"], "business_class": ["goods", "goods.handset"], "brand": ["home"]}


TASK = Task("", 400, orders_per_day=8, sets=5)
Made = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a home with the first events in it, two days of a tiny province, and what making it told."""
    folder = tmp_path_factory.mktemp("panorama") / "home"
    with opened(folder) as home:
        return folder, make(home, TASK)


@contextmanager
def opened(folder: Path) -> Iterator[Installation]:
    home = open_installation(folder, settings=read_settings(folder, {"TONGGUAN_FREE_BYTES": "1"}), now=lambda: NOON)
    try:
        yield home
    finally:
        home.close()


@contextmanager
def copied(made: Made, folder: Path) -> Iterator[tuple[Installation, dict[str, Any]]]:
    with opened(Path(shutil.copytree(made[0], folder / "home", symlinks=True))) as home:
        yield home, made[1]


def grown(home: Installation, told: dict[str, Any], times: int, spread: str, copies: int = 0) -> dict[str, Any]:
    first = int(home.warehouse.query("SELECT count() FROM events WHERE block <= {base:UInt64}", {"base": told["base"]}).first()[0])
    more = msgspec.structs.replace(TASK, events=first * times, spread=spread, base=told["base"], copies=copies)
    return grow(home, more, system_ticks)


def counted(home: Installation) -> dict[str, tuple[int, int]]:
    """Return volume of today and yesterday by stage."""
    found = flow(home.warehouse, home.vocabulary, FlowFilter(), EVERYTHING, NOON, "Asia/Shanghai")
    return {stage.name: (stage.volume, stage.volume_yesterday) for stage in found.stages}


def waiting(home: Installation) -> dict[tuple[str, str], int]:
    counts = step_counts(home.database, home.vocabulary, WaitingFilter(), EVERYTHING, NOON)
    return {step: one.cases for step, one in counts.items()}


def events_and_ids(home: Installation) -> tuple[int, int]:
    events, ids = home.warehouse.query("SELECT count(), uniqExact(event_id) FROM events").first()
    return int(events), int(ids)


def assert_projections_agree(home: Installation) -> None:
    kept = projections(home.warehouse)
    for name in PROJECTIONS:
        rebuild(home.warehouse, home.vocabulary, name)
    made_anew = projections(home.warehouse)
    assert [name for name in PROJECTIONS if kept[name] != made_anew[name]] == []


def test_denser_is_the_same_days_with_more_in_them(tmp_path: Path, made: Made) -> None:
    with copied(made, tmp_path) as (home, told):
        first, stages, open_cases = events_and_ids(home)[0], counted(home), waiting(home)
        asked = statements(home, told["session"])
        assert grown(home, told, 2, "denser")["copies"] == 1
        found = grown(home, told, 3, "denser", copies=1)
        assert (found["copies"], found["filled"]["events"]) == (2, first)
        assert events_and_ids(home) == (3 * first, 3 * first)
        assert counted(home) == {name: (3 * today, 3 * yesterday) for name, (today, yesterday) in stages.items()}
        assert sum(today for today, _ in stages.values()) >= 20
        # Products are the same in every copy.
        assert waiting(home) == {step: n if step[0] == "product" else 3 * n for step, n in open_cases.items()}
        assert statements(home, told["session"]) == asked
        assert asked.keys() == PAGES.keys()
        assert min(asked["panorama"].values()) > 0
        assert_projections_agree(home)


def test_deeper_is_the_same_today_after_a_longer_history(tmp_path: Path, made: Made) -> None:
    with copied(made, tmp_path) as (home, told):
        first, stages, open_cases = events_and_ids(home)[0], counted(home), waiting(home)
        days = "SELECT min(business_date), max(business_date), uniqExact(business_date) FROM events"
        begin, end, _ = home.warehouse.query(days).first()
        place = home.loader.place()
        added = grown(home, told, 3, "deeper")["filled"]["events"]
        # A server goes on in the spool where it was.
        assert home.loader.place() == place
        assert 0.8 * 2 * first < added <= 2 * first
        assert events_and_ids(home) == (first + added, first + added)
        assert counted(home) == stages
        # What is on its way in the first events is not in their copies.
        assert waiting(home) == open_cases
        span = (end - begin).days + 1
        assert home.warehouse.query(days).first() == (begin - timedelta(days=2 * span), end, 3 * span)
        assert_projections_agree(home)


def test_codes_are_those_of_the_data_and_what_lies_above(tmp_path: Path, made: Made) -> None:
    with copied(made, tmp_path) as (home, told):
        codes = codes_in(home.warehouse)
        assert {code.count("-") for code in codes["region"]} == {1, 2}
        assert {"goods", "goods.handset"} <= set(codes["business_class"])
        assert all(codes.values())
        assert told["sets"] == drawn(codes, 1, 5)


def test_filter_sets_follow_from_their_seed() -> None:
    sets = drawn(CODES, 7, 400)
    assert sets == drawn(CODES, 7, 400)
    assert sets != drawn(CODES, 8, 400)
    assert sets[:20] == drawn(CODES, 7, 20)
    assert sets[0] == {}
    assert all(value in CODES[column] for one in sets for column, value in one.items())
    for column in COLUMNS:
        assert 150 < sum(column in one for one in sets) < 250
    assert all(one == {} for one in drawn({}, 7, 3))


async def _reading(body: bytes, status: str, readers: int) -> tuple[list[float], list[str]]:
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The reader leaves in the middle of waiting for a request.
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked.append(head.split(b" ", 2)[1].decode())
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        return await read(Job(port, "cookie", ["/a", "/b", "/c", "/d"], readers, warm_up=2), system_ticks), asked


def test_every_reader_asks_for_everything_once_and_warms_up_before() -> None:
    times, asked = asyncio.run(_reading(b'a page<template><p class="tg-state-failed"></template>', "200 OK", 2))
    assert len(times) == 2 * 4
    # The second begins in the middle.
    assert Counter(asked) == dict.fromkeys(("/a", "/b", "/c", "/d"), 3)


@pytest.mark.parametrize(("body", "status"), [(b"busy", "503 Service Unavailable"), (b'<div class="tg-state tg-state-failed">', "200 OK")])
def test_a_page_that_is_not_whole_is_no_figure(body: bytes, status: str) -> None:
    with pytest.raises(ReadError, match="answered"):
        asyncio.run(_reading(body, status, 1))


def test_without_a_browser_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name=name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(NoBrowserError, match=r"playwright is not installed"):
        first_paints("http://127.0.0.1:1", "cookie", 1)


def test_live_traffic_is_as_old_as_it_is_sent() -> None:
    turn = timedelta(milliseconds=2.6)
    times = [msgspec.json.decode(text, type=Event).time for text in islice(Traffic(NOON, turn=turn).lines(), EVENTS_A_TURN * 1000)]
    assert times == sorted(times)
    assert times[-1] - times[0] == timedelta(milliseconds=2597)


def test_other_percentiles() -> None:
    times = [i / 1000 for i in range(100)]
    assert percentiles(times, 1000, "ms", (50, 95, 100)) == {"p50_ms": 50.0, "p95_ms": 95.0, "p100_ms": 99.0}


def test_an_unknown_spread_is_refused() -> None:
    answer = CliRunner().invoke(build(), ["bench", "panorama", "--spread", "wider"])
    assert answer.exit_code == 2
    assert "deeper, denser" in answer.output


def test_the_command_measures_every_page() -> None:
    given = ["--events", "1000", "--orders-per-day", "8", "--sets", "3", "--rate", "0", "--paints", "0", "--json"]
    answer = CliRunner().invoke(build(), ["bench", "panorama", *given])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    (size,) = found["sizes"]
    rows = [(row["page"], row["readers"], row["n"]) for row in size["times"]]
    assert rows == [("panorama", 1, 3), ("panorama", 4, 12), ("flow", 1, 3), ("flow", 4, 12), ("stage", 1, 3), ("orders", 1, 3)]
    assert all(0 < row["median_ms"] <= row["p95_ms"] <= row["max_ms"] for row in size["times"])
    assert (found["ratios"], size["sent"], size["first_paint"]["reason"]) == (None, None, "not asked for")
    assert size["engine_settings"]["use_query_cache"] == "0"
    assert size["events"] > 1000


@pytest.mark.slow
def test_two_sizes_with_events_that_come_in_and_a_browser(tmp_path: Path) -> None:
    sizes = Sizes(events=(20_000, 1000), orders_per_day=8, sets=3, readers=(1,), rate=200, lead=0.5, paints=2)
    told: list[str] = []
    found = PanoramaBench(tmp_path, sizes, told.append).run()
    small, large = found["sizes"]
    assert small["copies"] == 0
    assert large["copies"] == round(20_000 / small["events"]) - 1 > 0
    assert large["events"] == small["events"] + large["filled"]["events"]
    for size in (small, large):
        assert [row["events_per_s"] for row in size["times"]] == [0, 0, 0, 0, 200, 200]
        assert size["sent"]["events"] > 0
        assert size["first_paint"]["n"] == (2 if size["first_paint"]["reason"] is None else 0)
    assert [ratio["page"] for ratio in found["ratios"]] == ["panorama", "flow", "stage", "orders", "panorama", "flow"]
    assert found["ratios"][0]["p95"] == pytest.approx(large["times"][0]["p95_ms"] / small["times"][0]["p95_ms"], abs=0.01)
    assert told
