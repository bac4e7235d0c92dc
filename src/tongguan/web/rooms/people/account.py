"""A user's own preferences and password."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.web.kit.access import PASSWORD_PATH, Page
from tongguan.web.kit.accounts import PasswordFault
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.filters import scope_part
from tongguan.web.kit.security import LANGUAGE_COOKIE, THEME_COOKIE
from tongguan.web.kit.texts import LANGUAGES, msg
from tongguan.web.kit.visit import DENSITIES, THEMES, Visit

FAULTS: Final = {
    PasswordFault.WRONG_CURRENT: msg("The current password is not right."),
    PasswordFault.TOO_SHORT: msg("The new password is too short: at least 12 characters."),
    PasswordFault.SAME: msg("The new password is the same as the current one."),
    PasswordFault.TOO_COMMON: msg("The new password is too easy to guess. Several words in a row are easy to remember and hard to guess."),
}
MISMATCH: Final = msg("The two new passwords are not the same.")
DONE: Final = {
    "preferences": msg("Preferences saved."),
    "password": msg("Password changed. Other browsers where you were signed in are signed out."),
}


@dataclass(frozen=True)
class AccountPage:
    """Context of the account page and of the page that makes a user change the password."""

    scope: str
    notice: Notice | None


async def account(visit: Visit) -> Response:
    """Preferences and password."""
    done = DONE.get(visit.query("done"))
    notice = Notice(visit.text(done), Status.GOOD) if done else None
    return visit.render("people/account.html", AccountPage(scope_part(visit), notice))


async def preferences(visit: Visit) -> Response:
    """Store preferences; what the form leaves out or has wrong stays as it is."""
    chosen = {name: await visit.form_value(name) for name in ("language", "theme", "density")}
    await visit.site.accounts.set_preferences(
        visit.user,
        chosen["language"] if chosen["language"] in LANGUAGES else visit.language,
        chosen["theme"] if chosen["theme"] in THEMES else visit.theme,
        chosen["density"] if chosen["density"] in DENSITIES else visit.density,
    )
    response = visit.go(await visit.form_value("next") or "/account?done=preferences")
    visit.set_cookie(response, THEME_COOKIE, chosen["theme"] if chosen["theme"] in THEMES else visit.theme, days=365)
    response.delete_cookie(LANGUAGE_COOKIE)  # an earlier choice on the sign-in page must not undo this one at the next sign-in
    return response


async def password_form(visit: Visit) -> Response:
    """Make a user whose password somebody else set choose an own one."""
    return visit.render("people/password.html", AccountPage(scope_part(visit), None))


async def password(visit: Visit) -> Response:
    """Change the password."""
    session = visit.session
    if session is None:
        raise LookupError("changing a password needs a session")
    new = await visit.form_value("new")
    if new != await visit.form_value("again"):
        problem = MISMATCH
    else:
        fault = await visit.site.accounts.change_password(session, await visit.form_value("current"), new)
        if fault is None:
            return visit.go("/" if session.user.must_change_password else "/account?done=password")
        problem = FAULTS[fault]
    page = AccountPage(scope_part(visit), Notice(visit.text(problem), Status.BAD))
    template = "people/password.html" if visit.user.must_change_password else "people/account.html"
    return visit.render(template, page, HTTPStatus.UNPROCESSABLE_ENTITY)


PAGES: Final = (
    Page("/account", account),
    Page("/account/preferences", preferences, method="POST", before_password=True),
    Page(PASSWORD_PATH, password_form, before_password=True),
    Page(PASSWORD_PATH, password, method="POST", before_password=True),
)
