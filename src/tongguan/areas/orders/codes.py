"""Business classes 业务类别: five classes, each with sub-classes behind a dot; names of the usual reasons and kinds."""

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

TRADES: Final[Mapping[str, Label]] = labels({"return": ("退货", "Return"), "exchange": ("换货", "Exchange"), "repair": ("维修", "Repair")})
"""Names for the attribute ``kind`` of a return."""

PURPOSES: Final[Mapping[str, Label]] = labels(
    {"sale": ("销售", "Sale"), "handling": ("业务办理", "Handling"), "payment": ("交费", "Payment"), "points": ("积分兑换", "Points")}
)
"""Names for the attribute ``purpose`` of an order."""

DELIVERY_KINDS: Final[Mapping[str, Label]] = labels(
    {
        "none": ("无需配送", "None"),
        "courier": ("快递", "Courier"),
        "shop": ("营业厅自提", "Pick-up in a shop"),
        "on_site": ("上门", "On site"),
    }
)
"""Names for the attribute ``delivery_kind``."""

ENDED_BY: Final[Mapping[str, Label]] = labels(
    {"customer": ("客户", "Customer"), "company": ("公司", "Company"), "system": ("系统", "System")}
)
"""Names for the attribute ``by``."""

RESULTS: Final[Mapping[str, Label]] = labels({"good": ("完好", "Good"), "damaged": ("破损", "Damaged")})
"""Names for the column ``result`` of goods that came back."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "duplicate": ("重复订单", "Duplicate order"),
        "incomplete": ("资料不全", "Incomplete details"),
        "sampled": ("抽样审核", "Sampled for a check"),
        "suspicious": ("可疑订单", "Suspicious order"),
        "not_paid": ("未支付", "Not paid"),
        "changed_mind": ("客户改变主意", "Changed mind"),
        "cheaper_elsewhere": ("别处更便宜", "Cheaper elsewhere"),
        "ordered_twice": ("重复下单", "Ordered twice"),
        "too_slow": ("等待太久", "Too slow"),
        "cannot_be_accepted": ("无法受理", "Cannot be accepted"),
        "package_lost": ("包裹丢失", "Package lost"),
        "undeliverable": ("无法投递", "Undeliverable"),
        "voucher_expired": ("凭证过期", "Voucher expired"),
        "no_stock": ("缺货", "Out of stock"),
        "shipped": ("已经发货", "Already shipped"),
        "used": ("已使用", "Used"),
        "quality": ("质量问题", "Quality"),
        "not_as_described": ("与描述不符", "Not as described"),
        "wrong_goods": ("发错商品", "Wrong goods"),
        "acceptance": ("受理待客户配合", "Acceptance waits for the customer"),
        "real_name": ("待客户实名认证", "Real-name check waits for the customer"),
        "nobody_home": ("无人在家", "Nobody at home"),
    }
)
"""Names for the column ``reason``: why an order was checked, cancelled or waits, why goods came back."""
