"""Money of customers: attempts, success, refund, posting to BOSS, statements, settlement."""

from __future__ import annotations

from tongguan.areas.payments.codes import METHODS, PAYMENT_CHANNELS, PURPOSES, REASONS
from tongguan.areas.payments.events import CASE_KINDS, EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="payments",
    label=Label("支付与结算", "Payments and settlement"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    names={"payment_channel": PAYMENT_CHANNELS, "method": METHODS, "purpose": PURPOSES, "reason": REASONS},
)
