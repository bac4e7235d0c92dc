"""Order quality and returns from memory: some orders are flagged, some called off, some come back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tongguan.lib.now import Now
from tongguan.model.access import User
from tongguan.model.answers import NESTED, CaseRow, FlowFilter, Trace
from tongguan.model.flags import (
    FlagBook,
    FlagCount,
    FlagFilter,
    FlaggedDay,
    FlaggedOn,
    FlaggedPage,
    FlaggedRow,
    FlaggedRule,
    FlagKind,
    FlagRule,
)
from tongguan.model.returns import (
    EndedReturn,
    EndedReturns,
    OpenReturn,
    OpenReturns,
    ReturnAbout,
    ReturnCounts,
    ReturnFilter,
    ReturnShare,
    ReturnsOn,
    ReturnsReport,
    ReturnStep,
)
from tongguan.model.vocabulary import Label
from tongguan.model.waiting import Lateness, OpenStep, WaitingRow

_PAST: Final = 14
_WHY: Final = ("changed_mind", "quality", "not_paid", "too_slow")
_STEPS: Final = ("return_requested", "refund_requested")
_BY: Final = ("reason", "channel", "business_class", "product_id", "region")
_CITY: Final = 2


_MEANINGS: Final = {
    "duplicate_order": (
        "同一客户短时间内再次下单，多为误操作或脚本。",
        "A customer orders again within a short time, mostly by mistake or by a script.",
    ),
    "missing_details": ("缺少这些要素的订单无法受理。", "Orders without these details cannot be accepted."),
    "unpaid_too_long": ("占用号码与库存的未支付订单。", "Unpaid orders that hold numbers and stock."),
    "many_by_address": ("只比较脱敏标识，不读取明文。", "Tokens are compared, plain values are not read."),
    "unusual_amount": (
        "以中位数绝对偏差衡量，个别大单不影响判断。",
        "Measured by the median distance, so that single large orders do not count.",
    ),
    "many_by_device": ("自助终端天然多单，默认停用。", "Kiosks serve everybody, so it is switched off at first."),
}


def _rule(name: str, zh: str, en: str, kind: FlagKind, reason: str, *, hold: bool = False, on: bool = True, **values: Any) -> FlagRule:
    return FlagRule(name, Label(zh, en), Label(*_MEANINGS[name]), kind, reason, hold, on, **values)


RULES: Final = (
    _rule(
        "duplicate_order",
        "重复下单",
        "Ordered twice",
        FlagKind.REPEATED,
        "duplicate",
        hold=True,
        same=("customer_id", "product_id", "channel"),
        within=timedelta(minutes=10),
        not_classes=("points",),
    ),
    _rule(
        "missing_details",
        "要素缺失",
        "Details missing",
        FlagKind.MISSING,
        "incomplete",
        fields=("region", "amount"),
        within=timedelta(minutes=15),
    ),
    _rule(
        "unpaid_too_long",
        "逾期未支付",
        "Unpaid for long",
        FlagKind.UNANSWERED,
        "not_paid",
        answers=("payment.succeeded", "order.cancelled"),
        within=timedelta(days=1),
    ),
    _rule("many_by_address", "同地址多单", "Many orders, one address", FlagKind.MANY, "suspicious", hold=True, same=("address",), most=5),
    _rule("unusual_amount", "金额异常", "Unusual amount", FlagKind.UNUSUAL, "suspicious", hold=True, spreads=8.0, least=30, days=28),
    _rule(
        "many_by_device",
        "同设备多单",
        "Many orders, one device",
        FlagKind.MANY,
        "suspicious",
        on=False,
        same=("channel", "device_id"),
        most=20,
    ),
)

BOOK: Final = FlagBook(
    "order", "order.created", "order.flagged", "order.held", ("created", "paid"), timedelta(days=2), RULES, "areas/orders/quality.yaml"
)


def _number(case: CaseRow) -> int:
    return int(case.case_id[-6:])


def _is_over(case: CaseRow) -> bool:
    """Tell whether what was cancelled or wanted back has come to an end: no return, and not all that was cancelled."""
    return _number(case) % 8 != 1 and _number(case) % 5 != 0


class FakeOrderAnswers(ABC):
    """What the operation in memory answers about order quality and returns."""

    _now: Now
    _zone: ZoneInfo

    @abstractmethod
    def _check(self) -> None:
        """Fail as a warehouse would that is away."""

    @abstractmethod
    def _seen(self, user: User) -> list[Trace]:
        """Return the orders that a user sees."""

    async def flag_book(self, user: User) -> FlagBook:
        return BOOK

    async def flagged_day(self, user: User, where: FlagFilter) -> FlaggedDay:
        self._check()
        cases = [trace.case for trace in self._seen(user) if _fits(trace.case, where)]
        rows, now = self._flags(cases), self._now().astimezone(self._zone)
        day = date.fromisoformat(where.day) if where.day else now.date()
        moment = now if day == now.date() else datetime.combine(day, datetime.max.time(), self._zone)
        days = [day - timedelta(days=back) for back in range(_PAST - 1, -1, -1)]
        return FlaggedDay(
            day=day.isoformat(),
            data_through=max((trace.case.last_time for trace in self._seen(user)), default=None),
            rules=sorted(
                (
                    FlaggedRule(one.name, one.reason, self._count([row for row in rows if row.rule == one.name], moment))
                    for one in BOOK.active
                ),
                key=lambda one: -one.count.now,
            ),
            flagged=self._count(rows, moment),
            made=self._count([_made(case) for case in cases], moment),
            past=[self._on(one, rows, cases) for one in days],
            waiting=sum(row.step == "held" for row in rows) if day == now.date() else None,
            late=sum(row.step == "held" for row in rows) // 3 if day == now.date() else None,
        )

    def _flags(self, cases: Sequence[CaseRow]) -> list[FlaggedRow]:
        found = []
        for case in cases:
            if _number(case) % 5:
                continue
            rule = BOOK.active[_number(case) // 5 % len(BOOK.active)]
            time = min(case.first_time + timedelta(minutes=4), self._now())
            found.append(_flag(case, rule, time))
        return sorted(found, key=lambda row: (row.time, row.case_id), reverse=True)

    def _day(self, time: datetime) -> date:
        return time.astimezone(self._zone).date()

    def _count(self, rows: Sequence[FlaggedRow], moment: datetime) -> FlagCount:
        def until(back: int) -> int:
            end = moment - timedelta(days=back)
            return len({row.case_id for row in rows if self._day(row.time) == end.date() and row.time <= end})

        return FlagCount(until(0), until(1), until(7))

    def _on(self, day: date, rows: Sequence[FlaggedRow], cases: Sequence[CaseRow]) -> FlaggedOn:
        own = [row for row in rows if self._day(row.time) == day]
        rules = Counter(row.rule for row in own)
        return FlaggedOn(day.isoformat(), dict(rules), len(own), sum(self._day(case.first_time) == day for case in cases))

    async def flagged(self, user: User, where: FlagFilter, limit: int, offset: int) -> FlaggedPage:
        self._check()
        day = date.fromisoformat(where.day) if where.day else self._day(self._now())
        rows = self._flags([trace.case for trace in self._seen(user) if _fits(trace.case, where)])
        rows = [row for row in rows if self._day(row.time) == day and where.rule in ("", row.rule)]
        return FlaggedPage(rows[offset : offset + limit], len(rows), offset, limit)

    def _returned(self, user: User, where: ReturnFilter) -> list[tuple[CaseRow, ReturnAbout]]:
        found = []
        for trace in self._seen(user):
            case = trace.case
            about = ReturnAbout(
                _WHY[_number(case) // 4 % len(_WHY)], case.product_id, case.sold, case.currency, case.last_time - timedelta(hours=7)
            )
            asked = where.reason in ("", about.reason) and where.product_id in ("", about.product_id)
            if _number(case) % 4 == 1 and asked and _fits(case, where):
                found.append((case, about))
        return found

    async def returns(self, user: User, where: ReturnFilter) -> ReturnsReport:
        self._check()
        found, now = self._returned(user, where), self._now().astimezone(self._zone)
        made = [trace.case for trace in self._seen(user) if _fits(trace.case, where)]
        first, last = date.fromisoformat(where.since), date.fromisoformat(where.until)
        days = [first + timedelta(days=place) for place in range((last - first).days + 1)]

        def counted(
            cases: Sequence[tuple[CaseRow, ReturnAbout]], fits: Callable[[datetime], bool], every: Sequence[CaseRow]
        ) -> ReturnCounts:
            own = [(case, about) for case, about in cases if fits(case.last_time)]
            asked = sum(_number(case) % 8 == 1 for case, _ in own)
            value = {"CNY": sum(about.amount or 0 for _, about in own)} if own else {}
            back = {"CNY": sum(about.amount or 0 for case, about in own if _number(case) % 3 == 0)} if own else {}
            return ReturnCounts(
                len(own) - asked, asked, sum(_is_over(case) for case, _ in own), value, back, sum(fits(case.first_time) for case in every)
            )

        def so_far(back: int) -> ReturnCounts:
            end = now - timedelta(days=back)
            return counted(found, lambda time: self._day(time) == end.date() and time <= end, made)

        def within(time: datetime) -> bool:
            return first <= self._day(time) <= last

        by = {name: _shares(name, found, made, lambda cases, every: counted(cases, within, every)) for name in _BY}

        def made_on(day: date) -> ReturnsOn:
            found_on = counted(found, lambda time: self._day(time) == day, ())
            return ReturnsOn(day.isoformat(), found_on.cancelled, found_on.asked, found_on.ended)

        return ReturnsReport(
            day=now.date().isoformat(),
            data_through=max((trace.case.last_time for trace in self._seen(user)), default=None),
            today=so_far(0),
            yesterday=so_far(1),
            last_week=so_far(7),
            days=[made_on(day) for day in days],
            by=by,
            steps=[
                ReturnStep("return.requested", ("order.cancelled",), len(found), 5400.0 if found else None, 21_600.0 if found else None),
                ReturnStep(
                    "return.requested",
                    ("return.closed",),
                    len(found) // 2,
                    4.5 * 86_400 if found else None,
                    7.2 * 86_400 if found else None,
                ),
            ],
        )

    async def returns_open(self, user: User, where: ReturnFilter, lateness: Lateness | None, limit: int, offset: int) -> OpenReturns:
        self._check()
        rows = [OpenReturn(_waits(case, self._now()), about) for case, about in self._returned(user, where) if _number(case) % 8 == 1]
        rows.sort(key=lambda one: (one.row.since, one.row.case_id))
        counts = {one: sum(row.row.lateness is one for row in rows) for one in Lateness}
        shown = [row for row in rows if lateness in (None, row.row.lateness)]
        return OpenReturns(shown[offset : offset + limit], len(shown), offset, limit, counts)

    async def returns_ended(self, user: User, where: ReturnFilter, day: str, limit: int, offset: int) -> EndedReturns:
        self._check()
        shown = date.fromisoformat(day) if day else self._day(self._now())
        rows = [
            EndedReturn(
                case.last_time,
                case.case_id,
                "order.cancelled" if _number(case) % 3 else "return.closed",
                case.channel,
                case.region,
                case.business_class,
                case.customer_id,
                about,
                25_200.0,
            )
            for case, about in self._returned(user, where)
            if _is_over(case) and self._day(case.last_time) == shown
        ]
        rows.sort(key=lambda one: one.time, reverse=True)
        return EndedReturns(rows[offset : offset + limit], len(rows), offset, limit)


def _fits(case: CaseRow, where: FlowFilter) -> bool:
    same = all(getattr(where, name) in ("", getattr(case, name)) for name in ("channel", "brand"))
    return same and all(
        getattr(where, name) in ("", getattr(case, name)) or getattr(case, name).startswith(getattr(where, name) + mark)
        for name, mark in NESTED.items()
    )


def _flag(case: CaseRow, rule: FlagRule, time: datetime) -> FlaggedRow:
    told: dict[FlagKind, dict[str, Any]] = {
        FlagKind.REPEATED: {"others": [f"DD2026{_number(case) - 1:06d}"], "columns": rule.same, "found": 245.0, "bound": 600.0},
        FlagKind.MANY: {
            "others": [f"DD2026{_number(case) - back:06d}" for back in range(6, 0, -1)],
            "columns": rule.same,
            "found": 7.0,
            "bound": 5.0,
        },
        FlagKind.MISSING: {"columns": ["region", "amount"]},
        FlagKind.UNANSWERED: {"found": 86_400.0, "bound": 86_400.0},
        FlagKind.UNUSUAL: {"columns": ["product_id"], "found": 14.2, "bound": 8.0, "usual": (case.sold or 0) // 9},
    }
    return FlaggedRow(
        time,
        case.case_id,
        rule.name,
        rule.reason,
        case.channel,
        case.region,
        case.business_class,
        case.customer_id,
        case.product_id,
        case.sold,
        case.currency,
        step=case.step,
        **told[rule.kind],
    )


def _made(case: CaseRow) -> FlaggedRow:
    return FlaggedRow(case.first_time, case.case_id, "", "", "", "", "", "", "", None, "")


def _shares(
    name: str,
    found: Sequence[tuple[CaseRow, ReturnAbout]],
    made: Sequence[CaseRow],
    counted: Callable[[Sequence[tuple[CaseRow, ReturnAbout]], Sequence[CaseRow]], ReturnCounts],
) -> list[ReturnShare]:
    def value(case: CaseRow, about: ReturnAbout | None) -> str:
        if name == "reason":
            return about.reason if about else ""
        text = str(getattr(case, name))
        return "-".join(text.split("-")[:_CITY]) if name == "region" else text

    values = Counter(value(case, about) for case, about in found)
    shares = []
    for one in values:
        now = counted([pair for pair in found if value(*pair) == one], [case for case in made if value(case, None) == one])
        shares.append(ReturnShare(one, now, ReturnCounts(now.cancelled * 7 // 8, now.asked * 9 // 8, made=now.made)))
    return sorted((one for one in shares if one.now.gone), key=lambda one: (-one.now.gone, one.value))


def _waits(case: CaseRow, now: datetime) -> WaitingRow:
    step = OpenStep(
        kind="order",
        case_id=case.case_id,
        step=_STEPS[_number(case) // 8 % 2],
        since=case.last_time,
        warned_from=case.last_time + timedelta(days=3),
        late_from=case.last_time + timedelta(days=7),
        paused_since=None,
        **{name: getattr(case, name) for name in ("channel", "region", "business_class", "brand", "customer_id")},
    )
    return WaitingRow(**vars(step), stage="aftersales", lateness=step.lateness_at(now))
