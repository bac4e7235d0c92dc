"""What payment 支付 and settlement 结算/稽核 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label

_PAID: Final = ("payment.succeeded", "payment.collected")

PAYMENTS: Final[tuple[Measure, ...]] = (
    Measure("attempts", Label("支付尝试", "Attempts"), How.COUNT, ("payment.attempted",)),
    Measure("successes", Label("支付成功", "Successes"), How.COUNT, _PAID, better="up"),
    # Of the payments that ended, not of those begun: what is under way has not failed.
    Measure("success_rate", Label("支付成功率", "Success rate"), How.SHARE, part="successes", whole="volume", better="up"),
    Measure("paid", Label("支付金额", "Paid"), How.MONEY, _PAID, ("amount", "currency"), better="up"),
    Measure("average_paid", Label("笔均金额", "Average payment"), How.SHARE, part="paid", whole="successes"),
    Measure("refused", Label("支付失败", "Refused"), How.COUNT, ("payment.failed",), better="down"),
    Measure("expired", Label("支付超时", "Expired"), How.COUNT, ("payment.expired",), better="down"),
)

SETTLEMENT: Final[tuple[Measure, ...]] = (
    Measure("requested", Label("请求入账", "Postings requested"), How.COUNT, ("boss.posting_requested",)),
    Measure("posted", Label("BOSS 已入账", "Posted to BOSS"), How.COUNT, ("boss.posted",), better="up"),
    Measure("failed_share", Label("入账失败率", "Failed share"), How.SHARE, part="failures", whole="volume", better="down"),
    Measure("posted_amount", Label("入账金额", "Posted amount"), How.MONEY, ("boss.posted",), ("amount", "currency")),
    Measure("reversed", Label("BOSS 冲正", "Reversed"), How.COUNT, ("boss.reversed",), better="down"),
    Measure("statement_lines", Label("对账单明细", "Statement lines"), How.COUNT, ("statement.line_recorded",)),
    Measure("settled", Label("已结算笔数", "Payments settled"), How.COUNT, ("payment.settled",)),
    Measure("settled_amount", Label("结算金额", "Settled amount"), How.MONEY, ("payment.settled",), ("amount", "currency")),
)
