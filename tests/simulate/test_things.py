"""Everything besides customers' doings: valid, the same for the same seed, in order, and changed by faults only where they bite."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import msgspec
import numpy as np
import pytest

from tests.simulate.things_days import Day, Told, fault, made, moment, quiet, world
from tongguan.areas.packs import ALL_PACKS
from tongguan.ingest.checks import Rules
from tongguan.model.event import Event
from tongguan.model.vocabulary import Vocabulary
from tongguan.simulate.clock import DAY, HOUR, MINUTE, at, date_of
from tongguan.simulate.columns import Codes, Lists, Moments, Numbers, Same, Truths
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.province.channels import SUBS
from tongguan.simulate.province.goods import PRODUCTS
from tongguan.simulate.telling import Script
from tongguan.simulate.things.listing import listings
from tongguan.simulate.things.rows import Few, Moment
from tongguan.simulate.things.stock import STOCKED, sold_a_week

CAMPAIGN = fault(FaultKind.CAMPAIGN, 9, (8, 8 + 5 * 24), 300, campaign="promo", product="handset-c")
FAULTS = (
    fault(FaultKind.PAYMENT_OUTAGE, 9, (14, 16), 90, payment_channel="alipay"),
    fault(FaultKind.ACCEPTANCE_BACKLOG, 9, (10, 15), 75, reason="interface"),
    fault(FaultKind.CHECKOUT_BROKEN, 9, (10, 20), 90, channel="app", step="payment_choice"),
    fault(FaultKind.PROBE_FAILURE, 9, (2, 5), 80, channel="wechat"),
    fault(FaultKind.PRICE_MISMATCH, 9, (10, 40), 10, product="handset-a", channel="shop"),
)


def test_every_event_is_valid_and_none_is_told_before_its_day() -> None:
    rules, decode = Rules(Vocabulary(ALL_PACKS), 100_000), msgspec.json.Decoder(Event).decode
    busy = world([*FAULTS, CAMPAIGN, fault(FaultKind.KIOSKS_OFFLINE, 9, (3, 20), 100, region="P-01-01")])
    for day in (*quiet(20), *(made(busy, after) for after in (2, 9, 10, 14))):
        assert [problem for line in day.text.splitlines() if (problem := rules.problem(decode(line)))] == []
        names = [event["event_id"] for event in day.events]
        assert len(set(names)) == len(names)
        for batch in day.script.batches:
            assert batch.times.min() >= at(day.day), batch.type
            assert batch.times.max() < at(day.day + 45), batch.type


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, same, other = made(world(), 3), made(world(), 3), made(world(seed=2), 3)
    assert one.text == same.text and one.text != other.text


def test_a_day_is_of_the_size_told() -> None:
    sizes = [len(made(world(orders_per_day=1700), after).events) for after in (1, 8)]
    assert min(sizes) > 5000 and max(sizes) < 9000


@pytest.mark.parametrize("planted", FAULTS, ids=[one.kind.value for one in FAULTS])
def test_a_fault_changes_only_what_it_is_about(planted: Fault) -> None:
    orders = made(world(), 9).orders
    there, usual = made(world([planted]), 9, orders), made(world(), 9, orders)
    changed = [msgspec.json.decode(line) for line in (there.bare() - usual.bare()) + (usual.bare() - there.bare())]
    assert changed
    nouns = {event["type"].partition(".")[0] for event in changed}
    expected = {
        FaultKind.PAYMENT_OUTAGE: {"probe", "interface"},
        FaultKind.ACCEPTANCE_BACKLOG: {"interface"},
        FaultKind.PRICE_MISMATCH: {"product"},
    }
    assert nouns == expected.get(planted.kind, {"probe"})
    where = {"alipay", "interface", "app", "wechat", "shop"} & {*planted.where.values()}
    for event in changed:
        about = str(event)
        assert planted.start <= moment(event) < planted.end + HOUR, about
        assert any(name in about or (name == "interface" and "boss-order" in about) for name in where), about
    shown_elsewhere = planted.kind in (FaultKind.PAYMENT_OUTAGE, FaultKind.ACCEPTANCE_BACKLOG, FaultKind.CHECKOUT_BROKEN)
    assert (there.script.touched[planted.id] == 0) is shown_elsewhere, "probes and interfaces only show what others are about"
    assert not usual.script.touched


def test_probes_end_in_one_way_and_halls_are_there_as_told() -> None:
    days = quiet(20)
    failed, done = (sum(len(day.of(f"probe.{end}")) for day in days) for end in ("failed", "completed"))
    assert failed + done == len(days) * 15 * 144
    assert 0.003 < failed / (failed + done) < 0.005
    broken = made(world([FAULTS[2]]), 9).of("probe.failed")
    hit = [event for event in broken if event.get("attributes", {}).get("step") == "payment_choice"]
    assert len(hit) > 45 and {(event["channel"], event["attributes"]["target"], event["reason"]) for event in hit} == {
        ("app", "checkout", "page_error")
    }


def test_interfaces_fail_no_more_often_than_they_are_called() -> None:
    day = made(world(FAULTS[:2], 1700), 9)
    calls = {(e["attributes"]["interface"], e["time"]): e["quantity"] for e in day.of("interface.called")}
    failures = {(e["attributes"]["interface"], e["time"]): e["quantity"] for e in day.of("interface.failed")}
    assert all(0 < failures[key] <= calls[key] for key in failures)
    shares: dict[str, list[float]] = defaultdict(list)
    for (name, time), quantity in calls.items():
        if "T15:59" in time or "T14:59" in time:
            shares[name].append(failures.get((name, time), 0) / quantity)
    assert min(shares["gateway-alipay"]) > 0.85 and max(shares["boss-order"]) > 0.7
    assert max(max(values) for name, values in shares.items() if name not in ("gateway-alipay", "boss-order")) < 0.1


def test_inspections_and_outages_go_their_way() -> None:
    events = [event for day in quiet(20) for event in day.of(*(f"inspection.{end}" for end in ("started", "completed")))]
    weeks = Counter(event["channel"] for event in events if event["type"] == "inspection.started")
    assert set(weeks) == {"web", "app", "wechat", "sms", "phone", "kiosk"} and set(weeks.values()) <= {2, 3}
    assert all(0 <= e["attributes"]["score"] <= 100 for e in events if e["type"] == "inspection.completed")
    found = Counter(e["type"] for day in quiet(20) for e in day.of("inspection.finding_recorded", "inspection.finding_resolved"))
    assert len(set(found.values())) == 1
    outage = [event for day in quiet(20) for event in day.of("outage.planned", "outage.started", "outage.ended")]
    assert [event["type"].partition(".")[2] for event in sorted(outage, key=moment)] == ["planned", "started", "ended"]
    assert outage[0]["attributes"]["starts"].startswith("2026-09-09T01:00")


def test_numbers_come_into_stock_before_orders_take_them() -> None:
    day = quiet(20)[4]
    received = {e["resource_id"]: e for e in day.of("resource.received")}
    taken = np.array([product.number for product in PRODUCTS])[day.orders.wishes.product]
    named = {f"N260905-{day.orders.key[row]}": int(day.orders.created[row]) for row in np.flatnonzero(taken)}
    both = received.keys() & named.keys()
    assert 0.15 < len(both) / len(named) < 0.45
    assert all(moment(received[name]) < named[name] for name in both)
    assert not set(received) & {e["resource_id"] for e in day.of("resource.refused")}


def test_what_is_delivered_in_a_week_replaces_what_is_sold() -> None:
    province = world(orders_per_day=1700)
    week = [made(province, after) for after in range(7, 14)]
    pieces = Counter[str]()
    for day in week:
        for event in day.of("stock.received"):
            pieces[event["product_id"]] += event["quantity"]
    assert set(pieces) == set(STOCKED)
    assert all(0.85 < pieces[product] / sold_a_week(province, product) < 1.15 for product in STOCKED)
    counted = [e for e in quiet(20)[0].of("stock.counted") if "product_id" in e]
    wrong = [e["quantity"] - e["attributes"]["booked_quantity"] for e in counted]
    assert sorted(e["quantity"] for e in quiet(20)[0].of("stock.adjusted")) == sorted(each for each in wrong if each)


def test_listings_are_submitted_reviewed_and_listed_in_this_order() -> None:
    stories: dict[str, list[Told]] = defaultdict(list)
    days = [*quiet(20), *(made(world(), after, quiet(20)[0].orders) for after in range(30, 36))]
    for day in days:
        for event in day.about("product"):
            stories[event["product_id"]].append(event)
    for listing in listings():
        assert [e["amount"] for e in stories.pop(listing.id) if e["type"] == "product.listed"] == [listing.product.price]
    ways = Counter[str]()
    for events in stories.values():
        kinds = [e["type"].partition(".")[2] for e in sorted(events, key=moment) if e["type"] != "product.price_changed"]
        ways[" ".join(kinds)] += 1
    # Offers of days that were not made may get another price in those that were.
    del ways[""]
    usual = "submitted reviewed listed"
    assert set(ways) <= {end for way in (usual, f"submitted rejected {usual}", "submitted rejected") for end in (way, f"{way} delisted")}
    assert ways[usual] + ways[f"{usual} delisted"] > 25 and any("delisted" in way for way in ways)
    assert not any("delisted" in way and "listed delisted" not in way for way in ways)


def test_a_wrong_price_is_set_found_and_set_right() -> None:
    days = [made(world([FAULTS[4]]), after, quiet(20)[0].orders) for after in (9, 10)]
    about = sorted((e for day in days for e in day.events if e.get("product_id") == "handset-a@shop"), key=moment)
    about = [e for e in about if e["attributes"].get("part", "price") == "price"]
    assert [(e["type"].partition(".")[2], e.get("amount")) for e in about] == [
        ("price_changed", 19990),
        ("mismatch_found", None),
        ("price_changed", 199900),
        ("mismatch_resolved", None),
    ]
    assert about[1]["attributes"]["here"] == "19990" and about[1]["attributes"]["there"] == "199900"


@pytest.fixture(scope="module")
def campaign() -> list[Day]:
    province = world([CAMPAIGN], 1000)
    return [made(province, after) for after in range(16)]


def test_a_campaign_is_planned_approved_started_and_ended_once(campaign: list[Day]) -> None:
    kinds = ("planned", "approved", "started", "ended")
    events = sorted((e for day in campaign for e in day.of(*(f"campaign.{kind}" for kind in kinds))), key=moment)
    for name in ("promo", "reminder-2609"):
        assert [e["type"].partition(".")[2] for e in events if e["campaign_id"] == name] == list(kinds)
    own = [moment(e) for e in events if e["campaign_id"] == "promo"]
    assert own[2:] == [CAMPAIGN.start, CAMPAIGN.end] and own[0] < at(world().first + 3)
    costs = [e["amount"] for day in campaign for e in day.of("campaign.cost_recorded") if e["campaign_id"] == "promo"]
    assert len(costs) == 6 and min(costs) > 0


def test_messages_arrive_or_fail_and_coupons_are_used_or_run_out(campaign: list[Day]) -> None:
    counts = Counter(e["type"] for day in campaign for e in day.events)
    assert counts["message.sent"] == counts["message.delivered"] + counts["message.failed"]
    first = [e for e in campaign[9].of("message.sent") if e["campaign_id"] == "promo"]
    assert 340 < len(first) < 460 and min(map(moment, first)) > CAMPAIGN.start
    assert counts["link.clicked"] < counts["message.opened"] < counts["message.delivered"] // 2
    coupons: dict[str, list[Told]] = defaultdict(list)
    for day in campaign:
        for event in day.of("coupon.issued", "coupon.redeemed", "coupon.expired"):
            coupons[event["attributes"]["coupon"]].append(event)
    assert counts["coupon.redeemed"] > 5 and counts["coupon.expired"] > 5
    for events in coupons.values():
        assert [e["type"] for e in sorted(events, key=moment)] in (
            ["coupon.issued", "coupon.redeemed"],
            ["coupon.issued", "coupon.expired"],
        )


def test_users_opened_are_the_activations_of_what_opens_one() -> None:
    for day in quiet(20)[2:5]:
        opens = np.array([product.activated for product in PRODUCTS])[day.orders.wishes.product] & (day.orders.activated >= 0)
        opened = {e["order_id"]: e for e in day.of("subscription.opened")}
        assert set(opened) == {f"O{world().name(day.day)}-{key}" for key in day.orders.key[opens]}
        own = np.array([sub.channel != "hall" for sub in SUBS])[day.orders.wishes.sub]
        billed = day.of("subscription.billed")
        assert len(billed) == int((opens & own).sum()) > 50
        for event in billed:
            begun = moment(opened[event["order_id"]])
            assert date_of(moment(event) // DAY).day == 3 and begun < moment(event) and event["amount"] >= 0
            assert date_of(begun // DAY).isoformat().startswith(event["attributes"]["account_period"])


def test_commission_is_due_to_who_sold_and_taken_back_with_the_order() -> None:
    credited: dict[str, Told] = {}
    reversed_: dict[str, Told] = {}
    for day in quiet(20):
        credited |= {e["order_id"]: e for e in day.of("commission.credited")}
        reversed_ |= {e["order_id"]: e for e in day.of("commission.reversed")}
    assert {e["channel"] for e in credited.values()} == {"shop", "hall", "phone"}
    assert 0 < len(reversed_) < len(credited) // 5 and set(reversed_) <= set(credited)
    for name, event in reversed_.items():
        assert event["amount"] == credited[name]["amount"] > 0 and moment(event) > moment(credited[name])


def test_both_sides_of_an_order_done_in_a_shop_are_credited() -> None:
    sides = Counter(e["attributes"]["side"] for day in quiet(20) for e in day.of("incentive.credited"))
    assert sides["online"] == sides["shop"] > 100


def test_a_campaigns_handsets_are_subsidised(campaign: list[Day]) -> None:
    granted = [e for day in campaign for e in day.of("subsidy.granted")]
    assert granted and {(e["campaign_id"], e["business_class"]) for e in granted} == {("promo", "goods.handset")}


def test_totals_are_told_once_and_fit_what_the_channels_do() -> None:
    days = quiet(20)
    keys = Counter[tuple[str, ...]]()
    spans: dict[tuple[str, str], set[int]] = defaultdict(set)
    users = opened = 0
    for day in days:
        for event in day.of("aggregate.reported"):
            said = event["attributes"]
            keys[tuple(said[n] for n in ("fact", "period_start")) + tuple(event.get(n, "") for n in ("region", "channel", "network"))] += 1
            length = date.fromisoformat(said["period_end"]) - date.fromisoformat(said["period_start"])
            spans[said["fact"], event.get("region", "")].add(length.days)
            assert said["period_start"] <= said["period_end"] < date_of(day.day).isoformat()
            if said["fact"] == "network_new_users" and day.day > days[0].day:
                users += int(said["value"])
        opened += sum(e["channel"] != "hall" for e in day.of("subscription.opened"))
    assert set(keys.values()) == {1}
    assert all(len(found) == 1 for found in spans.values()) and {0, 30, 364} == {days for found in spans.values() for days in found}
    assert 0.016 < opened / len(days) / (users / (len(days) - 1)) < 0.022
    assert {e["region"] for e in days[0].of("aggregate.reported") if e["attributes"]["fact"] == "new_user_share"} == {"GD", "JS"}


def test_every_city_fulfils_its_instructions_or_is_overdue_first() -> None:
    (day,) = [day for day in quiet(20) if day.of("instruction.issued") and day.day != world().first]
    steps: dict[str, list[Told]] = defaultdict(list)
    for event in day.of(*(f"instruction.{step}" for step in ("received", "progressed", "overrun", "fulfilled"))):
        steps[event["region"]].append(event)
    assert len(steps) == 14
    due = moment(day.of("instruction.issued")[0], "due_time")
    for events in steps.values():
        kinds = [e["type"].partition(".")[2] for e in events]
        assert kinds[0] == "received" and kinds[-1] == "fulfilled" and kinds.count("progressed") == 2
        assert ("overrun" in kinds) == (moment(events[-1]) > due)
        done = [e["attributes"]["progress"] for e in events if "progress" in e["attributes"]]
        assert done == sorted(done) and done[-1] == 100


def test_single_events_become_batches() -> None:
    script = Script("x")
    few = Few(script)
    few.add("a", 5, {"n": 1, "t": "one", "when": Moment(MINUTE), "yes": True, "of": ("p", "q")}, channel="web", region="")
    few.add("a", 7, {"t": "two", "yes": False}, channel="web")
    few.add("b", 6)
    few.tell()
    few.tell()
    one, other = script.batches
    assert (one.type, one.times.tolist(), other.type, len(script.batches)) == ("a", [5, 7], "b", 2)
    assert dict(one.whom.columns) == {"channel": Same("web")}
    n, t, when, yes, of = (one.attributes[name] for name in ("n", "t", "when", "yes", "of"))
    assert isinstance(n, Numbers) and n.present is not None and n.present.tolist() == [True, False]
    assert isinstance(t, Codes) and [t.names[place] for place in t.index] == ["one", "two"]
    assert isinstance(when, Moments) and when.times.tolist() == [MINUTE, -1]
    assert isinstance(yes, Truths) and yes.values.tolist() == [True, False]
    assert isinstance(of, Lists) and of.index.tolist() == [0, -1]


def test_single_events_with_values_of_two_kinds_are_refused() -> None:
    few = Few(Script("x"))
    few.add("a", 5, {"n": 1})
    few.add("a", 6, {"n": "one"})
    with pytest.raises(TypeError, match="one kind"):
        few.tell()
