"""Names of the usual codes of campaigns: kinds, media, purposes of messages, why a message did not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

KINDS: Final[Mapping[str, Label]] = labels(
    {
        "online_only": ("线上专享", "Online only"),
        "season": ("季节活动", "Season"),
        "halls": ("厅店协同", "Collaboration of halls"),
        "customers": ("客户维系", "Customer-based"),
    }
)
"""Names for the attribute ``kind`` of a campaign."""

MEDIA: Final[Mapping[str, Label]] = labels(
    {
        "message": ("短信或消息", "Message"),
        "news": ("新闻资讯", "News"),
        "poster": ("海报", "Poster"),
        "qr_code": ("二维码", "QR code"),
        "search": ("搜索", "Search"),
        "video": ("视频", "Video"),
    }
)
"""Names for the attribute ``medium``."""

PURPOSES: Final[Mapping[str, Label]] = labels(
    {
        "campaign": ("营销活动", "Campaign"),
        "reminder": ("提醒", "Reminder"),
        "voucher": ("凭证", "Voucher"),
        "notice": ("通知", "Notice"),
    }
)
"""Names for the attribute ``purpose`` of a message."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "unreachable": ("无法送达", "Unreachable"),
        "opted_out": ("客户已退订", "Opted out"),
        "number_closed": ("号码已停用", "Number closed"),
    }
)
"""Names for the column ``reason``: why a message did not arrive."""
