"""Every function of the mapping language, on good and bad texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.mapping.made import HEAD, JOINED, events, file, mapped, mapping, reasons
from tongguan.ingest.mapping.evaluate import money_parser
from tongguan.ingest.mapping.times import time_parser
from tongguan.ingest.mapping.values import Amounts
from tongguan.ingest.personal import HIDDEN
from tongguan.lib.money import MoneyTextError, to_text
from tongguan.model.reasons import Quarantine

RULE = "- {type: thing.made, time: at, fields: {order_id: id, %s}, attributes: {%s}}"


def one(tmp_path: Path, value: str, fields: str = "", attributes: str = "", head: str = HEAD) -> dict[str, Any]:
    """Return the event that a row with ``x`` = value becomes, or its reason under ``bad``."""
    found = mapping(tmp_path, RULE % (fields, attributes), head)
    (tmp_path / "rows.csv").write_text(f'id,at,x,y\nA,2026-03-01 09:30:00,"{value}",why\n', encoding="utf-8")
    rows = mapped(found, tmp_path / "rows.csv")
    if rows[0].bad is not None:
        return {"bad": rows[0].bad.problem.reason, "value": rows[0].bad.problem.value}
    return events(rows)[0]


def attribute(tmp_path: Path, value: str, spec: str) -> Any:
    event = one(tmp_path, value, attributes=spec)
    return event["bad"] if "bad" in event else event.get("attributes", {}).get(spec.partition(":")[0])


def test_plain_columns_constants_and_templates(tmp_path: Path) -> None:
    event = one(
        tmp_path, " a ", "region: x, channel: {value: web}, tier: {template: '{{{x}}}-{y}%'}, quantity: {value: 2}", "gift: {value: true}"
    )
    assert event["time"] == "2026-03-01T01:30:00Z"
    assert (event["region"], event["channel"], event["tier"], event["quantity"]) == ("a", "web", "{a}-why%", 2)
    assert event["attributes"] == {"gift": True}


def test_nothing_there_leaves_the_field_out(tmp_path: Path) -> None:
    event = one(tmp_path, "  ", "region: x, tier: {template: '{x}{y}'}, amount: {money: x}, due_time: x", "note: {digest: [x]}")
    assert {"region", "tier", "amount", "due_time", "attributes"}.isdisjoint(event)


def test_empty_texts_can_be_stated(tmp_path: Path) -> None:
    head = HEAD.replace("format: csv", 'format: csv, empty: ["-", "NULL"]')
    assert "region" not in one(tmp_path, "-", "region: x", head=head)
    assert one(tmp_path, "--", "region: x", head=head)["region"] == "--"


@pytest.mark.parametrize(
    ("spec", "text", "expected"),
    [
        ("pieces: {integer: x}", "-12", -12),
        ("pieces: {integer: x}", "12.0", 12),
        ("pieces: {integer: x, times: 1000}", "1.5", 1500),
        ("pieces: {integer: x, times: 10}", "-0.5", -5),
        ("pieces: {integer: x}", "12.5", Quarantine.BAD_ROW),
        ("pieces: {integer: x}", "1e3", Quarantine.BAD_ROW),
        ("pieces: {integer: x}", "9" * 25, Quarantine.BAD_ROW),
        ("pieces: {integer: x}", "1_000", Quarantine.BAD_ROW),
        ("weight: {decimal: x}", "1.250", "1.250"),
        ("weight: {decimal: x, decimal_point: ',', thousands: '.'}", "1.234,5", "1234.5"),
        ("weight: {decimal: x}", "heavy", Quarantine.BAD_ROW),
        ("gift: {boolean: x}", "yes", True),
        ("gift: {boolean: x, when_true: [J], when_false: [N]}", "N", False),
        ("gift: {boolean: x}", "maybe", Quarantine.BAD_ROW),
        ("booked: x", "2026-03-01", "2026-02-28T16:00:00Z"),
        ("booked: {time: x, zone: UTC}", "2026-03-01 10:00:00.25", "2026-03-01T10:00:00.250000Z"),
        ("booked: x", "2026-03-01T10:00:00-03:00", "2026-03-01T13:00:00Z"),
        ("booked: {time: x, formats: [epoch_ms]}", "1500", "1970-01-01T00:00:01.500000Z"),
        ("booked: {time: x, formats: [epoch]}", "1e99", Quarantine.BAD_TIME),
        ("booked: {time: x, formats: ['%d.%m.%Y', iso]}", "02.03.2026", "2026-03-01T16:00:00Z"),
        ("booked: x", "yesterday", Quarantine.BAD_TIME),
        ("booked: x", "0001-01-01", Quarantine.BAD_TIME),
        ("fee: {money: x}", "12.5", 1250),
        ("fee: {money: x}", "1,234", Quarantine.BAD_AMOUNT),
        ("fee: {money: x}", "0.005", Quarantine.BAD_AMOUNT),
        ("fee: {money: x}", "NaN", Quarantine.BAD_AMOUNT),
        ("fee: {money: x, thousands: ','}", "1,234.50", 123450),
        ("fee: {money: x, thousands: ','}", "12,34.50", Quarantine.BAD_AMOUNT),
        ("fee: {money: x, decimal_point: ','}", "-1,05", -105),
        ("fee: {money: x, currency: JPY}", "1200", 1200),
        ("fee: {money: x}", "9" * 20, Quarantine.BAD_AMOUNT),
        ("parts: {json: x}", "[1]", [1]),
        ("parts: {json: x}", "[1", Quarantine.BAD_ROW),
        ("parts: {json: x}", "7", Quarantine.BAD_ROW),
        ("note: {first_of: [x, y]}", "", "why"),
        ("note: {first_of: [x, y]}", "z", "z"),
        ("note: {first_of: [x, {value: none}]}", "", "none"),
        ("booked: {latest_of: [at, x]}", "2026-03-02", "2026-03-01T16:00:00Z"),
        ("booked: {latest_of: [at, x]}", "", "2026-03-01T01:30:00Z"),
        ("booked: {earliest_of: [at, x]}", "2026-03-02", "2026-03-01T01:30:00Z"),
    ],
)
def test_functions(tmp_path: Path, spec: str, text: str, expected: object) -> None:
    assert attribute(tmp_path, text, spec) == expected


def test_a_bad_value_is_shown_unless_it_is_personal(tmp_path: Path) -> None:
    assert one(tmp_path, "abc", attributes="pieces: {integer: x}")["value"] == "abc"
    assert one(tmp_path, "abc", attributes="pieces: {integer: x}, phone: x")["value"] == HIDDEN


def test_required_and_types_own_requirements(tmp_path: Path) -> None:
    assert one(tmp_path, "", "region: {from: x, required: true}")["bad"] is Quarantine.MISSING_FIELD
    found = mapping(tmp_path, "- {type: thing.made, time: at, fields: {order_id: id}}")
    rows = mapped(found, file(tmp_path, "rows.csv", "id,at\n,2026-03-01\n"))
    assert reasons(rows) == [(1, Quarantine.MISSING_FIELD, "id", "")]


def test_an_empty_time_lets_the_rule_rest_unless_required(tmp_path: Path) -> None:
    path = file(tmp_path, "rows.csv", "id,at\nA,\n")
    rows = mapped(mapping(tmp_path, "- {type: thing.made, time: at, fields: {order_id: id}}"), path)
    assert rows[0].records == () and rows[0].bad is None
    rows = mapped(mapping(tmp_path, "- {type: thing.made, time: {time: at, required: true}, fields: {order_id: id}}"), path)
    assert reasons(rows) == [(1, Quarantine.MISSING_FIELD, "at", "")]


@pytest.mark.parametrize(
    ("otherwise", "text", "expected"),
    [
        ("quarantine", "W", "web"),
        ("quarantine", "S-77", "shop"),
        ("quarantine", "Z", Quarantine.UNMAPPED_CODE),
        ("shop", "Z", "shop"),
        ("keep", "Z", "Z"),
    ],
)
def test_code_tables(tmp_path: Path, otherwise: str, text: str, expected: object) -> None:
    head = HEAD + f"codes: {{ways: {{map: {{W: web, 'S-*': shop}}, otherwise: {otherwise}}}}}\n"
    event = one(tmp_path, text, "channel: {from: x, codes: ways}", head=head)
    assert event.get("bad", event.get("channel")) == expected


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        ("{present: x}", "ab"),
        ("{absent: x}", "c"),
        ("{column: x, equals: '1'}", "a"),
        ("{column: x, equals: ''}", "c"),
        ("{column: x, in: ['1', '2']}", "ab"),
        ("{not: {column: x, equals: '1'}}", "bc"),
        ("{all: [{present: x}, {not: {column: x, equals: '1'}}]}", "b"),
        ("{any: [{absent: x}, {column: x, equals: '1'}]}", "ac"),
    ],
)
def test_conditions(tmp_path: Path, condition: str, fires: str) -> None:
    found = mapping(tmp_path, f"- {{type: thing.made, time: at, when: {condition}, fields: {{order_id: id}}}}")
    rows = mapped(found, file(tmp_path, "rows.csv", "id,at,x\na,2026-03-01,1\nb,2026-03-01,2\nc,2026-03-01,\n"))
    assert "".join(event["order_id"] for event in events(rows)) == fires


def joined_files(tmp_path: Path) -> Path:
    file(tmp_path, "rows.csv", "id,at,owner\nA,2026-03-01,o1\nB,2026-03-02,o2\nC,2026-03-03,\n")
    file(tmp_path, "parts.csv", "id,price,fee\nA,1.50,0.25\nA,2.00,\nZ,9,9\n")
    file(tmp_path, "owners.csv", "owner,city\no1,NN\no2,GL\no2,LZ\n")
    return tmp_path


def test_joins_sums_counts_and_each(tmp_path: Path) -> None:
    found = mapping(
        tmp_path,
        """
        - type: thing.made
          time: at
          when: {present: parts.price}
          fields: {order_id: id, region: owners.city, amount: {sum: [parts.price, parts.fee]}, quantity: {count: parts}}
        - type: part.added
          each: parts
          time: at
          fields: {amount: {sum: [parts.price, parts.fee]}}
          objects: [{kind: product, id: {template: "{id}-{parts.fee}"}, qualifier: of}]
        """,
        JOINED.replace("{by: owner}", "{by: owner, missing: allowed}"),
    )
    rows = mapped(found, joined_files(tmp_path))
    made, first, second = events(rows)
    assert (made["region"], made["amount"], made["currency"], made["quantity"]) == ("NN", 375, "CNY", 2)
    assert (first["amount"], second["amount"]) == (175, 200)
    assert first["objects"] == [{"kind": "product", "id": "A-0.25", "qualifier": "of"}] and second["objects"] == []
    assert reasons(rows) == [(2, Quarantine.BAD_ROW, "owner", "")]


def test_a_missing_joined_row_is_quarantined(tmp_path: Path) -> None:
    found = mapping(tmp_path, "- {type: thing.made, time: at, fields: {order_id: id, region: owners.city}}", JOINED)
    path = joined_files(tmp_path)
    file(tmp_path, "owners.csv", "owner,city\no2,GL\no2,GL\n")
    rows = mapped(found, path)
    assert [event["region"] for event in events(rows)] == ["GL"]
    assert reasons(rows) == [(1, Quarantine.JOIN_MISSING, "owner", "o1"), (3, Quarantine.JOIN_MISSING, "owner", "")]


def test_a_row_that_fails_one_rule_gives_no_event_at_all(tmp_path: Path) -> None:
    found = mapping(
        tmp_path,
        """
        - {type: thing.made, time: at, fields: {order_id: id}}
        - {type: part.added, time: at, fields: {quantity: {integer: x}}}
        """,
    )
    rows = mapped(found, file(tmp_path, "rows.csv", "id,at,x\nA,2026-03-01,one\nB,2026-03-01,2\n"))
    assert [len(row.records) for row in rows] == [0, 2]


@given(st.integers(-(2**62), 2**62), st.sampled_from([(".", ""), (".", ","), (",", "."), (",", "")]))
def test_money_text_comes_back_exactly(minor: int, marks: tuple[str, str]) -> None:
    point, thousands = marks
    plain = to_text(minor)
    text = f"{Decimal(plain):,f}" if thousands else plain
    if point == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert money_parser(Amounts((), "CNY", point, thousands))(text) == minor


@given(st.text(alphabet="0123456789.,+-eE_ ", max_size=12))
def test_money_is_exact_or_refused(text: str) -> None:
    try:
        minor = money_parser(Amounts((), "CNY"))(text)
    except MoneyTextError:
        return
    assert Decimal(text) * 100 == minor


ZONE = ZoneInfo("America/Sao_Paulo")
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1))


@given(MOMENTS)
def test_zoned_time_text_comes_back(moment: datetime) -> None:
    exact = moment.replace(tzinfo=UTC)
    parse = time_parser(("iso",), "Asia/Shanghai")
    assert parse(exact.astimezone(ZONE).isoformat()) == exact
    assert parse(exact.isoformat().replace("+00:00", "Z")) == exact


@given(MOMENTS)
def test_local_time_text_comes_back(moment: datetime) -> None:
    found = time_parser(("iso",), ZONE.key)(moment.isoformat(sep=" "))
    back = found.astimezone(ZONE).replace(tzinfo=None)
    # A local time that a clock change skipped moves on by that hour; every other one is itself.
    assert back in (moment, moment + timedelta(hours=1))
    if back != moment:
        assert moment.replace(tzinfo=ZONE).astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) != moment


@given(MOMENTS)
def test_patterned_time_text_comes_back(moment: datetime) -> None:
    exact = moment.replace(tzinfo=UTC, microsecond=0)
    parse = time_parser(("%d/%b/%Y:%H:%M:%S %z",), "UTC")
    assert parse(exact.astimezone(ZONE).strftime("%d/%b/%Y:%H:%M:%S %z")) == exact
