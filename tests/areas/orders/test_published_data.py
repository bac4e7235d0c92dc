"""Files that others published, through mapping, ingest and loader to the answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.fixtures.rig import Rig
from tests.fixtures.trade import opened
from tests.tools import ROOT, require_data
from tongguan.areas.orders.summary import order_summary
from tongguan.areas.packs import build_vocabulary
from tongguan.ingest.mapping import deliveries, load_mapping
from tongguan.model.access import EVERYTHING
from tongguan.records import ledger


def taken(rig: Rig, example: str, data: Path) -> Counter[str]:
    """Import files as the command does, load them, and return what the receipts said."""
    mapping = load_mapping(ROOT / "examples" / example / "mapping.yaml", build_vocabulary())
    counts: Counter[str] = Counter()
    for delivery in deliveries(mapping, [data]):
        receipt = rig.ingest.deliver(delivery)
        counts["repeated" if receipt.repeated else "received"] += receipt.received
        counts.update(f"quarantined {refusal.problem.reason.value}" for refusal in receipt.refusals if not receipt.repeated)
    rig.loader.load_all()
    return counts


def accounts(rig: Rig) -> dict[str, int]:
    one = rig.account()
    return {name: getattr(one, name) for name in ("received", "accepted", "duplicate", "quarantined", "rejected")}


def test_orders(tmp_path: Path) -> None:
    data = require_data("olist_sample")
    with opened(tmp_path) as rig:
        records = 8908 * 4 + 10_266 + 9_261
        assert taken(rig, "olist", data) == {"received": records}
        found = order_summary(rig.warehouse, rig.vocabulary, EVERYTHING, "America/Sao_Paulo")
        assert (found.orders, found.by_status, found.delivered, found.promised) == (8908, {"delivered": 8908}, 8907, 8907)
        assert (found.on_time_by_timestamp, found.on_time_by_date) == (8212, 8315)
        assert (found.paid, found.sold) == ({"BRL": 144_834_822}, {"BRL": 144_820_437})
        assert (found.items, found.payments) == (10_266, 9_261)
        with rig.database.read() as connection:
            assert set(ledger.zones(connection).values()) == {"America/Sao_Paulo"}
        before = accounts(rig)
        assert before == {"received": records, "accepted": records, "duplicate": 0, "quarantined": 0, "rejected": 0}
        # The same files once more, by a new process.
        rig.restart()
        assert taken(rig, "olist", data) == {"repeated": records}
        assert accounts(rig) == before
        assert order_summary(rig.warehouse, rig.vocabulary, EVERYTHING, "America/Sao_Paulo") == found


def test_access_log(tmp_path: Path) -> None:
    data = require_data("web_logs_elastic")
    with opened(tmp_path) as rig:
        assert taken(rig, "access-log", data) == {"received": 10_000, "quarantined bad_row": 1}
        before = {"received": 10_000, "accepted": 9_999, "duplicate": 0, "quarantined": 1, "rejected": 0}
        assert accounts(rig) == before
        assert rig.rows("SELECT count(), uniqExact(event_id) FROM events WHERE type = 'visit.page_viewed'") == [(9_999, 9_999)]
        assert taken(rig, "access-log", data)["repeated"] == 10_000
        assert accounts(rig) == before
