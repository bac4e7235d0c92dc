"""One request to a page: who asks, in which language, and how to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tongguan.lib.ids import sortable_id
from tongguan.model.access import PERMISSIONS, Permission, User
from tongguan.web.kit.accounts import Session
from tongguan.web.kit.codes import Codes
from tongguan.web.kit.components import Failure
from tongguan.web.kit.formats import Formats
from tongguan.web.kit.navigation import NavGroup, entry_at, nav_groups
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.progress import Progress
from tongguan.web.kit.security import (
    CSRF_FIELD,
    CSRF_HEADER,
    FORM_COOKIE,
    GROUPS_COOKIE,
    LANGUAGE_COOKIE,
    NAVIGATION_COOKIE,
    THEME_COOKIE,
    safe_next,
    same_token,
)
from tongguan.web.kit.texts import LANGUAGES, choose_language, language_of_header

if TYPE_CHECKING:
    from tongguan.web.kit.access import NavEntry
    from tongguan.web.kit.site import Site

T = TypeVar("T")

THEMES = ("light", "dark")
DENSITIES = ("normal", "compact")


@dataclass(frozen=True)
class Panel(Generic[T]):
    """A part of a page: its answer, or why there is none. Exactly one of the two is set."""

    value: T | None = None
    failure: Failure | None = None


class Visit:
    """A request as pages see it.

    Attributes:
        shows_through: the bar tells until when data is loaded, as the site knows it; other pages tell it by themselves, or not at all.
    """

    def __init__(self, request: Request, site: Site, session: Session | None) -> None:
        self.request = request
        self.site = site
        self.session = session
        self.now = site.settings.now()
        self.shows_through = False
        self._new_form_token = ""

    @property
    def user(self) -> User:
        """The signed-in user; only on pages that are not public."""
        if self.session is None:
            raise LookupError(f"nobody is signed in on {self.request.url.path}; only pages that are not public have a user")
        return self.session.user

    @cached_property
    def request_id(self) -> str:
        """Identifies this request in logs and on error pages."""
        return str(getattr(self.request.state, "request_id", "")) or sortable_id(self.now)

    @cached_property
    def language(self) -> str:
        """The user's language; before sign-in that of ``?lang=``, the cookie, the browser, else Chinese."""
        if self.session is not None:
            return self.session.user.language if self.session.user.language in LANGUAGES else LANGUAGES[0]
        asked = choose_language(self.request.query_params.get("lang", ""))
        kept = choose_language(self.request.cookies.get(LANGUAGE_COOKIE, ""))
        return asked or kept or language_of_header(self.request.headers.get("accept-language", "")) or LANGUAGES[0]

    @property
    def theme(self) -> str:
        """``light`` or ``dark``; before sign-in that of whoever used this browser last."""
        wanted = self.session.user.theme if self.session is not None else self.request.cookies.get(THEME_COOKIE, "")
        return wanted if wanted in THEMES else THEMES[0]

    @property
    def density(self) -> str:
        """``normal`` or ``compact``."""
        return self.session.user.density if self.session is not None and self.session.user.density in DENSITIES else DENSITIES[0]

    @cached_property
    def progress(self) -> Sequence[Progress]:
        """What works in the background, for everybody to see."""
        return self.site.settings.progress()

    def is_old(self, at: datetime, through: datetime | None) -> bool:
        """Tell whether at a moment data is old that was loaded ``through`` another; where none was loaded nothing is old."""
        return through is not None and at - through > self.site.settings.stale_after

    def text(self, message: str, /, **values: object) -> str:
        """Translate a text."""
        return self.site.texts[self.language](message, **values)

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Translate a text that has two forms in English, by a count."""
        return self.site.texts[self.language].plural(one, many, count, **values)

    def listing(self, names: Iterable[str]) -> str:
        """Return names one after the other, as this language separates them."""
        return ("、" if self.language == "zh-CN" else ", ").join(names)

    @cached_property
    def formats(self) -> Formats:
        """Writes numbers and times for this visitor."""
        return Formats(self.language, self.site.settings.zone)

    @cached_property
    def codes(self) -> Codes:
        """Names codes, types, stages, roles and reasons for this visitor."""
        return Codes(self.site.vocabulary, self.site.texts[self.language], self.site.regions)

    @property
    def is_partial(self) -> bool:
        """Tell whether htmx asks for a part to put into a page that is already there."""
        return self.request.headers.get("hx-request") == "true"

    def query(self, name: str) -> str:
        """Return a value of the address, trimmed; empty where missing."""
        return self.request.query_params.get(name, "").strip()

    def may(self, permission: Permission | None) -> bool:
        """Tell whether somebody is signed in and allowed."""
        return self.session is not None and (permission is None or self.session.user.may(permission))

    async def form(self) -> FormData:
        """Return the fields of a POST."""
        return await self.request.form()

    async def form_value(self, name: str) -> str:
        """Return one text field of a POST as it was typed; empty where missing or a file."""
        value = (await self.form()).get(name, "")
        return value if isinstance(value, str) else ""

    async def form_values(self, name: str) -> list[str]:
        """Return all values of a field of a POST."""
        return [value for value in (await self.form()).getlist(name) if isinstance(value, str)]

    async def form_is_ours(self) -> bool:
        """Tell whether a POST carries the token that only our own pages know."""
        given = self.request.headers.get(CSRF_HEADER, "") or await self.form_value(CSRF_FIELD)
        expected = self.session.csrf if self.session is not None else self.request.cookies.get(FORM_COOKIE, "")
        return same_token(given, expected)

    @property
    def form_token(self) -> str:
        """The token for forms of this page; before sign-in it is also set as a cookie with the answer."""
        if self.session is not None:
            return self.session.csrf
        kept = self.request.cookies.get(FORM_COOKIE, "")
        if not kept and not self._new_form_token:
            self._new_form_token = sortable_id(self.now) + sortable_id(self.now)
        return kept or self._new_form_token

    @property
    def secure(self) -> bool:
        """Tell whether cookies are to be sent over https only."""
        return self.site.settings.secure_cookies or self.request.url.scheme == "https"

    async def ask(self, answer: Awaitable[T]) -> Panel[T]:
        """Wait for an answer; a question that fails fills its panel with the reason and leaves the page standing."""
        try:
            return Panel(value=await answer)
        except QuestionFailedError as error:
            return Panel(failure=Failure(str(error), error.retry, error.since, self.request_id, error.cause, self.now))

    def navigation(self) -> list[NavEntry]:
        """Return the lines of the navigation that this user may follow."""
        return [entry for entry in self.site.navigation if self.may(entry.permission)]

    @property
    def navigation_groups(self) -> list[NavGroup]:
        """The lines of the navigation in groups, as this browser folds them."""
        folded = self.request.cookies.get(GROUPS_COOKIE, "").split(".")
        return nav_groups(self.navigation(), self.request.url.path, folded)

    @property
    def navigation_entry(self) -> NavEntry | None:
        """The line of the navigation that leads to this page, or to what it lies below."""
        return entry_at(self.navigation(), self.request.url.path)

    def render(self, template: str, page: object, status: int = HTTPStatus.OK) -> HTMLResponse:
        """Answer with a template and its typed context ``page``."""
        response = HTMLResponse(self.fragment(template, page), status)
        if self._new_form_token:
            self.set_cookie(response, FORM_COOKIE, self._new_form_token)
        return response

    def fragment(self, template: str, page: object) -> str:
        """Return the text of a template with its typed context ``page``."""
        environment = self.site.environments[self.language]
        values: dict[str, Any] = {
            "page": page,
            "visit": self,
            "fmt": self.formats,
            "navigation_closed": self.request.cookies.get(NAVIGATION_COOKIE) == "closed",
            "path": self.request.url.path,
        }
        return environment.get_template(template).render(values)

    def render_error(self, status: HTTPStatus, cause: str, permission: Permission | None = None) -> HTMLResponse:
        """Answer with the page that says what is wrong and what helps; ``cause`` is one of those in ``error.html``."""
        from tongguan.web.kit.errors import ErrorPage

        return self.render("error.html", ErrorPage(status.value, cause, permission, self.request_id, self._divided(permission)), status)

    def _divided(self, permission: Permission | None) -> str:
        """Name the user's regions where they alone, not the role, are why something is not allowed; else empty."""
        if self.session is None or permission not in PERMISSIONS[self.user.role] or self.may(permission):
            return ""
        return self.listing(self.codes.label("region", code) for code in sorted(self.user.scope.regions))

    def set_cookie(self, response: Response, name: str, value: str, *, days: int | None = None) -> None:
        """Set a cookie that scripts cannot read and other sites do not send."""
        age = None if days is None else days * 86400
        response.set_cookie(name, value, max_age=age, path="/", httponly=True, samesite="lax", secure=self.secure)

    def go(self, address: str) -> RedirectResponse:
        """Answer a POST by leading on to a page of this site."""
        return RedirectResponse(safe_next(address), HTTPStatus.SEE_OTHER)
