"""Names of the usual codes of stock: kinds of resources, why stock was refused or adjusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

RESOURCE_KINDS: Final[Mapping[str, Label]] = labels(
    {
        "number": ("号码", "Number"),
        "sim_card": ("SIM 卡", "SIM card"),
        "handset": ("终端", "Handset"),
        "broadband_port": ("宽带端口", "Broadband port"),
        "other": ("其他", "Other"),
    }
)
"""Names for the attribute ``resource_kind``."""

GRADES: Final[Mapping[str, Label]] = labels(
    {"ordinary": ("普通号码", "Ordinary"), "good": ("良好号码", "Good"), "premium": ("靓号", "Premium")}
)
"""Names for the attribute ``grade`` of a number."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "known_already": ("已经登记过", "Known already"),
        "opening": ("期初库存", "Opening stock"),
        "damaged": ("破损", "Damaged"),
        "counted": ("盘点调整", "Stock count"),
    }
)
"""Names for the column ``reason``: why stock was received, refused or adjusted."""
