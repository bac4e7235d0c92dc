"""Names of the usual codes of fulfilment: desks, systems, ways of identity checks, why a step failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

QUEUES: Final[Mapping[str, Label]] = labels({"acceptance": ("人工受理台", "Manual acceptance desk")})
"""Names for the attribute ``queue``."""

SYSTEMS: Final[Mapping[str, Label]] = labels({"boss": ("BOSS 系统", "BOSS"), "network": ("网络侧", "Network")})
"""Names for the attribute ``system``."""

METHODS: Final[Mapping[str, Label]] = labels(
    {"document_photo": ("证件拍照", "Photo of the document"), "video": ("视频核验", "Video"), "in_shop": ("到店核验", "In a shop")}
)
"""Names for the attribute ``method`` of a real-name check."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "rule_conflict": ("规则冲突", "Rule conflict"),
        "interface_error": ("接口错误", "Interface error"),
        "needs_customer": ("需客户配合", "Customer is needed"),
        "no_such_account": ("查无此账户", "No such account"),
        "plan_conflict": ("套餐冲突", "Plan conflict"),
        "debt": ("客户欠费", "Customer owes money"),
        "no_stock": ("缺货", "Out of stock"),
        "nobody_home": ("无人在家", "Nobody at home"),
        "wrong_address": ("地址错误", "Wrong address"),
        "real_name_mismatch": ("实名信息不符", "Real name differs"),
        "network_refused": ("网络侧拒绝", "Refused by the network"),
        "port_busy": ("端口被占用", "Port taken"),
        "photo_unreadable": ("证件照片不清", "Photo unreadable"),
        "name_differs": ("姓名不符", "Name differs"),
        "document_expired": ("证件过期", "Document expired"),
        "face_differs": ("人脸比对不符", "Face differs"),
        "contract_running": ("合约未到期", "Contract still running"),
    }
)
"""Names for the column ``reason``: why acceptance, allocation, delivery, activation, an identity check or a porting failed."""
