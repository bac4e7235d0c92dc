"""How customers move on each sub-channel, and the shares that follow: so many visits end in orders that the day has its orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Whole
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUBS, Profile, Style, order_weights, visit_weights
from tongguan.simulate.visits.services import KINDS

SESSIONS_PER_ORDER: Final = 6
"""Visits for each order of a usual day."""

SERVICE_TO_SALES: Final = 30
"""Visits that ask for a service go on to look at goods so often, in percent of all visits of the sub-channel."""

_MOST_LOOK: Final = 970_000
_MOST_ORDER: Final = 700_000


@dataclass(frozen=True)
class Manner:
    """How customers move on a sub-channel, in percent.

    Attributes:
        kind: which services it carries, of ``services.KINDS``.
        known: share of the visits on which the channel knows the customer from the beginning.
        asks: share of the visits that ask for a service; of menus, of those that order nothing.
        person: share of the service requests that go on to a human agent by choice.
        cart: share of the product views that go on to the cart.
        checkout: share of the carts that go on to the checkout.
        done: share of the checkouts that are completed.
    """

    kind: str
    known: int
    asks: int
    person: int
    cart: int = 100
    checkout: int = 100
    done: int = 100


MANNERS: Final = {
    ("app", "app"): Manner("pages", 86, 34, 2, 72, 84, 77),
    ("app", "mini_program"): Manner("pages", 80, 32, 2, 74, 84, 76),
    ("app", "wap"): Manner("pages", 40, 30, 3, 58, 74, 62),
    ("app", "ussd"): Manner("code", 100, 92, 1),
    ("app", "sim_menu"): Manner("code", 100, 90, 1),
    ("web", "province_site"): Manner("pages", 36, 30, 3, 68, 80, 70),
    ("web", "group_site"): Manner("pages", 32, 26, 3, 66, 80, 68),
    ("web", "city_site"): Manner("pages", 30, 28, 4, 66, 78, 68),
    ("web", "product_site"): Manner("pages", 15, 6, 2, 70, 82, 70),
    ("web", "email"): Manner("mail", 90, 88, 6),
    ("wechat", "official_account"): Manner("pages", 72, 32, 4, 70, 82, 74),
    ("wechat", "mini_program"): Manner("pages", 70, 28, 3, 74, 84, 76),
    ("sms", "query"): Manner("ask", 100, 97, 1),
    ("sms", "transact"): Manner("act", 100, 94, 1),
    ("phone", "ivr"): Manner("voice", 100, 90, 13),
    ("kiosk", "full"): Manner("kiosk", 74, 88, 2),
    ("kiosk", "mini"): Manner("kiosk", 70, 84, 1),
    ("kiosk", "self_service_hall"): Manner("kiosk", 74, 88, 3),
    ("kiosk", "printer"): Manner("print", 84, 96, 1),
    ("kiosk", "card_vendor"): Manner("none", 30, 0, 0),
    ("kiosk", "networked_pc"): Manner("kiosk", 60, 86, 2),
}
"""For every sub-channel whose visits are seen."""


@dataclass(frozen=True)
class Rates:
    """Shares per place in ``channels.SUBS``, in millionths where nothing else is said.

    Attributes:
        pages: the sub-channel has sessions with pages.
        look: visits without a service that look at a product (pages).
        look_after: visits with a service that do.
        cart, checkout, done: of the stage before (pages).
        order: visits that end in an order, whichever way.
        unseen: orders without a seen visit, in millionths of all orders.
        known, asks, person: as :class:`Manner` has them.
        kind: place in ``services.KINDS``.
    """

    pages: Mask
    look: Whole
    look_after: Whole
    cart: Whole
    checkout: Whole
    done: Whole
    order: Whole
    unseen: tuple[int, ...]
    known: Whole
    asks: Whole
    person: Whole
    kind: Whole


_NO_MANNER: Final = Manner("none", 0, 0, 0)


@cache
def rates(profile: Profile) -> Rates:
    """Return the shares of a profile.

    Orders of a usual day are split by ``order_weights``. Each sub-channel gets from its visits what they can carry, and what is left
    over comes without a visit that anybody sees.
    """
    visits, orders = visit_weights(profile), order_weights(profile)
    all_visits, all_orders = sum(visits), sum(orders)
    manners = [MANNERS.get((sub.channel, sub.code), _NO_MANNER) for sub in SUBS]
    split = zip(SUBS, manners, visits, orders, strict=True)
    whole = all_visits * all_orders
    rows = [_carried(sub.style, manner, come * all_orders, wanted * all_visits, whole) for sub, manner, come, wanted in split]
    look, after, order, unseen = zip(*rows, strict=True)
    return Rates(
        pages=np.array([sub.style is Style.PAGES for sub in SUBS]),
        look=_whole(look),
        look_after=_whole(after),
        cart=_percent(manner.cart for manner in manners),
        checkout=_percent(manner.checkout for manner in manners),
        done=_percent(manner.done for manner in manners),
        order=_whole(order),
        unseen=tuple(unseen),
        known=_percent(manner.known for manner in manners),
        asks=_percent(manner.asks for manner in manners),
        person=_percent(manner.person for manner in manners),
        kind=_whole([KINDS.index(manner.kind) for manner in manners]),
    )


def _carried(style: Style, manner: Manner, come: int, wanted: int, whole: int) -> tuple[int, int, int, int]:
    """Return for a sub-channel: look, look_after, order, unseen (see :class:`Rates`).

    Args:
        style, manner: how customers move there.
        come: its share of all visits, in parts of ``whole``.
        wanted: its share of all orders, in parts of ``whole``.
        whole: what the shares are parts of.
    """
    if not come:
        return 0, 0, 0, wanted * MILLION // whole
    flow = manner.cart * manner.checkout * manner.done
    average = 10_000 - SERVICE_TO_SALES * manner.asks
    rest = 100 * (100 - manner.asks)
    most = _MOST_LOOK * rest // average * flow // MILLION if style is Style.PAGES else _MOST_ORDER
    needed = wanted * MILLION // (come * SESSIONS_PER_ORDER)
    order = min(needed, most)
    look = order * MILLION // flow if style is Style.PAGES else 0
    unseen = wanted * MILLION // whole - order * come * SESSIONS_PER_ORDER // whole if order < needed else 0
    return look * average // rest, look * SERVICE_TO_SALES // 100, order, unseen


def _whole(values: Iterable[int]) -> Whole:
    return np.array(list(values), dtype=np.int64)


def _percent(values: Iterable[int]) -> Whole:
    return _whole(values) * (MILLION // 100)


@cache
def at_channel(channel: str) -> Mask:
    """Return which places in ``channels.SUBS`` belong to a channel."""
    return np.array([name == channel for name in CHANNEL_NAMES])
