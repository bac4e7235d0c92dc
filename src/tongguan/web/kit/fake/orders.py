"""Orders of the operation in memory, each with its whole story, made from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from tongguan.model.answers import CaseRow, Join, Trace, TraceEvent
from tongguan.model.vocabulary import Vocabulary

_STORY = ("order.created", "payment.succeeded", "order.accepted", "order.allocated", "package.shipped", "package.delivered")
_HOURS = (0.0, 0.2, 1.5, 5.0, 20.0, 60.0)
_CHANNELS = ("app", "app", "app", "web", "web", "wechat", "shop", "kiosk")
_REGIONS = ("GX-NN", "GX-NN-01", "GX-LZ-02", "GX-GL", "GX-BH")


def make_trace(number: int, now: datetime, vocabulary: Vocabulary, random: Random) -> Trace:
    """Make one order; its first event lies within the last ten days before ``now``."""
    start = now - timedelta(hours=random.uniform(0.2, 240))
    story = list(_STORY)
    if random.random() < 0.12:
        story = [*story[: random.randint(1, 4)], random.choice(["order.held", "order.cancelled"])]
    price = random.randint(1_990, 699_900)
    columns = {
        "channel": random.choice(_CHANNELS),
        "region": random.choice(_REGIONS),
        "business_class": random.choice(["goods", "goods.handset", "handling"]),
        "brand": random.choice(["wo", "wo", "ruyi", ""]),
        "tier": random.choice(["high", "middle", "low"]),
        "network": random.choice(["4G", "5G"]),
        "order_id": f"DD2026{number:06d}",
        "customer_id": f"KH{random.randint(1, 250):05d}",
        "product_id": random.choice(["SIM-5G-128", "PHONE-X12", "FTTH-500", "PACK-59"]),
    }
    events: list[TraceEvent] = []
    for place, name in enumerate(story):
        hours = _HOURS[min(place, 5)] * random.uniform(0.4, 1.9)
        time = max(start + timedelta(hours=hours), events[-1].time + timedelta(seconds=40) if events else start)
        if time > now:
            break
        events.append(_event(place, name, time, price, columns, vocabulary, events))
    return _trace(events, columns, price, start + timedelta(hours=72), vocabulary)


def _event(
    place: int, name: str, time: datetime, price: int, columns: dict[str, str], vocabulary: Vocabulary, before: Sequence[TraceEvent]
) -> TraceEvent:
    order_id = columns["order_id"]
    own = dict(columns)
    attributes: dict[str, object] = {}
    if name.startswith("payment."):
        own["payment_id"] = f"ZF{order_id[2:]}"
        attributes = {"bank": "ICBC", "installments": 1, "promotion": {"code": "沃双11", "discount": 500}}
    if name.startswith("package."):
        own["package_id"] = f"YD{order_id[2:]}"
        attributes = {"receiver": f"tok_{order_id}_name", "receiver_phone": f"tok_{order_id}_phone", "express_company": "顺丰"}
    return TraceEvent(
        event_id=f"{order_id}-{place}",
        time=time,
        type=name,
        area="sales",
        gap=(time - before[-1].time).total_seconds() if before else None,
        via=name.partition(".")[0] if name.partition(".")[0] in {"payment", "package"} else "order",
        milestone=vocabulary.event_types[name].milestones.get("order", ""),
        amount=price if name in {"order.created", "payment.succeeded"} else None,
        currency="CNY" if name in {"order.created", "payment.succeeded"} else "",
        source="wms" if name.startswith("package.") else "order-hub",
        received_time=time + timedelta(seconds=2),
        attributes=attributes,
        columns=own,
    )


def _trace(events: list[TraceEvent], columns: dict[str, str], price: int, due: datetime, vocabulary: Vocabulary) -> Trace:
    milestone = vocabulary.case_kind("order").milestone(events[-1].milestone)
    paid = price if any(e.type == "payment.succeeded" for e in events) else None
    case = CaseRow(
        kind="order",
        case_id=columns["order_id"],
        step=milestone.name,
        status=milestone.status,
        first_time=events[0].time,
        last_time=events[-1].time,
        due_time=due,
        channel=columns["channel"],
        sub_channel="",
        region=columns["region"],
        business_class=columns["business_class"],
        brand=columns["brand"],
        tier=columns["tier"],
        network=columns["network"],
        customer_id=columns["customer_id"],
        product_id=columns["product_id"],
        currency="CNY",
        sold=price,
        paid=paid,
        events=len(events),
        open=not milestone.final,
    )
    joins = [Join("order", (case.case_id,), sum(e.via == "order" for e in events))]
    for kind in ("payment", "package"):
        own = [e for e in events if e.via == kind]
        joins.append(Join(kind, tuple(sorted({e.columns[f"{kind}_id"] for e in own})), len(own)))
    joins += [Join("session", (), 0), Join("ticket", (), 0)]
    return Trace(case, tuple(events), tuple(joins), False)
