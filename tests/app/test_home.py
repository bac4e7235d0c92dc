"""The home's folder: one owner, a stale announcement, and who may read its secrets."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tongguan.app.home import DamagedKeyError, Home, HomeInUseError, Running, default_home

RUNNING = Running(1, "http://127.0.0.1:8600", "/tmp/x.sock", "secret", "0.1")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_there_is_one_owner(tmp_path: Path) -> None:
    first, second = Home(tmp_path / "home"), Home(tmp_path / "home")
    first.own()
    with pytest.raises(HomeInUseError, match="home is in use by another process"):
        second.own()
    first.announce(RUNNING)
    with pytest.raises(HomeInUseError, match=r"\(see .*run\.json\)"):
        second.own()
    first.disown()
    second.own()
    second.disown()


def test_another_process_is_refused_and_a_dead_one_leaves_the_home_free(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from tongguan.app.home import Home; Home(Path(sys.argv[1])).own(); print('owned')"
    owner = Home(tmp_path)
    owner.own()
    command = [sys.executable, "-c", code, str(tmp_path)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode != 0 and "HomeInUseError" in refused.stderr
    owner.disown()
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout == "owned\n"
    owner.own()
    owner.disown()


def test_what_a_dead_server_announced_is_ignored(tmp_path: Path) -> None:
    dead = Home(tmp_path)
    dead.own()
    dead.announce(RUNNING)
    assert Home(tmp_path).running() == RUNNING
    dead.disown()
    assert Home(tmp_path).running() is None
    # A command that opens the home now is no server, whatever the file says.
    command = Home(tmp_path)
    command.own()
    assert Home(tmp_path).running() is None
    assert not (tmp_path / "run.json").exists()
    command.disown()


def test_an_announcement_of_another_release(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.own()
    for text in ("{", json.dumps({"pid": 1}), json.dumps({**vars(RUNNING), "more": 1}), "[]"):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(HomeInUseError, match="use the release of the running server"):
            Home(tmp_path).running()
    home.withdraw()
    assert Home(tmp_path).running() is None
    home.disown()


def test_nobody_owns_a_new_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")
    assert home.running() is None
    assert mode(home.folder) == 0o700
    (home.folder / "run.json").write_text(json.dumps(vars(RUNNING)))
    assert home.running() is None
    home.withdraw()
    home.withdraw()
    home.disown()


def test_secrets_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = Home(tmp_path / "home")
        home.master_key()
        home.announce(RUNNING)
    finally:
        os.umask(before)
    assert mode(home.folder / "secret.key") == 0o600
    assert mode(home.folder / "run.json") == 0o600
    (home.folder / "run.json").chmod(0o600)
    home.announce(RUNNING)
    assert sorted(path.name for path in home.folder.iterdir()) == ["run.json", "secret.key"]


def test_the_key_is_made_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.master_key(lambda n: bytes(range(n))) == bytes(range(32))
    assert Home(tmp_path).master_key(lambda n: b"x" * n) == bytes(range(32))


@pytest.mark.parametrize("held", [b"", b"x" * 31, b"x" * 33])
def test_a_damaged_key_is_told_and_never_replaced(tmp_path: Path, held: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(held)
    with pytest.raises(DamagedKeyError, match=f"secret.key has {len(held)} bytes, not 32"):
        Home(tmp_path).master_key()
    assert (tmp_path / "secret.key").read_bytes() == held


def test_a_key_that_was_being_written_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret.new").write_bytes(b"half")
    assert Home(tmp_path).master_key(lambda n: b"k" * n) == b"k" * 32


def test_where_the_home_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    monkeypatch.delenv("TONGGUAN_HOME", raising=False)
    assert default_home() == Path("/somewhere/.tongguan")
    monkeypatch.setenv("TONGGUAN_HOME", "")
    assert default_home() == Path("/somewhere/.tongguan")
    monkeypatch.setenv("TONGGUAN_HOME", "~/other")
    assert default_home() == Path("/somewhere/other")
