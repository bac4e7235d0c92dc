"""The help of order quality and of returns."""

from __future__ import annotations

from typing import Final

from tongguan.web.kit.texts import msg
from tongguan.web.rooms.help.screen import Screen

QUALITY: Final = Screen(
    "/orders/quality",
    msg("Order quality"),
    msg("Which orders are duplicate, incomplete or suspicious, by which rule, and why each of them?"),
    (
        (
            msg("Abnormal orders"),
            msg(
                "Orders that a rule flagged, each once however many rules did. Rules of the selling systems count as well; "
                "they are marked by the source."
            ),
        ),
        (
            msg("When it counts"),
            msg(
                "At the moment from which it could be known: when the order was made, or when its time was over. So days do not "
                "depend on when data comes in."
            ),
        ),
        (
            msg("held"),
            msg(
                "Orders found by such a rule stand in the queue of orders to be reviewed, if nobody has begun to work on them. "
                "Whoever reviews lets them go on or rejects them. An order is held once."
            ),
        ),
        (
            msg("Unusual amount"),
            msg(
                "Spreads off the median of the product's orders in the weeks before. A spread is 1.4826 times the median distance "
                "from the median, but at least 5% of the median; single very large amounts do not move it."
            ),
        ),
        (
            msg("One address or identity"),
            msg("Personal values are compared as the tokens that are stored; nobody reads the plain values for it."),
        ),
        (
            msg("How rules are changed"),
            msg(
                "Rules are a file: copy areas/orders/quality.yaml as quality.yaml into the home, change it, and restart. Parameters, "
                "on and off, and whether orders are held stand in it; mistakes are told with their line."
            ),
        ),
    ),
)

RETURNS: Final = Screen(
    "/returns",
    msg("Returns"),
    msg("What is called off or sent back, why, what it is worth, how long it takes, and what waits?"),
    (
        (
            msg("Cancelled and returns"),
            msg("Orders by the day on which they were cancelled, or on which a return was asked for; an order counts once a day."),
        ),
        (
            msg("Value"),
            msg("Of a return what was asked back; of a cancellation what was ordered. Currencies are never added up."),
        ),
        (
            msg("Share"),
            msg(
                "Cancelled and returned to orders made in the same period, each by its own day. Grey where fewer than 30 orders were made."
            ),
        ),
        (
            msg("How long each step takes"),
            msg("From the first event to the one that ends the step, of steps that ended in the period; half and nine tenths of them."),
        ),
        (
            msg("Waiting"),
            msg("Cancellations, returns and refunds that somebody must act on now, the oldest first, against the limit of their step."),
        ),
        (
            msg("Filters by reason and product"),
            msg("They look at the event that cancelled or asked. What ends a return may name another reason."),
        ),
    ),
)
