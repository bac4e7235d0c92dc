"""``tongguan tasks`` and ``tongguan skills`` beside no server."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from tests.app.serving import application
from tests.app.test_tasks import queued
from tongguan.app.cli.program import build
from tongguan.model.access import EVERYTHING, Role


def test_the_commands_list_tasks_and_give_skills(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with application(home) as app:
        app.session("wang", Role.SERVICE_AGENT, EVERYTHING)
        queued(app, "cli1", "cli2")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(build(), ["--home", str(home), *arguments], env={"COLUMNS": "200"})
        assert done.exit_code == 0, done.output
        return done.output

    listed = run("tasks", "--queue", "acceptance", "--standing", "open")
    assert "2 of 2 tasks (open 2)" in listed and "cli1" in listed and "acceptance_queued" in listed
    assert '"total": 0' in run("tasks", "--standing", "mine", "--json")
    states = [run("tasks", "--lateness", one) for one in ("late", "warned", "on_time", "paused", "silent", "unlimited")]
    assert sum("2 of 2 tasks" in one for one in states) == 1 and sum("0 of 0 tasks" in one for one in states) == 5
    assert "acceptance" in run("skills", "wang", "--give", "acceptance")
    assert "acceptance" in run("skills")
    assert "acceptance" not in run("skills", "wang", "--none")
    refused = CliRunner().invoke(build(), ["--home", str(home), "skills", "--give", "acceptance"])
    assert refused.exit_code != 0
