"""Channels 渠道 and, as names only, their usual sub-channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

CHANNELS: Final[Mapping[str, Label]] = labels(
    {
        "phone": ("电话营业厅", "Phone hall"),
        "web": ("网上营业厅", "Web hall"),
        "app": ("掌上营业厅", "App hall"),
        "sms": ("短信营业厅", "SMS hall"),
        "kiosk": ("自助终端", "Self-service kiosk"),
        "wechat": ("微厅", "WeChat hall"),
        "shop": ("社会化网络渠道", "Third-party shop"),
        "hall": ("实体营业厅", "Physical hall"),
    }
)
"""The closed list of the column ``channel``."""

SUB_CHANNELS: Final[Mapping[str, Mapping[str, Label]]] = {
    "phone": labels({"agent": ("人工", "Agent"), "ivr": ("自助语音", "IVR"), "outbound": ("外呼", "Outbound call")}),
    "web": labels(
        {
            "province_site": ("省站", "Province site"),
            "group_site": ("集团站", "Group site"),
            "city_site": ("地市站", "City site"),
            "brand_site": ("品牌站", "Brand site"),
            "product_site": ("产品站", "Product site"),
            "email": ("电子邮件", "E-mail"),
        }
    ),
    "app": labels(
        {
            "app": ("手机应用", "App"),
            "wap": ("WAP", "WAP"),
            "ussd": ("USSD", "USSD"),
            "sim_menu": ("SIM 卡菜单", "SIM-card menu"),
            "mini_program": ("小程序", "Mini-program"),
        }
    ),
    "sms": labels({"query": ("查询", "Query"), "transact": ("办理", "Transact"), "bulk": ("群发", "Bulk push")}),
    "kiosk": labels(
        {
            "full": ("全业务自助终端", "Full kiosk"),
            "mini": ("迷你终端", "Mini terminal"),
            "self_service_hall": ("自助营业厅", "Self-service hall"),
            "printer": ("打印机", "Printer"),
            "card_vendor": ("售卡机", "Card vendor"),
            "networked_pc": ("联网电脑", "Networked PC"),
        }
    ),
    "wechat": labels({"official_account": ("公众号", "Official account"), "mini_program": ("小程序", "Mini-program")}),
    "shop": labels(
        {
            "tmall": ("天猫", "Tmall"),
            "jd": ("京东", "JD"),
            "suning": ("苏宁", "Suning"),
            "pinduoduo": ("拼多多", "Pinduoduo"),
            "douyin": ("抖音", "Douyin"),
        }
    ),
    "hall": {},
}
"""Names of the usual sub-channels by channel; the column ``sub_channel`` takes any text, this closes nothing."""
