"""Everything that the service desk does in a day."""

from __future__ import annotations

from dataclasses import dataclass

from tongguan.simulate.plans import Orders, Visits
from tongguan.simulate.service.contacts import Contacts, serve_contacts, tell_contacts
from tongguan.simulate.service.demand import plan_demand, together
from tongguan.simulate.service.followups import tell_outbound
from tongguan.simulate.service.interviews import tell_interviews
from tongguan.simulate.service.matters import contacts_of, plan_matters
from tongguan.simulate.service.staff import POOLS, duty
from tongguan.simulate.service.surveys import plan_asked, tell_surveys
from tongguan.simulate.service.tickets import Tickets, plan_tickets, tell_tickets
from tongguan.simulate.service.working import tell_people, tell_shifts
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World


@dataclass(frozen=True)
class Desk:
    """A day of the desk.

    Attributes:
        contacts: inbound calls and chats, those that led to tickets among them.
        tickets: complaints, requests and the like.
    """

    contacts: Contacts
    tickets: Tickets


def tell_service(world: World, day: int, visits: Visits, orders: Orders, script: Script) -> Desk:
    """Plan and tell a day of the desk, and return its plan.

    Args:
        world: the province.
        day: its number.
        visits, orders: what sends customers to the desk.
        script: takes the events.
    """
    matters, names = plan_matters(world, day, orders, script)
    demand = together([plan_demand(world, day, visits, orders), contacts_of(world, day, matters)])
    before, now = ([duty(world, which, pool) for pool in range(len(POOLS))] for which in (day - 1, day))
    contacts = serve_contacts(world, day, demand, before, now)
    tickets = plan_tickets(world, day, matters, contacts)
    tell_contacts(world, day, contacts, script)
    tell_tickets(world, day, tickets, contacts, names, script)
    tell_surveys(world, day, plan_asked(world, day, visits, orders, contacts, tickets), script)
    tell_interviews(world, day, script)
    tell_outbound(world, day, orders, tickets, script)
    tell_shifts(world, day, now, contacts, script)
    tell_people(world, day, script)
    return Desk(contacts, tickets)
