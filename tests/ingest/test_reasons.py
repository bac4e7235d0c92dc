"""Every way in which a record can be bad: one reason of the closed list, the field, the value, and what would be valid."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.rig import CONFIG, KEY, MORNING, event
from tests.fixtures.words import SMALL
from tongguan.app.personal import PersonalVault
from tongguan.ingest.checks import Rules
from tongguan.ingest.config import IngestConfig
from tongguan.ingest.steps import STEPS, Steps, Work
from tongguan.model.ports import RawRecord
from tongguan.model.reasons import Problem, Quarantine

MADE_BY_READERS = {Quarantine.BAD_ROW, Quarantine.UNMAPPED_CODE, Quarantine.JOIN_MISSING}
"""Reasons of mappings; the steps never give them."""

MADE_BY_LOADER = {Quarantine.ID_REUSED}

SMALLER = replace(CONFIG, record_bytes=2_000_000)


def run(*bodies: bytes, config: IngestConfig = SMALLER) -> Work:
    """Run the steps over records."""
    steps = Steps(Rules(SMALL, config.text_length), PersonalVault(KEY), config, lambda: 0.0)
    work = Work(7, "shop", MORNING)
    steps.run(work, [RawRecord(position, body) for position, body in enumerate(bodies)])
    return work


def problem(body: bytes) -> Problem:
    """Return what is wrong with one record, which must not be taken."""
    work = run(body)
    assert (len(work.aside), work.rows, work.events) == (1, b"", [])
    assert work.aside[0].body == body
    return work.aside[0].problem


def nested(opening: bytes, closing: bytes, levels: int, inner: bytes = b"1") -> bytes:
    """Return a record whose one attribute is nested that deep."""
    return event(attributes={"x": "HERE"}).replace(b'"HERE"', opening * levels + inner + closing * levels)


def odd(raw: bytes) -> bytes:
    """Return a record with raw JSON as the value of an attribute."""
    return event(attributes={"x": "HERE"}).replace(b'"HERE"', raw)


CASES: list[tuple[str, bytes, Quarantine, str, str]] = [
    ("nothing", b"", Quarantine.MALFORMED_JSON, "", "one JSON object"),
    ("cut short", event()[:-9], Quarantine.MALFORMED_JSON, "", "one JSON object"),
    ("trailing text", event() + b" x", Quarantine.MALFORMED_JSON, "", "one JSON object"),
    ("byte order mark", b"\xef\xbb\xbf" + event(), Quarantine.MALFORMED_JSON, "", "one JSON object"),
    ("an id with NUL", event(order_id="a\x00b"), Quarantine.BAD_TEXT, "order_id", "an id of one printable line"),
    ("an id of two lines", event(customer_id="a\nb"), Quarantine.BAD_TEXT, "customer_id", "an id of one printable line"),
    ("an event id with a bell", event(event_id="\x07"), Quarantine.BAD_TEXT, "event_id", "an id of one printable line"),
    ("NaN", odd(b"NaN"), Quarantine.MALFORMED_JSON, "", "one JSON object"),
    ("Infinity", odd(b"-Infinity"), Quarantine.MALFORMED_JSON, "", "one JSON object"),
    ("a number beyond floats", odd(b"1e400"), Quarantine.MALFORMED_JSON, "", "one JSON object"),
    ("array", b"[1]", Quarantine.NOT_AN_OBJECT, "", "type"),
    ("null", b"null", Quarantine.NOT_AN_OBJECT, "", "type"),
    ("text", b'"order.created"', Quarantine.NOT_AN_OBJECT, "", "type"),
    ("empty object", b"{}", Quarantine.MISSING_FIELD, "type", "order.created"),
    ("no time", event(time=None), Quarantine.MISSING_FIELD, "time", "+08:00"),
    ("null time", event().replace(f'"{MORNING.isoformat()}"'.encode(), b"null"), Quarantine.MISSING_FIELD, "time", "+08:00"),
    ("empty type", event(type=""), Quarantine.MISSING_FIELD, "type", "order.created"),
    ("what the type needs", event(order_id=None), Quarantine.MISSING_FIELD, "order_id", "a non-empty order_id"),
    ("what the type needs, empty", event(order_id=""), Quarantine.MISSING_FIELD, "order_id", "a non-empty order_id"),
    ("unknown type", event(type="order.creatd"), Quarantine.UNKNOWN_TYPE, "type", "did you mean 'order.created'?"),
    ("unknown field", event(chanel="app"), Quarantine.UNKNOWN_FIELD, "chanel", "did you mean 'channel'?"),
    ("unknown code", event(channel="ap"), Quarantine.UNKNOWN_CODE, "channel", "did you mean 'app'? valid: app, shop, web"),
    ("number for text", event(order_id=7), Quarantine.WRONG_TYPE, "order_id", "text of at most 200"),
    ("text for number", event(quantity="3"), Quarantine.WRONG_TYPE, "quantity", "an integer"),
    ("fraction of a piece", event(quantity=1.5), Quarantine.WRONG_TYPE, "quantity", "an integer"),
    ("sequence below zero", event(sequence=-1), Quarantine.WRONG_TYPE, "sequence", "an integer"),
    ("sequence beyond 32 bits", event(sequence=2**32), Quarantine.WRONG_TYPE, "sequence", "an integer"),
    ("attributes as a list", event(attributes=[1]), Quarantine.WRONG_TYPE, "attributes", "a JSON object"),
    ("objects as texts", event(objects=["o2"]), Quarantine.WRONG_TYPE, "objects[0]", "kind"),
    ("object without id", event(objects=[{"kind": "order"}]), Quarantine.WRONG_TYPE, "objects[0]", "kind"),
    ("object with more", event(objects=[{"kind": "a", "id": "b", "c": 1}]), Quarantine.WRONG_TYPE, "objects[0]", "kind"),
    ("amount with fraction", event(amount=12.5), Quarantine.BAD_AMOUNT, "amount", "1250 for 12.50"),
    ("amount as text", event(amount="1250"), Quarantine.BAD_AMOUNT, "amount", "1250 for 12.50"),
    ("amount beyond 64 bits", odd(b"1")[:-1] + b',"amount":9223372036854775808}', Quarantine.BAD_AMOUNT, "amount", "1250"),
    ("time in words", event(time="yesterday"), Quarantine.BAD_TIME, "time", "2026-11-21T10:00:00+08:00"),
    ("time as a number", event(time=1795222800), Quarantine.BAD_TIME, "time", "2026-11-21T10:00:00+08:00"),
    ("30 February", event(time="2026-02-30T00:00:00Z"), Quarantine.BAD_TIME, "time", "2026-11-21T10:00:00+08:00"),
    ("bad due time", event(due_time="soon"), Quarantine.BAD_TIME, "due_time", "2026-11-21T10:00:00+08:00"),
    ("no zone", event(time="2026-11-21T10:00:00"), Quarantine.TIME_WITHOUT_ZONE, "time", "2026-11-21T10:00:00+08:00"),
    ("due without zone", event(due_time="2026-11-21T10:00:00"), Quarantine.TIME_WITHOUT_ZONE, "due_time", "+08:00"),
    ("two days ahead", event(time="2026-11-23T03:00:00Z"), Quarantine.TIME_IN_FUTURE, "time", "at most 2026-11-22"),
    ("the year 9999", event(time="9999-12-31T23:59:59-14:00"), Quarantine.TIME_IN_FUTURE, "time", "at most 2026-11-22"),
    ("last century", event(time="1999-12-31T23:59:59Z"), Quarantine.TIME_TOO_OLD, "time", "at least 2000-01-01"),
    ("the year 1", event(time="0001-01-01T00:00:00+14:00"), Quarantine.TIME_TOO_OLD, "time", "at least 2000-01-01"),
    ("due in the year 1", event(due_time="0001-01-01T00:00:00+14:00"), Quarantine.TIME_TOO_OLD, "due_time", "2000 to 2199"),
    ("due in the year 9999", event(due_time="9999-12-31T00:00:00Z"), Quarantine.TIME_IN_FUTURE, "due_time", "2000 to 2199"),
    ("text for an integer", event(attributes={"pieces": "1"}), Quarantine.BAD_ATTRIBUTE, "pieces", "an integer"),
    ("fraction for an integer", event(attributes={"pieces": 1.0}), Quarantine.BAD_ATTRIBUTE, "pieces", "an integer"),
    ("truth for an integer", event(attributes={"pieces": True}), Quarantine.BAD_ATTRIBUTE, "pieces", "an integer"),
    ("integer beyond 64 bits", odd(b"1").replace(b'"x":1', b'"pieces":' + b"9" * 30), Quarantine.BAD_ATTRIBUTE, "pieces", "an integer"),
    ("long id", event(order_id="x" * 201), Quarantine.TOO_LARGE, "order_id", "a shorter text"),
    ("long type", event(type="x" * 65), Quarantine.TOO_LARGE, "type", "a shorter text"),
    ("1 MB of text", event(attributes={"note": "长" * 350_000}), Quarantine.TOO_LARGE, "note", "at most 100000 characters"),
    ("many texts", event(attributes={f"n{i}": "x" * 90_000 for i in range(4)}), Quarantine.TOO_LARGE, "attributes", "262144 bytes"),
    ("a large record", event(reason="x" * 2_000_000), Quarantine.TOO_LARGE, "", "at most 2000000 bytes"),
    ("40 levels", nested(b"[", b"]", 40), Quarantine.TOO_LARGE, "x", "at most 32 levels"),
    ("100,000 levels", nested(b'{"a":', b"}", 100_000), Quarantine.TOO_LARGE, "", "at most 32 levels"),
    ("not UTF-8", event(order_id="HERE").replace(b"HERE", b"\xff\xfe"), Quarantine.BAD_TEXT, "", "JSON text in UTF-8"),
    ("GB 18030", event(order_id="HERE").replace(b"HERE", "订单".encode("gb18030")), Quarantine.BAD_TEXT, "", "JSON text in UTF-8"),
    ("not UTF-8, far in", event(attributes={"x": "y" * 999 + "HERE"}).replace(b"HERE", b"\xff"), Quarantine.BAD_TEXT, "", "UTF-8"),
    ("surrogate in UTF-8", event(order_id="HERE").replace(b"HERE", b"\xed\xa0\x80"), Quarantine.BAD_TEXT, "", "JSON text in UTF-8"),
    ("half a pair, high", odd(b'"\\ud83d"'), Quarantine.BAD_TEXT, "", "in pairs"),
    ("half a pair, low", odd(b'"\\ude00 and so on"'), Quarantine.BAD_TEXT, "", "in pairs"),
    ("half a pair in a name", odd(b'{"\\udc00":1}'), Quarantine.BAD_TEXT, "", "in pairs"),
]


@pytest.mark.parametrize(("body", "reason", "field", "valid"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_bad_record_has_one_reason(body: bytes, reason: Quarantine, field: str, valid: str) -> None:
    found = problem(body)
    assert (found.reason, found.field) == (reason, field)
    assert valid in found.valid
    assert found.message
    assert len(found.value) <= 80


@pytest.mark.parametrize("levels", [33, 500, *range(950, 1010, 3)])
def test_what_is_nested_too_deeply_is_set_aside_wherever_that_is_noticed(levels: int) -> None:
    found = problem(nested(b"[", b"]", levels))
    assert (found.reason, found.valid) == (Quarantine.TOO_LARGE, "at most 32 levels")


def test_every_reason_is_reached() -> None:
    reached = {case[2] for case in CASES}
    assert reached | MADE_BY_READERS | MADE_BY_LOADER == set(Quarantine)
    assert reached & (MADE_BY_READERS | MADE_BY_LOADER) == set()


GOOD: list[tuple[str, bytes, dict[str, Any]]] = [
    (
        "nulls are left out",
        event()[:-1] + b',"channel":null,"attributes":null,"objects":null,"event_id":null,"amount":null}',
        {"channel": None},
    ),
    ("emoji", event(order_id="😀订单"), {"order_id": "😀订单"}),
    ("escaped emoji", event(order_id="HERE").replace(b"HERE", b"\\ud83d\\ude00"), {"order_id": "😀"}),
    ("the last of two keys", event()[:-1] + b',"order_id":"second"}', {"order_id": "second"}),
    ("200 characters", event(order_id="长" * 200), {"order_id": "长" * 200}),
    ("64 bits", event(amount=-(2**63), quantity=2**63 - 1), {"amount": -(2**63), "quantity": 2**63 - 1}),
    ("32 levels", nested(b"[", b"]", 31), {}),
    ("huge undeclared integer", odd(b"9" * 40), {"attributes": {"x": int("9" * 40)}}),
    ("null attribute", event(attributes={"pieces": None, "phone": None}), {"attributes": {"pieces": None, "phone": None}}),
    ("undeclared attribute", event(attributes={"colour": [1, "red"]}), {"attributes": {"colour": [1, "red"]}}),
    ("just within a day ahead", event(time=(MORNING + timedelta(days=1)).isoformat()), {}),
    ("2000", event(time="2000-01-01T00:00:00Z"), {}),
    ("another zone", event(time="2026-11-20T23:00:00-05:30"), {}),
    ("nanoseconds", event(time="2026-11-21T01:00:00.123456789Z"), {}),
    ("spaces", b" " + event() + b"\r", {"order_id": "o1"}),
]


@pytest.mark.parametrize(("body", "fields"), [case[1:] for case in GOOD], ids=[case[0] for case in GOOD])
def test_what_is_unusual_and_good_is_taken(body: bytes, fields: dict[str, Any]) -> None:
    work = run(body)
    assert work.aside == []
    (_, taken), *more = work.events
    assert more == []
    for name, value in fields.items():
        assert getattr(taken, name) == value


def test_good_records_of_a_bad_batch_are_kept() -> None:
    work = run(event(event_id="1"), b"{", event(event_id="2", channel="?"), event(event_id="3"), b"[]")
    assert [(position, taken.event_id) for position, taken in work.events] == [(0, "1"), (3, "3")]
    assert [(bad.position, bad.problem.reason.value) for bad in work.aside] == [
        (1, "malformed_json"),
        (4, "not_an_object"),
        (2, "unknown_code"),
    ]
    assert len(work.rows.splitlines()) == 2


def test_steps_report_what_went_in_and_out() -> None:
    work = run(event(), b"{", event(channel="?"))
    assert [(r.step, r.entered, r.passed) for r in work.reports] == [
        ("decode", 3, 2),
        ("check", 2, 1),
        ("pseudonymise", 1, 1),
        ("encode", 1, 1),
    ]
    assert tuple(r.step for r in work.reports) == STEPS


def derived(**fields: Any) -> str:
    (_, taken), *_ = run(event(**fields)).events
    assert taken.event_id is not None
    return taken.event_id


def test_ids_come_from_the_content() -> None:
    one = derived(attributes={"a": 1, "b": {"c": 2, "d": 3}})
    assert one.startswith("content:")
    assert derived(attributes={"b": {"d": 3, "c": 2}, "a": 1}) == one
    assert derived(attributes={"a": 1, "b": {"c": 2, "d": 4}}) != one
    assert derived(event_id="") == derived() == derived(channel=None)
    assert derived(amount=1) != derived(quantity=1)
    assert derived(time="2026-11-21T01:00:00+00:00") == derived(time="2026-11-21T01:00:00Z")
    assert derived(event_id="mine") == "mine"


def test_personal_values_do_not_show_in_derived_ids() -> None:
    assert derived(attributes={"phone": "13800138000"}) == derived(attributes={"phone": "13800138000"})
    assert derived(attributes={"phone": "13800138000"}) != derived(attributes={"phone": "13800138001"})
