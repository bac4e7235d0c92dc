"""Visits, told: sessions and pages, products, carts and checkouts, menus."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Whole
from tongguan.simulate.clock import DAY, SECOND
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Lists, Numbers, Same, Truths
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.people import BRANDS, NETWORKS, TIERS
from tongguan.simulate.plans import NONE, Visits
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUB_NAMES
from tongguan.simulate.province.goods import CLASSES, PRODUCT_CODES
from tongguan.simulate.province.places import CITY_CODES, DISTRICTS
from tongguan.simulate.telling import Script
from tongguan.simulate.visits import shown
from tongguan.simulate.visits.buying import CHECKOUT_STEPS, LEFT_REASONS
from tongguan.simulate.visits.rates import rates
from tongguan.simulate.visits.telling_services import tell_referrals, tell_services, tell_sign_ins
from tongguan.simulate.world import World

_REGIONS: Final = (*DISTRICTS, *CITY_CODES)
_SIMILAR: Final = shown.similar()

MOST_REGULAR: Final = 950_000
"""Share of the visits of the most regular customer that are told as not the first, in millionths; the rarer, the fewer."""

LEAST_REGULAR: Final = 300_000


def tell_visits(world: World, day: int, visits: Visits, script: Script) -> None:
    """Tell everything about the visits of a day but the orders that come of them."""
    chance = world.chance("visits/told", day)
    everywhere = np.arange(len(visits), dtype=np.int64)
    arriving = _cohort(world, day, visits, everywhere, visits.recognised)
    pages = rates(world.profile).pages[visits.sub]
    _tell_sessions(world, day, chance, visits, pages, arriving, script)
    _tell_menus(chance, visits, pages, arriving, script)
    _tell_products(chance, visits, arriving, script)
    _tell_checkouts(world, day, chance, visits, script)
    signs, asking = visits.signs, visits.asking
    tell_sign_ins(chance, visits, arriving.only(signs.row), world.people.ids(visits.customer[signs.row]), script)
    serving = _cohort(world, day, visits, asking.row, visits.known[asking.row] == 1)
    tell_services(chance, visits, serving, script)
    tell_referrals(chance, visits, serving, script)
    for fault, rows in visits.touched:
        script.touch(fault, rows)


def _cohort(world: World, day: int, visits: Visits, rows: Whole, known: Mask) -> Cohort:
    """Return the columns of some visits; of those who are not known only the city shows."""
    people, who, sub = world.people, visits.customer[rows], visits.sub[rows]
    columns: dict[str, Column] = {
        "channel": Codes(CHANNEL_NAMES, sub),
        "sub_channel": Codes(SUB_NAMES, sub),
        "region": Codes(_REGIONS, np.where(known, people.district[who], people.city[who] + len(DISTRICTS))),
        "brand": Codes(BRANDS, np.where(known, people.brand[who], NONE)),
        "tier": Codes(TIERS, np.where(known, people.tier[who], NONE)),
        "network": Codes(NETWORKS, np.where(known, people.network[who], NONE)),
        "customer_id": people.ids(np.where(known, who, NONE)),
        "session_id": Ids(f"S{world.name(day)}-", visits.session[rows]),
    }
    return Cohort(len(rows), columns)


def _campaign(world: World, day: int, visits: Visits) -> dict[str, Column]:
    """Return the column of the campaigns that reached who visits; nothing where none runs."""
    names = [fault.where["campaign"] for fault in world.plan.of(FaultKind.CAMPAIGN, day * DAY, (day + 1) * DAY)]
    return {"campaign_id": Codes(names, visits.campaign)} if names else {}


def _tell_sessions(world: World, day: int, chance: Chance, visits: Visits, pages: Mask, whom: Cohort, script: Script) -> None:
    number = visits.session
    source = chance.pick("source", number, shown.SOURCE_WEIGHTS)
    source = np.where((visits.campaign != NONE) & (source != 0), shown.SOURCES.index("campaign"), source)
    regular = MOST_REGULAR - visits.customer * (MOST_REGULAR - LEAST_REGULAR) // world.people.count
    started: dict[str, Column] = {
        "traffic_source": Codes(shown.SOURCES, source),
        "entry_point": Codes(shown.ENTRIES, visits.sub * 2 + chance.happens("former", number, shown.FORMER_ENTRY)),
        "returning": Truths(chance.happens("returning", number, regular)),
    }
    script.tell("visit.session_started", whom, visits.time, pages, attributes=started, **_campaign(world, day, visits))

    page = chance.pick("page", number, shown.PAGE_WEIGHTS)
    failed = chance.happens("page_status", number, shown.SERVER_ERROR).astype(np.int64)
    viewed = pages & chance.happens("page_told", number, shown.EXTRA_PAGE)
    looked: dict[str, Column] = {
        "page": Codes(shown.PAGES, page),
        "path": Codes(shown.PATHS, page),
        "status": Numbers(np.asarray(shown.STATUSES, dtype=np.int64)[failed]),
    }
    answer = Numbers(chance.spread("answer", number, shown.ANSWER_TIME))
    script.tell("visit.page_viewed", whom, visits.time + SECOND, viewed, attributes=looked, duration=answer)

    searches = pages & chance.happens("searches", number, shown.SEARCHES)
    words = {"words": Codes(shown.WORDS, chance.pick("words", number, shown.WORD_WEIGHTS))}
    hits = Numbers(chance.spread("hits", number, shown.HITS))
    script.tell("visit.searched", whom, visits.time + 2 * SECOND, searches, attributes=words, quantity=hits)

    ends = pages & chance.happens("end_told", number, shown.END_TOLD)
    seen = 1 + (visits.service != NONE) + viewed.astype(np.int64) + 2 * np.bincount(visits.looking.row, minlength=len(visits))
    length = Numbers(visits.ended - visits.time)
    script.tell("visit.session_ended", whom, visits.ended, ends, attributes={"pages": Numbers(seen)}, duration=length)


def _tell_menus(chance: Chance, visits: Visits, pages: Mask, whom: Cohort, script: Script) -> None:
    number = visits.session
    told = ~pages & ((visits.service == NONE) | chance.happens("menu_told", number, shown.MENU_TOLD))
    orders = (visits.bought != NONE) & (visits.service == NONE)
    item = np.where(orders, shown.ITEMS.index("order"), chance.pick("item", number, shown.ITEM_WEIGHTS))
    chosen: dict[str, Column] = {"menu": Same("main"), "item": Codes(shown.ITEMS, item), "depth": Same(1)}
    script.tell("visit.menu_chosen", whom, visits.time, told, attributes=chosen)


def _tell_products(chance: Chance, visits: Visits, arriving: Cohort, script: Script) -> None:
    looking = visits.looking
    number = visits.session[looking.row]
    product = {"product_id": Codes(PRODUCT_CODES, looking.product), "business_class": Codes(CLASSES, looking.product)}
    whom = arriving.only(looking.row).having(**product)
    script.tell("visit.product_viewed", whom, looking.viewed)
    offers: dict[str, Column] = {"place": Same("product_page"), "offers": Lists(_SIMILAR, looking.product)}
    shows = chance.happens("recommends", number, shown.RECOMMENDS)
    script.tell("visit.recommendation_shown", whom, looking.viewed, shows, attributes=offers)
    script.tell(
        "visit.cart_item_added",
        whom,
        looking.carted,
        looking.carted != NONE,
        amount=Numbers(looking.price),
        currency=Same("CNY"),
        quantity=Same(1),
    )


def _tell_checkouts(world: World, day: int, chance: Chance, visits: Visits, script: Script) -> None:
    looking = visits.looking
    which = np.flatnonzero(looking.checkout != NONE)
    row, product, left = looking.row[which], looking.product[which], looking.left[which]
    began, ended, step = looking.checkout[which], looking.ended[which], looking.step[which]
    whom = _cohort(world, day, visits, row, visits.known[row] == 1)
    whom = whom.having(product_id=Codes(PRODUCT_CODES, product), business_class=Codes(CLASSES, product))
    script.tell("visit.checkout_started", whom, began)
    tells = chance.happens("step_told", visits.session[row], shown.STEP_TOLD)
    reached = np.where(left == NONE, len(CHECKOUT_STEPS) - 1, step)
    steps: dict[str, Column] = {"step": Codes(CHECKOUT_STEPS, reached), "position": Numbers(reached + 1)}
    script.tell("visit.checkout_step_reached", whom, began + (ended - began) // 2, tells, attributes=steps)
    script.tell("visit.checkout_completed", whom, ended, left == NONE)
    gone: dict[str, Column] = {"step": Codes(CHECKOUT_STEPS, step), "cart_value": Numbers(looking.price[which])}
    script.tell("visit.checkout_left", whom, ended, left != NONE, attributes=gone, reason=Codes(LEFT_REASONS, left))
