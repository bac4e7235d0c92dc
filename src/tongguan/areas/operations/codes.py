"""Channels 渠道 and, as names only, their usual sub-channels, reasons known in many areas, and topics of the staff."""

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

SUB_CHANNEL_NAMES: Final[Mapping[str, Label]] = {code: label for codes in SUB_CHANNELS.values() for code, label in codes.items()}
"""The same by code alone: a code means the same in every channel that has it."""

TOPICS: Final[Mapping[str, Label]] = labels(
    {
        "hotline": ("热线组", "Hotline"),
        "orders": ("订单组", "Orders"),
        "care": ("客户关怀组", "Customer care"),
        "online": ("在线组", "Online"),
        "new_plans": ("新套餐培训", "New plans"),
        "complaints": ("投诉处理", "Complaints"),
        "broadband": ("宽带", "Broadband"),
        "guide_skills": ("导购技能", "Guide skills"),
        "privacy": ("隐私保护", "Privacy"),
        "quality": ("质量", "Quality"),
        "menu": ("菜单", "Menu"),
        "page": ("页面", "Page"),
        "delivery": ("配送", "Delivery"),
        "policy": ("政策", "Policy"),
    }
)
"""Names for the attribute ``topic`` of shifts, training, rewards and suggestions."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "timeout": ("超时", "Timed out"),
        "system_error": ("系统错误", "System error"),
        "server_error": ("服务器错误", "Server error"),
        "page_error": ("页面出错", "Page error"),
        "name_not_found": ("域名无法解析", "Name not found"),
        "wrong_content": ("内容不符", "Wrong content"),
        "interface": ("接口故障", "Interface fault"),
        "no_answer": ("无应答", "No answer"),
        "refused": ("被拒绝", "Refused"),
        "break": ("工间休息", "Break"),
        "rest": ("休息", "Rest"),
        "meal": ("用餐", "Meal"),
        "other": ("其他", "Other"),
        "unknown": ("未知", "Unknown"),
    }
)
"""Names for the column ``reason``: those known in many areas, of probes and of breaks."""
