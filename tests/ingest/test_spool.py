"""The spool: what was answered is on disk, in order, until it is loaded; damage is told, never passed over."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.rig import CONFIG
from tongguan.ingest.errors import BusyError, NoSpaceError, SpoolDamagedError
from tongguan.ingest.frame import HEADER_BYTES, Frame, pack, unpack
from tongguan.ingest.spool import START, Place, Spool

ROLLING = replace(CONFIG, segment_bytes=400)


def frame(number: int, rows: int = 1, size: int = 50) -> Frame:
    """Return a frame that says its number."""
    return Frame(number, "shop", datetime(2026, 1, 1, tzinfo=UTC), rows, rows, ("a",), b"x" * size)


class Spools:
    """Opens the spool of one folder again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open: list[Spool] = []

    def __call__(self, config: Any = CONFIG) -> Spool:
        self.close()
        self.open.append(Spool(self.folder, config))
        return self.open[-1]

    def close(self) -> None:
        while self.open:
            self.open.pop().close()


@pytest.fixture
def spools(tmp_path: Path) -> Iterator[Spools]:
    made = Spools(tmp_path / "spool")
    yield made
    made.close()


def put(spool: Spool, *numbers: int) -> None:
    for number in numbers:
        spool.append(pack(frame(number))).result(5)


def numbers(spool: Spool, start: Place = START) -> list[int]:
    frames, _ = spool.read(start, rows=10**6, size=10**9)
    return [one.batch for one in frames]


def last(spools: Spools) -> Path:
    return sorted(spools.folder.glob("*.seg"))[-1]


def test_frames_come_back_in_order_after_opening_again(spools: Spools) -> None:
    put(spools(), 1, 2, 3)
    again = spools()
    put(again, 4)
    assert numbers(again) == [1, 2, 3, 4]


def test_a_frame_is_what_it_was() -> None:
    one = frame(7)
    assert unpack(pack(one)) == (one, len(pack(one)))
    assert unpack(pack(one), 1) is None
    assert unpack(b"") is None


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_torn_tail_is_cut_off(spools: Spools, cut: int) -> None:
    put(spools(), 1, 2, 3)
    spools.close()
    path = last(spools)
    os.truncate(path, path.stat().st_size - cut)
    again = spools()
    assert numbers(again) == [1, 2]
    put(again, 4)
    assert numbers(again) == [1, 2, 4]
    assert numbers(spools()) == [1, 2, 4]


@pytest.mark.parametrize(
    "tail", [b"\0" * 100, b"TGF1", b"TGF1\xff\xff\xff\xff1234half", os.urandom(64)], ids=["zeros", "magic", "half", "random"]
)
def test_rubbish_at_the_end_is_cut_off(spools: Spools, tail: bytes) -> None:
    put(spools(), 1, 2)
    spools.close()
    with last(spools).open("ab") as file:
        file.write(tail)
    assert numbers(spools()) == [1, 2]


def test_damage_with_whole_frames_behind_it_is_told_at_opening(spools: Spools) -> None:
    put(spools(), 1, 2, 3)
    spools.close()
    _flip(last(spools), len(pack(frame(1))) + HEADER_BYTES + 5)
    with pytest.raises(SpoolDamagedError, match=f"damaged at byte {len(pack(frame(1)))}, and whole frames follow.*backup"):
        Spool(spools.folder, CONFIG)


def test_damage_in_an_older_segment_is_told_when_it_is_read(spools: Spools) -> None:
    spool = spools(ROLLING)
    put(spool, *range(1, 12))
    _flip(sorted(spools.folder.glob("*.seg"))[0], HEADER_BYTES + 3)
    with pytest.raises(SpoolDamagedError, match=r"000000000001\.seg is damaged at byte 0"):
        numbers(spool)


def test_a_missing_segment_is_told(spools: Spools) -> None:
    spool = spools(ROLLING)
    put(spool, *range(1, 12))
    found = spool.segments()
    assert len(found) > 2
    (spools.folder / f"{found[1]:012d}.seg").unlink()
    with pytest.raises(SpoolDamagedError, match=rf"{found[1]:012d}\.seg is missing"):
        numbers(spool)


def test_a_block_that_is_not_there_any_more_is_told(spools: Spools) -> None:
    spool = spools()
    put(spool, 1, 2, 3)
    end = spool.end
    spools.close()
    os.truncate(last(spools), len(pack(frame(1))))
    again = spools()
    with pytest.raises(SpoolDamagedError, match="are wanted"):
        again.read_between(START, end)


def _flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0xFF
    path.write_bytes(data)


def test_segments_roll_and_are_read_as_one(spools: Spools) -> None:
    spool = spools(ROLLING)
    put(spool, *range(1, 21))
    assert len(spool.segments()) > 3
    assert numbers(spool) == list(range(1, 21))
    assert numbers(spools(ROLLING)) == list(range(1, 21))


def test_reading_goes_on_where_it_stopped(spools: Spools) -> None:
    spool = spools(ROLLING)
    put(spool, *range(1, 21))
    place, seen, places = START, [], [START]
    while True:
        frames, after = spool.read(place, rows=3, size=10**9)
        if not frames:
            break
        assert len(frames) <= 3
        seen += [one.batch for one in frames]
        assert spool.read_between(place, after) == frames
        place = after
        places.append(place)
    assert seen == list(range(1, 21))
    assert places == sorted(places)
    assert place == spool.end


def test_at_least_one_frame_is_read_however_large(spools: Spools) -> None:
    spool = spools()
    spool.append(pack(frame(1, rows=100, size=5000))).result(5)
    put(spool, 2)
    frames, place = spool.read(START, rows=1, size=1)
    assert [one.batch for one in frames] == [1]
    assert numbers(spool, place) == [2]


def test_what_is_loaded_is_removed_by_whole_segments(spools: Spools) -> None:
    spool = spools(ROLLING)
    put(spool, *range(1, 13))
    _, place = spool.read(START, rows=8, size=10**9)
    spool.forget(place)
    assert spool.segments()[0] == place.segment
    assert numbers(spool, place) == [9, 10, 11, 12]
    spool.forget(spool.end)
    assert spool.segments() == [spool.end.segment]
    end = spool.end
    put(spool, 13)
    assert numbers(spools(ROLLING), end) == [13]


def test_the_backlog_is_what_is_not_loaded(spools: Spools) -> None:
    spool, size = spools(ROLLING), len(pack(frame(1)))
    put(spool, *range(1, 10))
    assert spool.backlog() == 9 * size
    _, place = spool.read(START, rows=5, size=10**9)
    spool.forget(place)
    assert spool.backlog() == 4 * size
    spool.forget(spool.end)
    assert spool.backlog() == 0


def test_a_segment_that_goes_while_the_backlog_is_counted_counts_nothing(spools: Spools, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = spools(ROLLING)
    put(spool, *range(1, 13))
    listed = spool.segments()
    assert len(listed) > 3
    before = spool.backlog()
    first_size = (spool.folder / f"{listed[0]:012d}.seg").stat().st_size
    monkeypatch.setattr(spool, "segments", lambda: listed)
    # As the loader does between the listing and the look at the sizes.
    (spool.folder / f"{listed[0]:012d}.seg").unlink()
    assert spool.backlog() == before - first_size


def test_a_full_backlog_puts_senders_off(spools: Spools) -> None:
    spool = spools(replace(CONFIG, backlog_bytes=3 * len(pack(frame(1)))))
    put(spool, 1, 2, 3)
    with pytest.raises(BusyError) as caught:
        spool.append(pack(frame(4)))
    assert caught.value.retry_after == 2
    spool.forget(spool.end)
    put(spool, 4)


@pytest.mark.parametrize("loaded", [Place(1, 10**6), Place(5, 1000), Place(2, 0)])
def test_a_spool_that_was_put_back_takes_nothing_new_for_loaded(spools: Spools, loaded: Place) -> None:
    spool = spools()
    put(spool, 1)
    spool.resume(loaded)
    put(spool, 2)
    assert spool.end > loaded
    assert numbers(spool, loaded) == [2]
    assert spool.wait_beyond(loaded, 0)
    again = spools()
    again.resume(loaded)
    put(again, 3)
    assert numbers(again, loaded) == [2, 3]


def test_a_spool_that_goes_on_is_left_as_it_is(spools: Spools) -> None:
    spool = spools(ROLLING)
    put(spool, *range(1, 9))
    _, place = spool.read(START, rows=5, size=10**9)
    spool.resume(place)
    assert (spool.loaded, numbers(spool, place)) == (place, [6, 7, 8])


def test_many_appends_share_a_sync(spools: Spools, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, syncs, plain = spools(), 0, os.fdatasync

    def slow(descriptor: int) -> None:
        nonlocal syncs
        syncs += 1
        time.sleep(0.02)
        plain(descriptor)

    monkeypatch.setattr(os, "fdatasync", slow)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: put(spool, n), range(60)))
    assert 1 <= syncs < 30
    assert sorted(numbers(spool)) == list(range(60))


def test_nobody_is_answered_before_the_sync(spools: Spools, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, go_on = spools(), threading.Event()
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: go_on.wait(5))
    done = spool.append(pack(frame(1)))
    with pytest.raises(TimeoutError):
        done.result(0.1)
    assert numbers(spool) == []
    go_on.set()
    done.result(5)
    assert numbers(spool) == [1]


def test_closing_answers_everybody_first(spools: Spools, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, plain = spools(), os.fdatasync

    def slow(descriptor: int) -> None:
        time.sleep(0.05)
        plain(descriptor)

    monkeypatch.setattr(os, "fdatasync", slow)
    waiting: list[Future[None]] = [spool.append(pack(frame(n))) for n in range(5)]
    spools.close()
    assert all(one.done() and one.exception() is None for one in waiting)
    with pytest.raises(BusyError, match="stopping"):
        spool.append(pack(frame(9)))
    monkeypatch.undo()
    assert numbers(spools()) == list(range(5))


def test_little_room_on_the_disk_puts_senders_off(spools: Spools) -> None:
    spool = spools(replace(CONFIG, free_bytes=2**62))
    with pytest.raises(NoSpaceError, match="bytes are free") as caught:
        spool.append(pack(frame(1)))
    assert caught.value.retry_after == 30
