"""Text files line by line: gzip, encoding, over-long lines, lines to be read again."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections import deque
from pathlib import Path
from typing import BinaryIO, cast

from tongguan.sources.files.errors import FileReadError
from tongguan.sources.files.format import MAX_LINE

_CHUNK = 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TORN = (EOFError, gzip.BadGzipFile, zlib.error)
_NOT_TEXT = re.compile("[\ud800-\udfff]")


def is_zipped(path: Path) -> bool:
    """Tell by its first bytes whether a file is gzipped."""
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP_MAGIC


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading, through gzip when its first bytes say so.

    Raises:
        FileReadError: the file is not there or may not be read.
    """
    try:
        return cast(BinaryIO, gzip.open(path, "rb")) if is_zipped(path) else path.open("rb")
    except OSError as error:
        raise FileReadError(f"{path} cannot be read: {error.strerror or error}; a retry helps once it can") from error


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with open_bytes(path) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        except _TORN:
            return True
    return True


def detect_encoding(path: Path) -> str:
    """Tell the encoding of a text file: its byte order mark, else UTF-8 or GB18030 if it decodes strictly, else UTF-8."""
    with open_bytes(path) as stream:
        try:
            start = stream.read(3)
        except _TORN:
            start = b""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    return next((encoding for encoding in ("utf-8", "gb18030") if _decodes(path, encoding)), "utf-8")


def checked_encoding(name: str) -> str:
    """Return the canonical name of an encoding; UTF-8 also takes a byte order mark.

    Raises:
        LookupError: Python knows no such encoding.
    """
    canonical = codecs.lookup(name).name
    return "utf-8-sig" if canonical == "utf-8" else canonical


class LineStream:
    """The lines of a text file, each with its end, one after the other.

    Bytes that are no text in the encoding arrive as lone surrogates (see :meth:`flaw`). A line of more than
    ``MAX_LINE`` characters is cut.

    Args:
        path: the file.
        encoding: empty to look.
        newline: as for ``open``: ``""`` takes all three line ends, ``"\\n"`` only that.

    Attributes:
        number: 1-based number of the line given last.
        cut: the line given last was too long; the rest of it was skipped.
        torn: the compressed file ends early or is damaged; nothing more can be read.
    """

    def __init__(self, path: Path, encoding: str, newline: str) -> None:
        name = checked_encoding(encoding) if encoding else detect_encoding(path)
        self._stream = io.TextIOWrapper(open_bytes(path), name, "surrogateescape", newline)
        self._again: deque[str] = deque()
        self.number = 0
        self.cut = False
        self.torn = False

    def next(self) -> str:
        """Return the next line, or the empty text at the end of the file."""
        if self._again:
            self.number += 1
            self.cut = False
            return self._again.popleft()
        line = self._read()
        if line:
            self.number += 1
            self.cut = len(line) >= MAX_LINE and not line.endswith(("\n", "\r"))
            if self.cut:
                self._skip_rest()
        return line

    def _read(self) -> str:
        try:
            return self._stream.readline(MAX_LINE)
        except _TORN:
            self.torn = True
            return ""

    def _skip_rest(self) -> None:
        while (rest := self._read()) and not rest.endswith(("\n", "\r")):
            pass

    def give_back(self, lines: list[str]) -> None:
        """Give these lines, which were the last given, once more."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


def flaw(text: str) -> str:
    """Say why a text cannot be taken: NUL, or bytes that do not fit the encoding; empty when it can."""
    if "\0" in text:
        return "holds a NUL character"
    if not text.isascii() and _NOT_TEXT.search(text):
        return "holds bytes that are no text in the file's encoding"
    return ""
