"""Which colour a series has: fixed, the same on every page, told apart also by the colour-blind.

Colours are tokens of ``static/css/tongguan.css`` (``--tg-c1`` …), so that both themes have their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

TOKENS: Final = ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8")
"""The list, in the order in which series without a colour of their own take them."""

COMPARED: Final = "grey"
"""What a number is compared with: another day, another period."""

_CHANNELS: Final[Mapping[str, str]] = {
    "app": "c1",
    "web": "c2",
    "wechat": "c3",
    "shop": "c4",
    "hall": "c5",
    "phone": "c6",
    "kiosk": "c7",
    "sms": "c8",
}


def channel_colour(channel: str) -> str:
    """Return the token of a channel's colour; a channel that is not in the list always gets the same one of them."""
    known = _CHANNELS.get(channel)
    return known or TOKENS[blake2b(channel.encode(), digest_size=1).digest()[0] % len(TOKENS)]


def colour_at(place: int) -> str:
    """Return the token for the series at a place; after the last comes the first again."""
    return TOKENS[place % len(TOKENS)]
