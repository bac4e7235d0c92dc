"""How a stage stands, from its volume and failures alone; time limits and learnt baselines come with their own stages.

The help page tells these rules to users; change both together.
"""

from __future__ import annotations

from typing import Final

from tongguan.model.answers import StageStatus
from tongguan.web.kit.components import Status
from tongguan.web.kit.texts import msg

FLOOR: Final = 30
"""Fewer events than this on both days of comparison say nothing."""

LOW: Final = 0.5
WATCH: Final = 0.8
"""Shares of the lower of the two days' volumes; below the first a stage is abnormal, below the second to be watched."""

FAILING: Final = 0.05
"""Share of failures in volume plus failures from which a stage is to be watched; twice that is abnormal."""


def standing(stage: StageStatus) -> tuple[Status, str]:
    """Return how a stage stands and why, as a message to translate; empty where all is well."""
    usual = min(stage.volume_yesterday, stage.volume_last_week)
    tried = stage.volume + stage.failures
    failing = stage.failures / tried if tried >= FLOOR else 0.0
    if failing >= 2 * FAILING:
        return Status.BAD, msg("Many failures")
    if max(stage.volume_yesterday, stage.volume_last_week) < FLOOR:
        return (Status.WATCH, msg("More failures")) if failing >= FAILING else (Status.UNKNOWN, "")
    if stage.volume < LOW * usual:
        return Status.BAD, msg("Volume slump")
    if stage.volume < WATCH * usual:
        return Status.WATCH, msg("Low volume")
    if failing >= FAILING:
        return Status.WATCH, msg("More failures")
    return Status.GOOD, ""
