"""What the simulator says it told, held against what is stored: in this process and on a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import msgspec
import pytest

from tests.app.opened import WORDS
from tests.fixtures.clickhouse_http import clickhouse_http
from tests.fixtures.rig import CONFIG, ZONE, Rig, delivery, embedded
from tests.fixtures.trade import happened
from tongguan.app.truth import Difference, TruthBreak, TruthError, TruthFile, compare, read_truth
from tongguan.metrics.daily import daily_sums
from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import DAY, day_of
from tongguan.simulate.days import Province
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.faults.plans import BREAK_CLASSES
from tongguan.simulate.truth import Truth
from tongguan.simulate.world import Setting
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.migrations import migrate

FIRST, DAYS = date(2026, 11, 10), 4
DAY_2 = date(2026, 11, 12)


def setting() -> Setting:
    """Return a province most of whose statements are wrong in every way."""
    start = day_of(FIRST) * DAY
    faults = [
        Fault(
            f"{channel}-{kind}",
            FaultKind.STATEMENT_BREAKS,
            start,
            start + DAYS * DAY,
            60_000,
            {"payment_channel": channel, "break": kind},
            "",
            "",
        )
        for kind in BREAK_CLASSES
        for channel in ("alipay", "wechat_pay")
    ]
    return Setting(3, FIRST, 60, plan=FaultPlan("breaks", faults))


@dataclass
class Held:
    """A warehouse into which the province was told, and the truth."""

    rig: Rig
    truth: TruthFile
    document: bytes
    lines: list[bytes]

    def differences(self) -> list[Difference]:
        found = compare(self.rig.warehouse, self.truth, None)
        assert found.differing == len(found.differences)
        return list(found.differences)


@pytest.fixture(scope="module", params=["embedded", "server"])
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("truth") / "engine"
    if request.param == "embedded":
        with embedded(folder, WORDS) as made:
            yield made
        return
    with clickhouse_http(folder) as address:
        made = Warehouse(address)
        migrate(made, WORDS, ZONE)
        yield made
        made.close()


@pytest.fixture(scope="module")
def held(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    rig = Rig(tmp_path_factory.mktemp("home"), warehouse, CONFIG, WORDS)
    accounts, truth = Accounts((day_of(FIRST) + DAYS) * DAY - 1), Truth(setting(), DAYS)
    lines: list[bytes] = []
    for made, block in Province(setting()).stream(DAYS, accounts):
        truth.add(made.touched, made.breaks)
        lines += block.encoded()
    for first in range(0, len(lines), 5000):
        assert rig.ingest.deliver(delivery(lines[first : first + 5000], source="simulated")).quarantined == 0
    rig.loader.load_all()
    document = msgspec.json.encode(truth.document(accounts))
    yield Held(rig, read_truth(document), document, lines)
    rig.close()


def test_the_warehouse_holds_what_was_told(held: Held) -> None:
    found = compare(held.rig.warehouse, held.truth, None)
    assert (found.differing, found.differences) == (0, [])
    assert found.agreeing > 1000
    assert {one.break_class for one in held.truth.breaks} == set(BREAK_CLASSES)
    assert held.differences() == []
    assert compare(held.rig.warehouse, held.truth, ["simulated"]) == found
    assert compare(held.rig.warehouse, held.truth, ["shop"]).agreeing == 0


def test_the_money_of_statements_is_compared_by_channel_and_accounting_day(held: Held) -> None:
    """A break that was planted and is not in the record is found, whatever its class."""
    last = FIRST.replace(day=13)
    tried = set()
    for place, one in enumerate(held.truth.breaks):
        if one.day == last or one.break_class in tried or one.break_class.startswith("BOSS"):
            continue
        tried.add(one.break_class)
        others = [each for number, each in enumerate(held.truth.breaks) if number != place]
        found = compare(held.rig.warehouse, replace_breaks(held.truth, others), None)
        assert {(each.account, each.channel) for each in found.differences} == {("statement", one.payment_channel)}
        first = found.differences[0]
        assert (first.date, first.found_amount - first.amount) == (one.day.isoformat(), one.amount_difference)
        # What is cut from a day stands on the next one; the statement of the last day is not there yet.
        assert found.differing == (2 if one.break_class == "DATE_CUT" and one.day < DAY_2 else 1)
    assert tried == set(BREAK_CLASSES[:6])


def replace_breaks(truth: TruthFile, breaks: list[TruthBreak]) -> TruthFile:
    return msgspec.structs.replace(truth, breaks=breaks)


def test_what_is_delivered_twice_counts_once(held: Held) -> None:
    held.rig.load(*held.lines[:2000], source="simulated")
    assert held.differences() == []


def test_an_event_too_many_and_an_amount_too_high(held: Held) -> None:
    held.rig.load(
        happened("payment.succeeded", "2026-11-12T12:00:00+08:00", event_id="more", payment_id="p", channel="app", amount=5, attributes={}),
        # What happens outside the days of the truth is nobody's business here.
        happened("payment.succeeded", "2026-11-14T00:00:00+08:00", event_id="later", payment_id="p", channel="app", amount=5),
        happened("payment.succeeded", "2026-11-09T23:59:59+08:00", event_id="before", payment_id="p", channel="app", amount=5),
    )
    by_channel, by_payment_channel, statement = held.differences()
    assert (by_channel.account, by_channel.type, by_channel.date, by_channel.channel) == (
        "channel",
        "payment.succeeded",
        "2026-11-12",
        "app",
    )
    assert (by_channel.found_events - by_channel.events, by_channel.found_amount - by_channel.amount) == (1, 5)
    assert (by_payment_channel.account, by_payment_channel.channel, by_payment_channel.found_events) == ("payment_channel", "", 1)
    assert (statement.account, statement.date, statement.amount, statement.found_amount) == ("statement", "2026-11-12", 5, 0)
    assert compare(held.rig.warehouse, held.truth, ["simulated"]).differing == 0
    held.rig.warehouse.command("ALTER TABLE events DELETE WHERE source = 'shop' SETTINGS mutations_sync = 2")
    assert held.differences() == []


def test_an_event_that_is_missing(held: Held) -> None:
    name = held.rig.rows("SELECT event_id FROM events WHERE type = 'order.created' ORDER BY event_id LIMIT 1")[0][0]
    held.rig.warehouse.command(f"ALTER TABLE events DELETE WHERE event_id = '{name}' SETTINGS mutations_sync = 2")
    (one,) = held.differences()
    assert (one.account, one.type, one.events - one.found_events) == ("channel", "order.created", 1)
    # It is known to the home and not taken again; it comes back as another event.
    line = next(line for line in held.lines if f'"{name}"'.encode() in line)
    held.rig.load(line.replace(name.encode(), b"again"), source="simulated")
    assert held.differences() == []


def test_days_are_summed_by_any_dimension(held: Held) -> None:
    warehouse = held.rig.warehouse
    every = daily_sums(warehouse)
    assert sum(one.events for one in every) == len(held.lines)
    assert [(one.type, one.date, one.value) for one in every] == sorted((one.type, one.date, one.value) for one in every)
    for by in ("region", "product_id", "business_class"):
        assert sum(one.events for one in daily_sums(warehouse, by=by)) == len(held.lines)
    orders = daily_sums(warehouse, types=["order.created"], since=DAY_2, until=DAY_2)
    assert orders == [one for one in every if one.type == "order.created" and one.date == DAY_2]
    assert daily_sums(warehouse, []) == [] == daily_sums(warehouse, types=[])
    stated = daily_sums(warehouse, types=["statement.line_recorded"], attribute="payment_channel", on="statement_date")
    received = daily_sums(warehouse, types=["statement.line_recorded"], attribute="payment_channel")
    assert {one.date for one in received} - {one.date for one in stated} == {date(2026, 11, 13)}
    assert sum(one.events for one in stated) == sum(one.events for one in received)
    few = daily_sums(warehouse, types=["statement.line_recorded"], only=("line_status", "success"))
    assert 0 < sum(one.events for one in few) < sum(one.events for one in stated)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"version": 1}'])
def test_what_is_no_truth_file_is_refused(content: bytes) -> None:
    with pytest.raises(TruthError, match="no truth file"):
        read_truth(content)


def test_a_truth_file_of_another_release_is_refused(held: Held) -> None:
    with pytest.raises(TruthError, match="version 99; this release reads 1"):
        read_truth(held.document.replace(b'"version":1', b'"version":99'))
