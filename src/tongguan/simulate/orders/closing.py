"""Orders are done: those without delivery say so, and some customers say how it was."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Quantiles, Whole
from tongguan.simulate.clock import HOUR, SECOND
from tongguan.simulate.columns import Column, Ids, Numbers
from tongguan.simulate.orders.lot import Lot
from tongguan.simulate.orders.story import NONE, after

TO_COMPLETE: Final = Quantiles({0: 1, 50: 6, 90: 40, 100: 300}, SECOND)
TO_REVIEW: Final = Quantiles({0: 0.2, 50: 20, 90: 90, 100: 200}, HOUR)

REVIEWED: Final = 120_000
"""Of the finished orders, in millionths."""
SCORES: Final = np.array([(2, 2, 8, 30, 58), (26, 22, 22, 18, 12)], dtype=np.int64)
"""How often each score from 1 to 5 is given: in time, late."""


def complete(lot: Lot, over: Whole, which: Mask) -> Whole:
    """Plan that the source says that orders are complete, soon after ``over``; return when."""
    done = after(over, lot.spread("complete", TO_COMPLETE), which)
    lot.story.add("order.completed", done)
    return done


def review(lot: Lot, done: Whole, late: Whole) -> None:
    """Plan that some customers rate what they got: worse where it came late."""
    reviewed = after(done, lot.spread("review", TO_REVIEW), lot.happens("reviewed", REVIEWED))
    score = 1 + lot.chance.pick_by("score", lot.row, (late > 0).astype(np.int64), SCORES)
    attributes: dict[str, Column] = {"review": Ids(f"V{lot.name}-", np.where(reviewed >= 0, lot.row, NONE)), "score": Numbers(score)}
    lot.story.add("order.reviewed", reviewed, attributes=attributes)
