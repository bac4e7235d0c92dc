"""The site: rooms, texts and templates put together into one application, with nothing global."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Now
from tongguan.model.vocabulary import Vocabulary
from tongguan.web.kit.access import NavEntry, Page, Room, enter
from tongguan.web.kit.accounts import Accounts
from tongguan.web.kit.annotations import Annotations
from tongguan.web.kit.codes import Codes
from tongguan.web.kit.freshness import Freshness
from tongguan.web.kit.fulfilment import Fulfilment
from tongguan.web.kit.indicators import Indicators
from tongguan.web.kit.lists import Lists
from tongguan.web.kit.live import Pulse, StillPulse, Streams
from tongguan.web.kit.ports import Questions
from tongguan.web.kit.progress import Board, nothing_ongoing
from tongguan.web.kit.regions import RegionBook
from tongguan.web.kit.rules import Rules
from tongguan.web.kit.security import HEADERS, SESSION_COOKIE, SafeHeaders
from tongguan.web.kit.tasks import Tasks
from tongguan.web.kit.texts import Texts, load_texts
from tongguan.web.kit.visit import Visit

WEB: Final = Path(__file__).parents[1]
STATIC: Final = WEB / "static"


@dataclass(frozen=True)
class WebSettings:
    """What pages need to know about the installation.

    Attributes:
        zone: the operation's time zone; days begin at its midnight.
        now: the clock.
        secure_cookies: the site is reached by https although requests arrive as http (behind a proxy).
        refresh_seconds: pages that move by themselves change at most once in this time.
        stale_after: data older than this is marked as old.
        session_days: how long a browser stays signed in.
        version: shown on the help page.
        progress: what works in the background, told at the top of every page.
        pulse: tells when data moves.
        streams: the open streams of pages; whoever stops the server closes them.
    """

    zone: ZoneInfo
    now: Now
    secure_cookies: bool = False
    refresh_seconds: int = 5
    stale_after: timedelta = timedelta(minutes=15)
    session_days: int = 7
    version: str = ""
    progress: Board = nothing_ongoing
    pulse: Pulse = field(default_factory=StillPulse)
    streams: Streams = field(default_factory=Streams)


@dataclass(frozen=True)
class Site:
    """Everything that pages share; made once by :func:`build_site`."""

    questions: Questions
    accounts: Accounts
    lists: Lists
    indicators: Indicators
    annotations: Annotations
    tasks: Tasks
    rules: Rules
    fulfilment: Fulfilment
    vocabulary: Vocabulary
    settings: WebSettings
    rooms: Sequence[Room]
    regions: RegionBook
    freshness: Freshness
    texts: dict[str, Texts]
    environments: dict[str, Environment] = field(repr=False)

    @property
    def navigation(self) -> list[NavEntry]:
        """All lines of the navigation in the order of the rooms."""
        return [entry for room in self.rooms for entry in room.navigation]

    def pages(self) -> list[Page]:
        """All pages of all rooms."""
        return [page for room in self.rooms for page in room.pages]

    def lists_with_views(self) -> dict[str, Page]:
        """Return the list pages that have saved views, by path."""
        return {page.path: page for page in self.pages() if page.saves}

    def list_at(self, path: str) -> Page | None:
        """Return the list page with saved views that is at a path; one of many, such as ``/work/{queue}``, with that path as its own."""
        known = self.lists_with_views()
        found = next((page for pattern, page in known.items() if compile_path(pattern)[0].fullmatch(path)), None)
        return None if found is None or "{" in path else replace(found, path=path)


class _Static(StaticFiles):
    """Static files, kept by browsers: their addresses carry a digest of the content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


class _Assets:
    """Addresses of static files with a digest of their content, read once each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self._known:
            digest = hashlib.blake2b((self._folder / name).read_bytes(), digest_size=6).hexdigest()
            self._known[name] = f"/static/{name}?v={digest}"
        return self._known[name]


def _environment(texts: Texts, rooms: Sequence[Room], shared: dict[str, Any], codes: Codes) -> Environment:
    loader = ChoiceLoader(
        [FileSystemLoader(WEB / "templates"), PrefixLoader({room.name: FileSystemLoader(room.templates) for room in rooms})]
    )
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.globals.update(shared)
    environment.globals.update(_=texts, ngettext=texts.plural, codes=codes)
    return environment


def build_site(
    questions: Questions,
    accounts: Accounts,
    lists: Lists,
    indicators: Indicators,
    annotations: Annotations,
    tasks: Tasks,
    rules: Rules,
    fulfilment: Fulfilment,
    vocabulary: Vocabulary,
    settings: WebSettings,
    rooms: Sequence[Room],
) -> Site:
    """Read texts and templates and put the site together."""
    texts = load_texts()
    shared: dict[str, Any] = {"asset": _Assets(STATIC)}
    regions = RegionBook(questions, settings.now)
    codes = {language: Codes(vocabulary, texts[language], regions) for language in texts}
    environments = {language: _environment(texts[language], rooms, shared, codes[language]) for language in texts}
    asked = (questions, accounts, lists, indicators, annotations, tasks, rules, fulfilment)
    return Site(*asked, vocabulary, settings, tuple(rooms), regions, Freshness(questions, settings.now), texts, environments)


def build_application(site: Site) -> FastAPI:
    """Make the ASGI application of a site; ``app`` mounts it at ``/``, after its own routes."""
    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    application.state.site = site
    application.add_middleware(SafeHeaders)
    by_path: dict[str, dict[str, Page]] = {}
    for page in site.pages():
        by_path.setdefault(page.path, {})[page.method] = page
    for path, pages in by_path.items():
        application.router.add_route(path, partial(_answer, site, pages), methods=sorted(pages), include_in_schema=False)
    application.router.mount("/static", _Static(directory=STATIC), name="static")
    application.add_exception_handler(HTTPException, _error_handler(site))
    application.add_exception_handler(Exception, _error_handler(site))
    return application


async def _answer(site: Site, pages: dict[str, Page], request: Request) -> Response:
    request.state.request_id = sortable_id(site.settings.now())
    try:
        response = await enter(site, pages["GET" if request.method == "HEAD" else request.method], request)
    finally:
        await request.close()  # files of forms lie on disk until then
    response.headers["X-Request-ID"] = request.state.request_id
    return response


def _error_handler(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        """Answer what no page answered; the traceback of a fault is logged by the server that runs the application."""
        status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        if request.url.path.startswith("/static/"):
            return PlainTextResponse(status.phrase, status)
        visit: Visit | None = getattr(request.state, "visit", None)
        if visit is None:
            cookie = request.cookies.get(SESSION_COOKIE, "")
            visit = Visit(request, site, await site.accounts.session(cookie) if cookie else None)
        causes = {HTTPStatus.NOT_FOUND: "missing", HTTPStatus.METHOD_NOT_ALLOWED: "method"}
        response = visit.render_error(status, causes.get(status, "fault"))
        response.headers.update({**HEADERS, "Cache-Control": "no-store", "X-Request-ID": visit.request_id})
        return response

    return answer
