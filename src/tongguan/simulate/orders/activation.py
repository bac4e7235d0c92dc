"""Numbers and lines are opened in the network: at home by a technician, in a shop, or when the customer puts the card in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND
from tongguan.simulate.columns import Codes, Column, Moments, Same
from tongguan.simulate.orders.lot import ACTIVATED, CARD, CLOSES, IN_SHOP, ON_SITE, OPENS, Lot
from tongguan.simulate.orders.story import NONE, after, latest, only, working

TO_PUT_IN: Final = Quantiles({0: 3, 40: 30, 80: 300, 95: 1400, 100: 4000}, MINUTE)
"""From the delivery of a card until the customer puts it in."""
TO_VISIT: Final = Quantiles({0: 14, 30: 24, 70: 50, 95: 90, 100: 110}, HOUR)
"""Until a technician comes."""
TO_COME: Final = Quantiles({0: 1, 50: 20, 90: 70, 100: 120}, HOUR)
"""Until the customer comes to the shop for a number that is ready."""
TO_OPEN: Final = Quantiles({0: 10, 50: 50, 90: 420, 98: 1700, 100: 5400}, SECOND)
TO_INSTALL: Final = Quantiles({0: 20, 50: 50, 100: 130}, MINUTE)
TO_MEND: Final = Quantiles({0: 5, 50: 40, 90: 240, 100: 900}, MINUTE)
TO_PORT: Final = Quantiles({0: 0.5, 50: 4, 90: 20, 100: 40}, HOUR)
"""Until another operator lets a number go."""

TO_AGREE: Final = 2 * MINUTE
"""From the allocated line until an appointment is made."""

PORTED: Final = 60_000
"""Of the number cards, in millionths: the number comes from another operator."""
PORT_REFUSED: Final = 120_000
"""Of those, in millionths; the card goes on with a number of ours."""
FAILED: Final = 35_000
"""Of the first activations, in millionths."""
NEVER_PUT_IN: Final = 20_000
"""Of the delivered cards, in millionths."""
NOT_AT_HOME: Final = 40_000
"""Of the technicians' visits, in millionths: they come again a day later."""
TECHNICIAN_OPENS, TECHNICIAN_CLOSES = 9, 18

_REASONS: Final = ("real_name_mismatch", "network_refused", "port_busy")
_OPERATORS: Final = ("operator-b", "operator-c")


@dataclass(frozen=True)
class Activated:
    """How activation went; NONE for what did not happen.

    Attributes:
        asked: when it was asked for first.
        done: when it was done.
        promised: the moment promised anew by an appointment.
    """

    asked: Whole
    done: Whole
    promised: Whole


def activate(lot: Lot, allocated: Whole, delivered: Whole, accepted: Whole, in_shop: Mask) -> Activated:
    """Activate what needs it.

    Args:
        lot: the orders.
        allocated: when number or line was given to those without package.
        delivered: when the package came.
        accepted: when they were accepted.
        in_shop: a shop does all of it.
    """
    visit, promised = _appointment(lot, only(allocated, lot.having(ON_SITE) & ~in_shop))
    ported = _port(lot, only(accepted, ~in_shop))
    card = after(delivered, lot.spread("put in", TO_PUT_IN), ~lot.happens("never put in", NEVER_PUT_IN))
    card = np.where(card >= 0, np.maximum(card, ported), NONE)
    come = after(allocated, lot.spread("come for number", TO_COME), lot.having(IN_SHOP) & ~in_shop)
    come = working(come, OPENS, CLOSES, lot.morning("come for number"))
    begin = latest(visit, card, come, after(accepted, MINUTE, in_shop))
    asked = only(begin, lot.having(ACTIVATED))
    takes = np.where(visit >= 0, lot.spread("install", TO_INSTALL), lot.spread("open", TO_OPEN))
    answered = after(asked, takes)
    bad = lot.happens("activation", FAILED)
    failed = only(answered, bad)
    again = working(after(failed, lot.spread("mend", TO_MEND)), OPENS, CLOSES, lot.morning("mend"))
    done = np.where(bad, after(again, lot.spread("open again", TO_OPEN)), answered)
    system: dict[str, Column] = {"system": Same("network")}
    lot.story.add("activation.requested", asked, attributes=system)
    why = Codes(_REASONS, lot.chance.pick("activation/why", lot.row, (4, 3, 2)))
    lot.story.add("activation.failed", failed, attributes=system, reason=why)
    lot.story.add("activation.requested", again, attributes=system)
    lot.story.add("activation.completed", done, attributes=system)
    return Activated(asked, done, promised)


def _appointment(lot: Lot, allocated: Whole) -> tuple[Whole, Whole]:
    """Agree with the customers when a technician comes; return when one did, and the end of the day agreed."""
    agreed = after(allocated, TO_AGREE)
    planned = working(after(agreed, lot.spread("visit", TO_VISIT)), TECHNICIAN_OPENS, TECHNICIAN_CLOSES, lot.morning("visit"))
    promised = np.where(planned >= 0, planned - planned % DAY + 20 * HOUR, NONE)
    missed = lot.happens("not at home", NOT_AT_HOME)
    waiting = only(planned, missed)
    back = after(waiting, lot.spread("agree again", TO_MEND))
    second = working(after(back, DAY), TECHNICIAN_OPENS, TECHNICIAN_CLOSES, lot.morning("visit again"))
    lot.story.add("order.promised", agreed, due_time=Moments(promised))
    lot.story.add("order.customer_wait_started", waiting, reason=Same("nobody_home"))
    lot.story.add("order.customer_wait_ended", back)
    return np.where(missed, second, planned), promised


def _port(lot: Lot, accepted: Whole) -> Whole:
    """Bring some numbers over from other operators; return when that ended."""
    asked = after(accepted, 30 * SECOND, lot.having(CARD) & lot.happens("port", PORTED))
    refused = lot.happens("port/refused", PORT_REFUSED)
    ended = after(asked, lot.spread("port", TO_PORT))
    other: dict[str, Column] = {"other_operator": Codes(_OPERATORS, lot.chance.pick("port/from", lot.row, (6, 4)))}
    why = Codes(("contract_running", "debt", "name_differs"), lot.chance.pick("port/why", lot.row, (5, 3, 2)))
    lot.story.add("number_port.requested", asked, attributes=other)
    lot.story.add("number_port.refused", only(ended, refused), attributes=other, reason=why)
    lot.story.add("number_port.completed", only(ended, ~refused), attributes=other)
    return ended
