"""Bodies of requests: what is sent well comes back as it was; what is not is cut so that the good parts are kept."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.sources.http import body as body_module
from tongguan.sources.http.body import MEDIA_TYPES, RECORDS, UNPACKED_BYTES, BodyError, read_body, split_elements

JSON, NDJSON = "application/json", "application/x-ndjson"


def read(body: bytes, media: str = JSON, encoding: str = "") -> list[bytes]:
    """Return the records of a body, after checking that they are counted and numbered."""
    found = read_body(body, media, encoding)
    assert found.received == len(found.records)
    assert [record.position for record in found.records] == list(range(found.received))
    return [record.body for record in found.records]


def refused(body: bytes, media: str = JSON, encoding: str = "") -> BodyError:
    with pytest.raises(BodyError) as caught:
        read_body(body, media, encoding)
    return caught.value


@pytest.mark.parametrize(
    ("body", "media", "records"),
    [
        (b'[{"a":1},{"b":2}]', JSON, [b'{"a":1}', b'{"b":2}']),
        (b' [ {"a":1} , 2 , "x,]" ] \n', JSON, [b'{"a":1}', b"2", b'"x,]"']),
        (b"[]", JSON, []),
        (b'{"a":1}', JSON, [b'{"a":1}']),
        (b'{"a":1}\n{"b":2}\n', JSON, [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1}{"b":{"c":[2]}}', JSON, [b'{"a":1}', b'{"b":{"c":[2]}}']),
        (b'{"a":1}\n{"b":2}', NDJSON, [b'{"a":1}', b'{"b":2}']),
        (b'\r\n{"a":1}\r\n\r\n \t\n{"b":2}\r\n', NDJSON, [b'{"a":1}\r', b'{"b":2}\r']),
        (b"", NDJSON, []),
        (b'{"a":1}\nnot json\n[1]\n', NDJSON, [b'{"a":1}', b"not json", b"[1]"]),
        ('[{"名":"😀,]"}]'.encode(), JSON, ['{"名":"😀,]"}'.encode()]),
    ],
)
def test_records_of_a_body(body: bytes, media: str, records: list[bytes]) -> None:
    assert read(body, media) == records


@pytest.mark.parametrize("media", [*MEDIA_TYPES, "application/json; charset=utf-8", "Application/JSON ;x=y"])
def test_media_types_that_are_read(media: str) -> None:
    assert read(b'{"a":1}', media) == [b'{"a":1}']


@pytest.mark.parametrize("media", ["", "text/csv", "application/xml", "multipart/form-data; boundary=x", "application/jsonx"])
def test_other_media_types_are_refused_with_those_that_are_read(media: str) -> None:
    error = refused(b'{"a":1}', media)
    assert error.status == 415
    assert JSON in str(error)
    assert NDJSON in str(error)


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip"])
def test_other_encodings_are_refused(encoding: str) -> None:
    error = refused(b'{"a":1}', JSON, encoding)
    assert (error.status, "gzip, identity" in str(error)) == (415, True)


@pytest.mark.parametrize("body", [b"", b"  \n", b"hello", b'"text"', b"1", b"\xff\xfe[", b"<html>"])
def test_what_is_no_json_from_its_start_is_refused(body: bytes) -> None:
    assert refused(body).status == 400


BROKEN = [
    ("a bad value", b'[{"a":1},{"b":},{"c":3}]', [b'{"a":1}', b'{"b":}', b'{"c":3}']),
    ("a missing comma", b'[{"a":1},{"b":2} {"c":3},{"d":4}]', [b'{"a":1}', b'{"b":2} {"c":3}', b'{"d":4}']),
    ("a text that is never closed", b'[{"a":1},\n{"b":"x},\n{"c":3}]', [b'{"a":1}', b'{"b":"x},\n{"c":3}]']),
    ("cut within the last", b'[{"a":1},{"b":2},{"c":', [b'{"a":1}', b'{"b":2}', b'{"c":']),
    ("cut within a text", b'[{"a":1},{"b":"tex', [b'{"a":1}', b'{"b":"tex']),
    ("cut after a comma", b'[{"a":1},', [b'{"a":1}']),
    ("cut after the bracket", b"[", []),
    ("not UTF-8", b'[{"a":1},{"b":"\xff"},{"c":3}]', [b'{"a":1}', b'{"b":"\xff"}', b'{"c":3}']),
    ("brackets in texts", b'[{"a":"}]{[,"},{"b":},{"c":"\\"}"}]', [b'{"a":"}]{[,"}', b'{"b":}', b'{"c":"\\"}"}']),
    ("something behind the end", b'[{"a":1},{"b":}] rest', [b'{"a":1}', b'{"b":}', b"rest"]),
    ("half of a pair", b'[{"a":1},{"b":"\\ud83d"},{"c":3}]', [b'{"a":1}', b'{"b":"\\ud83d"}', b'{"c":3}']),
]


@pytest.mark.parametrize(("body", "records"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_good_elements_of_a_broken_array_are_kept(body: bytes, records: list[bytes]) -> None:
    assert read(body) == records


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_body_that_is_nested_without_end_is_read_or_cut(opening: bytes, closing: bytes) -> None:
    deep = opening * 100_000 + b"1" + closing * 100_000
    assert read(b'[{"a":1},' + deep + b"]") == [b'{"a":1}', deep]


def test_gzip_is_unpacked() -> None:
    assert read(gzip.compress(b'[{"a":1}]'), JSON, "gzip") == [b'{"a":1}']
    assert read(gzip.compress(b'{"a":1}\n'), NDJSON, " GZIP ") == [b'{"a":1}']


def test_gzip_of_several_members_is_read_whole() -> None:
    members = gzip.compress(b'{"a":1}\n') + gzip.compress(b"") + gzip.compress(b'{"b":2}\n') + b"\0" * 8
    assert read(members, NDJSON, "gzip") == [b'{"a":1}', b'{"b":2}']


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    error = refused(gzip.compress(b" " * (UNPACKED_BYTES + 1), 1), NDJSON, "gzip")
    assert (error.status, "unpacks to more than" in str(error)) == (413, True)


def test_a_bomb_of_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "UNPACKED_BYTES", 1000)
    assert len(read(gzip.compress(b"1" * 500) * 2, NDJSON, "gzip")) == 1
    assert refused(gzip.compress(b"1" * 500) * 3, NDJSON, "gzip").status == 413


def test_what_is_too_large_without_gzip_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "UNPACKED_BYTES", 1000)
    assert refused(b" " * 1001, NDJSON).status == 413


@pytest.mark.parametrize("cut", [1, 4, 8, 12])
def test_gzip_that_ends_too_early_is_refused(cut: int) -> None:
    error = refused(gzip.compress(b'{"a":1}\n' * 100)[:-cut], NDJSON, "gzip")
    assert (error.status, "send the body again" in str(error)) == (400, True)


@pytest.mark.parametrize(
    "body",
    [b'{"a":1}', zlib.compress(b"{}"), gzip.compress(b"{}")[:-5] + b"xxxxx", gzip.compress(b"{}") + b"rubbish"],
    ids=["text", "zlib", "wrong end", "rubbish behind"],
)
def test_what_is_no_gzip_is_refused(body: bytes) -> None:
    error = refused(body, NDJSON, "gzip")
    assert (error.status, "no gzip" in str(error)) == (400, True)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
objects = st.lists(st.dictionaries(texts, values, max_size=4), max_size=8)
writings = st.sampled_from(
    [{"ensure_ascii": True}, {"ensure_ascii": False}, {"indent": 2}, {"separators": (",", ":"), "ensure_ascii": False}, {"indent": "\t"}]
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(objects, writings, st.booleans())
def test_any_array_comes_back_the_same(records: list[dict[str, Any]], writing: dict[str, Any], packed: bool) -> None:
    text = json.dumps(records, **writing).encode()
    found = read(gzip.compress(text) if packed else text, JSON, "gzip" if packed else "")
    assert [json.loads(record) for record in found] == records


@settings(max_examples=150, deadline=None, derandomize=True)
@given(objects, st.booleans(), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_any_lines_come_back_the_same(records: list[dict[str, Any]], ascii_only: bool, end: str) -> None:
    text = "".join(json.dumps(record, ensure_ascii=ascii_only) + end for record in records).encode()
    assert [json.loads(record) for record in read(text, NDJSON)] == records
    if records:
        assert [json.loads(record) for record in read(text, JSON)] == records, "under the name of JSON as well"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(values, max_size=8), writings)
def test_cutting_by_hand_equals_parsing(elements: list[Any], writing: dict[str, Any]) -> None:
    text = json.dumps(elements, **writing).encode()
    parsed = [bytes(raw).strip() for raw in msgspec.json.decode(text, type=list[msgspec.Raw])]
    assert split_elements(text.strip()[1:], top_level=False) == parsed


@settings(max_examples=150, deadline=None, derandomize=True)
@given(objects, st.data())
def test_a_cut_loses_the_element_that_was_cut_and_no_other(records: list[dict[str, Any]], data: st.DataObject) -> None:
    text = json.dumps(records, ensure_ascii=False).encode()
    cut = data.draw(st.integers(1, len(text)))
    found = read(text[:cut])
    whole = [record for record in found if _is_whole(record)]
    assert [json.loads(record) for record in whole] == records[: len(whole)]
    assert len(found) - len(whole) <= 1


def _is_whole(record: bytes) -> bool:
    try:
        return isinstance(json.loads(record), dict)
    except ValueError:
        return False


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=60))
def test_no_bytes_are_too_odd(rubbish: bytes) -> None:
    for start in (b"[", b"{", b""):
        try:
            read(start + rubbish)
        except BodyError as error:
            assert error.status == 400


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"{}\n" * (RECORDS + 1), "application/x-ndjson"),
        (b"\n" * (3 * RECORDS), "application/x-ndjson"),
        (b"[" + b"{}," * RECORDS + b"{}]", "application/json"),
        (b"[" + b"1," * 2_000_000 + b"1]", "application/json"),
        (b"{}\n" * 1_200_000, "application/json"),
        (b"{}" * (RECORDS + 1), "application/json"),
    ],
)
def test_too_many_records_are_refused_before_they_are_split(body: bytes, media: str) -> None:
    with pytest.raises(BodyError, match="records") as refused:
        read_body(body, media, "")
    assert refused.value.status == 413


def test_what_follows_the_closing_bracket_is_counted() -> None:
    read = read_body(b'[{"a": 1}] {"b": 2} [{"c": 3}]', "application/json", "")
    assert read.received == 2
    assert read.records[1].body == b'{"b": 2} [{"c": 3}]'


def test_a_byte_order_mark_is_no_part_of_the_first_record() -> None:
    assert read_body(b'\xef\xbb\xbf{"a": 1}\n', "application/x-ndjson", "").records[0].body == b'{"a": 1}'
    assert read_body(b'\xef\xbb\xbf[{"a": 1}]', "application/json", "").records[0].body == b'{"a": 1}'


def test_a_gzip_of_very_many_members_is_refused() -> None:
    with pytest.raises(BodyError, match="members"):
        read_body(gzip.compress(b"") * 1000, "application/json", "gzip")
