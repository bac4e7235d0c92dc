"""What is done at devices and to them: commands, small faults, cash, receipts."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Quantiles, Whole
from tongguan.simulate.clock import HOUR, MINUTE, SECOND, at
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Numbers, Same
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.plans import Orders
from tongguan.simulate.province.channels import CHANNEL_NAMES
from tongguan.simulate.province.devices import CLOSES, FIRST, OPENS, Fleet, fleet_of
from tongguan.simulate.province.money import PAYMENT_CODES
from tongguan.simulate.telling import Script
from tongguan.simulate.things.kiosks import downs, struck
from tongguan.simulate.world import World

COMMANDED: Final = 100_000
"""Millionths of the devices that are told to do something on a day."""
ACTIONS: Final = ("sync_prices", "show_advertisement", "update_software", "restart", "report_logs")
_ACTION_WEIGHTS: Final = (34, 26, 16, 14, 10)
_ACKNOWLEDGED: Final = Quantiles({0: 1, 80: 6, 100: 40}, SECOND)
_DONE: Final = Quantiles({0: 0.3, 50: 2, 90: 9, 100: 25}, MINUTE)
_COMMAND_FAILS: Final = 30_000
"""Millionths of the commands that a device cannot carry out; one that is down never answers."""

SMALL_FAULTS: Final = 55_000
"""Millionths of the devices that have a fault on a day with which they stay on."""
FAULTS: Final = ("paper_out", "paper_jam", "cash_validator_dirty", "card_reader_dirty", "cash_box_full")
_PARTS: Final = ("printer", "printer", "cash_validator", "card_reader", "cash_validator")
_FAULT_WEIGHTS: Final = (40, 18, 18, 14, 10)
_MENDED: Final = Quantiles({0: 10, 50: 70, 90: 360, 100: 900}, MINUTE)

_JAMMED: Final = 12_000
"""Millionths of the cash payments in which a note gets stuck for a while."""
_RECEIPTS: Final = 450_000
"""Millionths of the paid orders at devices for which a receipt is printed."""
_AT_KIOSK: Final = np.array([channel == "kiosk" for channel in CHANNEL_NAMES])
_CASH: Final = PAYMENT_CODES.index("cash")
_NOTE: Final = 1000
"""Customers pay with notes of ten yuan, in fen; the device gives the rest back."""


def tell_kiosk_work(world: World, day: int, script: Script, orders: Orders) -> None:
    """Tell commands and small faults of the devices, and cash and receipts of the orders made at them."""
    fleet = fleet_of(world)
    _tell_commands(world, day, fleet, script)
    _tell_small_faults(world, day, fleet, script)
    _tell_money(world, day, fleet, orders, script)


def _tell_commands(world: World, day: int, fleet: Fleet, script: Script) -> None:
    chance = world.chance("kiosk-work", day)
    device = np.flatnonzero(
        chance.happens("command", np.arange(len(fleet), dtype=np.int64), COMMANDED) & fleet.there(day) & (fleet.since < day)
    )
    sent = at(day, 9) + chance.below("command/at", device, 9 * HOUR)
    usual = np.zeros(len(device), dtype=np.bool_)
    for part in downs(world, fleet, day):
        usual |= part.cover(device, sent[:, None])[:, 0]
    silent = usual.copy()
    for fault in world.plan.of(FaultKind.KIOSKS_OFFLINE, at(day), at(day + 1)):
        cut = struck(world, fleet, fault)[device] & fault.during(sent) & ~silent
        script.touch(fault.id, int(cut.sum()))
        silent |= cut
    failed = chance.happens("command/fails", device, _COMMAND_FAILS)
    whom = Cohort(len(device), fleet.columns(device))
    action = Codes(ACTIONS, chance.pick("command/what", device, _ACTION_WEIGHTS))
    told: dict[str, Column] = {"command": Ids(f"CMD{world.name(day)}-", device), "action": action}
    got = sent + chance.spread("command/got", device, _ACKNOWLEDGED)
    done = got + chance.spread("command/done", device, _DONE)
    script.tell("device.command_sent", whom, sent, attributes=told, actor_id=Same("kiosk-desk"))
    script.tell("device.command_acknowledged", whom, got, ~silent, attributes=told)
    script.tell("device.command_completed", whom, done, ~silent & ~failed, attributes=told, duration=Numbers(done - sent))
    reason = Codes(("refused", "no_answer"), silent.astype(np.int64))
    script.tell("device.command_failed", whom, np.where(silent, sent + 15 * MINUTE, done), silent | failed, attributes=told, reason=reason)


def _tell_small_faults(world: World, day: int, fleet: Fleet, script: Script) -> None:
    chance = world.chance("kiosk-work", day)
    device = np.flatnonzero(
        chance.happens("small", np.arange(len(fleet), dtype=np.int64), SMALL_FAULTS) & fleet.there(day) & (fleet.until > day + 1)
    )
    raised = at(day, OPENS) + chance.below("small/at", device, (CLOSES - OPENS) * HOUR)
    cleared = raised + chance.spread("small/long", device, _MENDED)
    what = chance.pick("small/what", device, _FAULT_WEIGHTS)
    told: dict[str, Column] = {"fault": Codes(FAULTS, what), "part": Codes(_PARTS, what), "severity": Same("low")}
    usual = np.zeros(len(device), dtype=np.bool_)
    for part in downs(world, fleet, day):
        usual |= part.cover(device, raised[:, None])[:, 0]
    seen = ~usual
    for fault in world.plan.of(FaultKind.KIOSKS_OFFLINE, at(day), at(day + 1)):
        unheard = seen & struck(world, fleet, fault)[device] & fault.during(raised)
        script.touch(fault.id, int(unheard.sum()))
        seen &= ~unheard
    whom = Cohort(len(device), fleet.columns(device))
    script.tell("device.fault_raised", whom, raised, seen, attributes=told)
    script.tell("device.fault_cleared", whom, cleared, seen, attributes=told, duration=Numbers(cleared - raised))


def _tell_money(world: World, day: int, fleet: Fleet, orders: Orders, script: Script) -> None:
    """Tell receipts and cash of the bills paid at devices."""
    bills, chance = orders.bills, world.chance("kiosk-work", day)
    here = np.flatnonzero(_AT_KIOSK[bills.sub] & (orders.payments.paid_time >= 0))
    if not len(here):
        return
    device = np.zeros(len(bills), dtype=np.int64)
    device[here] = fleet.near(chance, bills.key[here], bills.sub[here], world.people.district[bills.customer[here]])
    whom = bills.whom.without("device_id", "amount", "currency", "quantity").having(device_id=Ids("D", device + FIRST))
    printed = here[chance.happens("receipt", bills.key[here], _RECEIPTS)]
    later = orders.payments.paid_time + 6 * SECOND + chance.below("receipt/at", bills.key, 20 * SECOND)
    document = {"document": Codes(("receipt", "invoice"), chance.pick("receipt/what", bills.key, (9, 1)))}
    script.tell("receipt.printed", whom, later, printed, quantity=Same(1), attributes=document)
    cash = here[orders.payments.method[orders.payments.paid_by[here]] == _CASH]
    if len(cash):
        _tell_cash(world, day, fleet, orders, whom, device, cash, script)


def _tell_cash(world: World, day: int, fleet: Fleet, orders: Orders, whom: Cohort, device: Whole, cash: Whole, script: Script) -> None:
    """Tell what goes into the boxes, comes back as change, and is collected the next morning, to the last fen."""
    bills, chance = orders.bills, world.chance("kiosk-work", day)
    paid, yuan = orders.payments.paid_time, Same("CNY")
    inserted = (bills.amount + _NOTE - 1) // _NOTE * _NOTE
    change = inserted - bills.amount
    script.tell("cash.inserted", whom, paid - 2 * SECOND, cash, amount=Numbers(inserted), currency=yuan)
    script.tell("cash.returned", whom, paid + 3 * SECOND, cash[change[cash] > 0], amount=Numbers(change), currency=yuan)
    stuck = cash[chance.happens("jam", bills.key[cash], _JAMMED)]
    script.tell("cash.jammed", whom, paid - SECOND, stuck, amount=Same(_NOTE), currency=yuan, attributes={"expected": Same(False)})
    held, latest = np.zeros(len(fleet), dtype=np.int64), np.zeros(len(fleet), dtype=np.int64)
    np.add.at(held, device[cash], bills.amount[cash])
    np.maximum.at(latest, device[cash], paid[cash])
    full = np.flatnonzero(held)
    morning = at(day + 1, 5) + chance.below("collected", full, 2 * HOUR)
    # A bill paid later than the round is fetched by a second one.
    times = np.where(latest[full] < morning, morning, latest[full] + 20 * MINUTE)
    boxes = Cohort(len(full), fleet.columns(full))
    emptied = {"balance": Same(0), "expected": Same(True)}
    script.tell("cash.collected", boxes, times, amount=Numbers(held[full]), currency=yuan, attributes=emptied)
