"""Money that is not the customer's: commission, incentives, subsidies, costs, investments; and the users that orders bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at, date_of, day_of
from tongguan.simulate.columns import Codes, Column, Numbers, Same
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.plans import Orders
from tongguan.simulate.province.channels import SUBS
from tongguan.simulate.province.goods import CLASSES, PRODUCT_CODES, PRODUCTS
from tongguan.simulate.telling import Script
from tongguan.simulate.things.rows import Few, Moment, Value
from tongguan.simulate.world import World

COMMISSION: Final = {"shop": 30, "hall": 60, "outbound": 50}
"""Thousandths of an order's amount that are due to who sold it, by channel or sub-channel."""
INCENTIVE: Final = {"online": 300, "shop": 700}
"""Fen for each side of an order that was reserved online and done in a shop."""
SUBSIDY: Final = 20_000
"""Fen for each handset ordered because of a campaign."""

BILLING_DAY: Final = 3
"""Day of the month on which users get the bill of the month before."""
_BILLED_WITHIN: Final = 44
"""A first bill later than so many days after the order's day is not told: nothing of an order reaches further."""
_MONTHLY: Final = {
    "card-5g-59": 5900,
    "card-5g-129": 12900,
    "card-campus": 3900,
    "broadband-300": 6000,
    "broadband-1000": 9800,
    "converged-199": 19900,
    "number-open": 3900,
}
"""Fen a month that the users of a product pay; of the first month the days that are left."""
_EXTRAS: Final = 1200
"""Fen, at most, for what goes beyond the plan."""

COSTS: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "web": (("systems", 160), ("staff", 70)),
    "app": (("systems", 210), ("staff", 80)),
    "wechat": (("systems", 60), ("staff", 30)),
    "sms": (("carriers", 90),),
    "phone": (("staff", 900), ("lines", 140)),
    "kiosk": (("maintenance", 150), ("rent", 90)),
    "shop": (("platforms", 120),),
    "hall": (("staff", 1500), ("rent", 800)),
}
"""Fen a month per usual order of a day of all channels, times 30, by channel and kind of cost."""

INVESTMENTS: Final = (("queue-desk", 900), ("kiosk-renewal", 2600), ("order-hub-capacity", 1800))
"""Project, and fen per usual order of a day, times 365; spent in twelve parts."""
POLICIES: Final = (
    ("policy-handset", "线上购机补贴", "handset-c", 3000, SUBSIDY),
    ("policy-card", "网上选号优惠", "card-5g-59", 1500, 0),
    ("policy-broadband", "线上宽带立减", "broadband-300", 4000, 5000),
)
"""Id, title, product, cost and subsidy per sale in fen."""

_SELLER: Final = np.array([sub.channel in ("shop", "hall") or sub.code == "outbound" for sub in SUBS])
_PARTNER: Final = tuple({"hall": "street-shops", "phone": "outbound-firm-1"}.get(sub.channel, sub.code) for sub in SUBS)
_SHARE: Final = np.array([COMMISSION.get(sub.code, COMMISSION.get(sub.channel, 0)) for sub in SUBS], dtype=np.int64)
_OPENED: Final = np.array([product.activated for product in PRODUCTS])
_HANDSET: Final = np.array([business_class == "goods.handset" for business_class in CLASSES])
_OWN: Final = np.array([sub.channel != "hall" for sub in SUBS])
_PRICE: Final = np.array([_MONTHLY.get(code, 0) for code in PRODUCT_CODES], dtype=np.int64)
_YUAN: Final = Same("CNY")


def tell_economics(world: World, day: int, script: Script, orders: Orders) -> None:
    """Tell what the day's orders bring to others and to us, and the bookings of the day."""
    chance = world.chance("economics", day)
    _tell_commission(chance, script, orders)
    _tell_incentives(script, orders)
    _tell_subsidies(world, day, script, orders)
    _tell_users(day, chance, script, orders)
    few = Few(script)
    _book(world, day, chance, few)
    few.tell()


def _tell_commission(chance: Chance, script: Script, orders: Orders) -> None:
    """Tell commission in the night after payment, and what is taken back of it because the order was."""
    sub = orders.wishes.sub
    due = orders.amount * _SHARE[sub] // 1000
    credited = (orders.paid // DAY + 1) * DAY + 2 * HOUR + chance.below("credited", orders.key, 2 * HOUR)
    undone = np.where(orders.returned >= 0, orders.returned, orders.cancelled)
    gone = (orders.cancelled >= 0) & (orders.cancelled < credited)
    which = _SELLER[sub] & (orders.paid >= 0) & (due > 0) & ~gone
    whom = orders.whom.having(amount=Numbers(due), currency=_YUAN)
    told: dict[str, Column] = {"scheme": Same("sales-share"), "partner": Codes(_PARTNER, sub), "cause": Same("sale")}
    script.tell("commission.credited", whom, credited, which, attributes=told)
    back = np.maximum((undone // DAY + 1) * DAY + 4 * HOUR, credited + HOUR)
    script.tell("commission.reversed", whom, back, which & (undone >= 0), attributes=told | {"cause": Same("order_undone")})


def _tell_incentives(script: Script, orders: Orders) -> None:
    """Tell both sides' share of each order that was reserved online and done in a shop."""
    for step in orders.story.steps:
        if step.kind != "oto.voucher_redeemed":
            continue
        night = (step.times // DAY + 1) * DAY + 3 * HOUR
        shop = {name: column for name, column in step.attributes.items() if name == "shop"}
        for side, amount in INCENTIVE.items():
            told: dict[str, Column] = {"scheme": Same("oto"), "side": Same(side), "cause": Same("oto")}
            if side == "shop" and "shop" in shop:
                told["partner"] = shop["shop"]
            which = step.times >= 0
            script.tell("incentive.credited", step.whom, night, which, attributes=told, amount=Same(amount), currency=_YUAN)


def _tell_subsidies(world: World, day: int, script: Script, orders: Orders) -> None:
    campaigns = [fault.where["campaign"] for fault in world.plan.of(FaultKind.CAMPAIGN, at(day), at(day + 1))]
    if not campaigns:
        return
    which = _HANDSET[orders.wishes.product] & (orders.wishes.campaign >= 0) & (orders.paid >= 0)
    name = Codes(campaigns, orders.wishes.campaign)
    whom = orders.whom.having(campaign_id=name, amount=Same(SUBSIDY), currency=_YUAN)
    script.tell("subsidy.granted", whom, orders.paid + 5 * MINUTE, which, attributes={"policy": Same(POLICIES[0][0])})


def _tell_users(day: int, chance: Chance, script: Script, orders: Orders) -> None:
    """Tell the users whom activation brings onto the network, and the first bill of those of our own channels."""
    opened = _OPENED[orders.wishes.product] & (orders.activated >= 0)
    whom = orders.whom.without("session_id")
    script.tell("subscription.opened", whom, orders.activated + SECOND, opened)
    row = np.flatnonzero(opened & _OWN[orders.wishes.sub])
    if not len(row):
        return
    billed, left, days, period = _billing(orders.activated[row] // DAY)
    kept = billed <= day + _BILLED_WITHIN
    amount = np.zeros(len(orders), dtype=np.int64)
    amount[row] = _PRICE[orders.wishes.product[row]] * left // days + chance.below("extras", orders.key[row], _EXTRAS)
    times, months = np.zeros(len(orders), dtype=np.int64), np.full(len(orders), -1, dtype=np.int64)
    times[row] = at(0, 2) + billed * DAY + chance.below("billed", orders.key[row], 4 * HOUR)
    months[row] = period[1]
    told: dict[str, Column] = {"account_period": Codes(period[0], months), "plan": Codes(PRODUCT_CODES, orders.wishes.product)}
    script.tell("subscription.billed", whom, times, row[kept], attributes=told, amount=Numbers(amount), currency=_YUAN)


def _billing(days: Whole) -> tuple[Whole, Whole, Whole, tuple[list[str], Whole]]:
    """Return per day of opening: the day of its first bill, days left in its month, days of the month, and the month."""
    some, place = np.unique(days, return_inverse=True)
    billed, left, whole, names = [], [], [], []
    for opened in map(date_of, some.tolist()):
        after = (opened.replace(day=1) + timedelta(days=32)).replace(day=1)
        billed.append(day_of(after.replace(day=BILLING_DAY)))
        left.append((after - opened).days)
        whole.append((after - opened.replace(day=1)).days)
        names.append(f"{opened:%Y-%m}")
    months = sorted(set(names))
    found = [np.array(values, dtype=np.int64)[place] for values in (billed, left, whole, [months.index(name) for name in names])]
    return found[0], found[1], found[2], (months, found[3])


def _book(world: World, day: int, chance: Chance, few: Few) -> None:
    """Tell policies and approved investments of the first day, costs on the first of a month, investments spent on its twentieth."""
    found, size = date_of(day), world.orders_per_day
    before = (found.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    if day == world.first:
        for place, (policy, title, product, cost, subsidy) in enumerate(POLICIES):
            volume = size * 365 // 20
            told: dict[str, Value] = {"policy": policy, "title": title, "ends": Moment(at(day + 365)), "cost": cost, "subsidy": subsidy}
            hoped: dict[str, Value] = {"expected_volume": volume, "expected_revenue": volume * 12 * _MONTHLY.get(product, 9900)}
            few.add("policy.started", at(day, 0, 20) + place, told | hoped, product_id=product)
        for place, (project, fen) in enumerate(INVESTMENTS):
            few.add("investment.approved", at(day, 0, 21) + place, {"project": project}, amount=size * fen * 365, currency="CNY")
    if found.day == 1 or day == world.first:
        for place, (channel, costs) in enumerate(COSTS.items()):
            for row, (kind, fen) in enumerate(costs):
                number = np.array([place * 4 + row], dtype=np.int64)
                amount = size * 30 * fen * (95 + int(chance.below("cost", number, 11)[0])) // 100
                told_cost = {"cost_kind": kind, "account_period": before}
                few.add("cost.booked", at(day, 3) + place * 4 + row, told_cost, channel=channel, amount=amount, currency="CNY")
    if found.day == 20:
        for place, (project, fen) in enumerate(INVESTMENTS):
            about = {"project": project, "account_period": f"{found:%Y-%m}"}
            few.add("investment.spent", at(day, 10) + place, about, amount=size * fen * 365 // 12, currency="CNY")
