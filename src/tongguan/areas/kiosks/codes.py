"""Names of the usual codes of self-service devices: why one went silent, rested or left, and what is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

FAULTS: Final[Mapping[str, Label]] = labels(
    {
        "broken": ("损坏", "Broken"),
        "paper_out": ("缺纸", "Paper out"),
        "paper_jam": ("卡纸", "Paper jam"),
        "cash_box_full": ("钞箱已满", "Cash box full"),
        "card_reader_dirty": ("读卡器脏污", "Card reader dirty"),
        "cash_validator_dirty": ("验钞器脏污", "Cash validator dirty"),
    }
)
"""Names for the attribute ``fault``."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "network": ("网络中断", "Network down"),
        "power": ("断电", "Power cut"),
        "software": ("软件故障", "Software fault"),
        "part": ("部件故障", "Broken part"),
        "maintenance": ("维护", "Maintenance"),
        "worn_out": ("老化报废", "Worn out"),
    }
)
"""Names for the column ``reason``: why a device went silent, was paused or retired."""
