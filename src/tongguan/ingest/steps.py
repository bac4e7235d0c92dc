"""The named steps from raw record to row, in order: decode → check → pseudonymise → encode.

Every step takes the records that the step before it passed on, and sets aside the ones it cannot pass, with a reason. A step
reports how many went in and out and how long it took.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tongguan.ingest.checks import Rules, personal_attributes
from tongguan.ingest.config import IngestConfig
from tongguan.ingest.diagnose import undecodable
from tongguan.ingest.personal import HIDDEN, hide_named, inner_personal, is_personal_name, token_kind
from tongguan.ingest.ports import PersonalStore, Sealed
from tongguan.lib.ids import DIGEST_MARK, digest_id
from tongguan.lib.now import Ticks
from tongguan.model.event import REFERENCES, Event, ObjectRef
from tongguan.model.ports import BadRecord, RawRecord
from tongguan.model.reasons import Problem, Quarantine
from tongguan.model.vocabulary import Attribute

STEPS: Final = ("decode", "check", "pseudonymise", "encode")

_LOOKS_PERSONAL: Final = re.compile(r"(?:\+?86)?1[3-9]\d{9}|\d{17}[\dXx]|[^@\s]+@[^@\s]+\.[^@\s]+")
"""An identifier that is a mobile number, a Chinese identity number or an e-mail address."""

_PERSON_COLUMNS: Final = ("customer_id", "actor_id", "session_id", "contact_id")


_DUE_BEFORE: Final = 2200
"""Years that every engine can store."""


@dataclass
class Report:
    """What one step did: records in, records out, seconds."""

    step: str
    entered: int
    passed: int
    seconds: float


@dataclass
class Work:
    """A batch on its way through the steps."""

    batch: int
    source: str
    received_time: datetime
    trusted: bool = False
    events: list[tuple[int, Event]] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)
    aside: list[BadRecord] = field(default_factory=list)
    personal: list[Sealed] = field(default_factory=list)
    rows: bytes = b""
    reports: list[Report] = field(default_factory=list)

    def set_aside(self, position: int, problem: Problem) -> None:
        """Move one record to quarantine."""
        self.aside.append(BadRecord(position, self.bodies[position], problem))


class Steps:
    """The steps, with what they need.

    Args:
        rules: what the packs allow.
        store: tokens and encrypted plain values.
        config: limits.
        ticks: clock for durations.
    """

    def __init__(self, rules: Rules, store: PersonalStore, config: IngestConfig, ticks: Ticks) -> None:
        self._rules = rules
        self._store = store
        self._config = config
        self._ticks = ticks
        self._decoder = msgspec.json.Decoder(Event)
        # Sorted keys: the same attributes in another order are the same body.
        self._encoder = msgspec.json.Encoder(order="deterministic")

    def run(self, work: Work, records: Sequence[RawRecord]) -> None:
        """Run every step over a batch; results and reports are left in ``work``."""
        self._timed(work, "decode", len(records), lambda: self._decode(work, records))
        for name, step in (("check", self._check), ("pseudonymise", self._pseudonymise), ("encode", self._encode)):
            self._timed(work, name, len(work.events), lambda step=step: step(work))  # type: ignore[misc]

    def _timed(self, work: Work, name: str, entered: int, step: Callable[[], None]) -> None:
        began = self._ticks()
        step()
        work.reports.append(Report(name, entered, len(work.events), self._ticks() - began))

    def _decode(self, work: Work, records: Sequence[RawRecord]) -> None:
        decode, limit = self._decoder.decode, self._config.record_bytes
        for record in records:
            work.bodies[record.position] = record.body
            if len(record.body) > limit:
                message = f"the record has {len(record.body)} bytes"
                work.set_aside(record.position, Problem(Quarantine.TOO_LARGE, "", "", message, f"at most {limit} bytes"))
                continue
            try:
                work.events.append((record.position, decode(record.body)))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                work.set_aside(record.position, undecodable(record.body, error))

    def _check(self, work: Work) -> None:
        earliest, latest = self._config.oldest, work.received_time + self._config.future
        # Comparing aware instants is slow; a calendar date two days inside the bounds is inside in every zone.
        surely_after, surely_before = (earliest + timedelta(days=2)).date(), (latest - timedelta(days=2)).date()
        kept = []
        for position, event in work.events:
            problem = self._rules.problem(event)
            if problem is None and not surely_after < event.time.date() < surely_before:
                problem = _out_of_time(event.time, earliest, latest)
            if problem is None and event.due_time is not None and not earliest.year <= event.due_time.year < _DUE_BEFORE:
                problem = _out_of_due_time(event.due_time, earliest)
            if problem is None:
                kept.append((position, event))
            else:
                work.set_aside(position, problem)
        work.events = kept

    def _pseudonymise(self, work: Work) -> None:
        for _, event in work.events:
            rules = self._rules.of(event)
            columns = rules.personal_columns if rules else ()
            for column in _PERSON_COLUMNS:
                value = getattr(event, column)
                if value and (column in columns or _looks_personal(value)):
                    setattr(event, column, self._tokenise(work, column.removesuffix("_id"), value, ""))
            for column in columns:
                value = getattr(event, column)
                if column not in _PERSON_COLUMNS and isinstance(value, str) and value:
                    setattr(event, column, self._tokenise(work, column.removesuffix("_id"), value, event.customer_id or ""))
            if event.objects:
                event.objects = [self._object(work, o, columns) for o in event.objects]
            if event.attributes and rules is not None:
                self._attributes(work, rules.attributes, event.attributes, event.customer_id or "")

    def _attributes(self, work: Work, declared: Mapping[str, Attribute], attributes: dict[str, Any], customer: str) -> None:
        for name in personal_attributes(declared, attributes):
            self._replace(work, attributes, name, customer)
        for value in attributes.values():
            if isinstance(value, list | dict):
                for holder, name in inner_personal(value):
                    self._replace(work, holder, name, customer)

    def _replace(self, work: Work, holder: dict[str, Any], name: str, customer: str) -> None:
        value = holder[name]
        plain = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        holder[name] = self._tokenise(work, token_kind(name), plain, customer)

    def _object(self, work: Work, found: ObjectRef, columns: Sequence[str]) -> ObjectRef:
        column = f"{found.kind}_id"
        personal = column in columns or ((column in _PERSON_COLUMNS or column not in REFERENCES) and _looks_personal(found.id))
        return msgspec.structs.replace(found, id=self._tokenise(work, token_kind(found.kind), found.id, "")) if personal else found

    def shown(self, name: str, text: str) -> str:
        """Return a value or a piece of a record as a bad record may show it: without personal data.

        Args:
            name: the field that it stands in; empty for a whole record.
            text: JSON, whole or cut, or a plain value.
        """
        last = name.rpartition(".")[2]
        if text and (last in self._rules.personal_names or is_personal_name(last)):
            return HIDDEN
        return self._store.mask(hide_named(text, self._rules.personal_names))

    def customer(self, value: str) -> str:
        """Return a customer's id as it is stored: a token where it looks personal."""
        return self._store.token("customer", value) if _looks_personal(value) else value

    def _tokenise(self, work: Work, kind: str, value: str, customer: str) -> str:
        if work.trusted and self._store.is_token(value):
            return value
        token = self._store.token(kind, value)
        work.personal.append(Sealed(token, kind, value, customer or (token if kind == "customer" else "")))
        return token

    def _encode(self, work: Work) -> None:
        rows, kept = [], []
        for position, event in work.events:
            # Attributes cannot be larger than the whole record, so most records need no measuring.
            if event.attributes and len(work.bodies[position]) > self._config.attribute_bytes:
                size = len(self._encoder.encode(event.attributes))
                if size > self._config.attribute_bytes:
                    message = f"the attributes have {size} bytes"
                    valid = f"at most {self._config.attribute_bytes} bytes"
                    work.set_aside(position, Problem(Quarantine.TOO_LARGE, "attributes", "", message, valid))
                    continue
            if not event.event_id:
                event.event_id = self._derived_id(event)
            rules = self._rules.of(event)
            rank = rules.rank if rules else 500
            rows.append((*msgspec.structs.astuple(event), rank, work.source, work.batch, position, work.received_time))
            kept.append((position, event))
        work.events = kept
        work.rows = self._encoder.encode_lines(rows)

    def _derived_id(self, event: Event) -> str:
        event.event_id = None
        return "content:" + digest_id(self._encoder.encode(event).decode())


def _out_of_time(moment: datetime, earliest: datetime, latest: datetime) -> Problem | None:
    if moment > latest:
        message = f"time {moment.isoformat()} lies ahead of the clock by more than a day"
        return Problem(Quarantine.TIME_IN_FUTURE, "time", moment.isoformat(), message, f"at most {latest.isoformat()}")
    if moment < earliest:
        message = f"time {moment.isoformat()} lies before anything that is kept"
        return Problem(Quarantine.TIME_TOO_OLD, "time", moment.isoformat(), message, f"at least {earliest.isoformat()}")
    return None


def _out_of_due_time(moment: datetime, earliest: datetime) -> Problem:
    early = moment.year < earliest.year
    reason = Quarantine.TIME_TOO_OLD if early else Quarantine.TIME_IN_FUTURE
    message = f"due_time {moment.isoformat()} lies too far {'back' if early else 'ahead'}"
    return Problem(reason, "due_time", moment.isoformat(), message, f"a year from {earliest.year} to {_DUE_BEFORE - 1}")


def _looks_personal(value: str) -> bool:
    """Tell whether an identifier says who somebody is, or was derived from what does."""
    if value.startswith(DIGEST_MARK):
        return True
    return (len(value) >= 11 or "@" in value) and _LOOKS_PERSONAL.fullmatch(value) is not None


def preview(shown: Callable[[str], str], body: bytes, length: int = 200) -> str:
    """Return the beginning of a quarantined body, for lists; ``shown`` hides personal data."""
    return shorten_to(shown(body[: length * 4].decode("utf-8", "replace")), length)


def shorten_to(text: str, length: int) -> str:
    """Return at most ``length`` characters of a text, marked when cut."""
    return text if len(text) <= length else text[: length - 1] + "…"
