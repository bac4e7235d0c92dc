"""What of stock is looked at day by day."""

from __future__ import annotations

from typing import Final

from tongguan.model.findings import Bad, Tally, Unit, Watch
from tongguan.model.vocabulary import Label

WATCHES: Final = (
    # Numbers that are held and never taken are gone for those who would buy them.
    Watch(
        "reservations_expired",
        Label("号码预占过期", "Reservations expired"),
        "stock",
        "region",
        Tally(("resource.reservation_expired",)),
        unit=Unit.COUNT,
        bad=Bad.UP,
        least=0.5,
    ),
)
