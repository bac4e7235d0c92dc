"""The guide to work, followed word for word."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.app.serving import OWNER, application
from tests.app.test_cli import tongguan
from tongguan.app.cli import DONE
from tongguan.areas.packs import build_vocabulary
from tongguan.model.tasks import Action

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "work.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)
    return str(found)


def rows(head: str) -> list[list[str]]:
    lines = GUIDE.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_queues_are_those_of_the_packs() -> None:
    told = {row[0].split("`")[0]: (row[2], row[3]) for row in rows("| queue | its tasks | finished with | failed with |")}
    queues = build_vocabulary().queues.values()
    assert told == {one.name: (one.events[Action.FINISH], one.events[Action.FAIL]) for one in queues}
    assert {f"{one.lease_minutes} minutes" for one in queues} == {"30 minutes"} and "thirty minutes" in GUIDE


def test_the_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    Path("waiting.jsonl").write_text(block("json"), encoding="utf-8")
    shown = []
    for line in block("sh").splitlines():
        done = tongguan(home, *shlex.split(line)[1:])
        assert done.exit_code == DONE, done.output
        shown.append(done.stdout)
    assert "A-1" in shown[1] and "A-2" in shown[1] and "acceptance" in shown[3]
    with application(home) as app:
        first = app.send("GET", "/tasks?queue=acceptance", headers=OWNER).json()["rows"][0]
        for request, body, answer in rows("| request | body | answer |"):
            path = request.removeprefix("POST /api/v1").replace("{id}", first["id"])
            told = app.send("POST", path, headers=OWNER, json=json.loads(body))
            assert str(told.status_code) == answer[:3], told.text
            state = re.search(r"state `(\w+)", answer)
            assert state is None or told.json()["state"] == state[1]
