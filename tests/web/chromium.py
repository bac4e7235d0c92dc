"""Chromium and a server on a free port, for tests in a browser and for pictures."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.tools import require_tool
from tests.web.operation import Operation
from tongguan.model.access import Role

LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


def find_chromium() -> str | None:
    """Return the path of the machine's Chromium; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the machine's Chromium for a test; where there is none, the test is listed by name."""
    chromium = find_chromium()
    require_tool("chromium (apt-get install chromium)", chromium is not None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        yield browser
        browser.close()


@dataclass
class Served:
    """A site that runs, and a browser to look at it."""

    operation: Operation
    address: str
    browser: Browser

    def context(self, language: str = "en", theme: str = "light", width: int = 1440) -> BrowserContext:
        """Return a new browser profile, signed in as administrator."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        session = self.operation.accounts.session_for(Role.ADMIN, language=language, theme=theme)
        context.add_cookies([{"name": "tongguan_session", "value": session.cookie, "url": self.address}])
        return context


@contextmanager
def served(application: FastAPI) -> Iterator[str]:
    """Serve an application on a free port of this machine and give its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
