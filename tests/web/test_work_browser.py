"""Work in Chromium: keys, rows ticked with the space bar, two people at one task, files that are dropped, the claim that is renewed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.chromium import Served, served
from tests.web.operation import make_operation
from tongguan.model.access import Role
from tongguan.model.tasks import LARGEST_FILE, Task, TaskState

pytestmark = pytest.mark.browser

QUEUE = "/work/acceptance"


@pytest.fixture
def site(browser: Browser) -> Iterator[Served]:
    """An operation of its own for each test: tasks change hands."""
    operation = make_operation()
    with served(operation.application) as address:
        yield Served(operation, address, browser)
        # A page that is open holds its stream, and the server would wait for it.
        for context in browser.contexts:
            context.close()


def opened(site: Served, path: str, role: Role = Role.DISPATCHER, language: str = "en", width: int = 1440) -> Page:
    """Return a page of a browser of its own, signed in as a role."""
    context = site.browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    session = site.operation.accounts.session_for(role, language=language)
    context.add_cookies([{"name": "tongguan_session", "value": session.cookie, "url": site.address}])
    page = context.new_page()
    page.goto(site.address + path)
    return page


def tasks(site: Served) -> dict[str, Task]:
    return site.operation.tasks._tasks


def named(site: Served, page: Page) -> Task:
    """Return the task that a page shows."""
    return tasks(site)[page.url.split("?")[0].rpartition("/")[2]]


def test_a_task_is_taken_finished_and_the_next_one_failed_with_keys_alone(site: Served) -> None:
    page = opened(site, "/work")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{QUEUE}")
    page.keyboard.press("t")
    page.wait_for_url("**?done=claim")
    first = named(site, page)
    assert first.owner == "u-dispatcher"
    page.keyboard.press("f")
    expect(page.locator("#note-finish")).to_be_focused()
    page.keyboard.type("papers checked")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=finish")
    assert (tasks(site)[first.id].state, tasks(site)[first.id].note) == (TaskState.DONE, "papers checked")
    page.keyboard.press("t")
    page.wait_for_url("**?done=claim")
    second = named(site, page)
    assert second.id != first.id
    page.keyboard.press("x")
    expect(page.locator("details[open] input[type=radio]").first).to_be_focused()
    page.keyboard.press("Space")
    page.locator("#note-fail").fill("owes")
    page.locator("details[open] button").click()
    page.wait_for_url("**?done=fail")
    assert (tasks(site)[second.id].state, tasks(site)[second.id].reason) == (TaskState.FAILED, "plan_conflict")


def test_escape_folds_a_form_and_keys_type_in_fields(site: Served) -> None:
    page = opened(site, QUEUE)
    page.keyboard.press("t")
    page.wait_for_url("**?done=claim")
    page.keyboard.press("b")
    expect(page.locator("details.tg-act[open]")).to_contain_text("Hand back")
    page.keyboard.press("Escape")
    expect(page.locator("details.tg-act[open]")).to_have_count(0)
    page.keyboard.press("c")
    expect(page.locator("#note-comment")).to_be_focused()
    page.keyboard.type("fxbt")
    assert page.locator("#note-comment").input_value() == "fxbt"
    assert page.locator("details.tg-act[open]").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    told = page.locator("#keyboard dl > [data-own-key]").all_inner_texts()
    assert [re.sub(r"\s+", " ", line) for line in told][:3] == ["f Finish", "x Fail", "b Hand back"]


def test_rows_are_ticked_with_the_space_bar_and_claimed_together(site: Served) -> None:
    page = opened(site, QUEUE)
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("Space")
    expect(page.locator("[data-chosen-count]")).to_have_text("2 chosen")
    page.locator("#chosen button[value=claim]").click()
    expect(page.locator(".tg-banner-good")).to_contain_text("Claim: 2 of 2 done.")
    expect(page.locator(".tg-work-answers li")).to_have_count(2)
    assert sum(task.owner == "u-dispatcher" and task.queue == "acceptance" for task in tasks(site).values()) >= 3
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"{QUEUE}/\w+$"))


def test_two_people_at_one_task(site: Served) -> None:
    """The second is told who has it, sees it in the list without a row moving, and goes on to the next."""
    page, other = opened(site, QUEUE), opened(site, QUEUE, Role.STAGE_OWNER)
    rows = other.locator("#table-work tbody tr")
    first, before = rows.first, rows.count()
    case = first.locator("th a").inner_text()
    page.locator("#table-work tbody tr", has_text=case).locator("button", has_text="Claim").click()
    expect(page.locator(".tg-work-answers")).to_contain_text("yours until 14:50")
    # The other's page was drawn before that: its button is still there, and comes too late.
    first.locator("button", has_text="Claim").click()
    expect(other.locator(".tg-work-answers")).to_contain_text("it is with Dispatcher until 14:50")
    expect(other.locator(".tg-banner-watch:visible")).to_contain_text("Claim: 0 of 1 done.")
    assert other.locator("#table-work tbody tr").count() == before - 1
    other.keyboard.press("t")
    other.wait_for_url("**?done=claim")
    assert named(site, other).owner == "u-stage_owner"
    assert named(site, other).case_id != case


def test_what_others_do_is_drawn_in_its_row(site: Served) -> None:
    page, other = opened(site, QUEUE), opened(site, QUEUE, Role.STAGE_OWNER)
    other.wait_for_function("document.querySelector('#stream').hasAttribute('hx-sse:connect')")
    row = other.locator("#table-work tbody tr").first
    case = row.locator("th a").inner_text()
    page.keyboard.press("t")
    page.wait_for_url("**?done=claim")
    assert named(site, page).case_id == case
    expect(row).to_contain_text("Dispatcher until 14:50", timeout=15_000)
    expect(row.locator("th a")).to_have_text(case)
    expect(row.locator("button")).to_have_count(0)
    expect(other.locator("#news")).to_contain_text("The list has changed")


def test_a_file_is_dropped_on_the_page_and_a_large_one_is_not_sent(site: Served) -> None:
    page = opened(site, f"{QUEUE}/68590771eae9768d")
    drop = """([name, size]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(size)], name));
        document.querySelector("#content").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(drop, ["large.bin", LARGEST_FILE + 1])
    expect(page.locator("[data-too-large]")).to_be_visible()
    assert tasks(site)["68590771eae9768d"].files == 1
    page.evaluate(drop, ["photo.jpg", 1000])
    page.wait_for_url("**?done=attach")
    expect(page.locator(".tg-work-attached").first).to_contain_text("photo.jpg")
    assert tasks(site)["68590771eae9768d"].files == 2
    page.locator(".tg-work-drop input[type=file]").set_input_files({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    expect(page.locator(".tg-work-attached").first).to_contain_text("scan.pdf")


def test_a_claim_is_renewed_while_somebody_works_and_runs_out_when_nobody_does(site: Served) -> None:
    page = opened(site, QUEUE)
    page.keyboard.press("t")
    page.wait_for_url("**?done=claim")
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.method) if request.url.endswith("/claim") else None)
    page.evaluate("window.TongguanWork.pass(5 * 60000)")
    assert sent == [], "a third of the claim is not over yet"
    page.mouse.move(300, 300)
    with page.expect_response("**/claim") as answer:
        page.evaluate("window.TongguanWork.pass(6 * 60000)")
    assert answer.value.status == 200
    expect(page.locator("#lease")).to_have_text(re.compile("^(29min|30min)"))
    assert sent == ["POST"]
    page.evaluate("window.TongguanWork.pass(11 * 60000)")
    assert sent == ["POST"], "nobody touched anything since"
    page.evaluate("window.TongguanWork.pass(20 * 60000)")
    expect(page.locator("#lease-lost")).to_contain_text("Your claim has run out")


@pytest.mark.parametrize(("theme", "language", "width"), [("dark", "zh-CN", 1440), ("light", "en", 390)])
def test_open_forms_and_answers_are_accessible_and_fit(site: Served, theme: str, language: str, width: int) -> None:
    context = site.context(language, theme, width)
    page, wrong = context.new_page(), list[object]()

    def look() -> None:
        found = Axe().run(page).response["violations"]
        wrong.extend((v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found if v["impact"] in {"serious", "critical"})
        if (over := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) > 0:
            wrong.append(f"{page.url}: {over} px too wide")

    page.goto(f"{site.address}{QUEUE}/2318ba0a9006f7c3")
    for summary in page.locator(".tg-act > summary").all():
        summary.click()
        look()
    page.goto(f"{site.address}{QUEUE}?standing=all")
    page.locator("[data-pick]").first.check()
    page.locator("[data-pick]").nth(1).check()
    look()
    page.locator("#chosen button[value=claim]").click()
    page.locator(".tg-work-answers").wait_for()
    look()
    assert wrong == []
    context.close()


def test_enter_in_a_box_saves_its_row_and_leaves_what_is_ticked_for_others(site: Served) -> None:
    page = opened(site, "/work/skills", Role.ADMIN)
    page.get_by_label("Manual acceptance: Stage Owner").uncheck()
    box = page.get_by_label("Manual acceptance: Dispatcher")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The skills of dispatcher are saved")).to_be_visible()
    expect(box).not_to_be_checked()
    expect(page.get_by_label("Manual acceptance: Stage Owner")).not_to_be_checked()
    page.get_by_role("button", name="Undo").click()
    expect(box).to_be_checked()
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
