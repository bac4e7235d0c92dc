"""What stock-in 资源入库 is measured by: what comes in, what is held and given out, what becomes free again."""

from __future__ import annotations

from typing import Final

from tongguan.areas.measuring import count, pieces, share
from tongguan.model.measures import Measure

STOCK: Final[tuple[Measure, ...]] = (
    count("numbers_received", "号码入库", "Numbers received", "resource.received", resource_kind="number"),
    count("cards_received", "SIM 卡入库", "SIM cards received", "resource.received", resource_kind="sim_card"),
    count("handsets_received", "终端入库", "Handsets received", "resource.received", resource_kind="handset"),
    pieces("pieces_received", "批量入库件数", "Pieces received", "stock.received"),
    pieces("pieces_refused", "批量拒收件数", "Pieces refused", "stock.refused", better="down"),
    count("reserved", "预占", "Reserved", "resource.reserved"),
    count("allocated", "分配", "Allocated", "resource.allocated"),
    count("freed", "释放", "Released or freed", "resource.released", "resource.reservation_expired", "resource.freed"),
    count("expired", "预占过期", "Reservations expired", "resource.reservation_expired", better="down"),
    share("expired_share", "预占过期率", "Expired share", "expired", "reserved", better="down"),
    pieces("moved", "调拨件数", "Pieces moved", "stock.moved"),
    pieces("adjusted", "库存调整", "Pieces adjusted", "stock.adjusted"),
)
