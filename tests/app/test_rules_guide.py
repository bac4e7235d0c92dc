"""The guide to rules, followed word for word; what its tables say is computed."""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.app.test_cli import answer, tongguan
from tongguan.app.cli import DONE
from tongguan.clocks.calendar import add_working_time, unknown_years
from tongguan.clocks.rules import most_specific
from tongguan.model.clocks import Place
from tongguan.model.durations import duration_text, parse_duration
from tongguan.model.rule_documents import Contents, read_document

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "rules.md").read_text(encoding="utf-8")
CHINA = ZoneInfo("Asia/Shanghai")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


def rows(head: str) -> list[list[str]]:
    lines = GUIDE.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def written() -> dict[str, Any]:
    rules, calendars = (yaml.safe_load(block) for block in blocks("yaml"))
    return {**rules, **calendars}


@pytest.fixture(scope="module")
def contents() -> Contents:
    return read_document(written())


@pytest.mark.parametrize("row", rows("| business class | region | tier | late after |"), ids=" ".join)
def test_the_most_specific_rule_decides(contents: Contents, row: list[str]) -> None:
    business_class, region, tier, late = row
    book = contents.book(1, datetime(2026, 1, 1, tzinfo=CHINA))
    rule = most_specific(book, "order", "acceptance_queued", Place(business_class, "app", region, tier))
    assert rule is not None and duration_text(rule.late) == late


@pytest.mark.parametrize("row", rows("| reached | limit | late from | because |"), ids=" ".join)
def test_limits_by_the_calendar(contents: Contents, row: list[str]) -> None:
    reached, limit, late, because = row
    start, span = datetime.fromisoformat(reached).replace(tzinfo=CHINA), parse_duration(limit)
    assert span is not None
    found = add_working_time(contents.calendars["counter"], start, span)
    assert f"{found.astimezone(CHINA):%Y-%m-%d %H:%M}" == late
    assert bool(unknown_years(contents.calendars["counter"], start, found)) == ("not known" in because)


def test_the_commands_work_the_first_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    commands = [shlex.split(line)[1:] for block in blocks("sh") for line in block.splitlines()]
    assert [command[:2] for command in commands] == [["rules", name] for name in ("show", "versions", "export", "import", "versions")]
    for command in commands[:3]:
        shown = tongguan(home, *command)
        assert shown.exit_code == DONE, shown.output
        assert command[1] == "export" or "version" in shown.stdout
    file = tmp_path / "rules.yaml"
    document, own = yaml.safe_load(file.read_text(encoding="utf-8")), written()
    others = [rule for rule in document["rules"] if rule["step"] != "acceptance_queued"]
    document |= {"rules": [*others, *own["rules"]], "calendars": {**document["calendars"], **own["calendars"]}}
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    made = answer(home, *commands[3])
    assert (made["version"], made["note"]) == (2, "High-value customers first")
    assert {"desk", "office", "counter"} == set(made["document"]["calendars"])
