"""Channels with all their sub-channels, and two profiles of how much each is used: today's, and an early year's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Style(StrEnum):
    """How customers move on a sub-channel; it decides which events it has."""

    PAGES = "pages"
    """They browse: sessions, pages, carts."""
    MENU = "menu"
    """They choose from menus or send codes: voice menu, SMS, USSD, SIM-card menu, kiosk."""
    TALK = "talk"
    """They speak with a person."""
    PUSH = "push"
    """They are spoken to: messages and calls out."""
    SHOP = "shop"
    """A third party's shop: only its orders are seen."""


@dataclass(frozen=True)
class Sub:
    """A sub-channel of a channel.

    Attributes:
        channel, code: as in the columns ``channel`` and ``sub_channel``.
        zh, en: its name.
        style: how customers move.
        visits: share of the visits and self-service requests today.
        orders: share of the orders today.
        once: share of the service volume in the early year (domain figures: phone 62.2 %, SMS 26.4 %, web 8.3 %, kiosk 2.1 %,
            USSD 0.6 %, handheld 0.5 %).
    """

    channel: str
    code: str
    zh: str
    en: str
    style: Style
    visits: int
    orders: int
    once: int


_P, _M, _T, _O, _S = Style.PAGES, Style.MENU, Style.TALK, Style.PUSH, Style.SHOP

SUBS: Final = (
    Sub("app", "app", "手厅", "App", _P, 3300, 300, 20),
    Sub("app", "mini_program", "手厅小程序", "App mini-program", _P, 900, 90, 10),
    Sub("app", "wap", "掌厅 WAP", "WAP", _P, 60, 4, 20),
    Sub("app", "ussd", "USSD", "USSD", _M, 40, 2, 60),
    Sub("app", "sim_menu", "SIM 卡菜单", "SIM-card menu", _M, 10, 1, 0),
    Sub("web", "province_site", "省网厅", "Province site", _P, 1400, 120, 640),
    Sub("web", "group_site", "集团网厅", "Group site", _P, 300, 30, 90),
    Sub("web", "city_site", "地市网厅", "City sites", _P, 350, 30, 70),
    Sub("web", "product_site", "产品站", "Product sites", _P, 120, 14, 20),
    Sub("web", "email", "邮箱营业厅", "E-mail", _M, 20, 1, 10),
    Sub("wechat", "official_account", "公众号", "Official account", _P, 900, 70, 0),
    Sub("wechat", "mini_program", "微厅小程序", "WeChat mini-program", _P, 1100, 100, 0),
    Sub("sms", "query", "短信查询", "SMS query", _M, 350, 0, 2240),
    Sub("sms", "transact", "短信办理", "SMS transaction", _M, 150, 14, 400),
    Sub("sms", "bulk", "短信群发", "SMS bulk push", _O, 0, 0, 0),
    Sub("phone", "agent", "人工热线", "Hotline agent", _T, 0, 36, 1900),
    Sub("phone", "ivr", "自助语音", "Voice menu", _M, 700, 12, 4320),
    Sub("phone", "outbound", "外呼", "Outbound calls", _O, 0, 18, 0),
    Sub("kiosk", "full", "全功能自助终端", "Full kiosk", _M, 240, 30, 130),
    Sub("kiosk", "mini", "迷你终端", "Mini terminal", _M, 120, 26, 40),
    Sub("kiosk", "self_service_hall", "自助营业厅", "Self-service hall", _M, 60, 8, 20),
    Sub("kiosk", "printer", "自助打印机", "Printer", _M, 40, 0, 15),
    Sub("kiosk", "card_vendor", "售卡机", "Card vendor", _M, 16, 6, 5),
    Sub("kiosk", "networked_pc", "联网电脑", "Networked PC", _M, 10, 1, 0),
    Sub("shop", "tmall", "天猫", "Tmall", _S, 0, 70, 0),
    Sub("shop", "jd", "京东", "JD", _S, 0, 50, 0),
    Sub("shop", "suning", "苏宁", "Suning", _S, 0, 12, 0),
    Sub("shop", "pinduoduo", "拼多多", "Pinduoduo", _S, 0, 34, 0),
    Sub("shop", "douyin", "抖音", "Douyin", _S, 0, 30, 0),
    Sub("hall", "", "实体营业厅", "Shop on the street", _T, 0, 20, 0),
)
"""All sub-channels; generators name one by its place here."""

CHANNEL_NAMES: Final = tuple(sub.channel for sub in SUBS)
SUB_NAMES: Final = tuple(sub.code for sub in SUBS)


class Profile(StrEnum):
    """How much each channel is used."""

    TODAY = "today"
    """Our assumption for today: app and mini-programs first, the phone under 15 %."""
    HISTORICAL = "historical"
    """The mix of an early year: the phone carries most of the service."""


def place_of(channel: str, code: str) -> int:
    """Return the place of a sub-channel in :data:`SUBS`.

    Raises:
        ValueError: there is none.
    """
    for place, sub in enumerate(SUBS):
        if (sub.channel, sub.code) == (channel, code):
            return place
    raise ValueError(f"no sub-channel {code!r} of {channel!r}; there are {', '.join(f'{s.channel}/{s.code}' for s in SUBS)}")


def visit_weights(profile: Profile) -> tuple[int, ...]:
    """Return the share of visits and self-service requests of each place in :data:`SUBS`; people and third parties have none."""
    seen = (Style.PAGES, Style.MENU)
    return tuple((sub.visits if profile is Profile.TODAY else sub.once) if sub.style in seen else 0 for sub in SUBS)


def order_weights(profile: Profile) -> tuple[int, ...]:
    """Return the share of orders of each place in :data:`SUBS`."""
    if profile is Profile.TODAY:
        return tuple(sub.orders for sub in SUBS)
    return tuple(sub.once // 10 + sub.orders // 5 if sub.orders else 0 for sub in SUBS)
