"""Tickets: how they are taken, worked on, urged, moved, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, in_hours
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Moments, Same, Truths
from tongguan.simulate.plans import NONE
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUB_NAMES
from tongguan.simulate.province.goods import CLASSES, PRODUCT_CODES
from tongguan.simulate.service import rates
from tongguan.simulate.service.contacts import Contacts
from tongguan.simulate.service.matters import Matters
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

_SEVERITIES: Final = ("low", "middle", "high")
_PRIORITIES: Final = ("normal", "urgent")
_WRITTEN_AFTER: Final = 20 * MINUTE
"""Who left the queue writes so much later."""
_LONG: Final = DAY
"""What takes longer is urged and escalated more often."""


@dataclass(frozen=True)
class Tickets:
    """Tickets of a day, a row each, in the order of the matters that they came from.

    Attributes:
        matters: what they are about.
        contact: row in the contacts in which each was taken; NONE where it was written.
        opened, responded, resolved, closed: moments; a ticket that was rejected is over when it was resolved.
        reopened, mended: when the customer came back, and when it was resolved again; NONE where not.
        rejected: which were not taken on.
        upheld: where the customer was right.
        agent: number of the agent who took it; NONE for none.
    """

    matters: Matters
    contact: Whole
    opened: Whole
    responded: Whole
    resolved: Whole
    closed: Whole
    reopened: Whole
    mended: Whole
    rejected: Mask
    upheld: Mask
    agent: Whole


def plan_tickets(world: World, day: int, matters: Matters, contacts: Contacts) -> Tickets:
    """Return the tickets that matters become: in a contact that was answered, else in writing."""
    chance, key = world.chance("service/tickets", day), matters.key
    contact = np.full(len(matters), NONE)
    linked = np.flatnonzero(contacts.demand.matter != NONE)
    contact[contacts.demand.matter[linked]] = linked
    called = contact != NONE
    answered = called & contacts.answered[contact] if len(contacts.answered) else called
    opened = matters.time.copy()
    if called.any():
        during = contacts.start[contact] + (contacts.ended[contact] - contacts.start[contact]) * 3 // 5
        opened = np.where(answered, during, np.where(called, contacts.start[contact] + _WRITTEN_AFTER, opened))
    contact = np.where(answered, contact, NONE)
    agent = np.where(answered, contacts.agent[contact], NONE) if len(contacts.agent) else contact
    opens, closes = rates.TICKET_HOURS
    overnight = (1 + chance.below("overnight", key, 60)) * MINUTE
    responded = in_hours(opened + chance.spread("response", key, rates.RESPONSE), opens, closes, overnight)
    morning = (20 + chance.below("morning", key, 200)) * MINUTE
    resolved = in_hours(responded + chance.spread("mending", key, rates.MENDING), opens, closes, morning)
    rejected = chance.happens("rejected", key, rates.REJECTED)
    closed = resolved + chance.spread("closing", key, rates.CLOSING)
    back = chance.happens("reopened", key, rates.REOPENED) & ~rejected
    reopened = np.where(back, closed + (1 + chance.below("back", key, 40)) * HOUR, NONE)
    again = reopened + chance.spread("again", key, rates.MENDING) + HOUR
    mended = np.where(back, in_hours(again, opens, closes, morning), NONE)
    upheld = chance.happens("upheld", key, rates.UPHELD)
    return Tickets(matters, contact, opened, responded, resolved, closed, reopened, mended, rejected, upheld, agent)


def cohort(world: World, day: int, tickets: Tickets, contacts: Contacts) -> Cohort:
    """Return whom tickets are about."""
    name, matters = world.name(day), tickets.matters
    taken = tickets.contact != NONE
    sub, contact = matters.sub, np.full(len(matters), NONE)
    if taken.any():
        sub = np.where(taken, contacts.demand.sub[tickets.contact], sub)
        contact = np.where(taken, contacts.demand.key[tickets.contact], NONE)
    columns: dict[str, Column] = {"channel": Codes(CHANNEL_NAMES, sub), "sub_channel": Codes(SUB_NAMES, sub)}
    columns |= world.people.columns(matters.customer)
    columns |= {
        "ticket_id": Ids(f"W{name}-", matters.key),
        "contact_id": Ids(f"T{name}-", contact),
        "order_id": Ids(f"O{name}-", matters.order),
        "product_id": Codes(PRODUCT_CODES, matters.product),
        "business_class": Codes(CLASSES, matters.product),
    }
    return Cohort(len(matters), columns)


def tell_tickets(world: World, day: int, tickets: Tickets, contacts: Contacts, names: Sequence[str], script: Script) -> None:
    """Tell everything about the tickets of a day."""
    chance, matters = world.chance("service/tickets", day), tickets.matters
    key, whom = matters.key, cohort(world, day, tickets, contacts)
    about: dict[str, Column] = {"kind": Codes(rates.TICKET_KINDS, matters.kind), "category": Codes(names, matters.category)}
    severity = np.where(matters.kind == 0, 1 + chance.happens("severe", key, 200_000), chance.pick("severity", key, (70, 28, 2)))
    marks: dict[str, Column] = {"severity": Codes(_SEVERITIES, severity), "priority": Codes(_PRIORITIES, (severity == 2).astype(np.int64))}
    handler = Ids("care-", 1 + chance.below("handler", key, max(3, world.orders_per_day * rates.HANDLERS // 1000)))
    due = Moments(tickets.opened + rates.DUE)
    opener = Ids("agent-", tickets.agent)
    script.tell("ticket.opened", whom, tickets.opened, attributes={**about, **marks}, due_time=due, actor_id=opener)
    script.tell("ticket.responded", whom, tickets.responded, attributes=about, actor_id=handler)
    _tell_course(chance, tickets, whom, about, script)
    rejected, done = tickets.rejected, ~tickets.rejected
    why = Codes(rates.REJECT_REASONS, chance.pick("why rejected", key, (60, 25, 15)))
    script.tell("ticket.rejected", whom, tickets.resolved, rejected, attributes=about, reason=why, actor_id=handler)
    result = Codes(rates.RESULTS, chance.pick("result", key, rates.RESULT_WEIGHTS))
    right: dict[str, Column] = {**about, "upheld": Truths(tickets.upheld)}
    script.tell("ticket.resolved", whom, tickets.resolved, done, attributes=right, result=result, actor_id=handler)
    script.tell("ticket.closed", whom, tickets.closed, done, attributes=right, actor_id=handler)
    back = tickets.reopened != NONE
    script.tell("ticket.reopened", whom, tickets.reopened, back, attributes=about)
    script.tell("ticket.resolved", whom, tickets.mended, back, attributes=right, result=Same("mended"), actor_id=handler)
    script.tell("ticket.closed", whom, tickets.mended + 4 * HOUR, back, attributes=right, actor_id=handler)


def _tell_course(chance: Chance, tickets: Tickets, whom: Cohort, about: dict[str, Column], script: Script) -> None:
    """Tell what happens between the first answer and the end, each at its part of that time."""
    key, first = tickets.matters.key, tickets.responded
    span = tickets.resolved - first
    long = (span > _LONG).astype(np.int64)

    opens, closes = rates.TICKET_HOURS
    latest = first

    def at(percent: int) -> Whole:
        nonlocal latest
        # What would fall into the night happens first thing in the morning, in the same order.
        moved = in_hours(first + span // 100 * percent, opens, closes, np.full(len(first), percent * 12 * SECOND))
        latest = np.minimum(np.maximum(latest, moved), tickets.resolved)
        return latest

    to = chance.below("to", key, len(rates.UNITS))
    moved = chance.happens("moved", key, rates.MOVED)
    units: dict[str, Column] = {"to": Codes(rates.UNITS, to), "moved_from": Same("service_desk")}
    script.tell("ticket.transferred", whom, at(12), moved, attributes={**about, **units})
    waits = chance.happens("waits", key, rates.WAITED)
    script.tell("ticket.customer_wait_started", whom, at(25), waits, attributes=about)
    script.tell("ticket.customer_wait_ended", whom, at(50), waits, attributes=about)
    held = chance.happens("held", key, rates.HELD)
    why = Codes(rates.HOLD_REASONS, chance.pick("why held", key, (5, 3, 2)))
    script.tell("ticket.held", whom, at(55), held, attributes=about, reason=why)
    script.tell("ticket.resumed", whom, at(70), held, attributes=about)
    urged = chance.happens("urged", key, np.array(rates.URGED, dtype=np.int64)[long])
    script.tell("ticket.urged", whom, at(80), urged, attributes=about)
    higher = chance.happens("escalated", key, np.array(rates.ESCALATED, dtype=np.int64)[long])
    beyond: dict[str, Column] = {**about, "beyond": Truths(chance.happens("beyond", key, 120_000))}
    script.tell("ticket.escalated", whom, at(90), higher, attributes=beyond)
