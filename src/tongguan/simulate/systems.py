"""Which system of the operation tells which events: the sources under which they come in."""

from __future__ import annotations

from typing import Final

_TOLD_BY: Final = {
    "channel-logs": ("visit", "service", "authentication", "second_factor"),
    "order-hub": ("order", "invoice", "return", "acceptance", "real_name", "number_port", "allocation", "picking", "activation", "oto"),
    "payment-gateway": ("payment",),
    "boss": ("boss", "subscription"),
    "logistics": ("package",),
    "resource-centre": ("resource", "stock", "product"),
    "service-desk": ("contact", "guide", "ticket", "survey", "follow_up", "knowledge", "shift", "training", "reward", "suggestion"),
    "customer-centre": ("identity", "customer", "consent", "preference_card", "referral", "target_list"),
    "kiosk-platform": ("device", "cash", "receipt"),
    "marketing": ("campaign", "message", "advertisement", "link", "qr_code", "content", "coupon", "partner"),
    "finance": ("statement", "settlement", "commission", "incentive", "policy", "subsidy", "cost", "investment"),
    "reports": ("aggregate",),
    "monitoring": ("probe", "inspection", "outage", "interface", "entry_point"),
    "operations": ("instruction",),
}

SYSTEMS: Final = tuple(_TOLD_BY)
"""Names of all sources, in a fixed order."""

_SYSTEM_OF: Final = {noun: system for system, nouns in _TOLD_BY.items() for noun in nouns}


def system_of(event_type: str) -> str:
    """Return which system tells a type of event.

    Raises:
        KeyError: no system tells it.
    """
    return _SYSTEM_OF[event_type.partition(".")[0]]
