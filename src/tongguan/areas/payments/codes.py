"""Names of the usual payment channels 支付渠道."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

PAYMENT_CHANNELS: Final[Mapping[str, Label]] = labels(
    {
        "alipay": ("支付宝", "Alipay"),
        "wechat_pay": ("微信支付", "WeChat Pay"),
        "unionpay": ("银联", "UnionPay"),
        "bank_card": ("银行卡", "Bank card"),
        "operator_wallet": ("运营商钱包", "Operator wallet"),
        "top_up_card": ("充值卡", "Top-up card"),
        "voucher": ("代金券", "Voucher"),
        "points": ("积分", "Points"),
        "cash": ("现金", "Cash"),
        "cash_on_delivery": ("货到付款", "Cash on delivery"),
    }
)
"""Names for the attribute ``payment_channel``, which takes any text: operations add their own contracts."""
