"""``tongguan halls``: the same answer as over HTTP, as JSON and for people."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.serving import lines
from tests.app.test_cli import answer, tongguan
from tests.app.test_halls import TOLD
from tongguan.app.cli import DONE, WRONG_USE


def test_the_command_line_tells_the_same(tmp_path: Path) -> None:
    sent = tongguan(tmp_path, "events", "send", "--json", stdin=lines(*TOLD))
    assert sent.exit_code == DONE, sent.output
    found = answer(tmp_path, "halls", "--at", "2026-11-20T12:30:00+08:00")
    assert {hall["channel"]: hall["standing"]["grade"] for hall in found["halls"]}["sms"] == "bad"
    table = tongguan(tmp_path, "halls", "--at", "2026-11-20T12:30:00+08:00").stdout
    assert "bad (down)" in table and "3 of 4" in table
    problems = tongguan(tmp_path, "halls", "sms", "--at", "2026-11-20T12:30:00+08:00")
    assert problems.exit_code == DONE and "probe" in problems.stdout and "3 of 4" in problems.stdout
    wrong = tongguan(tmp_path, "halls", "moon")
    assert wrong.exit_code == WRONG_USE and "no channel 'moon'" in wrong.output
    assert json.loads(tongguan(tmp_path, "halls", "app", "--json").stdout)["halls"][0]["channel"] == "app"
