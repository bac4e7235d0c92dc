"""Mappings of the payment channels' statement files; ``examples/statements`` shows the same."""

from __future__ import annotations

from pathlib import Path

from tongguan.simulate.province.money import PAYMENT_CODES


def mapping_of(payment_channel: str) -> Path:
    """Return the mapping file of a payment channel's statements.

    Raises:
        ValueError: there is no such payment channel.
    """
    if payment_channel not in PAYMENT_CODES:
        raise ValueError(f"no payment channel {payment_channel!r}; there are {', '.join(PAYMENT_CODES)}")
    return Path(__file__).with_name(f"{payment_channel}.yaml")
