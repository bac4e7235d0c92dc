"""How a product gets onto the shelf of a channel, and off it."""

from __future__ import annotations

from tongguan.areas.listing.codes import CATEGORIES, REASONS
from tongguan.areas.listing.events import CASE_KINDS, EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="listing",
    label=Label("商品上架", "Listing"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    names={"category": CATEGORIES, "reason": REASONS},
)
