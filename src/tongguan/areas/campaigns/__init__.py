"""Activities, messages, links, QR codes, coupons and the partners who spread them."""

from __future__ import annotations

from tongguan.areas.campaigns.codes import KINDS, MEDIA, PURPOSES, REASONS
from tongguan.areas.campaigns.events import CASE_KINDS, EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="campaigns",
    label=Label("营销", "Campaigns"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    names={"kind": KINDS, "medium": MEDIA, "purpose": PURPOSES, "reason": REASONS},
)
