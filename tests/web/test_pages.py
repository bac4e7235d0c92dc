"""Every page in both languages and themes, for the most and the least privileged; its five states; what its forms do."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.pages import PAGES
from tests.web.visitor import Visitor
from tongguan.model.access import Role


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.SERVICE_AGENT])
def test_renders(operation: Operation, role: Role, language: str, theme: str) -> None:
    visitor = Visitor.as_role(operation, role, language=language, theme=theme)
    for name, path in PAGES.items():
        if name in {"signin", "password"}:
            continue
        response = visitor.get(path)
        allowed = {404} if name.endswith("missing") else {200, 403, 404} if role is Role.SERVICE_AGENT else {200}
        assert response.status_code in allowed, name
        assert f'<html lang="{language}" data-bs-theme="{theme}"' in response.text, name
        assert len(re.findall("<h1", response.text)) == 1, name
        ids = re.findall(r'\sid="([^"]+)"', response.text)
        assert len(ids) == len(set(ids)), f"{name}: an id stands twice"
        for word in ("NaN", "Infinity", "None", "Undefined"):
            assert f">{word}<" not in response.text, name


def test_least_privileged_is_not_offered_what_is_not_allowed(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.SERVICE_AGENT).get("/orders").text
    assert "/orders.csv" not in page
    assert 'href="/data"' not in page
    assert 'href="/users"' not in page


@pytest.mark.parametrize(
    "path", ["/", "/live/panorama", "/stages/payment", "/orders", "/live/orders", "/data", "/data/ledger", "/data/quarantine"]
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_failed_question_leaves_the_page_standing(language: str, path: str) -> None:
    visitor = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language=language)
    response = visitor.get(path)
    assert response.status_code == 200
    assert "connection refused" in response.text
    assert response.headers["x-request-id"] in response.text
    assert ("重试" if language == "zh-CN" else "Try again") in response.text


@pytest.mark.parametrize("path", ["/orders/DD2026000003", "/data/quarantine/q00003"])
def test_a_page_of_one_thing_that_failed_says_so(path: str) -> None:
    response = Visitor.as_role(make_operation(failing=True), Role.ADMIN).get(path)
    assert response.status_code == 503
    assert "connection refused" in response.text


def test_a_panorama_without_any_data_says_so_and_what_next() -> None:
    said = '尚无数据源接入 · <a href="/help#data">'
    assert said in Visitor.as_role(make_operation(orders=0), Role.ADMIN).get("/").text
    assert said not in Visitor.as_role(make_operation(), Role.ADMIN).get("/").text


@pytest.mark.parametrize(
    ("path", "cause", "step"),
    [
        ("/orders", "还没有数据源上报订单事件", "/help#data"),
        ("/orders?channel=app", "没有符合条件的订单", "/orders"),
        ("/data", "尚无数据源接入", "/help#data"),
        ("/data/quarantine", "接入数据后，未被接收的记录将列于此处。", "/help#data"),
        ("/stages/payment", "本环节暂无事件", "/help#data"),
    ],
)
def test_empty_says_why_and_what_next(path: str, cause: str, step: str) -> None:
    page = Visitor.as_role(make_operation(orders=0), Role.ADMIN).get(path).text
    assert cause in page
    assert f'class="btn" href="{step}"' in page


def test_fault_gives_the_request_number() -> None:
    operation = make_operation()

    async def broken(*_args: object) -> None:
        raise RuntimeError("boom")

    operation.questions.flow = broken  # type: ignore[assignment, method-assign]
    response = Visitor.as_role(operation, Role.ADMIN, language="en").get("/")
    assert response.status_code == 500
    assert "The fault is on our side" in response.text
    assert response.headers["x-request-id"] in response.text
    assert "boom" not in response.text
    assert response.headers["x-frame-options"] == "DENY"


def test_old_data_is_marked() -> None:
    from datetime import timedelta

    from tests.web.operation import NOON

    times = iter([NOON] * 3)
    operation = make_operation(lambda: next(times, NOON + timedelta(hours=3)))
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/").text
    assert "No new data since" in page


def test_tiles_lead_to_their_stages(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get("/?channel=app").text
    assert 'href="/stages/shipping?channel=app" id="stage-shipping"' in page
    assert 'href="/stages/visits?channel=app" id="stage-visits"' in page


FILTERED = {"channel": "app", "region": "GX", "business_class": "goods", "brand": "wo"}


@pytest.mark.parametrize("path", ["/", "/?view=table"])
def test_every_link_of_the_panorama_keeps_the_filters(operation: Operation, path: str) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get(f"{path}{'&' if '?' in path else '?'}{urlencode(FILTERED)}").text
    targets = [urlsplit(unescape(href)) for href in re.findall(r'href="([^"]+)"', page.split('class="tg-kpis ')[1])]
    kept = [target for target in targets if target.path == "/orders" or target.path.startswith("/stages/")]
    assert len(kept) > 8
    for target in kept:
        known = dict(FILTERED) if target.path.startswith("/stages/") else {k: v for k, v in FILTERED.items() if k != "brand"}
        assert dict(parse_qsl(target.query)).items() >= known.items(), target
    for key in ("late", "waiting", "failures"):
        href = re.search(rf'href="([^"]+)" id="kpi-{key}"', page)
        assert href
        assert "business_class=goods" in href[1], key


def test_all_that_waits_in_a_stage_keeps_the_filters(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get("/stages/shipping?channel=app&business_class=goods").text
    assert 'href="/waiting?stage=shipping&amp;channel=app&amp;business_class=goods"' in page


def test_an_address_without_anything_is_named_and_leads_to_the_search(operation: Operation) -> None:
    missing = Visitor.as_role(operation, Role.DISPATCHER).get("/orders/DD<0>")
    assert missing.status_code == 404
    assert "<code>/orders/DD&lt;0&gt;</code>" in missing.text and '<a class="btn" href="/orders">' in missing.text


def test_reveal_shows_one_value_and_is_asked_for_its_own_order_only() -> None:
    operation = make_operation()
    visitor = Visitor.as_role(operation, Role.DISPATCHER)
    order = next(t for t in operation.questions._traces.values() if any(e.type == "package.shipped" for e in t.events)).case.case_id
    assert "李雷" not in visitor.get(f"/orders/{order}").text
    shown = visitor.post(f"/live/reveal/{order}", {"token": f"tok_{order}_name"})
    assert "李雷" in shown.text
    assert operation.questions.revealed == [("u-dispatcher", f"tok_{order}_name")]
    erased = visitor.post(f"/live/reveal/{order}", {"token": f"tok_{order}_phone"})
    assert "已删除" in erased.text
    foreign = visitor.post(f"/live/reveal/{order}", {"token": "tok_of_another"})
    assert foreign.status_code == 404
    assert len(operation.questions.revealed) == 2
    assert Visitor.as_role(operation, Role.ANALYST).post(f"/live/reveal/{order}", {"token": f"tok_{order}_name"}).status_code == 403


def test_replay_tells_what_became_of_each() -> None:
    operation = make_operation()
    visitor = Visitor.as_role(operation, Role.DISPATCHER, language="en")
    rows = operation.questions._quarantine.values()
    mended = next(r.id for r in rows if r.problem.reason == "unmapped_code")
    still = next(r.id for r in rows if r.problem.reason == "bad_amount")
    told = visitor.post("/data/quarantine/replay", {"id": [mended, still]})
    assert "1 taken, 1 still not valid." in told.text
    assert f"{still}: Invalid amount" in told.text
    again = visitor.post("/data/quarantine/replay", {"id": [mended]})
    assert "1 were not open any more." in again.text
    assert visitor.post("/data/quarantine/replay", {}).status_code == 422
    assert "1 discarded." in visitor.post("/data/quarantine/discard", {"id": [still]}).text
    assert Visitor.as_role(operation, Role.ANALYST).post("/data/quarantine/discard", {"id": [still]}).status_code == 403


def test_unbalanced_books_are_shown(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.AUDITOR, language="en").get("/data").text
    assert "off by 3" in page
    assert "unbalanced" in page


def test_new_user_gets_a_password_shown_once() -> None:
    operation = make_operation()
    admin = Visitor.as_role(operation, Role.ADMIN, language="en")
    fields: dict[str, str | list[str]] = {"name": "li.lei", "display_name": "李雷", "role": "analyst", "level": "city", "regions": ""}
    assert "needs at least one region" in admin.post("/users", fields).text
    fields["regions"] = "GX-NN, GX-LZ"
    made = admin.post("/users", fields)
    assert made.status_code == 201
    secret = re.search(r'tg-secret-value"><span class="tg-id"><code>([^<]+)', made.text)
    assert secret
    assert secret[1] not in admin.get("/users").text
    assert admin.post("/users", fields).status_code == 409
    assert admin.post("/users", {**fields, "name": "Ünïcode"}).status_code == 422
    assert admin.post("/users", {**fields, "name": "x.y", "role": "emperor"}).status_code == 422
    assert Visitor(operation).sign_in("li.lei", secret[1]).headers["location"] == "/account/password"
    assert admin.post("/users/u-li.lei/disabled", {"disabled": "1"}).status_code == 303
    assert "停用" in Visitor(operation).sign_in("li.lei", secret[1]).text
    assert admin.post("/users/u-admin/disabled", {"disabled": "1"}).status_code == 404


def test_change_of_role_and_new_password() -> None:
    operation = make_operation()
    admin = Visitor.as_role(operation, Role.ADMIN, language="en")
    analyst = Visitor.as_role(operation, Role.ANALYST)
    assert analyst.get("/data").status_code == 200
    fields: dict[str, str | list[str]] = {"role": "service_agent", "level": "province", "regions": "", "stages": ["payment", "invented"]}
    assert admin.post("/users/u-analyst", fields).headers["location"] == "/users?done=changed"
    assert analyst.get("/data").status_code == 403
    assert analyst.get("/stages/visits").status_code == 404
    assert "One-time password of analyst" in admin.post("/users/u-analyst/password", {}).text
    assert analyst.get("/").status_code == 303


def test_token_is_shown_once_and_can_be_revoked() -> None:
    operation = make_operation()
    admin = Visitor.as_role(operation, Role.ADMIN, language="en")
    made = admin.post("/tokens", {"name": "hub", "source": "order-hub"})
    secret = re.search(r"tg_[0-9a-z]+", made.text)
    assert secret
    page = admin.get("/tokens").text
    assert secret[0] not in page
    assert admin.post("/tokens", {"name": "hub", "source": "order-hub"}).status_code == 409
    assert admin.post("/tokens", {"name": "x", "source": "No Spaces"}).status_code == 422
    token_id = re.search(r'action="/tokens/([^/]+)/revoke"', page)
    assert token_id
    assert admin.post(f"/tokens/{token_id[1]}/revoke", {}).status_code == 303
    assert "revoked at" in admin.get("/tokens").text
    assert admin.post(f"/tokens/{token_id[1]}/revoke", {}).status_code == 404


def test_the_sign_in_page_keeps_the_theme_of_whoever_was_here_last() -> None:
    visitor = Visitor.as_role(make_operation(), Role.ANALYST)
    visitor.post("/account/preferences", {"language": "en", "theme": "dark", "density": "normal"})
    visitor.post("/signout", {})
    assert 'data-bs-theme="dark"' in visitor.get("/signin").text
    assert 'data-bs-theme="light"' in Visitor(make_operation()).get("/signin").text


def test_preferences_are_kept() -> None:
    operation = make_operation()
    visitor = Visitor.as_role(operation, Role.ANALYST)
    visitor.post("/account/preferences", {"language": "en", "theme": "dark", "density": "compact"})
    assert '<html lang="en" data-bs-theme="dark" data-density="compact"' in visitor.get("/").text
    visitor.post("/account/preferences", {"language": "xx", "theme": "pink", "density": ""})
    assert '<html lang="en" data-bs-theme="dark" data-density="compact"' in visitor.get("/").text


def test_hostile_text_is_shown_as_text(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get('/orders?q="><script>alert(1)</script>&customer_id=<b>').text
    assert "<script>alert" not in page
    assert "<b>" not in page.split("<main")[1].split('class="tg-menu')[0].replace("<b ", "")


@pytest.mark.parametrize(
    "query", ["page=0", "page=-3", "page=abc", "page=99999999999", "sort=evil", "sort=--last", "since=2026-13-45", "reason=x"]
)
def test_odd_addresses_still_answer(operation: Operation, query: str) -> None:
    visitor = Visitor.as_role(operation, Role.ADMIN)
    for path in ("/", "/orders", "/data", "/data/quarantine"):
        assert visitor.get(f"{path}?{query}").status_code == 200


def test_ids_of_any_kind_have_a_page() -> None:
    from dataclasses import replace

    operation = make_operation()
    traces, odd = operation.questions._traces, "A/1?x=#%2F 单"
    first = next(iter(traces.values()))
    traces[odd] = replace(first, case=replace(first.case, case_id=odd))
    visitor = Visitor.as_role(operation, Role.ADMIN, language="en")
    link = re.search(r'<a href="(/orders/A[^"]+)"', visitor.get("/orders?q=A").text)
    assert link
    assert visitor.get(link[1]).status_code == 200


@pytest.mark.parametrize(("asked", "rows"), [("24h", 25), ("7d", 169), ("30d", 31)])
def test_ledger_has_every_hour_or_day_also_empty_ones(operation: Operation, asked: str, rows: int) -> None:
    part = Visitor.as_role(operation, Role.AUDITOR).get(f"/data/ledger?range={asked}").text
    assert part.split("<tbody>")[1].count("<tr>") == rows


def test_all_stages_without_data_are_not_called_normal() -> None:
    page = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en").get("/").text
    card = page.split('id="kpi-attention"')[1].split("</a>")[0]
    assert "Not enough data" in card


def test_a_share_of_accepted_records_is_not_rounded_up_to_all() -> None:
    page = Visitor.as_role(make_operation(), Role.ADMIN).get("/data").text
    assert "占已收到 99.9%" in page and "占已收到 100.0%" not in page


def test_a_stage_that_counts_without_single_events_says_so() -> None:
    page = Visitor.as_role(make_operation(), Role.ADMIN).get("/stages/visits").text
    assert "本环节无单条事件明细" in page and "本环节暂无事件" not in page
