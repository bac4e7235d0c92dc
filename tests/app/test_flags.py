"""New orders are held against the rules of the packs, in an open home: flags and reviews become events, each once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.opened import engine, house, take
from tests.fixtures.rig import MORNING, event
from tongguan.app.installation import OWN_FLAGS, Installation, open_flags
from tongguan.app.loops import relay
from tongguan.detect.flagging import Flagger
from tongguan.detect.flags import usual_of
from tongguan.model.vocabulary import Vocabulary
from tongguan.warehouse.client import Warehouse

COLUMNS = {"channel": "app", "region": "GX-NN", "business_class": "goods.handset", "customer_id": "c1", "product_id": "P1", "amount": 100}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with engine(tmp_path_factory.mktemp("flags")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, warehouse: Warehouse) -> Iterator[Installation]:
    with house(tmp_path / "home", warehouse) as made:
        yield made


def order(name: str, minutes: float = 0.0, type_name: str = "order.created", **fields: Any) -> bytes:
    values = {**COLUMNS, **fields} if type_name == "order.created" else {"order_id": name, **fields}
    return event(
        type=type_name,
        order_id=name,
        time=(MORNING + timedelta(minutes=minutes)).isoformat(),
        event_id=f"{name} {type_name}",
        **{key: value for key, value in values.items() if key != "order_id"},
    )


def at(home: Installation, minutes: float, vocabulary: Vocabulary | None = None) -> Flagger:
    moment = MORNING + timedelta(minutes=minutes)
    words = vocabulary or home.vocabulary
    return Flagger(home.warehouse, home.database, words, home.flagger.book, lambda: moment)


def told(home: Installation, type_name: str = "order.flagged") -> dict[str, list[str]]:
    """Send what waits, and return which orders have events of a type, by rule or reason."""
    relay(home)
    home.load_now()
    named = "if(type = 'order.flagged', JSONExtractString(attributes, 'rule'), reason)"
    sql = f"SELECT {named} AS rule, arraySort(groupArray(order_id)) FROM events WHERE type = {{type:String}} GROUP BY rule"
    return {name: list(orders) for name, orders in home.warehouse.query(sql, {"type": type_name}).rows}


def steps(home: Installation) -> dict[str, str]:
    return {str(case): str(step) for case, step in home.warehouse.query("SELECT case_id, step FROM case_rows FINAL").rows}


def test_a_duplicate_is_flagged_and_waits_for_review(home: Installation) -> None:
    take(home, order("o1"), order("o2", 3), order("o3", 30))
    at(home, 40).round()
    assert told(home) == {"duplicate_order": ["o2"]}
    assert told(home, "order.check_requested") == {"duplicate": ["o2"]}
    assert steps(home) == {"o1": "created", "o2": "check_requested", "o3": "created"}
    (row,) = home.warehouse.query("SELECT * FROM events WHERE type = 'order.flagged'").dicts()
    assert {name: row[name] for name in ("channel", "region", "business_class", "product_id", "amount", "reason", "source")} == {
        **{name: COLUMNS[name] for name in ("channel", "region", "business_class", "product_id", "amount")},
        "reason": "duplicate",
        "source": "records",
    }
    assert json.loads(row["attributes"]) == {
        "rule": "duplicate_order",
        "other_orders": ["o1"],
        "compared": ["customer_id", "product_id", "channel"],
        "found": 180.0,
        "bound": 600.0,
    }


def test_who_it_was_is_the_same_token_in_both_events(home: Installation) -> None:
    take(home, order("o1", customer_id="13812345678"), order("o2", 3, customer_id="13812345678"))
    at(home, 40).round()
    assert told(home) == {"duplicate_order": ["o2"]}
    ((token, types),) = home.warehouse.query("SELECT customer_id, uniqExact(type) FROM events GROUP BY customer_id").rows
    assert types == 3 and "138" not in token


def test_it_is_told_once_however_often_it_is_looked_at(home: Installation) -> None:
    take(home, order("o1"), order("o2", 3))
    for minutes in (5, 6, 7):
        at(home, minutes).round()
        assert told(home) == {"duplicate_order": ["o2"]}
    take(home, order("o3", 4))
    at(home, 8).round()
    assert told(home) == {"duplicate_order": ["o2", "o3"]}
    assert home.warehouse.query("SELECT count() FROM events WHERE source = 'records'").first() == (4,)


def test_an_order_that_comes_late_makes_the_later_one_a_duplicate(home: Installation) -> None:
    at(home, 0).round()
    take(home, order("o2", 3))
    at(home, 4).round()
    assert told(home) == {}
    take(home, order("o1"))
    at(home, 5).round()
    assert told(home) == {"duplicate_order": ["o2"]}


def test_what_is_worked_on_or_was_reviewed_is_not_held(home: Installation) -> None:
    records = [
        order("o1"),
        order("o2", 1),
        order("o2", 2, "package.shipped", package_id="p2"),
        order("o3", 2),
        order("o3", 3, "order.check_requested", reason="duplicate"),
        order("o3", 4, "order.released"),
    ]
    take(home, *records)
    at(home, 5).round()
    assert told(home) == {"duplicate_order": ["o2", "o3"]}
    assert told(home, "order.check_requested") == {"duplicate": ["o3"]}


def test_times_are_over_without_any_new_event(home: Installation) -> None:
    take(
        home,
        order("o1", customer_id="c1"),
        order("o2", customer_id="c2", region=None),
        order("o2", 90, "payment.succeeded", payment_id="z"),
        # Reserved for a shop, it is paid there.
        order("o3", customer_id="c3"),
        order("o3", 1, "oto.reserved"),
    )
    at(home, 2).round()
    assert told(home) == {}
    at(home, 20).round()
    assert told(home) == {"missing_details": ["o2"]}
    at(home, 24 * 60 + 5).round()
    assert told(home) == {"missing_details": ["o2"], "unpaid_too_long": ["o1"]}
    times = dict(home.warehouse.query("SELECT order_id, time FROM events WHERE type = 'order.flagged'").rows)
    assert times == {"o2": MORNING + timedelta(minutes=15), "o1": MORNING + timedelta(days=1)}


def test_what_became_known_in_time_is_not_missing(home: Installation) -> None:
    take(home, order("o1", region=None), order("o1", 5, "order.changed", region="GX-NN"))
    at(home, 30).round()
    assert told(home) == {}


def test_many_orders_at_one_address_are_found_by_their_tokens(home: Installation) -> None:
    many = [order(f"o{n}", 20 * n, customer_id=f"c{n}", product_id=f"P{n}", attributes={"address": "民族大道 1 号"}) for n in range(7)]
    other = order("x", 1, customer_id="x", product_id="X", attributes={"address": "民族大道 2 号"})
    take(home, *many, other)
    at(home, 200).round()
    assert told(home) == {"many_by_address": ["o5", "o6"]}
    stored = home.warehouse.query("SELECT countIf(position(attributes, '民族大道') > 0) FROM events").first()
    assert stored == (0,)


def test_an_amount_far_off_its_product_is_held(home: Installation) -> None:
    usual = [90 + place % 21 for place in range(40)]
    before = [order(f"b{n}", -50 * 60 + n, customer_id=f"b{n}", amount=amount) for n, amount in enumerate(usual)]
    take(home, *before, order("dear", 0, customer_id="d", amount=900), order("plain", 1, customer_id="e", amount=120))
    at(home, 5).round()
    assert told(home) == {"unusual_amount": ["dear"]}
    assert told(home, "order.check_requested") == {"suspicious": ["dear"]}
    (attributes,) = home.warehouse.query("SELECT attributes FROM events WHERE type = 'order.flagged'").first()
    known = usual_of(usual)
    assert json.loads(attributes)["usual"] == round(known.median)


def test_what_amounts_are_usual_is_asked_as_it_is_defined(home: Installation) -> None:
    amounts = [5, 7, 7, 8, 100, 3]
    take(home, *(order(f"b{n}", -24 * 60 + n, customer_id=f"b{n}", amount=amount) for n, amount in enumerate(amounts)))
    found = at(home, 0)._queries.usuals("2026-11-21", 28)
    assert found == {(28, "2026-11-21", "P1", ""): usual_of(amounts)}


def test_old_orders_are_left_alone(home: Installation) -> None:
    take(home, order("o1"), order("o2", 3))
    at(home, 3 * 24 * 60).round()
    assert told(home) == {}


def test_other_rules_are_held_against_what_is_there(home: Installation) -> None:
    take(home, order("o1"), order("o2", 20))
    at(home, 30).round()
    assert told(home) == {}
    wider = replace(home.flagger.book, rules=tuple(replace(one, within=timedelta(hours=1)) for one in home.flagger.book.rules[:1]))
    Flagger(home.warehouse, home.database, home.vocabulary, wider, lambda: MORNING + timedelta(minutes=31)).round()
    assert told(home) == {"duplicate_order": ["o2"]}


def test_a_home_may_keep_rules_of_its_own(home: Installation) -> None:
    assert open_flags(home.home, home.vocabulary).source == "areas/orders/quality.yaml"
    text = (
        "kind: order\nmade: order.created\nflagged: order.flagged\nreview: order.check_requested\nholdable: []\nlook_back: 1d\nrules: []\n"
    )
    (home.home.folder / OWN_FLAGS).write_text(text)
    own = open_flags(home.home, home.vocabulary)
    assert (own.source, own.rules) == (OWN_FLAGS, ())


def test_a_clock_that_stood_still_loses_nothing(home: Installation) -> None:
    take(home, order("o1", region=None))
    at(home, 1).round()
    take(home, order("o2", 25, customer_id="c9"))
    at(home, 30).round()
    assert told(home) == {"missing_details": ["o1"]}
