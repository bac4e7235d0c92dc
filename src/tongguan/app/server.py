"""The ASGI application: events on a fast path, the API, health, and the pages."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tongguan import __version__
from tongguan.app.accounts import RecordAccounts
from tongguan.app.annotations import RecordAnnotations
from tongguan.app.api import annotations as notes
from tongguan.app.api import people, rules, views
from tongguan.app.api.bearer import OWNER_NAME, Bearers
from tongguan.app.api.events import PATH, EventsEndpoint
from tongguan.app.api.fulfilment import FulfilmentRoutes
from tongguan.app.api.metrics import Metrics
from tongguan.app.api.orders import OrderRoutes
from tongguan.app.api.owner import OwnerRoutes
from tongguan.app.api.problem import ApiProblem
from tongguan.app.api.reading import Reading
from tongguan.app.api.tasks import TaskRoutes
from tongguan.app.exposed import ExposedIndicators
from tongguan.app.fulfilment import RecordFulfilment
from tongguan.app.health import Health
from tongguan.app.indicators import StageIndicators
from tongguan.app.installation import Installation
from tongguan.app.lists import RecordLists
from tongguan.app.loops import LoopThreads, loops
from tongguan.app.progress import ProgressBoard
from tongguan.app.pulse import LoaderPulse
from tongguan.app.questions import StageQuestions
from tongguan.app.rejections import RejectionBook
from tongguan.app.rule_books import RecordRules
from tongguan.app.tasks import RecordTasks
from tongguan.areas.orders.pages import ROOM as ORDERS
from tongguan.lib.now import Ticks
from tongguan.model.access import Role, User
from tongguan.model.access import Scope as Responsibility
from tongguan.web.kit.live import Streams
from tongguan.web.kit.security import SESSION_COOKIE, SafeHeaders, same_token
from tongguan.web.kit.site import WebSettings
from tongguan.web.web import create_web

log = structlog.get_logger(__name__)

LOCAL_USER = User("local", OWNER_NAME, "command line", Role.ADMIN, Responsibility())
"""As whom the command line on the machine itself acts."""

_API = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")


class Server:
    """One application over one opened installation. Call :meth:`close` before closing the installation.

    Args:
        installation: the opened home.
        owner_token: lets the command line on the machine act as the owner.
        ticks: clock.
    """

    def __init__(self, installation: Installation, owner_token: str, ticks: Ticks) -> None:
        self.installation = installation
        self.progress = ProgressBoard()
        self.streams = Streams()
        self._pulse = LoaderPulse(installation.loader)
        settings = installation.settings
        self._pool = ThreadPoolExecutor(settings.query_threads, "questions")
        self._intake_pool = ThreadPoolExecutor(2, "intake")
        self._people_pool = ThreadPoolExecutor(2, "people")
        self.rejections = RejectionBook(installation.database, installation.now)
        self.bearers = Bearers(installation.database, owner_token, ticks)
        self.accounts = RecordAccounts(installation.database, installation.now, self._people_pool)
        self.questions = StageQuestions(installation, self._pool)
        self.indicators = StageIndicators(installation, self.questions)
        self._exposed = ExposedIndicators(installation)
        self.lists = RecordLists(installation.database, installation.now, self._people_pool)
        self.annotations = RecordAnnotations(installation.database, installation.now, self._people_pool, self.indicators)
        self.tasks = RecordTasks(installation.worklist, self._people_pool)
        at_hand = (installation.database, installation.vocabulary, installation.now, self._people_pool)
        self.rules = RecordRules(installation.rule_books, *at_hand)
        self.fulfilment = RecordFulfilment(installation, self.questions)
        self._loops: LoopThreads | None = None
        self._events = EventsEndpoint(installation.ingest, self.bearers, self.rejections, self._intake_pool)
        self._pages = self._build_pages()
        api = self._build_api(ticks)
        self.routes = api.routes
        self._api = SafeHeaders(api)

    def start_loops(self) -> None:
        """Start what runs beside the requests."""
        self._loops = LoopThreads([*loops(self.installation, self.rejections), *self._exposed.loops()])

    def _dead_loops(self) -> list[str]:
        return self._loops.dead() if self._loops is not None else []

    def close(self) -> None:
        """Stop loops and pools; running questions are waited for."""
        if self._loops is not None:
            self._loops.stop()
        self._pulse.close()
        self.rejections.write()
        for pool in (self._pool, self._intake_pool, self._people_pool):
            pool.shutdown(wait=True, cancel_futures=True)

    async def who(self, request: Request) -> User:
        """Return the user who calls the API: the owner by token, anybody signed in by the session's cookie."""
        caller = self.bearers.find(request.headers.get("authorization", ""))
        if caller is not None and caller.owner:
            return LOCAL_USER
        cookie = request.cookies.get(SESSION_COOKIE, "")
        session = await self.accounts.session(cookie) if cookie else None
        if session is None or session.user.must_change_password:
            raise ApiProblem(HTTPStatus.UNAUTHORIZED, "nobody is signed in", valid="sign in on the pages, or use the command line")
        if request.method not in ("GET", "HEAD") and not same_token(request.headers.get("x-csrf-token", ""), session.csrf):
            raise ApiProblem(HTTPStatus.FORBIDDEN, "the form token is missing or old", valid="X-CSRF-Token of the session")
        return session.user

    def _build_api(self, ticks: Ticks) -> FastAPI:
        api = FastAPI(title="Tongguan", version=__version__, docs_url=None, redoc_url=None)
        installation = self.installation
        at = (installation.now, installation.settings.zone)
        for route in (
            *Reading(self.questions, self.fulfilment, installation.vocabulary, self.who, installation.now).routes(),
            *Metrics(self.indicators, self.who, *at).routes(),
            *FulfilmentRoutes(self.fulfilment, installation.vocabulary, self.who, *at).routes(),
            *OrderRoutes(self.questions, self.who, *at).routes(),
            *TaskRoutes(self.tasks, installation.vocabulary, self.who).routes(),
            *OwnerRoutes(installation, self.bearers, self._intake_pool, ticks).routes(),
            *Health(installation, self._pool, self._dead_loops, self._exposed).routes(),
        ):
            api.router.routes.append(route)
        api.include_router(people.router(self.accounts, self.who, [stage.name for stage in installation.vocabulary.stages]))
        api.include_router(views.router(self.lists, self.who, self._pages.state.site.lists_with_views()))
        api.include_router(notes.router(self.annotations, self.who))
        api.include_router(rules.router(self.rules, self.who))
        api.add_exception_handler(ApiProblem, _as_response)
        api.add_exception_handler(HTTPException, _as_response)
        return api

    def _build_pages(self) -> FastAPI:
        settings = self.installation.settings
        web = WebSettings(
            zone=ZoneInfo(settings.zone),
            now=self.installation.now,
            secure_cookies=settings.secure_cookies,
            version=__version__,
            progress=self.progress,
            pulse=self._pulse,
            streams=self.streams,
        )
        asked = (self.questions, self.accounts, self.lists, self.indicators, self.annotations, self.installation.vocabulary, web)
        return create_web(*asked, [ORDERS], tasks=self.tasks, rules=self.rules, fulfilment=self.fulfilment)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request to whoever answers it."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        path = scope["path"]
        if path == PATH and scope["method"] == "POST":
            await self._events(scope, receive, send)
        elif path.startswith(_API):
            await cancelled_with_browser(self._api, scope, receive, send)
        else:
            await cancelled_with_browser(self._pages, scope, receive, send)


async def cancelled_with_browser(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Run an application for a request without a body, and cancel it when the browser leaves.

    A question that nobody waits for any more must not keep the warehouse busy.
    """
    if scope["method"] not in ("GET", "HEAD"):
        await app(scope, receive, send)
        return
    first = await receive()
    given = asyncio.Event()
    left = asyncio.Event()

    async def replay() -> Message:
        if not given.is_set():
            given.set()
            return first
        await left.wait()
        return {"type": "http.disconnect"}

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    work = asyncio.ensure_future(app(scope, replay, send))
    watcher = asyncio.ensure_future(watch())
    done, _ = await asyncio.wait({work, watcher}, return_when=asyncio.FIRST_COMPLETED)
    if work not in done:
        work.cancel()
    watcher.cancel()
    outcome = await asyncio.gather(work, watcher, return_exceptions=True)
    if isinstance(outcome[0], Exception):
        raise outcome[0]


async def _as_response(request: Request, error: Exception) -> Response:
    if isinstance(error, ApiProblem):
        return error.response()
    if not isinstance(error, HTTPException):
        raise error
    # What the framework itself refuses: no such address, another method, a body that is no JSON at all.
    said = f"{request.method} {request.url.path[:200]}: {error.detail}"
    response = ApiProblem(HTTPStatus(error.status_code), said).response()
    response.headers.update(error.headers or {})
    return response
