"""Events of visits 客户来访, sales conversion 销售转化 and service conversion 服务转化."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import happening, money, personal, several, text, truth, whole
from tongguan.model.vocabulary import EventType

_WHERE: Final = (
    personal("ip", "Internet address of the visitor."),
    text("user_agent", "What the visitor's program calls itself."),
    text("referrer", "Address of the page that led here."),
    text("entry_point", "Site, number or access code through which the visitor came in."),
    text("traffic_source", "Where the visit came from: search, direct, partner, campaign and the like."),
)
_PAGE: Final = (
    text("path", "Path of the page, as requested."),
    text("page", "Name of the page in the channel's own list."),
    text("title", "Title of the page as shown."),
)
_SERVICE: Final = (
    text("service", "Code of the service asked for, in the operation's own list."),
    text("step", "Step of the service's own flow."),
    text("request", "The channel's own id of this one request, the same on all its events."),
    text("complexity", "How complex the service is, as the channel matching table says."),
)

_COMING: Final = (
    happening(
        "visit.session_started",
        "会话开始",
        "Session started",
        "A visitor opened a session on a channel; the channel's front end says it.",
        110,
        requires="channel session_id",
        attributes=(*_WHERE, *_PAGE, truth("returning", "The visitor had been here before.")),
    ),
    happening(
        "visit.session_ended",
        "会话结束",
        "Session ended",
        "A session was closed or timed out; `duration` is its length.",
        149,
        requires="session_id",
        attributes=(*_PAGE, whole("pages", "Pages viewed in the session.")),
    ),
    happening(
        "visit.page_viewed",
        "页面浏览",
        "Page viewed",
        "A page or screen was asked for; a web server's access log or the front end says it. `duration` is the answer time.",
        125,
        requires="channel",
        attributes=(
            *_WHERE,
            *_PAGE,
            text("host", "Host name that was asked."),
            text("method", "HTTP method."),
            text("protocol", "Protocol with version, such as HTTP/1.1."),
            text("query", "Query part of the address, without values that name a person."),
            whole("status", "HTTP status of the answer."),
            whole("bytes", "Size of the answer in bytes."),
            personal("user_name", "Sign-in name that the web server noted."),
        ),
    ),
    happening(
        "visit.menu_chosen",
        "菜单选择",
        "Menu item chosen",
        "A visitor chose an item of a voice, SMS, USSD or kiosk menu.",
        126,
        requires="channel",
        attributes=(
            text("menu", "Code of the menu."),
            text("item", "Key or code that was chosen."),
            whole("depth", "Level in the menu tree."),
        ),
    ),
    happening(
        "visit.searched",
        "站内搜索",
        "Searched",
        "A visitor searched inside the channel; `quantity` is the number of hits.",
        128,
        requires="channel",
        attributes=(
            text("words", "What was searched for, as the channel cleans it."),
            whole("position", "Place of the hit that was opened."),
        ),
    ),
)

_BUYING: Final = (
    happening(
        "visit.product_viewed",
        "商品浏览",
        "Product viewed",
        "A visitor looked at a product's page.",
        130,
        requires="product_id",
        attributes=(
            *_PAGE,
            text("list", "List, shelf or recommendation that led to the product."),
            whole("position", "Place in that list."),
        ),
    ),
    happening(
        "visit.cart_item_added",
        "加入购物车",
        "Cart item added",
        "A visitor put a product into the cart; `quantity` pieces at `amount` together.",
        132,
        requires="channel",
        attributes=(text("cart", "The channel's own id of the cart."),),
    ),
    happening(
        "visit.cart_item_removed",
        "移出购物车",
        "Cart item removed",
        "A visitor took a product out of the cart.",
        133,
        requires="channel",
        attributes=(text("cart", "The channel's own id of the cart."),),
    ),
    happening(
        "visit.checkout_started",
        "开始结算",
        "Checkout started",
        "A visitor began to turn the cart or a product into an order.",
        136,
        requires="channel",
        attributes=(text("cart", "The channel's own id of the cart."),),
    ),
    happening(
        "visit.checkout_step_reached",
        "结算步骤到达",
        "Checkout step reached",
        "A visitor reached a step of the checkout: number choice, identity, address, payment choice and the like.",
        138,
        requires="channel",
        attributes=(text("step", "Code of the step."), whole("position", "Place of the step in the checkout, from 1.")),
    ),
    happening(
        "visit.checkout_completed",
        "结算完成",
        "Checkout completed",
        "A visitor finished the checkout; the order follows as `order.created`.",
        145,
        requires="channel",
        attributes=(text("cart", "The channel's own id of the cart."),),
    ),
    happening(
        "visit.checkout_left",
        "放弃结算",
        "Checkout left",
        "A visitor left the checkout without an order; `reason` says why where the channel knows.",
        146,
        requires="channel",
        attributes=(
            text("step", "Step at which the visitor left."),
            text("cart", "The channel's own id of the cart."),
            money("cart_value", "What the cart was worth."),
        ),
    ),
    happening(
        "visit.recommendation_shown",
        "推荐展示",
        "Recommendation shown",
        "A front end showed products or offers that fit the visitor.",
        131,
        requires="channel",
        attributes=(text("place", "Where it was shown."), several("offers", "Codes of what was shown, best first.")),
    ),
)

_SERVICES: Final = (
    happening(
        "service.requested",
        "服务请求",
        "Service requested",
        "A customer asked for a service by self-service: a query, a handling, a payment.",
        150,
        requires="channel",
        attributes=_SERVICE,
    ),
    happening(
        "service.completed",
        "服务完成",
        "Service completed",
        "Self-service did what was asked; `duration` is the time since the request.",
        158,
        requires="channel",
        attributes=_SERVICE,
    ),
    happening(
        "service.failed",
        "服务失败",
        "Service failed",
        "Self-service could not do what was asked; `reason` says why.",
        156,
        requires="channel",
        attributes=_SERVICE,
    ),
    happening(
        "service.fallen_through",
        "转人工",
        "Service fallen through",
        "A customer left self-service for a human agent, after a failure or by choice.",
        159,
        requires="channel",
        attributes=_SERVICE,
    ),
    happening(
        "service.left",
        "服务放弃",
        "Service left",
        "A customer left a self-service flow before its end and asked nobody else.",
        157,
        requires="channel",
        attributes=_SERVICE,
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_COMING, *_BUYING, *_SERVICES)
