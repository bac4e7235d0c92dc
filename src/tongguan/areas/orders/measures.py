"""What orders 订单生成 and returns 退单 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.areas.measuring import count, distinct, money, share
from tongguan.model.measures import Measure

ORDERS: Final[tuple[Measure, ...]] = (
    money("value", "订单金额", "Order value", "order.created", better="up"),
    distinct("buyers", "下单客户", "Buyers", "order.created", of="customer_id", better="up"),
    share("rejected_share", "驳回率", "Rejected share", "failures", "volume", better="down"),
    # One order may be flagged by several rules.
    distinct("abnormal", "异常订单", "Abnormal orders", "order.flagged", of="order_id", better="down"),
    share("abnormal_share", "异常占比", "Abnormal share", "abnormal", "volume", better="down"),
)

RETURNS: Final[tuple[Measure, ...]] = (
    count("cancellations", "取消订单", "Cancellations", "order.cancelled", better="down"),
    count("returns", "退货申请", "Returns requested", "return.requested", better="down"),
    count("returns_closed", "退单办结", "Returns closed", "return.closed"),
    money("returned_value", "退货金额", "Value of returns", "return.requested", better="down"),
    count("refunds", "退款笔数", "Refunds", "payment.refunded", "payment.partly_refunded"),
    money("refunded", "退款金额", "Refunded", "payment.refunded", "payment.partly_refunded", better="down"),
)
