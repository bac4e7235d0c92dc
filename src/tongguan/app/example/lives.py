"""What happens in the made-up province, hour by hour: whoever asks for the same hour gets the same events.

An hour's events are those of the orders, visits, tickets … that *begin* in it; they reach days beyond it. So the past and the
present are one process, cut at the moment that the caller chooses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import log, sqrt
from random import Random
from typing import Any, Final

from tongguan.app.example.province import (
    CHANNELS,
    KIOSKS,
    ORDERS_A_DAY,
    PAYMENT_CHANNELS,
    PRODUCTS,
    VISITS_PER_ORDER,
    ZONE,
    Customer,
    Product,
    business,
    customers,
    pick,
)

Event = dict[str, Any]

_OPENS, _CLOSES = 8, 21
"""Local hours in which people work."""

_AT_DESK: Final = ("phone", "hall")
"""Channels whose customers are not seen browsing."""

_BY_ORDERS: Final = [((channel, sub), float(orders)) for channel, sub, orders, _ in CHANNELS]
_BY_VISITS: Final = [((channel, sub), float(visits)) for channel, sub, _, visits in CHANNELS]
_GOODS: Final = [(product, float(product.weight)) for product in PRODUCTS]
_PAGES: Final = ("home", "shelf", "product", "plans", "bill", "help", "account")


class Life:
    """Events one after another, each some time after the one before.

    Args:
        rng: chance.
        key: begins the id of each event.
        time: of the first event.
        shared: columns that all events have.
    """

    def __init__(self, rng: Random, key: str, time: datetime, **shared: Any) -> None:
        self.rng = rng
        self.key = key
        self.time = time
        self.shared = {name: value for name, value in shared.items() if value}
        self.events: list[Event] = []

    def chance(self, share: float) -> bool:
        """Return True in that share of the calls."""
        return self.rng.random() < share

    def wait(self, minutes: float, *, at_work: bool = False) -> None:
        """Let about that many minutes pass: mostly near them, sometimes many times as long, now and then for weeks.

        With ``at_work``, what would end at night ends in the morning.
        """
        share = self.rng.random()
        slow = 300.0 if share < 0.004 and minutes >= 30 else 12.0 if share < 0.02 else 1.0
        self.time += timedelta(minutes=min(slow * self.rng.lognormvariate(log(minutes), 0.6), 30_000))
        local = self.time.astimezone(ZONE)
        if at_work and not _OPENS <= local.hour < _CLOSES:
            morning = local.replace(hour=_OPENS, minute=0) + timedelta(days=local.hour >= _CLOSES, minutes=self.rng.uniform(0, 90))
            self.time = morning.astimezone(self.time.tzinfo)

    def tell(self, kind: str, minutes: float = 0.0, *, at_work: bool = False, **fields: Any) -> None:
        """Add an event after a wait (about a second where none is given)."""
        if minutes:
            self.wait(minutes, at_work=at_work)
        else:
            self.time += timedelta(seconds=self.rng.uniform(0.1, 2.0))
        self.events.append({"type": kind, "time": self.time, "event_id": f"{self.key}:{len(self.events)}", **self.shared, **fields})


class Order(Life):
    """One order's life, from the visit that led to it to its end; ``order_id`` and the like are its shared columns."""

    def __init__(self, rng: Random, name: str, time: datetime, customer: Customer) -> None:
        (channel, sub), self.product = pick(rng, _BY_ORDERS), pick(rng, _GOODS)
        self.name, self.customer = name, customer
        columns = {
            **_place(channel, sub, customer),
            "business_class": self.product.business_class,
            "brand": customer.brand,
            "tier": customer.tier,
            "network": customer.network,
            "product_id": self.product.id,
            "session_id": "" if channel in _AT_DESK else f"S-{name}",
        }
        super().__init__(rng, f"demo:order:{name}", time, **columns)
        self.payment: dict[str, Any] = {}
        self._visit(channel)
        self._create()

    def _visit(self, channel: str) -> None:
        if channel in _AT_DESK:
            return
        self.tell("visit.session_started")
        self.tell("visit.page_viewed", attributes={"page": "shelf"})
        self.tell("visit.product_viewed", 1)
        self.tell("visit.checkout_started", 2)
        self.tell("visit.checkout_completed", 2)

    def _create(self) -> None:
        price, self.shared["order_id"] = self.product.price, f"E{self.name}"
        due = self.time + (timedelta(days=3) if self.product.delivery != "none" else timedelta(hours=2))
        told = {"phone": self.customer.phone, "delivery_kind": self.product.delivery}
        self.tell("order.created", amount=price, currency="CNY", due_time=due, attributes=told)
        if self.chance(0.05):
            self.tell("order.check_requested", 1)
            if self.chance(0.15):
                self.tell("order.rejected", 90, at_work=True, reason="incomplete")
                return
            self.tell("order.confirmed", 90, at_work=True)
        if self._pay(1):
            self._post()
            self._accept()

    def _pay(self, attempt: int) -> bool:
        how = {"payment_channel": pick(self.rng, PAYMENT_CHANNELS), "purpose": "order"}
        self.payment = {"payment_id": f"PAY{self.name}-{attempt}", "amount": self.product.price, "currency": "CNY", "attributes": how}
        self.tell("payment.requested", **self.payment)
        if self.chance(0.018):
            # Nobody waits for a customer who forgot: the payment runs out by itself.
            self.time += timedelta(hours=2)
            self.tell("payment.expired", **self.payment)
            self.tell("order.cancelled", reason="not_paid", attributes={"by": "system"})
            return False
        self.tell("payment.attempted", 5, **self.payment)
        if self.chance(0.022):
            reason = pick(self.rng, (("balance", 5), ("bank_refused", 3), ("channel_timeout", 2)))
            self.tell("payment.failed", 0.5, **self.payment, reason=reason)
            if attempt < 3 and self.chance(0.8):
                return self._pay(attempt + 1)
            self.tell("order.cancelled", 120, reason="not_paid", attributes={"by": "customer"})
            return False
        self.tell("payment.succeeded", 0.4, **self.payment)
        return True

    def _post(self) -> None:
        """Post the payment to BOSS, beside whatever else happens to the order."""
        paid, self.time = self.time, self.time + timedelta(seconds=20)
        plain = {name: self.payment[name] for name in ("payment_id", "amount", "currency")}
        self.tell("boss.posting_requested", 3, **plain)
        while self.chance(0.02):
            self.tell("boss.posting_failed", 2, **plain, reason="account_locked")
        self.tell("boss.posted", 12, **plain)
        self.time = paid

    def _accept(self) -> None:
        self.tell("acceptance.automatic_requested")
        if self.chance(0.88):
            self.tell("acceptance.automatic_done", 0.7)
            self._fulfil()
            return
        self.tell("acceptance.automatic_failed", 0.7, reason=pick(self.rng, (("timeout", 4), ("rule_conflict", 6))))
        self.tell("acceptance.manual_queued")
        desk = f"desk-{self.rng.randrange(1, 13):02}"
        self.tell("acceptance.manual_claimed", 35, at_work=True, actor_id=desk)
        if self.chance(0.05):
            self.tell("acceptance.manual_handed_back", 6, at_work=True, actor_id=desk, reason="needs_customer")
            self.tell("acceptance.manual_claimed", 90, at_work=True, actor_id=desk)
        if self.chance(0.06):
            self.tell("acceptance.manual_failed", 8, at_work=True, actor_id=desk, reason="no_such_account")
            self._cancel("cannot_be_accepted", "company")
            return
        self.tell("acceptance.manual_done", 8, at_work=True, actor_id=desk)
        self._fulfil()

    def _fulfil(self) -> None:
        if self.product.delivery == "none":
            self.tell("order.completed", 1)
            return
        if self.chance(0.02):
            self._cancel("changed_mind", "customer")
            return
        if self.product.delivery == "courier":
            self._deliver()
        if self.product.activated:
            self._activate()
        if self.product.business_class == "goods.handset" and self.chance(0.06):
            self._return()
        elif self.chance(0.2):
            self.tell("order.reviewed", 900, attributes={"score": pick(self.rng, ((5, 7), (4, 3), (3, 1), (1, 0.6)))})

    def _deliver(self) -> None:
        self.tell("allocation.requested")
        if self.chance(0.02):
            self.tell("allocation.failed", 5, reason="no_stock")
            self.tell("order.marked_unavailable", 10)
            self.wait(1500, at_work=True)
        self.tell("allocation.completed", 25, at_work=True)
        self.shared["package_id"] = f"PK{self.name}"
        carried = {"carrier": pick(self.rng, (("swift", 5), ("harbour", 4), ("north", 2))), "waybill": f"WB{self.name}"}
        self.tell("package.packed", 90, at_work=True, attributes=carried)
        self.tell("package.shipped", 200, at_work=True, attributes=carried)
        self.tell("package.moved", 600, attributes=carried)
        self.tell("package.sent_out", 500, at_work=True, attributes=carried)
        while self.chance(0.05):
            self.tell("package.delivery_failed", 150, at_work=True, attributes=carried, reason="nobody_home")
            self.tell("package.sent_out", 1200, at_work=True, attributes=carried)
        self.tell("package.delivered", 150, at_work=True, attributes=carried)

    def _activate(self) -> None:
        self.tell("activation.requested", 1500 if self.product.delivery == "on_site" else 60, at_work=True)
        while self.chance(0.04):
            self.tell("activation.failed", 5, reason="real_name_mismatch")
            self.wait(240, at_work=True)
        self.tell("activation.completed", 40)

    def _cancel(self, reason: str, by: str) -> None:
        self.tell("order.cancellation_requested", 30, at_work=True, reason=reason)
        self.tell("order.cancelled", 60, at_work=True, reason=reason, attributes={"by": by})
        self._refund()

    def _return(self) -> None:
        wish = {"kind": "return", "return": f"R{self.name}"}
        self.tell("return.requested", 1600, at_work=True, reason="quality", attributes=wish, amount=self.product.price, currency="CNY")
        self.tell("return.approved", 240, at_work=True, attributes=wish)
        self.tell("return.goods_received", 2400, at_work=True, attributes=wish)
        self._refund()

    def _refund(self) -> None:
        self.tell("payment.refund_requested", 30, at_work=True, **self.payment)
        if self.chance(0.05):
            self.tell("payment.refund_failed", 30, **self.payment, reason="account_closed")
        self.tell("payment.refunded", 400, at_work=True, **self.payment)


def _place(channel: str, sub: str, customer: Customer) -> dict[str, Any]:
    return {"channel": channel, "sub_channel": sub, "region": customer.region, "customer_id": customer.id}


def _ticket(rng: Random, key: str, time: datetime, customer: Customer, order: str) -> Life:
    life = Life(rng, f"demo:{key}", time, **_place("phone", "agent", customer), ticket_id=key, order_id=order)
    matter = {"kind": pick(rng, (("complaint", 4), ("request", 3), ("fault", 2))), "priority": pick(rng, (("normal", 8), ("high", 2)))}
    life.tell("ticket.opened", due_time=time + timedelta(hours=48), attributes={**matter, "phone": customer.phone})
    life.tell("ticket.responded", 40, at_work=True, actor_id=f"agent-{rng.randrange(30):02}")
    if life.chance(0.2):
        life.tell("ticket.transferred", 60, at_work=True, attributes={"to": "second_line"})
    life.tell("ticket.resolved", 500, at_work=True)
    if life.chance(0.06):
        life.tell("ticket.reopened", 600, reason="not_solved")
        life.tell("ticket.resolved", 700, at_work=True)
    life.tell("ticket.closed", 1400)
    return life


def _contact(rng: Random, key: str, time: datetime, customer: Customer) -> Life:
    life = Life(rng, f"demo:{key}", time, **_place("phone", "agent", customer), contact_id=key)
    life.tell("contact.offered", attributes={"direction": "inbound", "topic": pick(rng, (("bill", 4), ("order", 4), ("network", 2)))})
    life.tell("contact.queued")
    if life.chance(0.08):
        life.tell("contact.abandoned", 1.5)
        return life
    agent = f"agent-{rng.randrange(30):02}"
    life.tell("contact.answered", 0.6, actor_id=agent)
    life.tell("contact.ended", 4, actor_id=agent)
    if life.chance(0.4):
        life.tell("contact.rated", 1, attributes={"score": pick(rng, ((5, 6), (4, 3), (2, 1))), "best_score": 5})
    return life


def _listing(rng: Random, key: str, time: datetime) -> Life:
    life = Life(rng, f"demo:{key}", time, channel="web", product_id=key, business_class="goods.handset")
    life.tell("product.submitted", due_time=time + timedelta(days=2))
    if life.chance(0.12):
        life.tell("product.rejected", 200, at_work=True, reason="picture_missing")
        return life
    life.tell("product.reviewed", 200, at_work=True)
    life.tell("product.listed", 120, at_work=True, amount=rng.randrange(100, 5000) * 100, currency="CNY")
    return life


def _stock(rng: Random, key: str, time: datetime) -> Life:
    product: Product = pick(rng, _GOODS)
    life = Life(rng, f"demo:{key}", time, region=f"P-{rng.randrange(14) + 1:02}", product_id=product.id)
    life.tell("stock.refused" if life.chance(0.04) else "stock.received", quantity=rng.randrange(20, 400))
    return life


def _outage(rng: Random, key: str, time: datetime) -> Life:
    device, region = rng.choice(KIOSKS)
    life = Life(rng, f"demo:{key}", time, channel="kiosk", sub_channel="full", region=region, device_id=device)
    life.tell("device.fault_raised", attributes={"fault": pick(rng, (("paper_out", 5), ("network", 3), ("card_reader", 2)))})
    life.tell("device.disconnected", 1, reason="fault")
    life.tell("device.connected", 90, at_work=True)
    life.tell("device.fault_cleared")
    return life


def _visit(rng: Random, key: str, time: datetime, customer: Customer) -> Life:
    channel, sub = pick(rng, _BY_VISITS)
    life = Life(rng, f"demo:{key}", time, channel=channel, sub_channel=sub, region=customer.region, session_id=key)
    life.tell("visit.session_started", attributes={"traffic_source": pick(rng, (("direct", 5), ("search", 2), ("campaign", 2)))})
    for _ in range(pick(rng, ((1, 4), (2, 3), (3, 2), (6, 1)))):
        life.tell("visit.page_viewed", 0.5, attributes={"page": rng.choice(_PAGES)}, duration=rng.randrange(20, 900))
    if life.chance(0.25):
        life.tell("service.requested", attributes={"service": pick(rng, (("bill_query", 6), ("package_query", 3), ("top_up", 2)))})
        ends = (("service.completed", 90), ("service.failed", 4), ("service.left", 4), ("service.fallen_through", 2))
        life.tell(pick(rng, ends), 0.3)
    elif life.chance(0.06):
        life.tell("visit.checkout_started", 1, product_id=pick(rng, _GOODS).id)
        life.tell("visit.checkout_left", 2, reason=pick(rng, (("price", 5), ("too_long", 3), ("no_number", 2))))
    return life


class Example:
    """The made-up province, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.customers = customers(seed)

    def opening(self, hour: datetime) -> list[Event]:
        """Return what stands at the beginning: the kiosks, and the goods on the shelf."""
        rng, found = Random(f"{self.seed}:opening"), []
        for device, region in KIOSKS:
            life = Life(rng, f"demo:{device}", hour, channel="kiosk", sub_channel="full", region=region, device_id=device)
            life.tell("device.registered", attributes={"site": region})
            life.tell("device.connected")
            found += life.events
        for product in PRODUCTS:
            goods = Life(rng, f"demo:{product.id}", hour, channel="web", business_class=product.business_class, product_id=product.id)
            goods.tell("product.listed", amount=product.price, currency="CNY")
            found += goods.events
        return found

    def cases(self, hour: datetime) -> list[Event]:
        """Return the events of all orders, tickets, contacts, goods and outages that begin in an hour."""
        rng, stamp, found = Random(f"{self.seed}:{hour.isoformat()}"), hour.astimezone(ZONE).strftime("%y%m%d%H"), []
        for number in range(_count(rng, ORDERS_A_DAY / 24 * business(hour))):
            order = Order(rng, f"{stamp}{number:03}", _within(rng, hour), rng.choice(self.customers))
            found += order.events
            if rng.random() < 0.05:
                found += _ticket(rng, f"T{order.name}", order.time, order.customer, f"E{order.name}").events
        for number in range(_count(rng, 1.2 * business(hour))):
            found += _ticket(rng, f"T{stamp}-{number}", _within(rng, hour), rng.choice(self.customers), "").events
        for number in range(_count(rng, 8 * business(hour))):
            found += _contact(rng, f"C{stamp}-{number}", _within(rng, hour), rng.choice(self.customers)).events
        for kind, begin, share in (("goods", _listing, 0.4), ("stock", _stock, 1.5), ("outage", _outage, 0.5)):
            for number in range(_count(rng, share * business(hour))):
                found += begin(rng, f"{kind}-{stamp}-{number}", _within(rng, hour)).events
        return found

    def visits(self, hour: datetime, least: int = 0) -> list[Event]:
        """Return the events of all visits that begin in an hour, at least ``least`` visits; more do not change the first."""
        rng, stamp, found = Random(f"{self.seed}:visits:{hour.isoformat()}"), hour.astimezone(ZONE).strftime("%y%m%d%H"), []
        for number in range(max(least, _count(rng, VISITS_PER_ORDER * ORDERS_A_DAY / 24 * business(hour)))):
            found += _visit(rng, f"V{stamp}-{number}", _within(rng, hour), rng.choice(self.customers)).events
        return found

    def heartbeats(self, hour: datetime, minutes: int) -> list[Event]:
        """Return the signs of life of all kiosks in an hour, one every so many minutes."""
        found = []
        for place, (device, region) in enumerate(KIOSKS):
            for minute in range(0, 60, minutes):
                time = hour + timedelta(minutes=minute, seconds=place * 1.5 * min(minutes, 1))
                key = f"demo:heartbeat:{device}:{time:%Y%m%d%H%M}"
                shared = {"channel": "kiosk", "sub_channel": "full", "region": region, "device_id": device}
                found.append({"type": "device.heartbeat_received", "time": time, "event_id": key, **shared})
        return found


def _count(rng: Random, mean: float) -> int:
    return max(0, round(rng.gauss(mean, sqrt(mean))))


def _within(rng: Random, hour: datetime) -> datetime:
    return hour + timedelta(seconds=rng.uniform(0, 3600))
