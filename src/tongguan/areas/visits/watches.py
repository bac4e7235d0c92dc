"""What of visits and conversion is looked at day by day."""

from __future__ import annotations

from typing import Final

from tongguan.model.findings import Bad, Tally, Unit, Watch
from tongguan.model.vocabulary import Label

WATCHES: Final = (
    Watch("visits", Label("访问次数", "Visits"), "visit", "channel", Tally(("visit.session_started",)), unit=Unit.COUNT, least=0.4),
    Watch(
        "checkout_left",
        Label("结算放弃率", "Checkouts left"),
        "conversion",
        "channel",
        Tally(("visit.checkout_left",)),
        Tally(("visit.checkout_left", "visit.checkout_completed")),
        bad=Bad.UP,
        least=0.2,
    ),
    # A view more or less in the cart is what a shop lives by: it falls long before orders are missed.
    Watch(
        "cart_additions",
        Label("加购率", "Put into cart per view"),
        "conversion",
        "channel",
        Tally(("visit.cart_item_added",)),
        Tally(("visit.product_viewed",)),
        drift=True,
    ),
    Watch(
        "service_failures",
        Label("自助办理失败率", "Self-service failures"),
        "conversion",
        "channel",
        Tally(("service.failed",)),
        Tally(("service.requested",)),
        bad=Bad.UP,
        least=0.3,
    ),
)
