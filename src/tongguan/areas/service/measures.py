"""What after-sales 售后服务 is measured by."""

from __future__ import annotations

from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label

AFTER_SALES: Final[tuple[Measure, ...]] = (
    Measure("complaints", Label("投诉", "Complaints"), How.COUNT, ("ticket.opened",), only={"kind": ("complaint",)}, better="down"),
    Measure("faults", Label("报障", "Faults"), How.COUNT, ("ticket.opened",), only={"kind": ("fault",)}, better="down"),
    Measure("responded", Label("首次响应", "First responses"), How.COUNT, ("ticket.responded",)),
    Measure("resolved", Label("已解决", "Resolved"), How.COUNT, ("ticket.resolved",), better="up"),
    Measure("closed", Label("已关闭", "Closed"), How.COUNT, ("ticket.closed",), better="up"),
    Measure("reopened_share", Label("重开率", "Reopened share"), How.SHARE, part="failures", whole="volume", better="down"),
    Measure("urged", Label("催办", "Urged"), How.COUNT, ("ticket.urged",), better="down"),
    Measure("escalated", Label("升级", "Escalated"), How.COUNT, ("ticket.escalated",), better="down"),
)
