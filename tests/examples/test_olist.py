"""examples/olist: published CSV files of every status, and the figures of the real sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.tools import ROOT, require_data
from tongguan.areas.packs import build_vocabulary
from tongguan.ingest.mapping import Mapping, deliveries, load_mapping
from tongguan.model.event import Event

ZONE = ZoneInfo("America/Sao_Paulo")

ORDERS = """\
"order_id","customer_id","order_status","order_purchase_timestamp","order_approved_at","order_delivered_carrier_date",\
"order_delivered_customer_date","order_estimated_delivery_date"
"a","ca","delivered","2018-02-17 22:00:00","2018-02-17 22:10:00","2018-02-18 09:00:00","2018-02-20 09:00:00","2018-02-20 00:00:00"
"b","ca","created","2018-03-01 10:00:00","","","","2018-03-20 00:00:00"
"c","ca","approved","2018-03-01 10:00:00","","","","2018-03-20 00:00:00"
"d","ca","invoiced","2018-03-01 10:00:00","2018-03-01 11:00:00","","","2018-03-20 00:00:00"
"e","ca","processing","2018-03-01 10:00:00","2018-03-01 11:00:00","","","2018-03-20 00:00:00"
"f","ca","shipped","2018-03-01 10:00:00","2018-03-01 11:00:00","2018-03-02 11:00:00","","2018-03-20 00:00:00"
"g","ca","shipped","2018-03-01 10:00:00","2018-03-01 11:00:00","","","2018-03-20 00:00:00"
"h","ca","unavailable","2018-03-01 10:00:00","2018-03-01 11:00:00","","","2018-03-20 00:00:00"
"i","ca","canceled","2018-03-01 10:00:00","","","","2018-03-20 00:00:00"
"j","ca","delivered","2018-03-01 10:00:00","2018-03-01 11:00:00","2018-03-02 11:00:00","","2018-03-20 00:00:00"
"""
REVIEW = (
    '"review_id","order_id","review_score","review_comment_title","review_comment_message","review_creation_date","review_answer_timestamp"'
)
FILES = {
    "olist_orders_dataset.csv": ORDERS,
    "olist_order_items_dataset.csv": (
        '"order_id","order_item_id","product_id","seller_id","shipping_limit_date","price","freight_value"\n'
        '"a","1","p1","s1","2018-02-19 10:00:00","10.10","2.9"\n'
    ),
    "olist_order_payments_dataset.csv": (
        '"order_id","payment_sequential","payment_type","payment_installments","payment_value"\n'
        '"a","1","credit_card","8","10.00"\n"a","2","voucher","1","3.00"\n"i","1","not_defined","1","0.00"\n'
    ),
    "olist_customers_dataset.csv": (
        '"customer_id","customer_unique_id","customer_zip_code_prefix","customer_city","customer_state"\n'
        '"ca","u1","09790","sao paulo","SP"\n'
    ),
    "olist_order_reviews_dataset.csv": f"{REVIEW}\n"
    '"r1","a","5","","Bom,\nmuito ""bom""\n\nobrigado","2018-02-21 00:00:00","2018-02-22 10:00:00"\n',
}


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return load_mapping(ROOT / "examples" / "olist" / "mapping.yaml", build_vocabulary())


@pytest.fixture
def published(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def events(mapping: Mapping, *paths: Path) -> list[Event]:
    found = []
    for delivery in deliveries(mapping, paths):
        assert delivery.bad == []
        found += [msgspec.json.decode(record.body, type=Event) for record in delivery.records]
    return found


def attributes(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(event.attributes))
    return found


def by_order(found: list[Event]) -> dict[str, list[str]]:
    orders: defaultdict[str, list[str]] = defaultdict(list)
    for event in found:
        orders[event.order_id or ""].append(event.type)
    return {order: sorted(types) for order, types in orders.items()}


def test_every_status_of_the_published_files(mapping: Mapping, published: Path) -> None:
    paid = ["order.approved", "order.created"]
    assert by_order(events(mapping, published)) == {
        "a": sorted([*paid, "order.item_added", "order.reviewed", "package.delivered", "package.shipped", *["payment.succeeded"] * 2]),
        "b": ["order.created"],
        "c": paid,
        "d": sorted([*paid, "order.invoiced"]),
        "e": sorted([*paid, "order.processing_started"]),
        "f": sorted([*paid, "package.shipped"]),
        "g": sorted([*paid, "package.shipped"]),
        "h": sorted([*paid, "order.marked_unavailable"]),
        "i": ["order.cancelled", "order.created", "payment.succeeded"],
        "j": sorted([*paid, "order.delivery_reported", "package.shipped"]),
    }


def test_times_amounts_and_references(mapping: Mapping, published: Path) -> None:
    found = {event.event_id: event for event in events(mapping, published)}
    created = found["olist:a:created"]
    # Summer time ended that night: 22:00 was two hours behind UTC, the day of the promise three.
    assert created.time.isoformat() == "2018-02-18T00:00:00+00:00"
    assert created.due_time is not None and created.due_time.isoformat() == "2018-02-20T03:00:00+00:00"
    assert (created.customer_id, created.region, created.channel, created.sub_channel, created.business_class) == (
        "u1",
        "BR-SP",
        "shop",
        "olist",
        "goods",
    )
    item = found["olist:a:item:1"]
    assert (item.amount, item.currency, item.product_id, item.quantity) == (1300, "BRL", "p1", 1)
    payment = found["olist:a:payment:1"]
    assert (payment.payment_id, payment.amount, payment.time.isoformat()) == ("a:1", 1000, "2018-02-18T00:10:00+00:00")
    assert attributes(payment) == {"method": "credit_card", "part": "1", "installments": 8, "purpose": "order"}
    assert found["olist:i:payment:1"].amount == 0
    assert found["olist:j:delivery_reported"].time.isoformat() == "2018-03-02T14:00:00+00:00"
    review = attributes(found["olist:a:review:r1"])
    assert review == {"review": "r1", "score": 5, "answered": "2018-02-22T13:00:00Z"}


def test_reviews_need_not_be_there_but_payments_must(mapping: Mapping, published: Path) -> None:
    (published / "olist_order_reviews_dataset.csv").unlink()
    assert not any(event.type == "order.reviewed" for event in events(mapping, published))
    (published / "olist_order_payments_dataset.csv").unlink()
    with pytest.raises(
        ValueError, match="lacks files: payments: olist_order_payments_dataset.csv or order_payments.parquet".replace(".", r"\.")
    ):
        deliveries(mapping, [published])


def test_figures_of_the_real_sample(mapping: Mapping) -> None:
    found = events(mapping, require_data("olist_sample"))
    assert Counter(event.type for event in found) == {
        "order.created": 8908,
        "order.item_added": 10266,
        "payment.succeeded": 9261,
        "order.approved": 8908,
        "package.shipped": 8908,
        "package.delivered": 8907,
        "order.delivery_reported": 1,
    }
    assert len({event.event_id for event in found}) == len(found)
    assert sum(event.amount or 0 for event in found if event.type == "payment.succeeded") == 144_834_822
    assert sum(event.amount or 0 for event in found if event.type == "order.item_added") == 144_820_437
    delivered = [(event.time, event.due_time) for event in found if event.type == "package.delivered" and event.due_time is not None]
    assert len(delivered) == 8907
    assert sum(time <= due for time, due in delivered) == 8212
    assert sum(day(time) <= day(due) for time, due in delivered) == 8315


def day(moment: datetime) -> str:
    return moment.astimezone(ZONE).date().isoformat()
