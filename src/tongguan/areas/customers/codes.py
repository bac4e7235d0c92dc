"""Customer tiers 客户等级 and network generations 网络制式."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

TIERS: Final[Mapping[str, Label]] = labels(
    {"high": ("高价值", "High value"), "middle": ("中价值", "Middle value"), "low": ("低价值", "Low value")}
)
"""The closed list of the column ``tier``."""

NETWORKS: Final[Mapping[str, Label]] = labels({"2g": ("2G", "2G"), "3g": ("3G", "3G"), "4g": ("4G", "4G"), "5g": ("5G", "5G")})
"""The closed list of the column ``network``."""
