"""The browser libraries in place are the locked ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import hatch_build
from tests.tools import ROOT

FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "src" / "tongguan" / "web" / "static" / "vendor"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the frontend folder, to be changed."""
    return shutil.copytree(FRONTEND, tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules"))


def test_libraries_in_place_are_the_locked_ones() -> None:
    assert hatch_build.is_current(FRONTEND, VENDOR), "run `make install` after a change of frontend/package-lock.json"
    expected = {*hatch_build.LIBRARIES.values(), *hatch_build.OWN_LICENCES.values()}
    assert [name for name in sorted(expected) if not (VENDOR / name).is_file() or not (VENDOR / name).stat().st_size] == []


def test_a_changed_lock_makes_them_old(copy: Path) -> None:
    lock = copy / "package-lock.json"
    assert hatch_build.is_current(copy, VENDOR)
    lock.write_text(lock.read_text().replace('"version": "4.0.1"', '"version": "4.0.2"'))
    assert not hatch_build.is_current(copy, VENDOR)


def test_a_missing_folder_is_not_current(tmp_path: Path) -> None:
    assert not hatch_build.is_current(FRONTEND, tmp_path / "vendor")


def test_an_npm_that_fails_stops_the_build_and_leaves_no_stamp(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text('#!/bin/sh\n[ "$1" = --version ] && echo 10.2.0 && exit 0\nexit 7\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent), prepend=":")
    with pytest.raises(hatch_build.AssetError, match="npm ended with 7"):
        hatch_build.fetch_libraries(copy, tmp_path / "vendor")
    assert not hatch_build.is_current(copy, tmp_path / "vendor")


@pytest.mark.parametrize(("version", "usable"), [("6.14.18", False), ("7.0.0", True), ("11.17.0", True), ("none", False)])
def test_an_npm_too_old_for_the_lock_is_passed_by(version: str, usable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text(f"#!/bin/sh\necho {version}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (hatch_build.npm_on_path() is not None) is usable
