"""What orders 订单生成 and returns 退单 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label

ORDERS: Final[tuple[Measure, ...]] = (
    Measure("value", Label("订单金额", "Order value"), How.MONEY, ("order.created",), ("amount", "currency"), better="up"),
    # Money of each order, by currency; orders without an amount do not count.
    Measure("average_value", Label("客单价", "Average order value"), How.SHARE, part="value", whole="volume", better="up"),
    Measure("rejected_share", Label("驳回率", "Rejected share"), How.SHARE, part="failures", whole="volume", better="down"),
    # One order may be flagged by several rules.
    Measure("abnormal", Label("异常订单", "Abnormal orders"), How.DISTINCT, ("order.flagged",), ("order_id",), better="down"),
    Measure("abnormal_share", Label("异常占比", "Abnormal share"), How.SHARE, part="abnormal", whole="volume", better="down"),
    Measure("buyers", Label("下单客户", "Buyers"), How.DISTINCT, ("order.created",), ("customer_id",), better="up"),
)

RETURNS: Final[tuple[Measure, ...]] = (
    Measure("cancellations", Label("取消订单", "Cancellations"), How.COUNT, ("order.cancelled",), better="down"),
    Measure("returns", Label("退货申请", "Returns requested"), How.COUNT, ("return.requested",), better="down"),
    Measure("returns_closed", Label("退单办结", "Returns closed"), How.COUNT, ("return.closed",)),
    Measure(
        "returned_value", Label("退货金额", "Value of returns"), How.MONEY, ("return.requested",), ("amount", "currency"), better="down"
    ),
    Measure("refunds", Label("退款笔数", "Refunds"), How.COUNT, ("payment.refunded", "payment.partly_refunded")),
    Measure(
        "refunded",
        Label("退款金额", "Refunded"),
        How.MONEY,
        ("payment.refunded", "payment.partly_refunded"),
        ("amount", "currency"),
        better="down",
    ),
)
