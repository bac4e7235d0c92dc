"""Customers as the systems know them when the province begins, and what is added day by day: accounts, bindings, consent."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Quantiles, Whole
from tongguan.simulate.clock import MINUTE, at, within_day
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Same
from tongguan.simulate.plans import NONE
from tongguan.simulate.province.calendar import HOURS
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

KINDS: Final = ("app_device", "wechat", "web_account")
CHANNELS: Final = ("app", "wechat", "web")
BOUND: Final = (450_000, 150_000, 250_000)
"""Share of the customers who have bound each of :data:`KINDS` when the province begins, in millionths."""

VALUE_TOLD: Final = 80_000
"""Share of the customers whose identities are told with their value, in millionths: each such value has to be sealed, which is slow."""

_VALUES: Final = (("device", "dv-"), ("openid", "ox-"), ("account", "user-"))
"""Attribute and beginning of the value, per place in :data:`KINDS`."""

JOINING: Final = 12
"""Customers a day who open an account, on 1,000 orders."""

CONSENTS: Final = 420_000
"""Share of them who allow offers, in millionths."""

PURPOSES: Final = ("offers", "surveys")
PLANS: Final = ("plan-19", "plan-39", "plan-59", "plan-99", "plan-129", "plan-199")
_PLAN_WEIGHTS: Final = np.array([(20, 26, 30, 16, 6, 2), (8, 16, 24, 28, 16, 8), (40, 34, 16, 8, 2, 0)], dtype=np.int64)
"""Share of the tariff plans per place in ``people.AGES``."""

_MOST_JOINING: Final = 4
_STEP: Final = 1_000_003
_TO_BIND: Final = Quantiles({0: 1, 50: 3, 90: 12, 100: 60}, MINUTE)
_TO_CONSENT: Final = Quantiles({0: 1, 50: 2, 90: 6, 100: 30}, MINUTE)


def tell_identities(world: World, day: int, script: Script) -> None:
    """Tell who the customers are and what identities they have: all on the first day of the province, and a few more every day."""
    if day == world.first:
        _tell_opening(world, day, script)
    _tell_joining(world, day, script)


def _tell_opening(world: World, day: int, script: Script) -> None:
    people, chance = world.people, world.chance("identities")
    who = np.arange(people.count, dtype=np.int64)
    plan = chance.pick_by("plan", who, people.age, _PLAN_WEIGHTS)
    described = at(day) + who * (30 * MINUTE) // people.count
    whom = Cohort(people.count, people.columns(who))
    script.tell("customer.described", whom, described, attributes={"plan": Codes(PLANS, plan)})
    bound = at(day, 0, 30) + who * (30 * MINUTE) // people.count
    for kind in range(len(KINDS)):
        _tell_bound(world, kind, who, bound, bound_at_first(world, kind, who), script)


def bound_at_first(world: World, kind: int, who: Whole) -> Mask:
    """Return which customers have an identity of a kind when the province begins."""
    return world.chance("identities").happens(f"has_{KINDS[kind]}", who, BOUND[kind])


def _tell_bound(world: World, kind: int, who: Whole, times: Whole, has: Mask, script: Script) -> None:
    """Tell bindings of one kind, those with a value apart from those without."""
    valued = world.chance("identities").happens("value", who, VALUE_TOLD)
    name, prefix = _VALUES[kind]
    whom = _where(world, who, Same(CHANNELS[kind]))
    what: dict[str, Column] = {"identity_kind": Same(KINDS[kind])}
    script.tell("identity.bound", whom, times, has & ~valued, attributes=what)
    script.tell("identity.bound", whom, times, has & valued, attributes={**what, name: Ids(prefix, 7_000_000 + who)})


def _where(world: World, who: Whole, channel: Column) -> Cohort:
    columns = world.people.columns(who)
    return Cohort(len(who), {"channel": channel, "region": columns["region"], "customer_id": columns["customer_id"]})


def _tell_joining(world: World, day: int, script: Script) -> None:
    chance = world.chance("identities", day)
    mean = world.per_day(JOINING)
    most = _MOST_JOINING * (1 + mean // MILLION)
    count = min(most, chance.count("joining", 0, mean))
    # A walk with a step that shares no factor with the number of customers meets each of them once before it meets one again.
    place = (day - world.first) * most + np.arange(count, dtype=np.int64)
    who = place * _STEP % world.people.count
    kind = np.asarray(chance.pick("kind", place, BOUND))
    kind = np.where(_has(world, kind, who), NONE, kind)
    times = within_day(chance, "time", place, day, HOURS)
    joins = kind != NONE
    whom = _where(world, who, Codes(CHANNELS, kind))
    script.tell("customer.registered", whom, times, joins)
    bound = times + chance.spread("to_bind", place, _TO_BIND)
    script.tell("identity.bound", whom, bound, joins, attributes={"identity_kind": Codes(KINDS, kind)})
    consents = joins & chance.happens("consents", place, CONSENTS)
    purpose = Codes(PURPOSES, chance.pick("purpose", place, (8, 2)))
    script.tell("consent.given", whom, bound + chance.spread("to_consent", place, _TO_CONSENT), consents, attributes={"purpose": purpose})


def _has(world: World, kind: Whole, who: Whole) -> Mask:
    has = np.stack([bound_at_first(world, place, who) for place in range(len(KINDS))])
    found: Mask = has[kind, np.arange(len(who))]
    return found
