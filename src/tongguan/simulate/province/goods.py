"""What is sold and handled, and the pools that numbers and goods come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Product:
    """Something sold or handled.

    Attributes:
        code: column ``product_id``.
        zh, en: its name.
        business_class: what it is.
        price: in fen.
        weight: share of the orders.
        delivery: how it reaches the customer, a value of the attribute ``delivery_kind``: none, courier, shop, on_site.
        activated: number, card or line is opened in the network at the end.
        real_name: the customer must prove who they are.
        number: a telephone number is taken from the pool.
        oto: share of the orders, in percent, that are reserved online and done in a shop.
        returned: share of the delivered ones that come back, in ten-thousandths.
    """

    code: str
    zh: str
    en: str
    business_class: str
    price: int
    weight: int
    delivery: str = "none"
    activated: bool = False
    real_name: bool = False
    number: bool = False
    oto: int = 0
    returned: int = 0


PRODUCTS: Final = (
    Product("card-5g-59", "5G 畅享 59 号卡", "5G card 59", "goods.number_card", 5900, 150, "courier", True, True, True, 6, 60),
    Product("card-5g-129", "5G 畅享 129 号卡", "5G card 129", "goods.number_card", 12900, 70, "courier", True, True, True, 6, 60),
    Product("card-campus", "校园号卡", "Campus card", "goods.number_card", 3900, 50, "courier", True, True, True, 10, 50),
    Product("handset-a", "澜星 9 手机", "Lanstar 9 handset", "goods.handset", 199900, 40, "courier", returned=500, oto=5),
    Product("handset-b", "澜星 9 Pro 手机", "Lanstar 9 Pro handset", "goods.handset", 429900, 26, "courier", returned=600, oto=8),
    Product("handset-c", "千山 2 手机", "Qianshan 2 handset", "goods.handset", 99900, 30, "courier", returned=450, oto=4),
    Product("broadband-300", "300M 宽带", "Broadband 300", "goods.broadband", 72000, 34, "on_site", True, True),
    Product("broadband-1000", "千兆宽带", "Broadband 1000", "goods.broadband", 118000, 18, "on_site", True, True),
    Product("converged-199", "融合 199", "Converged 199", "goods.converged", 19900, 36, "on_site", True, True, True, 12),
    Product("plan-99", "套餐变更 99", "Change to plan 99", "handling.plan_change", 9900, 70),
    Product("plan-39", "套餐变更 39", "Change to plan 39", "handling.plan_change", 3900, 40),
    Product("gift-60", "存费送礼", "Deposit with gift", "handling.marketing_case", 6000, 44),
    Product("video-15", "视频会员", "Video membership", "handling.value_added", 1500, 60),
    Product("ring-6", "视频彩铃", "Video ring tone", "handling.value_added", 600, 40),
    Product("number-open", "选号开户", "Number selection and opening", "handling.number_opening", 10000, 36, "shop", True, True, True, 40),
    Product("broadband-pre", "宽带预约", "Broadband pre-order", "handling.broadband_preorder", 0, 24, "none", oto=30),
    Product("points-500", "积分换流量", "Points for data", "points", 0, 24),
    Product("points-gift", "积分换礼", "Points for a gift", "points", 0, 10, "courier", returned=40),
    Product("bill-pay", "交话费", "Bill payment", "payment.bill", 8800, 110),
    Product("top-up-50", "充值 50", "Top-up 50", "payment.top_up", 5000, 120),
    Product("top-up-100", "充值 100", "Top-up 100", "payment.top_up", 10000, 70),
)
"""Everything that an order can be about; generators name one by its place here."""

PRODUCT_CODES: Final = tuple(product.code for product in PRODUCTS)
CLASSES: Final = tuple(product.business_class for product in PRODUCTS)
PRICES: Final = tuple(product.price for product in PRODUCTS)
WEIGHTS: Final = tuple(product.weight for product in PRODUCTS)

CARRIERS: Final = (("swift", 5), ("harbour", 4), ("north", 2))
"""Couriers and their shares."""

WAREHOUSES: Final = ("central", "north", "coast")
NUMBER_POOLS: Final = ("pool-general", "pool-campus", "pool-premium")
