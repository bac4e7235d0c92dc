"""Online to offline: reserved online, done in a shop, or handed over by the shop to the online team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, SECOND
from tongguan.simulate.columns import Column, Ids, Moments
from tongguan.simulate.orders.lot import End, Lot
from tongguan.simulate.orders.story import after, either, working

TO_RESERVE: Final = Quantiles({0: 1, 50: 5, 100: 40}, SECOND)
TO_COME: Final = Quantiles({0: 0.5, 30: 4, 60: 26, 90: 90, 100: 150}, HOUR)
"""From the voucher to the visit of the shop."""
TO_HAND_OVER: Final = Quantiles({0: 1, 50: 6, 100: 48}, HOUR)
VALID: Final = 7 * DAY
"""So long a voucher can be used."""
SHOP_OPENS, SHOP_CLOSES = 9, 20
EXPIRED, HANDED_OVER = 90_000, 50_000
"""Vouchers that nobody uses, and orders that the shop gives to the online team, in millionths."""
SHOPS_PER_DISTRICT: Final = 6


@dataclass(frozen=True)
class Reserved:
    """What became of the reservations; NONE for what did not happen.

    Attributes:
        go: when each order may go on: at once, when the voucher is redeemed, or when the shop hands it over.
        in_shop: it is done in the shop.
    """

    go: Whole
    in_shop: Mask


def reserve(lot: Lot, ready: Whole, oto: Mask) -> Reserved:
    """Send the customers of some orders to shops."""
    reserved = after(ready, lot.spread("oto", TO_RESERVE), oto)
    sent = after(reserved, lot.spread("voucher", TO_RESERVE))
    drawn = lot.chance.below("voucher/fate", lot.row, 1_000_000)
    expired = after(sent, VALID, drawn < EXPIRED)
    handed = after(sent, lot.spread("hand over", TO_HAND_OVER), (drawn >= EXPIRED) & (drawn < EXPIRED + HANDED_OVER))
    handed = working(handed, SHOP_OPENS, SHOP_CLOSES, lot.morning("hand over"))
    come = after(sent, lot.spread("come", TO_COME), drawn >= EXPIRED + HANDED_OVER)
    redeemed = working(come, SHOP_OPENS, SHOP_CLOSES, lot.morning("come"))
    district = lot.world.people.district[lot.wishes.customer]
    shop: dict[str, Column] = {"shop": Ids("shop-", district * SHOPS_PER_DISTRICT + lot.chance.below("shop", lot.row, SHOPS_PER_DISTRICT))}
    voucher: dict[str, Column] = {**shop, "voucher": Ids(f"V{lot.name}-", lot.row)}
    story = lot.story
    story.add("oto.reserved", reserved, attributes=shop, due_time=Moments(after(reserved, VALID)))
    story.add("oto.voucher_sent", sent, attributes={**voucher, "valid_until": Moments(after(sent, VALID))})
    story.add("oto.voucher_expired", expired, attributes=voucher)
    story.add("oto.voucher_redeemed", redeemed, attributes=voucher)
    story.add("oto.handed_over", handed, attributes=shop)
    lot.ends.append(End(after(expired, 30 * SECOND), "voucher_expired", "system"))
    return Reserved(np.where(oto, either(redeemed, handed), ready), oto & (redeemed >= 0))
