"""What the desk does of its own accord: calls back customers, and reminds those who have not paid."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, in_hours
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Moments, Numbers, Same
from tongguan.simulate.plans import NONE, Orders
from tongguan.simulate.service import rates
from tongguan.simulate.service.contacts import cohort, talk
from tongguan.simulate.service.demand import (
    FOLLOW_UP,
    FOLLOW_UPS,
    REMINDER,
    REMINDERS,
    TICKET_FOLLOW_UPS,
    Demand,
    keys,
    order_numbers,
    part,
    together,
)
from tongguan.simulate.service.staff import HOTLINE, ORDERS, on_duty
from tongguan.simulate.service.tickets import Tickets
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

_CAUSES: Final = ("complaint", "delivery", "activation")
_RINGS: Final = 3 * SECOND


def plan_reminders(world: World, day: int, orders: Orders) -> Demand:
    """Return calls to customers whose bill is still open when the desk looks at it."""
    chance, bills, payments = world.chance("service/reminders", day), orders.bills, orders.payments
    rows = np.flatnonzero((bills.asked != NONE) & (bills.amount > 0))
    key = keys(bills.key[rows], REMINDERS)
    opens = in_hours(bills.asked[rows] + chance.spread("after", key, rates.REMINDER_AFTER), 9, 21, chance.below("morning", key, HOUR))
    paid, left = payments.paid_time[rows], payments.left_time[rows]
    still = ((paid == NONE) | (paid > opens)) & ((left == NONE) | (left > opens))
    chosen = still & chance.happens("reminded", key, rates.REMINDED)
    rows, key, opens = rows[chosen], key[chosen], opens[chosen]
    order, topic = order_numbers(bills)[rows], rates.TOPICS.index("payment")
    return part(opens, key, bills.customer[rows], rates.OUTBOUND, topic, kind=REMINDER, order=order)


def tell_outbound(world: World, day: int, orders: Orders, tickets: Tickets, script: Script) -> None:
    """Tell reminders and follow-ups, with the calls that they are made in."""
    follow_ups, cause = _plan_follow_ups(world, day, orders, tickets)
    reminders = plan_reminders(world, day, orders)
    reached = _tell_calls(world, day, together([reminders, follow_ups]), script)[len(reminders) :]
    chance, key = world.chance("service/follow-ups", day), follow_ups.key
    name = world.name(day)
    columns: dict[str, Column] = world.people.columns(follow_ups.customer)
    columns |= {
        "order_id": Ids(f"O{name}-", follow_ups.order),
        "ticket_id": Ids(f"W{name}-", _tickets_of(follow_ups, tickets)),
        "contact_id": Ids(f"T{name}-", key),
    }
    whom = Cohort(len(key), columns)
    about: dict[str, Column] = {"cause": Codes(_CAUSES, cause)}
    planned = follow_ups.time - 2 * HOUR
    # The contact does not exist yet when it is planned.
    script.tell("follow_up.planned", whom.without("contact_id"), planned, attributes=about, due_time=Moments(planned + 2 * DAY))
    result = Codes(("satisfied", "dissatisfied", "no_opinion"), chance.pick("result", key, (78, 12, 10)))
    score = Numbers(1 + chance.pick("score", key, (4, 6, 12, 30, 48)))
    done = follow_ups.time + 4 * MINUTE
    script.tell("follow_up.completed", whom, done, reached, attributes={**about, "score": score}, result=result)
    why = Codes(rates.FAILED_CALLS, chance.pick("why", key, (60, 15, 10, 15)))
    script.tell("follow_up.failed", whom, follow_ups.time + MINUTE, ~reached, attributes=about, reason=why)


def _plan_follow_ups(world: World, day: int, orders: Orders, tickets: Tickets) -> tuple[Demand, Whole]:
    """Return the calls, and the place in :data:`_CAUSES` of each."""
    chance, matters = world.chance("service/follow-ups", day), tickets.matters
    of_tickets = np.flatnonzero((matters.kind == 0) & ~tickets.rejected & chance.happens("ticket", matters.key, rates.FOLLOWED))
    done = np.maximum(orders.delivered, orders.activated)
    of_orders = np.flatnonzero((done != NONE) & chance.happens("order", orders.key, rates.FOLLOWED_DELIVERED))
    ticket_key = keys(matters.key[of_tickets], TICKET_FOLLOW_UPS)
    order_key = keys(orders.key[of_orders], FOLLOW_UPS)
    since = np.concatenate([tickets.resolved[of_tickets], done[of_orders]])
    key = np.concatenate([ticket_key, order_key])
    time = in_hours(since + 3 * HOUR + chance.below("after", key, DAY), 11, 20, chance.below("morning", key, 3 * HOUR))
    customer = np.concatenate([matters.customer[of_tickets], orders.wishes.customer[of_orders]])
    order = np.concatenate([matters.order[of_tickets], orders.key[of_orders]])
    matter = np.concatenate([of_tickets, np.full(len(of_orders), NONE)])
    activated = (orders.activated[of_orders] != NONE).astype(np.int64)
    topic = np.full(len(key), rates.TOPICS.index("visit_after_service"))
    cause = np.concatenate([np.zeros(len(of_tickets), dtype=np.int64), 1 + activated])
    return part(time, key, customer, rates.OUTBOUND, topic, kind=FOLLOW_UP, order=order, matter=matter), cause


def _tickets_of(demand: Demand, tickets: Tickets) -> Whole:
    key = tickets.matters.key
    return np.where(demand.matter == NONE, NONE, key[demand.matter]) if len(key) else demand.matter


def _tell_calls(world: World, day: int, demand: Demand, script: Script) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Tell calls out and return which reached the customer."""
    chance, key = world.chance("service/outbound", day), demand.key
    pool = np.where(demand.kind == REMINDER, ORDERS, HOTLINE)
    drawn, agent = chance.below("agent", key, 1 << 20), np.zeros(len(key), dtype=np.int64)
    for place in (ORDERS, HOTLINE):
        rows = np.flatnonzero(pool == place)
        agent[rows] = on_duty(world, place, demand.time[rows], drawn[rows])
    whom, about = cohort(world, day, demand).having(actor_id=Ids("agent-", agent)), talk(demand, "outbound")
    reached = chance.happens("reached", key, rates.REACHED)
    rings = _RINGS + chance.below("rings", key, 25 * SECOND)
    length = 30 * SECOND + chance.below("length", key, 150 * SECOND)
    script.tell("contact.offered", whom, demand.time, attributes=about)
    script.tell("contact.answered", whom, demand.time + rings, reached, attributes=about, duration=Numbers(rings))
    script.tell("contact.abandoned", whom, demand.time + rings, ~reached, attributes=about, duration=Numbers(rings))
    ends: dict[str, Column] = {"talk_time": Numbers(length), "ended_by": Same("customer"), "solved": Same(True)}
    script.tell("contact.ended", whom, demand.time + rings + length, reached, attributes={**about, **ends}, duration=Numbers(length))
    return reached
