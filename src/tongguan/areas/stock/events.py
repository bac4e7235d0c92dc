"""Events and cases of stock 资源: numbers, SIM cards, handsets one by one (`resource_id`), other goods by quantity."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import again, aside, end, happening, moment, step, text, whole
from tongguan.model.vocabulary import CaseKind, EventType, Label

_KIND: Final = (
    text("resource_kind", "What the resource is.", "number", "sim_card", "handset", "broadband_port", "other"),
    text("pool", "Pool that the resource belongs to."),
    text("warehouse", "Where it lies."),
    text("grade", "Class of the resource, such as the beauty of a number."),
)
_HOLD: Final = (*_KIND, text("hold", "The source's own id of the hold."), moment("expires", "When the hold ends by itself."))
_BULK: Final = (text("sku", "Stock keeping unit."), text("warehouse", "Where it lies."), text("supplier", "Who delivered."))

CASE_KINDS: Final = (
    CaseKind(
        "resource",
        Label("资源", "Resource"),
        (
            end("refused", "拒收", "Refused", "refused"),
            again("received", "已入库", "Received", "available"),
            step("reserved", "已预占", "Reserved", "reserved"),
            aside("reservation_extended", "预占延期", "Reservation extended", "reserved"),
            step("reservation_expired", "预占过期", "Reservation expired", "available"),
            step("released", "预占释放", "Released", "available"),
            step("allocated", "已分配", "Allocated", "allocated"),
            aside("moved", "调拨", "Moved", "available"),
            step("quarantined", "冷冻", "Quarantined", "quarantined"),
            step("freed", "冷冻期满", "Freed", "available"),
            end("withdrawn", "已注销", "Withdrawn", "withdrawn"),
        ),
    ),
)

_SINGLE: Final = (
    happening(
        "resource.received",
        "资源入库",
        "Resource received",
        "A number, card or device came into stock and is free.",
        60,
        requires="resource_id",
        attributes=_KIND,
        resource="received",
    ),
    happening(
        "resource.refused",
        "资源拒收",
        "Resource refused",
        "Something arrived but was not taken into stock: damaged, wrong, or known already.",
        59,
        requires="resource_id",
        attributes=_KIND,
        resource="refused",
    ),
    happening(
        "resource.reserved",
        "资源预占",
        "Resource reserved",
        "A free resource is held for a customer or an order.",
        215,
        requires="resource_id",
        attributes=_HOLD,
        resource="reserved",
    ),
    happening(
        "resource.reservation_extended",
        "预占延期",
        "Reservation extended",
        "A hold was made longer, as when payment started.",
        216,
        requires="resource_id",
        attributes=_HOLD,
        resource="reservation_extended",
    ),
    happening(
        "resource.reservation_expired",
        "预占过期",
        "Reservation expired",
        "A hold ran out; the resource is free again.",
        610,
        requires="resource_id",
        attributes=_HOLD,
        resource="reservation_expired",
    ),
    happening(
        "resource.released",
        "预占释放",
        "Resource released",
        "A hold was given back before it ran out; the resource is free again.",
        611,
        requires="resource_id",
        attributes=_HOLD,
        resource="released",
    ),
    happening(
        "resource.allocated",
        "资源分配",
        "Resource allocated",
        "A resource was given to a customer or an order for good.",
        410,
        requires="resource_id",
        attributes=_KIND,
        resource="allocated",
    ),
    happening(
        "resource.moved",
        "资源调拨",
        "Resource moved",
        "A resource went to another warehouse, pool, region or partner.",
        62,
        requires="resource_id",
        attributes=(*_KIND, text("moved_from", "Where it was before."), text("moved_to", "Where it is now.")),
        resource="moved",
    ),
    happening(
        "resource.quarantined",
        "资源冷冻",
        "Resource quarantined",
        "A resource that was in use ages before it may be given out again.",
        620,
        requires="resource_id",
        attributes=(*_KIND, moment("until", "When it may be free again.")),
        resource="quarantined",
    ),
    happening(
        "resource.freed",
        "资源释放",
        "Resource freed",
        "The ageing of a resource ended; it is free.",
        622,
        requires="resource_id",
        attributes=_KIND,
        resource="freed",
    ),
    happening(
        "resource.withdrawn",
        "资源注销",
        "Resource withdrawn",
        "A resource left the stock for good: lost, broken, given back.",
        630,
        requires="resource_id",
        attributes=_KIND,
        resource="withdrawn",
    ),
)

_BY_QUANTITY: Final = (
    happening(
        "stock.received",
        "批量入库",
        "Stock received",
        "`quantity` pieces of a product came into stock.",
        60,
        requires="product_id quantity",
        attributes=_BULK,
    ),
    happening(
        "stock.refused",
        "批量拒收",
        "Stock refused",
        "`quantity` pieces of a product arrived but were not taken into stock.",
        59,
        requires="product_id quantity",
        attributes=_BULK,
    ),
    happening(
        "stock.moved",
        "批量调拨",
        "Stock moved",
        "`quantity` pieces of a product went from one place to another.",
        62,
        requires="product_id quantity",
        attributes=(*_BULK, text("moved_from", "Where they were before."), text("moved_to", "Where they are now.")),
    ),
    happening(
        "stock.adjusted",
        "库存调整",
        "Stock adjusted",
        "The books of a product were corrected by `quantity`, up or down; `reason` says why.",
        64,
        requires="product_id quantity",
        attributes=_BULK,
    ),
    happening(
        "stock.counted",
        "库存盘点",
        "Stock counted",
        "Somebody counted a product or a pool: `quantity` pieces are there.",
        65,
        requires="quantity",
        attributes=(*_BULK, text("pool", "Pool that was counted."), whole("booked_quantity", "Pieces that the books say.")),
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_SINGLE, *_BY_QUANTITY)
