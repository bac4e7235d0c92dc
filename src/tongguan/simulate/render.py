"""Batches → lines of JSON, one event each, without a Python object per event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tongguan.simulate.chance import Mask, Whole
from tongguan.simulate.clock import DAY, SECOND, date_of
from tongguan.simulate.columns import Codes, Cohort, Column, Columns, Ids, Lists, Moments, Numbers, Parts, Same, Truths
from tongguan.simulate.telling import Batch

_TEXT: Final = pa.large_string()
_ZONE: Final = '+08:00"'
Piece = Any
"""A text that all rows share, or an Arrow array of texts."""


@dataclass(frozen=True)
class Block:
    """Events in order of time.

    Attributes:
        times: when each happened, never falling.
        lines: each as JSON, an Arrow array of texts of the same length.
    """

    times: Whole
    lines: Any

    def __len__(self) -> int:
        return len(self.times)

    def between(self, after: int, until: int) -> Block:
        """Return the events later than ``after``, up to and with ``until``."""
        first, last = np.searchsorted(self.times, (after, until), side="right")
        return Block(self.times[first:last], self.lines[first:last])

    def encoded(self) -> list[bytes]:
        """Return the lines as they are sent, one event each."""
        found: list[bytes] = pc.cast(self.lines, pa.large_binary()).to_pylist()
        return found

    def ndjson(self) -> bytes:
        """Return the lines, each with its line feed."""
        if not len(self):
            return b""
        joined = pc.binary_join_element_wise(self.lines, pa.scalar("", _TEXT), pa.scalar("\n", _TEXT))
        return joined_bytes(joined)


def joined_bytes(lines: Any) -> bytes:
    """Return the bytes of an Arrow array of texts, one after the other."""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(lines.buffers()[2])[int(offsets[0]) : int(offsets[-1])])


def in_order(blocks: Sequence[Block]) -> Block:
    """Return the events of all blocks in order of time; of one instant, in the order given."""
    if not blocks:
        return Block(np.zeros(0, dtype=np.int64), pa.array([], _TEXT))
    times = np.concatenate([block.times for block in blocks])
    lines = pa.concat_arrays([block.lines for block in blocks])
    order = np.argsort(times, kind="stable")
    return Block(times[order], lines.take(pa.array(order)))


def render(batches: Sequence[Batch]) -> Block:
    """Return the events of all batches in order of time."""
    return in_order(written(batches))


def written(batches: Sequence[Batch]) -> list[Block]:
    """Return the events of each batch, in the batch's own order."""
    return [Block(batch.times, _lines(batch)) for batch in batches]


def parted(blocks: Sequence[Block], until: int) -> tuple[Block, Block]:
    """Return the events of all blocks up to and with ``until`` in order of time, and the later ones in no order."""
    if not blocks:
        return in_order([]), in_order([])
    times = np.concatenate([block.times for block in blocks])
    lines = pa.concat_arrays([block.lines for block in blocks])
    due, later = np.flatnonzero(times <= until), np.flatnonzero(times > until)
    order = due[np.argsort(times[due], kind="stable")]
    return Block(times[order], lines.take(pa.array(order))), Block(times[later], lines.take(pa.array(later)))


def _lines(batch: Batch) -> Any:
    numbers = np.arange(len(batch), dtype=np.int64)
    pieces: list[Piece] = [f'{{"type":"{batch.type}","event_id":"{batch.name}.', _text(numbers), '","time":"', *_moment(batch.times)]
    shared = _shared(batch.whom)
    pieces.append(shared if isinstance(shared, str) or batch.rows is None else shared.take(pa.array(batch.rows)))
    for name, column in batch.columns.items():
        pieces += _field(name, column)
    if batch.attributes:
        pieces += _attributes(batch.attributes)
    pieces.append("}")
    return _join(pieces)


def _shared(whom: Cohort) -> Piece:
    """Return the columns of a cohort, written once for all its events."""
    if whom.written is None:
        pieces: list[Piece] = [""]
        for name, column in whom.columns.items():
            pieces += _field(name, column)
        whom.written = _join(pieces)
    return whom.written


def _attributes(columns: Columns) -> list[Piece]:
    pieces: list[Piece] = []
    for name, column in columns.items():
        pieces += _field(name, column)
    # Which attribute comes first may differ by row, so each brings its comma and the first one's is taken away.
    inner = _join(pieces)
    if isinstance(inner, str):
        return [f',"attributes":{{{inner[1:]}}}']
    return [',"attributes":{', pc.utf8_slice_codeunits(inner, 1), "}"]


def _join(pieces: Sequence[Piece]) -> Any:
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    if all(isinstance(piece, str) for piece in merged):
        return "".join(merged)
    scalars = [pa.scalar(piece, _TEXT) if isinstance(piece, str) else piece for piece in merged]
    return pc.binary_join_element_wise(*scalars, pa.scalar("", _TEXT))


def _field(name: str, column: Column) -> list[Piece]:
    head = f',"{name}":'
    match column:
        case Same():
            return [head + _json(column.value)]
        case Codes():
            return [_chosen(tuple(head + _json(text) for text in column.names), column.index)]
        case Lists():
            return [_chosen(tuple(head + _json(list(texts)) for texts in column.values), column.index)]
        case Truths():
            return [_chosen((f"{head}false", f"{head}true"), column.values.astype(np.int64))]
        case Numbers():
            return _some([head, _text(column.values)], column.present)
        case Ids():
            return _some([f'{head}"{column.prefix}', _text(column.numbers), '"'], _from_zero(column.numbers))
        case Parts():
            leading = [] if column.leading is None else [_text(column.leading), "-"]
            pieces = [f'{head}"{column.prefix}', *leading, _text(column.numbers), "-", _text(column.further), '"']
            return _some(pieces, _from_zero(column.numbers))
        case Moments():
            return _some([f'{head}"', *_moment(column.times)], _from_zero(column.times))
    raise TypeError(f"{name}: {type(column).__name__} is no column that can be written")


def _from_zero(values: Whole) -> Mask | None:
    """Return which values are not negative; None where all are so."""
    if not len(values) or values.min() >= 0:
        return None
    found: Mask = values >= 0
    return found


def _some(pieces: list[Piece], present: Mask | None) -> list[Piece]:
    if present is None or present.all():
        return pieces
    return [pc.if_else(pa.array(present), _join(pieces), pa.scalar("", _TEXT))]


@cache
def _dictionary(texts: tuple[str, ...]) -> Any:
    return pa.array([*texts, ""], _TEXT)


def _chosen(texts: tuple[str, ...], index: Whole) -> Any:
    return _dictionary(texts).take(pa.array(np.where(index < 0, len(texts), index)))


def _text(values: Whole) -> Any:
    return pc.cast(pa.array(values), _TEXT)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


@cache
def _seconds() -> Any:
    return pa.array([f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}." for s in range(86_400)], _TEXT)


@cache
def _thousandths() -> Any:
    return pa.array([f"{ms:03}{_ZONE}" for ms in range(1000)], _TEXT)


def _moment(times: Whole) -> list[Piece]:
    """Return the pieces of a time after its opening quotation mark; its closing one is among them."""
    days = np.maximum(times, 0) // DAY
    first = int(days.min()) if len(days) else 0
    dates = tuple(date_of(day).isoformat() for day in range(first, int(days.max()) + 1)) if len(days) else ()
    of_day = np.maximum(times, 0) % DAY
    return [
        _dictionary(dates).take(pa.array(days - first)),
        _seconds().take(pa.array(of_day // SECOND)),
        _thousandths().take(pa.array(of_day % SECOND)),
    ]
