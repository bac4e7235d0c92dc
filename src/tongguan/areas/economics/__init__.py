"""Commission, incentives, sales policies, investments and totals reported by other systems."""

from __future__ import annotations

from tongguan.areas.economics.events import EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="economics",
    label=Label("经济", "Economics"),
    event_types=EVENT_TYPES,
)
