"""What an event type allows: compiled once per type from the packs, run once per event."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from tongguan.ingest.diagnose import DEEPEST, shorten
from tongguan.ingest.personal import is_personal_name
from tongguan.lib.suggest import valid_hint
from tongguan.model.event import REFERENCES, Event
from tongguan.model.reasons import Problem, Quarantine
from tongguan.model.vocabulary import Attribute, EventType, Kind, Vocabulary

_WHOLE: Final = (int,)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,38}(\.[0-9]{1,38})?([eE][+-]?[0-9]{1,3})?")
_KINDS: Final[dict[Kind, tuple[type, ...]]] = {
    Kind.TEXT: (str,),
    Kind.INTEGER: _WHOLE,
    Kind.MONEY: _WHOLE,
    Kind.DECIMAL: (int, float, str),
    Kind.BOOLEAN: (bool,),
    Kind.TIME: (str,),
    Kind.DATE: (str,),
    Kind.LIST: (list,),
    Kind.OBJECT: (dict,),
}
_EXAMPLES: Final[dict[Kind, str]] = {
    Kind.TEXT: "text",
    Kind.INTEGER: "an integer",
    Kind.MONEY: "an integer in minor units",
    Kind.DECIMAL: "a number, or decimal text",
    Kind.BOOLEAN: "true or false",
    Kind.TIME: "2026-11-21T10:00:00+08:00",
    Kind.DATE: "2026-11-21",
    Kind.LIST: "a JSON array",
    Kind.OBJECT: "a JSON object",
}

_WHOLE_KINDS: Final = (Kind.INTEGER, Kind.MONEY)
_LEAST: Final = -(2**63)

Check = Callable[[Event], Problem | None]


@dataclass(frozen=True)
class TypeRules:
    """What the steps need to know of one event type."""

    rank: int
    requires: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    personal_columns: tuple[str, ...]


class Rules:
    """The rules of every event type, and the closed code lists.

    Args:
        vocabulary: what the packs declare.
        text_length: longest text inside attributes, in characters.
    """

    def __init__(self, vocabulary: Vocabulary, text_length: int) -> None:
        self._types = {name: _rules_of(event_type) for name, event_type in vocabulary.event_types.items()}
        self._codes = {column: frozenset(codes) for column, codes in vocabulary.codes.items()}
        self._text_length = text_length
        self.personal_names = frozenset(a.name for t in vocabulary.event_types.values() for a in t.attributes if a.personal)
        """Every attribute name that some type declares personal."""

    def of(self, event: Event) -> TypeRules | None:
        """Return the rules of the event's type; None for an unknown type."""
        return self._types.get(event.type)

    def problem(self, event: Event) -> Problem | None:
        """Return what is wrong with a decoded event, or None."""
        rules = self._types.get(event.type)
        if rules is None:
            hint = valid_hint(event.type, self._types)
            return Problem(Quarantine.UNKNOWN_TYPE, "type", shorten(event.type), f"no event type {shorten(event.type)!r}", hint)
        for column in rules.requires:
            if getattr(event, column) in (None, ""):
                message = f"{event.type} needs {column}"
                return Problem(Quarantine.MISSING_FIELD, column, "", message, f"a non-empty {column}")
        unprintable = _unprintable(event)
        if unprintable:
            message = f"{unprintable} {shorten(getattr(event, unprintable))!r} holds a control character"
            return Problem(Quarantine.BAD_TEXT, unprintable, shorten(getattr(event, unprintable)), message, "an id of one printable line")
        for column, codes in self._codes.items():
            code = getattr(event, column)
            if code and code not in codes:
                message = f"{shorten(code)!r} is no {column}"
                return Problem(Quarantine.UNKNOWN_CODE, column, shorten(code), message, valid_hint(code, codes, most=30))
        if event.attributes:
            return self._attribute_problem(rules.attributes, event.attributes)
        return None

    def _attribute_problem(self, declared: Mapping[str, Attribute], attributes: dict[str, Any]) -> Problem | None:
        for name, value in attributes.items():
            if isinstance(value, str) and len(value) > self._text_length:
                message = f"attribute {shorten(name)!r} has {len(value)} characters"
                return Problem(Quarantine.TOO_LARGE, shorten(name), shorten(value), message, f"at most {self._text_length} characters")
            if isinstance(value, list | dict) and _is_deep(value):
                message = f"attribute {shorten(name)!r} is nested too deeply"
                return Problem(Quarantine.TOO_LARGE, shorten(name), "", message, f"at most {DEEPEST} levels")
            attribute = declared.get(name)
            if attribute is None or value is None:
                continue
            if not _fits(attribute.kind, value):
                message = f"attribute {name!r} is to be {attribute.kind}"
                shown = "" if attribute.personal else shorten(value)
                return Problem(Quarantine.BAD_ATTRIBUTE, name, shown, message, _EXAMPLES[attribute.kind])
            if attribute.values and value not in attribute.values:
                message = f"attribute {name!r} has no value {shorten(value)!r}"
                return Problem(Quarantine.BAD_ATTRIBUTE, name, shorten(value), message, valid_hint(str(value), attribute.values))
        return None


def _unprintable(event: Event) -> str:
    """Return the first id that holds a line feed, NUL or the like: it could be neither addressed nor shown; empty where none does."""
    ids = [getattr(event, column) or "" for column in _IDS]
    if "".join(ids).isprintable():
        return ""
    return next((column for column, found in zip(_IDS, ids, strict=True) if _CONTROL.search(found)), "")


_IDS: Final = ("event_id", *REFERENCES)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]")


def _rules_of(event_type: EventType) -> TypeRules:
    return TypeRules(event_type.rank, event_type.requires, {a.name: a for a in event_type.attributes}, event_type.personal)


def _fits(kind: Kind, value: object) -> bool:
    # In the order of how often they come: this runs for every attribute of every event.
    if kind is Kind.TEXT:
        return isinstance(value, str)
    if isinstance(value, bool):
        return kind is Kind.BOOLEAN
    if isinstance(value, int) and kind in _WHOLE_KINDS:
        return _LEAST <= value < -_LEAST
    if not isinstance(value, _KINDS[kind]):
        return False
    if kind is Kind.TIME:
        return _is_time(str(value))
    if kind is Kind.DATE:
        return _is_day(str(value))
    if kind is Kind.DECIMAL and isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return True


def _is_deep(value: object) -> bool:
    """Tell whether a value has more than :data:`DEEPEST` levels."""
    level = [value]
    for _ in range(DEEPEST):
        inner = [v for v in level if isinstance(v, list | dict)]
        level = [v for one in inner for v in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return any(isinstance(v, list | dict) for v in level)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def personal_attributes(declared: Mapping[str, Attribute], attributes: Mapping[str, Any]) -> list[str]:
    """Return the names of the attributes present whose values are personal, declared so or by their name."""
    return [
        name
        for name, value in attributes.items()
        if value not in (None, "") and (a.personal if (a := declared.get(name)) is not None else is_personal_name(name))
    ]
