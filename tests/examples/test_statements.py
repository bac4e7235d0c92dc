"""examples/statements: every payment channel's file, through its mapping, says exactly what the province tells."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.simulate.billing import book_of, fault, told, world_with
from tests.tools import ROOT
from tongguan.areas.packs import ALL_PACKS
from tongguan.ingest.mapping import deliveries, dry_run, load_mapping
from tongguan.model.vocabulary import Vocabulary
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.faults.plans import BREAK_CLASSES
from tongguan.simulate.money.mappings import mapping_of
from tongguan.simulate.money.statements import StatementFile, statement_files, tell_statements
from tongguan.simulate.province.money import PAYMENT_CODES
from tongguan.simulate.telling import Script

FOLDER = ROOT / "examples" / "statements"
WITH_SUMMARY = ("wechat_pay", "unionpay", "operator_wallet")
"""Whose files say how many lines they have where a mapping can read it."""

DAY = world_with().first + 2
FAULTS = [
    fault(f"{code}-{kind}", FaultKind.STATEMENT_BREAKS, 40_000, {"payment_channel": code, "break": kind}, DAY)
    for code in PAYMENT_CODES
    for kind in BREAK_CLASSES[:6]
]


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, StatementFile], list[dict[str, Any]]]:
    """Return the files of a day by payment channel, and the events told of them."""
    world = world_with(*FAULTS)
    book = book_of(world, 3, 1500)
    script = Script("x")
    tell_statements(world, DAY, book, script)
    return {file.payment_channel: file for file in statement_files(world, DAY, book)}, told(script)


def plain(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without its id, with times as instants."""
    found = {name: value for name, value in event.items() if name != "event_id"}
    found["time"] = datetime.fromisoformat(event["time"])
    attributes = dict(event["attributes"])
    if "booked" in attributes:
        attributes["booked"] = datetime.fromisoformat(attributes["booked"])
    return found | {"attributes": attributes}


def imported(file: StatementFile, folder: Path) -> list[dict[str, Any]]:
    (folder / file.name).write_bytes(file.content)
    mapping = load_mapping(FOLDER / f"{file.payment_channel}.yaml", Vocabulary(ALL_PACKS, ()))
    found = list(deliveries(mapping, [folder]))
    assert [bad.problem for delivery in found for bad in delivery.bad] == []
    return [msgspec.json.decode(record.body) for delivery in found for record in delivery.records]


@pytest.mark.parametrize("code", PAYMENT_CODES)
def test_a_file_says_what_is_told(code: str, made: tuple[dict[str, StatementFile], list[dict[str, Any]]], tmp_path: Path) -> None:
    files, events = made
    found = imported(files[code], tmp_path)
    assert len({event["event_id"] for event in found}) == len(found)
    ours = [event for event in events if event["attributes"]["payment_channel"] == code]
    lines = [plain(event) for event in ours if event["type"] == "statement.line_recorded"]
    assert [plain(event) for event in found if event["type"] == "statement.line_recorded"] == lines
    statuses = {line["attributes"]["line_status"] for line in lines}
    kinds = {line["attributes"]["line_kind"] for line in lines}
    assert len(lines) > 10
    assert code not in ("wechat_pay", "alipay", "unionpay", "tmall", "jd") or kinds == {"payment", "refund"}
    assert code not in ("wechat_pay", "alipay", "unionpay") or statuses == {"success", "failed", "pending"}
    (received,) = (plain(event) for event in ours if event["type"] == "statement.received")
    received["attributes"] = {name: value for name, value in received["attributes"].items() if name not in ("file", "digest")}
    summaries = [plain(event) for event in found if event["type"] == "statement.received"]
    assert summaries == ([received] if code in WITH_SUMMARY else [])


def test_nothing_in_the_files_is_left_unread(made: tuple[dict[str, StatementFile], list[dict[str, Any]]], tmp_path: Path) -> None:
    for file in made[0].values():
        (tmp_path / file.name).write_bytes(file.content)
    for code in PAYMENT_CODES:
        found = dry_run(load_mapping(FOLDER / f"{code}.yaml", Vocabulary(ALL_PACKS, ())), [tmp_path])
        assert set().union(*found.unused.values()) <= {"fees"}, code


def test_the_examples_are_the_mappings_in_use() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(PAYMENT_CODES)
    for code in PAYMENT_CODES:
        assert (FOLDER / f"{code}.yaml").read_bytes() == mapping_of(code).read_bytes()
    with pytest.raises(ValueError, match="no payment channel 'bitcoin'"):
        mapping_of("bitcoin")
