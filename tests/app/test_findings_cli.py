"""``tongguan findings``: the same answer as over HTTP, as JSON and for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.test_cli import answer, tongguan
from tests.app.test_findings import NEWEST_FIRST, keep, places
from tongguan.app.cli import DONE, WRONG_USE
from tongguan.app.settings import read_settings
from tongguan.records.database import Database


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which findings are kept, and nothing else."""
    folder = tmp_path_factory.mktemp("told") / "home"
    found = answer(folder, "findings")
    assert "payment_success_rate" in found.pop("watches")
    assert found == {"rows": [], "through": "", "since": "", "looked": None}
    assert "0 that stood out; nothing was looked at yet" in " ".join(tongguan(folder, "findings").stdout.split())
    database = Database.open(read_settings(folder, {}).records)
    keep(database, "2026-11-19")
    database.close()
    return folder


def test_one_document(home: Path) -> None:
    found = answer(home, "findings")
    assert places(found) == NEWEST_FIRST and (found["since"], found["through"]) == ("2026-11-06", "2026-11-19")
    assert places(answer(home, "findings", "--stage", "acceptance", "--day", "2026-11-18")) == ["P-01"]
    assert places(answer(home, "findings", "--channel", "app")) == ["app"]
    assert places(answer(home, "findings", "--region", "P-02")) == ["P-02"]


def test_a_table_for_people(home: Path) -> None:
    shown = tongguan(home, "findings")
    assert shown.exit_code == DONE and "4 that stood out from 2026-11-06 to 2026-11-19" in " ".join(shown.stdout.split())
    assert all(text in shown.stdout for text in ("manual_acceptances", "drift", "118"))


@pytest.mark.parametrize(
    ("option", "value", "says"), [("--stage", "oder", "did you mean 'order'"), ("--day", "soon", "such as 2026-11-21")]
)
def test_what_cannot_be_asked(home: Path, option: str, value: str, says: str) -> None:
    wrong = tongguan(home, "findings", option, value)
    assert wrong.exit_code == WRONG_USE and says in wrong.output
