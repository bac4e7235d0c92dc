"""The guide to a new indicator, followed word for word on an empty home."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.app.serving import lines, order
from tests.app.test_cli import answer, tongguan
from tongguan.app.cli import DONE

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "new-indicator.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_guide_works_the_first_time(tmp_path: Path) -> None:
    home = tmp_path / "home"
    orders = [order(number, tier="high" if number < 3 else "low", region="P-01", channel="app") for number in range(10)]
    assert tongguan(home, "events", "send", "--source", "shop", stdin=lines(*orders)).exit_code == DONE
    (home / "indicators").mkdir()
    written, watched = blocks("yaml")
    (home / "indicators" / "own.yaml").write_text(written + watched, encoding="utf-8")
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("tongguan ")]
    assert len(commands) == 4
    for command in commands:
        shown = tongguan(home, *shlex.split(command)[1:])
        assert shown.exit_code == DONE, (command, shown.output)
    found = answer(home, "metric", "high_tier_orders", "--to", "2026-11-20")
    assert found["rows"][0]["amounts"]["high_tier_orders"] == {"value": 0.3, "part": 3, "whole": 10, "thin": True}
