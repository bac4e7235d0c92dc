"""The demo: told once whatever interrupts it, newest day first, moving, and easy to remove."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.app.demo_home import HOUR, NOON, TODAY, Clock, Show, show, small, wait_until
from tests.app.test_cli import tongguan
from tongguan.app.check import check
from tongguan.app.cli import WRONG_USE
from tongguan.app.demo.state import DemoRunsError, ElsewhereError, NotADemoError, is_demo, mark, reset
from tongguan.app.home import Home, Running
from tongguan.ingest.errors import BusyError, KeyReusedError
from tongguan.metrics.flow import flow
from tongguan.model.access import EVERYTHING
from tongguan.model.answers import FlowFilter
from tongguan.model.ports import Delivery, RawRecord
from tongguan.model.waiting import WaitingFilter
from tongguan.processes.open_steps import step_counts
from tongguan.records import regions
from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import day_of, of_instant
from tongguan.simulate.days import Province
from tongguan.simulate.province.places import REGIONS


@pytest.fixture
def clock() -> Clock:
    return Clock()


def planned(until: datetime) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return what the province has done up to a moment, by its own account; statements come in files and are left out."""
    told = small(TODAY, NOON)
    province, accounts = Province(told.setting), Accounts(of_instant(until))
    for day in range(day_of(told.first), of_instant(until) // 86_400_000 + 1):
        accounts.add(province.day(day).batches)
    return {(line.type, line.date, line.channel): (line.events, line.amount) for line in accounts.lines()}


def without_statements(counts: dict[tuple[str, str, str], Any]) -> dict[tuple[str, str, str], Any]:
    return {key: value for key, value in counts.items() if not key[0].startswith("statement.")}


def test_it_fills_an_empty_home_newest_day_first_and_goes_on(tmp_path: Path, clock: Clock) -> None:
    with show(tmp_path, clock) as demo:
        demo.start()
        wait_until(lambda: len(demo.said) == 2)
        assert demo.said[0].startswith("Demo: today is there") and demo.said[1].startswith("Demo: all 3 days are there")
        wait_until(lambda: not demo.board())
        loading = [one for one in demo.board.seen if one.zh.startswith("演示数据")]
        assert [(one.key, one.done, one.total) for one in loading] == [("demo", 0, 3), ("demo", 1, 3), ("demo", 2, 3)]
        assert sorted({one.en for one in demo.board.seen}) == [
            "The demo prepares its province",
            "The demo's history is being loaded, newest day first; until then what waits and is late is not final",
        ]
        history = demo.ledger()["received"]
        clock.at += timedelta(minutes=20)
        wait_until(lambda: demo.ledger()["received"] > history + 20)
        clock.at += timedelta(days=1)
        demo.finish()
        assert without_statements(demo.counts()) == planned(clock.at)
        assert demo.ledger()["duplicate"] == demo.ledger()["quarantined"] == demo.ledger()["rejected"] == 0
        assert [finding for finding in check(demo.home) if not finding.ok] == []
        cursor = demo.cursor()
        assert cursor == replace(small(TODAY, NOON), complete_from=date(2026, 11, 18), until=clock.at)
        demo.home.keeper.catch_up()
        waits = step_counts(demo.home.database, demo.home.vocabulary, WaitingFilter(), EVERYTHING, clock.at)
        found = flow(demo.home.warehouse, demo.home.vocabulary, FlowFilter(), EVERYTHING, clock.at, "Asia/Shanghai", waits)
        stages = {stage.name: stage for stage in found.stages}
        assert stages["order"].volume > 20 and stages["visit"].volume > 100
        assert stages["acceptance"].volume > 5 and (stages["delivery"].backlog or 0) > 0


def test_the_newest_day_is_there_first(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with show(tmp_path, clock) as demo:
        taken, began = demo.home.ingest.deliver, list[int]()

        def deliver(delivery: Delivery) -> object:
            if delivery.origin == "made-up province":
                # "event_id":"261120.order.created.1.0": the day in which the case began is in the id.
                began.extend(int(record.body.partition(b'"event_id":"')[2][:6]) for record in delivery.records)
            return taken(delivery)

        monkeypatch.setattr(demo.home.ingest, "deliver", deliver)
        demo.start()
        demo.finish()
        assert began == sorted(began, reverse=True) and set(began) == {261118, 261119, 261120}


def test_it_fills_the_gap_since_it_last_ran(tmp_path: Path, clock: Clock) -> None:
    with show(tmp_path, clock) as demo:
        demo.start()
        demo.finish()
        for gap in (HOUR, timedelta(days=3)):
            clock.at += gap
            demo.said.clear()
            before = demo.ledger()
            demo.board.seen.clear()
            demo.start()
            demo.finish()
            assert len(demo.said) == 1 and demo.said[0].startswith("Demo: it goes on")
            assert without_statements(demo.counts()) == planned(clock.at)
            assert demo.ledger()["received"] > before["received"]
        assert demo.ledger()["duplicate"] == demo.ledger()["quarantined"] == 0
        assert [finding for finding in check(demo.home) if not finding.ok] == []


def test_interrupted_it_ends_as_if_it_had_not_been(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with show(tmp_path / "whole", clock) as demo:
        demo.start()
        demo.finish()
        clock.at += 9 * HOUR
        demo.start()
        demo.finish()
        whole = demo.counts()
    clock.at = NOON
    with show(tmp_path / "parts", clock) as demo:
        for deliveries in (1, 3, 15, 40):
            stop_after(demo, deliveries, monkeypatch)
    # In a new process, hours later, and in the middle of history once more.
    clock.at += 9 * HOUR
    with show(tmp_path / "parts", clock) as demo:
        stop_after(demo, 20, monkeypatch)
        demo.start()
        demo.finish()
        assert demo.counts() == whole
        assert without_statements(whole) == planned(clock.at)
        found = demo.ledger()
        assert found["duplicate"] > 0 and found["quarantined"] == found["rejected"] == 0
        assert found["accepted"] == sum(events for events, _ in whole.values())
        assert [finding for finding in check(demo.home) if not finding.ok] == []


def stop_after(demo: Show, deliveries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the demo and end it after so many deliveries."""
    taken, left = demo.home.ingest.deliver, [deliveries]
    enough: list[bool] = []

    def deliver(delivery: Delivery) -> object:
        if not left[0]:
            enough.append(True)
            raise Busy("wait for the end of the test's part")
        left[0] -= 1
        return taken(delivery)

    with monkeypatch.context() as patch:
        patch.setattr(demo.home.ingest, "deliver", deliver)
        demo.start()
        wait_until(lambda: bool(enough))
        demo.stop()


class Busy(BusyError):
    """Too much under way, for a moment."""

    retry_after = 0.01  # type: ignore[assignment]


def test_statements_come_as_files_through_mappings(tmp_path: Path, clock: Clock) -> None:
    with show(tmp_path, clock) as demo:
        demo.start()
        demo.finish()
        names = sorted(path.name for path in (tmp_path / "statements").iterdir())
        # That of the day before comes in the morning; Tmall's and Douyin's at eleven.
        assert [name for name in names if name.startswith("alipay")] == ["alipay-2026-11-18.csv", "alipay-2026-11-19.csv"]
        assert len(names) == 20
        province = Province(small(TODAY, NOON).setting)
        expected = Counter[tuple[str, str]]()
        for number in (day_of(date(2026, 11, 18)), day_of(date(2026, 11, 19))):
            files = province.day(number).files
            assert {file.name: file.content for file in files} == {
                file.name: (tmp_path / "statements" / file.name).read_bytes() for file in files
            }
        rows = demo.home.warehouse.query(
            "SELECT JSONExtractString(attributes, 'payment_channel') AS p, JSONExtractString(attributes, 'statement_date') AS d,"
            " count() FROM events WHERE type = 'statement.line_recorded' GROUP BY p, d"
        ).rows
        told = Province(replace(small(TODAY, NOON).setting, lines_told=True))
        for day in (date(2026, 11, 18), date(2026, 11, 19)):
            for batch in told.day(day_of(day)).batches:
                if batch.type == "statement.line_recorded":
                    column: Any = batch.attributes["payment_channel"]
                    expected.update((column.names[place], day.isoformat()) for place in column.index.tolist())
        assert {(channel, day): count for channel, day, count in rows} == expected and expected
        kept = {path.name for path in (tmp_path / "mappings").iterdir()}
        assert len(kept) == 10


def test_the_book_of_regions_is_filled_unless_somebody_did(tmp_path: Path, clock: Clock) -> None:
    with show(tmp_path, clock) as demo:
        demo.start()
        with demo.home.database.begin() as connection:
            assert [region.code for region in regions.all(connection)] == [region.code for region in REGIONS]
            regions.replace(connection, REGIONS[:3])
        demo.stop()
        demo.start()
        with demo.home.database.read() as connection:
            assert len(list(regions.all(connection))) == 3


def test_a_home_with_data_of_its_own_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    with show(tmp_path, clock) as demo:
        record = msgspec.json.encode({"type": "order.created", "time": NOON, "order_id": "E1"})
        demo.home.ingest.deliver(Delivery("shop", 1, [RawRecord(0, record)]))
        wait_until(lambda: demo.ledger()["received"] == 1 and not demo.home.ingest.spool.backlog())
        demo.start()
        demo.stop()
        assert len(demo.said) == 1 and "holds data of shop" in demo.said[0]
        assert demo.ledger()["received"] == 1 and not is_demo(tmp_path)


def test_while_the_home_cannot_take_them_events_wait(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with show(tmp_path, clock) as demo:
        taken, refusals = demo.home.ingest.deliver, [Busy("full")] * 3

        def deliver(delivery: Delivery) -> object:
            if refusals:
                raise refusals.pop()
            return taken(delivery)

        monkeypatch.setattr(demo.home.ingest, "deliver", deliver)
        demo.start()
        demo.finish()
        assert refusals == []
        assert without_statements(demo.counts()) == planned(clock.at)


def test_what_no_retry_helps_is_told(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with show(tmp_path, clock) as demo:

        def deliver(delivery: Delivery) -> object:
            raise KeyReusedError("the key was used before")

        monkeypatch.setattr(demo.home.ingest, "deliver", deliver)
        demo.start()
        wait_until(lambda: bool(demo.said))
        demo.stop()
        assert demo.said == ["The demo ended: the key was used before. Mend that and start it again; it goes on where it was"]
        assert demo.board() == ()


def test_a_clock_set_back_tells_nothing_twice(tmp_path: Path, clock: Clock) -> None:
    with show(tmp_path, clock) as demo:
        demo.start()
        demo.finish()
        clock.at -= 30 * HOUR
        demo.start()
        time.sleep(0.2)
        demo.stop()
        clock.at = NOON + HOUR
        demo.board.seen.clear()
        demo.start()
        demo.finish()
        assert demo.ledger()["duplicate"] == 0
        assert without_statements(demo.counts()) == planned(clock.at)


def test_reset_removes_the_demo_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    assert not reset(home) and not home.exists()
    home.mkdir()
    assert not reset(home)
    (home / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NotADemoError, match="was not made by"):
        reset(home)
    refused = tongguan(home, "demo", "--reset", "--yes")
    assert refused.exit_code == WRONG_USE and "was not made by" in refused.stderr
    assert (home / "mine.txt").exists()
    mark(home)
    (home / "statements").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.txt").write_text("kept", encoding="utf-8")
    (home / "link").symlink_to(elsewhere)
    monkeypatch.setenv("TONGGUAN_WAREHOUSE", "clickhouse://me:secret@warehouse:8123/events")
    with pytest.raises(ElsewhereError, match="warehouse is at") as told:
        reset(home)
    assert "secret" not in str(told.value)
    monkeypatch.delenv("TONGGUAN_WAREHOUSE")
    owner = Home(home)
    owner.own()
    owner.announce(Running(1, "http://127.0.0.1:8600", "socket", "token", "1"))
    with pytest.raises(DemoRunsError, match="stop it first"):
        reset(home)
    owner.withdraw()
    owner.disown()
    assert reset(home)
    assert home.exists() and list(home.iterdir()) == [] and (elsewhere / "kept.txt").exists()
