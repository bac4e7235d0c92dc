"""Product orders from their creation to their end, OTO reservations and returns."""

from __future__ import annotations

from tongguan.areas.orders.codes import BUSINESS_CLASSES, DELIVERY_KINDS, ENDED_BY, PURPOSES, REASONS, RESULTS, TRADES
from tongguan.areas.orders.events import CASE_KINDS, EVENT_TYPES
from tongguan.areas.orders.quality import SOURCE_RULES
from tongguan.areas.orders.queues import QUEUES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="orders",
    label=Label("订单", "Orders"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    codes={"business_class": BUSINESS_CLASSES},
    names={
        "kind": TRADES,
        "purpose": PURPOSES,
        "delivery_kind": DELIVERY_KINDS,
        "by": ENDED_BY,
        "result": RESULTS,
        "reason": REASONS,
        "rule": SOURCE_RULES,
    },
    queues=QUEUES,
)
