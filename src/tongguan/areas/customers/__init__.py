"""Who a customer is, how they sign in, and where they were invited to."""

from __future__ import annotations

from tongguan.areas.customers.codes import BRANDS, IDENTITY_KINDS, METHODS, NETWORKS, PURPOSES, REASONS, TIERS
from tongguan.areas.customers.events import EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="customers",
    label=Label("客户", "Customers"),
    event_types=EVENT_TYPES,
    codes={"tier": TIERS, "network": NETWORKS},
    names={"brand": BRANDS, "method": METHODS, "identity_kind": IDENTITY_KINDS, "purpose": PURPOSES, "reason": REASONS},
)
