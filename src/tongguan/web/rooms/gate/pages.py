"""Sign-in and sign-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.responses import RedirectResponse, Response

from tongguan.model.access import User
from tongguan.web.kit.access import PASSWORD_PATH, Page, Room
from tongguan.web.kit.accounts import Refusal, SignInRefused
from tongguan.web.kit.security import FORM_COOKIE, LANGUAGE_COOKIE, SESSION_COOKIE, THEME_COOKIE, safe_next
from tongguan.web.kit.texts import choose_language
from tongguan.web.kit.visit import Visit


@dataclass(frozen=True)
class SignInPage:
    """Context of the sign-in page.

    Attributes:
        refusal: why the last try failed; None before one.
        until: when the next try is possible, where locked.
        wait: seconds until then.
    """

    name: str
    next: str
    refusal: Refusal | None = None
    until: datetime | None = None
    wait: float | None = None


async def form(visit: Visit) -> Response:
    """Ask for name and password; ``?lang=`` chooses the language for this browser."""
    if visit.session is not None:
        return visit.go(visit.query("next") or "/")
    response = visit.render("gate/signin.html", SignInPage("", safe_next(visit.query("next") or "/")))
    chosen = choose_language(visit.query("lang"))
    if chosen:
        visit.set_cookie(response, LANGUAGE_COOKIE, chosen, days=365)
    return response


async def sign_in(visit: Visit) -> Response:
    """Try name and password."""
    name, target = (await visit.form_value("name")).strip(), safe_next(await visit.form_value("next") or "/")
    address = visit.request.client.host if visit.request.client else ""
    outcome = await visit.site.accounts.sign_in(name, await visit.form_value("password"), address)
    if isinstance(outcome, SignInRefused):
        wait = (outcome.until - visit.now).total_seconds() if outcome.until else None
        status = HTTPStatus.TOO_MANY_REQUESTS if outcome.refusal is Refusal.LOCKED else HTTPStatus.UNAUTHORIZED
        return visit.render("gate/signin.html", SignInPage(name, target, outcome.refusal, outcome.until, wait), status)
    await _keep_language(visit, outcome.user)
    response = RedirectResponse(PASSWORD_PATH if outcome.user.must_change_password else target, HTTPStatus.SEE_OTHER)
    visit.set_cookie(response, SESSION_COOKIE, outcome.cookie, days=visit.site.settings.session_days)
    visit.set_cookie(response, THEME_COOKIE, outcome.user.theme, days=365)
    response.delete_cookie(FORM_COOKIE)
    return response


async def _keep_language(visit: Visit, user: User) -> None:
    """Make the language that was chosen on the sign-in page the user's own; for a user who was never here, that of the browser."""
    chosen = choose_language(visit.request.cookies.get(LANGUAGE_COOKIE, ""))
    if not chosen and user.must_change_password:
        chosen = visit.language
    if chosen and chosen != user.language:
        await visit.site.accounts.set_preferences(user, chosen, user.theme, user.density)


async def sign_out(visit: Visit) -> Response:
    """End the session."""
    if visit.session is not None:
        await visit.site.accounts.sign_out(visit.session)
    response = RedirectResponse("/signin", HTTPStatus.SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE)
    return response


ROOM: Final = Room(
    name="gate",
    pages=(
        Page("/signin", form, public=True),
        Page("/signin", sign_in, method="POST", public=True),
        Page("/signout", sign_out, method="POST", before_password=True),
    ),
    templates=Path(__file__).parent / "templates",
)
