"""Pages of rules: what decides is found, changes are a draft until they are published, and what cannot be is told at its field."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date, timedelta
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Level, Role, Scope
from tongguan.model.calendars import DayKind, SpecialDay, Weekday
from tongguan.model.clocks import LimitRule, RuleBook
from tongguan.model.rule_documents import RuleDraft
from tongguan.web.kit.components import Status

Fields = dict[str, str | list[str]]

PAID: Fields = {"step": "order/paid", "business_class": "", "channel": "", "region": "", "tier": ""}
TIMES: Fields = {"warning": "30m", "late": "1h", "calendar": "", "promised": "", "silent": ""}
NEW: Fields = {"was": "", **PAID, "channel": "app", **TIMES}
HOUR = timedelta(hours=1)


@pytest.fixture
def operation() -> Operation:
    return make_operation()


@pytest.fixture
def manager(operation: Operation) -> Visitor:
    return Visitor.as_role(operation, Role.MANAGER, language="en")


def books(operation: Operation) -> list[RuleBook]:
    return list(asyncio.run(operation.rules.books()))


def draft(operation: Operation, role: Role = Role.MANAGER) -> RuleDraft | None:
    return operation.rules.drafts.get(f"u-{role}")


def drafted(operation: Operation) -> tuple[LimitRule, ...]:
    found = draft(operation)
    assert found is not None
    return found.contents.rules


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_steps_tell_their_rules_the_most_specific_first(operation: Operation) -> None:
    page = text_of(Visitor.as_role(operation, Role.SERVICE_AGENT, language="en").get("/rules").text)
    assert page.index("Handset · Nanning 1 h 3 h 受理台") < page.index("High value 2 h 6 h") < page.index("All others 4 h 12 h 受理台")
    assert "7 d or as promised" in page
    assert re.search(r"\d+ steps without a limit Placed .*On hold", page)


def test_who_may_only_read_is_offered_nothing_else(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.STAGE_OWNER)
    for path in ("/rules", "/rules/versions", "/rules/calendars", "/rules/processes"):
        page = visitor.get(path).text
        assert "/rules/rule" not in page and 'action="/rules/' not in page.replace('action="/rules/calendars" data-filters', ""), path
    assert visitor.get("/rules/rule").status_code == 403
    assert visitor.post("/rules/rule", NEW).status_code == 403
    admin = operation.accounts.session_for(Role.ADMIN).user
    of_a_city = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
    asyncio.run(operation.accounts.change_user(admin, "u-manager", Role.MANAGER, of_a_city))
    assert Visitor.as_role(operation, Role.MANAGER).post("/rules/rule", NEW).status_code == 403


@pytest.mark.parametrize(
    ("asked", "decides"),
    [
        ("at_business_class=goods.handset&at_region=GX-NN&at_tier=high", "Paid Handset · Nanning 1 h / 3 h"),
        ("at_business_class=goods.handset&at_region=GX-LZ&at_tier=high", "Paid High value 2 h / 6 h"),
        ("at_kind=order&at_step=paid&at_tier=low", "Paid for all cases 4 h / 12 h 受理台"),
        ("at_kind=order&at_step=held", "On hold no rule fits: never warned, never late"),
    ],
)
def test_which_rule_applies(manager: Visitor, asked: str, decides: str) -> None:
    assert decides in text_of(manager.get(f"/rules?{asked}").text)


def test_filters_keep_what_holds_at_around_and_below(manager: Visitor) -> None:
    handsets = text_of(manager.get("/rules?business_class=goods").text)
    assert "Handset · Nanning" in handsets and "All others 4 h" in handsets
    other = text_of(manager.get("/rules?business_class=handling").text)
    assert "Handset · Nanning 1 h" not in other and "High value 2 h" in other


def test_changes_are_a_draft_until_they_are_published(operation: Operation, manager: Visitor) -> None:
    assert manager.post("/rules/rule", NEW).headers["location"] == "/rules?done=kept"
    was = json.dumps(["order", "accepted", "", "", "", ""])
    changed: Fields = {**NEW, "was": was, "step": "order/accepted", "channel": "", "warning": "6 hours", "late": "12小时", "silent": "3d"}
    manager.post("/rules/rule", changed)
    manager.post("/rules/rule/remove", {"was": json.dumps(["order", "allocated", "", "", "", ""])})
    assert len(books(operation)) == 2
    assert draft(operation, Role.ADMIN) is None
    assert "App" not in text_of(Visitor.as_role(operation, Role.ADMIN, language="en").get("/rules").text).partition("Order Step")[2]
    review = text_of(manager.get("/rules/review").text)
    assert "Order · Paid · App new warned after 30 min, late after 1 h (All day)" in review
    assert "Order · Accepted · All others changed Warning: 12 h → 6 h Limit: 1 d → 12 h Silent after: not judged → 3 d" in review
    assert "Order · Allocated · All others removed warned after 1 d, late after 3 d (All day)" in review
    assert re.search(r"Paid · App \d+ open", review) and re.search(r"Accepted \d+ open", review)
    assert manager.post("/rules/publish", {"note": " Peak\n season "}).headers["location"] == "/rules?done=published"
    newest = books(operation)[-1]
    assert (newest.version, newest.note, newest.author) == (3, "Peak season", "Manager")
    assert LimitRule("order", "paid", HOUR / 2, HOUR, channel="app") in newest.rules
    assert draft(operation) is None
    versions = text_of(manager.get("/rules/versions").text)
    assert "Version 3 ● in force Manager" in versions and "3 changes" in versions


def test_the_last_change_is_undone_and_made_again(operation: Operation, manager: Visitor) -> None:
    manager.post("/rules/rule", NEW)
    manager.post("/rules/rule", {**NEW, "channel": "web"})
    assert {rule.channel for rule in drafted(operation)} == {"", "app", "web"}
    assert manager.post("/rules/draft/undo", {"next": "/rules/review"}).headers["location"] == "/rules/review?done=undone"
    assert {rule.channel for rule in drafted(operation)} == {"", "app"}
    manager.post("/rules/draft/undo", {"next": "https://elsewhere.example/"})
    assert {rule.channel for rule in drafted(operation)} == {"", "app", "web"}
    manager.post("/rules/draft/discard", {})
    assert draft(operation) is None


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"warning": "2h"}, "warning", "The warning must not come after the limit."),
        ({"late": "soon"}, "late", "Give a duration such as 30 min, 1 h 30 min or 2 d."),
        ({"warning": ""}, "warning", "Give a duration such as 30 min, 1 h 30 min or 2 d."),
        ({"silent": "0m"}, "silent", "Give more than 0, or nothing for never."),
        ({"step": "order/delivered"}, "step", "Choose a step at which cases stay."),
        ({"step": "order/flown"}, "step", "Choose a step at which cases stay."),
        ({"step": ""}, "step", "Choose a step at which cases stay."),
        ({"calendar": "moon"}, "calendar", "There is no such calendar any more."),
        ({"channel": "pigeon"}, "channel", "There is no such code; choose one of the list."),
        ({"channel": "", "tier": "high"}, "step", "There is a rule for exactly this place already"),
    ],
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_rule_that_cannot_be_says_so_at_its_field(
    operation: Operation, given: dict[str, str], field: str, said: str, language: str
) -> None:
    visitor = Visitor.as_role(operation, Role.ADMIN, language=language)
    answer = visitor.post("/rules/rule", {**NEW, **given})
    assert answer.status_code == 422
    place = re.search(rf'id="e-{field}">([^<]*)', answer.text)
    assert place and re.search(rf'<(?:input|select)[^>]*id="{field}"[^>]*aria-invalid="true" aria-describedby="e-{field}"', answer.text)
    if language == "en":
        assert unescape(place[1]).startswith(said)
    else:
        assert re.search(r"[\u4e00-\u9fff]", place[1])
    assert 'value="app" selected' in answer.text or "channel" in given
    assert draft(operation, Role.ADMIN) is None


def test_a_version_of_somebody_else_is_told_and_changes_move_onto_it(operation: Operation, manager: Visitor) -> None:
    manager.post("/rules/rule", NEW)
    operation.rules.published_by_another("延长配送时限")
    refused = manager.post("/rules/publish", {"note": "mine"})
    assert refused.status_code == 409
    said = text_of(refused.text)
    assert "Somebody published version 3 meanwhile: 延长配送时限. Move your changes onto it." in said
    assert "Order · Shipped · All others changed Limit: 7 d → 8 d" in said
    assert 'value="mine"' not in refused.text and "Publish as version" not in said
    assert manager.post("/rules/draft/move", {}).headers["location"] == "/rules/review?done=moved&clashes=0"
    assert manager.post("/rules/publish", {"note": "mine"}).status_code == 303
    newest = books(operation)[-1]
    assert newest.version == 4
    limits = {(rule.step, rule.channel): rule.late for rule in newest.rules}
    assert limits["shipped", ""] == timedelta(days=8) and limits["paid", "app"] == HOUR


def test_what_both_changed_is_told_after_the_move(operation: Operation, manager: Visitor) -> None:
    shipped = {**NEW, "was": json.dumps(["order", "shipped", "", "", "", ""]), "step": "order/shipped", "channel": ""}
    manager.post("/rules/rule", shipped)
    operation.rules.published_by_another()
    moved = manager.post("/rules/draft/move", {})
    assert moved.headers["location"] == "/rules/review?done=moved&clashes=1"
    page = text_of(manager.get(moved.headers["location"]).text)
    assert "1 of your changes is also changed by the other version" in page and "Limit: 8 d → 1 h" in page


@pytest.mark.parametrize(("note", "said"), [("", "Say in 1 to 500 characters"), ("n" * 501, "Say in 1 to 500 characters")])
def test_a_version_needs_a_note(operation: Operation, manager: Visitor, note: str, said: str) -> None:
    manager.post("/rules/rule", NEW)
    refused = manager.post("/rules/publish", {"note": note})
    assert refused.status_code == 422 and said in text_of(refused.text)
    assert len(books(operation)) == 2


def test_a_draft_that_changes_nothing_is_not_published(operation: Operation, manager: Visitor) -> None:
    assert "Your draft changes nothing" in text_of(manager.get("/rules/review").text)
    manager.post("/rules/publish", {"note": "x"})
    assert len(books(operation)) == 2


def test_an_older_version_is_taken_back_by_publishing_it_anew(operation: Operation, manager: Visitor) -> None:
    assert manager.post("/rules/versions/1/restore", {}).headers["location"] == "/rules/review?restored=1"
    page = manager.get("/rules/review?restored=1").text
    assert 'value="Take back to version 1"' in page and "Order · Paid · High value removed" in text_of(page)
    manager.post("/rules/publish", {"note": "Take back to version 1"})
    first, _, newest = books(operation)
    assert (newest.version, newest.rules) == (3, first.rules)
    assert manager.post("/rules/versions/3/restore", {}).headers["location"] == "/rules/versions?done=same"
    assert manager.post("/rules/versions/77/restore", {}).status_code == 404


def calendar(operation: Operation, key: str = "desk") -> list[SpecialDay]:
    found = draft(operation)
    assert found is not None
    return list(found.contents.calendars[key].special)


WEEK: Fields = {
    "monday": "08:30–12:00, 13:30–18:00",
    "tuesday": "",
    "wednesday": "",
    "thursday": "",
    "friday": "09:00-17:00",
    "saturday": "",
    "sunday": "",
}


def test_a_calendar_is_made_changed_and_removed(operation: Operation, manager: Visitor) -> None:
    made = manager.post("/rules/calendars", {"calendar": "", "year": "2026", "name": "Night desk", "zone": "Asia/Shanghai", **WEEK})
    assert made.headers["location"] == "/rules/calendars?calendar=night_desk&year=2026&done=kept"
    found = draft(operation)
    assert found is not None and [str(one) for one in found.contents.calendars["night_desk"].week[4]] == ["09:00–17:00"]
    in_use = manager.post("/rules/calendars/remove", {"calendar": "desk", "year": "2026"})
    assert in_use.status_code == 409 and "give them another one first" in text_of(in_use.text)
    manager.post("/rules/calendars/remove", {"calendar": "night_desk", "year": "2026"})
    found = draft(operation)
    assert found is not None and list(found.contents.calendars) == ["desk"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"monday": "08:30–12:00, 11:00–15:00"}, "blocks 08:30–12:00 and 11:00–15:00 overlap"),
        ({"monday": "22:00–06:00"}, "block 22:00–06:00 cannot be; valid: from 00:00 to 24:00"),
        ({"monday": "nine to five"}, "is not understood; valid: such as 08:30–12:00, 13:30–18:00"),
        ({"name": " "}, "A calendar needs a name."),
        ({"zone": "Mars/One"}, "There is no such time zone"),
        ({"monday": "", "friday": ""}, "There is no work on any weekday"),
    ],
)
def test_a_calendar_that_cannot_be(operation: Operation, manager: Visitor, given: dict[str, str], said: str) -> None:
    fields: Fields = {"calendar": "desk", "year": "2026", "name": "Desk", "zone": "Asia/Shanghai", **WEEK, **given}
    answer = manager.post("/rules/calendars", fields)
    assert answer.status_code == 422 and said in text_of(answer.text)
    assert "aria-invalid" in answer.text or "any weekday" in said
    assert draft(operation) is None


def test_days_become_holidays_workdays_and_ordinary_again(operation: Operation, manager: Visitor) -> None:
    base: Fields = {"calendar": "desk", "year": "2026", "day": "2026-12-25", "zh": "厂庆", "en": "", "like": "", "blocks": ""}
    manager.post("/rules/calendars/day", {**base, "kind": "holiday", "blocks": "09:00–10:00"})
    assert SpecialDay(date(2026, 12, 25), DayKind.HOLIDAY, "厂庆") in calendar(operation)
    manager.post("/rules/calendars/day", {**base, "kind": "workday", "like": "friday"})
    assert SpecialDay(date(2026, 12, 25), DayKind.WORKDAY, "厂庆", like=Weekday.FRIDAY) in calendar(operation)
    wrong = manager.post("/rules/calendars/day", {**base, "kind": "workday"})
    assert wrong.status_code == 422 and "neither a weekday to be like nor own blocks" in text_of(wrong.text)
    free = manager.post("/rules/calendars/day", {**base, "kind": "workday", "like": "sunday"})
    assert free.status_code == 422 and "no work" in text_of(free.text)
    manager.post("/rules/calendars/day", {**base, "kind": "weekday"})
    assert all(one.day != date(2026, 12, 25) for one in calendar(operation))
    assert "2026-12-25" not in text_of(manager.get("/rules/review").text)


def test_a_year_that_is_not_known_says_so_and_is_seeded(operation: Operation, manager: Visitor) -> None:
    assert "The holidays of 2027 are not known yet" in text_of(manager.get("/rules/calendars?year=2027").text)
    assert "are not known yet" not in text_of(manager.get("/rules/calendars?year=2026").text)
    manager.post("/rules/calendars/seed", {"calendar": "desk", "year": "2025"})
    days = {one.day: one for one in calendar(operation)}
    assert days[date(2025, 10, 1)].kind is DayKind.HOLIDAY and days[date(2025, 9, 28)].kind is DayKind.WORKDAY
    assert date(2026, 10, 1) in days
    manager.post("/rules/calendars/known", {"calendar": "desk", "year": "2027", "known": "1"})
    assert "are not known yet" not in text_of(manager.get("/rules/calendars?year=2027").text)
    manager.post("/rules/calendars/known", {"calendar": "desk", "year": "2027", "known": "0"})
    assert "are not known yet" in text_of(manager.get("/rules/calendars?year=2027").text)


def test_days_go_out_and_come_in_as_csv(operation: Operation, manager: Visitor) -> None:
    file = manager.get("/rules/calendars.csv?calendar=desk")
    assert file.text.startswith("\ufeffday,kind,zh,en,like,blocks\r\n2026-10-01,holiday,国庆节,National Day,,")
    assert manager.post("/rules/calendars/file", {"calendar": "desk", "year": "2026", "lines": file.text}).status_code == 303
    assert draft(operation) is None
    lines = "day,kind,zh,en,like,blocks\n2027-01-01,holiday,元旦,,,\n2027-01-02,workday,,,,09:00–12:00\n"
    sent = manager.post("/rules/calendars/file", {"calendar": "desk", "year": "2026", "lines": lines})
    assert sent.headers["location"] == "/rules/calendars?calendar=desk&year=2027&done=kept"
    assert [one.day.year for one in calendar(operation)] == [2026, 2026, 2026, 2027, 2027]
    assert manager.get("/rules/calendars.csv?calendar=none").status_code == 404


def test_names_of_days_leave_as_no_formula_and_come_back_as_they_were(operation: Operation, manager: Visitor) -> None:
    named: Fields = {"calendar": "desk", "year": "2026", "day": "2026-12-25", "zh": "=1+2", "en": "'=3", "kind": "holiday"}
    manager.post("/rules/calendars/day", named)
    file = manager.get("/rules/calendars.csv?calendar=desk").text
    assert "2026-12-25,holiday,'=1+2,'=3,," in file
    manager.post("/rules/calendars/file", {"calendar": "desk", "year": "2026", "lines": file.replace("2026-12-25", "2026-12-26")})
    assert SpecialDay(date(2026, 12, 26), DayKind.HOLIDAY, "=1+2", "=3") in calendar(operation)


@pytest.mark.parametrize("address", ["/rules/calendars?year=²²²²", "/rules/review?clashes=²", "/rules/review?restored=²"])
def test_what_only_looks_like_a_number_is_none(manager: Visitor, address: str) -> None:
    assert manager.get(address).status_code == 200


def test_a_draft_may_name_a_limit_that_is_never_reached(operation: Operation, manager: Visitor) -> None:
    free = dict.fromkeys(("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "")
    week: Fields = {"monday": "09:00–09:01", **free}
    manager.post("/rules/calendars", {"calendar": "", "year": "2026", "name": "Rare", "zone": "Asia/Shanghai", **week})
    manager.post("/rules/rule", {"was": "", **PAID, "channel": "app", **TIMES, "late": "3650d", "calendar": "rare"})
    assert any(one.late == timedelta(days=3650) for one in drafted(operation))
    assert manager.get("/rules?at_kind=order&at_step=paid&at_channel=app").status_code == 200
    assert "has not in a hundred years" in text_of(manager.get("/rules/review").text)
    assert manager.post("/rules/rule", {"was": "[" * 200_000, **PAID, "channel": "web", **TIMES}).status_code == 303


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "Choose a file, or paste its lines."),
        ("a,b\n", "Line 1: the first line must name the columns: day,kind,zh,en,like,blocks"),
        ("day,kind,zh,en,like,blocks\n2027-02-30,holiday,,,,\n", "Line 2.day: '2027-02-30' is no date"),
        ("day,kind,zh,en,like,blocks\n\n2027-01-01,fest,,,,\n", "Line 3.kind: 'fest' cannot be"),
        ("day,kind,zh,en,like,blocks\n2027-01-01,holiday,,,,\n2027-01-01,holiday,,,,\n", "2027-01-01 stands 2 times"),
        ("day,kind,zh,en,like,blocks\n2027-01-02,workday,,,sunday,\n", "is a workday like Sunday, which has no work"),
        ("day,kind,zh,en,like,blocks\n2027-01-01,holiday,,,,,,x\n", "more than 6 columns"),
        ("day,kind,zh,en,like,blocks\n2027-01-01,holiday," + "x" * 140_000, "Line 2: at most 2000 characters a line"),
    ],
)
def test_a_file_of_days_that_cannot_be_taken(operation: Operation, manager: Visitor, lines: str, said: str) -> None:
    answer = manager.post("/rules/calendars/file", {"calendar": "desk", "year": "2026", "lines": lines})
    assert answer.status_code == 422 and said in text_of(answer.text)
    assert draft(operation) is None


def test_a_reference_process_is_drawn_with_its_parallel_and_optional_steps(manager: Visitor) -> None:
    page = manager.get("/rules/processes").text
    drawn = text_of(page.partition('class="tg-process"')[2].partition("</ol>")[0])
    assert "Placed Customer Orders" in drawn and "in any order Accepted By hand Acceptance 12 h / 1 d Allocated Automatic" in drawn
    assert "On hold By hand · optional" in drawn
    assert "Handling" in text_of(manager.get("/rules/processes?process=order/handling").text.partition("tg-process")[0])


@pytest.mark.parametrize(
    ("path", "title", "what", "tab"),
    [
        ("/rules", "Time limits", "The time limits", "Limits"),
        ("/rules/rule?kind=order&step=paid", "Change a rule", "The time limits", "Limits"),
        ("/rules/review", "Review and publish", "The time limits", "Limits"),
        ("/rules/versions", "Versions of the rules", "The versions of the rules", "Versions"),
        ("/rules/calendars?day=2026-10-10", "Working calendars", "The working calendars", "Working calendars"),
        ("/rules/processes", "Reference processes", "The reference processes", "Reference processes"),
    ],
)
def test_rules_that_cannot_be_had_say_so(path: str, title: str, what: str, tab: str) -> None:
    answer = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language="en").get(path)
    assert answer.status_code == 503 and f"{what} could not be loaded" in answer.text and "Try again" in answer.text
    assert f"<title>{title}" in answer.text and f'aria-current="page">{tab}</a>' in answer.text
    assert f'class="btn" href="{path.replace("&", "&amp;")}"' in answer.text
    assert ("data-back" in answer.text) == path.startswith(("/rules/rule", "/rules/review"))


def test_forms_of_rules_belong_to_the_limits(manager: Visitor) -> None:
    for path in ("/rules/rule", "/rules/rule?kind=order&step=paid", "/rules/review"):
        assert 'aria-current="page">Limits</a>' in manager.get(path).text


@pytest.mark.parametrize(("language", "value"), [("zh-CN", "30分钟"), ("en", "30 min")])
def test_durations_are_written_in_the_language_of_the_page(language: str, value: str) -> None:
    page = Visitor.as_role(make_operation(), Role.MANAGER, language=language).get("/rules/rule").text
    assert re.search(rf'name="warning" value="{value}"', page)


def test_marks_are_more_than_a_colour(manager: Visitor) -> None:
    manager.post("/rules/rule", NEW)
    page = manager.get("/rules").text
    assert re.search(r'tg-rules-mark">new</span>', page)
    assert Status.GOOD.shape in manager.get("/rules/versions").text
