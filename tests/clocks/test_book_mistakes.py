"""Every mistake of a rule book is told in both languages."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.clocks.calendar_cases import office
from tests.clocks.test_rules import DAYS, HOUR, PAID, RARE, VOCABULARY, book, process, rule
from tongguan.clocks.book_mistakes import SAID, SPOTS, BookMistake, Fault, Hint, Quoted
from tongguan.clocks.rules import check_book
from tongguan.model.clocks import Mode, ProcessStep, RuleBook
from tongguan.model.vocabulary import Label

HAN = re.compile(r"[\u4e00-\u9fff]")

CASES: list[tuple[Fault, RuleBook, str, str]] = [
    (Fault.VERSION, book(rule(), version=0), "版本 0：版本号从 1 起", "version 0: versions count from 1"),
    (
        Fault.NO_ZONE,
        book(rule(), valid_from=datetime(2026, 1, 1)),
        "生效时间 2026-01-01 00:00:00 没有时区；应为 2026-01-01T00:00:00+08:00 这样的时刻",
        "valid_from 2026-01-01 00:00:00 has no time zone; give an instant such as 2026-01-01T00:00:00+08:00",
    ),
    (Fault.NO_RULES, book(), "没有任何规则：将永远不会超时", "the book has no rules: nothing would ever be late"),
    (
        Fault.NO_KIND,
        book(rule(kind="ordr")),
        "第 1 条规则（ordr，paid）：没有“ordr”这种对象类型；是否应为“order”？可用：",
        "rule 1 (ordr, paid): no case kind 'ordr'; did you mean 'order'? valid: ",
    ),
    (
        Fault.NO_STEP,
        book(rule(step="piad")),
        "第 1 条规则（order，piad）：对象类型“order”没有步骤“piad”；是否应为“paid”？可用：",
        "rule 1 (order, piad): case kind 'order' has no step 'piad'; did you mean 'paid'? valid: ",
    ),
    (
        Fault.STEP_ENDS,
        book(rule(step="delivered")),
        "第 1 条规则（order，delivered）：“delivered”是终点，不会有对象停留；",
        "rule 1 (order, delivered): 'delivered' is an end, at which nothing stays; ",
    ),
    (
        Fault.STEP_BESIDE,
        book(rule(step="noted")),
        "第 1 条规则（order，noted）：“noted”不在主流程上，不会有对象停留；",
        "rule 1 (order, noted): 'noted' is beside the flow, so nothing stays there; ",
    ),
    (
        Fault.NO_CALENDAR,
        book(rule(calendar="ofice")),
        "第 1 条规则（order，paid）：没有日历“ofice”；是否应为“office”？可用：office；或留空表示全天",
        "rule 1 (order, paid): no calendar 'ofice'; did you mean 'office'? valid: office; or empty for all day",
    ),
    (
        Fault.WARNING,
        book(rule(warning=timedelta(days=1, hours=2, minutes=3, seconds=4))),
        "第 1 条规则（order，paid）：预警 1天2小时3分钟4秒，时限 2小时；预警不得小于 0，也不得晚于时限",
        "rule 1 (order, paid): warned after 1 day, 2:03:04, late after 2:00:00; a warning comes from 0 on, and not after the limit",
    ),
    (
        Fault.NEVER_REACHED,
        book(rule(late=90 * HOUR, calendar="rare"), calendars={"rare": RARE}),
        "第 1 条规则（order，paid）：时限为 3天18小时 工作时间，按日历“rare”一百年内也到不了；请缩短时限",
        "rule 1 (order, paid): late after 3 days, 18:00:00 of working time, which calendar 'rare' has not in a hundred years; "
        "give a shorter limit",
    ),
    (
        Fault.SILENT,
        book(rule(silent=-HOUR)),
        "第 1 条规则（order，paid）：静默判定 −1小时；应大于 0，或留空表示不判定",
        "rule 1 (order, paid): silent after -1 day, 23:00:00; give more than 0, or nothing for never",
    ),
    (
        Fault.NO_CODE,
        book(rule(business_class="good")),
        "第 1 条规则（order，paid）：业务类别中没有“good”；是否应为“goods”？可用：",
        "rule 1 (order, paid): no business_class 'good'; did you mean 'goods'? valid: ",
    ),
    (
        Fault.TEXT,
        book(rule(region="GX\n01")),
        "第 1 条规则（order，paid）：区域“GX\\n01”不可用；应为一行，不超过 100 个字符",
        "rule 1 (order, paid): region 'GX\\n01'; valid: at most 100 characters, on one line",
    ),
    (
        Fault.SAME_PLACE,
        book(rule(region="GX", tier="high"), rule(region="GX", tier="high")),
        "第 1 条与第 2 条规则（order，paid）适用范围相同（区域 GX、客户层级 high）；只留一条",
        "rules 1 and 2 (order, paid): two rules for the same place (region GX, tier high); keep one",
    ),
    (
        Fault.SAME_PLACE,
        book(rule(), rule(late=3 * HOUR)),
        "第 1 条与第 2 条规则（order，paid）适用范围相同（全部）；只留一条",
        "rules 1 and 2 (order, paid): two rules for the same place (everywhere); keep one",
    ),
    (
        Fault.ALL_DAY_NAME,
        book(rule(), calendars={"": office()}),
        "日历“”：这个名称表示全天；请另取一个",
        "calendar '': this name stands for all day; give it another one",
    ),
    (
        Fault.MANY_DAYS,
        book(rule(), calendars={"rare": replace(RARE, special=DAYS)}),
        "日历“rare”：特殊日期共 5001 个；最多 5000 个",
        "calendar 'rare': 5001 special days; at most 5000",
    ),
    (
        Fault.NO_STEPS,
        book(rule(), processes=(process(),)),
        "第 1 个标准流程（order，全部业务类别）：没有步骤",
        "process 1 (order, all classes): it has no steps",
    ),
    (
        Fault.NO_MILESTONE,
        book(rule(), processes=(process(ProcessStep("piad", Mode.MANUAL, ""), business_class="goods"),)),
        "第 1 个标准流程（order，goods）：对象类型“order”没有里程碑“piad”；是否应为“paid”？可用：",
        "process 1 (order, goods): case kind 'order' has no milestone 'piad'; did you mean 'paid'? valid: ",
    ),
    (
        Fault.NO_STAGE,
        book(rule(), processes=(process(ProcessStep("paid", Mode.MANUAL, "paymnt")),)),
        "第 1 个标准流程（order，全部业务类别）：步骤“paid”：没有环节“paymnt”；是否应为“payment”？可用：",
        "process 1 (order, all classes): step 'paid': no stage 'paymnt'; did you mean 'payment'? valid: ",
    ),
    (
        Fault.STEP_TWICE,
        book(rule(), processes=(process(PAID, PAID),)),
        "第 1 个标准流程（order，全部业务类别）：步骤“paid”出现了不止一次",
        "process 1 (order, all classes): step 'paid' stands more than once",
    ),
    (
        Fault.PROCESS_TWICE,
        book(rule(), processes=(process(PAID), process(PAID))),
        "order：全部业务类别有 2 个标准流程；只需一个",
        "order: 2 processes for all classes; one is enough",
    ),
]


@pytest.mark.parametrize(("fault", "wrong", "chinese", "english"), CASES, ids=[case[0] for case in CASES])
def test_a_mistake_is_told_in_both_languages(fault: Fault, wrong: RuleBook, chinese: str, english: str) -> None:
    [found] = check_book(wrong, VOCABULARY)
    assert found.fault is fault
    # What ends open is followed by the valid words, of which there are more from release to release.
    assert (found.in_language("zh-CN").startswith if chinese.endswith(("：", "；")) else found.in_language("zh-CN").__eq__)(chinese)
    assert (str(found).startswith if english.endswith((": ", "; ")) else str(found).__eq__)(english)
    assert found.in_language("en") == str(found) and not HAN.search(str(found))


def test_every_mistake_has_a_case_and_sentences_that_name_the_same() -> None:
    assert {case[0] for case in CASES} == set(Fault) == set(SAID)

    def named(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for label in (*SAID.values(), *SPOTS.values()):
        assert named(label.zh) == named(label.en), label
        assert not HAN.search(label.en) and (HAN.search(label.zh) or not label.zh), label


@pytest.mark.parametrize(
    ("hint", "chinese", "english"),
    [
        (Hint("x", ("b", "a", "b")), "可用：a、b", "valid: a, b"),
        (Hint("pad", ("paid",)), "是否应为“paid”？可用：paid", "did you mean 'paid'? valid: paid"),
        (
            Hint("?", tuple(f"w{place:02}" for place in range(14))),
            "可用：" + "、".join(f"w{place:02}" for place in range(12)) + "…（共 14 个）",
            "valid: " + ", ".join(f"w{place:02}" for place in range(12)) + ", … (14 in all)",
        ),
    ],
)
def test_the_valid_words_are_told_in_both_languages(hint: Hint, chinese: str, english: str) -> None:
    assert (hint.in_language("zh-CN"), hint.in_language("en")) == (chinese, english)


def test_values_may_hold_braces() -> None:
    found = BookMistake(Fault.NO_CODE, {"column": Label("渠道", "channel"), "code": Quoted("{kind}"), "hint": Hint("{", ("{x}",))})
    assert str(found) == "no channel '{kind}'; valid: {x}"
