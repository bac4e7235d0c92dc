"""The event reference page is what the generator makes, and the glossary knows the words of the flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongguan.areas.packs import build_vocabulary
from tongguan.areas.reference import PAGE, events_reference, main

ROOT = Path(__file__).parents[2]


def test_the_page_is_in_step() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == events_reference(build_vocabulary()), "run: python -m tongguan.areas.reference"


def test_every_type_and_attribute_is_on_the_page() -> None:
    vocabulary = build_vocabulary()
    page = events_reference(vocabulary)
    for event_type in vocabulary.event_types.values():
        section = page.split(f"\n### {event_type.name}\n")[1].split("\n### ")[0]
        assert event_type.label.zh in section
        assert all(f"| `{a.name}` |" in section for a in event_type.attributes), event_type.name


def test_personal_attributes_are_marked() -> None:
    section = events_reference(build_vocabulary()).split("\n### visit.page_viewed\n")[1].split("\n### ")[0]
    assert "| `ip` | text, personal |" in section
    assert "| `status` | integer |" in section


def test_open_codes_stand_with_their_names() -> None:
    page = events_reference(build_vocabulary())
    closed, names = (page.split(f"\n## {head}\n")[1].split("\n## ")[0] for head in ("Closed code lists", "Names of open codes"))
    assert "### Names of payment_channel\n" in names and "| `alipay` | 支付宝 | Alipay |" in names
    assert "| `network.slow` | 网速慢 | Slow network |" in names
    assert "payment_channel" not in closed


def test_rows_of_a_table_have_the_cells_of_its_head() -> None:
    cells = 0
    for line in events_reference(build_vocabulary()).splitlines():
        if not line.startswith("|"):
            cells = 0
        else:
            found = line.replace("\\|", "").count("|")
            assert found == (cells or found), line
            cells = found


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "events.md"
    assert main([str(page)]) == 0
    assert page.read_text(encoding="utf-8") == events_reference(build_vocabulary())


def test_the_command_refuses_what_it_cannot_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "absent" / "events.md")]) == 1
    assert "absent" in capsys.readouterr().err
    assert main(["one", "two"]) == 2
    assert "usage" in capsys.readouterr().err


def test_the_glossary_has_every_status_stage_case_kind_and_channel() -> None:
    vocabulary = build_vocabulary()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    assert {len(row) for row in rows} == {3}
    english = {row[1].split(" (")[0] for row in rows}
    statuses = {m.status for kind in vocabulary.case_kinds.values() for m in kind.milestones if m.step}
    wanted = {f"`{word}`" for word in statuses | {s.name for s in vocabulary.stages} | vocabulary.case_kinds.keys()}
    wanted |= {f"`{code}`" for codes in vocabulary.codes.values() for code in codes}
    assert wanted - english == set()
