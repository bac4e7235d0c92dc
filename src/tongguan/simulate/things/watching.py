"""What watches the halls from outside and from inside: probes every ten minutes, and the hourly sums of the interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at
from tongguan.simulate.columns import Codes, Cohort, Column, Numbers, Same
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.province.calendar import HOURS, busy
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

PROBE: Final = 10 * MINUTE
"""Each probe is made every so often."""
_SLOTS: Final = DAY // PROBE
PROBE_FAILS: Final = 4000
"""Millionths of the probes that fail on a usual day: halls are there 99.6 % of the time."""
_GIVES_UP: Final = 10 * SECOND
"""So long does a probe wait."""
PLACES: Final = ("云泽", "白鹭", "other-network")
_REASONS: Final = ("timeout", "server_error", "name_not_found", "wrong_content", "page_error")
_REASON_WEIGHTS: Final = (60, 22, 6, 12)
_STATUS: Final = np.array([504, 500, 0, 200, 500], dtype=np.int64)
_QUICK: Final = Quantiles({0: 40, 50: 180, 90: 600, 99: 2200, 100: 6000})
_SLOW: Final = Quantiles({0: 900, 50: 2400, 90: 4200, 99: 7000, 100: 9500})


@dataclass(frozen=True)
class Probe:
    """A try from outside.

    Attributes:
        channel, sub_channel: the hall.
        name: id of the probe.
        target: what is tried.
        slow: answers like a telephone or a message, not like a page.
        payment_channel: whose payment is tried; empty for none.
    """

    channel: str
    sub_channel: str
    name: str
    target: str
    slow: bool = False
    payment_channel: str = ""


PROBES: Final = (
    Probe("web", "province_site", "web-home", "home"),
    Probe("web", "province_site", "web-login", "login"),
    Probe("web", "province_site", "web-checkout", "checkout"),
    Probe("app", "app", "app-home", "home"),
    Probe("app", "app", "app-login", "login"),
    Probe("app", "app", "app-checkout", "checkout"),
    Probe("wechat", "official_account", "wechat-home", "home"),
    Probe("wechat", "mini_program", "wechat-checkout", "checkout"),
    Probe("sms", "query", "sms-query", "query", slow=True),
    Probe("phone", "ivr", "phone-ivr", "ivr", slow=True),
    Probe("kiosk", "full", "kiosk-gateway", "gateway"),
    Probe("web", "province_site", "pay-wechat", "payment:wechat_pay", payment_channel="wechat_pay"),
    Probe("web", "province_site", "pay-alipay", "payment:alipay", payment_channel="alipay"),
    Probe("web", "province_site", "pay-unionpay", "payment:unionpay", payment_channel="unionpay"),
    Probe("app", "app", "pay-wallet", "payment:operator_wallet", payment_channel="operator_wallet"),
)


@dataclass(frozen=True)
class Interface:
    """An interface between systems.

    Attributes:
        name: attribute ``interface``.
        caller: who calls it.
        calls: so many on 1,000 orders.
        fails: millionths of the calls that fail on a usual day.
        answers: usual mean answer time, ms.
        payment_channel: the gateway whose it is; empty for none.
    """

    name: str
    caller: str
    calls: int
    fails: int
    answers: int
    payment_channel: str = ""


BOSS_ORDER: Final = "boss-order"
INTERFACES: Final = (
    Interface(BOSS_ORDER, "order-hub", 1900, 6000, 420),
    Interface("number-pool", "order-hub", 900, 1500, 90),
    Interface("logistics", "order-hub", 1400, 3000, 260),
    Interface("identity", "order-hub", 700, 5000, 380),
    Interface("gateway-wechat-pay", "payment-gateway", 520, 2500, 150, "wechat_pay"),
    Interface("gateway-alipay", "payment-gateway", 420, 2500, 160, "alipay"),
    Interface("gateway-unionpay", "payment-gateway", 130, 5000, 300, "unionpay"),
    Interface("gateway-wallet", "payment-gateway", 110, 1500, 110, "operator_wallet"),
)


def tell_watching(world: World, day: int, script: Script) -> None:
    """Tell probes and the hourly sums of interfaces."""
    _tell_probes(world, day, script)
    _tell_interfaces(world, day, script)


def _tell_probes(world: World, day: int, script: Script) -> None:
    chance, number = world.chance("probes", day), np.arange(len(PROBES) * _SLOTS, dtype=np.int64)
    probe, slot = number // _SLOTS, number % _SLOTS
    times = at(day) + slot * PROBE + probe * 11 * SECOND + chance.below("at", number, 9 * SECOND)
    drawn = chance.below("fails", number, MILLION)
    failed = drawn < PROBE_FAILS
    reason = chance.pick("reason", number, _REASON_WEIGHTS)
    step = np.full(len(number), -1, dtype=np.int64)
    steps: list[str] = []
    for fault, hits, why in _probe_faults(world, day):
        hit = hits[probe] & (drawn < fault.level(times)) & ~failed
        reason = np.where(hit, _REASONS.index(why), reason)
        if "step" in fault.where:
            steps.append(fault.where["step"])
            step = np.where(hit, len(steps) - 1, step)
        failed |= hit
        if fault.kind is FaultKind.PROBE_FAILURE:
            script.touch(fault.id, int(hit.sum()))
    _tell_tries(chance, number, probe, times, failed, reason, Codes(steps or ("none",), step), script)


def _tell_tries(
    chance: Chance, number: Whole, probe: Whole, times: Whole, failed: Mask, reason: Whole, step: Codes, script: Script
) -> None:
    slow = np.array([each.slow for each in PROBES])[probe]
    took = np.where(slow, chance.spread("slow", number, _SLOW), chance.spread("quick", number, _QUICK))
    took = np.where(failed & (reason == _REASONS.index("timeout")), _GIVES_UP, took)
    whom = Cohort(
        len(number),
        {
            "channel": Codes([each.channel for each in PROBES], probe),
            "sub_channel": Codes([each.sub_channel for each in PROBES], probe),
            "duration": Numbers(took),
        },
    )
    told: dict[str, Column] = {
        "probe": Codes([each.name for each in PROBES], probe),
        "target": Codes([each.target for each in PROBES], probe),
        "place": Codes(PLACES, chance.below("place", number, len(PLACES))),
    }
    script.tell("probe.completed", whom, times, ~failed, attributes=told)
    status = _STATUS[reason]
    code: dict[str, Column] = {"status": Numbers(status, ~slow & (status > 0)), "step": step}
    script.tell("probe.failed", whom, times, failed, attributes=told | code, reason=Codes(_REASONS, reason))


def _probe_faults(world: World, day: int) -> list[tuple[Fault, Mask, str]]:
    """Return which faults make which probes fail, and for what reason."""
    first, last = at(day), at(day + 1)
    found = [
        (fault, np.array([each.channel == fault.where["channel"] and each.target == "checkout" for each in PROBES]), "page_error")
        for fault in world.plan.of(FaultKind.CHECKOUT_BROKEN, first, last)
    ]
    found += [
        (fault, np.array([each.payment_channel == fault.where["payment_channel"] for each in PROBES]), "timeout")
        for fault in world.plan.of(FaultKind.PAYMENT_OUTAGE, first, last)
    ]
    found += [
        (fault, np.array([each.channel == fault.where["channel"] for each in PROBES]), "timeout")
        for fault in world.plan.of(FaultKind.PROBE_FAILURE, first, last)
    ]
    return found


def _tell_interfaces(world: World, day: int, script: Script) -> None:
    chance, number = world.chance("interfaces", day), np.arange(len(INTERFACES) * 24, dtype=np.int64)
    which, hour = number // 24, number % 24
    usual = world.per_day(1) * np.array([each.calls for each in INTERFACES], dtype=np.int64)[which] // MILLION
    weight = np.array(HOURS, dtype=np.int64)[hour] * busy(day)
    calls = usual * weight * (90 + chance.below("calls", number, 21)) // (sum(HOURS) * 10_000)
    level = np.array([each.fails for each in INTERFACES], dtype=np.int64)[which]
    failures, raised = _failures(chance, number, calls, level), level
    for fault, hits in _interface_faults(world, day):
        opens = at(day) + hour * HOUR
        within = np.clip(np.minimum(opens + HOUR, fault.end) - np.maximum(opens, fault.start), 0, HOUR)
        worse = np.where(hits[which], fault.strength * within // HOUR, 0)
        raised = np.maximum(raised, worse)
        failures = _failures(chance, number, calls, raised)
    answer = np.array([each.answers for each in INTERFACES], dtype=np.int64)[which]
    answer = answer * (85 + chance.below("answer", number, 36)) // 100 * (MILLION + 8 * raised) // MILLION
    told: dict[str, Column] = {
        "interface": Codes([each.name for each in INTERFACES], which),
        "caller": Codes([each.caller for each in INTERFACES], which),
    }
    whom, times = Cohort(len(number)), at(day) + (hour + 1) * HOUR - 1 - which
    script.tell("interface.called", whom, times, calls > 0, attributes=told, quantity=Numbers(calls), duration=Numbers(answer))
    timeout = Same("timeout")
    script.tell("interface.failed", whom, times, failures > 0, attributes=told, quantity=Numbers(failures), reason=timeout)


def _failures(chance: Chance, number: Whole, calls: Whole, level: Whole) -> Whole:
    """Return how many of the calls fail at a level in millionths; what is left over below one fails by the draw."""
    found: Whole = np.minimum(calls, (calls * level + chance.below("failures", number, MILLION)) // MILLION)
    return found


def _interface_faults(world: World, day: int) -> list[tuple[Fault, Mask]]:
    first, last = at(day), at(day + 1)
    found = [
        (fault, np.array([each.payment_channel == fault.where["payment_channel"] for each in INTERFACES]))
        for fault in world.plan.of(FaultKind.PAYMENT_OUTAGE, first, last)
    ]
    found += [
        (fault, np.array([each.name == BOSS_ORDER for each in INTERFACES]))
        for fault in world.plan.of(FaultKind.ACCEPTANCE_BACKLOG, first, last)
        if fault.where.get("reason") == "interface"
    ]
    return found
