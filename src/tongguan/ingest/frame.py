"""What one delivery leaves in the spool: rows, quarantined records and counts, in one frame."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Final

import msgspec

MAGIC: Final = b"TGF1"
HEADER_BYTES: Final = 12


class SetAside(msgspec.Struct, frozen=True, array_like=True):
    """One quarantined record. ``sealed`` is its body, encrypted under the home's key until the loader moves it."""

    position: int
    reason: str
    field: str
    value: str
    message: str
    valid: str
    preview: str
    sealed: bytes
    customer: str


class Frame(msgspec.Struct, frozen=True):
    """One delivery, durable.

    Attributes:
        batch: its number; grows with time.
        received: records that the reader counted by itself.
        rows: accepted rows, one JSON array a line, with the columns named in ``columns``.
        accepted: number of those lines, as the steps report.
        aside: quarantined records.
        personal: plain personal values of the accepted rows, encrypted under the home's key until the loader moves them.
        zone: IANA zone of the source's local times, where the sender said so.
        key, body_digest: idempotency key of the sender (empty for none) and digest of what came with it.
    """

    batch: int
    source: str
    received_time: datetime
    received: int
    accepted: int
    columns: tuple[str, ...]
    rows: bytes
    aside: tuple[SetAside, ...] = ()
    personal: bytes = b""
    zone: str = ""
    key: str = ""
    body_digest: str = ""
    origin: str = ""
    mapping: str = ""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Frame)


def pack(frame: Frame) -> bytes:
    """Return the frame as it stands on disk: magic, length, CRC-32, MessagePack."""
    body = _ENCODER.encode(frame)
    return MAGIC + len(body).to_bytes(4, "big") + zlib.crc32(body).to_bytes(4, "big") + body


def unpack(data: bytes, offset: int = 0) -> tuple[Frame, int] | None:
    """Read the frame at ``offset``; return it and the offset after it, or None where no whole frame stands (torn or at the end)."""
    header = data[offset : offset + HEADER_BYTES]
    if len(header) < HEADER_BYTES or header[:4] != MAGIC:
        return None
    length = int.from_bytes(header[4:8], "big")
    body = data[offset + HEADER_BYTES : offset + HEADER_BYTES + length]
    if len(body) < length or zlib.crc32(body) != int.from_bytes(header[8:12], "big"):
        return None
    return _DECODER.decode(body), offset + HEADER_BYTES + length
