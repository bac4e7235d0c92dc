"""Questionnaires after orders, services, contacts and tickets, and the interviews of each month."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, date_of, in_hours
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Numbers, Same
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.plans import NONE, Orders, Visits
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUB_NAMES
from tongguan.simulate.province.goods import CLASSES, PRODUCT_CODES
from tongguan.simulate.service import rates
from tongguan.simulate.service.contacts import Contacts
from tongguan.simulate.service.demand import keys
from tongguan.simulate.service.tickets import Tickets
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

TOUCHPOINTS: Final = ("order", "delivery", "activation", "service", "contact", "ticket")
ORDER, DELIVERY, ACTIVATION, SERVICE, CONTACT, TICKET = range(6)
_QUESTIONS: Final = ("overall", "ease", "recommend")
"""Satisfaction, ease, and whether the customer would recommend us: the last from 0 to 10, the others from 1 to 5."""
_MEASURES: Final = ("csat", "ces", "nps")
_BEST: Final = (5, 5, 10)
_MODES: Final = ("web", "sms", "ivr")
_MODE_OF: Final = {"phone": 2, "sms": 1, "kiosk": 1, "shop": 1, "hall": 1}
"""How people of a channel are asked; others on the web."""
_MODE: Final = np.array([_MODE_OF.get(channel, 0) for channel in CHANNEL_NAMES], dtype=np.int64)
_INVITED: Final = np.array([rates.INVITED_SERVICES.get(channel, rates.INVITED_OTHERS) for channel in CHANNEL_NAMES], dtype=np.int64)
_ASKED_AFTER: Final = Quantiles({0: 2, 50: 30, 90: 180, 100: 600}, MINUTE)
_ANSWERED_AFTER: Final = Quantiles({0: 0.5, 50: 12, 85: 180, 100: 2000}, MINUTE)


@dataclass(frozen=True)
class Asked:
    """People who are asked, a row each.

    Attributes:
        since: when what they are asked about was over.
        key: number for draws.
        customer: number of the customer.
        sub: place in ``channels.SUBS``.
        touchpoint: place in :data:`TOUCHPOINTS`.
        sad: 1 where they have a reason to be dissatisfied.
        order, contact, ticket: numbers; NONE for none.
        product: place in ``goods.PRODUCTS``; NONE for none.
    """

    since: Whole
    key: Whole
    customer: Whole
    sub: Whole
    touchpoint: Whole
    sad: Whole
    order: Whole
    contact: Whole
    ticket: Whole
    product: Whole


def _part(since: Whole, number: Whole, customer: Whole, sub: Whole, touchpoint: Whole | int, **more: Whole | int) -> Asked:
    given: dict[str, Whole | int] = {"sad": 0, "order": NONE, "contact": NONE, "ticket": NONE, "product": NONE, **more}
    source = touchpoint if isinstance(touchpoint, int) else ORDER
    given |= {"since": since, "key": keys(number, source), "customer": customer, "sub": sub, "touchpoint": touchpoint}
    return Asked(**{name: value if isinstance(value, np.ndarray) else np.full(len(since), value) for name, value in given.items()})


def plan_asked(world: World, day: int, visits: Visits, orders: Orders, contacts: Contacts, tickets: Tickets) -> Asked:
    """Return who is asked."""
    chance = world.chance("service/surveys", day)
    parts = [_after_orders(chance, orders), _after_services(chance, visits)]
    parts += [_after_contacts(chance, contacts), _after_tickets(chance, tickets)]
    return Asked(**{field.name: np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(Asked)})


def _after_orders(chance: Chance, orders: Orders) -> Asked:
    """Return customers asked after their order, or after what they waited for where it came."""
    rows = np.flatnonzero(chance.happens("order", orders.key, rates.INVITED))
    number = orders.key[rows]
    which = chance.pick("touchpoint", number, (40, 35, 25))
    delivered, activated = orders.delivered[rows], orders.activated[rows]
    touchpoint = np.where((which == 1) & (delivered != NONE), DELIVERY, np.where((which == 2) & (activated != NONE), ACTIVATION, ORDER))
    since = np.choose(touchpoint, (orders.created[rows], delivered, activated))
    sad = (touchpoint != ORDER) & (orders.late[rows] > 0)
    wishes = orders.wishes
    more = {"sad": sad.astype(np.int64), "order": number, "product": wishes.product[rows]}
    return _part(since, number, wishes.customer[rows], wishes.sub[rows], touchpoint, **more)


def _after_services(chance: Chance, visits: Visits) -> Asked:
    rows = np.flatnonzero((visits.served == 1) & (visits.known == 1))
    rows = rows[chance.happens("service", visits.session[rows], _INVITED[visits.sub[rows]])]
    return _part(visits.ended[rows], visits.session[rows], visits.customer[rows], visits.sub[rows], SERVICE)


def _after_contacts(chance: Chance, contacts: Contacts) -> Asked:
    demand = contacts.demand
    chosen = contacts.answered & (demand.known == 1) & chance.happens("contact", demand.key, rates.INVITED_CONTACTS)
    rows = np.flatnonzero(chosen)
    number, sad = demand.key[rows], (~contacts.solved[rows]).astype(np.int64)
    return _part(contacts.free[rows], number, demand.customer[rows], demand.sub[rows], CONTACT, sad=sad, contact=number)


def _after_tickets(chance: Chance, tickets: Tickets) -> Asked:
    matters = tickets.matters
    rows = np.flatnonzero(~tickets.rejected & chance.happens("ticket", matters.key, rates.INVITED_TICKETS))
    number, sad = matters.key[rows], (matters.kind[rows] == 0).astype(np.int64)
    return _part(tickets.closed[rows], number, matters.customer[rows], matters.sub[rows], TICKET, sad=sad, ticket=number)


def tell_surveys(world: World, day: int, asked: Asked, script: Script) -> None:
    """Tell whom we asked and what they said."""
    chance, key, name = world.chance("service/surveys", day), asked.key, world.name(day)
    columns: dict[str, Column] = {"channel": Codes(CHANNEL_NAMES, asked.sub), "sub_channel": Codes(SUB_NAMES, asked.sub)}
    columns |= world.people.columns(asked.customer)
    columns |= {
        "order_id": Ids(f"O{name}-", asked.order),
        "contact_id": Ids(f"T{name}-", asked.contact),
        "ticket_id": Ids(f"W{name}-", asked.ticket),
        "product_id": Codes(PRODUCT_CODES, asked.product),
        "business_class": Codes(CLASSES, asked.product),
    }
    whom = Cohort(len(key), columns)
    wave: dict[str, Column] = {
        "survey": Codes([f"after-{name}" for name in TOUCHPOINTS], asked.touchpoint),
        "touchpoint": Codes(TOUCHPOINTS, asked.touchpoint),
        "wave": Same(date_of(day).strftime("%Y-%m")),
        "mode": Codes(_MODES, _MODE[asked.sub]),
        "group": Codes(("users", "complainers"), (asked.touchpoint == TICKET).astype(np.int64)),
    }
    invited = in_hours(asked.since + chance.spread("asked", key, _ASKED_AFTER), 9, 21, chance.below("morning", key, 2 * HOUR))
    script.tell("survey.invited", whom, invited, attributes=wave)
    fate = chance.below("answers", key, 1_000_000)
    answered = invited + chance.spread("answered", key, _ANSWERED_AFTER)
    answers = fate < rates.ANSWERING
    declines = ~answers & (fate < rates.ANSWERING + rates.DECLINING)
    script.tell("survey.declined", whom, answered, declines, attributes=wave)
    questions = 1 + chance.pick("questions", key, (55, 25, 20))
    bad = _turned(world, day, asked, answered, answers, script)
    for question in range(len(_QUESTIONS)):
        # Of those who are asked one question some are asked whether they recommend us.
        told = answers & ((questions > question) | ((question == 2) & (questions == 1) & chance.happens("recommends", key, 300_000)))
        score = _score(chance, asked, question, bad)
        answer = {"question": Same(_QUESTIONS[question]), "measure": Same(_MEASURES[question]), "best_score": Same(_BEST[question])}
        time = answered + question * 15_000
        script.tell("survey.answered", whom, time, told, attributes={**wave, **answer, "score": Numbers(score)})


def _turned(world: World, day: int, asked: Asked, answered: Whole, answers: Mask, script: Script) -> Mask:
    """Return whose good scores a planted fault turns bad."""
    chance, found = world.chance("service/surveys", day), np.zeros(len(answered), dtype=np.bool_)
    if not len(answered):
        return found
    for fault in world.plan.of(FaultKind.SURVEY_DROP, day * DAY, int(answered.max()) + 1):
        there = np.array([name == fault.where["channel"] for name in CHANNEL_NAMES])[asked.sub]
        hit = there & (chance.below("turned", asked.key, 1_000_000) < fault.level(answered))
        script.touch(fault.id, int((hit & ~found & answers & _content(chance, asked)).sum()))
        found |= hit
    return found


def _content(chance: Chance, asked: Asked) -> Mask:
    """Return who would give a good score."""
    return chance.happens("content", asked.key, np.where(asked.sad == 1, rates.GOOD_LATE, rates.GOOD))


def _score(chance: Chance, asked: Asked, question: int, bad: Mask) -> Whole:
    good = _content(chance, asked) & ~bad
    drawn = chance.below(f"score {question}", asked.key, 10)
    if _BEST[question] == 5:
        return np.where(good, np.where(drawn < 7, 5, 4), np.array((1, 1, 1, 2, 2, 2, 3, 3, 3, 3))[drawn])
    return np.where(good, np.array((7, 8, 8, 9, 9, 9, 10, 10, 10, 10))[drawn], np.array((0, 1, 2, 3, 4, 5, 5, 6, 6, 6))[drawn])
