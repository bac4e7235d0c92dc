"""Pages as data: path, who may see it, and what answers; one door through which every request goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tongguan.model.access import Permission
from tongguan.web.kit.security import SESSION_COOKIE
from tongguan.web.kit.visit import Visit

if TYPE_CHECKING:
    from tongguan.web.kit.site import Site

Handler = Callable[[Visit], Awaitable[Response]]

PASSWORD_PATH = "/account/password"


@dataclass(frozen=True)
class Page:
    """One address of the pages.

    Attributes:
        path: address, with ``{names}`` of path parameters.
        handler: answers; has ``visit`` and nothing else.
        permission: what a user must be allowed; None for every signed-in user.
        also: what must be allowed besides.
        saves: of a list, what its saved views keep of the address; empty for pages without such views.
        method: GET or POST; every POST must carry the form token.
        public: also for those who have not signed in.
        before_password: also for those who must first change their password.
        through: its bar tells until when data is loaded; for pages whose own answers do not tell it.
    """

    path: str
    handler: Handler
    permission: Permission | None = None
    method: str = "GET"
    public: bool = False
    before_password: bool = False
    also: tuple[Permission, ...] = ()
    saves: tuple[str, ...] = ()
    through: bool = False

    def missing(self, allowed: Callable[[Permission], bool]) -> Permission | None:
        """Return the first permission that is needed and not allowed; None where all are."""
        needed = ((self.permission,) if self.permission else ()) + self.also
        return next((permission for permission in needed if not allowed(permission)), None)


@dataclass(frozen=True)
class NavEntry:
    """One line of the navigation, shown to those who may see the page.

    Attributes:
        label: English, marked with ``msg``.
        key: the letter after ``g``.
        group: heading under which it stands, marked with ``msg``.
        stage: name of the stage whose page leads there as well; empty for none.
    """

    path: str
    label: str
    icon: str
    key: str
    permission: Permission | None = None
    group: str = ""
    stage: str = ""


@dataclass(frozen=True)
class Room:
    """Pages that belong together, and their templates (addressed as ``<name>/<file>``)."""

    name: str
    pages: Sequence[Page]
    templates: Path
    navigation: Sequence[NavEntry] = ()


async def enter(site: Site, page: Page, request: Request) -> Response:
    """Let a request in: session, permission, form token, then the page itself; regions have their names from here on."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    session = await site.accounts.session(cookie) if cookie else None
    visit = Visit(request, site, session)
    request.state.visit = visit
    if session is not None:
        await site.regions.refresh()
    if not page.public:
        turned_away = _turn_away(visit, page)
        if turned_away is not None:
            return turned_away
    if page.method == "POST" and not await visit.form_is_ours():
        return visit.render_error(HTTPStatus.FORBIDDEN, "form")
    if page.through:
        await site.freshness.refresh()
        visit.shows_through = True
    return await page.handler(visit)


def _turn_away(visit: Visit, page: Page) -> Response | None:
    if visit.session is None:
        return _elsewhere(visit, sign_in_address(visit.request, page))
    if visit.user.must_change_password and not page.before_password:
        return _elsewhere(visit, PASSWORD_PATH)
    missing = page.missing(visit.user.may)
    return visit.render_error(HTTPStatus.FORBIDDEN, "permission", permission=missing) if missing else None


def sign_in_address(request: Request, page: Page) -> str:
    """Return the address of the sign-in page that leads back to where the request wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if page.method != "GET" or request.url.path.startswith("/live/"):
        wanted = "/"
    return "/signin" if wanted == "/" else f"/signin?next={quote(wanted, safe='/')}"


def _elsewhere(visit: Visit, address: str) -> Response:
    if visit.is_partial:
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
