"""A warehouse is brought up to date, follows the packs, and refuses what would mix data up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.rig import ZONE, event, rig
from tests.fixtures.words import EVENTS, ORDER, PAYMENT, SMALL
from tongguan.model.vocabulary import Milestone, Pack, Vocabulary
from tongguan.warehouse.canonical import projections
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.migrations import MIGRATIONS, SchemaError, migrate, rebuild
from tongguan.warehouse.schema import PROJECTIONS


def with_refunds() -> Vocabulary:
    """Return the small vocabulary where a cancelled order counts as refunded, and payments are no cases any more."""
    refunded = Milestone("refunded", ORDER.milestones[0].label, "refunded", final=True)
    kind = replace(ORDER, milestones=(*ORDER.milestones, refunded))
    events = [replace(e, milestones={k: v for k, v in e.milestones.items() if k == "order"}) for e in EVENTS]
    events = [replace(e, milestones={"order": "refunded"}) if e.name == "order.cancelled" else e for e in events]
    return Vocabulary([Pack("orders", ORDER.label, tuple(events), (kind,))])


RECORDS = (
    event(event_id="1", channel="app", amount=100),
    event(event_id="2", type="payment.succeeded", payment_id="p1", time="2026-11-21T02:00:01Z", amount=100, currency="CNY"),
    event(event_id="3", type="order.cancelled", time="2026-11-21T02:00:02Z", due_time="2026-11-22T00:00:00+08:00"),
    event(event_id="4", order_id="o2", time="2026-11-20T17:00:00Z", channel="web", objects=[{"kind": "order", "id": "o1"}]),
    event(
        event_id="5",
        type="aggregate.reported",
        attributes={"fact": "new users", "period_start": "2026-11-01", "period_end": "2026-11-30", "value": "12.5"},
    ),
)


def test_another_zone_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(SchemaError, match=r"Asia/Shanghai.*Europe/Berlin"):
        migrate(warehouse, SMALL, "Europe/Berlin")
    assert migrate(warehouse, SMALL, ZONE) == []


def test_a_newer_schema_is_refused(warehouse: Warehouse) -> None:
    write = "INSERT INTO schema_book (entry, value) SELECT 'number', {n:String}"
    newest = MIGRATIONS[-1].number
    warehouse.command(write, {"n": str(newest + 1)})
    with pytest.raises(SchemaError, match=f"schema {newest + 1}.*newer release"):
        migrate(warehouse, SMALL, ZONE)
    warehouse.command(write, {"n": str(newest)})
    assert migrate(warehouse, SMALL, ZONE) == []


def test_projections_say_what_the_events_say(warehouse: Warehouse, tmp_path: Path) -> None:
    with rig(tmp_path / "rig", warehouse) as made:
        made.load(*RECORDS)
        assert made.rows("SELECT kind, id, count() FROM event_objects GROUP BY kind, id ORDER BY kind, id") == [
            ("order", "o1", 5),
            ("order", "o2", 1),
            ("payment", "p1", 1),
        ]
        assert made.rows("SELECT business_date, hour, sum(events), sum(amount) FROM hourly_counts GROUP BY ALL ORDER BY ALL")[0][1:] == (
            1,
            1,
            0,
        )
        assert made.rows("SELECT fact, toString(value) FROM aggregate_facts") == [("new users", "12.5")]
        merged = "SELECT arraySort(groupArrayArray(entries)).milestone, argMaxMerge(channel), argMaxMerge(due_time) FROM cases"
        found = made.rows(f"{merged} WHERE kind = 'order' AND case_id = 'o1' GROUP BY case_id")[0]
        assert (list(found[0]), found[1]) == (["created", "paid", "cancelled"], "app")
        assert found[2].isoformat() == "2026-11-21T16:00:00+00:00"


@pytest.mark.parametrize("name", PROJECTIONS)
def test_a_rebuilt_projection_is_equal(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    with rig(tmp_path / "rig", warehouse) as made:
        made.load(*RECORDS[:3])
        made.load(*RECORDS[2:])
        before = projections(warehouse)
        assert before[name], "there is nothing to compare"
        for _ in range(2):
            rebuild(warehouse, SMALL, name)
            assert projections(warehouse) == before


@pytest.mark.parametrize("name", PROJECTIONS)
def test_merging_parts_changes_nothing(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    """The engine merges parts whenever it likes."""
    late, early = "2026-11-21T02:40:00Z", "2026-11-21T02:20:00Z"
    with rig(tmp_path / "rig", warehouse) as made:
        for number, (moment, amount) in enumerate([(early, 5), (late, 7), (early, -5), ("2026-11-21T02:30:00Z", None)]):
            made.load(*RECORDS, event(event_id=f"m{number}", time=moment, amount=amount, channel="shop"))
        before = projections(warehouse)
        warehouse.command(f"OPTIMIZE TABLE {name} FINAL")
        assert projections(warehouse) == before
        rebuild(warehouse, SMALL, name)
        assert projections(warehouse) == before


def test_only_projections_are_rebuilt(warehouse: Warehouse) -> None:
    with pytest.raises(SchemaError, match="'events' is no projection; valid: event_keys"):
        rebuild(warehouse, SMALL, "events")


def test_views_follow_the_packs(warehouse: Warehouse, tmp_path: Path) -> None:
    with rig(tmp_path / "rig", warehouse) as made:
        made.load(*RECORDS)
        before = projections(warehouse)
        assert migrate(warehouse, with_refunds(), ZONE) == ["views follow the packs, projections rebuilt"]
        changed = projections(warehouse)
        assert {name for name in PROJECTIONS if changed[name] != before[name]} == {"cases"}
        assert "refunded" in "".join(changed["cases"])
        assert "cancelled" not in "".join(changed["cases"])
        assert made.rows("SELECT DISTINCT kind FROM cases") == [("order",)]
        made.load(event(event_id="6", type="order.cancelled", order_id="o2"))
        assert "".join(projections(warehouse)["cases"]).count("refunded") == 2
        assert migrate(warehouse, SMALL, ZONE) == ["views follow the packs, projections rebuilt"]
        assert set(before["cases"]) - set(projections(warehouse)["cases"]) == {c for c in before["cases"] if "'o2'" in c}


def test_making_views_anew_can_be_broken_off(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with rig(tmp_path / "rig", warehouse) as made:
        made.load(*RECORDS)
        whole, commands = projections(warehouse), 0
        plain = Warehouse.command

        def failing(self: Warehouse, sql: str, *args: object, **named: object) -> None:
            nonlocal commands
            commands += 1
            if commands == 12:
                raise SchemaError("broken off")
            plain(self, sql, *args, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(Warehouse, "command", failing)
        with pytest.raises(SchemaError, match="broken off"):
            migrate(warehouse, with_refunds(), ZONE)
        monkeypatch.undo()
        assert migrate(warehouse, SMALL, ZONE) == ["views follow the packs, projections rebuilt"]
        assert projections(warehouse) == whole
        made.load(event(event_id="7"))
        assert made.rows("SELECT count() FROM event_keys") == [(6,)]


def test_the_small_vocabulary_has_two_kinds_of_case() -> None:
    assert set(SMALL.case_kinds) == {ORDER.name, PAYMENT.name}
