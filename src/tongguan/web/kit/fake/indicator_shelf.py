"""Indicators of the operation in memory: some of every kind and unit."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tongguan.model.indicators import (
    Aggregation,
    Bad,
    Better,
    Derived,
    Follow,
    Indicator,
    IndicatorClass,
    Kind,
    Measured,
    Ratio,
    Rolling,
    Simple,
    Since,
    Term,
    Tier,
    ToDate,
    WatchRule,
)
from tongguan.model.vocabulary import Label

_A = Aggregation
_PAID: Final = ("payment.succeeded",)
_TRIED: Final = ("payment.succeeded", "payment.failed")

ORDERS: Final = Term("events", _A.COUNT, types=("order.created",))
SALES: Final = Term("events", _A.SUM, "amount", _PAID, "order_id != ''")
VISITORS: Final = Term("events", _A.DISTINCT, "customer_id", ("visit.started",))
PAID: Final = Term("events", _A.COUNT, types=_PAID)
TRIED: Final = Term("events", _A.COUNT, types=_TRIED)
SLOWEST: Final = Term("events", _A.PERCENTILE, "seconds", _PAID, level=0.95)
TICKETS: Final = Term("events", _A.COUNT, types=("ticket.opened",), condition="kind = 'complaint'")
VISITS: Final = Term("events", _A.COUNT, types=("visit.started",))
BOUGHT: Final = Term("events", _A.COUNT, types=("visit.started",), then=Follow(_PAID, ("customer_id",), timedelta(hours=24)))
STOCK: Final = Term("totals", _A.LATEST, "value", ("stock_on_hand",), time="period_end")
OPEN: Final = Term("cases.order", _A.COUNT, condition="open", time="first_time")
SCORES: Final = Term("events", _A.SUM, "score", ("ticket.opened",))

FACTORS: Final = {SALES: 18_650.0, SLOWEST: 42.0, TICKETS: 0.4, BOUGHT: 0.13, OPEN: 0.08, SCORES: 8.7}
"""Term → how much of it one event of its types stands for; 1 for those that are not named."""

BASES: Final = {
    "order.created": 1900.0,
    "payment.succeeded": 1740.0,
    "payment.failed": 62.0,
    "visit.started": 14200.0,
    "ticket.opened": 46.0,
    "stock_on_hand": 86_000.0,
    "": 1900.0,
}
"""Event type → how many of it come in a day."""


def _one(
    name: str,
    zh: str,
    en: str,
    meaning: tuple[str, str],
    kind: Kind,
    group: IndicatorClass,
    *,
    unit: Measured = Measured.COUNT,
    tier: Tier = Tier.REPORTED,
    better: Better = Better.UP,
    floor: int = 0,
    owner: str,
    by: tuple[str, ...] = ("channel", "region", "business_class"),
    line: int,
    watch: WatchRule | None = None,
) -> Indicator:
    written = f"areas/sales/indicators.yaml:{line}"
    return Indicator(name, Label(zh, en), Label(*meaning), "sales", kind, group, tier, unit, better, floor, owner, by, written, watch)


_C = IndicatorClass
_M = Measured

SHELF: Final = (
    _one(
        "orders",
        "订单数",
        "Orders",
        ("生成的订单数。", "Orders that were created."),
        Simple(ORDERS),
        _C.SALES,
        owner="orders",
        line=3,
        watch=WatchRule("channel", Bad.DOWN),
    ),
    _one(
        "orders_28_days",
        "近 28 天订单数",
        "Orders of 28 days",
        ("截至当日最近 28 天的订单数。", "Orders of the 28 days up to the day."),
        Rolling("orders", 28),
        _C.SALES,
        owner="orders",
        line=13,
    ),
    _one(
        "open_orders",
        "未完成订单数",
        "Open orders",
        ("当日生成、尚未结束的订单数。", "Orders created on the day that have not ended yet."),
        Simple(OPEN),
        _C.OPERATIONS,
        better=Better.DOWN,
        owner="orders",
        line=23,
    ),
    _one(
        "sales_amount",
        "销售额",
        "Sales amount",
        ("订单的已支付金额，退款不冲减。", "What was paid for orders; refunds stay in it."),
        Simple(SALES),
        _C.SALES,
        unit=_M.MONEY,
        tier=Tier.ASSESSED,
        owner="payment",
        line=34,
    ),
    _one(
        "sales_amount_month",
        "本月累计销售额",
        "Sales amount, month to date",
        ("自当月 1 日起累计的销售额。", "Sales amount since the first of the month."),
        ToDate("sales_amount", Since.MONTH),
        _C.SALES,
        unit=_M.MONEY,
        owner="payment",
        line=46,
    ),
    _one(
        "average_order_value",
        "客单价",
        "Average order value",
        ("销售额 / 订单数。", "Sales amount / orders."),
        Derived("sales_amount / orders", ("sales_amount", "orders")),
        _C.SALES,
        unit=_M.MONEY,
        owner="payment",
        line=57,
    ),
    _one(
        "payment_success_rate",
        "支付成功率",
        "Payment success rate",
        ("支付成功次数 / 支付尝试次数。", "Payments that succeeded / payments that were tried."),
        Ratio(PAID, TRIED),
        _C.OPERATIONS,
        unit=_M.SHARE,
        tier=Tier.PROFESSIONAL,
        floor=30,
        owner="payment",
        line=67,
        watch=WatchRule("channel", Bad.DOWN, drift=True),
    ),
    _one(
        "payment_time_p95",
        "95% 支付耗时",
        "95% paid within",
        ("95% 的支付在此时间内完成。", "95% of payments took no longer than this."),
        Simple(SLOWEST),
        _C.OPERATIONS,
        unit=_M.SECONDS,
        tier=Tier.INTERNAL,
        better=Better.DOWN,
        owner="payment",
        line=80,
    ),
    _one(
        "visitors",
        "访客数",
        "Visitors",
        ("来访的不同客户数。", "Different customers who visited."),
        Simple(VISITORS),
        _C.CAPABILITY,
        owner="visits",
        line=92,
    ),
    _one(
        "sales_conversion_rate",
        "销售转化率",
        "Sales conversion",
        ("来访后 24 小时内支付的来访 / 全部来访。", "Visits followed by a payment within 24 hours / visits."),
        Ratio(BOUGHT, VISITS),
        _C.SALES,
        unit=_M.SHARE,
        tier=Tier.PROFESSIONAL,
        floor=30,
        owner="visits",
        line=102,
    ),
    _one(
        "stock_on_hand",
        "在库资源数",
        "Stock on hand",
        ("各渠道最近一次上报的库存之和。", "What channels last reported to have, summed up."),
        Simple(STOCK),
        _C.OPERATIONS,
        tier=Tier.INTERNAL,
        better=Better.NEITHER,
        owner="stock",
        by=("channel", "business_class"),
        line=116,
    ),
    _one(
        "complaints",
        "投诉量",
        "Complaints",
        ("受理的投诉工单数。", "Complaint tickets that were opened."),
        Simple(TICKETS),
        _C.SERVICE,
        better=Better.DOWN,
        owner="aftersales",
        line=127,
    ),
    _one(
        "complaints_per_10k_orders",
        "万单投诉量",
        "Complaints per 10,000 orders",
        ("投诉量 / 订单数 × 10,000。", "Complaints / orders × 10,000."),
        Derived("complaints / orders * 10000", ("complaints", "orders")),
        _C.SERVICE,
        unit=_M.PER_10K,
        tier=Tier.PROFESSIONAL,
        better=Better.DOWN,
        owner="aftersales",
        line=138,
    ),
    _one(
        "satisfaction",
        "满意度",
        "Satisfaction",
        ("工单评分的平均分。", "Mean of the scores of tickets."),
        Ratio(SCORES, Term("events", _A.COUNT, types=("ticket.opened",))),
        _C.SERVICE,
        unit=_M.POINTS,
        floor=10,
        owner="aftersales",
        line=149,
    ),
)
