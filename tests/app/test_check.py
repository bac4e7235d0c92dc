"""``check`` is content with what is whole, and finds what somebody broke."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, update

from tests.app.opened import ANN, WORDS, done, engine, house, take
from tests.fixtures.rig import MORNING, delivery, event
from tongguan.app.check import Finding, check
from tongguan.app.installation import Installation
from tongguan.app.replay import discard
from tongguan.records import audit, ledger, open_steps, task_keeping
from tongguan.records.tables import audit as audit_table
from tongguan.records.tables import open_steps as open_step_rows
from tongguan.records.tables import tasks
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.errors import WarehouseError

ACCOUNTS = "received = accepted + duplicate + quarantined + rejected"
EVENTS = "accepted = events stored, each id once"
TASKS = "tasks agree with open steps"
ROWS = "rows of cases and open steps agree with cases"
PROJECTIONS = "projections hold every event"
CASES = "cases agree with events"
AUDIT = "audit chain is whole"
SPOOL = "spool is being loaded"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with engine(tmp_path_factory.mktemp("check")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, warehouse: Warehouse) -> Iterator[Installation]:
    with house(tmp_path / "home", warehouse) as made:
        records = [event(event_id=f"e{n}", order_id=f"o{n % 3}", customer_id="c") for n in range(6)]
        payment = event(type="payment.succeeded", event_id="p", payment_id="p1", amount=5, objects=[{"kind": "ticket", "id": "t"}])
        take(made, *records, payment, records[0], event(channel="moon"), b"{")
        with made.database.begin() as connection:
            for n in range(3):
                audit.append(connection, made.now(), "ann", "noted", "thing", str(n), {"n": n})
        yield made


def wrong(home: Installation) -> dict[str, str]:
    """Return what does not hold, with its detail."""
    return {finding.name: finding.detail for finding in check(home) if not finding.ok}


def test_all_is_well(home: Installation) -> None:
    assert check(home) == [
        Finding(ACCOUNTS, True, "10 records in 1 source hours"),
        Finding(EVENTS, True, "ledger 7, events 7, ids 7"),
        Finding(PROJECTIONS, True, "events 7, event_keys 7, hourly_counts 7; mentions of objects 15, event_objects 15"),
        Finding(CASES, True, "4 cases"),
        Finding(ROWS, True, "4 rows, 3 open steps"),
        Finding(TASKS, True, "0 live tasks"),
        Finding(AUDIT, True, "every entry follows from the one before"),
        Finding(SPOOL, True, "0 bytes wait; warehouse schema 1"),
    ]


def test_an_empty_home_is_well(tmp_path: Path, warehouse: Warehouse) -> None:
    with house(tmp_path / "empty", warehouse) as made:
        assert [finding.detail for finding in check(made) if not finding.ok] == []


def test_rows_that_do_not_follow_their_cases(home: Installation) -> None:
    home.keeper.catch_up()
    home.warehouse.command("ALTER TABLE case_rows DELETE WHERE kind = 'order' SETTINGS mutations_sync = 1")
    with home.database.begin() as connection:
        open_steps.replace_all(connection, [])
    found = wrong(home)[ROWS]
    assert "order: " in found and "0 rows" in found


def test_open_steps_that_are_missing(home: Installation) -> None:
    home.keeper.catch_up()
    with home.database.begin() as connection:
        open_steps.replace_all(connection, [])
    assert wrong(home)[ROWS] == "3 cases stand at open steps, 0 rows tell so"


@pytest.mark.parametrize(("more", "missing"), [(2, 2), (1, 1)])
def test_a_ledger_that_does_not_balance(home: Installation, more: int, missing: int) -> None:
    with home.database.begin() as connection:
        ledger.add_received(connection, "shop", home.now(), more)
    assert wrong(home) == {ACCOUNTS: f"1 hours do not balance, first shop 2026-11-21T02:00:00+00:00: {missing} records unaccounted for"}


def test_an_outcome_that_nobody_received(home: Installation) -> None:
    with home.database.begin() as connection:
        ledger.add(connection, "web", home.now(), "duplicate", "", 3)
    assert wrong(home)[ACCOUNTS].endswith("first web 2026-11-21T02:00:00+00:00: -3 records unaccounted for")


@pytest.mark.parametrize(
    ("table", "condition", "found"),
    [
        ("event_keys", "id_hash = cityHash64('e1')", PROJECTIONS),
        ("event_objects", "event_id = 'e1' AND kind = 'customer'", PROJECTIONS),
        ("hourly_counts", "type = 'payment.succeeded'", PROJECTIONS),
        ("cases", "case_id = 'o1'", CASES),
        ("events", "event_id = 'e1'", EVENTS),
    ],
)
def test_a_row_that_was_taken_out(home: Installation, table: str, condition: str, found: str) -> None:
    home.warehouse.command(f"ALTER TABLE {table} DELETE WHERE {condition} SETTINGS mutations_sync = 2")
    assert found in wrong(home)
    if table != "events":
        # A row of a case that is gone tells of what nobody knows any more.
        assert list(wrong(home)) == ([found, ROWS] if table == "cases" else [found])


def test_cases_are_told_by_kind(home: Installation) -> None:
    home.warehouse.command("ALTER TABLE cases DELETE WHERE case_id = 'p1' SETTINGS mutations_sync = 2")
    assert wrong(home) == {
        CASES: "payment: events say 1 steps of 1 cases, cases hold 0 of 0",
        ROWS: "payment: 0 cases, 1 rows, or other steps",
    }


def test_an_event_that_is_there_twice(home: Installation) -> None:
    home.warehouse.command("INSERT INTO events SELECT * FROM events WHERE event_id = 'e1' SETTINGS insert_deduplicate = 0")
    assert wrong(home) == {EVENTS: "ledger 7, events 8, ids 7"}


def test_an_audit_row_that_was_changed(home: Installation) -> None:
    with home.database.begin() as connection:
        connection.execute(update(audit_table).where(audit_table.c.sequence == 2).values(user_name="bob"))
    assert list(wrong(home)) == [AUDIT]
    assert "row 2 was changed" in wrong(home)[AUDIT]


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_an_audit_row_that_was_taken_out(home: Installation, sequence: int) -> None:
    with home.database.begin() as connection:
        connection.execute(delete(audit_table).where(audit_table.c.sequence == sequence))
    assert list(wrong(home)) == [AUDIT]


def test_what_waits_in_the_spool_is_told_and_is_no_fault(home: Installation) -> None:
    home.ingest.deliver(delivery([event(event_id="new")]))
    spool = check(home)[-1]
    assert spool.ok and not spool.detail.startswith("0 bytes")
    assert wrong(home) == {}


def test_a_loader_that_fails(home: Installation) -> None:
    home.loader._note_failure(WarehouseError("no room"))
    assert "the loader fails since 2026-11-21T02:" in wrong(home)[SPOOL]
    assert "no room" in wrong(home)[SPOOL]


def test_discarding_keeps_everything_well(home: Installation) -> None:
    assert discard(home, ANN, ["1", "2"]) == 2
    assert wrong(home) == {}
    assert len(done(home)) == 4


@pytest.fixture
def worked(home: Installation) -> Installation:
    """Three orders queued for acceptance by hand, each with its task."""
    made = [event(event_id=f"w{n}", order_id=f"w{n}") for n in range(3)]
    at = (MORNING + timedelta(seconds=1)).isoformat()
    queued = [event(type="acceptance.manual_queued", event_id=f"q{n}", order_id=f"w{n}", time=at) for n in range(3)]
    take(home, *made, *queued)
    assert wrong(home) == {} and "3 live tasks" in {one.detail for one in check(home)}
    return home


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (delete(tasks).where(tasks.c.case_id == "w1"), "1 open steps without a task, 0 tasks that say something else, 0 whose"),
        (update(tasks).where(tasks.c.case_id != "w1").values(step="held"), "0 open steps without a task, 2 tasks that say"),
        (update(tasks).where(tasks.c.case_id == "w1").values(late_from=MORNING), "0 open steps without a task, 1 tasks that say"),
        (delete(open_step_rows).where(open_step_rows.c.case_id == "w1"), "0 tasks that say something else, 1 whose case left the queue"),
    ],
    ids=["no task", "another step", "another limit", "no open step"],
)
def test_tasks_that_do_not_agree_with_open_steps(worked: Installation, broken: Executable, found: str) -> None:
    with worked.database.begin() as connection:
        connection.execute(broken)
    first = "w0" if "2 tasks" in found else "w1"
    said = wrong(worked)[TASKS]
    assert said.startswith("acceptance: ") and found in said and said.endswith(f"first case {first}")
    if "left the queue" not in found:
        worked.task_keeper._all_seen = None
        worked.task_keeper.round()
        assert wrong(worked) == {}


def test_what_is_noted_to_be_looked_at_is_taken_in_first(worked: Installation) -> None:
    with worked.database.begin() as connection:
        open_steps.put(connection, [], [("order", "w1")])
    assert TASKS not in wrong(worked)
    with worked.database.read() as connection:
        assert task_keeping.live(connection, WORDS.queues["acceptance"]) == 2
