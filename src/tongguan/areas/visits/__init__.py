"""Who comes to a channel, what they look at, and which services they ask for themselves."""

from __future__ import annotations

from tongguan.areas.visits.codes import COMPLEXITIES, PAGES, REASONS, SERVICES, STEPS, TRAFFIC_SOURCES
from tongguan.areas.visits.events import EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="visits",
    label=Label("来访与转化", "Visits and conversion"),
    event_types=EVENT_TYPES,
    names={
        "traffic_source": TRAFFIC_SOURCES,
        "page": PAGES,
        "step": STEPS,
        "service": SERVICES,
        "complexity": COMPLEXITIES,
        "reason": REASONS,
    },
)
