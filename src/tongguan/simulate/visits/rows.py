"""What the parts of a visit hand to each other: a row per visit that has the part. Moments are NONE (-1) for what did not happen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongguan.simulate.chance import Mask, Whole


def _empty() -> Whole:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Came:
    """Visits as they begin, in order of ``time``.

    Attributes:
        number: of the visit in its day, for draws and ids; numbers of visits that a fault prevented are missing.
        time: when it began.
        sub: place in ``channels.SUBS``.
        customer: who it is.
        age: place in ``people.AGES``.
        recognised: whether the channel knows who it is from the beginning.
        campaign: place among the CAMPAIGN faults that touch the day; NONE for none.
        touched: visits that a fault prevented, by its id.
    """

    number: Whole
    time: Whole
    sub: Whole
    customer: Whole
    age: Whole
    recognised: Mask
    campaign: Whole
    touched: tuple[tuple[str, int], ...]

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Looking:
    """Visits on which a product was looked at.

    Attributes:
        row: place of the visit.
        product: place in ``goods.PRODUCTS``.
        price: in fen, as shown.
        viewed, carted, checkout: moments.
        ended: when the checkout was completed or left.
        left: place in ``buying.LEFT_REASONS``; NONE where completed or never begun.
        step: place in ``buying.CHECKOUT_STEPS`` at which it was left; NONE likewise.
    """

    row: Whole
    product: Whole
    price: Whole
    viewed: Whole
    carted: Whole
    checkout: Whole
    ended: Whole
    left: Whole
    step: Whole

    @classmethod
    def nobody(cls) -> Looking:
        """Return what there is where nobody looks."""
        return cls(*(_empty() for _ in range(9)))


@dataclass(frozen=True)
class SignIns:
    """Visits on which the customer signed in, or tried.

    Attributes:
        row: place of the visit.
        asked: when they tried first.
        refused: when the first proof was refused.
        again: when they tried again.
        done: when they were in.
    """

    row: Whole
    asked: Whole
    refused: Whole
    again: Whole
    done: Whole

    @classmethod
    def nobody(cls) -> SignIns:
        """Return what there is where nobody signs in."""
        return cls(*(_empty() for _ in range(5)))


@dataclass(frozen=True)
class Asking:
    """Visits on which a service was asked for.

    Attributes:
        row: place of the visit.
        service: place in ``services.SERVICES``.
        asked: when.
        second_asked, second_refused, second_passed, second_left: the second proof.
        failed: when self-service failed.
        reason: place in ``services.FAILURES`` of a failure; NONE for none.
        ended: when the flow was over: completed, failed, left or handed to a person.
        served: 1 completed, 2 failed, 3 left, 4 went on to a human agent.
    """

    row: Whole
    service: Whole
    asked: Whole
    second_asked: Whole
    second_refused: Whole
    second_passed: Whole
    second_left: Whole
    failed: Whole
    reason: Whole
    ended: Whole
    served: Whole

    @classmethod
    def nobody(cls) -> Asking:
        """Return what there is where nobody asks."""
        return cls(*(_empty() for _ in range(11)))
