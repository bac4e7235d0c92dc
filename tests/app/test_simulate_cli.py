"""``tongguan simulate`` and ``tongguan check --truth``: files, homes beside a server and without one, rates, sizes, and what is refused."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.app.test_cli import answer, tongguan
from tests.app.test_serve import Served
from tongguan.app import simulation
from tongguan.app.cli import DONE, FAILED, WITH_QUARANTINE, WRONG_USE
from tongguan.app.client import ApiError
from tongguan.app.simulation import Simulation, Wanted
from tongguan.simulate.world import Setting

FIRST = "2026-09-01"
SMALL = ("simulate", "--days", "2", "--orders-per-day", "20", "--first", FIRST)


def told(path: Path) -> list[dict[str, Any]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.splitlines()]


def words(text: str) -> str:
    """Return a message without the line feeds of a narrow screen."""
    return " ".join(text.split())


def test_the_same_content_in_either_kind_of_file(tmp_path: Path) -> None:
    plain, packed, named = tmp_path / "a.jsonl", tmp_path / "deep" / "b.jsonl.gz", tmp_path / "c.ndjson"
    said = answer(tmp_path, *SMALL, "--out", str(plain))
    events = told(plain)
    assert said["events"] == len(events) and said["bytes"] == plain.stat().st_size and said["file"] == str(plain)
    assert said["orders"] == sum(event["type"] == "order.created" for event in events) > 10
    assert answer(tmp_path, *SMALL, "--out", str(packed))["events"] == len(events)
    answer(tmp_path, *SMALL, "--out", str(named))
    digests = {sha256(content).hexdigest() for content in (plain.read_bytes(), gzip.decompress(packed.read_bytes()), named.read_bytes())}
    assert len(digests) == 1
    again = packed.read_bytes()
    answer(tmp_path, *SMALL, "--out", str(packed))
    assert packed.read_bytes() == again
    assert [path.name for path in packed.parent.iterdir()] == ["b.jsonl.gz"]
    days = {event["time"][:10] for event in events}
    assert days == {"2026-09-01", "2026-09-02"}
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)


def test_seed_profile_and_faults_make_another_province(tmp_path: Path) -> None:
    found = set()
    for more in ((), ("--seed", "2"), ("--profile", "historical"), ("--faults", "demo"), ("--faults", "judge", "--fault-seed", "4")):
        path = tmp_path / "a.jsonl"
        answer(tmp_path, *SMALL, *more, "--out", str(path))
        found.add(path.read_bytes())
    assert len(found) == 5


@pytest.mark.parametrize("wanted", [1, 1000, 4001])
def test_so_many_events_and_no_more(wanted: int, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    answer(tmp_path, *SMALL, "--out", str(whole))
    said = answer(tmp_path, *SMALL, "--events", str(wanted), "--out", str(part))
    assert said["events"] == wanted
    assert part.read_bytes() == b"".join(whole.read_bytes().splitlines(keepends=True)[:wanted])
    assert said["orders"] == sum(event["type"] == "order.created" for event in told(part))


def test_more_events_than_there_are(tmp_path: Path) -> None:
    result = tongguan(tmp_path, *SMALL, "--events", "1000000", "--out", str(tmp_path / "a.jsonl"))
    assert result.exit_code == DONE and "2 days have no more than" in words(result.stderr)


def test_one_order_a_day(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    said = answer(tmp_path, "simulate", "--days", "3", "--orders-per-day", "1", "--first", FIRST, "--faults", "demo", "--out", str(path))
    assert said["events"] == len(told(path)) > 1000 and said["orders"] < 12


def test_without_a_first_day_the_last_one_is_yesterday(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    zone = timedelta(hours=8)
    before = (datetime.now(UTC) + zone).date()
    answer(tmp_path, "simulate", "--days", "2", "--orders-per-day", "1", "--out", str(path))
    after = (datetime.now(UTC) + zone).date()
    last = date.fromisoformat(told(path)[-1]["time"][:10])
    assert before - timedelta(days=1) <= last <= after - timedelta(days=1)
    assert date.fromisoformat(told(path)[0]["time"][:10]) == last - timedelta(days=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either --out FILE or --into HOME"),
        (("--out", "{folder}/a.jsonl", "--into", "{folder}/home"), "either --out FILE or --into HOME"),
        (("--out", "{folder}/a.csv"), "a.csv: cannot tell the format; names end in .jsonl, .ndjson, .jsonl.gz, .ndjson.gz"),
        (("--out", "{folder}/a.jsonl", "--rate", "5"), "--rate works with --into only"),
        (("--out", "{folder}/a.jsonl", "--truth", "{folder}/t.json", "--events", "5"), "--truth tells whole days; use it without --events"),
        (("--out", "{folder}/a.jsonl", "--faults", "dmeo"), "no plan and no file 'dmeo'; did you mean 'demo'? valid: demo, judge, none"),
        (("--out", "{folder}/a.jsonl", "--faults", "{folder}/broken.json"), "a plan is a JSON list of faults"),
        (("--out", "{folder}/a.jsonl", "--orders-per-day", "0"), "--orders-per-day"),
        (("--out", "{folder}/a.jsonl", "--first", "yesterday"), "yesterday"),
        (("--out", "{folder}/a.jsonl", "--profile", "tomorrow"), "today"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    result = tongguan(tmp_path / "home", "simulate", *(argument.format(folder=tmp_path) for argument in arguments))
    assert result.exit_code == WRONG_USE and message in words(result.stderr), result.output
    assert {path.name for path in tmp_path.iterdir()} == {"broken.json"}


@pytest.mark.parametrize("option", ["--out", "--truth", "--statements"])
def test_a_path_that_cannot_be_written(option: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    places = {"--out": tmp_path / "good.jsonl", option: tmp_path / "file" / "below.jsonl"}
    options = [text for name, path in places.items() for text in (name, str(path))]
    result = tongguan(tmp_path / "home", *SMALL, *options)
    assert result.exit_code == FAILED and "file" in result.stderr and "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_truth_file_that_is_a_folder(tmp_path: Path) -> None:
    result = tongguan(tmp_path / "home", *SMALL, "--out", str(tmp_path / "a.jsonl"), "--truth", str(tmp_path))
    assert result.exit_code == FAILED and "is a folder; --truth names a file" in words(result.stderr)


def test_truth_and_statements(tmp_path: Path) -> None:
    path, truth, statements = tmp_path / "a.jsonl", tmp_path / "new" / "truth.json", tmp_path / "statements"
    options = ("--faults", "demo", "--out", str(path), "--truth", str(truth), "--statements", str(statements))
    answer(tmp_path, *SMALL, *options)
    found = json.loads(truth.read_bytes())
    assert found["version"] == 1
    assert found["setting"] == {"seed": 1, "first": FIRST, "days": 2, "orders_per_day": 20, "profile": "today", "faults": "demo"}
    counts = Counter((event["type"], event["time"][:10], event.get("channel", "")) for event in told(path))
    assert {(line["type"], line["date"], line["channel"]): line["events"] for line in found["accounts"]["by_channel"]} == counts
    amounts = Counter[tuple[str, str, str]]()
    for event in told(path):
        amounts[event["type"], event["time"][:10], event.get("channel", "")] += event.get("amount", 0)
    assert {(line["type"], line["date"], line["channel"]): line["amount"] for line in found["accounts"]["by_channel"]} == amounts
    assert found["accounts"]["events"] == len(told(path))
    outage = next(fault for fault in found["faults"] if fault["id"] == "payment-outage")
    assert outage["what"] == "payment_outage" and outage["where"] == {"payment_channel": "alipay"}
    assert outage["from"] == "2026-09-02T14:05:00+08:00" and outage["rows_changed"] >= 0
    assert outage["expected_effect"][0]["measure"] == "payment_success_rate"
    names = {file.name for file in statements.iterdir()}
    assert len(names) == 20 and "alipay-2026-09-01.csv" in names
    # A truth file is a plan as well, and the same plan gives the same bytes.
    again = tmp_path / "again.jsonl"
    answer(tmp_path, *SMALL, "--faults", str(truth), "--out", str(again))
    assert again.read_bytes() == path.read_bytes()


def test_into_a_home_and_held_against_the_truth(tmp_path: Path) -> None:
    home, truth = tmp_path / "home", tmp_path / "truth.json"
    said = answer(home, *SMALL, "--faults", "demo", "--into", str(home), "--truth", str(truth))
    assert said["accepted"] == said["events"] and said["quarantined"] == 0 and said["home"] == str(home)
    sources = {row["source"]: row["accepted"] for row in answer(home, "data", "sources")}
    assert sum(sources.values()) == said["events"] and {"order-hub", "boss", "finance"} <= set(sources)
    found = answer(home, "check", "--truth", str(truth))
    assert found["differing"] == 0 and found["agreeing"] > 500 and found["differences"] == []
    assert "lines agree, 0 differ" in tongguan(home, "check", "--truth", str(truth)).stdout
    assert all(finding["ok"] for finding in answer(home, "check"))
    # Told once more, it is there once.
    answer(home, *SMALL, "--faults", "demo", "--into", str(home))
    assert answer(home, "check", "--truth", str(truth))["differing"] == 0
    changed = json.loads(truth.read_bytes())
    for line in changed["accounts"]["by_channel"][:25]:
        line["events"] += 1
    truth.write_text(json.dumps(changed), encoding="utf-8")
    other = answer(home, "check", "--truth", str(truth), code=FAILED)
    assert other["differing"] == 25 and len(other["differences"]) == 20
    assert {one["events"] - one["found_events"] for one in other["differences"]} == {1}
    shown = tongguan(home, "check", "--truth", str(truth))
    assert shown.exit_code == FAILED and "25 differ, the first 20:" in shown.stdout
    truth.write_text("{}", encoding="utf-8")
    assert "no truth file" in words(tongguan(home, "check", "--truth", str(truth)).stderr)
    assert tongguan(home, "check", "--truth", str(truth)).exit_code == WRONG_USE
    assert tongguan(home, "check", "--source", "boss").exit_code == WRONG_USE
    assert tongguan(home, "check", "--truth", str(tmp_path / "none.json")).exit_code == FAILED


def test_days_of_another_zone_cannot_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = tmp_path / "truth.json"
    answer(tmp_path / "home", *SMALL, "--out", str(tmp_path / "a.jsonl"), "--truth", str(truth))
    monkeypatch.setenv("TONGGUAN_ZONE", "UTC")
    result = tongguan(tmp_path / "home", "check", "--truth", str(truth))
    assert result.exit_code == WRONG_USE and "count days of Asia/Shanghai, this home those of UTC" in words(result.stderr)


def test_into_a_running_home(tmp_path: Path) -> None:
    home, truth = tmp_path / "home", tmp_path / "truth.json"
    served = Served(home)
    served.start()
    try:
        said = answer(home, *SMALL, "--into", str(home), "--truth", str(truth))
        assert said["accepted"] == said["events"]
        assert answer(home, "check", "--truth", str(truth))["differing"] == 0
        assert answer(home, "check", "--truth", str(truth), "--source", "boss", code=FAILED)["agreeing"] > 0
    finally:
        served.close()


def test_events_of_the_future_are_set_aside_and_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = answer(
        home, "simulate", "--days", "1", "--orders-per-day", "1", "--first", "2099-01-01", "--into", str(home), code=WITH_QUARANTINE
    )
    assert said["quarantined"] == said["events"] and said["accepted"] == 0


class Taken:
    """An installation that takes everything, or not yet."""

    def __init__(self, now: list[float]) -> None:
        self.now = now
        self.at: list[tuple[float, int]] = []
        self.times: list[str] = []
        self.refusals: list[ApiError] = []

    def call(self, method: str, path: str, *, content: bytes = b"", headers: dict[str, str] | None = None) -> object:
        if path == "/api/v1/regions":
            return [{"code": "P"}]
        assert (method, path) == ("POST", "/api/v1/events") and (headers or {})["X-Source"]
        if self.refusals:
            raise self.refusals.pop()
        lines = content.splitlines()
        self.at.append((self.now[0], len(lines)))
        self.times += [json.loads(line)["time"] for line in lines]
        return {"accepted": len(lines), "quarantined": 0}

    def wait_loaded(self) -> None:
        self.at.append((self.now[0], 0))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    found = Taken([0.0])

    @contextmanager
    def api(folder: Path) -> Iterator[Taken]:
        yield found

    monkeypatch.setattr(simulation, "LocalApi", api)
    return found


def made(now: list[float], events: int | None = None) -> Simulation:
    def sleep(seconds: float) -> None:
        now[0] += seconds

    wanted = Wanted(Setting(1, date(2026, 9, 1), 5), 1, events, None, None)
    return Simulation(wanted, lambda: now[0], Console(file=io.StringIO()), sleep)


@pytest.mark.parametrize("rate", [1, 40, 700, 100_000])
def test_no_faster_than_the_rate(rate: int, taken: Taken) -> None:
    said = made(taken.now, min(40 * rate, 3000)).into(Path("home"), rate)
    sent, total = 0, said["events"]
    for moment, lines in taken.at:
        # What was told before a moment is never ahead of the rate by more than a request.
        assert sent <= rate * moment + rate
        sent += lines
    assert sent == total and abs(taken.now[0] - total / rate) < 1e-6
    assert said["seconds"] == round(total / rate, 2)
    if rate <= 40:
        # Slowly, it is told as it happens, second by second.
        assert all(sorted(taken.times[n : n + rate])[0] >= max(taken.times[:n]) for n in range(rate, total, rate))


def test_without_a_rate_nothing_waits(taken: Taken) -> None:
    made(taken.now).into(Path("home"), None)
    assert taken.now == [0.0]


def test_an_installation_that_is_full_is_asked_again(taken: Taken) -> None:
    taken.refusals = [ApiError(503, {"detail": "full", "retry": True})] * 3
    said = made(taken.now).into(Path("home"), None)
    assert said["accepted"] == said["events"] and taken.now == [6.0]
    taken.refusals = [ApiError(422, {"detail": "no", "retry": False})]
    with pytest.raises(ApiError, match="no"):
        made(taken.now).into(Path("home"), None)
    taken.refusals = [ApiError(503, {"detail": "full", "retry": True})] * 1000
    with pytest.raises(ApiError, match="full"):
        made(taken.now).into(Path("home"), None)


def test_the_bench_measures_sizes_and_gives_digests(tmp_path: Path) -> None:
    arguments = ("bench", "simulate", "--events", "9000", "--orders-per-day", "3", "--orders-per-day", "30")
    few, more = answer(tmp_path, *arguments)
    assert (few["orders_per_day"], more["orders_per_day"]) == (3, 30)
    for one in (few, more):
        assert one["events"] >= 9000 and one["days"] >= 2 and one["bytes"] > 200 * one["events"] and one["events_per_second"] > 0
    assert [one["sha256"] for one in answer(tmp_path, *arguments)] == [few["sha256"], more["sha256"]]
    assert "sha256" in tongguan(tmp_path, *arguments).stdout
