"""What after-sales 售后服务 is measured by."""

from __future__ import annotations

from typing import Final

from tongguan.areas.measuring import count, share
from tongguan.model.measures import Measure

AFTER_SALES: Final[tuple[Measure, ...]] = (
    count("complaints", "投诉", "Complaints", "ticket.opened", kind="complaint", better="down"),
    count("faults", "报障", "Faults", "ticket.opened", kind="fault", better="down"),
    count("responded", "首次响应", "First responses", "ticket.responded"),
    count("resolved", "已解决", "Resolved", "ticket.resolved", better="up"),
    count("closed", "已关闭", "Closed", "ticket.closed", better="up"),
    share("reopened_share", "重开率", "Reopened share", "failures", "volume", better="down"),
    count("urged", "催办", "Urged", "ticket.urged", better="down"),
    count("escalated", "升级", "Escalated", "ticket.escalated", better="down"),
)
