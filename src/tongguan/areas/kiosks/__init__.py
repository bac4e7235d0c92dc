"""Self-service devices: state, faults, cash and remote commands."""

from __future__ import annotations

from tongguan.areas.kiosks.codes import FAULTS, REASONS
from tongguan.areas.kiosks.events import CASE_KINDS, EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="kiosks",
    label=Label("自助终端", "Kiosks"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    names={"fault": FAULTS, "reason": REASONS},
)
