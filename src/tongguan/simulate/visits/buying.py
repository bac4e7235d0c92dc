"""From looking at a product to the end of the checkout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, SECOND
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.people import AGES
from tongguan.simulate.plans import NONE
from tongguan.simulate.province.calendar import campus_season
from tongguan.simulate.province.goods import PRODUCT_CODES
from tongguan.simulate.visits.rates import Rates, at_channel
from tongguan.simulate.visits.rows import Came, Looking
from tongguan.simulate.visits.taste import choose_product, prices, tastes
from tongguan.simulate.world import World

LEFT_REASONS: Final = ("price", "no_number_liked", "identity_check", "payment_options", "delivery_time", "page_error", "other")
"""Why checkouts are left."""

_LEFT_WEIGHTS: Final = (30, 16, 14, 12, 10, 3, 15)

CHECKOUT_STEPS: Final = ("confirm", "number_choice", "identity", "address", "payment_choice")
"""Steps of the checkout, in order."""

_STEP_OF_REASON: Final = np.array([0, 1, 2, 4, 3, 3, 0], dtype=np.int64)
_PAGE_ERROR: Final = LEFT_REASONS.index("page_error")

_TO_LOOK: Final = Quantiles({0: 3, 50: 25, 90: 120, 100: 480}, SECOND)
_TO_CART: Final = Quantiles({0: 4, 50: 40, 90: 180, 100: 700}, SECOND)
_TO_CHECKOUT: Final = Quantiles({0: 3, 50: 25, 90: 150, 100: 600}, SECOND)
_IN_CHECKOUT: Final = Quantiles({0: 15, 50: 80, 90: 260, 100: 900}, SECOND)


@dataclass(frozen=True)
class Minds:
    """What visitors make up their minds to do, a row per visit.

    Attributes:
        product: what they have in mind.
        looks, carts, begins: they look, put it into the cart, begin the checkout.
        orders: they order (menus: without all that).
        broken: their checkout is broken by a fault.
        broken_step: and at this step; NONE elsewhere.
        touched: visits that a fault changed, by its id.
    """

    product: Whole
    looks: Mask
    carts: Mask
    begins: Mask
    orders: Mask
    broken: Mask
    broken_step: Whole
    touched: tuple[tuple[str, int], ...]


def make_up_minds(world: World, day: int, chance: Chance, rates: Rates, came: Came, asks: Mask) -> Minds:
    """Decide for each visit how far it goes.

    Args:
        asks: visits that ask for a service.
    """
    number, sub = came.number, came.sub
    pages = rates.pages[sub]
    product = choose_product(chance, "product", number, day, sub, came.age)
    looks = pages & chance.happens("looks", number, np.where(asks, rates.look_after[sub], rates.look[sub]))
    carted = chance.below("carts", number, MILLION)
    carts = looks & (carted < rates.cart[sub])
    touched = []
    kept = carts
    for fault in world.plan.of(FaultKind.CONVERSION_DRIFT, day * DAY, (day + 1) * DAY):
        share = rates.cart[sub] * (MILLION - fault.level(came.time)) // MILLION
        lost = kept & at_channel(fault.where["channel"])[sub] & (carted >= share)
        kept = kept & ~lost
        touched.append((fault.id, int(lost.sum())))
    begins = kept & chance.happens("begins", number, rates.checkout[sub])
    orders = np.where(pages, begins & chance.happens("done", number, rates.done[sub]), orders_from_menus(chance, rates, came))
    none = np.full(len(number), NONE, dtype=np.int64)
    minds = Minds(product, looks, kept, begins, orders, np.zeros(len(number), dtype=np.bool_), none, tuple(touched))
    return _broken(world, day, chance, came, _persuaded(world, day, chance, rates, came, minds, pages))


def orders_from_menus(chance: Chance, rates: Rates, came: Came) -> Mask:
    """Return which menu dialogues end in an order."""
    found: Mask = ~rates.pages[came.sub] & chance.happens("menu_order", came.number, rates.order[came.sub])
    return found


def _persuaded(world: World, day: int, chance: Chance, rates: Rates, came: Came, minds: Minds, pages: Mask) -> Minds:
    """Return minds changed by campaigns.

    Of the visits of those whom it reached, ``strength`` millionths more end in an order of its product, where the channel sells it;
    who would order anyway orders what they would. A campaign of strength 0 changes nothing.
    """
    drawn = chance.below("persuaded", came.number, MILLION)
    table = tastes(campus_season(day))
    touched = list(minds.touched)
    for place, fault in enumerate(world.plan.of(FaultKind.CAMPAIGN, day * DAY, (day + 1) * DAY)):
        product = PRODUCT_CODES.index(fault.where["product"])
        # Only those are won who would not order, so that they are as many of all visits as the strength says.
        more = fault.strength * MILLION // (MILLION - rates.order[came.sub])
        sold = table[came.sub * len(AGES) + came.age, product] > 0
        won = (came.campaign == place) & sold & ~minds.orders & (drawn < more)
        on_pages = won & pages
        minds = replace(
            minds,
            product=np.where(won, product, minds.product),
            looks=minds.looks | on_pages,
            carts=minds.carts | on_pages,
            begins=minds.begins | on_pages,
            orders=minds.orders | won,
        )
        touched.append((fault.id, int(won.sum())))
    return replace(minds, touched=tuple(touched))


def _broken(world: World, day: int, chance: Chance, came: Came, minds: Minds) -> Minds:
    """Return minds whose checkouts are broken where a fault says so."""
    drawn = chance.below("broken", came.number, MILLION)
    broken, step, touched = minds.broken, minds.broken_step, list(minds.touched)
    for fault in world.plan.of(FaultKind.CHECKOUT_BROKEN, day * DAY, (day + 1) * DAY):
        hit = minds.begins & ~broken & at_channel(fault.where["channel"])[came.sub] & (drawn < fault.level(came.time))
        place = CHECKOUT_STEPS.index(fault.where["step"])
        broken, step = broken | hit, np.where(hit, place, step)
        touched.append((fault.id, int(hit.sum())))
    return replace(minds, broken=broken, broken_step=step, orders=minds.orders & ~broken, touched=tuple(touched))


def look_around(
    world: World, day: int, chance: Chance, came: Came, minds: Minds, since: Whole, sign_in: Whole
) -> tuple[Looking, list[tuple[str, Whole]]]:
    """Return what happens from looking to the end of the checkout, and what each PRICE_MISMATCH fault changed (places in the result).

    Args:
        since: moment per visit from which the customer looks.
        sign_in: how long the sign-in between cart and checkout takes, per visit.
    """
    row = np.flatnonzero(minds.looks)
    number, product = came.number[row], minds.product[row]
    carts, begins, orders = minds.carts[row], minds.begins[row], minds.orders[row]
    viewed = since[row] + chance.spread("to_look", number, _TO_LOOK)
    carted = viewed + chance.spread("to_cart", number, _TO_CART)
    checkout = carted + chance.spread("to_checkout", number, _TO_CHECKOUT) + sign_in[row]
    ended = checkout + chance.spread("in_checkout", number, _IN_CHECKOUT)
    price, changed = prices(world, day, product, came.sub[row], carted)
    left = np.where(minds.broken[row], _PAGE_ERROR, chance.pick("left", number, _LEFT_WEIGHTS))
    step = np.where(minds.broken[row], minds.broken_step[row], _STEP_OF_REASON[left])
    gone = begins & ~orders
    looking = Looking(
        row=row,
        product=product,
        price=price,
        viewed=viewed,
        carted=np.where(carts, carted, NONE),
        checkout=np.where(begins, checkout, NONE),
        ended=np.where(begins, ended, NONE),
        left=np.where(gone, left, NONE),
        step=np.where(gone, step, NONE),
    )
    return looking, changed
