"""Who has which skill: seen by whoever manages tasks, given by whoever manages users, with a way back."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role

PATH = "/work/skills"
AGENT = "service_agent"


@pytest.fixture
def operation() -> Operation:
    return make_operation()


def someone(operation: Operation, role: Role = Role.ADMIN) -> Visitor:
    return Visitor.as_role(operation, role, language="en")


def row(page: str, name: str) -> str:
    return next(one for one in page.split("<tr data-row>")[1:] if f"<code>{name}</code>" in one).split("</tr>")[0]


def ticked(page: str, name: str) -> set[str]:
    return set(re.findall(rf'name="skill:{name}" value="(\w+)"[^>]*? checked', row(page, name)))


def saved(page: str, name: str) -> set[str]:
    return set(re.findall(rf'name="seen:{name}" value="(\w+)"', row(page, name)))


def undo(page: str) -> dict[str, str | list[str]]:
    form = page.split('<form class="tg-banner')[1].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(unescape(name), []).append(value)
    return {name: values for name, values in found.items() if name != "csrf"}


def fields(name: str, skills: list[str], seen: list[str]) -> dict[str, str | list[str]]:
    return {"name": name, f"skill:{name}": skills, f"seen:{name}": seen}


def test_skills_are_given_and_taken_back(operation: Operation) -> None:
    visitor = someone(operation)
    assert ticked(visitor.get(PATH).text, AGENT) == {"acceptance", "stock"}
    answer = visitor.post(PATH, fields(AGENT, ["stock"], ["acceptance", "stock"]))
    assert answer.status_code == 200 and "are saved and count from now on" in answer.text
    assert ticked(answer.text, AGENT) == saved(answer.text, AGENT) == {"stock"}
    assert ticked(visitor.get(PATH).text, AGENT) == {"stock"}
    back = visitor.post(PATH, undo(answer.text))
    assert back.status_code == 200 and ticked(back.text, AGENT) == {"acceptance", "stock"}


def test_who_lost_the_skill_may_not_claim(operation: Operation) -> None:
    someone(operation).post(PATH, fields("dispatcher", [], ["acceptance", "stock"]))
    page = someone(operation, Role.DISPATCHER).get("/work").text
    assert page.count("to look at only") >= 2 and "Take next" not in page.split('id="queue-acceptance"')[1].split("</section>")[0]


def test_whoever_comes_second_is_told_and_sees_how_it_stands(operation: Operation) -> None:
    visitor, before = someone(operation), ["acceptance", "stock"]
    visitor.post(PATH, fields(AGENT, ["acceptance"], before))
    second = visitor.post(PATH, fields(AGENT, [], before))
    assert second.status_code == 409 and "changed by somebody else" in second.text
    assert ticked(second.text, AGENT) == {"acceptance"} and '<form class="tg-banner' not in second.text


def test_what_is_ticked_for_others_stays_while_one_is_saved(operation: Operation) -> None:
    before = ["acceptance", "stock"]
    answer = someone(operation).post(PATH, fields(AGENT, [], before) | fields("dispatcher", ["acceptance"], before) | {"name": AGENT})
    assert saved(answer.text, AGENT) == set()
    assert saved(answer.text, "dispatcher") == set(before) and ticked(answer.text, "dispatcher") == {"acceptance"}
    assert saved(someone(operation).get(PATH).text, "dispatcher") == set(before), "nobody saved it"


@pytest.mark.parametrize(
    ("name", "skills", "says"),
    [("nobody", [], "Nobody called nobody may sign in any more"), (AGENT, ["flying"], "No queue needs this skill any more")],
)
def test_what_cannot_be_is_told(operation: Operation, name: str, skills: list[str], says: str) -> None:
    answer = someone(operation).post(PATH, fields(name, skills, ["acceptance", "stock"] if name == AGENT else []))
    assert answer.status_code == 422 and says in answer.text
    assert saved(someone(operation).get(PATH).text, AGENT) == {"acceptance", "stock"}


def test_a_form_that_names_nobody_saves_nobody_and_keeps_what_is_ticked(operation: Operation) -> None:
    answer = someone(operation).post(PATH, fields(AGENT, [], ["acceptance", "stock"]) | {"name": ""})
    assert answer.status_code == 422 and "Nobody was saved" in answer.text
    assert ticked(answer.text, AGENT) == set() and saved(answer.text, AGENT) == {"acceptance", "stock"}


def test_saving_what_is_so_already_changes_nothing(operation: Operation) -> None:
    answer = someone(operation).post(PATH, fields(AGENT, ["acceptance", "stock"], ["stock", "acceptance"]))
    assert answer.status_code == 200 and "Nothing was changed." in answer.text and "Undo" not in answer.text


def test_names_are_searched_in_any_part(operation: Operation) -> None:
    visitor = someone(operation)
    assert re.findall(r"<code>(\w+)</code>", visitor.get(f"{PATH}?q=AGENT").text.split("<tbody>")[1]) == [AGENT]
    assert "New Comer" in visitor.get(f"{PATH}?q=comer").text
    assert "Nobody fits this search" in visitor.get(f"{PATH}?q=xx").text
    kept = visitor.post(f"{PATH}?q=agent", fields(AGENT, [], ["acceptance", "stock"])).text
    assert re.findall(r"<code>(\w+)</code>", kept.split("<tbody>")[1]) == [AGENT]


@pytest.mark.parametrize("role", list(Role))
def test_roles(operation: Operation, role: Role) -> None:
    visitor = someone(operation, role)
    manages = role in {Role.ADMIN, Role.MANAGER, Role.DISPATCHER, Role.STAGE_OWNER}
    page = visitor.get(PATH)
    assert page.status_code == (200 if manages else 403)
    assert (PATH in visitor.get("/work").text) is manages
    assert ('type="checkbox"' in page.text) is (role is Role.ADMIN)
    given = visitor.post(PATH, fields(AGENT, [], ["acceptance", "stock"]))
    assert given.status_code == (200 if role is Role.ADMIN else 403)
    if manages and role is not Role.ADMIN:
        assert "Only administrators give skills." in page.text and "has it" in row(page.text, AGENT)


def test_an_administrator_has_every_skill_and_an_analyst_works_on_nothing(operation: Operation) -> None:
    page = someone(operation).get(PATH).text
    assert "every skill" in row(page, "admin") and "checkbox" not in row(page, "admin")
    assert "works on no tasks" in row(page, "analyst") and "works on no tasks" not in row(page, AGENT)
    assert "南宁" in row(Visitor.as_role(operation, Role.ADMIN).get(PATH).text, AGENT)


def test_a_skill_that_no_queue_needs_is_told(operation: Operation) -> None:
    operation.tasks.taught["u-service_agent"] = frozenset({"acceptance", "telegraph"})
    visitor = someone(operation)
    assert "no queue needs any more: telegraph" in row(visitor.get(PATH).text, AGENT)
    after = visitor.post(PATH, fields(AGENT, ["acceptance"], ["acceptance", "telegraph"])).text
    assert "telegraph" not in row(after, AGENT)


def test_a_store_that_does_not_answer_leaves_the_page_standing() -> None:
    visitor = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language="en")
    assert visitor.get(PATH).status_code == 200 and "Try again" in visitor.get(PATH).text
    assert visitor.post(PATH, fields(AGENT, [], [])).status_code == 503


def test_many_people_stand_on_several_pages(operation: Operation) -> None:
    people = operation.accounts._users
    for number in range(60):
        row_of_agent = people["u-service_agent"]
        user = row_of_agent.user.__class__(
            f"p{number:02}", f"p{number:02}", f"Person {number:02}", Role.SERVICE_AGENT, row_of_agent.user.scope
        )
        people[user.id] = row_of_agent.__class__(user, False, row_of_agent.created_time, None, None)
    visitor = someone(operation)
    first, second = visitor.get(PATH).text, visitor.get(f"{PATH}?page=2").text
    assert first.count("<tr data-row>") == 50 and f'rel="next" href="{PATH}?page=2"' in first
    assert second.count("<tr data-row>") == 60 + 8 - 50 and f'rel="prev" href="{PATH}"' in second
