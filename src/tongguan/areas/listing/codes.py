"""Names of the usual codes of listing: categories of the catalogue, why a product was rejected or taken off the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

CATEGORIES: Final[Mapping[str, Label]] = labels(
    {
        "handling": ("业务办理", "Handling"),
        "goods": ("商品", "Goods"),
        "points": ("积分", "Points"),
        "payment": ("交费", "Payment"),
        "query": ("查询", "Query"),
    }
)
"""Names for the attribute ``category`` of a product."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "picture_missing": ("缺少图片", "Picture missing"),
        "price_missing": ("缺少价格", "Price missing"),
        "rules_unclear": ("规则不清楚", "Rules unclear"),
        "text_misleading": ("描述易误导", "Text misleading"),
        "ended": ("销售期结束", "End of sale"),
        "sold_out": ("已售罄", "Sold out"),
    }
)
"""Names for the column ``reason``: why a product was rejected or delisted."""
