"""What stock-in 资源入库 is measured by: what comes in, what is held and given out, what becomes free again."""

from __future__ import annotations

from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label

STOCK: Final[tuple[Measure, ...]] = (
    Measure(
        "numbers_received", Label("号码入库", "Numbers received"), How.COUNT, ("resource.received",), only={"resource_kind": ("number",)}
    ),
    Measure(
        "cards_received",
        Label("SIM 卡入库", "SIM cards received"),
        How.COUNT,
        ("resource.received",),
        only={"resource_kind": ("sim_card",)},
    ),
    Measure(
        "handsets_received", Label("终端入库", "Handsets received"), How.COUNT, ("resource.received",), only={"resource_kind": ("handset",)}
    ),
    Measure("pieces_received", Label("批量入库件数", "Pieces received"), How.SUM, ("stock.received",), ("quantity",)),
    Measure("pieces_refused", Label("批量拒收件数", "Pieces refused"), How.SUM, ("stock.refused",), ("quantity",), better="down"),
    Measure("reserved", Label("预占", "Reserved"), How.COUNT, ("resource.reserved",)),
    Measure("allocated", Label("分配", "Allocated"), How.COUNT, ("resource.allocated",)),
    Measure(
        "freed", Label("释放", "Released or freed"), How.COUNT, ("resource.released", "resource.reservation_expired", "resource.freed")
    ),
    Measure("expired", Label("预占过期", "Reservations expired"), How.COUNT, ("resource.reservation_expired",), better="down"),
    Measure("expired_share", Label("预占过期率", "Expired share"), How.SHARE, part="expired", whole="reserved", better="down"),
    Measure("moved", Label("调拨件数", "Pieces moved"), How.SUM, ("stock.moved",), ("quantity",)),
    Measure("adjusted", Label("库存调整", "Pieces adjusted"), How.SUM, ("stock.adjusted",), ("quantity",)),
)
