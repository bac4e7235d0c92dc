"""Which events tell of cancellations and returns 退单."""

from __future__ import annotations

from typing import Final

from tongguan.model.returns import ReturnEvents

RETURN_EVENTS: Final = ReturnEvents(
    kind="order",
    stage="returns",
    made="order.created",
    cancelled="order.cancelled",
    asked="return.requested",
    wished=("order.cancellation_requested", "return.requested"),
    ended=("order.cancelled", "order.cancellation_refused", "return.closed", "return.refused", "return.withdrawn"),
    refunded=("payment.refunded", "payment.partly_refunded"),
    steps=(
        ("order.cancellation_requested", ("order.cancelled", "order.cancellation_refused")),
        ("return.requested", ("return.approved", "return.refused", "return.withdrawn")),
        ("return.approved", ("return.goods_received",)),
        ("return.goods_received", ("payment.refund_requested",)),
        ("payment.refund_requested", ("payment.refunded", "payment.partly_refunded")),
        ("payment.refunded", ("return.closed",)),
        ("return.requested", ("return.closed",)),
    ),
)
