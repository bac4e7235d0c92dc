"""What people work off before an order goes on: orders that a check set aside."""

from __future__ import annotations

from typing import Final

from tongguan.areas.orders.codes import REASONS
from tongguan.model.tasks import Action, Queue
from tongguan.model.vocabulary import Label

_WHY_NOT: Final = ("duplicate", "incomplete", "suspicious", "not_paid", "ordered_twice", "cannot_be_accepted", "no_stock")

REVIEW: Final = Queue(
    name="order_review",
    label=Label("异常订单审核", "Review of held orders"),
    stage="order",
    kind="order",
    steps=("check_requested", "held"),
    skill="order_review",
    events={Action.FINISH: "order.released", Action.FAIL: "order.rejected"},
    reasons={code: REASONS[code] for code in _WHY_NOT},
)

QUEUES: Final = (REVIEW,)
