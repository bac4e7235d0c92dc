"""Contacts: the queue before the agents, and everything that is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Whole
from tongguan.simulate.clock import DAY, HOUR, SECOND
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Lists, Numbers, Same, Truths
from tongguan.simulate.desk import serve
from tongguan.simulate.plans import NONE
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUB_NAMES
from tongguan.simulate.province.goods import PRODUCT_CODES
from tongguan.simulate.service import rates
from tongguan.simulate.service.demand import GUIDE, Demand
from tongguan.simulate.service.staff import ONLINE, POOL_OF_SKILL, POOLS, Duty, on_duty, rosters
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

OFFERS: Final = tuple((code, PRODUCT_CODES[(place + 1) % len(PRODUCT_CODES)]) for place, code in enumerate(PRODUCT_CODES))
"""What a guide offers, by the product that leads."""
_POOL: Final = np.array(POOL_OF_SKILL, dtype=np.int64)
_QUEUED: Final = 2 * SECOND
"""Who waits longer was in the queue."""
_CARDS: Final = ("number_cards", "handsets", "broadband", "plans")
_ENDED_BY: Final = ("customer", "agent", "system")


@dataclass(frozen=True)
class Contacts:
    """Contacts of a day and how they went, a row each.

    Attributes:
        demand: what they came from.
        pool: place in ``staff.POOLS``.
        answered: which were answered.
        start: when answered, or when the other party left.
        ended: when the conversation was over.
        free: when the agent was free again.
        agent: number of the agent; NONE where nobody answered.
        hold: milliseconds on hold.
        solved: which were solved, as the agent says.
        place: place in the queue when it came, from 1; 0 for those who had not to wait.
    """

    demand: Demand
    pool: Whole
    answered: Mask
    start: Whole
    ended: Whole
    free: Whole
    agent: Whole
    hold: Whole
    solved: Mask
    place: Whole


def serve_contacts(world: World, day: int, demand: Demand, before: list[Duty], now: list[Duty]) -> Contacts:
    """Let the agents take the contacts of a day.

    Args:
        world: the province.
        day: its number.
        demand: the contacts.
        before, now: shifts of the day before and of the day, per pool.
    """
    chance, key = world.chance("service/contacts", day), demand.key
    chats = demand.sub != rates.HOTLINE
    pool = np.where(chats, ONLINE, _POOL[demand.skill])
    talk = np.where(chats, chance.spread("chat", key, rates.CHAT), chance.spread("talk", key, rates.TALK))
    wraps = ~chats & chance.happens("wraps", key, rates.WRAPPED)
    wrap = np.where(wraps, chance.spread("wrap", key, rates.WRAP), 0)
    patience = chance.spread("patience", key, rates.PATIENCE)
    later = demand.time >= (day + 1) * DAY
    wait = chance.spread("later", key, rates.LATER_WAIT)
    start, answered = demand.time + np.minimum(wait, patience), wait <= patience
    agent, queue = np.full(len(demand), NONE), np.ones(len(demand), dtype=np.int64)
    for place in range(len(POOLS)):
        rows = np.flatnonzero((pool == place) & ~later)
        people, numbers = rosters(before[place], now[place], day)
        seats = POOLS[place].seats
        seated = [roster for roster in people for _ in range(seats)]
        served = serve(demand.time[rows], (talk + wrap)[rows], seated, [day * DAY] * len(seated), patience[rows])
        start[rows], answered[rows] = served.start, served.taken
        agent[rows] = np.where(served.taken, numbers[served.person // seats], NONE)
        queue[rows] = _places(demand.time[rows], served.start)
        rows = np.flatnonzero((pool == place) & later & answered)
        agent[rows] = on_duty(world, place, start[rows], chance.below("agent", key[rows], 1 << 20))
    ended = np.where(answered, start + talk, start)
    hold = np.where(chance.happens("holds", key, 200_000), talk // 8, 0)
    solved = answered & chance.happens("solved", key, rates.SOLVED)
    queue = np.where(start - demand.time > _QUEUED, queue, 0)
    return Contacts(demand, pool, answered, start, ended, ended + wrap * answered, agent, hold, solved, queue)


def _places(time: Whole, start: Whole) -> Whole:
    """Return the place of each in the queue: one more than those who came before and still wait."""
    before, gone = np.searchsorted(np.sort(time), time), np.searchsorted(np.sort(start), time, side="right")
    found: Whole = np.maximum(1, 1 + before - gone)
    return found


def cohort(world: World, day: int, demand: Demand) -> Cohort:
    """Return whom contacts are about."""
    name = world.name(day)
    columns: dict[str, Column] = {"channel": Codes(CHANNEL_NAMES, demand.sub), "sub_channel": Codes(SUB_NAMES, demand.sub)}
    columns |= world.people.columns(demand.customer)
    columns |= {
        "customer_id": world.people.ids(np.where(demand.known == 1, demand.customer, NONE)),
        "contact_id": Ids(f"T{name}-", demand.key),
        "order_id": Ids(f"O{name}-", demand.order),
        "session_id": Ids(f"S{name}-", demand.session),
    }
    return Cohort(len(demand), columns)


def talk(demand: Demand, direction: str = "inbound") -> dict[str, Column]:
    """Return the attributes that all events of contacts have."""
    return {
        "direction": Same(direction),
        "skill": Codes(rates.SKILLS, demand.skill),
        "kind": Codes(rates.KINDS, demand.kind),
        "topic": Codes(rates.TOPICS, demand.topic),
    }


def tell_contacts(world: World, day: int, contacts: Contacts, script: Script) -> None:
    """Tell everything about the contacts of a day."""
    demand, taken, start = contacts.demand, contacts.answered, contacts.start
    chance, key = world.chance("service/contacts", day), demand.key
    whom, about, actor = cohort(world, day, demand), talk(demand), Ids("agent-", contacts.agent)
    wait, length = Numbers(start - demand.time), Numbers(contacts.ended - start)
    script.tell("contact.offered", whom, demand.time, attributes=about)
    waits = {**about, "queue_place": Numbers(contacts.place)}
    script.tell("contact.queued", whom, demand.time + 1, contacts.place > 0, attributes=waits)
    script.tell("contact.answered", whom, start, taken, attributes=about, duration=wait, actor_id=actor)
    script.tell("contact.abandoned", whom, start, ~taken, attributes=about, duration=wait)
    moved = taken & chance.happens("moved", key, rates.TRANSFERRED)
    to = Codes(rates.SKILLS, (demand.skill + 1 + chance.below("to", key, 4)) % 5)
    middle = start + (contacts.ended - start) // 3
    script.tell("contact.transferred", whom, middle, moved, attributes={**about, "to": to}, actor_id=actor)
    ends: dict[str, Column] = {
        "talk_time": Numbers(contacts.ended - start - contacts.hold),
        "hold_time": Numbers(contacts.hold),
        "ended_by": Codes(_ENDED_BY, chance.pick("ended by", key, (76, 21, 3))),
        "solved": Truths(contacts.solved),
    }
    script.tell("contact.ended", whom, contacts.ended, taken, attributes={**about, **ends}, duration=length, actor_id=actor)
    work = Numbers(contacts.free - contacts.ended)
    script.tell("contact.wrapped", whom, contacts.free, contacts.free > contacts.ended, attributes=about, duration=work, actor_id=actor)
    _tell_rated(world, day, contacts, whom, actor, script)
    _tell_guided(world, day, contacts, whom, actor, script)
    _tell_knowledge(world, day, contacts, whom, actor, script)


def scores(world: World, day: int, contacts: Contacts) -> Whole:
    """Return the score that each contact would get, 1 to 5."""
    weights = np.array([rates.UNSOLVED_SCORES, rates.CONTACT_SCORES], dtype=np.int64)
    chance = world.chance("service/contacts", day)
    return 1 + chance.pick_by("score", contacts.demand.key, contacts.solved.astype(np.int64), weights)


def _tell_rated(world: World, day: int, contacts: Contacts, whom: Cohort, actor: Column, script: Script) -> None:
    chance, key = world.chance("service/contacts", day), contacts.demand.key
    rated = contacts.answered & chance.happens("rated", key, rates.RATED)
    time = contacts.ended + (5 + chance.below("rates", key, 180)) * SECOND
    marks: dict[str, Column] = {"score": Numbers(scores(world, day, contacts)), "best_score": Same(5)}
    script.tell("contact.rated", whom, time, rated, attributes={**talk(contacts.demand), **marks}, actor_id=actor)


def _tell_guided(world: World, day: int, contacts: Contacts, whom: Cohort, actor: Column, script: Script) -> None:
    chance, demand = world.chance("service/contacts", day), contacts.demand
    key, about = demand.key, talk(demand)
    guided = contacts.answered & (demand.kind == GUIDE)
    length = contacts.ended - contacts.start
    product = np.where(demand.product == NONE, chance.below("offer", key, len(OFFERS)), demand.product)
    carded = guided & chance.happens("card", key, MILLION // 2)
    card = Codes(_CARDS, chance.below("which card", key, len(_CARDS)))
    shown = {**about, "card_name": card}
    script.tell("guide.card_shown", whom, contacts.start + length // 6, carded, attributes=shown, actor_id=actor)
    offers = Lists(OFFERS, product)
    script.tell("guide.recommended", whom, contacts.start + length // 3, guided, attributes={**about, "offers": offers}, actor_id=actor)


def _tell_knowledge(world: World, day: int, contacts: Contacts, whom: Cohort, actor: Column, script: Script) -> None:
    chance, key = world.chance("service/knowledge", day), contacts.demand.key
    searched = contacts.answered & chance.happens("searched", key, rates.SEARCHED)
    used = searched & chance.happens("used", key, 700_000)
    drawn = chance.below("article", key, rates.ARTICLES)
    article = Ids("article-", 1 + drawn * drawn // rates.ARTICLES)
    about: dict[str, Column] = {"words": Codes(rates.TOPICS, contacts.demand.topic)}
    length = contacts.ended - contacts.start
    hits = Numbers(np.maximum(chance.below("hits", key, 12), used.astype(np.int64)))
    script.tell("knowledge.searched", whom, contacts.start + length // 5, searched, attributes=about, quantity=hits, actor_id=actor)
    script.tell("knowledge.used", whom, contacts.start + length // 3, used, attributes={**about, "article": article}, actor_id=actor)
    archived = contacts.solved & chance.happens("archived", key, 3_000)
    time = contacts.free + HOUR // 4
    script.tell("knowledge.archived", whom, time, archived, attributes={"article": Ids("case-", key)}, actor_id=actor)
