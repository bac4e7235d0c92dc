"""The worked example of docs/guides/import.md does what the guide says, and the guide names everything."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.tools import ROOT
from tongguan.ingest.mapping import deliveries, load_mapping
from tongguan.ingest.mapping.load import _FILE, _TOP
from tongguan.ingest.mapping.load_rules import _CONDITION, _RULE
from tongguan.ingest.mapping.load_values import OPTIONS
from tongguan.model.vocabulary import Attribute, EventType, Kind, Label, Pack, Vocabulary

GUIDE = (ROOT / "docs" / "guides" / "import.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)

_NOTE = (Attribute("source_status", Kind.TEXT, "Status word."),)
_LABEL = Label("单", "Order")
VOCABULARY = Vocabulary(
    [
        Pack(
            "orders",
            _LABEL,
            tuple(
                EventType(name, _LABEL, "", requires=("order_id",), attributes=_NOTE)
                for name in ("order.created", "order.item_added", "order.approved")
            ),
            codes={"channel": {"shop": _LABEL}},
        )
    ]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    orders, lines = [text for language, text in BLOCKS if language == "csv"]
    (tmp_path / "orders.csv").write_text(orders, encoding="gb18030")
    (tmp_path / "lines.csv").write_text(lines, encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(next(text for language, text in BLOCKS if language == "yaml"), encoding="utf-8")
    return tmp_path


def imported(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    run = list(deliveries(load_mapping(folder / "shop.yaml", VOCABULARY), [folder / "orders.csv", folder / "lines.csv"]))
    found = [msgspec.json.decode(record.body) for delivery in run for record in delivery.records]
    return found, [bad.problem.reason for delivery in run for bad in delivery.bad]


def test_the_worked_example_makes_its_seven_events(folder: Path) -> None:
    found, bad = imported(folder)
    assert bad == []
    assert Counter(event["type"] for event in found) == {"order.created": 3, "order.item_added": 3, "order.approved": 1}
    created = next(event for event in found if event["event_id"] == "shop:A-1:created")
    assert (created["amount"], created["currency"], created["time"], created["region"]) == (123_450, "CNY", "2026-03-01T01:30:00Z", "GX-NN")


def test_an_unknown_city_sets_the_row_aside(folder: Path) -> None:
    orders = folder / "orders.csv"
    orders.write_text(orders.read_text().replace("GL", "XX"))
    found, bad = imported(folder)
    assert bad == ["unmapped_code"]
    assert not any(event["order_id"] == "A-2" for event in found)


@pytest.mark.parametrize(
    "word", sorted({*_TOP, *_FILE, *_RULE, *_CONDITION, *OPTIONS, *(option for options in OPTIONS.values() for option in options)})
)
def test_the_guide_names_every_word_of_the_language(word: str) -> None:
    assert re.search(rf"[`{{ ,]{word}[`:]", GUIDE)
