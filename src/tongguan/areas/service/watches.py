"""What of after-sales is looked at day by day."""

from __future__ import annotations

from typing import Final

from tongguan.model.findings import Bad, Of, Tally, Unit, Watch
from tongguan.model.vocabulary import Label

_ANSWERS: Final = {"measure": ("csat",)}

WATCHES: Final = (
    Watch(
        "complaints",
        Label("投诉量", "Complaints"),
        "after_sales",
        "category",
        Tally(("ticket.opened",), only={"kind": ("complaint",)}),
        unit=Unit.COUNT,
        bad=Bad.UP,
        least=0.5,
    ),
    Watch(
        "satisfaction",
        Label("满意度得分", "Satisfaction score"),
        "after_sales",
        "channel",
        Tally(("survey.answered",), Of.SCORE, _ANSWERS),
        Tally(("survey.answered",), only=_ANSWERS),
        unit=Unit.POINTS,
        least=0.05,
    ),
)
