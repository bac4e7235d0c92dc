"""``tongguan rules`` over a home: out, changed, in again, and what is refused."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.app.test_cli import answer, tongguan
from tongguan.app.cli import DONE, FAILED, WRONG_USE


def test_the_command_line(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "rules.yaml"
    exported = tongguan(home, "rules", "export", str(file))
    assert exported.exit_code == DONE, exported.output
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["rules"][0] |= {"warning": "10m", "late": "20m"}
    document["rules"].insert(1, {**document["rules"][0], "tier": "high", "late": "15m"})
    file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    made = answer(home, "rules", "import", str(file), "--note", "peak season")
    assert (made["version"], made["author"], made["document"]["rules"][1]["tier"]) == (2, "(command line)", "high")
    again = tongguan(home, "rules", "import", str(file), "--note", "again", "--expected-version", "1")
    assert again.exit_code == FAILED and "published version 2" in " ".join(again.stderr.split())
    file.write_text("rules: [", encoding="utf-8")
    wrong = tongguan(home, "rules", "import", str(file), "--note", "x")
    assert wrong.exit_code == WRONG_USE and "rules.yaml:1: this is no YAML" in "".join(wrong.stderr.split("\n"))
    file.write_text("rules: 2026-02-30", encoding="utf-8")
    wrong = tongguan(home, "rules", "import", str(file), "--note", "x")
    assert wrong.exit_code == WRONG_USE and "rules.yaml: day" in "".join(wrong.stderr.split("\n"))
    file.write_text("- rules", encoding="utf-8")
    assert tongguan(home, "rules", "import", str(file), "--note", "x").exit_code == WRONG_USE
