"""Acceptance, checks, allocation, delivery and activation of orders."""

from __future__ import annotations

from tongguan.areas.fulfilment.codes import METHODS, QUEUES, REASONS, SYSTEMS
from tongguan.areas.fulfilment.events import CASE_KINDS, EVENT_TYPES
from tongguan.areas.fulfilment.queues import QUEUES as TASK_QUEUES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="fulfilment",
    label=Label("订单履行", "Fulfilment"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    names={"queue": QUEUES, "system": SYSTEMS, "method": METHODS, "reason": REASONS},
    queues=TASK_QUEUES,
)
