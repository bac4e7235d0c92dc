"""Who takes a number or a line must prove who they are; some must come back with better papers, a few never do."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, MINUTE, SECOND
from tongguan.simulate.columns import Codes, Column, Same
from tongguan.simulate.orders.lot import REAL_NAME, End, Lot
from tongguan.simulate.orders.story import after, either

TO_ASK: Final = Quantiles({0: 1, 50: 4, 100: 20}, SECOND)
TO_PROVE: Final = Quantiles({0: 15, 50: 50, 90: 180, 100: 900}, SECOND)
TO_COME_BACK: Final = Quantiles({0: 3, 50: 25, 80: 240, 95: 1200, 100: 2600}, MINUTE)
"""So long the customers take for better papers."""
REFUSED: Final = 60_000
"""Of the proofs, in millionths; in a shop none."""
LOST: Final = 60_000
"""Of those refused: never come back."""
GIVEN_UP: Final = 7 * DAY
"""After so long the order is cancelled."""

_METHODS: Final = ("video", "document_photo", "in_shop")
_REASONS: Final = ("photo_unreadable", "name_differs", "document_expired", "face_differs")


def prove(lot: Lot, go: Whole, in_shop: Mask) -> Whole:
    """Return when each order may go on, known who it is for; NONE for those that may not."""
    needed = lot.having(REAL_NAME)
    asked = after(go, lot.spread("identity", TO_ASK), needed)
    refused = lot.happens("identity/refused", REFUSED) & ~in_shop
    answered = after(asked, lot.spread("prove", TO_PROVE))
    failed = after(answered, 0, refused)
    waiting = after(failed, 5 * SECOND)
    lost = refused & lot.happens("identity/lost", LOST)
    back = after(waiting, lot.spread("come back", TO_COME_BACK), ~lost)
    passed = either(after(answered, 0, ~refused), after(back, lot.spread("prove again", TO_PROVE)))
    method = np.where(in_shop, 2, lot.chance.pick("identity/method", lot.row, (7, 3)))
    how: dict[str, Column] = {"method": Codes(_METHODS, method)}
    story = lot.story
    story.add("real_name.requested", asked, attributes=how)
    story.add("real_name.failed", failed, attributes=how, reason=Codes(_REASONS, lot.chance.pick("identity/reason", lot.row, (5, 2, 1, 2))))
    story.add("order.customer_wait_started", waiting, reason=Same("real_name"))
    story.add("order.customer_wait_ended", back)
    story.add("real_name.passed", passed, attributes=how)
    lot.ends.append(End(after(waiting, GIVEN_UP, lost), "no_answer", "system"))
    return np.where(needed, passed, go)
