"""Customer tiers 客户等级 and network generations 网络制式, and names of brands, ways to sign in and why it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

TIERS: Final[Mapping[str, Label]] = labels(
    {"high": ("高价值", "High value"), "middle": ("中价值", "Middle value"), "low": ("低价值", "Low value")}
)
"""The closed list of the column ``tier``."""

NETWORKS: Final[Mapping[str, Label]] = labels({"2g": ("2G", "2G"), "3g": ("3G", "3G"), "4g": ("4G", "4G"), "5g": ("5G", "5G")})
"""The closed list of the column ``network``."""

BRANDS: Final[Mapping[str, Label]] = labels({"youth": ("青年", "Youth"), "home": ("家庭", "Home"), "business": ("商务", "Business")})
"""Names for the column ``brand``: plain words for segments; operations add their own brands."""

METHODS: Final[Mapping[str, Label]] = labels(
    {
        "password": ("密码", "Password"),
        "sms_code": ("短信验证码", "SMS code"),
        "fingerprint": ("指纹", "Fingerprint"),
        "scan": ("扫码", "Scan"),
        "card": ("卡", "Card"),
    }
)
"""Names for the attribute ``method`` of a sign-in."""

IDENTITY_KINDS: Final[Mapping[str, Label]] = labels(
    {
        "phone": ("手机号", "Phone number"),
        "web_account": ("网厅账号", "Web account"),
        "app_device": ("手厅设备", "Device with the app"),
        "wechat": ("微信", "WeChat"),
        "kiosk_card": ("终端卡", "Kiosk card"),
        "email": ("电子邮箱", "E-mail"),
        "shop_account": ("店铺账号", "Shop account"),
        "other": ("其他", "Other"),
    }
)
"""Names for the attribute ``identity_kind``."""

PURPOSES: Final[Mapping[str, Label]] = labels({"offers": ("优惠推送", "Offers"), "surveys": ("调查", "Surveys")})
"""Names for the attribute ``purpose`` of a consent."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "wrong_password": ("密码错误", "Wrong password"),
        "code_expired": ("验证码过期", "Code expired"),
        "account_locked": ("账户已锁定", "Account locked"),
        "not_recognised": ("未能识别", "Not recognised"),
    }
)
"""Names for the column ``reason``: why a sign-in failed."""
