"""Orders come into being: what they are worth, what is promised, and which of them are looked at before they may go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at
from tongguan.simulate.columns import Codes, Column, Ids, Lists, Moments, Numbers, Same
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.orders.lot import CLOSES, COURIER, OF_SHOPS, ON_SITE, OPENS, OTO, SEVERAL, Lot
from tongguan.simulate.orders.story import NONE, after, only, working
from tongguan.simulate.province.goods import CLASSES, PRODUCTS

TO_CREATE: Final = Quantiles({0: 0.3, 50: 1, 100: 4}, SECOND)
"""From the wish to the order."""
TO_FLAG: Final = Quantiles({0: 2, 50: 6, 100: 30}, SECOND)
TO_CHECK: Final = Quantiles({0: 3, 50: 20, 90: 60, 100: 180}, MINUTE)
"""A person looks at the order."""
TO_CONFIRM: Final = Quantiles({0: 5, 50: 20, 90: 90, 100: 600}, SECOND)
"""A third party's shop confirms its order."""

REPEATED_FLAGGED: Final = 600_000
"""Of the orders of a customer who had one of the same class that day, so many millionths are taken for duplicates."""
INCOMPLETE, SUSPICIOUS, SAMPLED = 7_000, 6_000, 9_000
"""Of all orders, in millionths: lacking something, suspicious by a rule, looked at without a finding."""
HELD: Final = 600_000
"""Of the suspicious ones."""
REJECTED: Final = (200_000, 250_000, 350_000, 30_000)
"""Of the duplicate, incomplete, suspicious, sampled ones."""
MERGED: Final = 500_000
"""Of the duplicates, where they are not rejected: so many millionths of all duplicates."""
SEVERAL_LINES: Final = 220_000
"""Of the orders of handsets and bundles."""
PHONE_TOLD: Final = 500_000
"""Of the orders to be delivered."""

PROBLEMS: Final = ("duplicate", "incomplete", "suspicious", "sampled")
_RULES: Final = ("same_customer_same_class", "missing_document", "many_orders_one_address")
_KINDS: Final = ("none", "courier", "shop", "on_site")
_KIND_OF: Final = np.array([_KINDS.index(product.delivery) for product in PRODUCTS], dtype=np.int64)
PROMISES: Final = np.array([2 * HOUR, 3 * DAY, 7 * DAY, 5 * DAY], dtype=np.int64)
"""What is promised, by the way to the customer: none, courier, shop, on_site."""
_SHOP: Final = _KINDS.index("shop")
_PURPOSES: Final = ("handling", "sale", "points", "payment")
_FAMILIES: Final = ("handling", "goods", "points", "payment")
_PURPOSE_OF: Final = np.array([_FAMILIES.index(name.partition(".")[0]) for name in CLASSES], dtype=np.int64)
_SOURCES: Final = ("direct", "search", "social", "referral", "campaign")
_LINE_PARTS: Final = ("main", "accessory")


@dataclass(frozen=True)
class Made:
    """Orders as they came into being; moments are NONE for what did not happen.

    Attributes:
        created: when.
        open: when it may go on to payment, or without one to fulfilment.
        amount: fen.
        due: the moment promised.
        refused: when it was rejected or merged into another one.
        oto: it is reserved online and done in a shop.
    """

    created: Whole
    open: Whole
    amount: Whole
    due: Whole
    refused: Whole
    oto: Mask


def make(lot: Lot) -> Made:
    """Make the orders of all wishes."""
    created = lot.wishes.time + lot.spread("create", TO_CREATE)
    oto = lot.happens("oto", OTO[lot.wishes.product] * 10_000) & ~OF_SHOPS[lot.wishes.sub]
    kind = np.where(oto, _SHOP, _KIND_OF[lot.wishes.product])
    due = created + PROMISES[kind]
    amount = lot.wishes.price
    _tell_created(lot, created, amount, due, kind)
    _tell_lines(lot, created, amount)
    opened, refused = _check(lot, created)
    return Made(created, opened, amount, due, refused, oto)


def _tell_created(lot: Lot, created: Whole, amount: Whole, due: Whole, kind: Whole) -> None:
    source = np.where(lot.wishes.campaign >= 0, len(_SOURCES) - 1, lot.chance.pick("source", lot.row, (60, 18, 12, 10)))
    told_phone = lot.having(COURIER | ON_SITE) & lot.happens("phone", PHONE_TOLD)
    attributes: dict[str, Column] = {
        "delivery_kind": Codes(_KINDS, kind),
        "traffic_source": Codes(_SOURCES, source),
        "purpose": Codes(_PURPOSES, _PURPOSE_OF[lot.wishes.product]),
        "phone": lot.world.people.phones(only(lot.wishes.customer, told_phone)),
    }
    campaigns = [fault.where["campaign"] for fault in lot.world.plan.of(FaultKind.CAMPAIGN, at(lot.day), at(lot.day + 1))]
    lot.story.add(
        "order.created",
        created,
        attributes=attributes,
        amount=Numbers(amount),
        currency=Same("CNY"),
        due_time=Moments(due),
        campaign_id=Codes(campaigns, lot.wishes.campaign),
    )


def _tell_lines(lot: Lot, created: Whole, amount: Whole) -> None:
    """Tell the lines of some orders; their amounts add up to the order's."""
    lined = lot.having(SEVERAL) & lot.happens("lines", SEVERAL_LINES)
    second = amount // 12
    for number, part in enumerate((amount - second, second)):
        lot.story.add(
            "order.item_added",
            after(created, 5 + number, lined),
            attributes={"item": Same(str(number + 1)), "sku": Same(_LINE_PARTS[number])},
            amount=Numbers(part),
            currency=Same("CNY"),
            quantity=Same(1),
        )


def _check(lot: Lot, created: Whole) -> tuple[Whole, Whole]:
    """Look at what is abnormal; return when each may go on, and when it was refused."""
    twin = _earlier_twins(lot)
    problem = _problems(lot, twin)
    checked = problem >= 0
    flagged = after(created, lot.spread("flag", TO_FLAG), checked & (problem < len(_RULES)))
    asked = after(created, lot.spread("flag", TO_FLAG) + SECOND, checked)
    held = after(asked, 2 * SECOND, (problem == 2) & lot.happens("held", HELD))
    decided = working(after(asked, lot.spread("check", TO_CHECK)), OPENS, CLOSES, lot.morning("check"))
    drawn = lot.chance.below("decision", lot.row, 1_000_000)
    bound = np.array([*REJECTED, 0], dtype=np.int64)[problem]
    rejected = only(decided, drawn < bound)
    merged = only(decided, (problem == 0) & (drawn >= bound) & (drawn < bound + MERGED))
    passed = only(decided, (rejected < 0) & (merged < 0))
    by_shop = after(created, lot.spread("confirm", TO_CONFIRM), OF_SHOPS[lot.wishes.sub] & ~checked)
    confirmed = np.where(held >= 0, after(passed, 20 * SECOND), np.maximum(passed, by_shop))
    reason = Codes(PROBLEMS, problem)
    story = lot.story
    finding: dict[str, Column] = {"rule": Codes(_RULES, np.where(flagged >= 0, problem, NONE)), "other_orders": _others(lot, problem, twin)}
    story.add("order.flagged", flagged, reason=reason, attributes=finding)
    story.add("order.check_requested", asked, reason=reason)
    story.add("order.held", held, reason=reason)
    story.add("order.released", only(passed, held >= 0))
    story.add("order.rejected", rejected, reason=reason, attributes={"automatic": Same(False)})
    story.add("order.merged", merged, attributes={"merged_into": Ids(f"O{lot.name}-", np.where(problem == 0, twin, NONE))})
    story.add("order.confirmed", confirmed)
    opened = np.where(checked | (by_shop >= 0), confirmed, created)
    return opened, np.maximum(rejected, merged)


def _earlier_twins(lot: Lot) -> Whole:
    """Return the number of the order before, where the same customer had one of the same product that day; else NONE."""
    product, customer = lot.wishes.product, lot.wishes.customer
    # The sort is stable, so orders of the same customer and product stay in order of time.
    order = np.lexsort((product, customer))
    before, later = order[:-1], order[1:]
    same = (customer[before] == customer[later]) & (product[before] == product[later])
    twins = np.full(len(order), NONE, dtype=np.int64)
    twins[later[same]] = lot.row[before[same]]
    return twins


def _problems(lot: Lot, twin: Whole) -> Whole:
    drawn = lot.chance.below("problem", lot.row, 1_000_000)
    bounds = np.cumsum((INCOMPLETE, SUSPICIOUS, SAMPLED))
    found = np.searchsorted(bounds, drawn, side="right") + 1
    found = np.where(found < len(PROBLEMS), found, NONE)
    return np.where((twin >= 0) & lot.happens("duplicate", REPEATED_FLAGGED), 0, found)


def _others(lot: Lot, problem: Whole, twin: Whole) -> Lists:
    """Return what duplicates are compared with; they are few, so each has its own list."""
    rows = np.flatnonzero(problem == 0)
    index = np.full(len(lot.row), NONE, dtype=np.int64)
    index[rows] = np.arange(len(rows))
    return Lists([(f"O{lot.name}-{number}",) for number in twin[rows].tolist()], index)
