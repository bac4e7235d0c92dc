"""Names of the usual codes of visits: where visitors come from, pages, steps of a checkout, self-services, why these fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

TRAFFIC_SOURCES: Final[Mapping[str, Label]] = labels(
    {
        "direct": ("直接访问", "Direct"),
        "search": ("搜索引擎", "Search engine"),
        "partner": ("合作伙伴", "Partner"),
        "message": ("消息推送", "Message"),
        "social": ("社交媒体", "Social media"),
        "campaign": ("营销活动", "Campaign"),
        "advertisement": ("广告", "Advertisement"),
        "referral": ("引导推荐", "Referral"),
        "other": ("其他", "Other"),
    }
)
"""Names for the attribute ``traffic_source``."""

PAGES: Final[Mapping[str, Label]] = labels(
    {
        "home": ("首页", "Home page"),
        "account": ("我的账户", "My account"),
        "shop": ("商城", "Shop"),
        "bill": ("账单", "Bill"),
        "offers": ("优惠活动", "Offers"),
        "help": ("帮助", "Help"),
        "login": ("登录", "Sign-in"),
        "cart": ("购物车", "Cart"),
        "checkout": ("结算", "Checkout"),
        "search": ("搜索", "Search"),
    }
)
"""Names for the attribute ``page``."""

STEPS: Final[Mapping[str, Label]] = labels(
    {
        "number_choice": ("选号", "Choice of number"),
        "identity": ("实名信息", "Identity"),
        "address": ("收货地址", "Address"),
        "payment_choice": ("选择支付方式", "Choice of payment"),
        "confirm": ("确认订单", "Confirmation"),
    }
)
"""Names for the attribute ``step`` of a checkout."""

SERVICES: Final[Mapping[str, Label]] = labels(
    {
        "balance": ("余额查询", "Balance"),
        "data_left": ("流量查询", "Data left"),
        "bill": ("账单查询", "Bill"),
        "call_details": ("详单查询", "Call details"),
        "plan_query": ("套餐查询", "Plan in use"),
        "points_query": ("积分查询", "Points"),
        "order_progress": ("订单进度查询", "Order progress"),
        "puk": ("PUK 码查询", "PUK code"),
        "plan_change": ("套餐变更", "Plan change"),
        "value_added_open": ("增值业务开通", "Value-added service on"),
        "value_added_close": ("增值业务退订", "Value-added service off"),
        "call_forward": ("呼叫转移", "Call forwarding"),
        "roaming": ("国际漫游", "Roaming abroad"),
        "password": ("服务密码重置", "Service password"),
        "suspend": ("停复机", "Suspend and resume"),
        "invoice": ("电子发票", "Electronic invoice"),
        "broadband_fault": ("宽带报障", "Broadband fault"),
        "pay_bill": ("交费", "Pay the bill"),
        "pay_card": ("充值卡充值", "Top-up with a card"),
    }
)
"""Names for the attribute ``service``."""

COMPLEXITIES: Final[Mapping[str, Label]] = labels(
    {"simple": ("简单", "Simple"), "middle": ("一般", "Middle"), "complex": ("复杂", "Complex")}
)
"""Names for the attribute ``complexity``."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "price": ("价格不合适", "Price"),
        "no_number_liked": ("没有满意的号码", "No number liked"),
        "identity_check": ("身份核验未通过", "Identity check"),
        "payment_options": ("支付方式不便", "Payment options"),
        "delivery_time": ("配送时间太长", "Delivery time"),
        "page_error": ("页面出错", "Page error"),
        "not_eligible": ("不符合办理条件", "Not eligible"),
        "balance_too_low": ("账户余额过低", "Balance too low"),
        "wrong_input": ("输入有误", "Wrong input"),
        "second_factor": ("放弃二次验证", "Second proof given up"),
    }
)
"""Names for the column ``reason``: why a checkout was left, why self-service failed."""
