"""The body of ``POST /api/v1/events``: NDJSON or a JSON array, possibly gzipped, split into raw records.

The count of records is taken here, by the reader, before any step looks at them.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Final

import msgspec

from tongguan.model.ports import RawRecord

BODY_BYTES: Final = 10 * 1024 * 1024
"""A request body may be this large, as sent."""

UNPACKED_BYTES: Final = 64 * 1024 * 1024
"""And this large once unpacked; more is taken for a bomb."""

RECORDS: Final = 20_000
"""Records in one body: every one costs far more in memory than the two bytes that an empty object needs on the wire."""

_COMMAS: Final = 50 * RECORDS
"""JSON with more commas or opening braces than this has too many elements, or elements with too many fields; counting is cheap."""

_MEMBERS: Final = 100
_BOM: Final = b"\xef\xbb\xbf"

_NDJSON: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
_JSON: Final = ("application/json", "text/json")
MEDIA_TYPES: Final = (*_JSON, *_NDJSON)

_WHITE: Final = b" \t\r\n"

_TOKENS: Final = re.compile(rb'"(?:[^"\\\n]|\\.)*(?:"|(?=\n)|\Z)|[{}\[\],]')
"""A string (a raw line end closes one that was never closed), or a mark of structure."""


class BodyError(Exception):
    """The body cannot be read at all; ``status`` is the HTTP status that says so (400, 413, 415)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class ReadBody:
    """Raw records of one body, and how many the reader counted."""

    received: int
    records: list[RawRecord]


def read_body(body: bytes, content_type: str, content_encoding: str) -> ReadBody:
    """Split a body into records.

    Args:
        body: as it came over the wire.
        content_type: header value; parameters are ignored.
        content_encoding: ``gzip``, ``identity`` or empty.

    Raises:
        BodyError: 415 for a type or encoding that is not read, 413 for too much, 400 for a body that is no JSON from its start.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media not in MEDIA_TYPES:
        raise BodyError(415, f"content type {media or '(none)'} is not read; valid: {', '.join(MEDIA_TYPES)}")
    plain = _unpack(body, content_encoding.strip().lower())
    if len(plain) > UNPACKED_BYTES:
        raise BodyError(413, f"the body has more than {UNPACKED_BYTES} bytes")
    plain = plain.removeprefix(_BOM)
    if media in _NDJSON:
        if plain.count(b"\n") > 2 * RECORDS:
            raise _too_many()
        pieces = _lines(plain)
    else:
        if plain.count(b",") > _COMMAS or plain.count(b"{") > _COMMAS:
            raise _too_many()
        pieces = _json(plain)
    if len(pieces) > RECORDS:
        raise _too_many()
    return ReadBody(len(pieces), [RawRecord(position, piece) for position, piece in enumerate(pieces)])


def _too_many() -> BodyError:
    return BodyError(413, f"the body has more than {RECORDS} records; send several smaller ones")


def _unpack(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise BodyError(415, f"content encoding {encoding!r} is not read; valid: gzip, identity")
    pieces: list[bytes] = []
    room = UNPACKED_BYTES
    # A gzip file may have several members (RFC 1952, 2.2), and zeros behind the last.
    while body:
        if len(pieces) == _MEMBERS:
            raise BodyError(400, f"the gzip has more than {_MEMBERS} members; pack it as one")
        decompressor = zlib.decompressobj(wbits=31)
        try:
            plain = decompressor.decompress(body, room + 1)
        except zlib.error as error:
            raise BodyError(400, f"the body is no gzip: {error}") from error
        room -= len(plain)
        if room < 0 or decompressor.unconsumed_tail:
            raise BodyError(413, f"the body unpacks to more than {UNPACKED_BYTES} bytes")
        if not decompressor.eof:
            raise BodyError(400, "the gzip stream ends before its end; send the body again")
        pieces.append(plain)
        body = decompressor.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def _lines(plain: bytes) -> list[bytes]:
    return [line for line in plain.split(b"\n") if line.strip(_WHITE)]


def _json(plain: bytes) -> list[bytes]:
    text = plain.strip(_WHITE)
    if not text:
        raise BodyError(400, "the body is empty; send a JSON array of events, or one event")
    if text[:1] == b"{":
        # A single event, or NDJSON under the name of JSON: the elements say which.
        return split_elements(text, top_level=True)
    if text[:1] != b"[":
        raise BodyError(400, "the body is neither a JSON array nor an object")
    try:
        return [bytes(raw) for raw in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Something in the middle is broken: cut at the commas between elements, so that the good ones are kept.
        return split_elements(text[1:], top_level=False)


def split_elements(text: bytes, *, top_level: bool) -> list[bytes]:
    """Cut broken JSON into its elements by brackets and quotes alone.

    Args:
        text: what follows the opening bracket, or a run of objects when ``top_level``.
        top_level: elements end where an object closes, instead of at commas.

    Returns:
        Every element, whole or broken; the last one may be what a cut connection left.
    """
    pieces: list[bytes] = []
    depth, start, end = 0, 0, len(text)
    for token in _TOKENS.finditer(text):
        mark = token.group()[:1]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            if depth == 0:
                end = token.start()
                break
            depth -= 1
            if depth == 0 and top_level:
                pieces.append(text[start : token.end()])
                start = token.end()
        elif mark == b"," and depth == 0:
            pieces.append(text[start : token.start()])
            start = token.end()
    # What follows the closing bracket was sent, too: it is counted, and set aside as no JSON.
    pieces += [text[start:end], text[end + 1 :]]
    return [piece.strip(_WHITE) for piece in pieces if piece.strip(_WHITE)]
