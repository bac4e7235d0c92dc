"""``tongguan metrics`` and ``tongguan metric``: the same answers as over HTTP, as JSON and for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.serving import lines
from tests.app.test_cli import answer, tongguan
from tests.app.test_metrics import EVENTS, OWN
from tongguan.app.cli import DONE, WRONG_USE

DAY = ("--from", "2026-11-19", "--to", "2026-11-19")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with some payments and indicators of its own."""
    folder = tmp_path_factory.mktemp("counted") / "home"
    sent = tongguan(folder, "events", "send", "--source", "shop", stdin=lines(*EVENTS))
    assert sent.exit_code == DONE, sent.output
    (folder / "indicators").mkdir()
    (folder / "indicators" / "own.yaml").write_text(OWN, encoding="utf-8")
    return folder


def test_what_there_is(home: Path) -> None:
    assert "own_rate" in [one["name"] for one in answer(home, "metrics")["indicators"]]
    shown = tongguan(home, "metrics")
    assert shown.exit_code == DONE and "own_rate" in shown.stdout and "支付成功率" in shown.stdout


def test_a_number_by_place(home: Path) -> None:
    found = answer(home, "metric", "own_rate", "own_orders", *DAY, "--by", "channel", "--compare", "prev,yoy", "--where", "region=P-01")
    assert found["rows"][0]["values"] == ["app"] and found["rows"][0]["amounts"]["own_rate"]["value"] == 0.5
    assert found["query"]["where"] == {"region": "P-01"} and found["query"]["compare"] == ["prev", "yoy"]


def test_a_table_for_people_ends_with_all_together(home: Path) -> None:
    shown = tongguan(home, "metric", "own_rate", *DAY, "--by", "channel", "--top", "1", "--grain", "total", "--sql")
    assert shown.exit_code == DONE, shown.output
    told = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown.stdout.splitlines() if line.startswith("│")]
    assert told == [["app", "0.5"], ["all others", "1"], ["all", "0.6667"]]
    assert "SELECT" in shown.stdout and "GROUP BY" in shown.stdout


def test_regions_are_compared(home: Path) -> None:
    paid = {"type": "payment.succeeded", "time": "2026-11-09T02:00:00Z", "channel": "app", "amount": 100, "currency": "CNY"}
    given = [{**paid, "event_id": f"r{n}", "payment_id": f"R{n}", "region": "P-01-02" if n < 40 else "P-02"} for n in range(60)]
    assert tongguan(home, "events", "send", "--source", "shop", stdin=lines(*given)).exit_code == DONE
    day = ("--from", "2026-11-09", "--to", "2026-11-09", "--published")
    found = answer(home, "metric", "own_rate", *day)
    assert (found["regions"], found["few"]) == ([{"region": "P-01", "value": 1.0, "rank": None}], 1)
    shown = tongguan(home, "metric", "own_rate", *day)
    told = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown.stdout.splitlines() if line.startswith("│")]
    assert told[-1][1:] == ["P-01", "1"] and "1 more with less than 30 behind the number" in shown.output


@pytest.mark.parametrize(
    "also", [("own_orders",), ("--by", "channel"), ("--where", "channel=app"), ("--top", "3"), ("--sql",), ("--compare", "prev")]
)
def test_a_comparison_takes_a_period_only(home: Path, also: tuple[str, ...]) -> None:
    wrong = tongguan(home, "metric", "own_rate", "--published", *also)
    assert wrong.exit_code == WRONG_USE and "one indicator, --from and --to only" in " ".join(wrong.output.replace("│", " ").split())


def test_what_is_wrong_with_own_files_is_said_beside_the_list(home: Path) -> None:
    path = home / "indicators" / "wrong.yaml"
    path.write_text("Wrong: 1\n", encoding="utf-8")
    shown = tongguan(home, "metrics")
    path.unlink()
    assert shown.exit_code == DONE and "wrong.yaml:1" in shown.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("own_rat",), "did you mean 'own_rate'"),
        (("own_rate", "--by", "chanel"), "did you mean 'channel'"),
        (("own_rate", "--top", "-1"), "top"),
    ],
)
def test_what_cannot_be_asked(home: Path, arguments: tuple[str, ...], says: str) -> None:
    wrong = tongguan(home, "metric", *arguments)
    assert wrong.exit_code == WRONG_USE and says in " ".join(wrong.output.split())
