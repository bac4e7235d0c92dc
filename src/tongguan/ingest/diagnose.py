"""What exactly is wrong with a record that did not decode: the slow path, taken only by bad records."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from tongguan.lib.suggest import valid_hint
from tongguan.model.event import EVENT_FIELDS
from tongguan.model.reasons import Problem, Quarantine

DEEPEST = 32
"""Levels of arrays and objects within ``attributes``."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_AT = re.compile(r" - at `\$\.?([^`]*)`")
_SHOWN = 80

_TIME_FIELDS = ("time", "due_time")
_EXAMPLE = "2026-11-21T10:00:00+08:00"


def shorten(value: object) -> str:
    """Return a value as text short enough to show."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def undecodable(body: bytes, error: Exception) -> Problem:
    """Return the problem of a record that is no valid :class:`~tongguan.model.event.Event`."""
    try:
        raw: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        return _not_json(body, broken)
    if not isinstance(raw, dict):
        return Problem(Quarantine.NOT_AN_OBJECT, "", shorten(raw), "an event is a JSON object", '{"type": …, "time": …}')
    return _unknown_field(raw) or _missing(raw) or _bad_time(raw) or _wrong_type(raw, error)


def _not_json(body: bytes, error: Exception) -> Problem:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as broken:
        value = repr(body[broken.start : broken.start + 8])
        return Problem(Quarantine.BAD_TEXT, "", value, f"not UTF-8 at byte {broken.start}", "JSON text in UTF-8")
    if isinstance(error, RecursionError):
        return Problem(Quarantine.TOO_LARGE, "", "", "the record is nested too deeply", f"at most {DEEPEST} levels")
    if _SURROGATE.search(body) and _is_json(body):
        return Problem(Quarantine.BAD_TEXT, "", "", f"half a character: {error}", "whole characters; \\ud83d\\ude00 comes in pairs")
    return Problem(Quarantine.MALFORMED_JSON, "", shorten(text), f"not valid JSON: {error}", "one JSON object")


def _is_json(body: bytes) -> bool:
    """Tell whether a reader that allows halves of surrogate pairs can read it."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _unknown_field(raw: dict[str, Any]) -> Problem | None:
    unknown = [name for name in raw if name not in EVENT_FIELDS]
    if not unknown:
        return None
    name = unknown[0]
    return Problem(
        Quarantine.UNKNOWN_FIELD,
        shorten(name),
        shorten(raw[name]),
        f"{shorten(name)!r} is no field of an event; what only one type has belongs in attributes",
        valid_hint(name, EVENT_FIELDS, most=40),
    )


def _missing(raw: dict[str, Any]) -> Problem | None:
    for name in ("type", "time"):
        if raw.get(name) in (None, ""):
            valid = _EXAMPLE if name == "time" else "a type such as order.created"
            return Problem(Quarantine.MISSING_FIELD, name, "", f"{name} is missing or empty", valid)
    return None


def _bad_time(raw: dict[str, Any]) -> Problem | None:
    for name in _TIME_FIELDS:
        value = raw.get(name)
        if value is None:
            continue
        try:
            moment = msgspec.convert(value, type=_datetime()) if isinstance(value, str) else None
        except msgspec.ValidationError:
            moment = None
        if moment is None:
            return Problem(Quarantine.BAD_TIME, name, shorten(value), f"{name} is no RFC 3339 time", _EXAMPLE)
        if moment.tzinfo is None:
            message = f"{name} has no zone, so it names no moment; add Z or an offset"
            return Problem(Quarantine.TIME_WITHOUT_ZONE, name, shorten(value), message, f"{value}+08:00")
    return None


def _datetime() -> Any:
    from datetime import datetime

    return datetime


def _wrong_type(raw: dict[str, Any], error: Exception) -> Problem:
    found = _AT.search(str(error))
    path = found.group(1) if found else ""
    value = raw.get(path.partition(".")[0].partition("[")[0])
    reason = Quarantine.BAD_AMOUNT if path == "amount" else Quarantine.WRONG_TYPE
    expected = _AT.sub("", str(error))
    if "length <=" in expected:
        return Problem(Quarantine.TOO_LARGE, path, shorten(value), f"{path}: {expected}", "a shorter text")
    return Problem(reason, path, shorten(value), f"{path or 'record'}: {expected}", _expected(path))


def _expected(path: str) -> str:
    if path == "amount":
        return "an integer in minor units (fen, cents), such as 1250 for 12.50"
    if path in {"quantity", "duration", "sequence"}:
        return "an integer"
    if path.startswith("attributes"):
        return "a JSON object"
    if path.startswith("objects"):
        return '[{"kind": "order", "id": "…", "qualifier": ""}]'
    return "text of at most 200 characters"
