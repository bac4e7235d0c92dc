"""Signing in, second proofs, and services asked for."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION, Chance, Mask, Quantiles, Whole
from tongguan.simulate.clock import SECOND
from tongguan.simulate.plans import NONE
from tongguan.simulate.visits.rates import Rates
from tongguan.simulate.visits.rows import Asking, Came, SignIns
from tongguan.simulate.visits.services import FAILURE_WEIGHTS, FAILURES, LEAVING, ON_TO_A_PERSON, SERVICES, weights

SIGN_IN: Final = 550_000
"""Share of the visits by people nobody knows that sign in for a service or a checkout, in millionths."""

SIGN_IN_AGAIN: Final = 60_000
"""And of the visits by people who are known: their session has run out."""

GIVE_UP: Final = 6_000
"""Share of the other anonymous visits that try to sign in, are refused and give up, in millionths."""

REFUSED: Final = 70_000
"""Share of the sign-ins whose first proof is refused, in millionths."""

SECOND_PROOF: Final = 600_000
"""Share of the requests for a service of that kind on pages that meet a second proof, in millionths."""

_SECOND_WEIGHTS: Final = (87, 6, 7)
"""Second proofs that are passed at once, passed after a failure, left."""

_NEEDS_SECOND: Final = np.array([service.second for service in SERVICES])
_FAILING: Final = np.array([service.failing for service in SERVICES], dtype=np.int64)
_SECOND_FACTOR: Final = FAILURES.index("second_factor")
COMPLETED, FAILED, LEFT, PERSON = 1, 2, 3, 4

_TO_ASK: Final = Quantiles({0: 2, 50: 14, 90: 60, 100: 240}, SECOND)
_TO_SIGN: Final = Quantiles({0: 2, 50: 12, 90: 40, 100: 120}, SECOND)
_TO_PROVE: Final = Quantiles({0: 4, 50: 15, 90: 45, 100: 180}, SECOND)
_SERVED_SIMPLE: Final = Quantiles({0: 0.3, 50: 2, 90: 9, 100: 45}, SECOND)
_SERVED_LONG: Final = Quantiles({0: 8, 50: 50, 90: 170, 100: 700}, SECOND)
_TO_PERSON: Final = Quantiles({0: 2, 50: 15, 90: 60, 100: 200}, SECOND)
_LONG: Final = np.array([service.complexity != "simple" for service in SERVICES])


def sign_in(chance: Chance, came: Came, wants: Mask, idle: Mask) -> SignIns:
    """Return who signs in, with moments counted from the moment they are asked to, which is 0.

    Args:
        wants: visits that ask for a service or check out.
        idle: visits of sub-channels with pages that neither ask nor look at a product: a few of them try in vain.
    """
    drawn = chance.below("sign_in", came.number, MILLION)
    signs = wants & (drawn < np.where(came.recognised, SIGN_IN_AGAIN, SIGN_IN))
    gives_up = idle & ~came.recognised & (drawn < GIVE_UP)
    row = np.flatnonzero(signs | gives_up)
    number = came.number[row]
    asked = np.zeros(len(row), dtype=np.int64)
    first = chance.spread("to_sign", number, _TO_SIGN)
    refused = gives_up[row] | chance.happens("refused", number, REFUSED)
    again = first + chance.spread("to_sign_again", number, _TO_SIGN)
    done = np.where(refused, again + chance.spread("to_be_in", number, _TO_SIGN), first)
    leaves = gives_up[row]
    return SignIns(row, asked, np.where(refused, first, NONE), np.where(refused & ~leaves, again, NONE), np.where(leaves, NONE, done))


def moved(signs: SignIns, since: Whole) -> SignIns:
    """Return sign-ins that begin at ``since``, a moment per row."""
    later = [np.where(times == NONE, NONE, times + since) for times in (signs.asked, signs.refused, signs.again, signs.done)]
    return SignIns(signs.row, *later)


def seek_services(chance: Chance, rates: Rates, came: Came, asks: Mask, since: Whole) -> Asking:
    """Return the services asked for and how it went.

    Args:
        asks: visits that ask for one.
        since: moment per visit from which the customer is free to ask.
    """
    row = np.flatnonzero(asks)
    number, sub = came.number[row], came.sub[row]
    service = chance.pick_by("service", number, rates.kind[sub], weights())
    asked = since[row] + chance.spread("to_ask", number, _TO_ASK)
    seconds, proved = _second_proofs(chance, number, asked, _NEEDS_SECOND[service] & rates.pages[sub])
    gives_up = seconds[3] != NONE
    drawn = chance.below("served", number, MILLION)
    failing = _FAILING[service]
    person = rates.person[sub]
    served = np.select([drawn < failing, drawn < failing + LEAVING, drawn < failing + LEAVING + person], [FAILED, LEFT, PERSON], COMPLETED)
    served = np.where(gives_up, LEFT, served)
    long = chance.spread("served_long", number, _SERVED_LONG)
    ended = proved + np.where(_LONG[service], long, chance.spread("served_simple", number, _SERVED_SIMPLE))
    fails = served == FAILED
    goes_on = fails & chance.happens("goes_on", number, ON_TO_A_PERSON)
    reason = np.where(fails, chance.pick("reason", number, FAILURE_WEIGHTS), np.where(gives_up, _SECOND_FACTOR, NONE))
    return Asking(
        row,
        service,
        asked,
        *seconds,
        failed=np.where(fails, ended, NONE),
        reason=reason,
        ended=np.where(goes_on, ended + chance.spread("to_person", number, _TO_PERSON), ended),
        served=np.where(goes_on, PERSON, served),
    )


def _second_proofs(chance: Chance, number: Whole, asked: Whole, may: Mask) -> tuple[tuple[Whole, Whole, Whole, Whole], Whole]:
    """Return when second proofs were asked for, refused, passed, left; and from when on the service goes on."""
    meets = may & chance.happens("second", number, SECOND_PROOF)
    how = chance.pick("second_how", number, _SECOND_WEIGHTS)
    begun = asked + SECOND
    first = begun + chance.spread("to_prove", number, _TO_PROVE)
    again = first + chance.spread("to_prove_again", number, _TO_PROVE)
    passed = np.where(how == 1, again, first)
    times = (begun, np.where(how == 1, first, NONE), np.where(how < 2, passed, NONE), np.where(how == 2, first, NONE))
    asked_for, refused, through, left = (np.where(meets, time, NONE) for time in times)
    return (asked_for, refused, through, left), np.where(meets, passed, asked)
