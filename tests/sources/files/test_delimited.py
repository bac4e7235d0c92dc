"""CSV: encodings, headers, and every kind of broken row."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.model.reasons import Quarantine
from tongguan.sources.files import BadRow, FileFormat, FileReadError, HeaderError, Row, open_rows
from tongguan.sources.files.format import MAX_FIELD

CSV = FileFormat()


def read(path: Path, form: FileFormat = CSV) -> list[Row | BadRow]:
    with open_rows(path, form) as reader:
        rows = list(reader)
        assert reader.read == len(rows)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return rows


def of(tmp_path: Path, content: bytes, name: str = "a.csv", form: FileFormat = CSV) -> list[Row | BadRow]:
    path = tmp_path / name
    path.write_bytes(content)
    return read(path, form)


def good(rows: list[Row | BadRow]) -> list[list[str | None]]:
    return [list(row.values.values()) for row in rows if isinstance(row, Row)]


def bad(rows: list[Row | BadRow]) -> list[tuple[int, Quarantine, str]]:
    return [(row.number, row.problem.reason, row.problem.message) for row in rows if isinstance(row, BadRow)]


def test_rows_have_texts_as_in_the_file(tmp_path: Path) -> None:
    rows = of(tmp_path, b'a,b\r\n 01 ,"x ""y"", z"\r\n\r\n,"two\nlines"\r\n')
    assert good(rows) == [[" 01 ", 'x "y", z'], ["", "two\nlines"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    rows = of(tmp_path, "城市,名\n南宁,🙂\n".encode(encoding))
    assert [row.values for row in rows if isinstance(row, Row)] == [{"城市": "南宁", "名": "🙂"}]


def test_stated_encoding_is_used_and_an_unknown_one_named(tmp_path: Path) -> None:
    assert good(of(tmp_path, "a\né\n".encode("latin-1"), form=FileFormat(encoding="latin-1"))) == [["é"]]
    with pytest.raises(FileReadError, match="utf-9"):
        of(tmp_path, b"a\n1\n", form=FileFormat(encoding="utf-9"))


def test_bytes_that_are_no_text_make_one_row_bad(tmp_path: Path) -> None:
    rows = of(tmp_path, b"a,b\n1,2\n\xff\xff,\xe5\x8d\n3,\xe5\x8d\x97\n", form=FileFormat(encoding="utf-8"))
    assert good(rows) == [["1", "2"], ["3", "南"]]
    assert [(number, reason) for number, reason, _ in bad(rows)] == [(2, Quarantine.BAD_TEXT)]
    assert [row.text for row in rows if isinstance(row, BadRow)] == ["\\xff\\xff,\\xe5\\x8d\n"]


def test_nul_makes_one_row_bad_and_emoji_does_not(tmp_path: Path) -> None:
    rows = of(tmp_path, "a,b\n1,\0\n2,🙂\n".encode())
    assert bad(rows)[0][:2] == (1, Quarantine.BAD_TEXT)
    assert good(rows) == [["2", "🙂"]]


@pytest.mark.parametrize("quoted", [True, False])
def test_a_field_over_the_limit_is_too_large(tmp_path: Path, quoted: bool) -> None:
    mark = b'"' if quoted else b""
    rows = of(tmp_path, b"a,b\n1,%b\n2,%b\n3,x\n" % (mark + b"x" * MAX_FIELD + mark, mark + b"x" * (MAX_FIELD + 1) + mark))
    assert [len(value or "") for row in good(rows) for value in row[1:]] == [MAX_FIELD, 1]
    assert bad(rows)[0][:2] == (2, Quarantine.TOO_LARGE)


def test_a_line_without_end_is_cut(tmp_path: Path) -> None:
    rows = of(tmp_path, b"a,b\n1,2\n" + b"x" * (9 * MAX_FIELD) + b"\n3,4\n")
    assert good(rows) == [["1", "2"], ["3", "4"]]
    assert bad(rows)[0][:2] == (2, Quarantine.TOO_LARGE)


def test_rows_too_long_or_short_are_bad_with_their_line(tmp_path: Path) -> None:
    rows = of(tmp_path, b"a,b\n1\n1,2\n1,2,3\n")
    assert good(rows) == [["1", "2"]]
    assert [message for _, _, message in bad(rows)] == [
        "line 2 has 1 fields, fewer than the 2 columns",
        "line 4 has 3 fields, more than the 2 columns",
    ]


def test_torn_last_line_is_bad_and_what_came_before_is_kept(tmp_path: Path) -> None:
    rows = of(tmp_path, b"a,b,c\n1,2,3\n4,5")
    assert good(rows) == [["1", "2", "3"]]
    assert "the file ends within this row" in bad(rows)[0][2]


def test_unterminated_quote_costs_one_row(tmp_path: Path) -> None:
    rows = of(tmp_path, b'a,b\n1,2\n3,"torn\n4,5\n6,7\n')
    assert good(rows) == [["1", "2"], ["4", "5"], ["6", "7"]]
    assert bad(rows) == [(2, Quarantine.BAD_ROW, "line 3: a quote is opened and never closed")]


def test_a_quote_closed_by_a_later_row_costs_one_row(tmp_path: Path) -> None:
    rows = of(tmp_path, 'a,b\n3,"torn\u2028\n4,5\n6,"x"\n7,8\n'.encode())
    assert good(rows) == [["4", "5"], ["6", "x"], ["7", "8"]]
    assert [(number, reason) for number, reason, _ in bad(rows)] == [(1, Quarantine.BAD_ROW)]


def test_swallowed_rows_of_a_wrong_width_are_read_again(tmp_path: Path) -> None:
    rows = of(tmp_path, b'a,b\n1,"torn\n2,3\n4,5",x\n6,7\n')
    assert good(rows) == [["2", "3"], ["6", "7"]]
    assert [number for number, _, _ in bad(rows)] == [1, 3]


def test_gzip_is_told_by_its_bytes(tmp_path: Path) -> None:
    assert good(of(tmp_path, gzip.compress(b"a\n1\n"), "a.csv.gz")) == [["1"]]
    assert good(of(tmp_path, gzip.compress(b"a\n1\n"), "b.csv")) == [["1"]]


def test_a_torn_gzip_keeps_its_rows_and_says_so(tmp_path: Path) -> None:
    whole = gzip.compress(b"a\n" + b"".join(b"%d\n" % (number * 7919 % 100_003) for number in range(100_000)))
    rows = of(tmp_path, whole[: len(whole) // 2], "a.csv.gz")
    assert len(good(rows)) > 1000
    assert "the compressed file ends early" in bad(rows)[-1][2]


def test_header_can_be_lower_down_or_absent(tmp_path: Path) -> None:
    assert good(of(tmp_path, b"report\n\na,b\n1,2\n", form=FileFormat(header=3))) == [["1", "2"]]
    rows = of(tmp_path, b"1,2\n", form=FileFormat(header=0, columns=("x", "y")))
    assert [row.values for row in rows if isinstance(row, Row)] == [{"x": "1", "y": "2"}]


def test_delimiter_by_ending_and_by_option(tmp_path: Path) -> None:
    assert good(of(tmp_path, b"a\tb\n1\t2\n", "a.tsv")) == [["1", "2"]]
    assert good(of(tmp_path, b"a|b\n1|'2|3'\n", form=FileFormat(delimiter="|", quote="'"))) == [["1", "2|3"]]
    assert good(of(tmp_path, b'a,b\n5",x\n', form=FileFormat(quote=""))) == [['5"', "x"]]


def test_a_wrong_header_names_missing_and_nearest_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("order_id;total\n1;2\n")
    with pytest.raises(HeaderError, match=r"has no column 'order_id' .*, 'amount'; its columns are: 'order_id;total'") as caught:
        open_rows(path, CSV, ["order_id", "amount"])
    assert caught.value.missing == ("order_id", "amount")
    with pytest.raises(HeaderError, match=r"'ordre_id' \(did you mean 'order_id'\?\)"):
        open_rows(path, FileFormat(delimiter=";"), ["ordre_id"])


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is empty"), (b"\n1\n", "is empty"), (b"a,a\n", "more than once"), (b'a,"b\n', "cannot be read")]
)
def test_a_broken_header_is_an_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(HeaderError, match=message):
        of(tmp_path, content)


def test_missing_file_and_unknown_ending(tmp_path: Path) -> None:
    with pytest.raises(FileReadError, match="cannot be read"):
        open_rows(tmp_path / "gone.csv", CSV)
    with pytest.raises(FileReadError, match="tells no format"):
        of(tmp_path, b"x", "a.bin")


CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2).filter(lambda row: any(cell.strip() for cell in row)), max_size=8))
def test_what_a_writer_writes_is_read(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b"], *table])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(text.getvalue().encode())
    assert good(read(path, FileFormat(encoding="utf-8"))) == table
