"""The rule book in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from tongguan.clocks.rules import check_book
from tongguan.lib.now import Now
from tongguan.model.access import User
from tongguan.model.calendars import DayKind, SpecialDay, Weekday, WorkingCalendar, parse_blocks
from tongguan.model.clocks import Books, LimitRule, Mode, ProcessStep, ReferenceProcess, RuleBook
from tongguan.model.rule_documents import Contents, RuleDraft, contents_of
from tongguan.model.vocabulary import Label, Vocabulary
from tongguan.web.kit.faults import Cause
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.rules import LONGEST_NOTE, RuleRefusal, RulesRefusedError

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

_DESK: Final = WorkingCalendar(
    "受理台",
    "Asia/Shanghai",
    (*(parse_blocks("08:30–12:00, 13:30–18:00"),) * 5, parse_blocks("09:00–12:00"), ()),
    (
        SpecialDay(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节", "National Day"),
        SpecialDay(date(2026, 10, 2), DayKind.HOLIDAY, "国庆节", "National Day"),
        SpecialDay(date(2026, 10, 10), DayKind.WORKDAY, "调休上班", "Make-up workday", Weekday.FRIDAY),
    ),
    frozenset({2025, 2026}),
)


def _steps() -> tuple[ProcessStep, ...]:
    return (
        ProcessStep("created", Mode.CUSTOMER, "orders"),
        ProcessStep("paid", Mode.CUSTOMER, "payment"),
        ProcessStep("accepted", Mode.MANUAL, "acceptance", beside="ready"),
        ProcessStep("allocated", Mode.AUTOMATIC, "allocation", beside="ready"),
        ProcessStep("held", Mode.MANUAL, "orders", optional=True),
        ProcessStep("shipped", Mode.PARTNER, "shipping"),
        ProcessStep("delivered", Mode.PARTNER, "delivery"),
    )


def fake_books(now: Now) -> list[RuleBook]:
    """Return two versions of rules for the small vocabulary."""
    rules = (
        LimitRule("order", "paid", 4 * _HOUR, 12 * _HOUR, "desk"),
        LimitRule("order", "paid", 2 * _HOUR, 6 * _HOUR, "desk", tier="high"),
        LimitRule("order", "paid", _HOUR, 3 * _HOUR, "desk", business_class="goods.handset", region="GX-NN"),
        LimitRule("order", "accepted", 12 * _HOUR, _DAY),
        LimitRule("order", "allocated", _DAY, 3 * _DAY),
        LimitRule("order", "shipped", 3 * _DAY, 7 * _DAY, promised=True, silent=10 * _DAY),
    )
    processes = (
        ReferenceProcess("order", "goods", Label("商品", "Goods"), _steps()),
        ReferenceProcess(
            "order", "handling", Label("业务办理", "Handling"), (*_steps()[:3], ProcessStep("delivered", Mode.AUTOMATIC, "delivery"))
        ),
    )
    first = RuleBook(1, now() - 30 * _DAY, rules[:1] + rules[3:5], {"desk": _DESK}, processes)
    return [first, RuleBook(2, now() - 3 * _DAY, rules, {"desk": _DESK}, processes, "Manager", "旺季按客户等级分级")]


class FakeRules:
    """Rule books in memory; not for anything but tests and looking at pages.

    Attributes:
        drafts: of users, by their id.
        failing: no question is answered.
    """

    def __init__(self, vocabulary: Vocabulary, now: Now, *, failing: bool = False) -> None:
        self._vocabulary = vocabulary
        self._now = now
        self._books = fake_books(now)
        self.drafts: dict[str, RuleDraft] = {}
        self.failing = failing

    async def books(self) -> Books:
        self._check_up()
        return tuple(self._books)

    async def draft(self, user: User) -> RuleDraft | None:
        self._check_up()
        return self.drafts.get(user.id)

    async def keep_draft(self, user: User, base: int, contents: Contents, before: Contents | None) -> None:
        self._check_up()
        self.drafts[user.id] = RuleDraft(base, contents, before, self._now())

    async def drop_draft(self, user: User) -> None:
        self._check_up()
        self.drafts.pop(user.id, None)

    async def publish(self, user: User, contents: Contents, note: str, expected_version: int) -> RuleBook:
        self._check_up()
        newest = self._books[-1]
        if newest.version != expected_version:
            raise RulesRefusedError(RuleRefusal.CHANGED, f"the rules are at version {newest.version} by now", newest)
        if not 0 < len(note.strip()) <= LONGEST_NOTE:
            raise RulesRefusedError(RuleRefusal.NOTE, f"say in 1–{LONGEST_NOTE} characters why the rules change")
        if contents == contents_of(newest):
            raise RulesRefusedError(RuleRefusal.SAME, "nothing differs from the version in force")
        book = contents.book(newest.version + 1, self._now(), user.display_name, note.strip())
        if mistakes := check_book(book, self._vocabulary):
            raise RulesRefusedError(RuleRefusal.MISTAKES, "; ".join(map(str, mistakes)), mistakes=mistakes)
        self._books.append(book)
        self.drafts.pop(user.id, None)
        return book

    def published_by_another(self, note: str = "另一处修改") -> RuleBook:
        """Publish a version as somebody else would, and return it."""
        newest = self._books[-1]
        rule = replace(newest.rules[-1], late=newest.rules[-1].late + _DAY)
        self._books.append(replace(newest, version=newest.version + 1, rules=(*newest.rules[:-1], rule), author="Somebody", note=note))
        return self._books[-1]

    def _check_up(self) -> None:
        if self.failing:
            raise QuestionFailedError("the operational store does not answer", cause=Cause.OPERATIONS_AWAY)
