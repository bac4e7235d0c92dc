"""``tongguan flow``, ``stage`` and ``waiting`` over a real home, without a server beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.test_cli import answer, tongguan
from tongguan.app.cli import DONE, WRONG_USE


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two orders, one of them paid in August."""
    folder = tmp_path_factory.mktemp("stages") / "home"
    events = "\n".join(
        [
            '{"type": "order.created", "time": "2026-08-01T09:00:00+08:00", "order_id": "A", "event_id": "1", "channel": "app"}',
            '{"type": "payment.succeeded", "time": "2026-08-01T09:05:00+08:00", "order_id": "A", "payment_id": "P", "event_id": "2",'
            ' "channel": "app", "amount": 1000, "currency": "CNY"}',
            '{"type": "order.created", "time": "2026-08-01T10:00:00+08:00", "order_id": "B", "event_id": "3", "channel": "web"}',
        ]
    )
    file = folder.parent / "events.jsonl"
    file.write_text(events, encoding="utf-8")
    result = tongguan(folder, "events", "send", str(file), "--source", "shop")
    assert result.exit_code == DONE, result.output
    return folder


def test_what_waits(home: Path) -> None:
    found = answer(home, "waiting")
    assert [(row["case_id"], row["stage"], row["lateness"]) for row in found["rows"]] == [
        ("A", "acceptance", "silent"),
        ("B", "payment", "silent"),
    ]
    assert answer(home, "waiting", "--stage", "payment")["total"] == 1
    assert answer(home, "waiting", "--lateness", "late", "--channel", "web")["total"] == 0
    shown = tongguan(home, "waiting").stdout
    assert "2 of 2 that wait (silent 2)" in shown and "acceptance" in shown
    wrong = tongguan(home, "waiting", "--stage", "oder")
    assert wrong.exit_code == WRONG_USE and "did you mean 'order'" in wrong.output


def test_the_flow(home: Path) -> None:
    stages = {stage["name"]: stage for stage in answer(home, "flow")["stages"]}
    assert (stages["acceptance"]["backlog"], stages["acceptance"]["silent"], stages["payment"]["late"]) == (1, 1, 0)
    assert "acceptance" in tongguan(home, "flow").stdout


def test_a_stages_day(home: Path) -> None:
    found = answer(home, "stage", "payment", "--day", "2026-08-01")
    assert found["measures"]["volume"]["now"] == 1
    shown = tongguan(home, "stage", "payment", "--day", "2026-08-01").stdout
    assert "1000 CNY" in shown and "volume" in shown
    assert tongguan(home, "stage", "paiment").exit_code == WRONG_USE
