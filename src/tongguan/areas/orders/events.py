"""Events of orders 订单 and returns 退单, and the case of an order, which other areas' events move on, too."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import again, aside, end, happening, moment, money, personal, several, step, text, truth, whole
from tongguan.areas.orders.limits import LIMITS
from tongguan.areas.orders.quality import FLAG
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Label, Sum

_MADE: Final = (
    step("created", "已生成", "Created", "created"),
    aside("item_added", "加入商品", "Item added", "created"),
    aside("promised", "承诺时间", "Promised", "created"),
    aside("changed", "订单变更", "Changed", "created"),
    aside("noted", "备注", "Noted", "created"),
    aside("flagged", "异常标记", "Flagged", "created"),
    aside("split", "拆单", "Split", "processing"),
    step("confirmed", "已确认", "Confirmed", "confirmed"),
    step("check_requested", "待审核", "Check requested", "pending"),
    step("held", "挂起", "Held", "held"),
    step("released", "解挂", "Released", "processing"),
)
_PAID: Final = (
    aside("payment_requested", "请求支付", "Payment requested", "created"),
    aside("payment_reminded", "催付", "Payment reminded", "created"),
    aside("payment_failed", "支付失败", "Payment failed", "created"),
    step("paid", "已支付", "Paid", "paid"),
    aside("collected", "货到收款", "Collected on delivery", "paid"),
    aside("partly_refunded", "部分退款", "Partly refunded", "paid"),
    aside("boss_posted", "BOSS 入账", "Posted to BOSS", "paid"),
    step("approved", "审核通过", "Approved", "approved"),
)
_ACCEPTED: Final = (
    step("acceptance_requested", "自动受理中", "Automatic acceptance", "processing"),
    step("acceptance_automatic_failed", "自动受理失败", "Automatic acceptance failed", "processing"),
    step("acceptance_queued", "待人工受理", "Queued for manual acceptance", "processing"),
    step("acceptance_claimed", "人工受理中", "Manual acceptance", "processing"),
    step("acceptance_handed_back", "退回受理队列", "Handed back", "processing"),
    step("acceptance_failed", "受理失败", "Acceptance failed", "failed"),
    aside("real_name_requested", "待实名核验", "Real-name check requested", "processing"),
    aside("real_name_passed", "实名通过", "Real-name check passed", "processing"),
    aside("real_name_failed", "实名不通过", "Real-name check failed", "processing"),
    aside("port_requested", "申请携转", "Number port requested", "processing"),
    aside("port_refused", "携转被拒", "Number port refused", "processing"),
    aside("port_completed", "携转完成", "Number port completed", "processing"),
    step("accepted", "已受理", "Accepted", "accepted"),
)
_DELIVERED: Final = (
    step("invoiced", "已开票", "Invoiced", "invoiced"),
    aside("invoice_issued", "发票已出", "Invoice issued", "processing"),
    step("processing_started", "处理中", "Processing", "processing"),
    step("allocation_requested", "待配货", "Allocation requested", "processing"),
    step("allocation_failed", "配货失败", "Allocation failed", "processing"),
    step("unavailable", "缺货", "Unavailable", "unavailable"),
    step("allocated", "已配货", "Allocated", "allocated"),
    step("picked", "已拣货", "Picked", "allocated"),
    step("packed", "已打包", "Packed", "allocated"),
    step("oto_reserved", "线上已预约", "Reserved for a shop", "reserved"),
    step("voucher_sent", "凭证已发", "Voucher sent", "reserved"),
    step("voucher_expired", "凭证过期", "Voucher expired", "reserved"),
    step("voucher_redeemed", "到店核销", "Voucher redeemed", "processing"),
    step("handed_over", "门店转线上", "Handed over online", "processing"),
    step("shipped", "已发货", "Shipped", "shipped"),
    step("out_for_delivery", "派送中", "Out for delivery", "shipped"),
    step("delivery_failed", "配送失败", "Delivery failed", "shipped"),
    again("returned_to_sender", "退回发货方", "Returned to sender", "shipped"),
    step("lost", "丢件", "Lost", "shipped"),
    end("delivered", "已送达", "Delivered", "delivered"),
    end("delivery_reported", "报告送达", "Delivery reported", "delivered"),
    again("activation_requested", "待激活", "Activation requested", "activating"),
    again("activation_failed", "激活失败", "Activation failed", "activating"),
    end("activated", "已激活", "Activated", "activated"),
    end("completed", "已完成", "Completed", "completed"),
    aside("reviewed", "已评价", "Reviewed", "completed"),
)
_PAUSED: Final = (
    aside("customer_wait_started", "等客户", "Waiting for customer", "pending"),
    aside("customer_wait_ended", "客户已回应", "Customer answered", "processing"),
    aside("courier_wait_started", "等快递", "Waiting for courier", "pending"),
    aside("courier_wait_ended", "快递已到", "Courier came", "processing"),
)
_ENDED: Final = (
    end("merged", "已合单", "Merged", "merged"),
    end("rejected", "已驳回", "Rejected", "rejected"),
    again("cancellation_requested", "申请取消", "Cancellation requested", "cancelling"),
    step("cancellation_refused", "取消被拒", "Cancellation refused", "processing"),
    end("cancelled", "已取消", "Cancelled", "cancelled"),
    again("return_requested", "申请退货", "Return requested", "returning"),
    again("return_approved", "同意退货", "Return approved", "returning"),
    end("return_refused", "拒绝退货", "Return refused", "completed"),
    end("return_withdrawn", "撤回退货", "Return withdrawn", "completed"),
    again("return_goods_received", "退货已收", "Returned goods received", "returning"),
    again("refund_requested", "待退款", "Refund requested", "returning"),
    again("refund_failed", "退款失败", "Refund failed", "returning"),
    end("refunded", "已退款", "Refunded", "refunded"),
    end("return_closed", "退单办结", "Return closed", "returned"),
)

_SUMS: Final = {
    # A shop that tells its items tells the order's own amount as well, and that would count twice.
    "sold": Sum(plus=("item_added",), otherwise=("created",)),
    "paid": Sum(plus=("paid", "collected"), minus=("refunded", "partly_refunded")),
}

CASE_KINDS: Final = (
    CaseKind(
        "order",
        Label("订单", "Order"),
        (*_MADE, *_PAID, *_ACCEPTED, *_DELIVERED, *_PAUSED, *_ENDED),
        _SUMS,
        ("created", "promised", "changed"),
        LIMITS,
        {
            "customer_wait_started": "customer_wait_ended",
            "courier_wait_started": "courier_wait_ended",
            "port_requested": "port_completed",
        },
    ),
)

_SOURCE: Final = (
    text("source_status", "Status word of the sending system, as it is."),
    text("note", "Remark of the sending system, free of personal data."),
)
_BUYER: Final = (
    personal("name", "Name of the buyer or receiver."),
    personal("phone", "Telephone number of the buyer or receiver."),
    personal("address", "Where to deliver."),
    personal("postcode", "Postal code of the address."),
    personal("identity_number", "Number of the identity document."),
    personal("email", "E-mail address of the buyer."),
    text("city", "City of the address."),
    text("state", "Province or state of the address."),
    text("customer_key", "The sending system's id of the person behind several `customer_id`s."),
)


def _order(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, *attributes: Attribute) -> EventType:
    return happening(name, zh, en, meaning, rank, requires="order_id", attributes=(*attributes, *_SOURCE), order=milestone)


_MAKING: Final = (
    _order(
        "order.created",
        "订单生成",
        "Order created",
        "An order came into being; `amount` is its value, `due_time` the moment promised to the customer.",
        200,
        "created",
        *_BUYER,
        text("parent_order", "Order that this one was split from."),
        text("traffic_source", "Where the buyer came from."),
        text("purpose", "What the order does, as the operation names it."),
        text("delivery_kind", "How it reaches the customer.", "none", "courier", "shop", "on_site"),
    ),
    _order(
        "order.item_added",
        "订单加入商品",
        "Item added",
        "An order has one more line: `quantity` pieces of `product_id` for `amount` together, delivery charge included.",
        205,
        "item_added",
        text("item", "Number of the line."),
        text("sku", "Stock keeping unit."),
        text("seller", "Who sells it."),
        money("price", "Price of the goods alone."),
        money("freight", "Delivery charge of the line."),
        moment("ship_before", "When the seller must have shipped it."),
    ),
    _order("order.promised", "承诺时间", "Order promised", "The moment promised to the customer is now `due_time`.", 207, "promised"),
    _order(
        "order.changed",
        "订单变更",
        "Order changed",
        "Content of an order changed: address, plan, number, price.",
        208,
        "changed",
        text("part", "What was changed."),
        *_BUYER,
    ),
    _order("order.noted", "订单备注", "Order noted", "Somebody wrote a remark on an order.", 209, "noted"),
    _order(
        "order.flagged",
        "订单异常标记",
        "Order flagged",
        "A check found an order to be abnormal; `reason` says how: duplicate, incomplete, suspicious and the like.",
        210,
        "flagged",
        *FLAG,
    ),
    _order(
        "order.check_requested", "订单送审", "Check requested", "An order waits for review by a person or a rule.", 212, "check_requested"
    ),
    _order(
        "order.split",
        "拆单",
        "Order split",
        "Parts of an order go on as orders of their own.",
        213,
        "split",
        several("split_into", "Their ids."),
    ),
    _order(
        "order.merged",
        "合单",
        "Order merged",
        "An order was joined to another one and ends here.",
        214,
        "merged",
        text("merged_into", "Order that goes on."),
    ),
    _order(
        "order.confirmed",
        "订单确认",
        "Order confirmed",
        "Customer or shop confirmed the order; it waits for payment.",
        220,
        "confirmed",
    ),
    _order("order.held", "订单挂起", "Order held", "Nothing is done on the order until it is released; `reason` says why.", 225, "held"),
    _order("order.released", "订单解挂", "Order released", "A held order may go on.", 230, "released"),
    _order(
        "order.approved",
        "订单审核通过",
        "Order approved",
        "The order is good and needs no further money now: it may be accepted. Sources without payment events say it after payment.",
        300,
        "approved",
        truth("automatic", "A rule approved it, no person."),
    ),
)

_GOING: Final = (
    _order(
        "order.invoiced",
        "订单开票",
        "Order invoiced",
        "The selling system moved the order to its state invoiced, on the way to shipping.",
        380,
        "invoiced",
    ),
    happening(
        "invoice.issued",
        "发票开具",
        "Invoice issued",
        "An invoice document was made for the customer, at any time; it does not move the order.",
        385,
        requires="order_id",
        attributes=(text("invoice", "Number of the invoice."), text("invoice_kind", "Paper, electronic, special."), *_SOURCE),
        order="invoice_issued",
    ),
    _order("order.processing_started", "订单处理", "Processing started", "The seller works on the order.", 390, "processing_started"),
    _order(
        "order.marked_unavailable",
        "订单缺货",
        "Order marked unavailable",
        "What was ordered cannot be had now; the order waits for stock.",
        445,
        "unavailable",
    ),
    _order(
        "order.delivery_reported",
        "报告送达",
        "Delivery reported",
        "The source says that the order was delivered, but not when; `time` is the last moment known of it.",
        510,
        "delivery_reported",
    ),
    _order(
        "order.completed", "订单完成", "Order completed", "The source says that nothing more is to be done on the order.", 580, "completed"
    ),
    _order(
        "order.rejected",
        "订单驳回",
        "Order rejected",
        "Review or acceptance refused the order for good; `reason` says why.",
        590,
        "rejected",
        truth("automatic", "A rule rejected it, no person."),
    ),
    _order(
        "order.cancellation_requested",
        "申请取消订单",
        "Cancellation requested",
        "The customer or the company wants to cancel; `reason` says why.",
        600,
        "cancellation_requested",
    ),
    _order("order.cancellation_refused", "拒绝取消订单", "Cancellation refused", "The order goes on.", 602, "cancellation_refused"),
    _order(
        "order.cancelled",
        "订单取消",
        "Order cancelled",
        "The order ended before it was fulfilled; `reason` says why.",
        605,
        "cancelled",
        text("by", "Who cancelled.", "customer", "company", "system"),
    ),
    _order(
        "order.reviewed",
        "订单评价",
        "Order reviewed",
        "The customer rated the order, 1 (worst) to 5 (best).",
        880,
        "reviewed",
        text("review", "Id of the review."),
        whole("score", "1 to 5."),
        personal("headline", "Heading that the customer wrote."),
        personal("comment", "What the customer wrote."),
        moment("answered", "When the customer answered, where `time` is the invitation."),
    ),
)

_WAITING: Final = (
    _order(
        "order.customer_wait_started",
        "开始等待客户",
        "Waiting for customer",
        "From here the customer must act: documents, answer, presence. Clocks pause.",
        910,
        "customer_wait_started",
    ),
    _order(
        "order.customer_wait_ended", "结束等待客户", "Customer answered", "The customer acted. Clocks go on.", 911, "customer_wait_ended"
    ),
    _order(
        "order.courier_wait_started",
        "开始等待快递",
        "Waiting for courier",
        "From here the courier must act: pick up, second attempt. Clocks pause.",
        912,
        "courier_wait_started",
    ),
    _order("order.courier_wait_ended", "结束等待快递", "Courier came", "The courier acted. Clocks go on.", 913, "courier_wait_ended"),
)

_GOODS: Final = (text("return", "The source's own id of the return."), text("kind", "What is wanted.", "return", "exchange", "repair"))
_RETURNING: Final = (
    _order(
        "return.requested",
        "申请退货",
        "Return requested",
        "The customer wants to give goods back; `reason` says why, `amount` what they cost.",
        640,
        "return_requested",
        *_GOODS,
    ),
    _order("return.withdrawn", "撤回退货", "Return withdrawn", "The customer keeps the goods.", 642, "return_withdrawn", *_GOODS),
    _order("return.approved", "同意退货", "Return approved", "The company takes the goods back.", 644, "return_approved", *_GOODS),
    _order("return.refused", "拒绝退货", "Return refused", "The company does not take the goods back.", 646, "return_refused", *_GOODS),
    _order(
        "return.goods_received",
        "收到退货",
        "Returned goods received",
        "The goods came back; `result` says in what state.",
        650,
        "return_goods_received",
        *_GOODS,
    ),
    _order("return.closed", "退单办结", "Return closed", "Nothing more is to be done on the return.", 680, "return_closed", *_GOODS),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_MAKING, *_GOING, *_WAITING, *_RETURNING)
