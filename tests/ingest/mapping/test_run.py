"""Deliveries, ids, restart, replay, dry run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.mapping.made import HEAD, JOINED, VOCABULARY, events, file, mapped, mapping, mapping_file
from tongguan.ingest.mapping import InputError, Mapping, Progress, deliveries, dry_run, load_mapping, replay_row
from tongguan.model.ports import Delivery
from tongguan.model.reasons import Quarantine
from tongguan.sources.files import HeaderError

RULES = """
- type: thing.made
  time: at
  fields: {order_id: id, quantity: {integer: n}}
- type: part.added
  when: {present: n}
  time: at
  fields: {order_id: id}
"""


@pytest.fixture
def plain(tmp_path: Path) -> Mapping:
    return mapping(tmp_path, RULES)


def ids(found: list[Delivery]) -> list[str]:
    return [msgspec.json.decode(record.body)["event_id"] for delivery in found for record in delivery.records]


def rows_file(tmp_path: Path, count: int) -> Path:
    lines = "".join(f"{number},2026-03-{28 - number % 28:02d},{number if number % 7 else 'x'}\n" for number in range(count))
    return file(tmp_path, "rows.csv", "id,at,n\n" + lines)


def test_deliveries_count_positions_and_sort(tmp_path: Path, plain: Mapping) -> None:
    told: list[Progress] = []
    found = list(deliveries(plain, [rows_file(tmp_path, 20)], batch_rows=8, on_progress=told.append))
    assert [delivery.received for delivery in found] == [14, 15, 8]
    for delivery in found:
        assert delivery.received == len(delivery.records) + len(delivery.bad)
        assert [*(record.position for record in delivery.records), *(bad.position for bad in delivery.bad)] == list(
            range(delivery.received)
        )
        times = [msgspec.json.decode(record.body)["time"] for record in delivery.records]
        assert times == sorted(times)
        assert (delivery.source, delivery.mapping, delivery.zone) == ("tests", "test", "Asia/Shanghai")
        assert {bad.problem.reason for bad in delivery.bad} <= {Quarantine.BAD_ROW}
    assert [delivery.origin for delivery in found] == ["rows.csv: rows 1–8", "rows.csv: rows 9–16", "rows.csv: rows 17–20"]
    assert [(progress.rows, progress.events, progress.bad, progress.done) for progress in told] == [
        (8, 12, 2, False),
        (16, 26, 3, False),
        (20, 34, 3, False),
        (20, 34, 3, True),
    ]
    assert told[-1].events + told[-1].bad == sum(delivery.received for delivery in found)


def test_the_same_files_give_the_same_keys_and_ids(tmp_path: Path, plain: Mapping) -> None:
    path = rows_file(tmp_path, 20)
    first, second = list(deliveries(plain, [path])), list(deliveries(plain, [path]))
    assert first == second and len(set(ids(first))) == len(ids(first))
    path.write_text(path.read_text() + "new,2026-03-01,1\n")
    third = list(deliveries(plain, [path]))
    assert third[0].key != first[0].key
    assert len(set(ids(third)) - set(ids(first))) == 2 and set(ids(first)) < set(ids(third))


def test_a_restart_gives_the_rest_with_the_same_ids(tmp_path: Path, plain: Mapping) -> None:
    path = file(tmp_path, "rows.csv", "id,at,n\n" + "A,2026-03-01,1\n" * 9)
    told: list[Progress] = []
    run = deliveries(plain, [path], batch_rows=4, on_progress=told.append)
    taken = [next(run), next(run)]
    assert [progress.rows for progress in told] == [4]
    rest = list(deliveries(plain, [path], batch_rows=4, start_row=told[-1].rows))
    assert rest[0] == taken[1]
    assert len(set(ids(taken[:1]) + ids(rest))) == 18


def test_a_restart_skips_whole_files(tmp_path: Path, plain: Mapping) -> None:
    file(tmp_path, "rows1.csv", "id,at,n\nA,2026-03-01,1\nB,2026-03-01,1\n")
    file(tmp_path, "rows2.csv", "id,at,n\nC,2026-03-01,1\nD,2026-03-01,1\n")
    found = list(deliveries(plain, [tmp_path], start_row=3))
    assert [delivery.origin for delivery in found] == ["rows2.csv: rows 2–2"]


LINES = st.lists(st.sampled_from(["A,2026-03-01,1", "B,2026-03-01,2", "C,,1", "D,2026-03-01,x"]), max_size=12)


@given(LINES, LINES, st.integers(1, 5))
def test_identical_rows_all_count_once_each(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], more: list[str], batch: int
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    found = mapping(folder, RULES)
    path = folder / "rows.csv"

    def imported(rows: list[str]) -> tuple[Counter[str], int]:
        path.write_text("id,at,n\n" + "".join(row + "\n" for row in rows))
        run = list(deliveries(found, [path], batch_rows=batch))
        return Counter(ids(run)), sum(len(delivery.bad) for delivery in run)

    once, bad = imported(lines)
    assert imported(lines) == (once, bad)
    good = sum(row[0] in "AB" for row in lines)
    assert sum(once.values()) == 2 * good == len(once)
    assert bad == sum(row[0] == "D" for row in lines)
    grown, _ = imported(lines + more)
    assert set(once) <= set(grown)
    assert len(set(grown) - set(once)) == 2 * sum(row[0] in "AB" for row in more)


def test_ids_do_not_depend_on_order_of_columns_format_or_empty_columns(tmp_path: Path) -> None:
    found = mapping(tmp_path, RULES, HEAD.replace(", format: csv", ""))
    csv = file(tmp_path, "rows.csv", "n,note,at,id\n1,,2026-03-01,A\n")
    lines = file(tmp_path, "rows.jsonl", '{"id": "A", "at": "2026-03-01", "n": 1, "note": null}\n')
    assert ids(list(deliveries(found, [csv]))) == ids(list(deliveries(found, [lines])))


def test_joined_rows_that_are_identical_count_each(tmp_path: Path) -> None:
    found = mapping(tmp_path, "- {type: part.added, each: parts, time: at, fields: {amount: {money: parts.price}}}", JOINED)
    file(tmp_path, "owners.csv", "owner\no\n")
    file(tmp_path, "parts.csv", "id,price\nA,1\nA,1\nA,2\nB,1\n")
    file(tmp_path, "rows.csv", "id,at,owner\nA,2026-03-01,o\nB,2026-03-01,o\n")
    run = list(deliveries(found, [tmp_path / name for name in ("rows.csv", "parts.csv", "owners.csv")]))
    assert len(ids(run)) == len(set(ids(run))) == 4


def test_content_of_joined_files_changes_the_key(tmp_path: Path) -> None:
    found = mapping(tmp_path, "- {type: part.added, each: parts, time: at, fields: {amount: {money: parts.price}}}", JOINED)
    file(tmp_path, "owners.csv", "owner\no\n")
    file(tmp_path, "rows.csv", "id,at,owner\nA,2026-03-01,o\n")
    keys = []
    for price in "12":
        file(tmp_path, "parts.csv", f"id,price\nA,{price}\n")
        keys += [delivery.key for delivery in deliveries(found, [tmp_path])]
    assert len(set(keys)) == 2


def test_a_bad_row_is_replayed_with_the_ids_of_a_fresh_import(tmp_path: Path) -> None:
    rule = "- {type: thing.made, time: at, fields: {order_id: id, channel: {from: way, codes: ways}, amount: {sum: [parts.price]}}}\n"
    head = JOINED + "codes: {ways: {map: {W: web}}}\n"
    found = mapping(tmp_path, rule, head)
    file(tmp_path, "owners.csv", "owner\no\n")
    file(tmp_path, "parts.csv", "id,price\nA,1.10\nA,2\n")
    file(tmp_path, "rows.csv", "id,at,owner,way\nA,2026-03-01,o,S\nA,2026-03-01,o,S\n")
    bad = [row.bad for row in mapped(found, tmp_path / "rows.csv", tmp_path / "parts.csv", tmp_path / "owners.csv")]
    bodies = [record.body for record in bad if record is not None]
    assert len(bodies) == 2
    again = replay_row(found, bodies[0])
    assert again.bad is not None and again.bad.problem.reason is Quarantine.UNMAPPED_CODE and again.bad.body == bodies[0]
    mended = mapping(tmp_path, rule, head.replace("W: web", "W: web, S: shop"))
    replayed = [replay_row(mended, body) for body in bodies]
    fresh = mapped(mended, tmp_path / "rows.csv", tmp_path / "parts.csv", tmp_path / "owners.csv")
    assert events(replayed) == events(fresh) and [event["amount"] for event in events(fresh)] == [310, 310]


def test_an_unmatched_line_is_replayed_with_a_mended_pattern(tmp_path: Path) -> None:
    head = HEAD.replace("format: csv", r"format: lines, pattern: '(?P<id>\w+) (?P<at>\S+)'")
    rule = "- {type: thing.made, time: at, fields: {order_id: id}}"
    path = file(tmp_path, "rows.log", "A 2026-03-01\nB 2026-03-01 x\nB 2026-03-01 x\n")
    bodies = [row.bad.body for row in mapped(mapping(tmp_path, rule, head), path) if row.bad is not None]
    mended = mapping(tmp_path, rule, head.replace(r"(?P<at>\S+)", r"(?P<at>\S+)( x)?"))
    replayed = events([replay_row(mended, body) for body in bodies])
    assert replayed == events(mapped(mended, path))[1:] and len(replayed) == 2


def test_an_unreadable_csv_row_stays_bad_and_says_what_to_do(tmp_path: Path, plain: Mapping) -> None:
    (row,) = mapped(plain, file(tmp_path, "rows.csv", "id,at,n\nA\n"))
    assert row.bad is not None
    again = replay_row(plain, row.bad.body)
    assert again.bad is not None and again.bad.body == row.bad.body
    assert "import it again" in again.bad.problem.message


def test_foreign_bodies_are_refused(plain: Mapping) -> None:
    with pytest.raises(InputError, match="no row that a mapping set aside"):
        replay_row(plain, b'{"type": "thing.made"}')
    with pytest.raises(InputError, match="belongs to mapping 'other'"):
        replay_row(plain, b'{"mapping": "other", "file": "a", "row": 1, "occurrence": 0, "text": ""}')


def test_unreadable_rows_of_joined_files_are_delivered_as_bad(tmp_path: Path) -> None:
    found = mapping(tmp_path, "- {type: part.added, each: parts, time: at, fields: {amount: {money: parts.price}}}", JOINED)
    file(tmp_path, "owners.csv", "owner\no\n")
    file(tmp_path, "parts.csv", "id,price\nA,1\nA\nZ,3\n")
    file(tmp_path, "rows.csv", "id,at,owner\nA,2026-03-01,o\n")
    told: list[Progress] = []
    first, second = deliveries(found, [tmp_path], on_progress=told.append)
    assert (first.received, len(first.bad), first.origin) == (1, 1, "parts.csv: unreadable rows")
    assert second.received == 1
    assert told[-1].unjoined == {"owners": 0, "parts": 1} and told[-1].bad == 1


def test_a_batch_of_rows_that_become_many_events_is_split(tmp_path: Path) -> None:
    found = mapping(tmp_path, "- {type: part.added, each: parts, time: at, fields: {amount: {money: parts.price}}}", JOINED)
    file(tmp_path, "owners.csv", "owner\no\n")
    file(tmp_path, "parts.csv", "id,price\n" + "".join(f"A,{number}\n" for number in range(50)))
    file(tmp_path, "rows.csv", "id,at,owner\nA,2026-03-01,o\nA,2026-03-02,o\n")
    assert [delivery.received for delivery in deliveries(found, [tmp_path], batch_rows=10)] == [50, 50]


def test_wrong_files_are_told_before_anything_is_delivered(tmp_path: Path, plain: Mapping) -> None:
    with pytest.raises(InputError, match=r"lacks files: rows: rows\*"):
        deliveries(plain, [])
    with pytest.raises(InputError, match=r"other\.csv plays no part in mapping 'test'"):
        deliveries(plain, [file(tmp_path, "other.csv", "a\n")])
    with pytest.raises(InputError, match="does not exist"):
        deliveries(plain, [tmp_path / "gone.csv"])
    file(tmp_path, "rows1.csv", "id,at,n\n")
    with pytest.raises(HeaderError, match=r"rows2.csv has no column 'at' .*'n'"):
        deliveries(plain, [tmp_path / "rows1.csv", file(tmp_path, "rows2.csv", "id,att\n")])


def test_files_that_fit_two_roles_are_told(tmp_path: Path) -> None:
    found = mapping(tmp_path, "- {type: part.added, time: at}", JOINED.replace('"parts*"', '"*.csv"'))
    with pytest.raises(InputError, match=r"rows\.csv fits the patterns of rows and parts"):
        deliveries(found, [file(tmp_path, "rows.csv", "id\n")])


def test_optional_columns_and_roles_may_be_absent(tmp_path: Path) -> None:
    head = JOINED.replace("key: id}", "key: id, optional: true}").replace("format: csv}", "format: csv, optional_columns: [n]}", 1)
    rules = """
        - {type: part.added, time: at, fields: {quantity: {integer: n}}}
        - {type: thing.made, each: parts, time: at, fields: {order_id: id}}
        """
    found = mapping(tmp_path, rules, head)
    file(tmp_path, "owners.csv", "owner\no\n")
    file(tmp_path, "rows.csv", "id,at,owner\nA,2026-03-01,o\n")
    (delivery,) = deliveries(found, [tmp_path])
    assert delivery.received == 1


def test_dry_run_tells_what_would_happen(tmp_path: Path) -> None:
    found = mapping(
        tmp_path,
        """
        - type: thing.made
          time: at
          fields: {order_id: id, amount: {sum: [parts.price]}, quantity: {integer: n}}
        """,
        JOINED,
    )
    file(tmp_path, "owners.csv", "owner,city\no,NN\n")
    file(tmp_path, "parts.csv", "id,price,colour\nA,1,red\nZ,3,blue\nbroken\n")
    file(tmp_path, "rows.csv", "id,at,owner,n,spare\nA,2026-03-01,o,1,\nB,,o,2,\nC,2026-03-05,o,x,\nD,2026-03-09,gone,1,\n")
    file(tmp_path, "notes.txt", "x\n")
    told = dry_run(found, [tmp_path])
    assert told.files == {"owners": ("owners.csv",), "parts": ("parts.csv",), "rows": ("rows.csv",)}
    assert told.ignored == ("mapping.yaml", "notes.txt")
    assert told.rows == {"owners": 1, "parts": 3, "rows": 4}
    assert told.events == {"thing.made": 1} and told.without_events == 1
    assert told.bad == {Quarantine.BAD_ROW: 2, Quarantine.JOIN_MISSING: 1}
    assert [(sample.file, sample.row) for sample in told.samples[Quarantine.BAD_ROW]] == [("parts.csv", 3), ("rows.csv", 3)]
    assert told.unused == {"owners": ("city",), "parts": ("colour",), "rows": ("spare",)}
    assert told.unjoined == {"owners": 0, "parts": 1}
    assert told.first is not None and told.first == told.last and told.first.isoformat() == "2026-02-28T16:00:00+00:00"


def test_dry_run_names_columns_that_no_json_line_has(tmp_path: Path) -> None:
    head = HEAD.replace("format: csv", "format: jsonl")
    found = load_mapping(mapping_file(tmp_path, head + "events:\n  - {type: part.added, time: at, fields: {region: cty}}\n"), VOCABULARY)
    told = dry_run(found, [file(tmp_path, "rows.jsonl", '{"at": "2026-03-01", "city": "NN"}\n')])
    assert told.absent == {"rows": ("cty",)} and told.unused == {"rows": ("city",)}
