"""What visits 客户来访 and conversion 转化 are measured by."""

from __future__ import annotations

from typing import Final

from tongguan.areas.measuring import count, distinct, long_time, mean_time, share
from tongguan.model.measures import Measure

_COMING: Final = ("visit.session_started", "visit.page_viewed")

VISITS: Final[tuple[Measure, ...]] = (
    # Whoever is signed in counts once on all channels; others by device, and where that is not known by session.
    distinct("visitors", "访客数", "Visitors", *_COMING, of="customer_id device_id session_id", better="up"),
    count("visits", "访问次数", "Visits", "visit.session_started", better="up"),
    count("page_views", "浏览量", "Page views", "visit.page_viewed", better="up"),
    count("menu_choices", "菜单选择", "Menu choices", "visit.menu_chosen"),
    count("returning_visits", "再访次数", "Returning visits", "visit.session_started", returning="true", better="up"),
    share("returning_share", "再访占比", "Returning share", "returning_visits", "visits", better="up"),
    long_time("page_time", "页面响应 P95", "Page answer time, P95", "visit.page_viewed"),
)

CONVERSION: Final[tuple[Measure, ...]] = (
    count("product_views", "商品浏览", "Product views", "visit.product_viewed"),
    count("cart_additions", "加入购物车", "Put into cart", "visit.cart_item_added"),
    count("checkouts_started", "开始结算", "Checkouts started", "visit.checkout_started"),
    count("checkouts_completed", "完成结算", "Checkouts completed", "visit.checkout_completed", better="up"),
    share("checkout_rate", "结算完成率", "Checkout completion", "checkouts_completed", "checkouts_started", better="up"),
    count("services_requested", "服务请求", "Services requested", "service.requested"),
    count("services_completed", "自助办结", "Services completed", "service.completed", better="up"),
    share("service_rate", "办理成功率", "Service success", "services_completed", "services_requested", better="up"),
    count("fallen_through", "转人工", "Fallen through to agents", "service.fallen_through", better="down"),
    share("fallen_through_share", "转人工率", "Fall-through share", "fallen_through", "services_requested", better="down"),
    mean_time("service_time", "平均办理时长", "Mean service time", "service.completed"),
)
