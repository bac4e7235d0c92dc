"""How long an order may stand at each step 时限, until people write other rules: warning, then late."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tongguan.areas.declaring import limits

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# At a step of the customer's own (payment, collecting) the limit says by when somebody should have called the order off.
_CUSTOMERS: Final = {
    **limits(_DAY, 2 * _DAY, "created", "confirmed"),
    **limits(6 * _DAY, 7 * _DAY, "oto_reserved", "voucher_sent", promised=True),
}

_ACCEPTANCE: Final = {
    **limits(
        5 * _MINUTE,
        10 * _MINUTE,
        "paid",
        "approved",
        "released",
        "acceptance_requested",
        "acceptance_automatic_failed",
        "voucher_redeemed",
    ),
    **limits(
        30 * _MINUTE,
        _HOUR,
        "handed_over",
        "acceptance_queued",
        "acceptance_claimed",
        "acceptance_handed_back",
        "acceptance_failed",
        "check_requested",
        "cancellation_requested",
        "cancellation_refused",
        working=True,
    ),
    **limits(2 * _HOUR, 4 * _HOUR, "held", working=True),
}

_HANDS: Final = {
    **limits(
        4 * _HOUR,
        8 * _HOUR,
        "accepted",
        "invoiced",
        "processing_started",
        "allocation_requested",
        "allocation_failed",
        "unavailable",
    ),
    **limits(_DAY, 2 * _DAY, "allocated", "picked", "packed"),
    **limits(2 * _DAY, 3 * _DAY, "shipped", "out_for_delivery", "delivery_failed", promised=True),
    **limits(30 * _MINUTE, 2 * _HOUR, "activation_requested", "activation_failed"),
}

_BACK: Final = {
    **limits(_HOUR, _DAY, "voucher_expired"),
    **limits(_DAY, 2 * _DAY, "returned_to_sender", "lost"),
    **limits(3 * _DAY, 7 * _DAY, "return_requested", "return_approved", "return_goods_received", "refund_requested", "refund_failed"),
}

LIMITS: Final = {**_CUSTOMERS, **_ACCEPTANCE, **_HANDS, **_BACK}
