"""What payment 支付 and settlement 结算/稽核 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.areas.measuring import count, money, share
from tongguan.model.measures import Measure

_PAID: Final = ("payment.succeeded", "payment.collected")

PAYMENTS: Final[tuple[Measure, ...]] = (
    count("attempts", "支付尝试", "Attempts", "payment.attempted"),
    count("successes", "支付成功", "Successes", *_PAID, better="up"),
    # Of the payments that ended, not of those begun: what is under way has not failed.
    share("success_rate", "支付成功率", "Success rate", "successes", "volume", better="up"),
    money("paid", "支付金额", "Paid", *_PAID, better="up"),
    count("refused", "支付失败", "Refused", "payment.failed", better="down"),
    count("expired", "支付超时", "Expired", "payment.expired", better="down"),
)

SETTLEMENT: Final[tuple[Measure, ...]] = (
    count("requested", "请求入账", "Postings requested", "boss.posting_requested"),
    count("posted", "BOSS 已入账", "Posted to BOSS", "boss.posted", better="up"),
    share("failed_share", "入账失败率", "Failed share", "failures", "volume", better="down"),
    money("posted_amount", "入账金额", "Posted amount", "boss.posted"),
    count("reversed", "BOSS 冲正", "Reversed", "boss.reversed", better="down"),
    count("statement_lines", "对账单明细", "Statement lines", "statement.line_recorded"),
    count("settled", "已结算笔数", "Payments settled", "payment.settled"),
    money("settled_amount", "结算金额", "Settled amount", "payment.settled"),
)
