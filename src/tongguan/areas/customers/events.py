"""Events of customers 客户: authentication 统一认证, identities, preference cards and referrals 渠道交叉引导, subscriptions."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import happening, personal, several, text, whole
from tongguan.model.vocabulary import EventType

_SIGN_IN: Final = (
    text("method", "How it is proved: password, SMS code, fingerprint, scan, card."),
    text("attempt", "The source's own id of the attempt, the same on all its events."),
    text("service", "Service for which it was needed."),
    personal("account", "Name that was used to sign in."),
    personal("phone", "Telephone number that was used."),
    personal("ip", "Internet address."),
)
_AUTHENTICATION: Final = (
    happening(
        "authentication.attempted",
        "认证尝试",
        "Authentication attempted",
        "A customer tried to sign in.",
        113,
        requires="channel",
        attributes=_SIGN_IN,
    ),
    happening(
        "authentication.failed",
        "认证失败",
        "Authentication failed",
        "The proof was refused; `reason` says why.",
        114,
        requires="channel",
        attributes=_SIGN_IN,
    ),
    happening(
        "second_factor.requested",
        "请求二次认证",
        "Second factor requested",
        "A service asked for a second proof, such as a code by SMS.",
        115,
        requires="channel",
        attributes=_SIGN_IN,
    ),
    happening(
        "second_factor.failed",
        "二次认证失败",
        "Second factor failed",
        "The second proof was refused.",
        116,
        requires="channel",
        attributes=_SIGN_IN,
    ),
    happening(
        "second_factor.left",
        "放弃二次认证",
        "Second factor left",
        "The customer gave up at the second proof.",
        117,
        requires="channel",
        attributes=_SIGN_IN,
    ),
    happening(
        "second_factor.passed",
        "二次认证通过",
        "Second factor passed",
        "The second proof was accepted.",
        118,
        requires="channel",
        attributes=_SIGN_IN,
    ),
    happening(
        "authentication.succeeded",
        "认证成功",
        "Authentication succeeded",
        "The customer is signed in; all services of the channel are open.",
        119,
        requires="channel",
        attributes=_SIGN_IN,
    ),
)

_IDENTITY: Final = (
    text("identity_kind", "What is bound.", "phone", "web_account", "app_device", "wechat", "kiosk_card", "email", "shop_account", "other"),
    personal("phone", "Telephone number."),
    personal("openid", "Account at WeChat or another messenger."),
    personal("account", "Account name on the channel."),
    personal("email", "E-mail address."),
    personal("device", "Id of the customer's own device."),
    personal("card", "Number of the card."),
)
_IDENTITIES: Final = (
    happening(
        "identity.bound",
        "身份绑定",
        "Identity bound",
        "A customer tied a channel's identity to themselves, such as WeChat to the telephone number.",
        120,
        requires="customer_id",
        attributes=_IDENTITY,
    ),
    happening(
        "identity.unbound",
        "身份解绑",
        "Identity unbound",
        "A customer untied an identity.",
        121,
        requires="customer_id",
        attributes=_IDENTITY,
    ),
    happening(
        "identity.merged",
        "客户合并",
        "Identity merged",
        "A source says that two customers are one person.",
        122,
        requires="customer_id",
        attributes=(text("other_customer", "The other customer's id."),),
    ),
)

_PERSON: Final = (
    personal("name", "Name of the customer."),
    personal("phone", "Telephone number."),
    personal("identity_number", "Number of the identity document."),
    personal("address", "Address of the customer."),
    personal("email", "E-mail address."),
    personal("birthday", "Day of birth."),
    text("city", "City of the customer."),
    text("state", "Province or state of the customer."),
    text("plan", "Tariff plan."),
)
_LIFE: Final = (
    happening(
        "customer.registered",
        "客户注册",
        "Customer registered",
        "A customer opened an account on a channel.",
        123,
        requires="customer_id",
        attributes=_PERSON,
    ),
    happening(
        "customer.described",
        "客户资料",
        "Customer described",
        "A source says what it knows of a customer: tier, network, plan, brand.",
        10,
        requires="customer_id",
        attributes=_PERSON,
    ),
    happening(
        "subscription.opened",
        "新用户入网",
        "Subscription opened",
        "A user came onto the network: number or broadband line in use for the first time.",
        560,
        attributes=_PERSON,
    ),
    happening(
        "subscription.changed",
        "用户变更",
        "Subscription changed",
        "Plan or services of a user changed.",
        562,
        requires="customer_id",
        attributes=_PERSON,
    ),
    happening(
        "subscription.closed",
        "用户离网",
        "Subscription closed",
        "A user left the network; `reason` says why.",
        564,
        requires="customer_id",
        attributes=_PERSON,
    ),
    happening(
        "subscription.billed",
        "用户出账",
        "Subscription billed",
        "A user's bill of a period: `amount` is service revenue.",
        566,
        requires="customer_id",
        attributes=(text("account_period", "Accounting period, such as 2026-11."), text("plan", "Tariff plan.")),
    ),
    happening(
        "consent.given",
        "同意营销",
        "Consent given",
        "A customer allows messages of a purpose.",
        124,
        requires="customer_id",
        attributes=(text("purpose", "What for."),),
    ),
    happening(
        "consent.withdrawn",
        "撤回同意",
        "Consent withdrawn",
        "A customer allows messages of a purpose no more.",
        124,
        requires="customer_id",
        attributes=(text("purpose", "What for."),),
    ),
)

_STEERING: Final = (
    text("referral", "Id of the referral, the same on all its events."),
    text("to_channel", "Channel that the customer is invited to."),
    text("service", "Service that is meant."),
    text("argument", "Code of the reason that is given to the customer."),
)
_REFERRALS: Final = (
    happening(
        "preference_card.shown",
        "偏好卡展示",
        "Preference card shown",
        "Agent, shop or front end was shown what the customer prefers and what to offer.",
        151,
        requires="customer_id",
        attributes=(*_STEERING, several("offers", "Codes of what was proposed, best first."), whole("latency", "Time to the answer, ms.")),
    ),
    happening(
        "referral.made",
        "渠道引导",
        "Referral made",
        "A customer was invited to another channel.",
        153,
        requires="channel",
        attributes=_STEERING,
    ),
    happening(
        "referral.declined",
        "引导被拒",
        "Referral declined",
        "The customer did not want it.",
        154,
        requires="channel",
        attributes=_STEERING,
    ),
    happening(
        "referral.followed",
        "引导成功",
        "Referral followed",
        "The customer came to the channel invited to.",
        155,
        requires="channel",
        attributes=_STEERING,
    ),
    happening(
        "target_list.exported",
        "目标清单导出",
        "Target list exported",
        "A list of `quantity` customers was made for a campaign or referral.",
        25,
        attributes=(
            text("list", "Id of the list."),
            text("segment", "Segment that it holds."),
            text("holdout", "Share kept out for comparison."),
        ),
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_AUTHENTICATION, *_IDENTITIES, *_LIFE, *_REFERRALS)
