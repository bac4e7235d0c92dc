"""Rows of files: CSV, JSON lines, Parquet, XLSX and text lines, read as a stream, each optionally gzipped.

A reader gives every row of a file once: as a :class:`Row` of texts, or as a :class:`BadRow` that says what is wrong.
"""

from tongguan.sources.files.errors import FileReadError, HeaderError
from tongguan.sources.files.format import FileFormat, FormatKind
from tongguan.sources.files.reading import RowReader, open_rows
from tongguan.sources.files.rows import BadRow, Row

__all__ = ["BadRow", "FileFormat", "FileReadError", "FormatKind", "HeaderError", "Row", "RowReader", "open_rows"]
