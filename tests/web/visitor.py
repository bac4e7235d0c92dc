"""A browser without scripts, for tests: keeps cookies, asks the application directly."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.web.operation import Operation
from tongguan.model.access import Role
from tongguan.web.kit.security import SESSION_COOKIE


def leaving_streams(app: ASGIApp) -> ASGIApp:
    """Return the application for a browser that leaves each stream after its first message: a stream alone never ends."""

    async def visited(scope: Scope, receive: Receive, send: Send) -> None:
        over, streams, heard = asyncio.Event(), False, False

        async def hear() -> Message:
            nonlocal heard
            if not heard:
                message = await receive()
                heard = not message.get("more_body", False)
                return message
            await over.wait()
            return {"type": "http.disconnect"}

        async def tell(message: Message) -> None:
            nonlocal streams
            if over.is_set():
                return
            if message["type"] == "http.response.start":
                streams = any(value.startswith(b"text/event-stream") for _, value in message["headers"])
            last = message["type"] == "http.response.body" and (streams or not message.get("more_body", False))
            await send({**message, "more_body": not last} if message["type"] == "http.response.body" else message)
            if last:
                over.set()

        await app(scope, hear, tell)

    return visited


class Visitor:
    """One browser on one site."""

    def __init__(self, operation: Operation, *, https: bool = False) -> None:
        self.operation = operation
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self._base = "https://site" if https else "http://site"

    @classmethod
    def as_role(cls, operation: Operation, role: Role, *, language: str = "zh-CN", theme: str = "light") -> Visitor:
        """Return a visitor that is signed in."""
        visitor = cls(operation)
        session = operation.accounts.session_for(role, language=language, theme=theme)
        visitor.cookies[SESSION_COOKIE] = session.cookie
        visitor.csrf = session.csrf
        return visitor

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Ask for a page; redirects are not followed."""
        return asyncio.run(self._ask("GET", path, None, headers))

    def post(self, path: str, fields: dict[str, str | list[str]], *, token: str | None = None) -> httpx.Response:
        """Send a form with this session's token, or with another one."""
        return asyncio.run(self._ask("POST", path, {"csrf": self.csrf if token is None else token, **fields}, None))

    def upload(self, path: str, fields: dict[str, str | list[str]], name: str, content: bytes) -> httpx.Response:
        """Send a form with a file in its field ``file``."""
        return asyncio.run(self._ask("POST", path, {"csrf": self.csrf, **fields}, None, {"file": (name, content)}))

    async def _ask(
        self,
        method: str,
        path: str,
        fields: dict[str, str | list[str]] | None,
        headers: dict[str, str] | None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(leaving_streams(self.operation.application), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=self._base, cookies=self.cookies) as client:
            response = await client.request(method, path, data=fields, headers=headers, files=files)
            # What the site set now (with a domain) stands over what was sent along (without one).
            kept = sorted(client.cookies.jar, key=lambda cookie: bool(cookie.domain))
            self.cookies = {cookie.name: cookie.value or "" for cookie in kept}
            for header in response.headers.get_list("set-cookie"):
                if "max-age=0" in header.lower():
                    self.cookies.pop(header.partition("=")[0], None)
            return response

    def form_token(self, html: str) -> str:
        """Return the token that a page's forms carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', html)
        assert found, "the page has no form token"
        return unescape(found[1])

    def sign_in(self, name: str, password: str, target: str = "/") -> httpx.Response:
        """Fill in and send the sign-in form."""
        page = self.get("/signin")
        return self.post("/signin", {"name": name, "password": password, "next": target}, token=self.form_token(page.text))
