"""Business classes 业务类别: five classes, each with sub-classes behind a dot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

BUSINESS_CLASSES: Final[Mapping[str, Label]] = labels(
    {
        "handling": ("业务办理", "Handling"),
        "handling.plan_change": ("套餐变更", "Plan change"),
        "handling.marketing_case": ("营销案", "Marketing case"),
        "handling.value_added": ("增值业务", "Value-added service"),
        "handling.number_opening": ("选号开户", "Number selection and opening"),
        "handling.broadband_preorder": ("宽带预约", "Broadband pre-order"),
        "goods": ("商品", "Goods"),
        "goods.number_card": ("号卡", "Number card"),
        "goods.handset": ("终端", "Handset"),
        "goods.broadband": ("宽带", "Broadband"),
        "goods.converged": ("融合", "Converged bundle"),
        "points": ("积分", "Points"),
        "payment": ("交费", "Payment"),
        "payment.bill": ("交话费", "Bill payment"),
        "payment.top_up": ("充值", "Top-up"),
        "query": ("查询", "Query"),
    }
)
"""The closed list of the column ``business_class``; ``goods`` covers ``goods.handset`` and its siblings."""
