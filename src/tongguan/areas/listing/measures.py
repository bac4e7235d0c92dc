"""What listing 商品上架 is measured by."""

from __future__ import annotations

from typing import Final

from tongguan.areas.measuring import count, share
from tongguan.model.measures import Measure

LISTING: Final[tuple[Measure, ...]] = (
    count("submitted", "提交", "Submitted", "product.submitted"),
    count("reviewed", "审核通过", "Passed review", "product.reviewed"),
    count("listed", "上架", "Listed", "product.listed", better="up"),
    share("rejected_share", "驳回率", "Rejected share", "failures", "volume", better="down"),
    count("delisted", "下架", "Delisted", "product.delisted"),
    count("price_changes", "改价", "Price changes", "product.price_changed"),
    count("price_mismatches", "价格不一致", "Price mismatches", "product.mismatch_found", part="price", better="down"),
    count("stock_mismatches", "库存不一致", "Stock mismatches", "product.mismatch_found", part="stock", better="down"),
    count("mismatches", "不一致合计", "All mismatches", "product.mismatch_found", better="down"),
    count("mismatches_resolved", "已恢复一致", "Mismatches resolved", "product.mismatch_resolved", better="up"),
)
