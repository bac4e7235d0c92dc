"""Quarantined records once more: after a mapping was mended, by two people at once, after a crash; and discarded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.app.opened import ANN, WORDS, account, done, engine, house, set_aside, shut, stored, take, wired
from tests.fixtures.rig import event
from tongguan.app import replay as room
from tongguan.app.books import accounts, quarantine_row, row_numbers
from tongguan.app.installation import Installation
from tongguan.app.replay import discard, mapping_file, replay
from tongguan.ingest.checks import Rules
from tongguan.ingest.errors import BusyError
from tongguan.ingest.mapping import deliveries, load_mapping
from tongguan.model.reasons import Quarantine
from tongguan.model.vocabulary import Label, Pack, Vocabulary
from tongguan.records import quarantine
from tongguan.records.erasure import erase
from tongguan.records.quarantine import QuarantineState
from tongguan.warehouse.client import Warehouse

MAPPING = """\
version: 1
name: shop-orders
source: shop
zone: Asia/Shanghai
files:
  orders: {paths: ["orders*.csv"]}
rows: orders
codes:
  cities:
    map: {NN: GX-NN%s}
    otherwise: quarantine
events:
  - type: order.created
    event_id: "shop:{no}:created"
    time: {time: placed, required: true}
    fields: {order_id: no, channel: way, region: {from: city, codes: cities}, customer_id: buyer}
    attributes: {phone: phone}
"""

ORDERS = """\
no,placed,way,city,buyer,phone
A-1,2026-11-20 09:30:00,shop,NN,c1,13800138001
A-2,2026-11-20 10:00:00,shop,GL,c2,13800138002
A-3,2026-11-20 10:05:00,shop,LZ,c3,13800138003
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with engine(tmp_path_factory.mktemp("replay")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, warehouse: Warehouse) -> Iterator[Installation]:
    with house(tmp_path / "home", warehouse) as made:
        yield made


def set_mapping(home: Installation, more: str = "") -> Path:
    """Keep a mapping in the home as an import does; ``more`` are further cities."""
    path = mapping_file(home, "shop-orders")
    path.parent.mkdir(exist_ok=True)
    path.write_text(MAPPING.replace("%s", more).replace(": no,", ': "no",'), encoding="utf-8")
    return path


def import_orders(home: Installation, folder: Path, more: str = "") -> None:
    file = folder / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    for delivery in deliveries(load_mapping(set_mapping(home, more), WORDS), [file]):
        home.ingest.deliver(delivery)
    home.load_now()


def ids(home: Installation, state: QuarantineState = QuarantineState.OPEN) -> list[str]:
    return [str(row.id) for row in set_aside(home) if row.state is state]


def mend_packs(home: Installation, channel: str) -> None:
    """Let ingest know one more channel, as a newer release would."""
    more = Pack("more", Label("", ""), codes={"channel": {channel: Label("", "")}})
    home.ingest._steps._rules = Rules(Vocabulary([*WORDS.packs, more], WORDS.stages), 10_000)


def test_a_mended_mapping_takes_the_rows(home: Installation, tmp_path: Path) -> None:
    import_orders(home, tmp_path)
    assert [(row.reason, row.mapping, row.field) for row in set_aside(home)] == [(Quarantine.UNMAPPED_CODE, "shop-orders", "city")] * 2
    both = ids(home)

    unchanged = replay(home, ANN, both)
    assert (unchanged.taken, {key: problem.reason for key, problem in unchanged.still.items()}) == (
        0,
        dict.fromkeys(both, Quarantine.UNMAPPED_CODE),
    )
    assert (ids(home), done(home)) == (both, [])

    set_mapping(home, ", GL: GX-GL")
    result = replay(home, ANN, both)
    home.load_now()
    assert (result.taken, list(result.still), result.gone) == (1, both[1:], [])
    assert stored(home) == ["shop:A-1:created", "shop:A-2:created"]
    sql = "SELECT region, order_id, customer_id, source FROM events WHERE event_id = 'shop:A-2:created'"
    assert home.warehouse.query(sql).rows == [("GX-GL", "A-2", "c2", "shop")]

    closed = set_aside(home)[0]
    assert (closed.state, closed.closed_by) == (QuarantineState.REPLAYED, "ann")
    assert closed.replay_batch and closed.replay_batch != closed.batch
    assert account(home) == {"received": 4, "accepted": 2, "duplicate": 0, "quarantined": 2, "rejected": 0}
    assert [(one.source, one.difference, one.quarantine_open) for one in accounts(home.database)] == [("shop", 0, 1)]
    assert [(row.user, row.action, row.object_id, row.detail) for row in done(home)] == [
        ("ann", "quarantine.replayed", both[0], {"batch": closed.replay_batch})
    ]


def test_a_record_is_not_taken_twice(home: Installation, tmp_path: Path) -> None:
    import_orders(home, tmp_path)
    both = ids(home)
    set_mapping(home, ", GL: GX-GL, LZ: GX-LZ")
    assert replay(home, ANN, [*both, *both]).taken == 2
    again = replay(home, ANN, both)
    assert (again.taken, again.still, again.gone) == (0, {}, both)
    # The whole file once more, by the mended mapping: the same events.
    import_orders(home, tmp_path, ", GL: GX-GL, LZ: GX-LZ")
    assert stored(home) == [f"shop:A-{n}:created" for n in (1, 2, 3)]
    assert account(home) == {"received": 8, "accepted": 3, "duplicate": 3, "quarantined": 2, "rejected": 0}
    assert len(done(home)) == 2


def test_two_people_at_once(home: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_orders(home, tmp_path)
    first = ids(home)[:1]
    set_mapping(home, ", GL: GX-GL")
    both_ready = threading.Barrier(2, timeout=20)
    send = room._send

    def together(*args: Any) -> bool:
        both_ready.wait()
        return send(*args)

    monkeypatch.setattr(room, "_send", together)
    with ThreadPoolExecutor(2) as pool:
        results = [one.result() for one in [pool.submit(replay, home, ANN, first) for _ in range(2)]]
        pool.submit(home.warehouse.close_thread).result()
    home.load_now()
    assert sorted((result.taken, list(result.gone)) for result in results) == [(0, first), (1, [])]
    assert stored(home) == ["shop:A-1:created", "shop:A-2:created"]
    assert account(home)["received"] == 4
    assert len(done(home)) == 1


def test_a_crash_between_delivering_and_closing(home: Installation, warehouse: Warehouse, tmp_path: Path, monkeypatch: Any) -> None:
    import_orders(home, tmp_path)
    both = ids(home)
    set_mapping(home, ", GL: GX-GL")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "close", dies)
        with pytest.raises(KeyboardInterrupt):
            replay(home, ANN, both[:1])
    shut(home)
    again = wired(home.home, warehouse)
    try:
        assert ids(again) == both
        # The mapping was changed once more meanwhile, and gives the order another region.
        set_mapping(again, ", GL: GX-GL")
        assert replay(again, ANN, both[:1]).taken == 1
        again.load_now()
        assert stored(again) == ["shop:A-1:created", "shop:A-2:created"]
        assert ids(again) == both[1:]
        account(again)
    finally:
        shut(again)


def test_another_body_after_such_a_crash_is_not_refused(home: Installation, tmp_path: Path, monkeypatch: Any) -> None:
    import_orders(home, tmp_path)
    first = ids(home)[:1]
    set_mapping(home, ", GL: GX-GL")
    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "close", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            replay(home, ANN, first)
    home.load_now()
    set_mapping(home, ", GL: GX-GL-01")
    assert replay(home, ANN, first).taken == 1
    home.load_now()
    # What was taken first stands; the other body is told as what it is.
    assert home.warehouse.query("SELECT region FROM events WHERE order_id = 'A-2'").rows == [("GX-GL",)]
    assert [row.reason for row in set_aside(home)][-1] is Quarantine.ID_REUSED
    account(home)


def test_a_mapping_that_is_gone_or_broken(home: Installation, tmp_path: Path) -> None:
    import_orders(home, tmp_path)
    first = ids(home)[0]
    path = set_mapping(home)
    for text in (None, "version: 1\nname: ["):
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
        problem = replay(home, ANN, [first]).still[first]
        assert (problem.reason, problem.valid) == (Quarantine.BAD_ROW, "a valid mapping shop-orders; import it again")
    assert first in ids(home)


def test_an_event_that_a_mapping_made_and_ingest_refused(home: Installation, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS.replace("A-2,2026-11-20 10:00:00,shop,GL", "A-2,2026-11-20 10:00:00,shoop,NN"), encoding="utf-8")
    for delivery in deliveries(load_mapping(set_mapping(home), WORDS), [file]):
        home.ingest.deliver(delivery)
    home.load_now()
    row = next(row for row in set_aside(home) if row.reason is Quarantine.UNKNOWN_CODE)
    assert row.mapping == "shop-orders"
    problem = replay(home, ANN, [str(row.id)]).still[str(row.id)]
    assert (problem.reason, problem.field) == (Quarantine.UNKNOWN_CODE, "channel")
    mend_packs(home, "shoop")
    assert replay(home, ANN, [str(row.id)]).taken == 1
    home.load_now()
    assert "shop:A-2:created" in stored(home)


def test_an_id_that_belongs_to_another_event_stays(home: Installation) -> None:
    long = "x" * 150
    take(home, event(event_id="e1", order_id="o1"), event(event_id=long, order_id="o1"))
    take(home, event(event_id="e1", order_id="o2", attributes={"phone": "13800138000"}), event(event_id=long, order_id="o2"))
    rows = ids(home)
    result = replay(home, ANN, rows)
    home.load_now()
    assert (result.taken, {key: problem.reason for key, problem in result.still.items()}) == (0, dict.fromkeys(rows, Quarantine.ID_REUSED))
    assert "belongs to another event" in result.still[rows[0]].message
    assert (ids(home), stored(home)) == (rows, ["e1", long])
    assert account(home) == {"received": 4, "accepted": 2, "duplicate": 0, "quarantined": 2, "rejected": 0}


def test_a_record_of_an_erased_customer_cannot_be_read_any_more(home: Installation) -> None:
    take(home, event(event_id="e1", channel="moon", customer_id="c1", attributes={"phone": "13800138000"}))
    (row_id,) = ids(home)
    with home.database.begin() as connection:
        erase(connection, "c1", home.now(), "ann")
    problem = replay(home, ANN, [row_id]).still[row_id]
    assert (problem.message, problem.valid) == ("the customer of this record was erased; it cannot be read any more", "discard it")
    shown = quarantine_row(home, row_id)
    assert shown is not None and shown.preview == ""
    assert discard(home, ANN, [row_id]) == 1


def test_events_without_a_mapping(home: Installation) -> None:
    take(home, event(event_id="e1", channel="moon"), b'{"type": ', b"\xff\xfe")
    odd = ids(home)
    assert replay(home, ANN, odd).taken == 0
    mend_packs(home, "moon")
    result = replay(home, ANN, odd)
    home.load_now()
    assert result.taken == 1
    assert [problem.reason for problem in result.still.values()] == [Quarantine.MALFORMED_JSON, Quarantine.BAD_TEXT]
    assert stored(home) == ["e1"]


def test_discarding(home: Installation) -> None:
    take(home, event(event_id="e1", channel="moon"), event(event_id="e2", channel="mars"))
    both = ids(home)
    assert discard(home, ANN, [both[0], both[0], "nonsense", "²", "9" * 30, ""]) == 1
    assert discard(home, ANN, [both[0]]) == 0
    assert replay(home, ANN, [both[0]]).gone == [both[0]]
    assert ids(home) == both[1:]
    assert [(row.action, row.object_id, row.detail) for row in done(home)] == [("quarantine.discarded", both[0], {"ids": [int(both[0])]})]
    body = msgspec.json.decode(event(event_id="e1", channel="moon"))
    with home.database.read() as connection:
        kept = home.store.unlock(connection, set_aside(home)[0].cipher)
    assert kept is not None and msgspec.json.decode(kept) == body


def test_ids_that_no_row_can_have(home: Installation) -> None:
    odd = ["", "-1", "1.0", "²", "٣", "9" * 19, "x", "1; DROP TABLE quarantine"]
    result = replay(home, ANN, odd)
    assert (result.taken, result.still, sorted(result.gone)) == (0, {}, sorted(odd))
    assert all(quarantine_row(home, one) is None for one in odd)
    assert row_numbers(["7", "07", "7", "8"]) == [7, 8]


def test_a_full_house_leaves_records_open(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    take(home, event(event_id="e1", channel="moon"))
    (row_id,) = ids(home)

    def busy(*_: object) -> None:
        raise BusyError("later")

    monkeypatch.setattr(home.ingest, "examine", lambda *_: [])
    monkeypatch.setattr(home.ingest, "deliver", busy)
    with pytest.raises(BusyError):
        replay(home, ANN, [row_id])
    assert ids(home) == [row_id]
