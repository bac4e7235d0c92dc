"""Events as a file: NDJSON, gzipped where the name ends in ``.gz``. The same setting gives the same content."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final, cast

ENDINGS: Final = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


class FileNameError(Exception):
    """The name does not say a format that can be written."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for events; it gets its name only when all is written, so that no half a file is taken for a whole one.

    Raises:
        FileNameError: the name does not end in one of :data:`ENDINGS`.
    """
    if not path.name.endswith(ENDINGS):
        raise FileNameError(f"{path.name}: cannot tell the format; names end in {', '.join(ENDINGS)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _whole(path) as raw:
        if path.suffix == ".gz":
            # Without a name and with time 0 in its header, a gzip file depends on nothing but its content and the compressor.
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=4, mtime=0) as packed:
                yield cast("IO[bytes]", packed)
        else:
            yield raw


def put(path: Path, content: bytes) -> None:
    """Write a file; it is there whole or, as it was before, not at all."""
    with _whole(path) as file:
        file.write(content)


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside ``path``, of a name that nobody else has; it gets its own at the end, and goes where that is not reached."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".unfinished", delete=False) as file:
        unfinished = Path(file.name)
        try:
            yield file
            file.flush()
            unfinished.chmod(0o666 & ~_umask())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def _umask() -> int:
    found = os.umask(0)
    os.umask(found)
    return found
