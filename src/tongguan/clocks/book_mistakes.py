"""What can be wrong with a rule book: a code and its values; the sentences of both languages stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from tongguan.lib.suggest import nearest, valid_hint
from tongguan.model.vocabulary import Label

_MOST_NAMED: Final = 12
"""So many valid words are named, in both languages."""


class Fault(StrEnum):
    """What is wrong."""

    VERSION = "version"
    NO_ZONE = "no_zone"
    NO_RULES = "no_rules"
    NO_KIND = "no_kind"
    NO_STEP = "no_step"
    STEP_ENDS = "step_ends"
    STEP_BESIDE = "step_beside"
    NO_CALENDAR = "no_calendar"
    WARNING = "warning"
    NEVER_REACHED = "never_reached"
    SILENT = "silent"
    NO_CODE = "no_code"
    TEXT = "text"
    SAME_PLACE = "same_place"
    ALL_DAY_NAME = "all_day_name"
    MANY_DAYS = "many_days"
    NO_STEPS = "no_steps"
    NO_MILESTONE = "no_milestone"
    NO_STAGE = "no_stage"
    STEP_TWICE = "step_twice"
    PROCESS_TWICE = "process_twice"


SAID: Final[Mapping[Fault, Label]] = {
    Fault.VERSION: Label("版本 {version}：版本号从 1 起", "version {version}: versions count from 1"),
    Fault.NO_ZONE: Label(
        "生效时间 {instant} 没有时区；应为 2026-01-01T00:00:00+08:00 这样的时刻",
        "valid_from {instant} has no time zone; give an instant such as 2026-01-01T00:00:00+08:00",
    ),
    Fault.NO_RULES: Label("没有任何规则：将永远不会超时", "the book has no rules: nothing would ever be late"),
    Fault.NO_KIND: Label("没有{kind}这种对象类型；{hint}", "no case kind {kind}; {hint}"),
    Fault.NO_STEP: Label("对象类型{kind}没有步骤{step}；{hint}", "case kind {kind} has no step {step}; {hint}"),
    Fault.STEP_ENDS: Label("{step}是终点，不会有对象停留；{hint}", "{step} is an end, at which nothing stays; {hint}"),
    Fault.STEP_BESIDE: Label("{step}不在主流程上，不会有对象停留；{hint}", "{step} is beside the flow, so nothing stays there; {hint}"),
    Fault.NO_CALENDAR: Label("没有日历{calendar}；{hint}；或留空表示全天", "no calendar {calendar}; {hint}; or empty for all day"),
    Fault.WARNING: Label(
        "预警 {warning}，时限 {late}；预警不得小于 0，也不得晚于时限",
        "warned after {warning}, late after {late}; a warning comes from 0 on, and not after the limit",
    ),
    Fault.NEVER_REACHED: Label(
        "时限为 {late} 工作时间，按日历{calendar}一百年内也到不了；请缩短时限",
        "late after {late} of working time, which calendar {calendar} has not in a hundred years; give a shorter limit",
    ),
    Fault.SILENT: Label("静默判定 {silent}；应大于 0，或留空表示不判定", "silent after {silent}; give more than 0, or nothing for never"),
    Fault.NO_CODE: Label("{column}中没有{code}；{hint}", "no {column} {code}; {hint}"),
    Fault.TEXT: Label("{what}{text}不可用；应为一行，不超过 {most} 个字符", "{what} {text}; valid: at most {most} characters, on one line"),
    Fault.SAME_PLACE: Label(
        "第 {first} 条与第 {number} 条规则（{kind}，{step}）适用范围相同（{where}）；只留一条",
        "rules {first} and {number} ({kind}, {step}): two rules for the same place ({where}); keep one",
    ),
    Fault.ALL_DAY_NAME: Label(
        "日历{calendar}：这个名称表示全天；请另取一个", "calendar {calendar}: this name stands for all day; give it another one"
    ),
    Fault.MANY_DAYS: Label("特殊日期共 {count} 个；最多 {most} 个", "{count} special days; at most {most}"),
    Fault.NO_STEPS: Label("没有步骤", "it has no steps"),
    Fault.NO_MILESTONE: Label("对象类型{kind}没有里程碑{step}；{hint}", "case kind {kind} has no milestone {step}; {hint}"),
    Fault.NO_STAGE: Label("步骤{step}：没有环节{stage}；{hint}", "step {step}: no stage {stage}; {hint}"),
    Fault.STEP_TWICE: Label("步骤{step}出现了不止一次", "step {step} stands more than once"),
    Fault.PROCESS_TWICE: Label(
        "{kind}：{classes}有 {times} 个标准流程；只需一个", "{kind}: {times} processes for {classes}; one is enough"
    ),
}


class Spot(StrEnum):
    """In what of a book something is wrong."""

    BOOK = "book"
    RULE = "rule"
    CALENDAR = "calendar"
    PROCESS = "process"


SPOTS: Final[Mapping[Spot, Label]] = {
    Spot.BOOK: Label("", ""),
    Spot.RULE: Label("第 {number} 条规则（{kind}，{step}）：", "rule {number} ({kind}, {step}): "),
    Spot.CALENDAR: Label("日历{calendar}：", "calendar {calendar}: "),
    Spot.PROCESS: Label("第 {number} 个标准流程（{kind}，{classes}）：", "process {number} ({kind}, {classes}): "),
}

COLUMNS: Final[Mapping[str, Label]] = {
    "business_class": Label("业务类别", "business_class"),
    "channel": Label("渠道", "channel"),
    "region": Label("区域", "region"),
    "tier": Label("客户层级", "tier"),
}
"""Columns as mistakes call them: in English as documents do."""

NAME: Final = Label("名称", "name")
NAME_OF_A_DAY: Final = Label("日期名称", "name of a day")
LABEL: Final = Label("显示名称", "label")
ALL_CLASSES: Final = Label("全部业务类别", "all classes")
EVERYWHERE: Final = Label("全部", "everywhere")


@dataclass(frozen=True)
class Quoted:
    """A text as it stands in the book."""

    text: str

    def in_language(self, language: str) -> str:
        """Return it in quotation marks; what cannot be seen is written by its code."""
        shown = repr(self.text)
        return f"“{shown[1:-1]}”" if language.startswith("zh") else shown


@dataclass(frozen=True)
class Hint:
    """The valid words, and the one that looks most like the one given."""

    word: str
    valid: tuple[str, ...]

    def in_language(self, language: str) -> str:
        """Return a part of a sentence."""
        if not language.startswith("zh"):
            return valid_hint(self.word, self.valid, most=_MOST_NAMED)
        words = sorted(set(self.valid))
        near = nearest(self.word, words)
        more = f"…（共 {len(words)} 个）" if len(words) > _MOST_NAMED else ""
        named = "可用：" + "、".join(words[:_MOST_NAMED]) + more
        return f"是否应为“{near}”？{named}" if near else named


@dataclass(frozen=True)
class Conditions:
    """For whom a rule holds: codes by column; none for everywhere."""

    codes: tuple[tuple[str, str], ...]

    def in_language(self, language: str) -> str:
        """Return columns and codes."""
        between = "、" if language.startswith("zh") else ", "
        named = [f"{COLUMNS[column].in_language(language)} {code}" for column, code in self.codes]
        return between.join(named) or EVERYWHERE.in_language(language)


Value = int | str | timedelta | Quoted | Hint | Conditions | Label


@dataclass(frozen=True)
class BookMistake:
    """Something that is wrong with a book; ``str`` is English, as programs and the command line tell it.

    Attributes:
        fault: what.
        values: what its sentence names.
        spot: in what of the book; ``spot_values`` say in which one.
    """

    fault: Fault
    values: Mapping[str, Value]
    spot: Spot = Spot.BOOK
    spot_values: Mapping[str, Value] | None = None

    def in_language(self, language: str) -> str:
        """Return a sentence with its place, its value and what would be valid: Chinese for any ``zh…``, else English."""
        place = SPOTS[self.spot].in_language(language).format_map(_written(self.spot_values or {}, language))
        return place + SAID[self.fault].in_language(language).format_map(_written(self.values, language))

    def __str__(self) -> str:
        return self.in_language("en")


def _written(values: Mapping[str, Value], language: str) -> dict[str, str]:
    return {name: _write(value, language) for name, value in values.items()}


def _write(value: Value, language: str) -> str:
    if isinstance(value, timedelta):
        return _span(value) if language.startswith("zh") else str(value)
    return str(value) if isinstance(value, int | str) else value.in_language(language)


def _span(duration: timedelta) -> str:
    """Write a duration in Chinese, to the second; what is below a second is rounded down."""
    minus, rest = ("−", -duration) if duration < timedelta(0) else ("", duration)
    seconds, parts = rest.days * 86_400 + rest.seconds, []
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟"), (1, "秒")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return minus + ("".join(parts) or "0")
