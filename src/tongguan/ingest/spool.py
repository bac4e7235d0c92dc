"""The spool: append-only segment files; accepted means synced here.

One writer thread collects everything that waits, writes it, syncs once, and then answers all (group commit). The loader
reads behind it. Segments are named by a growing number; a place in the spool is (segment, byte offset).
"""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from tongguan.ingest.config import IngestConfig
from tongguan.ingest.errors import BusyError, DeliveryError, NoSpaceError, SpoolDamagedError
from tongguan.ingest.frame import HEADER_BYTES, MAGIC, Frame, unpack
from tongguan.lib.failpoint import passing

_SUFFIX: Final = ".seg"


@dataclass(frozen=True, order=True)
class Place:
    """A place between frames: number of the segment, and byte offset in it."""

    segment: int
    offset: int

    def as_dict(self) -> dict[str, int]:
        """Return it as it is stored in ``records``."""
        return {"segment": self.segment, "offset": self.offset}

    @staticmethod
    def from_dict(stored: dict[str, int]) -> Place:
        """Return the place that :meth:`as_dict` gave."""
        return Place(int(stored["segment"]), int(stored["offset"]))


START: Final = Place(0, 0)


class Spool:
    """The spool of one home.

    Args:
        folder: where the segments are; made if missing.
        config: sizes and limits.

    A torn frame at the end of the last segment (the process died while writing; nobody was answered) is cut off at opening.

    Raises:
        SpoolDamagedError: whole frames follow a damaged one, so more than the end of the last segment is wrong.
    """

    def __init__(self, folder: Path, config: IngestConfig) -> None:
        self.folder = folder
        self._config = config
        folder.mkdir(parents=True, exist_ok=True)
        self._waiting: queue.SimpleQueue[tuple[bytes, Future[None]] | None] = queue.SimpleQueue()
        self.grown = threading.Condition()
        self._file: BinaryIO
        self._end = self._open_last()
        self.loaded = START
        self._torn = False
        self._stopped = False
        # Held while something is queued or written, so that nothing is queued behind the end of the writer.
        self._queueing = threading.Lock()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._write_all, name="spool-writer", daemon=True)
        self._thread.start()

    @property
    def end(self) -> Place:
        """The place after the last synced frame."""
        return self._end

    def append(self, packed: bytes) -> Future[None]:
        """Queue a packed frame; the future is done once it is synced to disk.

        Raises:
            BusyError, NoSpaceError: nothing was queued. The future raises the same when the disk fills while writing.
        """
        self._check_room(len(packed))
        done: Future[None] = Future()
        with self._queueing:
            self._check_open()
            self._waiting.put((packed, done))
        return done

    def _check_open(self) -> None:
        if self._stopped:
            raise BusyError("the server is stopping; send again in a moment")

    def _check_room(self, size: int) -> None:
        self._check_open()
        if self.backlog() + size > self._config.backlog_bytes:
            raise BusyError("too much waits to be loaded; send again later")
        if shutil.disk_usage(self.folder).free < self._config.free_bytes + size:
            raise NoSpaceError(f"less than {self._config.free_bytes} bytes are free on the disk of the spool")

    def backlog(self) -> int:
        """Return how many bytes are synced and not yet loaded."""
        return self.bytes_after(self.loaded)

    def bytes_after(self, place: Place) -> int:
        """Return how many synced bytes stand after a place. Places compare by number, which a new, empty segment raises too."""
        end = self._end
        if place.segment == end.segment:
            # Asked for every delivery: listing the folder would cost single posts more than their frame.
            return max(0, end.offset - place.offset)
        between = {number: self._bytes_of(number) for number in self.segments() if place.segment <= number < end.segment}
        if between.get(place.segment):
            between[place.segment] -= place.offset
        return max(0, sum(between.values()) + end.offset)

    def _bytes_of(self, number: int) -> int:
        """Return the size of a segment; 0 where the loader has just removed it: then nothing in it waits any more."""
        try:
            return self._path(number).stat().st_size
        except FileNotFoundError:
            return 0

    def segments(self) -> list[int]:
        """Return the numbers of the segments on disk, in order."""
        return sorted(int(path.stem) for path in self.folder.glob(f"*{_SUFFIX}"))

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:012d}{_SUFFIX}"

    def _open_last(self) -> Place:
        numbers = self.segments()
        number = numbers[-1] if numbers else 1
        path = self._path(number)
        path.touch()
        whole = _whole_bytes(path)
        os.truncate(path, whole)
        self._file = path.open("ab")
        _sync_folder(self.folder)
        return Place(number, whole)

    def _write_all(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            batch = [first]
            stop = False
            while not self._waiting.empty():
                item = self._waiting.get()
                if item is None:
                    stop = True
                    break
                batch.append(item)
            self._write(batch)
            if stop:
                return

    def _write(self, waiting: list[tuple[bytes, Future[None]]]) -> None:
        # From here on a future can no longer be cancelled; one that was cancelled before is not written at all.
        batch = [item for item in waiting if item[1].set_running_or_notify_cancel()]
        data = b"".join(packed for packed, _ in batch)
        try:
            with self._writing:
                self._write_synced(data)
        except OSError as error:
            failure = _as_delivery_error(error)
            for _, done in batch:
                done.set_exception(failure)
            return
        passing("spool.after_fsync")
        with self.grown:
            self._end = Place(self._end.segment, self._end.offset + len(data))
            self.grown.notify_all()
        for _, done in batch:
            done.set_result(None)

    def _write_synced(self, data: bytes) -> None:
        if self._torn:
            self._undo()
        try:
            if self._end.offset >= self._config.segment_bytes:
                self._roll(self._end.segment + 1)
            self._file.write(data)
            self._file.flush()
            passing("spool.before_fsync")
            os.fdatasync(self._file.fileno())
        except OSError:
            self._torn = True
            # Where even this fails, the next write tries it first.
            with contextlib.suppress(OSError):
                self._undo()
            raise

    def _undo(self) -> None:
        """Forget what was half written, so that the next frame follows the last whole one."""
        number = self._end.segment
        # Closing flushes what did not fit; the truncation below removes what did.
        with contextlib.suppress(OSError):
            self._file.close()
        os.truncate(self._path(number), self._end.offset)
        self._file = self._path(number).open("ab")
        self._torn = False

    def resume(self, loaded: Place) -> None:
        """Say how far the spool is loaded, as the books have it; once, before anything is appended.

        Where the segments end before that place (an older spool was put back, or it was removed), a new segment begins
        behind it: what comes now must not be taken for loaded.
        """
        with self._writing:
            self.loaded = loaded
            if self._end < loaded:
                # A hole stands for what is gone, so that reading from the loaded place finds its segment.
                self._path(loaded.segment).touch()
                os.truncate(self._path(loaded.segment), loaded.offset)
                self._roll(loaded.segment + 1)

    def _roll(self, number: int) -> None:
        fresh = self._path(number).open("ab")
        try:
            _sync_folder(self.folder)
        except OSError:
            fresh.close()
            raise
        self._file.close()
        self._file = fresh
        self._end = Place(number, 0)

    def read(self, start: Place, *, rows: int, size: int) -> tuple[list[Frame], Place]:
        """Return the synced frames from ``start`` on, and the place after them.

        At least one frame where there is one; then as many as stay within ``rows`` accepted rows and ``size`` bytes.
        """
        frames: list[Frame] = []
        place, count, held = start, 0, 0
        for frame, after, length in self._frames(start):
            if frames and (count + frame.accepted > rows or held + length > size):
                break
            frames.append(frame)
            place, count, held = after, count + frame.accepted, held + length
        return frames, place

    def read_between(self, start: Place, end: Place) -> list[Frame]:
        """Return exactly the frames between two places that :meth:`read` gave.

        Raises:
            SpoolDamagedError: not all of them are there any more.
        """
        frames, place = [], start
        for frame, after, _ in self._frames(start):
            if after > end:
                break
            frames.append(frame)
            place = after
        # A place with offset 0 is the end of the segment before, which was read whole or is told to be damaged.
        if end.offset and place < end:
            raise SpoolDamagedError(f"the spool ends at {place}, and frames up to {end} are wanted; restore the spool from a backup")
        return frames

    def _frames(self, start: Place) -> Iterator[tuple[Frame, Place, int]]:
        """Yield (frame, place after it, its bytes) up to the synced end."""
        end = self._end
        present = [number for number in self.segments() if start.segment <= number <= end.segment]
        first = present[0] if start == START and present else start.segment
        for number in range(first, end.segment + 1):
            if number not in present:
                raise SpoolDamagedError(f"segment {self._path(number).name} is missing; restore it from a backup")
            offset = start.offset if number == start.segment else 0
            limit = end.offset if number == end.segment else self._path(number).stat().st_size
            with self._path(number).open("rb") as file:
                file.seek(offset)
                while offset < limit:
                    header = file.read(HEADER_BYTES)
                    body = file.read(int.from_bytes(header[4:8], "big"))
                    found = unpack(header + body)
                    if found is None:
                        name = self._path(number).name
                        raise SpoolDamagedError(f"segment {name} is damaged at byte {offset}; restore it from a backup")
                    offset += found[1]
                    yield found[0], Place(number, offset), found[1]

    def forget(self, place: Place) -> None:
        """Note that everything before ``place`` is loaded; whole segments before it are removed."""
        self.loaded = place
        for number in self.segments():
            if number < place.segment:
                self._path(number).unlink()

    def wait_beyond(self, place: Place, timeout: float) -> bool:
        """Wait until something is synced after ``place``; tell whether there is."""
        with self.grown:
            return self.grown.wait_for(lambda: self._stopped or self.bytes_after(place) > 0, timeout) and self.bytes_after(place) > 0

    def close(self) -> None:
        """Write what waits, then stop. Later appends are refused."""
        with self._queueing:
            self._stopped = True
            self._waiting.put(None)
        with self.grown:
            self.grown.notify_all()
        self._thread.join()
        self._file.close()


def _whole_bytes(path: Path) -> int:
    """Return how many bytes of a segment are whole frames.

    Raises:
        SpoolDamagedError: a whole frame stands behind them; a write that was cut short leaves none.
    """
    whole = 0
    with path.open("rb") as file:
        while True:
            header = file.read(HEADER_BYTES)
            length = int.from_bytes(header[4:8], "big")
            if len(header) < HEADER_BYTES or header[:4] != MAGIC or unpack(header + file.read(length)) is None:
                break
            whole += HEADER_BYTES + length
        file.seek(whole)
        rest = file.read()
    found = rest.find(MAGIC, 1)
    while found >= 0:
        if unpack(rest, found) is not None:
            raise SpoolDamagedError(
                f"segment {path.name} is damaged at byte {whole}, and whole frames follow at byte {whole + found};"
                f" restore it from a backup, or give up what follows: truncate -s {whole} {path.name}"
            )
        found = rest.find(MAGIC, found + 1)
    return whole


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_delivery_error(error: OSError) -> DeliveryError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return NoSpaceError(f"the disk of the spool is full: {error}")
    return BusyError(f"the spool could not be written: {error}")
