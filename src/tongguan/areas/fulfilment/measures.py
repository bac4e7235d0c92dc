"""What acceptance 业务受理, allocation 配货, delivery 配送 and activation 激活 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.areas.measuring import count, long_time, mean_time, share
from tongguan.model.measures import Measure

_WORKED: Final = ("acceptance.manual_done", "acceptance.manual_failed")

ACCEPTANCE: Final[tuple[Measure, ...]] = (
    count("automatic_done", "自动受理成功", "Automatic, done", "acceptance.automatic_done", better="up"),
    count("automatic_failed", "自动受理失败", "Automatic, failed", "acceptance.automatic_failed", better="down"),
    count("manual_done", "人工受理成功", "Manual, done", "acceptance.manual_done"),
    count("manual_failed", "人工受理失败", "Manual, failed", "acceptance.manual_failed", better="down"),
    share("automatic_share", "自动受理占比", "Automatic share", "automatic_done", "volume", better="up"),
    share("failed_share", "受理失败率", "Failed share", "failures", "volume", better="down"),
    count("queued", "转人工受理", "Queued for people", "acceptance.manual_queued", better="down"),
    mean_time("work", "人工平均用时", "Mean time of work", *_WORKED),
    long_time("long_work", "人工用时 P95", "Time of work, P95", *_WORKED),
)

ALLOCATION: Final[tuple[Measure, ...]] = (
    count("requested", "请求配货", "Requested", "allocation.requested"),
    count("completed", "配货完成", "Completed", "allocation.completed", better="up"),
    share("failed_share", "配货失败率", "Failed share", "failures", "volume", better="down"),
    count("unavailable", "缺货", "Out of stock", "order.marked_unavailable", better="down"),
    count("picked", "拣货完成", "Picked", "picking.completed", better="up"),
    count("packed", "已打包", "Packed", "package.packed", better="up"),
)

DELIVERY: Final[tuple[Measure, ...]] = (
    count("shipped", "发货", "Shipped", "package.shipped", better="up"),
    count("sent_out", "开始派送", "Out for delivery", "package.sent_out"),
    count("delivered", "送达", "Delivered", "package.delivered", "order.delivery_reported", better="up"),
    share("delivered_share", "妥投率", "Delivered share", "delivered", "volume", better="up"),
    count("delivery_failed", "配送失败", "Attempts failed", "package.delivery_failed", better="down"),
    count("returned", "退回发货方", "Returned to sender", "package.returned", better="down"),
    count("lost", "丢件", "Lost", "package.lost", better="down"),
    count("reserved_for_shop", "线上预约", "Reserved for a shop", "oto.reserved"),
    count("redeemed", "到店核销", "Redeemed in a shop", "oto.voucher_redeemed", better="up"),
)

ACTIVATION: Final[tuple[Measure, ...]] = (
    count("requested", "请求激活", "Requested", "activation.requested"),
    count("completed", "激活成功", "Completed", "activation.completed", better="up"),
    share("completed_share", "激活成功率", "Success rate", "completed", "volume", better="up"),
)
