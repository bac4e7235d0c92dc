"""What a file looks like: its kind and the options of its kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from tongguan.sources.files.errors import FileReadError

MAX_FIELD = 1024 * 1024
"""Characters of one field; a longer one makes its row bad."""

MAX_LINE = 4 * MAX_FIELD
"""Characters of one line; a longer one is cut and makes its row bad."""


class FormatKind(StrEnum):
    """The kinds of file that can be read."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"
    LINES = "lines"


_SUFFIXES = {
    ".csv": FormatKind.CSV,
    ".tsv": FormatKind.CSV,
    ".txt": FormatKind.CSV,
    ".jsonl": FormatKind.JSONL,
    ".ndjson": FormatKind.JSONL,
    ".parquet": FormatKind.PARQUET,
    ".pq": FormatKind.PARQUET,
    ".xlsx": FormatKind.XLSX,
    ".log": FormatKind.LINES,
}


@dataclass(frozen=True)
class FileFormat:
    """How to read a file. Options that do not belong to the kind are ignored by its reader.

    Attributes:
        kind: None to tell it by the name's ending (``.gz`` aside).
        encoding: Python's name of the text encoding; empty to look: a byte order mark, else strict UTF-8, else
            strict GB18030, else UTF-8 with bad rows.
        delimiter: CSV: the mark between fields; empty for a comma, or a tab when the name ends with ``.tsv``.
        quote: CSV: the mark around fields; empty for none.
        header: CSV, XLSX: 1-based line of the header; lines above it are skipped; 0 for a file without one.
        columns: CSV, XLSX: names of the columns of a file without header.
        sheet: XLSX: name of the sheet; empty for the first.
        pattern: lines: regular expression that a whole line matches; its named groups are the columns.
        max_field: characters of one field; a longer one makes its row bad.
    """

    kind: FormatKind | None = None
    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    header: int = 1
    columns: tuple[str, ...] = ()
    sheet: str = ""
    pattern: str = ""
    max_field: int = MAX_FIELD

    def for_file(self, path: Path) -> FileFormat:
        """Return the format with kind and delimiter decided for one file.

        Raises:
            FileReadError: no kind is stated and the name's ending tells none.
        """
        suffix = bare_suffix(path)
        kind = self.kind or _SUFFIXES.get(suffix)
        if kind is None:
            raise FileReadError(f"{path.name}: the ending {suffix!r} tells no format; name one of {', '.join(FormatKind)} in the mapping")
        delimiter = self.delimiter or ("\t" if suffix == ".tsv" else ",")
        return replace(self, kind=kind, delimiter=delimiter)


def bare_suffix(path: Path) -> str:
    """Return the ending of a file's name in small letters without ``.gz``: ``.csv`` for ``a.CSV.gz``."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix
