"""What of fulfilment is looked at day by day."""

from __future__ import annotations

from typing import Final

from tongguan.model.findings import Bad, Tally, Unit, Watch
from tongguan.model.vocabulary import Label

_AUTOMATIC: Final = ("acceptance.automatic_done", "acceptance.automatic_failed")
_ENDED: Final = ("package.delivered", "package.delivery_failed", "package.returned", "package.lost")

WATCHES: Final = (
    Watch(
        "automatic_failed",
        Label("自动受理失败率", "Automatic acceptance failed"),
        "acceptance",
        "channel",
        Tally(_AUTOMATIC[1:]),
        Tally(_AUTOMATIC),
        bad=Bad.UP,
        least=0.3,
    ),
    Watch(
        "worked_by_hand",
        Label("人工受理完成量", "Worked by hand"),
        "acceptance",
        "region",
        Tally(("acceptance.manual_done", "acceptance.manual_failed")),
        unit=Unit.COUNT,
        least=0.4,
    ),
    Watch(
        "delivery_failed",
        Label("配送失败率", "Delivery attempts failed"),
        "delivery",
        "carrier",
        Tally(_ENDED[1:]),
        Tally(_ENDED),
        bad=Bad.UP,
        least=0.5,
    ),
    # What was shipped is known to be late once four days are over, wherever it is then.
    Watch(
        "delivered_in_time",
        Label("四天内送达率", "Delivered within four days"),
        "delivery",
        "carrier",
        Tally(("package.shipped",), followed_by=("package.delivered",), by="package_id", hours=96),
        Tally(("package.shipped",)),
        least=0.04,
        settles=4,
    ),
    Watch(
        "activation_failed",
        Label("激活失败率", "Activation failed"),
        "activation",
        "business_class",
        Tally(("activation.failed",)),
        Tally(("activation.completed", "activation.failed")),
        bad=Bad.UP,
        least=0.5,
    ),
)
