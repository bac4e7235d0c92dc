"""What the made-up province is like: cities, channels, goods, customers, and how busy its hours are. Data only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")

ZONE: Final = ZoneInfo("Asia/Shanghai")

ORDERS_A_DAY: Final = 250
VISITS_PER_ORDER: Final = 25
CUSTOMERS: Final = 3000

CITY_WEIGHTS: Final = (20, 14, 11, 9, 8, 7, 6, 5, 5, 4, 4, 3, 2, 2)
"""Shares of the cities ``P-01`` to ``P-14``; each has three to six districts, such as ``P-01-03``."""

HOUR_WEIGHTS: Final = (4, 3, 2, 2, 2, 3, 5, 9, 15, 20, 22, 21, 19, 18, 19, 20, 20, 19, 20, 23, 25, 22, 14, 8)
"""Business per hour of the local day."""

DAY_WEIGHTS: Final = (1.05, 1.0, 0.97, 0.98, 1.05, 1.1, 0.9)
"""Business per day of the week, Monday first."""

CHANNELS: Final = (
    ("app", "app", 30, 36),
    ("app", "mini_program", 8, 9),
    ("web", "province_site", 12, 16),
    ("web", "city_site", 4, 6),
    ("wechat", "official_account", 8, 9),
    ("wechat", "mini_program", 9, 8),
    ("shop", "tmall", 9, 5),
    ("shop", "jd", 6, 4),
    ("shop", "douyin", 4, 3),
    ("kiosk", "full", 4, 3),
    ("phone", "agent", 3, 0),
    ("sms", "transact", 2, 1),
    ("hall", "", 1, 0),
)
"""Channel, sub-channel, weight of its orders, weight of its visits."""


@dataclass(frozen=True)
class Product:
    """Something sold.

    Attributes:
        id: code of the product.
        business_class: what it is.
        price: in fen.
        weight: share of the orders.
        delivery: how it reaches the customer, a value of ``delivery_kind``.
        activated: something is opened in the network at the end.
    """

    id: str
    business_class: str
    price: int
    weight: int
    delivery: str = "none"
    activated: bool = False


PRODUCTS: Final = (
    Product("card-5g-59", "goods.number_card", 5900, 24, "courier", True),
    Product("card-5g-129", "goods.number_card", 12900, 12, "courier", True),
    Product("handset-a", "goods.handset", 199900, 8, "courier"),
    Product("handset-b", "goods.handset", 429900, 6, "courier"),
    Product("broadband-300", "goods.broadband", 72000, 6, "on_site", True),
    Product("converged-199", "goods.converged", 19900, 6, "courier", True),
    Product("plan-99", "handling.plan_change", 9900, 9),
    Product("gift-60", "handling.marketing_case", 6000, 5),
    Product("video-15", "handling.value_added", 1500, 8),
    Product("number-open", "handling.number_opening", 10000, 4),
    Product("bill", "payment.bill", 8800, 12),
    Product("top-up-50", "payment.top_up", 5000, 18),
    Product("points-500", "points", 500, 2),
)

PAYMENT_CHANNELS: Final = (("wechat_pay", 46), ("alipay", 38), ("unionpay", 8), ("operator_wallet", 8))
KIOSKS: Final = tuple((f"kiosk-{number:02}", f"P-{number % 14 + 1:02}-{number % 3 + 1:02}") for number in range(1, 41))
"""Device and the district that it stands in."""


@dataclass(frozen=True)
class Customer:
    """Somebody who does not exist; the telephone number is made up as well."""

    id: str
    region: str
    tier: str
    network: str
    brand: str
    phone: str


def pick(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """Return one of the values, each as likely as its weight says."""
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def customers(seed: int) -> list[Customer]:
    """Return all customers, the same for the same seed."""
    rng = Random(f"{seed}:customers")
    cities = [(city, float(weight)) for city, weight in enumerate(CITY_WEIGHTS, 1)]
    found = []
    for number in range(CUSTOMERS):
        city = pick(rng, cities)
        region = f"P-{city:02}-{rng.randrange(3 + city % 4) + 1:02}"
        tier = pick(rng, (("high", 1), ("middle", 3), ("low", 6)))
        network = pick(rng, (("5g", 7), ("4g", 6), ("2g", 0.3)))
        brand = pick(rng, (("youth", 4), ("home", 4), ("business", 2)))
        found.append(Customer(f"K-{number:05}", region, tier, network, brand, f"199{(number * 7919 + 10_000_019) % 10**8:08}"))
    return found


def business(moment: datetime) -> float:
    """Return how busy an hour is, 1 being the mean over a week."""
    local = moment.astimezone(ZONE)
    return HOUR_WEIGHTS[local.hour] * 24 / sum(HOUR_WEIGHTS) * DAY_WEIGHTS[local.weekday()]
