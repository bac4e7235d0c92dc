"""Events and cases of payments 支付, posting to BOSS, statements of payment channels and settlement 结算/稽核."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tongguan.areas.declaring import again, aside, day, end, happening, limits, moment, money, personal, step, text, truth, whole
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Label

CASE_KINDS: Final = (
    CaseKind(
        "payment",
        Label("支付", "Payment"),
        (
            step("requested", "请求支付", "Requested", "due"),
            aside("reminded", "催付", "Reminded", "due"),
            again("attempted", "支付中", "Attempted", "pending"),
            again("authorized", "已授权", "Authorized", "authorized"),
            end("failed", "支付失败", "Failed", "failed"),
            end("expired", "支付超时", "Expired", "cancelled"),
            end("cancelled", "取消支付", "Cancelled", "cancelled"),
            end("succeeded", "支付成功", "Succeeded", "done"),
            again("posting_requested", "待 BOSS 入账", "Posting requested", "done"),
            again("posting_failed", "BOSS 入账失败", "Posting failed", "done"),
            end("posted", "BOSS 已入账", "Posted", "done"),
            end("posting_reversed", "BOSS 已冲正", "Posting reversed", "reversed"),
            aside("on_statement", "渠道对账单已列", "On the statement", "done"),
            aside("settled", "渠道已结算", "Settled", "done"),
            again("refund_requested", "待退款", "Refund requested", "refunding"),
            again("refund_failed", "退款失败", "Refund failed", "refunding"),
            aside("partly_refunded", "部分退款", "Partly refunded", "done"),
            end("refunded", "已退款", "Refunded", "refunded"),
        ),
        limits={
            # What the customer has not begun, and what goes back, is told at the order.
            **limits(timedelta(minutes=30), timedelta(hours=2), "attempted", "authorized"),
            **limits(timedelta(hours=1), timedelta(hours=4), "posting_requested", "posting_failed"),
        },
    ),
)

_HOW: Final = (
    text("payment_channel", "Payment channel, such as alipay, wechat_pay, unionpay."),
    text("method", "How it is paid there: card, balance, credit, voucher."),
    text("bank", "Bank code."),
    text("channel_reference", "The payment channel's own number of the transaction."),
    text("purpose", "What is paid for.", "order", "bill", "top_up", "deposit"),
    text("part", "Number of this payment among several of one order."),
    whole("installments", "Number of instalments."),
    money("fee", "What the payment channel takes."),
    personal("bank_card", "Number of the card."),
    personal("account", "The payer's account at the payment channel."),
    personal("phone", "Telephone number that is paid for."),
    text("source_status", "Status word of the sending system, as it is."),
)


def _payment(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, order: str = "", *attributes: Attribute) -> EventType:
    reached = {"payment": milestone} | ({"order": order} if order else {})
    return happening(name, zh, en, meaning, rank, requires="payment_id", attributes=(*_HOW, *attributes), **reached)


_PAYING: Final = (
    _payment(
        "payment.requested",
        "请求支付",
        "Payment requested",
        "`amount` is to be paid; `due_time` is until when.",
        250,
        "requested",
        "payment_requested",
    ),
    _payment("payment.reminded", "催付", "Payment reminded", "The customer was reminded to pay.", 255, "reminded", "payment_reminded"),
    _payment("payment.attempted", "尝试支付", "Payment attempted", "The customer was handed to the payment channel.", 260, "attempted"),
    _payment(
        "payment.authorized", "支付授权", "Payment authorized", "The money is held by the payment channel, not taken.", 265, "authorized"
    ),
    _payment(
        "payment.failed",
        "支付失败",
        "Payment failed",
        "The payment channel or the bank refused; `reason` says why.",
        270,
        "failed",
        "payment_failed",
        text("channel_code", "The payment channel's own code of the failure."),
    ),
    _payment("payment.expired", "支付超时", "Payment expired", "Nobody paid in time.", 272, "expired", "payment_failed"),
    _payment("payment.cancelled", "取消支付", "Payment cancelled", "The payment was called off before money moved.", 274, "cancelled"),
    _payment(
        "payment.succeeded",
        "支付成功",
        "Payment succeeded",
        "`amount` was paid; the order, if any, is paid by it.",
        280,
        "succeeded",
        "paid",
    ),
    _payment(
        "payment.collected",
        "货到收款",
        "Payment collected",
        "`amount` was taken on delivery; it does not move the order back to paid.",
        505,
        "succeeded",
        "collected",
        text("collector", "Who collected."),
    ),
)

_REFUNDING: Final = (
    _payment(
        "payment.refund_requested",
        "申请退款",
        "Refund requested",
        "`amount` is to be given back.",
        660,
        "refund_requested",
        "refund_requested",
        text("refund", "Id of the refund."),
    ),
    _payment(
        "payment.refund_failed",
        "退款失败",
        "Refund failed",
        "The money could not be given back; `reason` says why.",
        664,
        "refund_failed",
        "refund_failed",
        text("refund", "Id of the refund."),
    ),
    _payment(
        "payment.partly_refunded",
        "部分退款",
        "Partly refunded",
        "`amount`, a part of the payment, was given back; the order goes on.",
        666,
        "partly_refunded",
        "partly_refunded",
        text("refund", "Id of the refund."),
    ),
    _payment(
        "payment.refunded",
        "已退款",
        "Payment refunded",
        "`amount`, the whole of the payment, was given back (a positive number).",
        670,
        "refunded",
        "refunded",
        text("refund", "Id of the refund."),
    ),
)

_BOSS: Final = (
    text("boss_reference", "Number of the posting in BOSS."),
    text("account_period", "Accounting period, such as 2026-11."),
    personal("phone", "Telephone number that was credited."),
)

_POSTING: Final = (
    happening(
        "boss.posting_requested",
        "请求 BOSS 入账",
        "BOSS posting requested",
        "A payment was sent to the billing system to be credited.",
        700,
        requires="payment_id",
        attributes=_BOSS,
        payment="posting_requested",
    ),
    happening(
        "boss.posting_failed",
        "BOSS 入账失败",
        "BOSS posting failed",
        "The billing system refused the posting; `reason` says why.",
        704,
        requires="payment_id",
        attributes=_BOSS,
        payment="posting_failed",
    ),
    happening(
        "boss.posted",
        "BOSS 已入账",
        "Posted to BOSS",
        "The billing system credited `amount`.",
        706,
        requires="payment_id",
        attributes=_BOSS,
        payment="posted",
        order="boss_posted",
    ),
    happening(
        "boss.reversed",
        "BOSS 冲正",
        "BOSS posting reversed",
        "The billing system took a posting back.",
        708,
        requires="payment_id",
        attributes=_BOSS,
        payment="posting_reversed",
    ),
)

_STATEMENT: Final = (
    text("statement", "Id of the statement."),
    text("statement_side", "Who issued it.", "payment_channel", "boss", "shop", "partner"),
    text("payment_channel", "Payment channel, shop or partner that issued it."),
    day("statement_date", "Accounting day of the statement."),
)

_SETTLING: Final = (
    happening(
        "statement.received",
        "收到对账单",
        "Statement received",
        "A statement came in: `quantity` lines over `amount` in all.",
        720,
        attributes=(*_STATEMENT, text("file", "Name of the file."), text("digest", "SHA-256 of the file.")),
    ),
    happening(
        "statement.line_recorded",
        "对账单明细",
        "Statement line recorded",
        "One line of a statement, as the other side says it; refunds are negative.",
        722,
        attributes=(
            *_STATEMENT,
            whole("line", "Number of the line."),
            text("line_kind", "What the line is.", "payment", "refund", "fee", "reversal", "adjustment", "payout"),
            text("line_status", "What the other side says of it.", "success", "failed", "pending"),
            text("channel_reference", "The other side's own number of the transaction."),
            text("merchant_reference", "Our number as the other side kept it."),
            money("fee", "What the other side takes."),
            moment("booked", "When the other side booked it."),
            personal("account", "The payer's account at the other side."),
        ),
        payment="on_statement",
    ),
    happening(
        "payment.settled",
        "支付已结算",
        "Payment settled",
        "The payment channel paid this payment out; `amount` is what arrived.",
        726,
        requires="payment_id",
        attributes=_HOW,
        payment="settled",
    ),
    happening(
        "settlement.completed",
        "结算完成",
        "Settlement completed",
        "A payment channel, shop or partner paid out a period: `amount` in all.",
        730,
        attributes=(*_STATEMENT, money("fee", "What was kept back."), truth("final", "Nothing more comes for the period.")),
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_PAYING, *_REFUNDING, *_POSTING, *_SETTLING)
