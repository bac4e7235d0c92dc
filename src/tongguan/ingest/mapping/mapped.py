"""Rows to events: all events of a row, or one bad record that holds the whole row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from tongguan.ingest.mapping.errors import RowError
from tongguan.ingest.mapping.evaluate import Evaluator, Get, Scope, Test, Text, Values
from tongguan.ingest.mapping.identity import Occurrences, content_digest, joined_marks
from tongguan.ingest.mapping.rules import Join, Mapping, Missing, Rule
from tongguan.ingest.mapping.values import Constant, Field, Result
from tongguan.ingest.personal import HIDDEN, is_personal_name
from tongguan.lib.ids import digest_id
from tongguan.model.ports import BadRecord
from tongguan.model.reasons import Quarantine
from tongguan.sources.files import BadRow, Row

_ENCODE = msgspec.json.Encoder().encode
MAX_ID = 200
"""Characters of an event's id."""


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """One event.

    Attributes:
        type: its type.
        time: its time, in UTC.
        body: its JSON.
    """

    type: str
    time: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class MappedRow:
    """What became of one row: events, or a bad record, or nothing when no rule fired.

    Attributes:
        number: 1-based place in the file.
        records: its events in the order of the rules.
        bad: why there are none, with the whole row in its body.
    """

    number: int
    records: tuple[MappedRecord, ...] = ()
    bad: BadRecord | None = None


class Joined(Protocol):
    """Finds joined rows."""

    def find(self, role: str, key: str) -> list[Values]:
        """Return the role's rows with a key; empty when there are none."""
        ...


@dataclass(frozen=True, slots=True)
class _Identity:
    row: str
    occurrence: int


class _FiringRule:
    """One rule, compiled."""

    def __init__(self, mapping: Mapping, rule: Rule, evaluator: Evaluator) -> None:
        self._prefix = digest_id(mapping.name, rule.name)
        self._rule = rule
        self._when: Test | None = evaluator.condition(rule.when) if rule.when is not None else None
        self._time = evaluator.field(rule.time)
        self._id: Text | None = evaluator.template(rule.event_id) if rule.event_id is not None else None
        self._base: dict[str, Any] = {"type": rule.type}
        self._attribute_base: dict[str, Any] = {}
        self._fields = self._split(rule.fields, self._base, evaluator)
        self._attributes = self._split(rule.attributes, self._attribute_base, evaluator)
        self._objects = [(thing, evaluator.field(thing.id)) for thing in rule.objects]
        money = [field.value for field in (*rule.fields, *rule.attributes) if field.value.result is Result.MONEY]
        if money and not any(field.target == "currency" for field in rule.fields):
            self._base["currency"] = next((value.currency for value in money if hasattr(value, "currency")), mapping.currency)

    @staticmethod
    def _split(fields: tuple[Field, ...], base: dict[str, Any], evaluator: Evaluator) -> list[tuple[Field, Get]]:
        """Put constants into ``base`` and return the others with their functions."""
        changing = []
        for field in fields:
            if isinstance(field.value, Constant) and not field.codes:
                if field.value.value != "":
                    base[field.target] = field.value.value
            else:
                changing.append((field, evaluator.field(field)))
        return changing

    def fire(self, scope: Scope, identity: _Identity | None) -> Iterator[MappedRecord]:
        """Give the rule's events of one row; none when its condition is false or its time is empty."""
        each = self._rule.each
        if not each:
            record = self._event(scope, identity, "")
            if record is not None:
                yield record
            return
        rows = scope.many[each]
        marks = joined_marks(rows) if self._id is None else [""] * len(rows)
        for row, mark in zip(rows, marks, strict=True):
            scope.rows[each] = row
            record = self._event(scope, identity, mark)
            if record is not None:
                yield record
        scope.rows[each] = None

    def _event(self, scope: Scope, identity: _Identity | None, mark: str) -> MappedRecord | None:
        if self._when is not None and not self._when(scope):
            return None
        time = self._time(scope)
        if not isinstance(time, datetime):
            if self._rule.time.required:
                raise self._missing(self._rule.time)
            return None
        event = dict(self._base)
        event["time"] = time
        event["event_id"] = self._event_id(scope, identity, mark)
        self._fill(event, self._fields, scope)
        attributes = dict(self._attribute_base)
        self._fill(attributes, self._attributes, scope)
        if attributes:
            event["attributes"] = attributes
        if self._objects:
            event["objects"] = [
                {"kind": thing.kind, "id": found, "qualifier": thing.qualifier}
                for thing, get in self._objects
                if (found := get(scope)) is not None
            ]
        return MappedRecord(self._rule.type, time, _ENCODE(event))

    def _fill(self, into: dict[str, Any], fields: list[tuple[Field, Get]], scope: Scope) -> None:
        for field, get in fields:
            found = get(scope)
            if found is not None:
                into[field.target] = found
            elif field.required:
                raise self._missing(field)

    def _missing(self, field: Field) -> RowError:
        columns = ", ".join(map(str, field.value.columns))
        return RowError(Quarantine.MISSING_FIELD, columns, "", f"{self._rule.name} needs {field.target}, but nothing is there", "a value")

    def _event_id(self, scope: Scope, identity: _Identity | None, mark: str) -> str:
        if self._id is not None:
            found = self._id(scope)
            if found is None:
                raise RowError(Quarantine.MISSING_FIELD, "event_id", "", f"{self._rule.name}: a column of event_id is empty", "a value")
            if len(found) > MAX_ID:
                raise RowError(Quarantine.TOO_LARGE, "event_id", HIDDEN, f"{self._rule.name}: event_id is too long", f"{MAX_ID} characters")
            return found
        if identity is None:
            raise RuntimeError(f"rule {self._rule.name} derives its ids, but the row has no identity")
        return digest_id(self._prefix, f"{identity.row}:{identity.occurrence}:{mark}")


class RowMapper:
    """Turns rows of one mapping into events; made once, used for every row.

    Attributes:
        derives_ids: at least one rule derives its ids, so occurrences must be counted.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        evaluator = Evaluator(mapping)
        self._rules = [_FiringRule(mapping, rule, evaluator) for rule in mapping.rules]
        self._joins = [(join, evaluator.text(join.by)) for join in mapping.joins]
        self._nothing: dict[str, Values | None] = {join.role: None for join in mapping.joins}
        self.derives_ids = any(rule.event_id is None for rule in mapping.rules)

    def map(self, row: Row, joined: Joined, file: str, digest: str, occurrence: int) -> MappedRow:
        """Return the events of one row, or one bad record when any rule fails.

        Args:
            row: the driving row.
            joined: where joined rows are.
            file: name of the file, for the bad record.
            digest: content digest of the row; empty when no rule derives ids.
            occurrence: how many identical rows came before it in the file.
        """
        scope = Scope({"": row.values, **self._nothing}, {})
        try:
            for join, key_of in self._joins:
                self._join(join, key_of, scope, joined)
            identity = _Identity(digest, occurrence) if self.derives_ids else None
            records = tuple(record for rule in self._rules for record in rule.fire(scope, identity))
        except RowError as error:
            body = {"mapping": self.mapping.name, "file": file, "row": row.number, "occurrence": occurrence}
            body |= {"columns": row.values, "joined": self._all_joined(scope, joined)}
            return MappedRow(row.number, (), BadRecord(row.number - 1, _ENCODE(body), error.problem))
        return MappedRow(row.number, records)

    def _join(self, join: Join, key_of: Text, scope: Scope, joined: Joined) -> None:
        key = key_of(scope)
        rows = joined.find(join.role, key) if key is not None else []
        if not rows and join.missing is Missing.QUARANTINE:
            shown = HIDDEN if join.by in self.mapping.personal or is_personal_name(join.by.name) else key or ""
            message = f"no row of {join.role} has this {join.by}" if key else f"{join.by} is empty, so no row of {join.role} can be found"
            raise RowError(
                Quarantine.JOIN_MISSING, str(join.by), shown, message, f"a value of {join.role}.{self.mapping.files[join.role].key}"
            )
        if join.many:
            scope.many[join.role] = rows
        elif rows:
            if any(row != rows[0] for row in rows[1:]):
                message = f"{len(rows)} different rows of {join.role} have this {join.by}"
                raise RowError(Quarantine.BAD_ROW, str(join.by), "", message, "one row, or 'take: many'")
            scope.rows[join.role] = rows[0]

    def _all_joined(self, scope: Scope, joined: Joined) -> dict[str, list[Values]]:
        """Return whatever joins, as far as keys are known: a replay under another mapping needs it."""
        found = {}
        for join, key_of in self._joins:
            key = key_of(scope)
            rows = joined.find(join.role, key) if key is not None else []
            if rows:
                found[join.role] = rows
        return found


class Mapped:
    """The rows of one file, mapped one after the other.

    Args:
        mapper: the compiled mapping.
        rows: the driving rows.
        joined: where joined rows are.
        file: name of the file.
        skip: so many rows are read and counted, but not mapped: an earlier run took them.

    Attributes:
        read: rows taken from ``rows`` so far, skipped ones included.
        events: events given so far.
        bad: rows that became bad records so far.
        without_events: rows for which no rule fired so far.
    """

    def __init__(self, mapper: RowMapper, rows: Iterable[Row | BadRow], joined: Joined, file: str, skip: int = 0) -> None:
        self._mapper = mapper
        self._rows = rows
        self._joined = joined
        self._file = file
        self._skip = skip
        self._occurrences = Occurrences()
        self.read = 0
        self.events = 0
        self.bad = 0
        self.without_events = 0

    def __iter__(self) -> Iterator[MappedRow]:
        for row in self._rows:
            self.read += 1
            digest, occurrence = self._identify(row)
            if self.read <= self._skip:
                continue
            mapped = self._map(row, digest, occurrence)
            self.events += len(mapped.records)
            self.bad += mapped.bad is not None
            self.without_events += not mapped.records and mapped.bad is None
            yield mapped

    def _identify(self, row: Row | BadRow) -> tuple[str, int]:
        if not self._mapper.derives_ids:
            return "", 0
        digest = content_digest(row.values) if isinstance(row, Row) else digest_id(row.text)
        return digest, self._occurrences.next(digest)

    def _map(self, row: Row | BadRow, digest: str, occurrence: int) -> MappedRow:
        if isinstance(row, Row):
            return self._mapper.map(row, self._joined, self._file, digest, occurrence)
        return MappedRow(row.number, (), unread_row(self._mapper.mapping.name, self._file, row, occurrence))


def unread_row(mapping: str, file: str, row: BadRow, occurrence: int) -> BadRecord:
    """Return the bad record of a row that could not be read."""
    body = {"mapping": mapping, "file": file, "row": row.number, "occurrence": occurrence, "text": row.text}
    return BadRecord(row.number - 1, _ENCODE(body), row.problem)
