"""A calendar has one name, as its keeper gave it; readers of the other language are helped."""

from __future__ import annotations

from tests.web.operation import make_operation
from tests.web.test_rules import text_of
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.model.calendars import Weekday


def test_readers_of_english_get_the_key_of_a_calendar_beside_its_chinese_name() -> None:
    paths = ("/rules", "/rules/rule?kind=order&step=paid", "/rules/calendars?calendar=desk")
    english, chinese = (Visitor.as_role(make_operation(), Role.MANAGER, language=language) for language in ("en", "zh-CN"))
    for path in paths:
        assert "受理台 (desk)" in text_of(english.get(path).text), path
        assert "受理台" in text_of(chinese.get(path).text) and "(desk)" not in chinese.get(path).text, path
    form = english.get("/rules/calendars?calendar=desk").text
    assert 'name="name" value="受理台"' in form, "the name itself is changed as it is"
    week = {day.name.lower(): "09:00–17:00" for day in Weekday}
    made = english.post("/rules/calendars", {"calendar": "", "year": "2026", "name": "Night shift", "zone": "Asia/Shanghai", **week})
    assert made.status_code == 303
    page = text_of(english.get("/rules/calendars").text)
    assert "Night shift" in page and "Night shift (" not in page
