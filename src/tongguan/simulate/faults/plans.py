"""The plans that ship: the demo's, whose faults stand at fixed places before its first day, and drawn ones, for judging.

Nothing is ever tuned on a drawn plan: whoever builds detection looks at the demo's and is measured on another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance
from tongguan.simulate.clock import DAY, HOUR, MINUTE, at
from tongguan.simulate.faults.plan import Effect, Fault, FaultKind, FaultPlan
from tongguan.simulate.province.channels import SUBS, Style
from tongguan.simulate.province.goods import CARRIERS, PRODUCTS
from tongguan.simulate.province.money import PAYMENT_CHANNELS
from tongguan.simulate.province.places import CITY_CODES, DISTRICTS

BREAK_CLASSES: Final = (
    "CHANNEL_ONLY",
    "PLATFORM_ONLY",
    "AMOUNT_MISMATCH",
    "STATUS_MISMATCH",
    "DUPLICATE",
    "DATE_CUT",
    "BOSS_ONLY",
    "BOSS_MISSING",
)
"""The kinds of break that a statement can have."""

_K: Final = FaultKind
_UP, _DOWN = "up", "down"

EFFECTS: Final[dict[FaultKind, tuple[Effect, ...]]] = {
    _K.PAYMENT_OUTAGE: (
        Effect("payment_success_rate", _DOWN, "of the payment channel, to about 1 - strength"),
        Effect("paid_orders", _DOWN, "orders given up after failed payments"),
    ),
    _K.ACCEPTANCE_BACKLOG: (
        Effect("order_timely_rate", _DOWN, "of manual acceptance, until the queue is worked off"),
        Effect("acceptance_backlog", _UP, "orders waiting for a clerk"),
    ),
    _K.CHECKOUT_BROKEN: (
        Effect("sales_conversion_rate", _DOWN, "of the channel, by about strength"),
        Effect("orders", _DOWN, "of the channel, by about strength"),
    ),
    _K.KIOSKS_OFFLINE: (Effect("kiosk_on_rate", _DOWN, "of the district, by strength"), Effect("kiosk_amount", _DOWN, "of the district")),
    _K.STATEMENT_BREAKS: (Effect("payment_recon_accuracy", _DOWN, "of the payment channel on those days, by about strength"),),
    _K.COMPLAINT_BURST: (Effect("complaints_per_10k_orders", _UP, "about the product"),),
    _K.CONVERSION_DRIFT: (Effect("sales_conversion_rate", _DOWN, "of the channel, slowly, by up to strength of itself"),),
    _K.CAMPAIGN: (Effect("sales_conversion_rate", _UP, "of those reached, for the product, by strength; none where strength is 0"),),
    _K.PRICE_MISMATCH: (Effect("average_order_value", _DOWN, "of the product on the channel"),),
    _K.NUMBERS_HOARDED: (Effect("numbers_free", _DOWN, "of the pool, reservations that are never taken"),),
    _K.SURVEY_DROP: (Effect("csat", _DOWN, "of the channel"),),
    _K.COURIER_DELAY: (Effect("delivery_on_time_rate", _DOWN, "of the courier in the city"),),
    _K.PROBE_FAILURE: (Effect("channel_availability", _DOWN, "of the channel, by strength"),),
}


def fault(name: str, kind: FaultKind, start: int, end: int, strength: int, zh: str, en: str, where: dict[str, str]) -> Fault:
    """Return a fault with the effects that its kind has; ``strength`` in percent."""
    return Fault(name, kind, start, end, strength * 10_000, where, zh, en, EFFECTS[kind])


def demo_plan(today: int, seed: int = 0) -> FaultPlan:
    """Return the demo's plan: its faults stand before and at the day on which it starts; later weeks get drawn ones.

    Args:
        today: number of the day on which the demo starts.
        seed: of what is drawn for the weeks after.
    """
    later = [one for week in range(1, 105) for one in _drawn(Chance(seed, "demo-weeks", week), f"week{week}-", today + 7 * week - 5, 7, 2)]
    return FaultPlan("demo", [*_placed(today), *_money(today), *later])


_Row = tuple[str, FaultKind, tuple[int, int, int], tuple[int, int, int], int, str, str, dict[str, str]]
"""Name, kind, beginning and end (days from the first day of the demo, hour, minute), strength in percent, zh, en, where."""

_PLACED: Final[tuple[_Row, ...]] = (
    (
        "payment-outage",
        _K.PAYMENT_OUTAGE,
        (-1, 14, 5),
        (-1, 15, 40),
        92,
        "支付宝故障：昨天下午大部分支付失败",
        "Alipay fails: most payments of yesterday afternoon",
        {"payment_channel": "alipay"},
    ),
    (
        "acceptance-backlog",
        _K.ACCEPTANCE_BACKLOG,
        (-1, 13, 0),
        (1, 12, 0),
        75,
        "人工受理积压：四分之三的受理员缺勤",
        "Manual acceptance piles up: three clerks in four are away",
        {},
    ),
    (
        "web-checkout",
        _K.CHECKOUT_BROKEN,
        (-3, 10, 0),
        (-3, 16, 30),
        85,
        "网厅结算页报错",
        "The web hall's checkout shows an error",
        {"channel": "web", "step": "payment_choice"},
    ),
    (
        "kiosks-bailu",
        _K.KIOSKS_OFFLINE,
        (-1, 16, 0),
        (1, 10, 0),
        100,
        "白鹭城东区自助终端断线",
        "The kiosks of Bailu East are off",
        {"region": "P-03-02"},
    ),
    (
        "complaints-broadband",
        _K.COMPLAINT_BURST,
        (-2, 9, 0),
        (-2, 21, 0),
        400,
        "千兆宽带投诉集中爆发：网速不达标",
        "A burst of complaints on gigabit broadband: too slow",
        {"product": "broadband-1000", "reason": "network.slow"},
    ),
    (
        "probes-wechat",
        _K.PROBE_FAILURE,
        (-2, 2, 0),
        (-2, 4, 30),
        70,
        "微厅夜间拨测失败",
        "Probes of the WeChat hall fail at night",
        {"channel": "wechat"},
    ),
    (
        "app-drift",
        _K.CONVERSION_DRIFT,
        (-28, 0, 0),
        (14, 0, 0),
        35,
        "手厅转化率缓慢下滑",
        "The app's conversion falls slowly",
        {"channel": "app"},
    ),
    (
        "campaign-handset",
        _K.CAMPAIGN,
        (-20, 8, 0),
        (-6, 22, 0),
        2,
        "千山 2 手机促销：有效",
        "Promotion of the Qianshan 2: it works",
        {"campaign": "promo-handset", "product": "handset-c"},
    ),
    (
        "campaign-video",
        _K.CAMPAIGN,
        (-30, 8, 0),
        (-16, 22, 0),
        0,
        "视频会员推广：无效",
        "Promotion of the video membership: it does not work",
        {"campaign": "promo-video", "product": "video-15"},
    ),
    (
        "price-shops",
        _K.PRICE_MISMATCH,
        (-7, 10, 0),
        (-5, 18, 0),
        10,
        "网店标价错误：澜星 9 少写一个零",
        "Wrong price in the third-party shops: a nought is missing",
        {"product": "handset-a", "channel": "shop"},
    ),
    (
        "numbers-qingyu",
        _K.NUMBERS_HOARDED,
        (-10, 0, 0),
        (-8, 0, 0),
        5,
        "青榆靓号被囤积",
        "Numbers of Qingyu are hoarded",
        {"region": "P-02", "pool": "pool-premium"},
    ),
    (
        "courier-swift",
        _K.COURIER_DELAY,
        (-6, 0, 0),
        (-3, 0, 0),
        300,
        "云泽市 swift 快递延误",
        "The courier swift is late in Yunze",
        {"carrier": "swift", "region": "P-01"},
    ),
    (
        "survey-sms",
        _K.SURVEY_DROP,
        (-12, 0, 0),
        (-9, 0, 0),
        45,
        "短信营业厅满意度下降",
        "Satisfaction with the SMS hall falls",
        {"channel": "sms"},
    ),
)
"""The demo's faults, but for those of statements."""

_WRONG_STATEMENTS: Final = (
    (2, "wechat_pay", "PLATFORM_ONLY", 3),
    (3, "operator_wallet", "BOSS_ONLY", 2),
    (4, "alipay", "AMOUNT_MISMATCH", 4),
    (5, "tmall", "CHANNEL_ONLY", 8),
    (6, "unionpay", "DATE_CUT", 12),
    (8, "operator_wallet", "DUPLICATE", 6),
    (9, "jd", "STATUS_MISMATCH", 8),
    (11, "wechat_pay", "BOSS_MISSING", 3),
)
"""Days before the first day of the demo, payment channel, break class, strength in percent."""


def _placed(today: int) -> Sequence[Fault]:
    def moment(place: tuple[int, int, int]) -> int:
        days, hour, minute = place
        return at(today + days, hour, minute)

    return [
        fault(name, kind, moment(start), moment(end), strength, zh, en, where)
        for name, kind, start, end, strength, zh, en, where in _PLACED
    ]


def _money(today: int) -> Sequence[Fault]:
    return [
        fault(
            f"statement-{channel.replace('_', '-')}-{kind.lower().replace('_', '-')}",
            _K.STATEMENT_BREAKS,
            at(today - ago),
            at(today - ago + 1),
            strength,
            f"{channel} 对账单差错 {kind}",
            f"The statement of {channel} is wrong: {kind}",
            {"payment_channel": channel, "break": kind},
        )
        for ago, channel, kind, strength in _WRONG_STATEMENTS
    ]


def drawn_plan(seed: int, first: int, last: int, name: str = "judge") -> FaultPlan:
    """Return a plan drawn from a seed of its own: about five faults a week at places, times and strengths nobody chose.

    Args:
        seed: of the plan alone; the province's seed may be any.
        first, last: numbers of the first and the last day.
    """
    found: list[Fault] = []
    for week in range(max(1, (last - first + 7) // 7)):
        days = min(7, last + 1 - first - 7 * week)
        found += _drawn(Chance(seed, "faults", week), f"{name}{week}-", first + 7 * week, days, -(-5 * days // 7))
    return FaultPlan(name, found)


_SELLING: Final = sorted({sub.channel for sub in SUBS if sub.style is Style.PAGES})
_PUBLIC: Final = [channel.code for channel in PAYMENT_CHANNELS if channel.weight]
_SOLD: Final = [product.code for product in PRODUCTS if product.price]

_CAUSES: Final = ("network.slow", "bill.disputed", "delivery.late")

_Draw = Callable[[str, Sequence[str]], str]
_PLACES: Final[dict[FaultKind, Callable[[_Draw], dict[str, str]]]] = {
    _K.PAYMENT_OUTAGE: lambda one: {"payment_channel": one("money", _PUBLIC)},
    _K.ACCEPTANCE_BACKLOG: lambda one: {"reason": "interface"} if one("how", ("people", "interface")) == "interface" else {},
    _K.CHECKOUT_BROKEN: lambda one: {"channel": one("channel", _SELLING), "step": one("step", ("identity", "address", "payment_choice"))},
    _K.KIOSKS_OFFLINE: lambda one: {"region": one("district", DISTRICTS)},
    _K.STATEMENT_BREAKS: lambda one: {"payment_channel": one("money", _PUBLIC), "break": one("break", BREAK_CLASSES)},
    _K.COMPLAINT_BURST: lambda one: {"product": one("product", _SOLD), "reason": one("why", _CAUSES)},
    _K.CONVERSION_DRIFT: lambda one: {"channel": one("channel", _SELLING)},
    _K.PRICE_MISMATCH: lambda one: {"product": one("product", _SOLD), "channel": one("channel", ("app", "web", "shop"))},
    _K.NUMBERS_HOARDED: lambda one: {"region": one("city", CITY_CODES), "pool": "pool-premium"},
    _K.SURVEY_DROP: lambda one: {"channel": one("channel", ("app", "web", "wechat", "phone"))},
    _K.COURIER_DELAY: lambda one: {"carrier": one("carrier", [name for name, _ in CARRIERS]), "region": one("city", CITY_CODES)},
    _K.PROBE_FAILURE: lambda one: {"channel": one("channel", ("app", "web", "wechat", "sms"))},
}

_SIZES: Final[dict[FaultKind, tuple[int, int, int, int]]] = {
    _K.PAYMENT_OUTAGE: (40, 240, 45, 98),
    _K.ACCEPTANCE_BACKLOG: (240, 1800, 50, 85),
    _K.CHECKOUT_BROKEN: (60, 480, 40, 95),
    _K.KIOSKS_OFFLINE: (180, 2400, 70, 100),
    _K.STATEMENT_BREAKS: (1440, 1440, 2, 12),
    _K.COMPLAINT_BURST: (240, 900, 150, 500),
    _K.CONVERSION_DRIFT: (10_080, 30_240, 20, 45),
    _K.PRICE_MISMATCH: (300, 4000, 10, 60),
    _K.NUMBERS_HOARDED: (1440, 4320, 2, 8),
    _K.SURVEY_DROP: (1440, 5760, 30, 60),
    _K.COURIER_DELAY: (1440, 5760, 200, 400),
    _K.PROBE_FAILURE: (40, 300, 40, 100),
}
"""Shortest and longest in minutes, weakest and strongest in percent."""


def _drawn(chance: Chance, prefix: str, first: int, days: int, count: int) -> list[Fault]:
    """Return so many faults that begin within some days."""
    kinds, found = list(_PLACES), []
    for number in range(count):
        whom = np.array([number], dtype=np.int64)
        kind = kinds[int(chance.below("kind", whom, len(kinds))[0])]

        def one(name: str, choices: Sequence[str], whom: np.ndarray[tuple[int], np.dtype[np.int64]] = whom) -> str:
            return choices[int(chance.below(name, whom, len(choices))[0])]

        shortest, longest, weakest, strongest = _SIZES[kind]
        start = first * DAY + int(chance.below("start", whom, max(1, days) * 24)[0]) * HOUR
        if kind is _K.STATEMENT_BREAKS:
            start -= start % DAY
        minutes = shortest + int(chance.below("long", whom, longest - shortest + 1)[0])
        strength = weakest + int(chance.below("strength", whom, strongest - weakest + 1)[0])
        places = _PLACES[kind](one)
        named = ", ".join(places.values())
        name = f"{prefix}{number}-{kind.value.replace('_', '-')}"
        zh, en = f"{kind.value}：{named}", f"{kind.value}: {named}"
        found.append(fault(name, kind, start, start + minutes * MINUTE, strength, zh, en, places))
    return found
