"""A mapping as data: which files there are, how they join, and which events a row becomes."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from tongguan.ingest.mapping.values import Column, Field, Template
from tongguan.sources.files import FileFormat


class Missing(StrEnum):
    """What becomes of a row whose joined row is not there."""

    ALLOWED = "allowed"
    QUARANTINE = "quarantine"


@dataclass(frozen=True)
class FileRole:
    """The part that some files play.

    Attributes:
        name: used in ``rows``, ``joins`` and as ``name.column``.
        patterns: names that its files have, with ``*`` and ``?``.
        form: how they are read.
        key: column by which they are joined; empty for the driving files.
        optional: the import goes on without such a file.
        optional_columns: columns that a file may lack.
        empty: texts that mean nothing is there, besides the empty text.
    """

    name: str
    patterns: tuple[str, ...]
    form: FileFormat
    key: str = ""
    optional: bool = False
    optional_columns: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Join:
    """How rows of another role are found for a row.

    Attributes:
        role: the other role.
        by: column with the key that is looked up: of the driving row, or of a ``one`` join above this one.
        many: any number of rows may be found; else at most one.
        missing: what to do when none is found.
    """

    role: str
    by: Column
    many: bool
    missing: Missing


@dataclass(frozen=True)
class CodeTable:
    """A table from the file's codes to ours.

    Attributes:
        name: used in ``codes:`` of a field.
        exact: text → code.
        patterns: (text with ``*`` and ``?``, code), tried in order when ``exact`` has nothing.
        otherwise: the code for any other text; None to quarantine the row.
        keep: any other text stays as it is.
    """

    name: str
    exact: Lookup[str, str]
    patterns: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    keep: bool = False


@dataclass(frozen=True)
class Present:
    """True when a column holds something; of a ``many`` role outside ``each``: when any of its rows does."""

    column: Column


@dataclass(frozen=True)
class OneOf:
    """True when a column's text is one of some."""

    column: Column
    texts: frozenset[str]


@dataclass(frozen=True)
class AllOf:
    """True when every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """True when at least one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """True when the part is not."""

    part: Condition


Condition = Present | OneOf | AllOf | AnyOf | Not


@dataclass(frozen=True)
class ObjectRule:
    """A further object that the event touches.

    Attributes:
        kind: kind of the object.
        id: where its id comes from; without one the object is left out.
        qualifier: what the object is to the event.
    """

    kind: str
    id: Field
    qualifier: str = ""


@dataclass(frozen=True)
class Rule:
    """One kind of event that a row becomes.

    Attributes:
        name: unique in the mapping; part of derived ids.
        type: event type.
        time: when; without one the rule does not fire, unless the time is required.
        when: the rule fires only if this is true; None for always.
        each: role of a ``many`` join: one event per joined row; empty for one event per row.
        event_id: template of the id; None to derive it from the row's content.
        fields: wide columns.
        attributes: what only this type has.
        objects: further objects.
        line: where the rule begins in the mapping file.
    """

    name: str
    type: str
    time: Field
    when: Condition | None = None
    each: str = ""
    event_id: Template | None = None
    fields: tuple[Field, ...] = ()
    attributes: tuple[Field, ...] = ()
    objects: tuple[ObjectRule, ...] = ()
    line: int = 0

    def all_fields(self) -> tuple[Field, ...]:
        """Return time, wide columns, attributes and ids of objects."""
        return (self.time, *self.fields, *self.attributes, *(thing.id for thing in self.objects))


@dataclass(frozen=True)
class Mapping:
    """A whole mapping, checked against the vocabulary.

    Attributes:
        path: the file it came from.
        name: stable name, part of derived ids.
        source: name of the sending system.
        zone: IANA name of the zone of times without one.
        currency: ISO 4217 code of amounts.
        files: roles by name.
        rows: role of the driving files.
        joins: in the order in which they are made.
        codes: tables by name.
        rules: in file order.
        personal: columns whose value becomes a personal column or attribute; never shown in problems.
        used: per role, the columns that the mapping takes.
        fingerprint: digest of the file's text.
    """

    path: Path
    name: str
    source: str
    zone: str
    currency: str
    files: Lookup[str, FileRole]
    rows: str
    joins: tuple[Join, ...] = ()
    codes: Lookup[str, CodeTable] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[Rule, ...] = ()
    personal: frozenset[Column] = frozenset()
    used: Lookup[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    fingerprint: str = ""

    @property
    def driving(self) -> FileRole:
        """The role whose rows become events."""
        return self.files[self.rows]

    def needed(self, role: FileRole) -> tuple[str, ...]:
        """Return the columns that a file of the role must have."""
        return tuple(sorted(self.used.get(role.name, frozenset()) - role.optional_columns))


def columns_of(condition: Condition | None) -> tuple[Column, ...]:
    """Return the columns that a condition looks at."""
    match condition:
        case Present(column) | OneOf(column):
            return (column,)
        case AllOf(parts) | AnyOf(parts):
            return tuple(column for part in parts for column in columns_of(part))
        case Not(part):
            return columns_of(part)
        case None:
            return ()
