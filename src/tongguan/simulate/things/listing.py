"""What stands on which shelf: the catalogue of the first day, new offers, changes, and a price that is wrong on one channel.

The case of a listing is ``<product>@<channel>``; orders name the product alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from tongguan.simulate.chance import MILLION
from tongguan.simulate.clock import HOUR, MINUTE, at, date_of
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.province.goods import PRODUCTS, Product
from tongguan.simulate.telling import Script
from tongguan.simulate.things.rows import Few, Value, one
from tongguan.simulate.world import World

SOLD_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "goods.number_card": ("web", "app", "wechat", "kiosk", "shop"),
    "goods.handset": ("web", "app", "wechat", "shop"),
    "goods.broadband": ("web", "app", "wechat", "phone"),
    "goods.converged": ("web", "app", "wechat", "phone"),
    "handling.plan_change": ("web", "app", "wechat", "sms", "phone", "kiosk"),
    "handling.marketing_case": ("web", "app", "wechat", "sms", "phone"),
    "handling.value_added": ("web", "app", "wechat", "sms", "phone"),
    "handling.number_opening": ("web", "app", "wechat"),
    "handling.broadband_preorder": ("web", "app", "wechat", "phone"),
    "points": ("web", "app"),
    "payment.bill": ("web", "app", "wechat", "sms", "phone", "kiosk"),
    "payment.top_up": ("web", "app", "wechat", "sms", "phone", "kiosk", "shop"),
}
"""On which channels a business class is listed."""

NEW_OFFERS: Final = 3 * MILLION
"""Millionths of new offers a day."""
_REJECTED: Final = 150_000
_AGAIN: Final = 600_000
"""Millionths of the offers that the review refuses, and of the refused ones that are handed in once more and then taken."""
_KEPT: Final = 30
"""Days that an offer stays on the shelf."""
_CONTENT: Final = 2 * MILLION
_PRICES: Final = MILLION
_MISMATCHES: Final = 400_000
"""Millionths a day of changed contents, of changed prices of offers, and of listings found to differ by mistake."""
_WHY_REJECTED: Final = ("price_missing", "text_misleading", "picture_missing", "rules_unclear")
_PARTS: Final = ("title", "picture", "rules", "description")


@dataclass(frozen=True)
class Listing:
    """A product on the shelf of a channel."""

    product: Product
    channel: str

    @property
    def id(self) -> str:
        """Its case."""
        return f"{self.product.code}@{self.channel}"

    def columns(self) -> dict[str, Value]:
        """Return the columns that its events share."""
        return {"channel": self.channel, "business_class": self.product.business_class, "product_id": self.id}

    def about(self) -> dict[str, Value]:
        """Return the attributes that its events share."""
        return {"sku": self.product.code, "title": self.product.zh, "category": self.product.business_class.partition(".")[0]}


@cache
def listings() -> tuple[Listing, ...]:
    """Return the whole catalogue."""
    return tuple(Listing(product, channel) for product in PRODUCTS for channel in SOLD_ON[product.business_class])


def tell_listing(world: World, day: int, script: Script) -> None:
    """Tell the shelves of a day."""
    few = Few(script)
    if day == world.first:
        for place, listing in enumerate(listings()):
            price: dict[str, Value] = {"amount": listing.product.price, "currency": "CNY"}
            few.add("product.listed", at(day, 0, 5) + place, listing.about(), **listing.columns(), **price)
    for offer in range(_offers(world, day)):
        _offer(world, day, offer, few)
    _delist(world, day, few)
    _changes(world, day, few)
    _wrong_prices(world, day, script, few)
    few.tell()


def _offers(world: World, day: int) -> int:
    return world.chance("listing", day).count("offers", 0, NEW_OFFERS)


@dataclass(frozen=True)
class _Offer:
    """A new offer: a variant of a product of the catalogue on one channel; ``listed`` is -1 where it never is."""

    columns: dict[str, Value]
    about: dict[str, Value]
    price: int
    submitted: int
    reviewed: int
    refused: bool
    again: int
    listed: int


def _offer_of(world: World, day: int, number: int) -> _Offer:
    chance, catalogue = world.chance("listing", day), listings()
    base = catalogue[one(chance, "base", number, len(catalogue))]
    code = f"{base.product.code}-{world.name(day)}{number}"
    percent = 85 + one(chance, "price", number, 21)
    submitted = at(day, 9) + one(chance, "submitted", number, 8 * HOUR)
    reviewed = submitted + HOUR + one(chance, "reviewed", number, 28) * HOUR + one(chance, "minutes", number, 50 * MINUTE)
    refused = one(chance, "refused", number, MILLION) < _REJECTED
    once_more = refused and one(chance, "again", number, MILLION) < _AGAIN
    again = reviewed + (4 + one(chance, "again/after", number, 20)) * HOUR if once_more else -1
    seen = again + 3 * HOUR if once_more else reviewed
    listed = seen + 20 * MINUTE + one(chance, "listed", number, 10 * HOUR) if once_more or not refused else -1
    columns: dict[str, Value] = {**base.columns(), "product_id": f"{code}@{base.channel}"}
    about: dict[str, Value] = {**base.about(), "sku": code, "title": f"{base.product.zh}（{date_of(day):%m}月优惠）"}
    return _Offer(columns, about, base.product.price * percent // 10_000 * 100, submitted, reviewed, refused, again, listed)


def _offer(world: World, day: int, number: int, few: Few) -> None:
    offer = _offer_of(world, day, number)
    chance = world.chance("listing", day)
    few.add("product.submitted", offer.submitted, offer.about, **offer.columns)
    if offer.refused:
        why = _WHY_REJECTED[one(chance, "why", number, len(_WHY_REJECTED))]
        few.add("product.rejected", offer.reviewed, offer.about, **offer.columns, reason=why)
    if offer.again >= 0:
        few.add("product.submitted", offer.again, offer.about, **offer.columns)
        few.add("product.reviewed", offer.again + 3 * HOUR, offer.about, **offer.columns)
    if not offer.refused:
        few.add("product.reviewed", offer.reviewed, offer.about, **offer.columns)
    if offer.listed >= 0:
        few.add("product.listed", offer.listed, offer.about, **offer.columns, amount=offer.price, currency="CNY")


def _delist(world: World, day: int, few: Few) -> None:
    """Tell what leaves the shelf: the offers of some weeks ago."""
    before = day - _KEPT
    if before < world.first:
        return
    for number in range(_offers(world, before)):
        offer = _offer_of(world, before, number)
        if offer.listed >= 0:
            few.add("product.delisted", at(day, 0, 30) + number * MINUTE, offer.about, **offer.columns, reason="ended")


def _changes(world: World, day: int, few: Few) -> None:
    """Tell small things that happen to listings: contents change, offers get another price, something differs by mistake."""
    chance, catalogue = world.chance("listing", day), listings()
    for number in range(chance.count("contents", 0, _CONTENT)):
        listing = catalogue[one(chance, "content", number, len(catalogue))]
        time = at(day, 9) + one(chance, "content/at", number, 9 * HOUR)
        part = _PARTS[one(chance, "content/part", number, len(_PARTS))]
        few.add("product.content_changed", time, listing.about() | {"part": part}, **listing.columns())
    before = day - 5
    if before >= world.first and _offers(world, before) and chance.count("prices", 0, _PRICES):
        offer = _offer_of(world, before, 0)
        if 0 <= offer.listed < at(day) and offer.price:
            about = offer.about | {"previous_price": offer.price}
            changed: dict[str, Value] = {"amount": offer.price * 95 // 100, "currency": "CNY"}
            few.add("product.price_changed", at(day, 10) + one(chance, "price/at", 0, 6 * HOUR), about, **offer.columns, **changed)
    for number in range(chance.count("mismatches", 0, _MISMATCHES)):
        listing = catalogue[one(chance, "mismatch", number, len(catalogue))]
        part = ("content", "stock")[one(chance, "mismatch/part", number, 2)]
        told = listing.about() | {"part": part, "other_channel": _other(listing)}
        found = at(day, 8) + one(chance, "mismatch/at", number, 12 * HOUR)
        few.add("product.mismatch_found", found, told, **listing.columns())
        few.add("product.mismatch_resolved", found + 2 * HOUR + one(chance, "mismatch/long", number, 18 * HOUR), told, **listing.columns())


def _other(listing: Listing) -> str:
    return next(channel for channel in SOLD_ON[listing.product.business_class] if channel != listing.channel)


def _wrong_prices(world: World, day: int, script: Script, few: Few) -> None:
    """Tell of a price that is wrong on one channel: set, found after some hours, set right at the end."""
    for fault in world.plan.of(FaultKind.PRICE_MISMATCH, at(day) - 1, at(day + 1)):
        product = next(each for each in PRODUCTS if each.code == fault.where["product"])
        listing = Listing(product, fault.where["channel"])
        wrong = product.price * fault.strength // MILLION
        yuan: dict[str, Value] = {"currency": "CNY"}
        differs = listing.about() | {"part": "price", "other_channel": _other(listing)}
        if at(day) <= fault.start < at(day + 1):
            told = listing.about() | {"previous_price": product.price}
            few.add("product.price_changed", fault.start, told, **listing.columns(), **yuan, amount=wrong)
            hours = 2 + one(world.chance("listing", day), f"wrong/{fault.id}", 0, 4)
            found = min(fault.start + hours * HOUR, (fault.start + fault.end) // 2)
            told = differs | {"here": str(wrong), "there": str(product.price)}
            few.add("product.mismatch_found", found, told, **listing.columns())
            script.touch(fault.id, 2)
        if at(day) <= fault.end < at(day + 1):
            told = listing.about() | {"previous_price": wrong}
            few.add("product.price_changed", fault.end, told, **listing.columns(), **yuan, amount=product.price)
            few.add("product.mismatch_resolved", fault.end + 5 * MINUTE, differs, **listing.columns())
            script.touch(fault.id, 2)
