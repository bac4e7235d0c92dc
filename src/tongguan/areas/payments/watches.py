"""What of payments and statements is looked at day by day."""

from __future__ import annotations

from typing import Final

from tongguan.model.findings import Bad, Of, Tally, Watch
from tongguan.model.vocabulary import Label

_PAID: Final = ("payment.succeeded", "payment.collected")
_PAYMENTS: Final = {"line_kind": ("payment",), "line_status": ("success",)}
_LINES: Final = ("statement.line_recorded",)

WATCHES: Final = (
    Watch(
        "payment_success",
        Label("支付成功率", "Payment success"),
        "payment",
        "payment_channel",
        Tally(_PAID),
        Tally((*_PAID, "payment.failed", "payment.expired")),
        least=0.03,
    ),
    # A statement has one line for every payment, of the same amount: any difference is a break, whichever side is wrong.
    Watch(
        "statement_lines",
        Label("对账单笔数比", "Statement lines per payment"),
        "settlement",
        "payment_channel",
        Tally(_LINES, only=_PAYMENTS, day="statement_date"),
        Tally(_PAID),
        bad=Bad.BOTH,
        least=0.002,
        fewest=3,
        exact=True,
    ),
    Watch(
        "statement_amount",
        Label("对账单金额比", "Statement amount per amount paid"),
        "settlement",
        "payment_channel",
        Tally(_LINES, Of.AMOUNT, _PAYMENTS, "statement_date"),
        Tally(_PAID, Of.AMOUNT),
        bad=Bad.BOTH,
        least=0.002,
        fewest=30_000,
        exact=True,
    ),
    Watch(
        "postings",
        Label("BOSS 入账笔数比", "BOSS postings per payment"),
        "settlement",
        "channel",
        Tally(("boss.posted",)),
        Tally(_PAID),
        bad=Bad.BOTH,
        least=0.003,
        fewest=3,
        exact=True,
    ),
)
