"""How customers pay: payment channels, third-party shops that collect for us, banks, fees, and when their statements come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PaymentChannel:
    """Who takes the money.

    Attributes:
        code: attribute ``payment_channel``.
        zh, en: its name.
        weight: share of the payments that the customer may pay where they like.
        failing: share of the attempts that fail on a usual day, in millionths.
        fee: what it takes, in hundred-thousandths of the amount.
        statement: when the statement of a day comes, minutes after the midnight that ends the day.
        refund_days: usual days until a refund is given.
    """

    code: str
    zh: str
    en: str
    weight: int
    failing: int
    fee: int
    statement: int
    refund_days: int


PAYMENT_CHANNELS: Final = (
    PaymentChannel("wechat_pay", "微信支付", "WeChat Pay", 44, 17_000, 600, 9 * 60, 1),
    PaymentChannel("alipay", "支付宝", "Alipay", 34, 15_000, 600, 9 * 60 + 30, 1),
    PaymentChannel("unionpay", "银联", "UnionPay", 9, 38_000, 550, 8 * 60, 3),
    PaymentChannel("operator_wallet", "翼包", "Operator wallet", 8, 12_000, 0, 5 * 60, 1),
    PaymentChannel("cash", "现金", "Cash", 0, 0, 0, 6 * 60, 1),
    PaymentChannel("tmall", "天猫", "Tmall", 0, 4_000, 2000, 11 * 60, 3),
    PaymentChannel("jd", "京东", "JD", 0, 4_000, 2500, 10 * 60, 3),
    PaymentChannel("suning", "苏宁", "Suning", 0, 5_000, 2500, 10 * 60, 3),
    PaymentChannel("pinduoduo", "拼多多", "Pinduoduo", 0, 5_000, 600, 10 * 60, 3),
    PaymentChannel("douyin", "抖音", "Douyin", 0, 5_000, 3000, 11 * 60, 3),
)
"""Generators name one by its place here. Cash is taken by kiosks and halls, the last five collect for their own shops."""

PAYMENT_CODES: Final = tuple(channel.code for channel in PAYMENT_CHANNELS)

BANKS: Final = (("bank-a", 34), ("bank-b", 26), ("bank-c", 18), ("bank-d", 12), ("bank-e", 10))
"""Made-up banks behind cards, and their shares."""
