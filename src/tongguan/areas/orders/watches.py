"""What of orders is looked at day by day."""

from __future__ import annotations

from typing import Final

from tongguan.model.findings import Bad, Of, Tally, Unit, Watch
from tongguan.model.vocabulary import Label

_ORDERS: Final = ("order.created",)

WATCHES: Final = (
    Watch("orders", Label("订单量", "Orders"), "order", "channel", Tally(_ORDERS), unit=Unit.COUNT, least=0.4),
    Watch(
        "average_value",
        Label("商品客单价", "Average order value"),
        "order",
        "product_id",
        Tally(_ORDERS, Of.AMOUNT),
        Tally(_ORDERS),
        unit=Unit.MONEY,
        bad=Bad.BOTH,
    ),
    Watch(
        "rejected",
        Label("订单驳回率", "Orders rejected"),
        "order",
        "channel",
        Tally(("order.rejected",)),
        Tally(_ORDERS),
        bad=Bad.UP,
        least=0.5,
    ),
)
