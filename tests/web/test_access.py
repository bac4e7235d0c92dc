"""Who gets in: every route as every role, sign-in, form tokens, redirects, headers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.web.operation import NOON, Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Level, Role, Scope
from tongguan.web.kit.access import Page
from tongguan.web.kit.fake.accounts import PASSWORD
from tongguan.web.kit.security import SESSION_COOKIE, safe_next


def order_of_nanning() -> str:
    """Return an order that every role sees."""
    return next(t.case.case_id for t in make_operation().questions._traces.values() if t.case.region == "GX-NN")


FILLED = {
    "{stage}": "payment",
    "{name}": "sales_amount",
    "{by}": "channel",
    "{screen:path}": "orders",
    "{channel}": "app",
    "{part}": "delivery",
    "{order_id:path}": order_of_nanning(),
    "{record_id}": "q00003",
    "{queue}": "acceptance",
    "{task}": "68590771eae9768d",
    "{entry}": "13",
    "{user_id}": "u-nobody",
    "{token_id}": "t-none",
    "{view_id}": "v-none",
    "{note_id}": "n-none",
    "{version}": "1",
}


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


def address(page: Page) -> str:
    path = page.path
    for name, value in FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path, f"{page.path}: give its parameter a value in FILLED"
    return path


def every_page() -> list[Page]:
    return make_operation().site.pages()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("role", list(Role))
def test_every_route_as_every_role(operation: Operation, role: Role, language: str) -> None:
    """A page opens for those who may and answers 403 for others; a POST without the form's token changes nothing for anybody."""
    visitor = Visitor.as_role(operation, role, language=language)
    user = operation.accounts.session_for(role, language=language).user
    for page in operation.site.pages():
        if page.path == "/signout":
            continue
        allowed = page.missing(user.may) is None or page.public
        if page.method == "POST":
            response = visitor.post(address(page), {}, token="forged")
            assert response.status_code == 403, (page.path, role)
            continue
        response = visitor.get(address(page))
        if page.public:
            assert response.status_code in {200, 303}
        else:
            assert response.status_code == (200 if allowed else 403), (page.path, role)
        if not allowed:
            assert ("您的角色没有此项权限" if language == "zh-CN" else "Your role does not include this") in response.text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_who_sees_some_regions_only_is_told_so(language: str) -> None:
    operation = make_operation()
    analyst = Visitor.as_role(operation, Role.ANALYST, language=language)
    admin = operation.accounts.session_for(Role.ADMIN).user
    scope = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
    asyncio.run(operation.accounts.change_user(admin, "u-analyst", Role.ANALYST, scope))
    refused = analyst.get("/data")
    assert refused.status_code == 403
    assert ("此操作需要能查看全部区域的用户" if language == "zh-CN" else "This needs a user who sees all regions") in refused.text
    assert ("南宁" if language == "zh-CN" else "Nanning") in refused.text.split('card tg-error"')[1]
    assert "<li>" not in refused.text.split('card tg-error"')[1].split("btn-primary")[0]
    by_role = analyst.get("/users").text
    assert ("您的角色没有此项权限" if language == "zh-CN" else "Your role does not include this") in by_role


@pytest.mark.parametrize("page", every_page(), ids=lambda page: f"{page.method} {page.path}")
def test_nobody_gets_to_sign_in(operation: Operation, page: Page) -> None:
    visitor = Visitor(operation)
    response = visitor.get(address(page)) if page.method == "GET" else visitor.post(address(page), {})
    if page.public:
        assert response.status_code == (200 if page.method == "GET" else 403)
    else:
        assert response.status_code == 303
        assert response.headers["location"].startswith("/signin")


def test_sign_in_leads_where_one_wanted_to_go(operation: Operation) -> None:
    visitor = Visitor(operation)
    sent = visitor.get("/orders?channel=app&sort=-sold")
    assert sent.headers["location"] == "/signin?next=/orders%3Fchannel%3Dapp%26sort%3D-sold"
    page = visitor.get(sent.headers["location"])
    assert 'name="next" value="/orders?channel=app&amp;sort=-sold"' in page.text
    response = visitor.sign_in("analyst", PASSWORD, "/orders?channel=app&sort=-sold")
    assert response.status_code == 303
    assert response.headers["location"] == "/orders?channel=app&sort=-sold"
    assert visitor.get("/orders").status_code == 200


def test_language_chosen_on_the_sign_in_page_stays_after_it() -> None:
    operation = make_operation()
    visitor = Visitor(operation)
    visitor.get("/signin?lang=en")
    visitor.sign_in("analyst", PASSWORD)
    assert '<html lang="en"' in visitor.get("/").text
    kept = next(row.user for row in asyncio.run(operation.accounts.users()) if row.user.name == "analyst")
    assert (kept.language, kept.theme, kept.density) == ("en", "light", "normal")


def test_preferences_win_over_an_earlier_choice_on_the_sign_in_page() -> None:
    visitor = Visitor(make_operation())
    visitor.get("/signin?lang=en")
    visitor.sign_in("analyst", PASSWORD)
    visitor.csrf = visitor.form_token(visitor.get("/account").text)
    assert visitor.post("/account/preferences", {"language": "zh-CN"}).status_code == 303
    visitor.post("/signout", {})
    visitor.sign_in("analyst", PASSWORD)
    assert '<html lang="zh-CN"' in visitor.get("/").text


def test_sign_in_without_a_choice_leaves_the_language() -> None:
    visitor = Visitor(make_operation())
    visitor.get("/signin", {"accept-language": "en"})
    visitor.sign_in("analyst", PASSWORD)
    assert '<html lang="zh-CN"' in visitor.get("/").text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/\t/evil",
        "",
        "evil",
        "///evil",
        "/a\nb",
    ],
)
def test_no_redirect_leaves_the_site(operation: Operation, target: str) -> None:
    assert safe_next(target) == "/"
    response = Visitor(operation).sign_in("analyst", PASSWORD, target)
    assert response.headers["location"] == "/"


def test_preferences_do_not_redirect_away(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST)
    response = visitor.post("/account/preferences", {"theme": "dark", "next": "//evil.example/x"})
    assert response.headers["location"] == "/"


def test_session_cookie_is_closed_to_scripts_and_other_sites() -> None:
    operation = make_operation()
    for https in (False, True):
        visitor = Visitor(operation, https=https)
        response = visitor.sign_in("analyst", PASSWORD)
        cookie = next(c for c in response.headers.get_list("set-cookie") if c.startswith(SESSION_COOKIE)).lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert ("secure" in cookie) is https


def test_headers_of_every_kind_of_answer(operation: Operation) -> None:
    admin = Visitor.as_role(operation, Role.ADMIN)
    for response in (admin.get("/"), admin.get("/nothing"), Visitor(operation).get("/signin"), admin.get("/static/css/tongguan.css")):
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert "unsafe" not in response.headers["content-security-policy"]
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
    assert admin.get("/").headers["cache-control"] == "no-store"


def test_pages_hold_no_inline_script_or_style(operation: Operation) -> None:
    admin = Visitor.as_role(operation, Role.ADMIN)
    for page in operation.site.pages():
        if page.method == "GET" and not page.path.endswith((".csv", ".xlsx")):
            html = admin.get(address(page)).text
            assert " style=" not in html, page.path
            assert " onclick=" not in html, page.path
            assert "<script>" not in html, page.path


def test_lockout_says_when_to_try_again() -> None:
    operation = make_operation()
    visitor = Visitor(operation)
    visitor.get("/signin?lang=en")
    for _ in range(5):
        assert visitor.sign_in("auditor", "wrong").status_code == 401
    response = visitor.sign_in("auditor", PASSWORD)
    assert response.status_code == 429
    until = (NOON + timedelta(minutes=15)).astimezone(operation.site.settings.zone)
    assert f"Try again in 15min, at {until:%H:%M:%S}" in response.text


def test_unknown_name_and_wrong_password_look_the_same(operation: Operation) -> None:
    visitor = Visitor(operation)
    unknown, wrong = visitor.sign_in("nobody-here", "x"), visitor.sign_in("manager", "x")
    assert unknown.status_code == wrong.status_code == 401
    assert "登录名或密码不正确" in unknown.text
    assert "登录名或密码不正确" in wrong.text


def test_sign_in_without_the_cookie_of_the_form_is_refused(operation: Operation) -> None:
    visitor = Visitor(operation)
    token = visitor.form_token(visitor.get("/signin").text)
    visitor.cookies.clear()
    response = visitor.post("/signin", {"name": "admin", "password": PASSWORD}, token=token)
    assert response.status_code == 403
    assert SESSION_COOKIE not in visitor.cookies


def test_set_password_must_be_changed_first() -> None:
    operation = make_operation()
    visitor = Visitor(operation)
    assert visitor.sign_in("newcomer", PASSWORD, "/orders").headers["location"] == "/account/password"
    assert visitor.get("/orders").headers["location"] == "/account/password"
    page = visitor.get("/account/password")
    token = visitor.form_token(page.text)
    fields: dict[str, str | list[str]] = {"current": PASSWORD, "new": "short", "again": "short"}
    assert visitor.post("/account/password", fields, token=token).status_code == 422
    fields = {"current": PASSWORD, "new": "four little words here", "again": "four little words"}
    assert visitor.post("/account/password", fields, token=token).status_code == 422
    fields["again"] = "four little words here"
    assert visitor.post("/account/password", fields, token=token).status_code == 303
    assert visitor.get("/orders").status_code == 200


def test_sign_out_ends_the_session(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST)
    kept = dict(visitor.cookies)
    assert visitor.post("/signout", {}).headers["location"] == "/signin"
    visitor.cookies = kept
    assert visitor.get("/").status_code == 303


def test_htmx_parts_are_led_to_sign_in(operation: Operation) -> None:
    response = Visitor(operation).get("/live/panorama", {"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["hx-redirect"] == "/signin"


def test_scope_hides_what_lies_outside(operation: Operation) -> None:
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    outside = next(t.case.case_id for t in operation.questions._traces.values() if t.case.region != "GX-NN")
    assert agent.get(f"/orders/{outside}").status_code == 404
    assert agent.get(f"/orders/{order_of_nanning()}").status_code == 200
    assert f"/orders/{outside}" not in agent.get(f"/orders?q={outside}").text


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        ("", "", "zh-CN"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "fr,zh-TW;q=0.5,en;q=0.4", "zh-CN"),
        ("en", "zh-CN", "en"),
        ("xx", "de", "zh-CN"),
    ],
)
def test_language_before_sign_in(operation: Operation, cookie: str, accept: str, language: str) -> None:
    visitor = Visitor(operation)
    if cookie:
        visitor.cookies["tongguan_language"] = cookie
    assert f'<html lang="{language}"' in visitor.get("/signin", {"Accept-Language": accept}).text


def test_chosen_language_is_kept(operation: Operation) -> None:
    visitor = Visitor(operation)
    visitor.get("/signin?lang=en")
    assert '<html lang="en"' in visitor.get("/signin", {"Accept-Language": "zh-CN"}).text
