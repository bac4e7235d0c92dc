"""Campaigns: planned, approved, run; the messages, links, coupons and showings by which they reach people; and marketing partners.

Those of the fault plan are the ones that orders name; a reminder in every month is there besides and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at, date_of, day_of
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Moments, Same
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.plans import Orders
from tongguan.simulate.province.goods import PRODUCTS
from tongguan.simulate.telling import Script
from tongguan.simulate.things.rows import Few, Moment, Value
from tongguan.simulate.world import World

PLANNED_BEFORE: Final = 7
"""Days from the plan of a campaign to its start."""
MESSAGES: Final = 400
"""Messages on 1,000 orders of a usual day that a campaign sends on its first day."""
_BY_DAY: Final = (100, 40, 0, 25, 0, 0, 0, 15)
"""Percent of that on the first and on later days; then none."""
_MONTHLY: Final = 30
"""Percent of that for the reminder of a month."""
_SENDING: Final = 8 * HOUR
"""So long does it take to send the messages of a day, from ten o'clock on."""
_PUSHED: Final = 350_000
"""Millionths of the messages that the app shows; the others are short messages."""
_UNDELIVERED: Final = 22_000
_OPENED: Final = 260_000
_CLICKED: Final = 280_000
_COUPON: Final = 300_000
"""Millionths of messages that fail, of delivered ones that are opened, of opened ones that are followed, of these that give a coupon."""
_DELIVERED: Final = Quantiles({0: 1, 80: 8, 99: 300, 100: 1800}, SECOND)
_READ: Final = Quantiles({0: 0.2, 50: 25, 90: 300, 100: 900}, MINUTE)
_COUPON_DAYS: Final = 5
COUPON_WORTH: Final = 2000
"""In fen."""

MEDIA: Final = ("search", "video", "news")
_SHOWN: Final = (5200, 9000, 3100)
"""Showings in each medium on 1,000 orders of a usual day, four times a day."""
_COST: Final = (3, 2, 2)
"""Fen for each ten showings."""
_MESSAGE_COST: Final = 4
"""Fen."""

PARTNERS: Final = 12
_NAMES: Final = tuple(f"partner-{number:02}" for number in range(1, PARTNERS + 1))
_SCANS: Final = 24
_SHARES: Final = 10
"""Scans of partners' codes and links passed on, on 1,000 orders of a usual day."""


@dataclass(frozen=True)
class Campaign:
    """An activity.

    Attributes:
        id: column ``campaign_id``.
        title, kind: attributes of its plan.
        product: what it is for; empty for no product.
        start, end: moments.
        percent: how many messages it sends, in percent of :data:`MESSAGES`.
    """

    id: str
    title: str
    kind: str
    product: str
    start: int
    end: int
    percent: int

    def columns(self) -> dict[str, Column]:
        """Return the columns that its events share."""
        named: dict[str, Column] = {"campaign_id": Same(self.id)}
        return named | {"product_id": Same(self.product)} if self.product else named


def campaigns_of(world: World, day: int) -> list[Campaign]:
    """Return the campaigns that are planned, run or end on a day."""
    first, last = at(day) - 1, at(day + PLANNED_BEFORE + 1)
    names = {product.code: product.zh for product in PRODUCTS}
    found = [
        Campaign(fault.where["campaign"], fault.zh, "online_only_policy", fault.where["product"], fault.start, fault.end, 100)
        for fault in world.plan.of(FaultKind.CAMPAIGN, first, last)
        if fault.where["product"] in names
    ]
    for near in {date_of(day).replace(day=1), date_of(day + PLANNED_BEFORE).replace(day=1)}:
        start, end = at(day_of(near) + 4, 9), at(day_of(near) + 7, 20)
        if start < last and end > first and start >= at(world.first):
            found.append(_reminder(near, start, end))
    return sorted(found, key=lambda one: (one.start, one.id))


def _reminder(month: date, start: int, end: int) -> Campaign:
    return Campaign(f"reminder-{month:%y%m}", f"{month:%m} 月流量提醒", "season", "", start, end, _MONTHLY)


def tell_campaigns(world: World, day: int, script: Script, orders: Orders) -> None:
    """Tell the campaigns of a day and what partners of social marketing do."""
    few = Few(script)
    for campaign in campaigns_of(world, day):
        _tell_plan(world, day, campaign, few)
        if campaign.start < at(day + 1) and campaign.end > at(day):
            sent = _tell_messages(world, day, campaign, script)
            shown = _tell_showings(world, day, campaign, few)
            spent = sent * _MESSAGE_COST + shown
            when = min(at(day, 23, 30), campaign.end - MINUTE)
            if spent and when >= at(day):
                kind = {"cost_kind": "media"}
                few.add("campaign.cost_recorded", when, kind, campaign_id=campaign.id, amount=spent, currency="CNY")
    _tell_redeemed(world, day, script, orders)
    _tell_partners(world, day, script, few)
    few.tell()


def _tell_plan(world: World, day: int, campaign: Campaign, few: Few) -> None:
    about: dict[str, Value] = {"campaign_id": campaign.id, "product_id": campaign.product}
    first = max(world.first, campaign.start // DAY - PLANNED_BEFORE)
    plan: dict[str, Value] = {
        "title": campaign.title,
        "kind": campaign.kind,
        "starts": Moment(campaign.start),
        "ends": Moment(campaign.end),
        "budget": world.orders_per_day * campaign.percent * 30,
        "expected_orders": world.orders_per_day * campaign.percent // 2000,
        "expected_reach": world.orders_per_day * campaign.percent // 120,
        "channels": ("app", "sms"),
    }
    if day == first and campaign.start >= at(day):
        planned = min(at(day, 10), (at(day) + campaign.start) // 2)
        approved = min(planned + DAY + 5 * HOUR, (planned + campaign.start) // 2)
        few.add("campaign.planned", planned, plan, **about)
        few.add("campaign.approved", approved, {}, **about)
    if at(day) <= campaign.start < at(day + 1):
        few.add("campaign.started", campaign.start, plan, **about)
        for medium in (*MEDIA, "message", "poster"):
            link = {"link": f"L-{campaign.id}-{medium}", "medium": medium, "target": f"https://www.example.com/c/{campaign.id}"}
            few.add("link.created", campaign.start + MINUTE, link, campaign_id=campaign.id)
    if at(day) <= campaign.end < at(day + 1):
        few.add("campaign.ended", campaign.end, {}, **about)


def _tell_messages(world: World, day: int, campaign: Campaign, script: Script) -> int:
    """Tell the messages of a day and what their receivers do; return how many were sent."""
    since = day - campaign.start // DAY
    percent = _BY_DAY[since] if since < len(_BY_DAY) else 0
    chance = world.chance("campaigns", day).of(campaign.id)
    begin = max(at(day, 10), campaign.start + 5 * MINUTE)
    if not percent or begin + MINUTE >= campaign.end:
        return 0
    count = chance.count("messages", 0, world.per_day(MESSAGES) * percent * campaign.percent // 10_000)
    number = np.arange(count, dtype=np.int64)
    sent = begin + chance.below("sent", number, min(_SENDING, campaign.end - begin))
    pushed = chance.happens("pushed", number, _PUSHED)
    customer = world.people.choose(chance, "whom", number)
    whom = Cohort(
        count,
        campaign.columns()
        | {
            "channel": Codes(("sms", "app"), pushed.astype(np.int64)),
            "sub_channel": Codes(("bulk", "app"), pushed.astype(np.int64)),
            "customer_id": world.people.ids(customer),
        },
    )
    failed = chance.happens("fails", number, _UNDELIVERED)
    delivered = sent + chance.spread("delivered", number, _DELIVERED)
    opened = ~failed & chance.happens("opened", number, _OPENED)
    read = delivered + chance.spread("read", number, _READ)
    message: dict[str, Column] = {"message": Ids(f"M{world.name(day)}-{campaign.id}-", number)}
    purpose = {"template": Same(campaign.id), "purpose": Same("campaign" if campaign.product else "reminder")}
    why = Codes(("unreachable", "opted_out", "number_closed"), chance.pick("why", number, (60, 25, 15)))
    script.tell("message.sent", whom, sent, attributes=message | purpose)
    script.tell("message.delivered", whom, delivered, ~failed, attributes=message)
    script.tell("message.failed", whom, delivered, failed, attributes=message, reason=why)
    script.tell("message.opened", whom, read, opened, attributes=message)
    _tell_followed(world, day, campaign, chance, whom, number, read, opened, script)
    return count


def _tell_followed(
    world: World, day: int, campaign: Campaign, chance: Chance, whom: Cohort, number: Whole, read: Whole, opened: Mask, script: Script
) -> None:
    clicked = opened & chance.happens("clicked", number, _CLICKED)
    link: dict[str, Column] = {"link": Same(f"L-{campaign.id}-message"), "medium": Same("message")}
    followed = read + 3 * SECOND + chance.below("clicked/at", number, MINUTE)
    script.tell("link.clicked", whom, followed, clicked, attributes=link)
    given = clicked & chance.happens("coupon", number, _COUPON) & bool(campaign.product)
    until = at(day + _COUPON_DAYS + 1) - 1
    coupon: dict[str, Column] = {
        "coupon": Ids(f"CP{world.name(day)}-{campaign.id}-", number),
        "coupon_kind": Same(campaign.id),
        "valid_until": Moments(np.full(len(number), until, dtype=np.int64)),
    }
    worth: dict[str, Column] = {"amount": Same(COUPON_WORTH), "currency": Same("CNY")}
    bearer = whom.having(**worth)
    script.tell("coupon.issued", bearer, followed + SECOND, given, attributes=coupon)
    # Who orders because of the campaign has a coupon of their own, below; these are left to run out.
    script.tell("coupon.expired", bearer, np.maximum(followed + 2 * SECOND, until + 1), given, attributes=coupon)


def _tell_showings(world: World, day: int, campaign: Campaign, few: Few) -> int:
    """Tell the showings of a day four times; return what they cost."""
    chance, spent = world.chance("campaigns", day).of(campaign.id), 0
    for place, medium in enumerate(MEDIA if campaign.product else ()):
        for quarter, hour in enumerate((6, 12, 18, 23)):
            time = at(day, hour, 55)
            if not campaign.start < time < campaign.end:
                continue
            key = np.array([place * 4 + quarter], dtype=np.int64)
            shown = world.orders_per_day * _SHOWN[place] * (85 + int(chance.below("shown", key, 31)[0])) // 400_000
            cost = shown * _COST[place] // 10
            spent += cost
            link = {"link": f"L-{campaign.id}-{medium}", "medium": medium}
            few.add("advertisement.shown", time, link, campaign_id=campaign.id, quantity=shown, amount=cost, currency="CNY")
    return spent


def _tell_redeemed(world: World, day: int, script: Script, orders: Orders) -> None:
    """Tell the coupons of those who ordered a campaign's product because of it: given while they looked, used with the order."""
    faults = list(world.plan.of(FaultKind.CAMPAIGN, at(day), at(day + 1)))
    if not faults:
        return
    chance, key = world.chance("campaigns", day), orders.key
    codes = [product.code for product in PRODUCTS]
    wanted = np.array([codes.index(fault.where["product"]) for fault in faults], dtype=np.int64)
    which = (orders.wishes.campaign >= 0) & (orders.wishes.product == wanted[orders.wishes.campaign]) & (orders.created >= 0)
    which &= chance.happens("redeemed", key, 400_000)
    name = Codes([fault.where["campaign"] for fault in faults], orders.wishes.campaign)
    issued = np.maximum(at(day), orders.created - 10 * MINUTE + chance.below("redeemed/at", key, 8 * MINUTE))
    coupon: dict[str, Column] = {"coupon": Ids(f"CP{world.name(day)}-O", key), "coupon_kind": name}
    whom = orders.whom.having(campaign_id=name, amount=Same(COUPON_WORTH), currency=Same("CNY"))
    script.tell("coupon.issued", whom.without("order_id"), np.minimum(issued, orders.created), which, attributes=coupon)
    script.tell("coupon.redeemed", whom, orders.created + SECOND, which, attributes=coupon)


def _tell_partners(world: World, day: int, script: Script, few: Few) -> None:
    """Tell the partners of the first day, what they are given every week, and what is done with their codes."""
    for number, partner in enumerate(_NAMES):
        kind = ("shop", "person", "medium", "firm")[number % 4]
        link = {"link": f"L-{partner}", "medium": "qr_code", "partner": partner}
        if day == world.first:
            few.add("partner.registered", at(day) + number, {"partner": partner, "partner_kind": kind})
            few.add("link.created", at(day) + MINUTE + number, link | {"target": f"https://www.example.com/p/{partner}"})
        if (day - world.first) % 7 == number % 7:
            few.add("partner.supplied", at(day, 9, number), {"partner": partner, "resource": "leaflets"}, quantity=20 + number * 5)
    chance = world.chance("partners", day)
    for kind, usual in (("qr_code.scanned", _SCANS), ("content.shared", _SHARES)):
        row = np.arange(chance.count(kind, 0, world.per_day(usual)), dtype=np.int64)
        partner_of = chance.below(f"{kind}/whose", row, PARTNERS)
        links = Codes([f"L-{name}" for name in _NAMES], partner_of)
        told: dict[str, Column] = {"link": links, "partner": Codes(_NAMES, partner_of)}
        script.tell(kind, Cohort(len(row)), at(day, 8) + chance.below(f"{kind}/at", row, 14 * HOUR), attributes=told)
