"""Numbers, SIM cards and handsets: received, held, given out, aged, free again."""

from __future__ import annotations

from tongguan.areas.stock.codes import GRADES, REASONS, RESOURCE_KINDS
from tongguan.areas.stock.events import CASE_KINDS, EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="stock",
    label=Label("资源", "Stock and numbers"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    names={"resource_kind": RESOURCE_KINDS, "grade": GRADES, "reason": REASONS},
)
