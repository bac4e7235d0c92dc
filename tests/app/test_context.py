"""What a command does while the warehouse takes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongguan.app.cli.context import Commands
from tongguan.app.client import ApiError, LocalApi


class _Full:
    def __init__(self, status: int) -> None:
        self.status = status

    def wait_loaded(self) -> None:
        raise ApiError(self.status, {"detail": "the warehouse fails: no space"})


def _commands(folder: Path, status: int, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setattr(LocalApi, "wait_loaded", _Full(status).wait_loaded)
    found = Commands(folder)
    found._api = LocalApi(folder)
    return found


def test_reading_goes_on_while_nothing_can_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _commands(tmp_path, 503, monkeypatch).wait_loaded()
    told = capsys.readouterr()
    assert "not everything that was delivered is loaded yet" in told.err
    assert told.out == ""


def test_other_errors_are_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ApiError, match="no space"):
        _commands(tmp_path, 401, monkeypatch).wait_loaded()
