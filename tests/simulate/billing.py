"""Bills without orders, for tests of money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
import numpy as np

from tongguan.areas.packs import ALL_PACKS
from tongguan.ingest.checks import Rules
from tongguan.model.event import Event
from tongguan.model.reasons import Problem
from tongguan.model.vocabulary import Vocabulary
from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import DAY, HOUR, at, within_day
from tongguan.simulate.columns import Codes, Cohort, Column, Ids
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.money.paying import pay, refund
from tongguan.simulate.money.statements import StatementBook
from tongguan.simulate.plans import NONE, Bills, Payments, Refunds
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUB_NAMES, order_weights
from tongguan.simulate.province.goods import CLASSES, PRICES, WEIGHTS
from tongguan.simulate.render import render
from tongguan.simulate.telling import Script
from tongguan.simulate.world import Setting, World

FIRST = date(2026, 9, 1)


def world_with(*faults: Fault, lines_told: bool = True) -> World:
    return World(Setting(seed=1, first=FIRST, orders_per_day=400, plan=FaultPlan("test", faults), lines_told=lines_told))


def fault(name: str, kind: FaultKind, strength: int, where: Mapping[str, str], day: int, hours: tuple[int, int] = (0, 24)) -> Fault:
    return Fault(name, kind, at(day, hours[0]), at(day) + hours[1] * HOUR, strength, where, "差错", "a fault")


def bills_of(world: World, day: int, count: int = 400) -> Bills:
    """Return bills of a day; a tenth has nothing to pay, some have no price."""
    chance = world.chance("test", day)
    key = np.arange(count, dtype=np.int64)
    product = chance.pick("product", key, WEIGHTS)
    sub = chance.pick("sub", key, order_weights(world.profile))
    asked = np.where(chance.happens("nothing", key, 100_000), NONE, within_day(chance, "asked", key, day, [1] * 24))
    columns: dict[str, Column] = {
        "order_id": Ids(f"O{world.name(day)}-", key),
        "business_class": Codes(CLASSES, product),
        "channel": Codes(CHANNEL_NAMES, sub),
        "sub_channel": Codes(SUB_NAMES, sub),
    }
    return Bills(Cohort(count, columns), key, asked, np.asarray(PRICES, dtype=np.int64)[product], sub, key)


def asked_back(world: World, day: int, payments: Payments) -> Whole:
    """Return when refunds are asked for: of some paid bills, a day after they were paid."""
    key = np.arange(len(payments.paid_time), dtype=np.int64)
    return np.where(world.chance("test", day).happens("back", key, 60_000), payments.paid_time + DAY, NONE)


def money_of(world: World, day: int, count: int = 400) -> tuple[Bills, Payments, Refunds]:
    bills = bills_of(world, day, count)
    payments = pay(world, day, bills)
    return bills, payments, refund(world, day, bills, payments, asked_back(world, day, payments))


def book_of(world: World, days: int, count: int = 400) -> StatementBook:
    """Return the book of the first days of a world."""
    book = StatementBook(world)
    for day in range(world.first, world.first + days):
        book.add(day, *money_of(world, day, count))
    return book


def told(script: Script) -> list[dict[str, Any]]:
    """Return the events of a script in order of time."""
    return [msgspec.json.decode(line) for line in render(script.batches).ndjson().splitlines()]


def problems(events: list[dict[str, Any]]) -> list[Problem]:
    """Return what ingest would set aside, and why."""
    rules, decode = Rules(Vocabulary(ALL_PACKS, ()), 100_000), msgspec.json.Decoder(Event).decode
    return [found for event in events if (found := rules.problem(decode(msgspec.json.encode(event)))) is not None]
