"""A fault, and a plan of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
import numpy as np

from tongguan.simulate.chance import MILLION, Mask, Whole
from tongguan.simulate.clock import ZONE, to_instant


class FaultKind(StrEnum):
    """What can go wrong (or right: a campaign that works changes the numbers as well). ``where`` names what each needs."""

    PAYMENT_OUTAGE = "payment_outage"
    """``payment_channel``: of its attempts, ``strength`` millionths fail, most by timeout."""
    ACCEPTANCE_BACKLOG = "acceptance_backlog"
    """``strength`` millionths of the acceptance clerks do not come; with ``reason`` = interface, that share of the automatic
    acceptances fails instead and floods the desk."""
    CHECKOUT_BROKEN = "checkout_broken"
    """``channel``: of its checkouts, ``strength`` millionths end at the step ``step`` with the reason page_error."""
    KIOSKS_OFFLINE = "kiosks_offline"
    """``region`` (a district): ``strength`` millionths of its kiosks give no sign of life and sell nothing."""
    STATEMENT_BREAKS = "statement_breaks"
    """``payment_channel``, ``break`` (a break class): ``strength`` millionths of the lines of its statements are wrong in that way."""
    COMPLAINT_BURST = "complaint_burst"
    """``product``: of its customers of the last weeks, ``strength`` millionths complain for ``reason``."""
    CONVERSION_DRIFT = "conversion_drift"
    """``channel``: the share of product views that go on to the cart falls slowly, by ``strength`` millionths of itself at the end."""
    CAMPAIGN = "campaign"
    """``campaign``, ``product``: ``strength`` millionths of the visits of those whom it reached end in an order of the product besides
    those that did before; 0: it does not work."""
    PRICE_MISMATCH = "price_mismatch"
    """``product``, ``channel``: the price there is ``strength`` millionths of the true one."""
    NUMBERS_HOARDED = "numbers_hoarded"
    """``region`` (a city), ``pool``: a few customers reserve numbers and never take them, so many a day as ``strength`` says."""
    SURVEY_DROP = "survey_drop"
    """``channel``: ``strength`` millionths of the good scores turn bad."""
    COURIER_DELAY = "courier_delay"
    """``carrier``, ``region`` (a city): its parcels take ``strength`` millionths of their usual time."""
    PROBE_FAILURE = "probe_failure"
    """``channel``: ``strength`` millionths of the probes from outside fail."""


class Effect(msgspec.Struct, frozen=True):
    """What a fault should do to a number.

    Attributes:
        measure: name of the number, such as ``payment_success_rate``.
        change: ``up`` or ``down``.
        about: by how much at the place and in the time of the fault, in words or figures.
    """

    measure: str
    change: str
    about: str


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Attributes:
        id: name within its plan.
        kind: what goes wrong.
        start, end: moments, ``end`` excluded.
        strength: how much, in millionths; see :class:`FaultKind`.
        where: what it concerns.
        zh, en: what a person would say about it.
        effects: what it should do to the numbers.
    """

    id: str
    kind: FaultKind
    start: int
    end: int
    strength: int
    where: Mapping[str, str]
    zh: str
    en: str
    effects: Sequence[Effect] = field(default_factory=tuple)

    def during(self, times: Whole) -> Mask:
        """Return which moments lie within the fault."""
        found: Mask = (times >= self.start) & (times < self.end)
        return found

    def level(self, times: Whole) -> Whole:
        """Return its strength at moments, 0 outside; a drift grows evenly from 0 to its strength and keeps it until the end."""
        if self.kind is not FaultKind.CONVERSION_DRIFT:
            return np.where(self.during(times), self.strength, 0)
        grown = np.clip((times - self.start) * MILLION // max(1, (self.end - self.start) * 3 // 4), 0, MILLION)
        return np.where(self.during(times), grown * self.strength // MILLION, 0)


class FaultPlan:
    """Faults in the order of their beginning.

    Args:
        name: of the plan.
        faults: their ids differ.
    """

    def __init__(self, name: str, faults: Sequence[Fault] = ()) -> None:
        self.name = name
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.start, fault.id)))

    def of(self, kind: FaultKind, first: int, last: int) -> Iterator[Fault]:
        """Yield the faults of a kind that touch the time from ``first`` to ``last``."""
        return (fault for fault in self.faults if fault.kind is kind and fault.start < last and fault.end > first)


class ToldFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A fault as a truth file or a plan file has it."""

    id: str
    what: FaultKind
    where: dict[str, str]
    from_: str
    to: str
    strength: int
    zh: str
    en: str
    expected_effect: list[Effect] = []
    rows_changed: int | msgspec.UnsetType = msgspec.UNSET
    """Told by truth files; a plan that is read may have it, and it means nothing there."""


class PlanError(Exception):
    """A plan file is not valid; the message names the place and what would be valid."""


def to_json(fault: Fault) -> dict[str, object]:
    """Return a fault as truth files tell it: what, where, from, to, expected effect."""
    start, end = (to_instant(moment).astimezone(ZONE).isoformat() for moment in (fault.start, fault.end))
    told = ToldFault(fault.id, fault.kind, dict(fault.where), start, end, fault.strength, fault.zh, fault.en, list(fault.effects))
    found: dict[str, object] = msgspec.to_builtins(told)
    return found
