"""What people of fulfilment work off: orders that a person must accept."""

from __future__ import annotations

from typing import Final

from tongguan.areas.fulfilment.codes import REASONS
from tongguan.model.tasks import Action, Queue
from tongguan.model.vocabulary import Label

_WHY_NOT: Final = ("rule_conflict", "interface_error", "needs_customer", "no_such_account", "plan_conflict", "debt", "real_name_mismatch")

MANUAL_ACCEPTANCE: Final = Queue(
    name="acceptance",
    label=Label("人工受理", "Manual acceptance"),
    stage="acceptance",
    kind="order",
    steps=("acceptance_queued", "acceptance_handed_back", "acceptance_claimed"),
    skill="acceptance",
    events={
        Action.CLAIM: "acceptance.manual_claimed",
        Action.FINISH: "acceptance.manual_done",
        Action.FAIL: "acceptance.manual_failed",
        Action.HAND_BACK: "acceptance.manual_handed_back",
    },
    reasons={code: REASONS[code] for code in _WHY_NOT},
)

QUEUES: Final = (MANUAL_ACCEPTANCE,)
