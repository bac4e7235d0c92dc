"""Which files play which part, and the joined ones in memory."""

from __future__ import annotations

import fnmatch
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from pathlib import Path

from tongguan.ingest.mapping.errors import InputError
from tongguan.ingest.mapping.evaluate import Values
from tongguan.ingest.mapping.rules import FileRole, Mapping
from tongguan.lib.ids import digest_id
from tongguan.sources.files import BadRow, open_rows


@dataclass(frozen=True)
class Inputs:
    """The files of one import.

    Attributes:
        files: role → its files by name.
        ignored: files of the given folders that play no part.
    """

    files: Lookup[str, tuple[Path, ...]]
    ignored: tuple[Path, ...] = ()


def find_inputs(mapping: Mapping, paths: Iterable[Path]) -> Inputs:
    """Give every file its role by its name; folders are looked into, not below.

    Raises:
        InputError: a path does not exist, a named file plays no part or two, or a role that is not optional has none.
    """
    found: defaultdict[str, list[Path]] = defaultdict(list)
    ignored = []
    for path in dict.fromkeys(paths):
        if not path.exists():
            raise InputError(f"{path} does not exist")
        inside = path.is_dir()
        for file in sorted(child for child in path.iterdir() if child.is_file()) if inside else [path]:
            role = _role_of(mapping, file)
            if role is not None:
                found[role].append(file)
            elif inside:
                ignored.append(file)
            else:
                raise InputError(f"{file.name} plays no part in mapping {mapping.name!r}; {_expected(mapping.files.values())}")
    lacking = [role for role in mapping.files.values() if not role.optional and role.name not in found and _is_used(mapping, role)]
    if lacking:
        raise InputError(f"mapping {mapping.name!r} lacks files: {_expected(lacking)}")
    unique = {role: tuple(sorted(set(files), key=lambda file: (file.name, str(file)))) for role, files in found.items()}
    return Inputs(unique, tuple(ignored))


def _is_used(mapping: Mapping, role: FileRole) -> bool:
    return role.name == mapping.rows or any(join.role == role.name for join in mapping.joins)


def _role_of(mapping: Mapping, file: Path) -> str | None:
    plain = file.name.removesuffix(".gz")
    roles = [
        role.name
        for role in mapping.files.values()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in role.patterns for name in (file.name, plain))
    ]
    if len(roles) > 1:
        raise InputError(f"{file.name} fits the patterns of {' and '.join(roles)}; make the patterns of mapping {mapping.name!r} differ")
    return roles[0] if roles else None


def _expected(roles: Iterable[FileRole]) -> str:
    return "; ".join(f"{role.name}: {' or '.join(role.patterns)}" for role in roles)


def file_digest(path: Path) -> str:
    """Return a digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def inputs_digest(mapping: Mapping, inputs: Inputs) -> str:
    """Return a digest of the mapping and of the content of all joined files: with the driving file, all that events depend on."""
    parts = [mapping.fingerprint]
    for role, files in sorted(inputs.files.items()):
        if role != mapping.rows:
            parts += [role, *(file_digest(file) for file in files)]
    return digest_id(*parts)


class JoinedFiles:
    """The rows of all joined files, in memory, by key.

    Attributes:
        read: role → rows read.
        bad: rows that could not be read, with their file.
        columns: role → columns found.
    """

    def __init__(self, mapping: Mapping, inputs: Inputs) -> None:
        self._rows: dict[str, dict[str, list[Values]]] = {}
        self._found: dict[str, set[str]] = {}
        self.read: dict[str, int] = {}
        self.bad: list[tuple[Path, BadRow]] = []
        self.columns: dict[str, set[str]] = {}
        for join in mapping.joins:
            self._load(mapping, mapping.files[join.role], inputs.files.get(join.role, ()))

    def _load(self, mapping: Mapping, role: FileRole, files: Sequence[Path]) -> None:
        by_key: defaultdict[str, list[Values]] = defaultdict(list)
        columns: set[str] = set()
        self.read[role.name] = 0
        for file in files:
            with open_rows(file, role.form, mapping.needed(role)) as reader:
                columns.update(reader.columns)
                for row in reader:
                    if isinstance(row, BadRow):
                        self.bad.append((file, row))
                        continue
                    if not reader.columns:
                        columns.update(row.values)
                    by_key[(row.values.get(role.key) or "").strip()].append(row.values)
                self.read[role.name] += reader.read
        self._rows[role.name] = dict(by_key)
        self._found[role.name] = set()
        self.columns[role.name] = columns

    def find(self, role: str, key: str) -> list[Values]:
        """Return the role's rows with a key, in file order; empty when there are none."""
        rows = self._rows[role].get(key)
        if rows is None:
            return []
        self._found[role].add(key)
        return rows

    def unjoined(self) -> dict[str, int]:
        """Return, per role, how many rows no driving row has asked for so far."""
        return {role: sum(len(rows) for key, rows in by_key.items() if key not in self._found[role]) for role, by_key in self._rows.items()}
