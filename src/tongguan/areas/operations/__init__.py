"""Channels as a whole: instructions, probes, inspections, outages, work orders, shifts."""

from __future__ import annotations

from tongguan.areas.operations.codes import CHANNELS, REASONS, SUB_CHANNEL_NAMES, TOPICS
from tongguan.areas.operations.events import EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="operations",
    label=Label("运作", "Operations"),
    event_types=EVENT_TYPES,
    codes={"channel": CHANNELS},
    names={"sub_channel": SUB_CHANNEL_NAMES, "topic": TOPICS, "reason": REASONS},
)
