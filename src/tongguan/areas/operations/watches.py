"""What of the halls' operation is looked at day by day."""

from __future__ import annotations

from typing import Final

from tongguan.model.findings import Bad, Tally, Watch
from tongguan.model.vocabulary import Label

WATCHES: Final = (
    Watch(
        "probes_failed",
        Label("拨测失败率", "Probes failed"),
        "visit",
        "channel",
        Tally(("probe.failed",)),
        Tally(("probe.completed", "probe.failed")),
        bad=Bad.UP,
        least=0.5,
    ),
    Watch(
        "interface_failures",
        Label("接口调用失败率", "Interface failures"),
        "acceptance",
        "interface",
        Tally(("interface.failed",)),
        Tally(("interface.called", "interface.failed")),
        bad=Bad.UP,
        least=0.5,
    ),
)
