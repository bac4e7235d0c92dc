"""Totals that the e-channels cannot see and others report: of the whole network, of the country, of other provinces, of last year.

A fact of a place is reported for one length of period only, so that no total is counted twice.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np

from tongguan.simulate.clock import at, date_of
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Same
from tongguan.simulate.people import NETWORKS
from tongguan.simulate.province.calendar import busy
from tongguan.simulate.province.places import CITIES, CITY_CODES
from tongguan.simulate.telling import Script
from tongguan.simulate.things.rows import Few
from tongguan.simulate.world import World

NEW_USERS: Final = (310, 18)
SERVICES: Final = (2700, 700)
HANDLINGS: Final = (660, 600)
"""What e-channels do on 1,000 orders of a usual day, about, and which share in thousandths of the whole company's that is:
users brought 1.8 %, service volume 70 %, handlings 60 %."""
_BY_NETWORK: Final = (66, 30, 4)
"""Percent of the new users per network."""
MOBILE_USERS: Final = 130
"""Mobile users of the network per 100 customers of the e-channels."""

BENCHMARKS: Final = (
    ("new_user_share", "GD", "0.060", "share"),
    ("new_user_share", "JS", "0.042", "share"),
    ("guide_conversion_rate", "CN", "0.110", "share"),
    ("guide_satisfaction", "CN", "0.905", "share"),
    ("csat", "CN", "0.880", "share"),
    ("answer_20s_rate", "CN", "0.800", "share"),
)
"""Of a month: fact, whose, value, unit. CN is the country's average; GD and JS are benchmark provinces."""

LAST_YEAR: Final = (
    ("new_users", "", "3g", "42000", "users"),
    ("sales_amount", "", "", "20000000", "yuan"),
    ("visitors", "web", "", "25000", "visitors_per_day"),
    ("page_views", "web", "", "200000", "views_per_day"),
    ("broadband_users", "", "", "380", "users"),
    ("app_users", "app", "", "610000", "users"),
    ("wechat_bound_users", "wechat", "", "4200", "users"),
    ("migration_rate", "", "", "0.640", "share"),
    ("kiosk_on_rate", "kiosk", "", "0.930", "share"),
    ("kiosk_daily_amount", "kiosk", "", "820", "yuan"),
    ("answer_rate", "phone", "", "0.850", "share"),
    ("answer_20s_rate", "phone", "", "0.790", "share"),
    ("order_timely_rate", "", "", "0.930", "share"),
)
"""Of a year: fact, channel, network, value, unit."""

_CITY: Final = np.array([city.weight for city in CITIES], dtype=np.int64)


def tell_aggregates(world: World, day: int, script: Script) -> None:
    """Tell what is reported on a day: of yesterday, of the last month on its first, of the last year on 2 January."""
    _tell_daily(world, day, script)
    found = date_of(day)
    if day == world.first or found.day == 1:
        month = found.replace(day=1) - timedelta(days=1)
        _tell_users(world, day, month, script)
    few = Few(script)
    if day == world.first or found.day == 1:
        period = _period(month.replace(day=1), month)
        for place, (fact, region, value, unit) in enumerate(BENCHMARKS):
            few.add("aggregate.reported", at(day, 8) + place, {"fact": fact, **period, "value": value, "unit": unit}, region=region)
    if day == world.first or (found.month, found.day) == (1, 2):
        period = _period(date(found.year - 1, 1, 1), date(found.year - 1, 12, 31))
        for place, (fact, channel, network, value, unit) in enumerate(LAST_YEAR):
            told = {"fact": fact, **period, "value": value, "unit": unit}
            few.add("aggregate.reported", at(day, 8, 10) + place, told, channel=channel, network=network)
    few.tell()


def _period(first: date, last: date) -> dict[str, str]:
    return {"period_start": first.isoformat(), "period_end": last.isoformat()}


def _said(fact: str, first: date, last: date, values: Ids, unit: str) -> dict[str, Column]:
    period = {name: Same(text) for name, text in _period(first, last).items()}
    return {"fact": Same(fact), **period, "value": values, "unit": Same(unit)}


def _tell_daily(world: World, day: int, script: Script) -> None:
    """Tell yesterday's totals per city, of new users also per network."""
    chance, yesterday = world.chance("aggregates", day), day - 1
    usual = world.orders_per_day * busy(yesterday)
    on = date_of(yesterday)
    row = np.arange(len(CITIES) * len(NETWORKS), dtype=np.int64)
    city, network = row // len(NETWORKS), row % len(NETWORKS)
    share = _CITY[city] * np.array(_BY_NETWORK, dtype=np.int64)[network]
    wobble = 960 + chance.below("new_users", row, 81)
    # Percent of busyness, thousandths of orders, of the share, of the wobble; the shares add up to the cities' times 100.
    values = usual * NEW_USERS[0] * share // (100 * int(_CITY.sum()) * 100) * wobble // (NEW_USERS[1] * 1000)
    whom = Cohort(len(row), {"region": Codes(CITY_CODES, city), "network": Codes(NETWORKS, network)})
    times = at(day, 6) + row
    script.tell("aggregate.reported", whom, times, attributes=_said("network_new_users", on, on, Ids("", values), "users"))
    cities = Cohort(len(CITIES), {"region": Codes(CITY_CODES, np.arange(len(CITIES), dtype=np.int64))})
    place = np.arange(len(CITIES), dtype=np.int64)
    for number, (fact, (done, part)) in enumerate((("company_service_volume", SERVICES), ("company_handlings", HANDLINGS)), 1):
        wobble = 970 + chance.below(fact, place, 61)
        values = usual * done * _CITY // (int(_CITY.sum()) * 100) * wobble // (part * 1000)
        told = _said(fact, on, on, Ids("", values), "transactions")
        script.tell("aggregate.reported", cities, at(day, 6, number) + place, attributes=told)


def _tell_users(world: World, day: int, month: date, script: Script) -> None:
    """Tell how many mobile users the network had at the end of a month, per city and network: somewhat more than the e-channels know."""
    people = world.people
    row = np.arange(len(CITIES) * len(NETWORKS), dtype=np.int64)
    known = np.bincount(people.city * len(NETWORKS) + people.network, minlength=len(row)).astype(np.int64)
    values = known * MOBILE_USERS // 100
    whom = Cohort(len(row), {"region": Codes(CITY_CODES, row // len(NETWORKS)), "network": Codes(NETWORKS, row % len(NETWORKS))})
    told = _said("mobile_users", month.replace(day=1), month, Ids("", values), "users")
    script.tell("aggregate.reported", whom, at(day, 8, 5) + row, attributes=told)
