"""Names of the usual payment channels 支付渠道, ways to pay, and why money did not move."""

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
        "tmall": ("天猫", "Tmall"),
        "jd": ("京东", "JD"),
        "suning": ("苏宁", "Suning"),
        "pinduoduo": ("拼多多", "Pinduoduo"),
        "douyin": ("抖音", "Douyin"),
    }
)
"""Names for the attribute ``payment_channel``, which takes any text: operations add their own contracts."""

METHODS: Final[Mapping[str, Label]] = labels(
    {
        "card": ("卡", "Card"),
        "balance": ("余额", "Balance"),
        "credit": ("信用付", "Credit"),
        "voucher": ("代金券", "Voucher"),
        "cash": ("现金", "Cash"),
    }
)
"""Names for the attribute ``method`` of a payment."""

PURPOSES: Final[Mapping[str, Label]] = labels(
    {"order": ("订单", "Order"), "bill": ("话费账单", "Bill"), "top_up": ("充值", "Top-up"), "deposit": ("预存款", "Deposit")}
)
"""Names for the attribute ``purpose`` of a payment."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "balance": ("余额不足", "Not enough balance"),
        "bank_refused": ("银行拒绝", "Refused by the bank"),
        "channel_timeout": ("支付渠道超时", "Payment channel timed out"),
        "wrong_password": ("密码错误", "Wrong password"),
        "risk_control": ("风控拦截", "Stopped by risk control"),
        "account_closed": ("账户已注销", "Account closed"),
        "interface_timeout": ("接口超时", "Interface timed out"),
        "account_not_found": ("账户不存在", "Account not found"),
        "account_suspended": ("账户已停机", "Account suspended"),
    }
)
"""Names for the column ``reason``: why a payment, a refund or a posting failed."""
