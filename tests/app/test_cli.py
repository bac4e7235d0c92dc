"""The command line over real homes: exit codes, one JSON document, the same answers beside a server and without one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from tests.app.serving import lines, order
from tests.app.test_serve import Served
from tongguan.app.cli import DONE, FAILED, WITH_QUARANTINE, WRONG_USE
from tongguan.app.cli.program import build
from tongguan.records.database import Database
from tongguan.records.tables import open_steps

MAPPING = """
version: 1
name: shop-orders
source: shop
zone: Asia/Shanghai
files:
  orders: {paths: ["orders*.csv"]}
rows: orders
codes:
  areas:
    map: {North: P-01}
    otherwise: quarantine
common:
  channel: {value: shop}
  region: {from: area, codes: areas}
  order_id: "no"
events:
  - type: order.created
    event_id: "shop:{no}"
    time: {time: placed, required: true}
    fields:
      amount: {money: total}
"""
ROWS = "no,placed,area,total\nA-1,2026-03-01 09:00:00,North,12.50\nA-2,2026-03-01 10:00:00,East,80.00\n"


def tongguan(home: Path, *arguments: str, stdin: bytes = b"") -> Result:
    """Run a command line as a person would."""
    return CliRunner().invoke(build(), ["--home", str(home), *arguments], input=stdin, env={"TONGGUAN_FREE_BYTES": "1", "COLUMNS": "200"})


def answer(home: Path, *arguments: str, code: int = DONE) -> Any:
    """Run a command with ``--json``; return the one document that it printed."""
    result = tongguan(home, *arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three orders and two records that were set aside."""
    folder = tmp_path_factory.mktemp("cli")
    paid = {"type": "payment.succeeded", "payment_id": "P1", "amount": 9900, "currency": "CNY", "event_id": "t:p1"}
    body = lines(
        order("1", amount=9900, currency="CNY", region="P-01"),
        order("1", **paid, region="P-01"),
        "no json",
        order("2", channel="web", region="P-02"),
        order("3", channel="fax"),
        order("4"),
    )
    file = folder / "events.ndjson"
    file.write_bytes(body)
    result = tongguan(folder / "home", "events", "send", str(file), "--source", "shop")
    assert result.exit_code == WITH_QUARANTINE, result.output
    assert "6 received, 4 accepted, 2 quarantined" in result.stdout
    assert "malformed_json" in result.stdout and "unknown_code" in result.stdout
    return folder / "home"


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    """A home of its own, for tests that change something."""
    return Path(shutil.copytree(home, tmp_path / "home", symlinks=True))


def test_events_are_sent_from_standard_input(copy: Path) -> None:
    result = tongguan(copy, "events", "send", "--json", stdin=lines(order("8"), order("9", time="yesterday"), order("1", channel="app")))
    assert result.exit_code == WITH_QUARANTINE
    told = json.loads(result.stdout)
    assert (told["received"], told["accepted"], told["quarantined"]) == (3, 2, 1)
    (refusal,) = told["refusals"]
    assert (refusal["position"], refusal["reason"], refusal["field"]) == (1, "bad_time", "time") and refusal["valid"]
    # The third has the id of another event with another body: that is found when it is loaded.
    reasons = [row["problem"]["reason"] for row in answer(copy, "data", "quarantine", "--source", "local")["rows"]]
    assert sorted(reasons) == ["bad_time", "id_reused"]
    assert tongguan(copy, "check").exit_code == DONE


def test_a_large_file_is_sent_in_parts_and_lines_keep_their_numbers(copy: Path) -> None:
    large = [order(f"L{n}", attributes={"note": "x" * 90_000}) for n in range(120)]
    result = tongguan(copy, "events", "send", "--json", stdin=lines("", *large, "", "no json"))
    assert result.exit_code == WITH_QUARANTINE, result.output
    told = json.loads(result.stdout)
    assert (told["received"], told["accepted"], told["quarantined"]) == (121, 120, 1)
    assert [refusal["position"] for refusal in told["refusals"]] == [122]


def test_the_summary_counts_all_orders(home: Path) -> None:
    found = answer(home, "orders", "--summary")
    assert (found["orders"], found["by_status"]) == (3, {"created": 2, "paid": 1})
    assert found["paid"] == {"CNY": 9900} and found["sold"] == {"CNY": 9900}
    assert "99.00" in tongguan(home, "orders", "--summary").stdout


def test_lists_and_stories(home: Path) -> None:
    assert [row["case_id"] for row in answer(home, "orders", "--sort", "id")["rows"]] == ["E4", "E2", "E1"]
    assert answer(home, "orders", "--status", "paid")["total"] == 1
    assert answer(home, "orders", "--stage", "payment", "--channel", "web")["total"] == 1
    assert answer(home, "orders", "--region", "P-01", "--open")["rows"][0]["case_id"] == "E1"
    story = answer(home, "orders", "E1")
    assert [event["type"] for event in story["events"]] == ["order.created", "payment.succeeded"]
    assert "payment.succeeded" in tongguan(home, "orders", "E1").stdout
    assert len(answer(home, "events", "list", "order")) == 3
    assert len(answer(home, "events", "types")) > 250


def test_the_books_and_the_check(home: Path) -> None:
    (source,) = answer(home, "data", "sources")
    assert [source[name] for name in ("source", "received", "accepted", "quarantined", "difference")] == ["shop", 6, 4, 2, 0]
    findings = answer(home, "check")
    assert len(findings) == 8 and all(finding["ok"] for finding in findings)
    assert "ok" in tongguan(home, "check").stdout
    assert answer(home, "migrate")["done"] == []


def test_a_disagreement_fails_the_check(copy: Path) -> None:
    from tongguan.app.installation import open_installation
    from tongguan.app.settings import read_settings
    from tongguan.records import ledger

    installation = open_installation(copy, settings=read_settings(copy, {"TONGGUAN_FREE_BYTES": "1"}))
    with installation.database.begin() as connection:
        ledger.add_received(connection, "shop", installation.now(), 1)
    installation.close()
    wrong = [finding["name"] for finding in answer(copy, "check", code=FAILED) if not finding["ok"]]
    assert wrong == ["received = accepted + duplicate + quarantined + rejected"]
    assert "WRONG" in tongguan(copy, "check").stdout


def test_quarantine_replay_and_discard(copy: Path) -> None:
    rows = {row["problem"]["reason"]: row["id"] for row in answer(copy, "data", "quarantine")["rows"]}
    assert set(rows) == {"malformed_json", "unknown_code"}
    assert answer(copy, "data", "quarantine", "--reason", "unknown_code")["total"] == 1
    still = answer(copy, "data", "replay", rows["unknown_code"], code=WITH_QUARANTINE)
    assert still["taken"] == 0 and list(still["still"]) == [rows["unknown_code"]]
    assert "still set aside" in tongguan(copy, "data", "replay", rows["unknown_code"]).stdout
    assert answer(copy, "data", "discard", *rows.values())["discarded"] == 2
    assert answer(copy, "data", "quarantine")["total"] == 0
    assert answer(copy, "data", "quarantine", "--state", "discarded")["total"] == 2


def test_an_import_from_trial_to_replay(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ROWS)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    line = ["import", str(tmp_path / "orders.csv"), "--mapping", str(mapping)]
    trial = answer(copy, *line, "--dry-run", code=WITH_QUARANTINE)
    assert trial["events"] == {"order.created": 1} and trial["bad"] == {"unmapped_code": 1}
    assert answer(copy, "orders")["total"] == 3
    first = answer(copy, *line, code=WITH_QUARANTINE)
    assert (first["added"], first["quarantined"], first["reasons"]) == (1, 1, {"unmapped_code": 1})
    again = answer(copy, *line)
    assert (again["added"], again["delivered_before"], again["quarantined"]) == (0, 2, 0)
    (row,) = answer(copy, "data", "quarantine", "--reason", "unmapped_code")["rows"]
    # The row is replayed with the mapping that the home keeps: that of the last import, or one that is handed in.
    mapping.write_text(MAPPING.replace("North: P-01", "North: P-01, East: P-03"))
    assert answer(copy, "data", "replay", row["id"], code=WITH_QUARANTINE)["taken"] == 0
    assert answer(copy, "data", "replay", row["id"], "--mapping", str(mapping))["taken"] == 1
    assert answer(copy, "orders", "A-2")["case"]["region"] == "P-03"
    assert tongguan(copy, "check").exit_code == DONE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["orders", "--sort", "price"], "cannot sort by 'price'"),
        (["orders", "--stage", "paiment"], "did you mean 'payment'"),
        (["orders", "E99"], "E99"),
        (["events", "list", "orders"], "did you mean 'order'"),
        (["data", "quarantine", "--reason", "bad"], "unknown_code"),
        (["data", "quarantine", "--state", "closed"], "discarded"),
        (["orders", "--limit", "0"], "--limit"),
        (["events", "send", "nowhere.ndjson"], "nowhere.ndjson"),
        (["import", "."], "--mapping"),
        (["ordres"], "ordres"),
        (["orders", "--bogus"], "--bogus"),
    ],
)
def test_wrong_use_says_what_would_be_right(home: Path, arguments: list[str], says: str) -> None:
    result = tongguan(home, *arguments)
    assert (result.exit_code, result.stdout) == (WRONG_USE, ""), result.output
    assert says in result.stderr and "Traceback" not in result.stderr


def test_a_mapping_with_a_mistake_names_line_and_word(home: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING.replace("order.created", "order.craeted"))
    result = tongguan(home, "import", str(tmp_path), "--mapping", str(mapping))
    assert (result.exit_code, result.stdout) == (WRONG_USE, "")
    told = " ".join(result.stderr.split())
    assert "mapping.yaml:18" in told.replace(" ", "") and "order.created" in told


@pytest.mark.parametrize(
    ("file", "says"), [("prot: 1\n", "did you mean 'port'"), ("port: many\n", "many"), ("zone: Mars\n", "Asia/Shanghai")]
)
def test_settings_that_cannot_be(tmp_path: Path, file: str, says: str) -> None:
    (tmp_path / "settings.yaml").write_text(file)
    result = tongguan(tmp_path, "check")
    assert (result.exit_code, result.stdout) == (WRONG_USE, "") and says in " ".join(result.stderr.split())


def test_what_fails_is_told_apart_from_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("records: sqlite:////nowhere/at/all/records.db\n")
    result = tongguan(tmp_path, "check", "--json")
    assert (result.exit_code, result.stdout) == (FAILED, "") and "Traceback" not in result.stderr


def test_help_and_version(tmp_path: Path) -> None:
    assert tongguan(tmp_path, "--version").stdout.startswith("tongguan 0.")
    for line in (["--help"], ["data", "--help"], ["orders", "--help"]):
        assert tongguan(tmp_path, *line).exit_code == DONE
    assert not list(tmp_path.iterdir())


@pytest.fixture
def served(copy: Path) -> Iterator[Served]:
    # Only a server tells of steps that are late by now; here it has told already.
    database = Database.open(f"sqlite:///{copy / 'records.db'}")
    with database.begin() as connection:
        connection.execute(update(open_steps).values(breach_at=None))
    database.close()
    made = Served(copy)
    made.start()
    try:
        yield made
    finally:
        made.close()


READS = (
    ["orders", "--summary"],
    ["orders", "--sort", "id"],
    ["orders", "E1"],
    ["events", "list", "order"],
    ["data", "sources"],
    ["data", "quarantine"],
    ["token", "list"],
)


def test_beside_a_server_the_answers_are_the_same(home: Path, served: Served) -> None:
    for line in READS:
        assert answer(served.home, *line) == answer(home, *line), line
    for line, code in ((["orders", "E99"], WRONG_USE), (["data", "replay", "1"], WITH_QUARANTINE), (["check"], DONE)):
        assert tongguan(served.home, *line).exit_code == code, line
    told = tongguan(served.home, "events", "send", "--json", stdin=lines(order("7"), "x"))
    assert told.exit_code == WITH_QUARANTINE and json.loads(told.stdout)["accepted"] == 1
    assert answer(served.home, "orders", "--summary")["orders"] == 4
    refused = tongguan(served.home, "migrate")
    assert (refused.exit_code, refused.stdout) == (FAILED, "") and "in use" in refused.stderr
