"""Plan files: a JSON list of faults as truth files tell them, checked to the last word before a day is made."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from tongguan.lib.suggest import valid_hint
from tongguan.simulate.chance import MILLION
from tongguan.simulate.clock import of_instant
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan, PlanError, ToldFault
from tongguan.simulate.faults.plans import BREAK_CLASSES
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUBS, Style
from tongguan.simulate.province.goods import CARRIERS, NUMBER_POOLS, PRODUCT_CODES
from tongguan.simulate.province.money import PAYMENT_CODES
from tongguan.simulate.province.places import CITY_CODES, DISTRICTS
from tongguan.simulate.visits.buying import CHECKOUT_STEPS

_FREE: Final[tuple[str, ...]] = ()
"""Any text but the empty one."""

_SELLING: Final = tuple(sorted({sub.channel for sub in SUBS if sub.style is Style.PAGES}))
_YEARS: Final = (1971, 2199)
_NAME: Final = re.compile(r"[\w.-]{1,100}")
_SHARE: Final = (0, MILLION)
_MANIFOLD: Final = (0, 100 * MILLION)


@dataclass(frozen=True)
class Needs:
    """What a kind of fault needs and may have.

    Attributes:
        where: valid values of each word that it needs.
        may: likewise of words that may be left out.
        strength: least and most, in millionths.
    """

    where: Mapping[str, Collection[str]] = field(default_factory=dict)
    may: Mapping[str, Collection[str]] = field(default_factory=dict)
    strength: tuple[int, int] = _SHARE


_CARRIER_NAMES: Final = tuple(name for name, _ in CARRIERS)

NEEDS: Final[Mapping[FaultKind, Needs]] = {
    FaultKind.PAYMENT_OUTAGE: Needs({"payment_channel": PAYMENT_CODES}),
    FaultKind.ACCEPTANCE_BACKLOG: Needs(may={"reason": ("interface",)}),
    FaultKind.CHECKOUT_BROKEN: Needs({"channel": _SELLING, "step": CHECKOUT_STEPS}),
    FaultKind.KIOSKS_OFFLINE: Needs({"region": DISTRICTS}),
    FaultKind.STATEMENT_BREAKS: Needs({"payment_channel": PAYMENT_CODES, "break": BREAK_CLASSES}),
    FaultKind.COMPLAINT_BURST: Needs({"product": PRODUCT_CODES, "reason": _FREE}, strength=_MANIFOLD),
    FaultKind.CONVERSION_DRIFT: Needs({"channel": _SELLING}),
    FaultKind.CAMPAIGN: Needs({"campaign": _FREE, "product": PRODUCT_CODES}),
    FaultKind.PRICE_MISMATCH: Needs({"product": PRODUCT_CODES, "channel": CHANNEL_NAMES}, strength=_MANIFOLD),
    FaultKind.NUMBERS_HOARDED: Needs({"region": CITY_CODES}, {"pool": NUMBER_POOLS}, _MANIFOLD),
    FaultKind.SURVEY_DROP: Needs({"channel": CHANNEL_NAMES}),
    FaultKind.COURIER_DELAY: Needs(may={"carrier": _CARRIER_NAMES, "region": CITY_CODES}, strength=_MANIFOLD),
    FaultKind.PROBE_FAILURE: Needs({"channel": CHANNEL_NAMES}),
}
"""What each kind of fault needs; :class:`~tongguan.simulate.faults.plan.FaultKind` says what it means."""


def read_plan(path: Path) -> FaultPlan:
    """Return the plan of a file: a JSON list of faults, or a truth file with the key ``faults``.

    Raises:
        PlanError: it cannot be read or says something that no fault can be.
    """
    try:
        content = msgspec.json.decode(path.read_bytes())
        told = msgspec.convert(content["faults"] if isinstance(content, dict) and "faults" in content else content, list[ToldFault])
    except (OSError, msgspec.MsgspecError) as error:
        raise PlanError(f"{path}: {error}; a plan is a JSON list of faults, as in a truth file of `tongguan simulate`") from error
    names: set[str] = set()
    for one in told:
        if one.id in names:
            raise PlanError(f"{path}: two faults are called {one.id!r}; each needs a name of its own")
        if not _NAME.fullmatch(one.id):
            raise PlanError(f"{path}: {one.id[:100]!r} is no id of a fault; valid: letters, digits, dot, - and _, at most 100")
        names.add(one.id)
    return FaultPlan(path.stem, [_fault(f"{path}: fault {one.id!r}", one) for one in told])


def _fault(place: str, one: ToldFault) -> Fault:
    start, end = (_moment(f"{place}: {name}", text) for name, text in (("from", one.from_), ("to", one.to)))
    if start >= end:
        raise PlanError(f"{place}: it ends at {one.to}, not after it begins at {one.from_}")
    needs = NEEDS[one.what]
    least, most = needs.strength
    if not least <= one.strength <= most:
        raise PlanError(f"{place}: strength {one.strength} is in millionths; valid: {least} to {most}")
    _check_where(f"{place}: where", one.where, needs)
    return Fault(one.id, one.what, start, end, one.strength, one.where, one.zh, one.en, tuple(one.expected_effect))


def _check_where(place: str, where: Mapping[str, str], needs: Needs) -> None:
    known = {**needs.where, **needs.may}
    for name in needs.where:
        if not where.get(name):
            raise PlanError(f"{place} needs {name!r}" + (f"; {valid_hint('', needs.where[name])}" if needs.where[name] else ""))
    for name, value in where.items():
        if name not in known:
            raise PlanError(f"{place}: this kind of fault has no {name!r}; " + (valid_hint(name, known) if known else "it needs nothing"))
        if known[name] and value not in known[name]:
            raise PlanError(f"{place}: no {name} {value!r}; {valid_hint(value, known[name])}")


def _moment(place: str, text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise PlanError(f"{place}: {text!r} is no time; write it as 2026-11-21T14:05:00+08:00") from error
    if found.tzinfo is None:
        raise PlanError(f"{place}: {text!r} has no zone; write it as {found.isoformat()}+08:00")
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise PlanError(f"{place}: {text!r} is out of range; valid: years {_YEARS[0]} to {_YEARS[1]}")
    return of_instant(found)
