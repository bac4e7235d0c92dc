"""What acceptance 业务受理, allocation 配货, delivery 配送 and activation 激活 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label

_WORKED: Final = ("acceptance.manual_done", "acceptance.manual_failed")

ACCEPTANCE: Final[tuple[Measure, ...]] = (
    Measure("automatic_done", Label("自动受理成功", "Automatic, done"), How.COUNT, ("acceptance.automatic_done",), better="up"),
    Measure("automatic_failed", Label("自动受理失败", "Automatic, failed"), How.COUNT, ("acceptance.automatic_failed",), better="down"),
    Measure("manual_done", Label("人工受理成功", "Manual, done"), How.COUNT, ("acceptance.manual_done",)),
    Measure("manual_failed", Label("人工受理失败", "Manual, failed"), How.COUNT, ("acceptance.manual_failed",), better="down"),
    Measure("automatic_share", Label("自动受理占比", "Automatic share"), How.SHARE, part="automatic_done", whole="volume", better="up"),
    Measure("failed_share", Label("受理失败率", "Failed share"), How.SHARE, part="failures", whole="volume", better="down"),
    Measure("queued", Label("转人工受理", "Queued for people"), How.COUNT, ("acceptance.manual_queued",), better="down"),
    Measure("work", Label("人工平均用时", "Mean time of work"), How.MEAN, _WORKED, ("duration",), better="down"),
    Measure("long_work", Label("人工用时 P95", "Time of work, P95"), How.P95, _WORKED, ("duration",), better="down"),
)

ALLOCATION: Final[tuple[Measure, ...]] = (
    Measure("requested", Label("请求配货", "Requested"), How.COUNT, ("allocation.requested",)),
    Measure("completed", Label("配货完成", "Completed"), How.COUNT, ("allocation.completed",), better="up"),
    Measure("failed_share", Label("配货失败率", "Failed share"), How.SHARE, part="failures", whole="volume", better="down"),
    Measure("unavailable", Label("缺货", "Out of stock"), How.COUNT, ("order.marked_unavailable",), better="down"),
    Measure("picked", Label("拣货完成", "Picked"), How.COUNT, ("picking.completed",), better="up"),
    Measure("packed", Label("已打包", "Packed"), How.COUNT, ("package.packed",), better="up"),
)

DELIVERY: Final[tuple[Measure, ...]] = (
    Measure("shipped", Label("发货", "Shipped"), How.COUNT, ("package.shipped",), better="up"),
    Measure("sent_out", Label("开始派送", "Out for delivery"), How.COUNT, ("package.sent_out",)),
    Measure("delivered", Label("送达", "Delivered"), How.COUNT, ("package.delivered", "order.delivery_reported"), better="up"),
    Measure("delivered_share", Label("妥投率", "Delivered share"), How.SHARE, part="delivered", whole="volume", better="up"),
    Measure("delivery_failed", Label("配送失败", "Attempts failed"), How.COUNT, ("package.delivery_failed",), better="down"),
    Measure("returned", Label("退回发货方", "Returned to sender"), How.COUNT, ("package.returned",), better="down"),
    Measure("lost", Label("丢件", "Lost"), How.COUNT, ("package.lost",), better="down"),
    Measure("reserved_for_shop", Label("线上预约", "Reserved for a shop"), How.COUNT, ("oto.reserved",)),
    Measure("redeemed", Label("到店核销", "Redeemed in a shop"), How.COUNT, ("oto.voucher_redeemed",), better="up"),
)

ACTIVATION: Final[tuple[Measure, ...]] = (
    Measure("requested", Label("请求激活", "Requested"), How.COUNT, ("activation.requested",)),
    Measure("completed", Label("激活成功", "Completed"), How.COUNT, ("activation.completed",), better="up"),
    Measure("completed_share", Label("激活成功率", "Success rate"), How.SHARE, part="completed", whole="volume", better="up"),
)
