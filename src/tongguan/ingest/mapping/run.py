"""Files to deliveries, in file order, each with a key that makes sending it again harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from tongguan import __version__
from tongguan.ingest.mapping.inputs import Inputs, JoinedFiles, file_digest, find_inputs, inputs_digest
from tongguan.ingest.mapping.mapped import Mapped, MappedRecord, MappedRow, RowMapper, unread_row
from tongguan.ingest.mapping.rules import Mapping
from tongguan.lib.ids import digest_id
from tongguan.model.ports import BadRecord, Delivery, RawRecord
from tongguan.sources.files import open_rows

_EVENTS_PER_ROW = 4
"""A delivery ends early when it holds this many events per row of a batch."""


@dataclass(frozen=True)
class Progress:
    """How far an import is; told after each delivery was taken.

    Attributes:
        file: name of the file in hand.
        rows: rows of driving files read so far, by the reader's own count; start here to go on after a break.
        events: events made so far.
        bad: rows set aside so far, those of joined files included.
        without_events: rows for which no rule fired so far.
        done: nothing more comes.
        unjoined: with ``done`` and a start at row 0: rows of joined files that no driving row asked for, by role.
    """

    file: str
    rows: int
    events: int
    bad: int
    without_events: int
    done: bool = False
    unjoined: Lookup[str, int] = field(default_factory=lambda: MappingProxyType({}))


def deliveries(
    mapping: Mapping,
    paths: Iterable[Path],
    *,
    batch_rows: int = 5000,
    start_row: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Iterator[Delivery]:
    """Map files and give what they become, ready for ingest.

    ``received`` of a delivery counts what the mapping made: events plus rows set aside. Rows of files are counted
    apart, by the reader, and told through ``on_progress``. Events of a delivery are sorted by time.

    Args:
        mapping: from :func:`~tongguan.ingest.mapping.load.load_mapping`.
        paths: files and folders; each file finds its role by its name.
        batch_rows: rows of the driving files per delivery.
        start_row: so many rows of the driving files were taken by an earlier run (``Progress.rows``); they are read
            again, because ids may depend on them, but give nothing.
        on_progress: called after each delivery, when the next is asked for.

    Raises:
        InputError: the files do not fit the roles.
        FileReadError: a file cannot be read, or lacks columns; checked for all files before the first delivery.
    """
    inputs = find_inputs(mapping, paths)
    check_headers(mapping, inputs)
    return _Run(mapping, inputs, batch_rows, start_row, on_progress).deliveries()


def check_headers(mapping: Mapping, inputs: Inputs) -> None:
    """Open every driving file once.

    Raises:
        FileReadError: one cannot be read, or lacks columns.
    """
    for path in inputs.files[mapping.rows]:
        open_rows(path, mapping.driving.form, mapping.needed(mapping.driving)).close()


class _Run:
    def __init__(
        self,
        mapping: Mapping,
        inputs: Inputs,
        batch_rows: int,
        start_row: int,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._mapping = mapping
        self._inputs = inputs
        self._batch_rows = batch_rows
        self._start_row = start_row
        self._tell = on_progress or (lambda progress: None)
        self._digest = digest_id(__version__, inputs_digest(mapping, inputs))
        self._rows = self._events = self._bad = self._without = 0

    def deliveries(self) -> Iterator[Delivery]:
        joined = JoinedFiles(self._mapping, self._inputs)
        yield from self._of_joined(joined)
        mapper = RowMapper(self._mapping)
        name = ""
        for path in self._inputs.files[self._mapping.rows]:
            name = path.name
            yield from self._of_file(path, mapper, joined)
        unjoined = joined.unjoined() if not self._start_row else {}
        self._tell(self._progress(name, done=True, unjoined=unjoined))

    def _progress(self, file: str, *, done: bool = False, unjoined: Lookup[str, int] | None = None) -> Progress:
        return Progress(file, self._rows, self._events, self._bad, self._without, done, MappingProxyType(dict(unjoined or {})))

    def _of_joined(self, joined: JoinedFiles) -> Iterator[Delivery]:
        """Give the rows of joined files that could not be read: they are lost to their driving rows, but not unseen."""
        bad = iter(joined.bad)
        start = 0
        while part := list(islice(bad, self._batch_rows)):
            records = [unread_row(self._mapping.name, path.name, row, 0) for path, row in part]
            self._bad += len(records)
            names = ", ".join(sorted({path.name for path, _ in part}))
            yield self._delivery([], records, digest_id(self._digest, "joined", str(start)), f"{names}: unreadable rows")
            start += len(part)
            self._tell(self._progress(names))

    def _of_file(self, path: Path, mapper: RowMapper, joined: JoinedFiles) -> Iterator[Delivery]:
        digest = digest_id(self._digest, path.name, file_digest(path))
        before = self._rows
        with open_rows(path, self._mapping.driving.form, self._mapping.needed(self._mapping.driving)) as reader:
            skip = max(0, self._start_row - before)
            mapped = Mapped(mapper, reader, joined, path.name, skip)
            rows = iter(mapped)
            more = True
            while more:
                events, bads, counts = mapped.events, mapped.bad, mapped.without_events
                first = max(mapped.read, skip)
                records, bad, more = self._batch(rows)
                self._rows = before + reader.read
                self._events += mapped.events - events
                self._bad += mapped.bad - bads
                self._without += mapped.without_events - counts
                if records or bad:
                    received = mapped.events - events + mapped.bad - bads
                    key = digest_id(digest, str(first), str(mapped.read))
                    yield self._delivery(records, bad, key, f"{path.name}: rows {first + 1}–{mapped.read}", received)
                self._tell(self._progress(path.name))

    def _batch(self, rows: Iterator[MappedRow]) -> tuple[list[MappedRecord], list[BadRecord], bool]:
        """Return events and bad records of the next rows, and whether there may be more."""
        records: list[MappedRecord] = []
        bad: list[BadRecord] = []
        for count, row in enumerate(rows, 1):
            records += row.records
            if row.bad is not None:
                bad.append(row.bad)
            if count >= self._batch_rows or len(records) >= _EVENTS_PER_ROW * self._batch_rows:
                return records, bad, True
        return records, bad, False

    def _delivery(self, records: list[MappedRecord], bad: list[BadRecord], key: str, origin: str, received: int | None = None) -> Delivery:
        ordered = sorted(records, key=lambda record: record.time)
        return Delivery(
            source=self._mapping.source,
            received=len(bad) if received is None else received,
            records=[RawRecord(place, record.body) for place, record in enumerate(ordered)],
            bad=[BadRecord(place, record.body, record.problem) for place, record in enumerate(bad, len(ordered))],
            key=key,
            origin=origin,
            mapping=self._mapping.name,
            zone=self._mapping.zone,
        )
