"""Why a whole file cannot be read; a bad row is no error but a :class:`~tongguan.sources.files.rows.BadRow`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tongguan.lib.suggest import nearest


class FileReadError(Exception):
    """The file cannot be read as its format says; a retry helps only after the file or the format was changed."""


class HeaderError(FileReadError):
    """The header of the file is missing, double, or lacks columns.

    Attributes:
        missing: names of the columns that were asked for and are not there; empty for other faults.
    """

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.missing = tuple(missing)


def require_columns(path: Path, present: Sequence[str], required: Iterable[str]) -> None:
    """Raise when the file lacks columns, naming each with the nearest one that it has.

    Raises:
        HeaderError: at least one of ``required`` is not in ``present``.
    """
    missing = [name for name in dict.fromkeys(required) if name not in present]
    if not missing:
        return
    named = []
    for name in missing:
        near = nearest(name, present)
        named.append(f"{name!r} (did you mean {near!r}?)" if near else repr(name))
    shown = ", ".join(repr(name) for name in present[:30]) or "none"
    raise HeaderError(
        f"{path.name} has no column {', '.join(named)}; its columns are: {shown}. "
        "Check the header row, the delimiter and the encoding; a retry of the same file will not help",
        missing,
    )
