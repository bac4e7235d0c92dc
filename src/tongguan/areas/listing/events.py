"""Events and cases of listing 商品上架. The id of the case is `product_id`: where channels list apart, one id per listing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tongguan.areas.declaring import again, aside, end, happening, limits, money, step, text, whole
from tongguan.model.vocabulary import CaseKind, EventType, Label

_PRODUCT: Final = (
    text("sku", "Stock keeping unit, the same in all channels."),
    text("title", "Title as shown to customers."),
    text("category", "Category in the catalogue."),
)

CASE_KINDS: Final = (
    CaseKind(
        "product",
        Label("商品", "Product"),
        (
            again("submitted", "已提交", "Submitted", "pending"),
            step("reviewed", "审核通过", "Reviewed", "approved"),
            end("rejected", "审核驳回", "Rejected", "rejected"),
            end("listed", "已上架", "Listed", "listed"),
            aside("price_changed", "价格变更", "Price changed", "listed"),
            aside("content_changed", "内容变更", "Content changed", "listed"),
            aside("mismatch_found", "渠道间不一致", "Mismatch found", "listed"),
            aside("mismatch_resolved", "不一致已解决", "Mismatch resolved", "listed"),
            end("delisted", "已下架", "Delisted", "delisted"),
        ),
        limits=limits(timedelta(hours=4), timedelta(hours=8), "submitted", "reviewed", working=True),
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (
    happening(
        "product.submitted",
        "商品提交",
        "Product submitted",
        "Somebody asked to list a product; `due_time` is when it should be on the shelf.",
        50,
        requires="product_id",
        attributes=_PRODUCT,
        product="submitted",
    ),
    happening(
        "product.reviewed",
        "商品审核通过",
        "Product reviewed",
        "The review of a submitted product ended well; it may be listed.",
        52,
        requires="product_id",
        attributes=_PRODUCT,
        product="reviewed",
    ),
    happening(
        "product.rejected",
        "商品审核驳回",
        "Product rejected",
        "The review refused a product; `reason` says why. It may be submitted again.",
        53,
        requires="product_id",
        attributes=_PRODUCT,
        product="rejected",
    ),
    happening(
        "product.listed",
        "商品上架",
        "Product listed",
        "A product can now be bought on a channel; `amount` is its price.",
        55,
        requires="product_id",
        attributes=(*_PRODUCT, whole("stock", "Pieces offered.")),
        product="listed",
    ),
    happening(
        "product.price_changed",
        "商品改价",
        "Price changed",
        "The price of a listed product changed to `amount`.",
        57,
        requires="product_id",
        attributes=(*_PRODUCT, money("previous_price", "Price until now.")),
        product="price_changed",
    ),
    happening(
        "product.content_changed",
        "商品内容变更",
        "Content changed",
        "Text, pictures or rules of a listed product changed.",
        57,
        requires="product_id",
        attributes=(*_PRODUCT, text("part", "What was changed.")),
        product="content_changed",
    ),
    happening(
        "product.mismatch_found",
        "商品信息不一致",
        "Mismatch found",
        "Price, stock or content of a product differ between channels.",
        58,
        requires="product_id",
        attributes=(
            *_PRODUCT,
            text("part", "What differs.", "price", "stock", "content"),
            text("other_channel", "Channel compared with."),
            text("here", "Value on this channel."),
            text("there", "Value on the other channel."),
        ),
        product="mismatch_found",
    ),
    happening(
        "product.mismatch_resolved",
        "商品信息恢复一致",
        "Mismatch resolved",
        "A product agrees again between channels.",
        59,
        requires="product_id",
        attributes=(
            *_PRODUCT,
            text("part", "What had differed.", "price", "stock", "content"),
            text("other_channel", "Channel compared with."),
        ),
        product="mismatch_resolved",
    ),
    happening(
        "product.delisted",
        "商品下架",
        "Product delisted",
        "A product was taken off the shelf of a channel; `reason` says why.",
        60,
        requires="product_id",
        attributes=_PRODUCT,
        product="delisted",
    ),
)
