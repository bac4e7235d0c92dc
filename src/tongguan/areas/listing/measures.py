"""What listing 商品上架 is measured by."""

from __future__ import annotations

from typing import Final

from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label

LISTING: Final[tuple[Measure, ...]] = (
    Measure("submitted", Label("提交", "Submitted"), How.COUNT, ("product.submitted",)),
    Measure("reviewed", Label("审核通过", "Passed review"), How.COUNT, ("product.reviewed",)),
    Measure("listed", Label("上架", "Listed"), How.COUNT, ("product.listed",), better="up"),
    Measure("rejected_share", Label("驳回率", "Rejected share"), How.SHARE, part="failures", whole="volume", better="down"),
    Measure("delisted", Label("下架", "Delisted"), How.COUNT, ("product.delisted",)),
    Measure("price_changes", Label("改价", "Price changes"), How.COUNT, ("product.price_changed",)),
    Measure(
        "price_mismatches",
        Label("价格不一致", "Price mismatches"),
        How.COUNT,
        ("product.mismatch_found",),
        only={"part": ("price",)},
        better="down",
    ),
    Measure(
        "stock_mismatches",
        Label("库存不一致", "Stock mismatches"),
        How.COUNT,
        ("product.mismatch_found",),
        only={"part": ("stock",)},
        better="down",
    ),
    Measure("mismatches", Label("不一致合计", "All mismatches"), How.COUNT, ("product.mismatch_found",), better="down"),
    Measure("mismatches_resolved", Label("已恢复一致", "Mismatches resolved"), How.COUNT, ("product.mismatch_resolved",), better="up"),
)
