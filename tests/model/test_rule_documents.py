"""Rule books as documents: nothing is lost on the way there and back, and every mistake is told with its place."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.model.calendars import Block, DayKind, SpecialDay, Weekday, WorkingCalendar
from tongguan.model.clocks import LimitRule, Mode, ProcessStep, ReferenceProcess
from tongguan.model.durations import LONGEST, duration_text, parse_duration
from tongguan.model.mistakes import MistakesError
from tongguan.model.rule_documents import Contents, document_of, read_document
from tongguan.model.vocabulary import Label

NAME = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
CODE = st.just("") | NAME
SPAN = st.integers(0, 3_000_000).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def blocks(draw: st.DrawFn, least: int = 0) -> tuple[Block, ...]:
    edges = sorted(draw(st.lists(st.integers(0, 1440), unique=True, min_size=2 * least, max_size=6)))
    return tuple(Block(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def special_days(draw: st.DrawFn, week: tuple[tuple[Block, ...], ...]) -> SpecialDay:
    day, zh, en = draw(st.dates(date(2020, 1, 1), date(2030, 12, 31))), draw(CODE), draw(CODE)
    way = draw(st.sampled_from(["holiday", "like", "blocks"]))
    if way == "holiday":
        return SpecialDay(day, DayKind.HOLIDAY, zh, en)
    working = [Weekday(place) for place, of_day in enumerate(week) if of_day]
    if way == "like":
        return SpecialDay(day, DayKind.WORKDAY, zh, en, draw(st.sampled_from(working)))
    return SpecialDay(day, DayKind.WORKDAY, zh, en, None, draw(blocks(1)))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    week = (draw(blocks(1)), *(draw(blocks()) for _ in range(6)))
    special = draw(st.lists(special_days(week), max_size=5, unique_by=lambda one: one.day))
    known = draw(st.none() | st.frozensets(st.integers(1900, 2199), max_size=4))
    return WorkingCalendar(draw(NAME), draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin"])), week, tuple(special), known)


RULES = st.builds(LimitRule, NAME, NAME, SPAN, SPAN, CODE, st.booleans(), st.none() | SPAN, CODE, CODE, CODE, CODE)
STEPS = st.builds(ProcessStep, NAME, st.sampled_from(Mode), NAME, st.booleans(), CODE)
LABELS = st.builds(Label, NAME, NAME)
PROCESSES = st.builds(ReferenceProcess, NAME, CODE, LABELS, st.lists(STEPS, min_size=1, max_size=4).map(tuple))
CONTENTS = st.builds(
    Contents,
    st.lists(RULES, max_size=5).map(tuple),
    st.dictionaries(NAME, calendars(), max_size=2),
    st.lists(PROCESSES, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(CONTENTS)
def test_what_is_written_is_read_again(contents: Contents) -> None:
    document = document_of(contents)
    assert read_document(json.loads(json.dumps(document))) == contents
    assert read_document(yaml.safe_load(yaml.safe_dump(document, allow_unicode=True))) == contents


@given(st.integers(0, int(LONGEST.total_seconds())))
def test_durations_are_read_as_they_are_written(seconds: int) -> None:
    assert parse_duration(duration_text(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30m", 30),
        ("1h 30m", 90),
        (" 2 Days ", 2880),
        ("30 分钟", 30),
        ("1小时30分", 90),
        ("1天", 1440),
        ("90m", 90),
        ("0m", 0),
        ("2d12h", 3600),
    ],
)
def test_durations_as_people_write_them(text: str, minutes: int) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "30", "m", "-1h", "1.5h", "30m 1h", "1h 2h", "soon", "9999d", "1h x"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


RULE = {"kind": "order", "step": "paid", "warning": "5m", "late": "10m"}
PROCESS = {"kind": "order", "label": {"zh": "商品", "en": "Goods"}, "steps": [{"step": "paid", "mode": "manual", "owner": "payment"}]}
CALENDAR = {"zone": "Asia/Shanghai", "week": {"monday": "09:00–12:00"}, "known_years": [2026]}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "must be an object, not []"),
        ({"rule": []}, "rule: there is no such key; did you mean 'rules'"),
        ({"rules": {}}, "rules: must be a list, not {}"),
        ({"rules": [RULE, 5]}, "rules[1]: must be an object, not 5"),
        ({"rules": [{**RULE, "warning": "soon"}]}, "rules[0].warning: 'soon' is no duration; valid: such as 30m"),
        ({"rules": [{**RULE, "warning": 5}]}, "rules[0].warning: must be a text, not 5"),
        ({"rules": [{"kind": "order", "step": "paid", "late": "1h"}]}, "rules[0].warning: is missing"),
        ({"rules": [{**RULE, "step": " "}]}, "rules[0].step: must not be empty"),
        ({"rules": [{**RULE, "tier": "\ud800"}]}, "rules[0].tier: '\\ud800' has half of a character"),
        ({"calendars": {"\udfff": CALENDAR}}, "calendars: '\\udfff' has half of a character"),
        ({"\ud800": 1}, "\\ud800: there is no such key"),
        ({"rules": [{**RULE, "promised": "yes"}]}, "rules[0].promised: must be true or false, not 'yes'"),
        ({"rules": [{**RULE, "chanel": "app"}]}, "rules[0].chanel: there is no such key; did you mean 'channel'"),
        ({"calendars": {"desk": {**CALENDAR, "zone": "Mars/One"}}}, "calendars.desk: calendar 'desk': no zone 'Mars/One'"),
        ({"calendars": {"desk": {**CALENDAR, "week": {}}}}, "calendars.desk.week: there is no work on any weekday"),
        ({"calendars": {"desk": {**CALENDAR, "week": {"mon": "09:00–12:00"}}}}, "calendars.desk.week.mon: there is no such key"),
        (
            {"calendars": {"desk": {**CALENDAR, "week": {"monday": "09:00–12:00, 11:00–15:00"}}}},
            "calendars.desk.week.monday: blocks 09:00–12:00 and 11:00–15:00 overlap",
        ),
        ({"calendars": {"desk": {**CALENDAR, "week": {"monday": "9 to 5"}}}}, "calendars.desk.week.monday: block '9 to 5'"),
        ({"calendars": {"desk": {**CALENDAR, "known_years": ["2026"]}}}, "calendars.desk.known_years[0]: '2026' is no year"),
        (
            {"calendars": {"desk": {**CALENDAR, "special": [{"day": "2026-02-30", "kind": "holiday"}]}}},
            "calendars.desk.special[0].day: '2026-02-30' is no date",
        ),
        (
            {"calendars": {"desk": {**CALENDAR, "special": [{"day": "2026-10-10", "kind": "workday"}]}}},
            "calendars.desk.special[0]: 2026-10-10 is a workday with neither",
        ),
        (
            {"calendars": {"desk": {**CALENDAR, "special": [{"day": "2026-10-10", "kind": "fest"}]}}},
            "calendars.desk.special[0].kind: 'fest' cannot be; valid: holiday, workday",
        ),
        ({"processes": [{**PROCESS, "steps": []}]}, "processes[0].steps: needs at least one step"),
        (
            {"processes": [{**PROCESS, "steps": [{"step": "paid", "mode": "robot", "owner": "payment"}]}]},
            "processes[0].steps[0].mode: 'robot' cannot be; valid: automatic",
        ),
        ({"processes": [{**PROCESS, "label": {"zh": "商品"}}]}, "processes[0].label.en: is missing"),
    ],
)
def test_mistakes_are_told_with_their_place(document: Any, said: str) -> None:
    with pytest.raises(MistakesError) as found:
        read_document(document)
    assert any(mistake.in_language("en").startswith(said) for mistake in found.value.mistakes), str(found.value)
    assert all(mistake.said.zh and mistake.said.zh != mistake.said.en for mistake in found.value.mistakes)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(MistakesError) as found:
        read_document({"rules": [{}, {**RULE, "late": "x"}], "calendars": {"": CALENDAR}})
    paths = [mistake.path for mistake in found.value.mistakes]
    assert paths == ["rules[0].warning", "rules[0].late", "rules[0].kind", "rules[0].step", "rules[1].late", "calendars."]


def test_days_that_yaml_made_dates_of_are_days() -> None:
    special = [{"day": date(2026, 10, 1), "kind": "holiday", "zh": "国庆节"}]
    contents = read_document({"calendars": {"desk": {**CALENDAR, "special": special}}})
    assert contents.calendars["desk"].special == (SpecialDay(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节"),)
