"""Mistakes in a mapping file: each with its line and the nearest valid word, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.mapping.made import HEAD, JOINED, VOCABULARY, mapping, mapping_file
from tongguan.ingest.mapping import MappingError, load_mapping
from tongguan.ingest.mapping.values import Column

MADE = "- {type: thing.made, time: at, fields: {order_id: id}}"


def issues(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        load_mapping(mapping_file(tmp_path, text), VOCABULARY)
    for line, issue in zip(str(caught.value).splitlines(), caught.value.issues, strict=True):
        assert line == f"{tmp_path / 'mapping.yaml'}:{issue.line}: {issue.message}"
    return [f"{issue.line}: {issue.message}" for issue in caught.value.issues]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = issues(
        tmp_path,
        """\
        version: 2
        name: has spaces
        sorce: tests
        source: tests
        zone: Asia/Shanghia
        files:
          rows: {paths: ["*.csv"], formt: csv}
        rows: row
        events:
          - type: thing.mad
            time: at
        """,
    )
    starts = [
        "1: version must be 1, the only version of the mapping language",
        "2: name 'has spaces' must be letters, digits, '.', '_' and '-', at most 64",
        "3: the mapping: unknown key 'sorce'; did you mean 'source'? valid: codes, common, currency, events, files,",
        "5: unknown time zone 'Asia/Shanghia'; use an IANA name; did you mean 'Asia/Shanghai'?",
        "7: files: rows: unknown key 'formt'; did you mean 'format'?",
        "8: rows: no role 'row' in files; did you mean 'rows'? valid: rows",
        "10: no event type 'thing.mad'; did you mean 'thing.made'? valid: part.added, thing.made",
    ]
    assert [line[: len(start)] for line, start in zip(found, starts, strict=True)] == starts


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (HEAD.replace("format: csv", "format: csvv"), "'format' is 'csvv'; did you mean 'csv'?"),
        (HEAD.replace("format: csv", "encoding: utf-9"), "unknown encoding 'utf-9'"),
        (HEAD.replace("format: csv", "delimiter: ';;'"), "delimiter ';;' must be one character"),
        (HEAD.replace("format: csv", "header: 0"), "the names must be given in 'columns'"),
        (HEAD.replace("format: csv", "pattern: x"), "'pattern' belongs to 'format: lines'"),
        (HEAD.replace("format: csv", "format: lines, pattern: '('"), "no regular expression"),
        (HEAD.replace("format: csv", "header: -1"), "a whole number of at least 0"),
        (HEAD.replace("format: csv", "optional: maybe"), "'optional' must be true or false"),
        (HEAD.replace("format: csv", "optional: true"), "role 'rows' cannot be optional"),
        (HEAD.replace("paths:", "path:"), "'paths' is missing"),
        (HEAD + "currency: yuan\n", "currency 'yuan' must be three capital letters"),
        (HEAD + "time_formats: ['%Q']\n", "'Q' is a bad directive"),
        (HEAD + "time_formats: [isoo]\n", "did you mean 'iso'?"),
        (HEAD + "name: again\n", "'name' is given twice, first in line 3"),
        (JOINED.replace("  parts: {by", "  pats: {by"), "joins: 'pats' is no other role of files; did you mean 'parts'?"),
        (JOINED.replace("take: many", "take: all"), "'take' is 'all'"),
        (JOINED.replace(", key: id", ""), "role 'parts' needs a 'key'"),
        (HEAD + "codes: {a: {mapp: {}}}\n", "unknown key 'mapp'; did you mean 'map'?"),
        (HEAD + "common: {chanel: id}\n", "unknown key 'chanel'; did you mean 'channel'?"),
    ],
)
def test_mistakes_in_the_head(tmp_path: Path, head: str, message: str) -> None:
    assert any(message in issue for issue in issues(tmp_path, f"{head}events:\n  {MADE}\n"))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{type: thing.made, time: at}", "thing.made needs 'order_id' in 'fields'"),
        ("{type: part.added}", "'time' is missing"),
        ("{type: part.added, time: at, fields: {regon: a}}", "unknown key 'regon'; did you mean 'region'?"),
        (
            "{type: part.added, time: at, fields: {amount: price}}",
            "amount must be integer or money, but this gives text; use {money: column}",
        ),
        ("{type: part.added, time: at, fields: {quantity: n}}", "use {integer: column}"),
        (
            "{type: part.added, time: at, fields: {region: {value: 5}}}",
            "region must be text, but this gives integer; put constants in quotes",
        ),
        ("{type: part.added, time: at, fields: {region: {value: 5.5}}}", "which is not held exactly"),
        ("{type: part.added, time: at, fields: {region: {frm: a}}}", "has no function among frm; give exactly one; did you mean 'from'?"),
        ("{type: part.added, time: at, fields: {region: {from: a, value: b}}}", "has the functions from, value; give exactly one"),
        ("{type: part.added, time: at, fields: {region: {from: a, zone: UTC}}}", "unknown key 'zone'"),
        ("{type: part.added, time: at, fields: {region: [a]}}", "must be a column or a function"),
        ("{type: part.added, time: at, fields: {channel: {value: wbe}}}", "no code 'wbe'; did you mean 'web'?"),
        ("{type: part.added, time: at, fields: {region: {from: a, codes: gone}}}", "no code table 'gone'"),
        ("{type: part.added, time: at, attributes: {nte: a}}", "declares no attribute 'nte'; did you mean 'note'?"),
        ("{type: part.added, time: at, attributes: {side: {value: middle}}}", "no code 'middle'; valid: left, right"),
        ("{type: part.added, time: at, attributes: {parts: a}}", "use {json: column}"),
        ("{type: part.added, time: at, extra: {note: a}}", "declares 'note'; put it under 'attributes'"),
        ("{type: part.added, time: at, extra: {Big: a}}", "must be small letters"),
        ("{type: part.added, time: {template: '{a}'}}", "time must be time"),
        ("{type: part.added, time: {time: at, zone: Nowhere}}", "unknown time zone 'Nowhere'"),
        ("{type: part.added, time: {latest_of: [at, {value: x}]}}", "every part must be a time"),
        ("{type: part.added, time: at, event_id: fixed}", "names no column"),
        ("{type: part.added, time: at, event_id: '{a'}", "has a single '{'"),
        ("{type: part.added, time: at, each: parts}", "each: 'parts' is no join"),
        ("{type: part.added, time: at, fields: {quantity: {count: parts}}}", "count: 'parts' is no join"),
        ("{type: part.added, time: at, when: {equals: a}}", "when: give one of"),
        ("{type: part.added, time: at, when: {presnt: a}}", "unknown key 'presnt'; did you mean 'present'?"),
        ("{type: part.added, time: at, without: [region]}", "'region' is not in 'common'"),
        ("{type: part.added, time: at, fields: {amount: {money: p, thousands: '.'}}}", "and different"),
        ("{type: part.added, time: at, fields: {region: {first_of: [a, {integer: b}]}}}", "give different things: integer, text"),
        ("{type: part.added, time: at, attributes: {gift: {boolean: a, when_true: [x], when_false: [x]}}}", "cannot mean both"),
    ],
)
def test_mistakes_in_a_rule(tmp_path: Path, rule: str, message: str) -> None:
    found = issues(tmp_path, f"{HEAD}events:\n  - {rule}\n")
    assert any(message in issue for issue in found)
    assert all(issue.startswith("10: ") for issue in found)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{type: part.added, time: at, fields: {region: parts.city}}", "'parts' has many rows; use 'each: parts', 'sum:' or 'count:'"),
        ("{type: part.added, time: at, each: owners}", "each: 'owners' is no join with 'take: many'"),
    ],
)
def test_mistakes_with_joins(tmp_path: Path, rule: str, message: str) -> None:
    assert any(message in issue for issue in issues(tmp_path, f"{JOINED}events:\n  - {rule}\n"))


def test_columns_known_from_the_mapping_are_checked(tmp_path: Path) -> None:
    head = HEAD.replace("format: csv", "columns: [id, at]")
    assert any(
        "no column 'ate' in role 'rows'; did you mean 'at'?" in issue
        for issue in issues(tmp_path, f"{head}events:\n  {MADE.replace(': at', ': ate')}\n")
    )


def test_rules_of_one_name_are_told(tmp_path: Path) -> None:
    assert "two rules are called 'thing.made' (the first in line 10)" in issues(tmp_path, f"{HEAD}events:\n  {MADE}\n  {MADE}\n")[0]


@pytest.mark.parametrize(("text", "message"), [("", "1: the file is empty"), ("a: [", "this is no YAML"), ("- a", "must be a section")])
def test_what_is_no_mapping(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in issue for issue in issues(tmp_path, text))


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(MappingError, match="not UTF-8"):
        load_mapping(tmp_path / "mapping.yaml", VOCABULARY)


def test_a_loaded_mapping_knows_used_and_personal_columns(tmp_path: Path) -> None:
    found = mapping(
        tmp_path,
        """
        - type: thing.made
          time: at
          when: {present: seen}
          event_id: "{number}"
          fields: {order_id: id, region: owners.city}
          attributes: {phone: tel}
          extra: {email: mail}
        """,
        JOINED,
    )
    assert found.used["rows"] == {"at", "seen", "number", "id", "tel", "mail", "owner"}
    assert found.used["owners"] == {"owner", "city"}
    assert found.personal == {Column("", "tel"), Column("", "mail")}
