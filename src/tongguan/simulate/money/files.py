"""Statements as files, in the own format of each payment channel: none is like another, as in life. The formats are made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import numpy as np

from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import HOUR, SECOND, date_of
from tongguan.simulate.money.lines import StatementLines, available
from tongguan.simulate.money.workbook import workbook
from tongguan.simulate.province.money import PAYMENT_CHANNELS, PAYMENT_CODES

KIND_WORDS: Final = ("交易", "退款")
STATUS_WORDS: Final = ("成功", "失败", "处理中")
_UNION_KINDS: Final = ("01", "02")
_UNION_STATUSES: Final = ("00", "05", "09")
_WALLET_KINDS: Final = ("消费", "退款")
_WALLET_STATUSES: Final = ("已入账", "已拒绝", "待确认")


class Entry(NamedTuple):
    """One line of a statement, as texts and whole numbers."""

    line: int
    kind: int
    status: int
    amount: int
    fee: int
    booked: str
    reference: int
    merchant: str


@dataclass(frozen=True)
class Statement:
    """A statement to be written.

    Attributes:
        place: of the payment channel.
        date: accounting day as ISO date.
        made: when it is made, such as ``2026-11-22 09:30:00``.
        moment: the same as a moment.
        entries: its lines.
        amount: of all lines, refunds negative, whatever their status.
        fee: of all lines.
    """

    place: int
    date: str
    made: str
    moment: int
    entries: Sequence[Entry]
    amount: int
    fee: int


def written(place: int, day: int, lines: StatementLines) -> tuple[str, bytes]:
    """Return name and bytes of the statement of a payment channel.

    Args:
        place: of the payment channel.
        day: accounting day.
        lines: those of that channel.
    """
    moment = available(place, day)
    made = _texts(np.array([moment], dtype=np.int64))[0]
    statement = Statement(place, date_of(day).isoformat(), made, moment, _entries(lines), int(lines.amount.sum()), int(lines.fee.sum()))
    ending, write = _WRITERS[PAYMENT_CODES[place]]
    return f"{PAYMENT_CODES[place]}-{statement.date}{ending}", write(statement)


def _entries(lines: StatementLines) -> list[Entry]:
    merchants = [
        f"P{short}-{key}-{attempt}" if key >= 0 else ""
        for short, key, attempt in zip(lines.short.tolist(), lines.key.tolist(), lines.attempt.tolist(), strict=True)
    ]
    columns = (lines.line, lines.kind, lines.status, lines.amount, lines.fee)
    numbers = [column.tolist() for column in columns]
    return list(map(Entry, *numbers, _texts(lines.booked), lines.reference.tolist(), merchants))


def _texts(times: Whole) -> list[str]:
    """Return moments such as ``2026-11-22 09:30:00``."""
    found: list[str] = np.datetime_as_string((times // SECOND).astype("datetime64[s]")).tolist()
    return [text.replace("T", " ") for text in found]


def _yuan(fen: int, point: str = ".") -> str:
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}{point}{rest:02}"


def _packed(text: str) -> str:
    """Return the digits of a date or moment."""
    return text.translate({ord(mark): None for mark in "- :"})


def _alipay(statement: Statement) -> bytes:
    """GB18030, four lines before the header, tabs after numbers so that spreadsheets leave them alone."""
    payments = sum(entry.kind == 0 for entry in statement.entries)
    refunds = len(statement.entries) - payments
    head = (
        "#支付宝商户账务明细",
        "#商户：云岭省电子渠道",
        f"#账期：[{statement.date}]，出账时间：[{statement.made}]",
        f"#合计：交易 {payments} 笔，退款 {refunds} 笔，净额 {_yuan(statement.amount)} 元，服务费 {_yuan(statement.fee)} 元",
        "序号,支付宝流水号,商户订单号,业务类型,交易状态,入账时间,收支金额（元）,服务费（元）,账单日期,出账时间",
    )
    tail = f"{statement.date},{statement.made}"
    rows = (
        f"{e.line},{e.reference}\t,{e.merchant}\t,{KIND_WORDS[e.kind]},{STATUS_WORDS[e.status]},"
        f"{e.booked},{_yuan(e.amount)},{_yuan(e.fee)},{tail}"
        for e in statement.entries
    )
    return _lined(head, rows, "\r\n").encode("gb18030")


def _wechat_pay(statement: Statement) -> bytes:
    """UTF-8 with a byte order mark, a backtick before every value, refunds in a column of their own, a summary at the end."""
    head = ("交易时间,微信支付单号,商户订单号,交易类型,交易状态,订单金额,退款金额,手续费,账单日,出账时间,序号",)
    tail = f"`{statement.date},`{statement.made}"
    rows = [
        f"`{e.booked},`{e.reference},`{e.merchant},`{KIND_WORDS[e.kind]},`{STATUS_WORDS[e.status]},"
        f"`{_yuan(e.amount) if e.kind == 0 else ''},`{_yuan(e.amount) if e.kind else ''},`{_yuan(e.fee)},{tail},`{e.line}"
        for e in statement.entries
    ]
    rows += [
        "总笔数,净额,总手续费,账单日,出账时间",
        f"`{len(statement.entries)},`{_yuan(statement.amount)},`{_yuan(statement.fee)},{tail}",
    ]
    return _lined(head, rows, "\r\n").encode("utf-8-sig")


def _unionpay(statement: Statement) -> bytes:
    """Lines of fixed width: 00 begins the file, 10 is a line, 99 ends it; amounts in fen with sign and leading zeros."""
    date, made = _packed(statement.date), _packed(statement.made)
    head = (f"00{date}{made}{len(statement.entries):08}{statement.amount:+013}",)
    rows = [
        f"10{date}{e.line:08}{e.reference:019}{e.merchant:24}{_UNION_KINDS[e.kind]}{_UNION_STATUSES[e.status]}"
        f"{_packed(e.booked)}{e.amount:+013}{e.fee:012}{made}"
        for e in statement.entries
    ]
    return _lined(head, [*rows, f"99{len(rows):08}"], "\r\n").encode("ascii")


def _operator_wallet(statement: Statement) -> bytes:
    """JSON lines: a head and an object per line; moments as epoch milliseconds, amounts in fen."""
    bill = {"账期": statement.date, "出账": statement.moment - 8 * HOUR}
    found: list[object] = [{"记录": "汇总", "账单": bill, "笔数": len(statement.entries), "净额分": statement.amount}]
    found += [
        {
            "记录": "明细",
            "序号": e.line,
            "账单": bill,
            "交易": {"钱包流水": str(e.reference), "外部单号": e.merchant or None, "类型": _WALLET_KINDS[e.kind]},
            "状态": _WALLET_STATUSES[e.status],
            "金额分": e.amount,
            "手续费分": e.fee,
            "入账": e.booked,
        }
        for e in statement.entries
    ]
    return b"".join(msgspec.json.encode(one) + b"\n" for one in found)


def _cash(statement: Statement) -> bytes:
    """Semicolons, quotes, and a comma for the decimal point."""
    head = ("序号;缴款流水;业务单号;类别;状态;收款时间;金额;手续费;营业日;报表时间",)
    tail = f"{statement.date};{statement.made}"
    rows = (
        f'{e.line};"{e.reference}";"{e.merchant}";"{KIND_WORDS[e.kind]}";"{STATUS_WORDS[e.status]}";'
        f"{e.booked};{_yuan(e.amount, ',')};{_yuan(e.fee, ',')};{tail}"
        for e in statement.entries
    )
    return _lined(head, rows, "\n").encode()


def _shop(statement: Statement) -> bytes:
    """Vertical lines between values."""
    name = PAYMENT_CHANNELS[statement.place].zh
    head = (f"序号|{name}流水|外部订单|类型|状态|结算时间|结算金额|平台服务费|账单日期|生成时间",)
    tail = f"{statement.date}|{statement.made}"
    rows = (
        f"{e.line}|{e.reference}|{e.merchant}|{KIND_WORDS[e.kind]}|{STATUS_WORDS[e.status]}|{e.booked}|{_yuan(e.amount)}|{_yuan(e.fee)}|{tail}"
        for e in statement.entries
    )
    return _lined(head, rows, "\n").encode()


def _tmall(statement: Statement) -> bytes:
    """A workbook with two lines before the header; amounts are numbers."""
    header = ("序号", "业务流水号", "商家订单号", "账务类型", "账务状态", "入账时间", "收支金额", "技术服务费", "账单日期", "出账时间")
    top = (("天猫店铺结算单",), (f"净额 {_yuan(statement.amount)} 元，技术服务费 {_yuan(statement.fee)} 元",))
    rows = [(*_cells(e)[:6], _number(e.amount), _number(e.fee), statement.date, statement.made) for e in statement.entries]
    return workbook("结算明细", [*top, header, *rows])


def _jd(statement: Statement) -> bytes:
    """A workbook with nothing but text; refunds come in a column of their own."""
    header = ("编号", "钱包流水", "商户单号", "单据类型", "单据状态", "发生时间", "应结金额", "应退金额", "佣金", "结算日", "制单时间")
    rows = []
    for e in statement.entries:
        amount, back = (_yuan(e.amount), "") if e.kind == 0 else ("", _yuan(e.amount))
        rows.append((*map(str, _cells(e)[:6]), amount, back, _yuan(e.fee), statement.date, statement.made))
    return workbook("京东结算", [header, *rows])


def _cells(entry: Entry) -> tuple[str | int, ...]:
    return entry.line, str(entry.reference), entry.merchant, KIND_WORDS[entry.kind], STATUS_WORDS[entry.status], entry.booked


def _number(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _lined(head: Sequence[str], rows: Iterator[str] | Sequence[str], end: str) -> str:
    return end.join((*head, *rows, ""))


_WRITERS: Final[dict[str, tuple[str, Callable[[Statement], bytes]]]] = {
    "wechat_pay": (".csv", _wechat_pay),
    "alipay": (".csv", _alipay),
    "unionpay": (".txt", _unionpay),
    "operator_wallet": (".jsonl", _operator_wallet),
    "cash": (".csv", _cash),
    "tmall": (".xlsx", _tmall),
    "jd": (".xlsx", _jd),
    "suning": (".txt", _shop),
    "pinduoduo": (".txt", _shop),
    "douyin": (".txt", _shop),
}
"""How each payment channel's files end, and who writes them."""
