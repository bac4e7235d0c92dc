"""Events and cases of campaigns 营销活动: messages, links and QR codes, coupons, partners of social marketing."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import aside, end, happening, moment, money, personal, several, step, text, whole
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Label

CASE_KINDS: Final = (
    CaseKind(
        "campaign",
        Label("活动", "Campaign"),
        (
            step("planned", "已计划", "Planned", "planned"),
            step("approved", "已批准", "Approved", "approved"),
            step("started", "进行中", "Started", "running"),
            step("paused", "已暂停", "Paused", "paused"),
            aside("changed", "活动变更", "Changed", "running"),
            aside("cost_recorded", "费用登记", "Cost recorded", "running"),
            end("ended", "已结束", "Ended", "completed"),
            end("cancelled", "已取消", "Cancelled", "cancelled"),
        ),
    ),
)

_PLAN: Final = (
    text("title", "Name of the campaign."),
    text("kind", "What it is: online-only policy, season, collaboration of halls, customer-based."),
    moment("starts", "When it begins, as planned."),
    moment("ends", "When it ends, as planned."),
    money("budget", "What it may cost."),
    whole("expected_orders", "Orders planned."),
    whole("expected_reach", "Customers to be reached, as planned."),
    several("channels", "Channels that take part."),
)


def _campaign(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, *attributes: Attribute) -> EventType:
    return happening(f"campaign.{name}", zh, en, meaning, rank, requires="campaign_id", attributes=attributes, campaign=milestone)


_CAMPAIGNS: Final = (
    _campaign("planned", "活动计划", "Campaign planned", "Somebody planned an activity.", 12, "planned", *_PLAN),
    _campaign("approved", "活动批准", "Campaign approved", "The activity may start.", 14, "approved"),
    _campaign("started", "活动开始", "Campaign started", "The activity runs; after a pause it runs again.", 20, "started", *_PLAN),
    _campaign("changed", "活动变更", "Campaign changed", "Plan, budget or rules changed.", 22, "changed", *_PLAN),
    _campaign("paused", "活动暂停", "Campaign paused", "The activity rests; `reason` says why.", 24, "paused"),
    _campaign(
        "cost_recorded",
        "活动费用",
        "Campaign cost recorded",
        "`amount` was spent; an accounting source says it.",
        26,
        "cost_recorded",
        text("cost_kind", "What for."),
    ),
    _campaign("ended", "活动结束", "Campaign ended", "The activity is over.", 940, "ended"),
    _campaign("cancelled", "活动取消", "Campaign cancelled", "The activity will not take place or was broken off.", 942, "cancelled"),
)

_MESSAGE: Final = (
    text("message", "Id of the message, the same on all its events."),
    text("template", "Which text."),
    text("purpose", "What for: campaign, reminder, voucher, notice."),
    text("code", "Code that the carrier of the message answered."),
    personal("phone", "Number that it went to."),
    personal("email", "Address that it went to."),
    personal("openid", "Messenger account that it went to."),
)
_LINK: Final = (
    text("link", "Id of the link or code."),
    text("medium", "Where it was placed."),
    text("partner", "Partner who spread it."),
    text("target", "Address that it leads to."),
    text("user_agent", "What the visitor's program calls itself."),
    personal("ip", "Internet address of the visitor."),
    personal("openid", "Messenger account of the visitor."),
)
_COUPON: Final = (text("coupon", "Number of the coupon."), text("coupon_kind", "Which coupon."), moment("valid_until", "When it ends."))
_REACHING: Final = (
    happening(
        "message.sent", "消息发送", "Message sent", "A message was handed to its carrier.", 100, requires="channel", attributes=_MESSAGE
    ),
    happening(
        "message.delivered",
        "消息到达",
        "Message delivered",
        "The carrier says that the message arrived.",
        102,
        requires="channel",
        attributes=_MESSAGE,
    ),
    happening(
        "message.failed",
        "消息失败",
        "Message failed",
        "The message did not arrive; `reason` says why.",
        103,
        requires="channel",
        attributes=_MESSAGE,
    ),
    happening(
        "message.opened", "消息打开", "Message opened", "The receiver opened the message.", 104, requires="channel", attributes=_MESSAGE
    ),
    happening(
        "message.answered", "消息回复", "Message answered", "The receiver sent an answer.", 105, requires="channel", attributes=_MESSAGE
    ),
    happening(
        "advertisement.shown",
        "广告展示",
        "Advertisement shown",
        "`quantity` showings in a medium, for `amount`.",
        101,
        requires="campaign_id",
        attributes=_LINK,
    ),
    happening("link.created", "链接生成", "Link created", "A link or QR code was made for a medium or partner.", 30, attributes=_LINK),
    happening("link.clicked", "链接点击", "Link clicked", "Somebody followed a link.", 106, attributes=_LINK),
    happening("qr_code.scanned", "扫码", "QR code scanned", "Somebody scanned a QR code.", 107, attributes=_LINK),
    happening("content.shared", "分享", "Content shared", "Somebody passed a link on.", 127, attributes=_LINK),
    happening("coupon.issued", "发券", "Coupon issued", "A customer got a coupon worth `amount`.", 108, attributes=_COUPON),
    happening("coupon.redeemed", "用券", "Coupon redeemed", "A coupon was used for an order.", 240, attributes=_COUPON),
    happening("coupon.expired", "券过期", "Coupon expired", "A coupon ran out unused.", 944, attributes=_COUPON),
)

_PARTNER: Final = (
    text("partner", "Id of the partner."),
    text("partner_kind", "What the partner is: shop, person, medium, firm."),
    text("resource", "What was given."),
    personal("name", "Name of the partner."),
    personal("phone", "Telephone number of the partner."),
)
_PARTNERS: Final = (
    happening("partner.registered", "伙伴注册", "Partner registered", "Somebody joined as a marketing partner.", 16, attributes=_PARTNER),
    happening(
        "partner.supplied",
        "伙伴资源发放",
        "Partner supplied",
        "A partner was given `quantity` of something to sell or spread.",
        18,
        attributes=_PARTNER,
    ),
    happening(
        "partner.suspended", "伙伴停用", "Partner suspended", "A partner may act no more; `reason` says why.", 946, attributes=_PARTNER
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_CAMPAIGNS, *_REACHING, *_PARTNERS)
