"""Visits of a day, planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, SECOND, within_day
from tongguan.simulate.plans import NONE, Visits, Wishes
from tongguan.simulate.province.calendar import HOURS, busy
from tongguan.simulate.visits.arriving import open_kiosks, who_comes
from tongguan.simulate.visits.asking import moved, seek_services, sign_in
from tongguan.simulate.visits.buying import Minds, look_around, make_up_minds, orders_from_menus
from tongguan.simulate.visits.rates import rates
from tongguan.simulate.visits.rows import Asking, Came, Looking, SignIns
from tongguan.simulate.visits.taste import choose_product, prices
from tongguan.simulate.world import World

ORDERED_AND_ASKS: Final = 150_000
"""Share of the menu dialogues with an order that ask for a service as well, in millionths."""

COMES_BACK: Final = 350_000
"""Share of the checkouts left after which the customer comes back within three days, in millionths."""

RETURNS: Final = 100_000_000
"""Numbers of sessions of customers who come back are those of the sessions they left, and this."""

_MENU_ORDER: Final = Quantiles({0: 20, 50: 70, 90: 180, 100: 500}, SECOND)
_LAST_LOOK: Final = Quantiles({0: 3, 50: 30, 90: 150, 100: 600}, SECOND)
_BACK_LOOK: Final = Quantiles({0: 5, 50: 40, 90: 200, 100: 600}, SECOND)
Touched = list[tuple[str, int]]


def plan_visits(world: World, day: int) -> Visits:
    """Return what happens on all visits that begin in a day, and the orders to come of it.

    Customers who leave a checkout and come back within three days are further rows at the end: they only look again.
    """
    chance, share = world.chance("visits", day), rates(world.profile)
    came = who_comes(world, day, chance)
    pages = share.pages[came.sub]
    by_menu = orders_from_menus(chance, share, came)
    asks = chance.happens("asks", came.number, np.where(by_menu, ORDERED_AND_ASKS, share.asks[came.sub]))
    asks &= share.asks[came.sub] > 0
    minds = make_up_minds(world, day, chance, share, came, asks)

    signs = sign_in(chance, came, asks | minds.begins, pages & ~asks & ~minds.looks)
    takes = _full(len(came), signs.row, np.maximum(0, signs.done), 0)
    asking = seek_services(chance, share, came, asks, came.time + np.where(asks, takes, 0))
    free = _full(len(came), asking.row, asking.ended, NONE)
    since = np.maximum(came.time, free)
    looking, mispriced = look_around(world, day, chance, came, minds, since, np.where(asks, 0, takes))
    signs = moved(signs, _sign_in_at(came, signs, asks, looking))

    wishes, bought, touched = _wishes(world, day, chance, came, minds, looking, since)
    ended = _ends(chance, came, signs, asking, looking, wishes, bought)
    signed = _full(len(came), signs.row[signs.done != NONE], 1, 0)
    visits = Visits(
        time=came.time,
        ended=ended,
        sub=came.sub,
        customer=came.customer,
        known=(came.recognised | (signed == 1)).astype(np.int64),
        service=_full(len(came), asking.row, asking.service, NONE),
        service_asked=_full(len(came), asking.row, asking.asked, NONE),
        served=_full(len(came), asking.row, asking.served, 0),
        bought=bought,
        wishes=wishes,
        session=came.number,
        campaign=came.campaign,
        recognised=came.recognised,
        looking=looking,
        signs=signs,
        asking=asking,
        touched=_added([*came.touched, *minds.touched, *touched, *((fault, len(rows)) for fault, rows in mispriced)]),
    )
    return _with_returns(chance, day, visits)


def _full(size: int, rows: Whole, values: Whole | int, otherwise: int) -> Whole:
    found = np.full(size, otherwise, dtype=np.int64)
    found[rows] = values
    return found


def _added(touched: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    for fault, rows in touched:
        found[fault] += rows
    return tuple(found.items())


def _sign_in_at(came: Came, signs: SignIns, asks: Mask, looking: Looking) -> Whole:
    """Return when each is asked to sign in: before the service, else before the checkout, so that it is over then."""
    before = _full(len(came), looking.row, looking.checkout, NONE)[signs.row] - np.maximum(0, signs.done)
    checks_out = ~asks[signs.row] & (signs.done != NONE)
    return np.where(checks_out, before, came.time[signs.row])


def _wishes(
    world: World, day: int, chance: Chance, came: Came, minds: Minds, looking: Looking, since: Whole
) -> tuple[Wishes, Whole, Touched]:
    """Return the orders to come, in order of time, and the one of each visit."""
    menus = np.flatnonzero(minds.orders & ~minds.looks)
    done = np.flatnonzero((looking.ended != NONE) & (looking.left == NONE))
    rows = np.concatenate([menus, looking.row[done]])
    asked = since[menus] + chance.spread("menu_time", came.number[menus], _MENU_ORDER)
    menu_price, changed = prices(world, day, minds.product[menus], came.sub[menus], asked)
    unseen, touched = _unseen(world, day)
    wishes = Wishes(
        time=np.concatenate([asked, looking.ended[done], unseen.time]),
        customer=np.concatenate([came.customer[rows], unseen.customer]),
        sub=np.concatenate([came.sub[rows], unseen.sub]),
        product=np.concatenate([minds.product[rows], unseen.product]),
        session=np.concatenate([came.number[rows], unseen.session]),
        campaign=np.concatenate([came.campaign[rows], unseen.campaign]),
        price=np.concatenate([menu_price, looking.price[done], unseen.price]),
        # Those who are seen have even numbers, the others odd ones.
        key=np.concatenate([came.number[rows] * 2, unseen.key]),
    )
    order = np.argsort(wishes.time, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    sorted_wishes = Wishes(*(column[order] for column in vars(wishes).values()))
    return sorted_wishes, _full(len(came), rows, place[: len(rows)], NONE), [*touched, *((f, len(r)) for f, r in changed)]


def _unseen(world: World, day: int) -> tuple[Wishes, Touched]:
    """Return the orders of channels whose visits nobody sees. No campaign is credited with them, because nobody knows what led to them."""
    chance, share = world.chance("unseen", day), rates(world.profile)
    mean = world.orders_per_day * busy(day) * sum(share.unseen) // 100
    number = np.arange(chance.count("orders", 0, mean), dtype=np.int64)
    time = within_day(chance, "time", number, day, HOURS)
    customer = world.people.choose(chance, "customer", number)
    sub = chance.pick("sub", number, share.unseen)
    there, touched = open_kiosks(world, day, chance, number, time, sub, customer)
    number, time, customer, sub = number[there], time[there], customer[there], sub[there]
    product = choose_product(chance, "product", number, day, sub, world.people.age[customer])
    price, changed = prices(world, day, product, sub, time)
    none = np.full(len(number), NONE, dtype=np.int64)
    return Wishes(time, customer, sub, product, none, none, price, number * 2 + 1), [*touched, *((f, len(r)) for f, r in changed)]


def _ends(chance: Chance, came: Came, signs: SignIns, asking: Asking, looking: Looking, wishes: Wishes, bought: Whole) -> Whole:
    """Return when each visit is over: somewhat after the last thing that happened on it."""
    last = came.time.copy()
    for row, times in (
        (signs.row, signs.asked),
        (signs.row, signs.refused),
        (signs.row, signs.done),
        (asking.row, asking.ended),
        (asking.row, asking.second_left),
        (looking.row, np.maximum(looking.ended, np.maximum(looking.carted, looking.viewed))),
    ):
        last[row] = np.maximum(last[row], times)
    buyers = np.flatnonzero(bought != NONE)
    last[buyers] = np.maximum(last[buyers], wishes.time[bought[buyers]])
    return last + chance.spread("last_look", came.number, _LAST_LOOK)


def _with_returns(chance: Chance, day: int, visits: Visits) -> Visits:
    """Return the visits and, behind them, those of customers who left a checkout and come back to look at the same product."""
    looking, size = visits.looking, len(visits.time)
    left = looking.left != NONE
    left &= chance.happens("back", visits.session[looking.row], COMES_BACK)
    which = np.flatnonzero(left)
    row = looking.row[which]
    number = visits.session[row]
    time = within_day(chance, "back_time", number, day, HOURS) + (1 + chance.below("back_days", number, 3)) * DAY
    viewed = time + chance.spread("back_look", number, _BACK_LOOK)
    none = np.full(len(row), NONE, dtype=np.int64)
    again = Looking(np.arange(size, size + len(row)), looking.product[which], looking.price[which], viewed, none, none, none, none, none)
    known = visits.known[row]
    return replace(
        visits,
        time=np.concatenate([visits.time, time]),
        ended=np.concatenate([visits.ended, viewed + chance.spread("back_end", number, _LAST_LOOK)]),
        sub=np.concatenate([visits.sub, visits.sub[row]]),
        customer=np.concatenate([visits.customer, visits.customer[row]]),
        known=np.concatenate([visits.known, known]),
        service=np.concatenate([visits.service, none]),
        service_asked=np.concatenate([visits.service_asked, none]),
        served=np.concatenate([visits.served, none + 1]),
        bought=np.concatenate([visits.bought, none]),
        session=np.concatenate([visits.session, number + RETURNS]),
        campaign=np.concatenate([visits.campaign, none]),
        recognised=np.concatenate([visits.recognised, known == 1]),
        looking=Looking(*(np.concatenate(pair) for pair in zip(vars(looking).values(), vars(again).values(), strict=True))),
    )
