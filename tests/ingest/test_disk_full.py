"""A full disk: senders are told, reading goes on, and once there is room nothing has to be repaired."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.rig import CONFIG, Rig, event
from tests.tools import require_tool
from tongguan.ingest.errors import BusyError, NoSpaceError
from tongguan.warehouse.client import Warehouse


def refuse(code: int) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


class HalfFile:
    """A file on a disk that is full after some bytes: it takes them, and refuses the rest when flushed."""

    def __init__(self, inner: Any, room: int) -> None:
        self._inner = inner
        self._room = room

    def write(self, data: bytes) -> int:
        self._inner.write(data[: self._room])
        return len(data)

    def flush(self) -> None:
        self._inner.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        self._inner.close()

    def fileno(self) -> int:
        return int(self._inner.fileno())


def assert_whole(made: Rig, ids: list[str]) -> None:
    made.loader.load_all()
    assert made.ids() == ids
    made.account()
    made.restart()
    assert made.ids() == ids
    assert made.loader.load_all() == 0


def test_a_sync_that_finds_no_room(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    made.deliver(event(event_id="1"), key="a")
    monkeypatch.setattr(os, "fdatasync", refuse(errno.ENOSPC))
    for _ in range(3):
        with pytest.raises(NoSpaceError, match="disk of the spool is full") as caught:
            made.deliver(event(event_id="2"), key="b")
        assert caught.value.retry_after == 30
    made.loader.load_all()
    assert made.ids() == ["1"], "reading goes on"
    monkeypatch.undo()
    assert not made.deliver(event(event_id="2"), key="b").repeated
    made.deliver(event(event_id="3"))
    assert_whole(made, ["1", "2", "3"])


@pytest.mark.parametrize("room", [0, 1, 11, 12, 200])
def test_a_frame_that_fits_in_part(made: Rig, room: int) -> None:
    made.deliver(event(event_id="1"))
    made.spool._file = HalfFile(made.spool._file, room)  # type: ignore[assignment]
    with pytest.raises(NoSpaceError):
        made.deliver(event(event_id="2"), event(event_id="3"))
    made.deliver(event(event_id="4"))
    assert_whole(made, ["1", "4"])


def test_no_room_for_a_new_segment(tmp_path: Path, warehouse: Warehouse, made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rolling = Rig(tmp_path / "rolling", warehouse, replace(CONFIG, segment_bytes=1))
    try:
        rolling.deliver(event(event_id="1"))
        monkeypatch.setattr(os, "fsync", refuse(errno.ENOSPC))
        with pytest.raises(NoSpaceError):
            rolling.deliver(event(event_id="2"))
        monkeypatch.undo()
        rolling.deliver(event(event_id="3"))
        assert_whole(rolling, ["1", "3"])
    finally:
        rolling.close()


def test_a_clean_up_that_fails_is_tried_again(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    made.deliver(event(event_id="1"))
    with monkeypatch.context() as broken:
        broken.setattr(os, "truncate", refuse(errno.EIO))
        broken.setattr(os, "fdatasync", refuse(errno.EIO))
        for _ in range(2):
            with pytest.raises(BusyError, match="could not be written"):
                made.deliver(event(event_id="2"))
    made.deliver(event(event_id="3"))
    assert_whole(made, ["1", "3"])


@pytest.mark.parametrize(("code", "kind"), [(errno.ENOSPC, NoSpaceError), (errno.EDQUOT, NoSpaceError), (errno.EIO, BusyError)])
def test_what_a_sender_is_told(made: Rig, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[Exception]) -> None:
    monkeypatch.setattr(os, "fdatasync", refuse(code))
    with pytest.raises(kind):
        made.deliver(event())


def _mount(folder: Path, size: str) -> bool:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 kB that is really there."""
    folder = tmp_path / "disk"
    mounted = _mount(folder, "600k")
    require_tool("the right to mount a small disk (root)", mounted)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path, made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    # The look at free space would refuse in time; here the write itself has to find out.
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 0, 10**12))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "spool").symlink_to(small_disk)
    rig = Rig(tmp_path / "full", made.warehouse)
    taken: list[str] = []

    def send(name: str) -> None:
        ids = [f"{name}-{n}" for n in range(10)]
        rig.deliver(*[event(event_id=one, attributes={"note": "x" * 9000}) for one in ids])
        taken.extend(ids)

    try:
        with pytest.raises(NoSpaceError, match="disk of the spool is full"):
            for number in range(1000):
                send(f"{number:04d}")
        assert len(taken) > 20
        with pytest.raises(NoSpaceError, match="disk of the spool is full"):
            send("refused")
        rig.restart()
        assert rig.loader.load_all() > 0
        assert rig.ids() == taken, "reading goes on, and nothing half written is read"
        subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
        send("after")
        assert_whole(rig, sorted(taken))
    finally:
        rig.close()
