"""The parts of fulfilment as its pages show them: every step at which an order stands between payment and the customer's hands."""

from __future__ import annotations

from typing import Final

from tongguan.model.fulfilment import Part
from tongguan.model.vocabulary import Label

MANUAL: Final = "manual"
"""The part whose quality is watched: people accept orders by hand."""

PARTS: Final[tuple[Part, ...]] = (
    Part(
        "automatic",
        Label("自动受理", "Automatic acceptance"),
        "acceptance",
        "order",
        ("paid", "approved", "acceptance_requested", "acceptance_automatic_failed"),
        ("acceptance.automatic_done",),
        ("acceptance.automatic_failed",),
    ),
    Part(
        MANUAL,
        Label("人工受理", "Manual acceptance"),
        "acceptance",
        "order",
        ("acceptance_queued", "acceptance_claimed", "acceptance_handed_back", "acceptance_failed"),
        ("acceptance.manual_done",),
        ("acceptance.manual_failed",),
    ),
    Part(
        "allocation",
        Label("配货", "Allocation"),
        "allocation",
        "order",
        ("accepted", "invoiced", "processing_started", "allocation_requested", "allocation_failed", "unavailable"),
        ("allocation.completed",),
        ("allocation.failed",),
    ),
    Part(
        "delivery",
        Label("配送", "Delivery"),
        "delivery",
        "order",
        ("allocated", "picked", "packed", "shipped", "out_for_delivery", "delivery_failed"),
        ("package.delivered", "order.delivery_reported"),
        ("package.delivery_failed", "package.returned", "package.lost"),
    ),
    Part(
        "activation",
        Label("激活", "Activation"),
        "activation",
        "order",
        ("activation_requested", "activation_failed"),
        ("activation.completed",),
        ("activation.failed",),
    ),
    Part(
        "oto",
        Label("线上预约到店", "Reserved for a shop"),
        "delivery",
        "order",
        ("oto_reserved", "voucher_sent", "voucher_expired", "voucher_redeemed", "handed_over"),
        ("oto.voucher_redeemed",),
        ("oto.voucher_expired",),
    ),
)
"""In the order of the process."""
