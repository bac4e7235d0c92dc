"""Events of fulfilment 订单履行: acceptance, checks, allocation, delivery, activation, OTO; and the case of a package."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import aside, end, happening, moment, personal, several, step, text, whole
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Label

CASE_KINDS: Final = (
    CaseKind(
        "package",
        Label("包裹", "Package"),
        (
            step("packed", "已打包", "Packed", "packed"),
            step("shipped", "已发货", "Shipped", "shipped"),
            step("moved", "运输中", "In transit", "shipped"),
            aside("promised", "预计送达", "Promised", "shipped"),
            step("out_for_delivery", "派送中", "Out for delivery", "shipped"),
            step("delivery_failed", "配送失败", "Delivery failed", "failed"),
            end("delivered", "已送达", "Delivered", "delivered"),
            end("returned_to_sender", "退回发货方", "Returned to sender", "returned"),
            end("lost", "丢件", "Lost", "lost"),
        ),
    ),
)


def _on_order(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, *attributes: Attribute) -> EventType:
    return happening(name, zh, en, meaning, rank, requires="order_id", attributes=attributes, order=milestone)


_ACCEPTANCE: Final = (
    text("system", "System or interface that accepts."),
    text("queue", "Queue of the manual desk."),
    text("code", "Code that the accepting system answered."),
)
_ACCEPTING: Final = (
    _on_order(
        "acceptance.automatic_requested",
        "请求自动受理",
        "Automatic acceptance requested",
        "The order was sent to the billing system's interface.",
        320,
        "acceptance_requested",
        *_ACCEPTANCE,
    ),
    _on_order(
        "acceptance.automatic_done",
        "自动受理成功",
        "Automatic acceptance done",
        "The interface accepted the order.",
        366,
        "accepted",
        *_ACCEPTANCE,
    ),
    _on_order(
        "acceptance.automatic_failed",
        "自动受理失败",
        "Automatic acceptance failed",
        "The interface refused the order or did not answer; `reason` says why.",
        324,
        "acceptance_automatic_failed",
        *_ACCEPTANCE,
    ),
    _on_order(
        "acceptance.manual_queued",
        "转人工受理",
        "Manual acceptance queued",
        "The order waits for a person to accept it.",
        328,
        "acceptance_queued",
        *_ACCEPTANCE,
    ),
    _on_order(
        "acceptance.manual_claimed",
        "人工受理领取",
        "Manual acceptance claimed",
        "A person (`actor_id`) took the order from the queue.",
        332,
        "acceptance_claimed",
        *_ACCEPTANCE,
    ),
    _on_order(
        "acceptance.manual_handed_back",
        "人工受理退回",
        "Manual acceptance handed back",
        "The person gave the order back to the queue; `reason` says why.",
        334,
        "acceptance_handed_back",
        *_ACCEPTANCE,
    ),
    _on_order(
        "acceptance.manual_done",
        "人工受理成功",
        "Manual acceptance done",
        "The person accepted the order; `duration` is the time of work.",
        368,
        "accepted",
        *_ACCEPTANCE,
    ),
    _on_order(
        "acceptance.manual_failed",
        "人工受理失败",
        "Manual acceptance failed",
        "The person could not accept the order; `reason` says why.",
        364,
        "acceptance_failed",
        *_ACCEPTANCE,
    ),
)

_PERSON: Final = (
    text("method", "How it is checked: video, document photo, in a shop."),
    personal("name", "Name that is checked."),
    personal("identity_number", "Number of the identity document."),
    personal("phone", "Telephone number concerned."),
)
_PORT: Final = (text("other_operator", "Operator that the number comes from."), personal("phone", "Number that is ported."))
_CHECKING: Final = (
    _on_order(
        "real_name.requested",
        "请求实名核验",
        "Real-name check requested",
        "A customer must prove who they are.",
        340,
        "real_name_requested",
        *_PERSON,
    ),
    _on_order(
        "real_name.failed",
        "实名核验不通过",
        "Real-name check failed",
        "The proof was refused; `reason` says why.",
        342,
        "real_name_failed",
        *_PERSON,
    ),
    _on_order("real_name.passed", "实名核验通过", "Real-name check passed", "The proof was accepted.", 344, "real_name_passed", *_PERSON),
    _on_order(
        "number_port.requested",
        "申请携号转网",
        "Number port requested",
        "A number is to come from another operator.",
        350,
        "port_requested",
        *_PORT,
    ),
    _on_order(
        "number_port.refused",
        "携号转网被拒",
        "Number port refused",
        "The other operator refused; `reason` says why.",
        352,
        "port_refused",
        *_PORT,
    ),
    _on_order("number_port.completed", "携号转网完成", "Number port completed", "The number is ours.", 356, "port_completed", *_PORT),
)

_PLACE: Final = (text("warehouse", "Where the goods lie."), text("wave", "Picking wave."), several("resources", "Ids of what was given."))
_ALLOCATING: Final = (
    _on_order(
        "allocation.requested",
        "请求配货",
        "Allocation requested",
        "Goods or numbers are to be given to the order.",
        400,
        "allocation_requested",
        *_PLACE,
    ),
    _on_order(
        "allocation.failed",
        "配货失败",
        "Allocation failed",
        "Nothing fitting is free; `reason` says why.",
        415,
        "allocation_failed",
        *_PLACE,
    ),
    _on_order(
        "allocation.completed",
        "配货完成",
        "Allocation completed",
        "Everything that the order needs was given to it.",
        420,
        "allocated",
        *_PLACE,
    ),
    _on_order("picking.completed", "拣货完成", "Picking completed", "The goods were taken from the shelf.", 430, "picked", *_PLACE),
)

_CARRIED: Final = (
    text("carrier", "Who carries."),
    text("waybill", "Number of the waybill."),
    text("place", "Where the package is."),
    text("carrier_status", "Status word of the carrier, as it is."),
    whole("weight", "Grams."),
    personal("receiver", "Name of the receiver."),
    personal("phone", "Telephone number of the receiver."),
    personal("address", "Where to deliver."),
)


def _package(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, order: str = "") -> EventType:
    reached = {"package": milestone} | ({"order": order} if order else {})
    return happening(name, zh, en, meaning, rank, requires="package_id", attributes=_CARRIED, **reached)


_DELIVERING: Final = (
    _package("package.packed", "包裹打包", "Package packed", "The goods are in a package.", 450, "packed", "packed"),
    _package("package.shipped", "包裹发货", "Package shipped", "The package was handed to the carrier.", 470, "shipped", "shipped"),
    _package("package.promised", "预计送达", "Delivery promised", "The carrier promises delivery by `due_time`.", 472, "promised"),
    _package("package.moved", "运输状态", "Package moved", "The carrier scanned the package on its way.", 480, "moved"),
    _package(
        "package.sent_out",
        "开始派送",
        "Package out for delivery",
        "A courier is on the way to the receiver.",
        490,
        "out_for_delivery",
        "out_for_delivery",
    ),
    _package(
        "package.delivery_failed",
        "配送失败",
        "Delivery failed",
        "A delivery attempt failed; `reason` says why.",
        495,
        "delivery_failed",
        "delivery_failed",
    ),
    _package("package.delivered", "包裹送达", "Package delivered", "The receiver has the package.", 500, "delivered", "delivered"),
    _package(
        "package.returned",
        "包裹退回",
        "Package returned",
        "The package came back to the sender.",
        507,
        "returned_to_sender",
        "returned_to_sender",
    ),
    _package("package.lost", "包裹丢失", "Package lost", "The carrier says that the package is lost.", 508, "lost", "lost"),
)

_NETWORK: Final = (
    text("system", "System that activates."),
    text("code", "Code that the system answered."),
    personal("phone", "Number that is activated."),
    personal("icc", "Number of the SIM card."),
)
_ACTIVATING: Final = (
    _on_order(
        "activation.requested",
        "请求激活",
        "Activation requested",
        "Number, card or line is to be opened in the network; it opens a delivered order again.",
        520,
        "activation_requested",
        *_NETWORK,
    ),
    _on_order(
        "activation.failed",
        "激活失败",
        "Activation failed",
        "The network or the customer's check refused; `reason` says why.",
        540,
        "activation_failed",
        *_NETWORK,
    ),
    _on_order(
        "activation.completed",
        "激活完成",
        "Activation completed",
        "The customer can use number, card or line.",
        550,
        "activated",
        *_NETWORK,
    ),
)

_SHOP: Final = (
    text("shop", "Shop or counter."),
    text("voucher", "Number of the voucher."),
    moment("valid_until", "When the voucher ends."),
    personal("phone", "Telephone number that the voucher went to."),
)
_OTO: Final = (
    _on_order(
        "oto.reserved",
        "线上预约",
        "Reserved online",
        "A customer reserved online what a shop will do; `due_time` is the moment agreed.",
        310,
        "oto_reserved",
        *_SHOP,
    ),
    _on_order("oto.voucher_sent", "凭证发送", "Voucher sent", "The customer got a voucher for the shop.", 312, "voucher_sent", *_SHOP),
    _on_order("oto.voucher_expired", "凭证过期", "Voucher expired", "The customer did not come in time.", 313, "voucher_expired", *_SHOP),
    _on_order(
        "oto.voucher_redeemed",
        "到店核销",
        "Voucher redeemed",
        "The customer came; the shop redeemed the voucher.",
        314,
        "voucher_redeemed",
        *_SHOP,
    ),
    _on_order(
        "oto.handed_over", "门店转线上", "Handed over online", "A shop gave the order to the online team.", 316, "handed_over", *_SHOP
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_ACCEPTING, *_CHECKING, *_ALLOCATING, *_DELIVERING, *_ACTIVATING, *_OTO)
