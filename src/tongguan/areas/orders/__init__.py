"""Product orders from their creation to their end, OTO reservations and returns."""

from __future__ import annotations

from tongguan.areas.orders.codes import BUSINESS_CLASSES
from tongguan.areas.orders.events import CASE_KINDS, EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="orders",
    label=Label("订单", "Orders"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    codes={"business_class": BUSINESS_CLASSES},
)
