"""The whole process 全流程: its 13 stages in order.

What a stage counts: ``volume`` are the things it took in or finished, bad ends included; ``failures`` are the bad ends
among them. So failures / volume is the share that went wrong. A case waits for at most one stage: no milestone stands
in two of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tongguan.areas.fulfilment.measures import ACCEPTANCE, ACTIVATION, ALLOCATION, DELIVERY
from tongguan.areas.listing.measures import LISTING
from tongguan.areas.orders.measures import ORDERS, RETURNS
from tongguan.areas.payments.measures import PAYMENTS, SETTLEMENT
from tongguan.areas.service.measures import AFTER_SALES
from tongguan.areas.stock.measures import STOCK
from tongguan.areas.visits.measures import CONVERSION, VISITS
from tongguan.model.vocabulary import Label, Stage

_SELLING: Final = (
    Stage(
        "listing",
        Label("商品上架", "Listing"),
        volume=("product.listed", "product.rejected"),
        failures=("product.rejected",),
        case_kind="product",
        waiting_at=("submitted", "reviewed"),
        breakdowns=("channel", "reason", "category"),
        measures=LISTING,
    ),
    Stage(
        "stock",
        Label("资源入库", "Stock-in"),
        volume=("resource.received", "resource.refused", "stock.received", "stock.refused"),
        failures=("resource.refused", "stock.refused"),
        case_kind="order",
        waiting_at=("unavailable",),
        breakdowns=("resource_kind", "warehouse", "product_id", "reason"),
        measures=STOCK,
    ),
    Stage(
        "visit",
        Label("客户来访", "Visits"),
        volume=("visit.session_started", "visit.page_viewed", "visit.menu_chosen"),
        breakdowns=("channel", "sub_channel", "region", "traffic_source", "page"),
        measures=VISITS,
    ),
    Stage(
        "conversion",
        Label("销售与服务转化", "Conversion"),
        volume=(
            "visit.checkout_completed",
            "visit.checkout_left",
            "service.completed",
            "service.failed",
            "service.left",
            "service.fallen_through",
        ),
        failures=("visit.checkout_left", "service.failed", "service.left", "service.fallen_through"),
        breakdowns=("channel", "sub_channel", "reason", "service", "region"),
        measures=CONVERSION,
    ),
)

_ORDERING: Final = (
    # Every rejected order was created before, though perhaps not in the same hour.
    Stage(
        "order",
        Label("订单生成", "Orders"),
        volume=("order.created",),
        failures=("order.rejected",),
        case_kind="order",
        waiting_at=("check_requested", "held", "released", "cancellation_refused"),
        breakdowns=("channel", "sub_channel", "product_id", "business_class", "region", "traffic_source", "reason"),
        measures=ORDERS,
    ),
    Stage(
        "payment",
        Label("支付", "Payment"),
        volume=("payment.succeeded", "payment.collected", "payment.failed", "payment.expired"),
        failures=("payment.failed", "payment.expired"),
        case_kind="order",
        waiting_at=("created", "confirmed"),
        breakdowns=("payment_channel", "reason", "channel", "bank", "region"),
        measures=PAYMENTS,
    ),
)

_FULFILLING: Final = (
    # A failed automatic acceptance goes on to the manual desk: it is no end, so it is not counted here.
    Stage(
        "acceptance",
        Label("业务受理", "Acceptance"),
        volume=("acceptance.automatic_done", "acceptance.manual_done", "acceptance.manual_failed"),
        failures=("acceptance.manual_failed",),
        case_kind="order",
        waiting_at=(
            "paid",
            "approved",
            "acceptance_requested",
            "acceptance_automatic_failed",
            "acceptance_queued",
            "acceptance_claimed",
            "acceptance_handed_back",
            "acceptance_failed",
            "voucher_redeemed",
            "handed_over",
        ),
        breakdowns=("reason", "business_class", "region", "channel", "system"),
        measures=ACCEPTANCE,
    ),
    Stage(
        "allocation",
        Label("配货", "Allocation"),
        volume=("allocation.completed", "allocation.failed"),
        failures=("allocation.failed",),
        case_kind="order",
        waiting_at=("accepted", "invoiced", "processing_started", "allocation_requested", "allocation_failed"),
        breakdowns=("reason", "product_id", "warehouse", "region"),
        measures=ALLOCATION,
    ),
    Stage(
        "delivery",
        Label("配送", "Delivery"),
        volume=("package.delivered", "order.delivery_reported", "package.delivery_failed", "package.returned", "package.lost"),
        failures=("package.delivery_failed", "package.returned", "package.lost"),
        case_kind="order",
        waiting_at=(
            "allocated",
            "picked",
            "packed",
            "oto_reserved",
            "voucher_sent",
            "voucher_expired",
            "shipped",
            "out_for_delivery",
            "delivery_failed",
        ),
        breakdowns=("carrier", "reason", "region", "channel", "business_class"),
        measures=DELIVERY,
    ),
    Stage(
        "activation",
        Label("激活", "Activation"),
        volume=("activation.completed", "activation.failed"),
        failures=("activation.failed",),
        case_kind="order",
        waiting_at=("activation_requested", "activation_failed"),
        breakdowns=("reason", "business_class", "region", "system"),
        measures=ACTIVATION,
    ),
)

_CLOSING: Final = (
    Stage(
        "settlement",
        Label("结算/稽核", "Settlement and audit"),
        volume=("boss.posted", "boss.posting_failed"),
        failures=("boss.posting_failed",),
        case_kind="payment",
        waiting_at=("posting_requested", "posting_failed"),
        breakdowns=("reason", "channel", "region"),
        measures=SETTLEMENT,
    ),
    Stage(
        "after_sales",
        Label("售后服务", "After-sales"),
        volume=("ticket.opened", "ticket.reopened"),
        failures=("ticket.reopened",),
        case_kind="ticket",
        waiting_at=("opened", "responded", "transferred", "held", "resumed", "reopened"),
        breakdowns=("kind", "category", "channel", "region"),
        measures=AFTER_SALES,
        burden=True,
    ),
    Stage(
        "returns",
        Label("退单", "Cancellations and returns"),
        volume=("order.cancelled", "return.requested", "payment.refunded", "payment.refund_failed"),
        failures=("payment.refund_failed",),
        case_kind="order",
        waiting_at=(
            "returned_to_sender",
            "lost",
            "cancellation_requested",
            "return_requested",
            "return_approved",
            "return_goods_received",
            "refund_requested",
            "refund_failed",
        ),
        breakdowns=("reason", "product_id", "channel", "region", "business_class"),
        measures=RETURNS,
        burden=True,
    ),
)

_PHASES: Final = (
    (Label("售前", "Before the sale"), _SELLING),
    (Label("成交", "Sale"), _ORDERING),
    (Label("履行", "Fulfilment"), _FULFILLING),
    (Label("结算售后", "Settlement and after"), _CLOSING),
)

STAGES: Final[tuple[Stage, ...]] = tuple(replace(stage, phase=phase) for phase, stages in _PHASES for stage in stages)
"""The stages as the panorama draws them."""
