"""What visits 客户来访 and conversion 转化 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label

_COMING: Final = ("visit.session_started", "visit.page_viewed")

VISITS: Final[tuple[Measure, ...]] = (
    # Whoever is signed in counts once on all channels; others by device, and where that is not known by session.
    Measure("visitors", Label("访客数", "Visitors"), How.DISTINCT, _COMING, ("customer_id", "device_id", "session_id"), better="up"),
    Measure("visits", Label("访问次数", "Visits"), How.COUNT, ("visit.session_started",), better="up"),
    Measure("page_views", Label("浏览量", "Page views"), How.COUNT, ("visit.page_viewed",), better="up"),
    Measure("menu_choices", Label("菜单选择", "Menu choices"), How.COUNT, ("visit.menu_chosen",)),
    Measure(
        "returning_visits",
        Label("再访次数", "Returning visits"),
        How.COUNT,
        ("visit.session_started",),
        only={"returning": ("true",)},
        better="up",
    ),
    Measure("returning_share", Label("再访占比", "Returning share"), How.SHARE, part="returning_visits", whole="visits", better="up"),
    Measure("page_time", Label("页面响应 P95", "Page answer time, P95"), How.P95, ("visit.page_viewed",), ("duration",), better="down"),
)

CONVERSION: Final[tuple[Measure, ...]] = (
    Measure("product_views", Label("商品浏览", "Product views"), How.COUNT, ("visit.product_viewed",)),
    Measure("cart_additions", Label("加入购物车", "Put into cart"), How.COUNT, ("visit.cart_item_added",)),
    Measure("checkouts_started", Label("开始结算", "Checkouts started"), How.COUNT, ("visit.checkout_started",)),
    Measure("checkouts_completed", Label("完成结算", "Checkouts completed"), How.COUNT, ("visit.checkout_completed",), better="up"),
    Measure(
        "checkout_rate",
        Label("结算完成率", "Checkout completion"),
        How.SHARE,
        part="checkouts_completed",
        whole="checkouts_started",
        better="up",
    ),
    Measure("services_requested", Label("服务请求", "Services requested"), How.COUNT, ("service.requested",)),
    Measure("services_completed", Label("自助办结", "Services completed"), How.COUNT, ("service.completed",), better="up"),
    Measure(
        "service_rate",
        Label("办理成功率", "Service success"),
        How.SHARE,
        part="services_completed",
        whole="services_requested",
        better="up",
    ),
    Measure("fallen_through", Label("转人工", "Fallen through to agents"), How.COUNT, ("service.fallen_through",), better="down"),
    Measure(
        "fallen_through_share",
        Label("转人工率", "Fall-through share"),
        How.SHARE,
        part="fallen_through",
        whole="services_requested",
        better="down",
    ),
    Measure("service_time", Label("平均办理时长", "Mean service time"), How.MEAN, ("service.completed",), ("duration",), better="down"),
)
