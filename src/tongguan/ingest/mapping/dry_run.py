"""What an import would do, without doing it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tongguan.ingest.mapping.inputs import Inputs, JoinedFiles, find_inputs
from tongguan.ingest.mapping.mapped import Mapped, MappedRow, RowMapper
from tongguan.ingest.mapping.rules import Mapping
from tongguan.ingest.mapping.run import check_headers
from tongguan.model.reasons import Problem, Quarantine
from tongguan.sources.files import BadRow, Row, RowReader, open_rows

_SAMPLES = 3


@dataclass(frozen=True)
class BadSample:
    """One row that would be set aside: where it is, and why."""

    file: str
    row: int
    problem: Problem


@dataclass
class DryRun:
    """What an import would do.

    Attributes:
        files: role → names of its files.
        ignored: names of files in the given folders that play no part.
        rows: role → rows read, by the readers' own count.
        events: event type → how many.
        bad: reason → rows that would be set aside.
        samples: reason → the first few of them.
        without_events: rows of the driving files for which no rule fires.
        unused: role → columns of the files that the mapping does not take; they are not imported.
        absent: role → columns that the mapping names and no row has (only where rows differ, as in JSON lines).
        unjoined: role → rows of joined files that no driving row asks for.
        first: time of the earliest event; None without events.
        last: time of the latest event.
    """

    files: Lookup[str, tuple[str, ...]]
    ignored: tuple[str, ...]
    rows: dict[str, int] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    bad: Counter[Quarantine] = field(default_factory=Counter)
    samples: dict[Quarantine, list[BadSample]] = field(default_factory=dict)
    without_events: int = 0
    unused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    absent: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unjoined: dict[str, int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def note_row(self, file: str, row: MappedRow) -> None:
        """Count one mapped row."""
        for record in row.records:
            self.events[record.type] += 1
            self.first = record.time if self.first is None else min(self.first, record.time)
            self.last = record.time if self.last is None else max(self.last, record.time)
        if row.bad is not None:
            self.note_bad(file, row.number, row.bad.problem)

    def note_bad(self, file: str, row: int, problem: Problem) -> None:
        """Count one row that would be set aside."""
        self.bad[problem.reason] += 1
        samples = self.samples.setdefault(problem.reason, [])
        if len(samples) < _SAMPLES:
            samples.append(BadSample(file, row, problem))


def dry_run(mapping: Mapping, paths: Iterable[Path]) -> DryRun:
    """Read and map all files, and tell what would come out.

    Raises:
        InputError: the files do not fit the roles.
        FileReadError: a file cannot be read, or lacks columns.
    """
    inputs = find_inputs(mapping, paths)
    check_headers(mapping, inputs)
    names = {role: tuple(file.name for file in files) for role, files in inputs.files.items()}
    found = DryRun(names, tuple(file.name for file in inputs.ignored))
    joined = JoinedFiles(mapping, inputs)
    columns: defaultdict[str, set[str]] = defaultdict(set, joined.columns)
    found.rows.update(joined.read)
    for path, row in joined.bad:
        found.note_bad(path.name, row.number, row.problem)
    _map_all(mapping, inputs, joined, found, columns[mapping.rows])
    found.unjoined = joined.unjoined()
    for role, present in columns.items():
        used = mapping.used.get(role, frozenset())
        found.unused[role] = tuple(sorted(present - used))
        if found.rows.get(role):
            found.absent[role] = tuple(sorted(used - present - mapping.files[role].optional_columns))
    return found


def _map_all(mapping: Mapping, inputs: Inputs, joined: JoinedFiles, found: DryRun, columns: set[str]) -> None:
    mapper = RowMapper(mapping)
    found.rows[mapping.rows] = 0
    for path in inputs.files[mapping.rows]:
        with open_rows(path, mapping.driving.form, mapping.needed(mapping.driving)) as reader:
            columns.update(reader.columns)
            mapped = Mapped(mapper, _noting(reader, columns), joined, path.name)
            for row in mapped:
                found.note_row(path.name, row)
            found.rows[mapping.rows] += reader.read
            found.without_events += mapped.without_events


def _noting(reader: RowReader, columns: set[str]) -> Iterator[Row | BadRow]:
    """Pass rows on and note their columns where the file does not name them once for all."""
    for row in reader:
        if not reader.columns and isinstance(row, Row):
            columns.update(row.values)
        yield row
