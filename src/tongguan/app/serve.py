"""``tongguan serve``: own the home, listen, load, and stop in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from tongguan import __version__
from tongguan.app.accounts import ensure_first_user
from tongguan.app.exposed import check_exposed
from tongguan.app.home import Running
from tongguan.app.installation import Installation, open_installation
from tongguan.app.progress import ProgressBoard
from tongguan.app.server import Server
from tongguan.app.settings import Settings
from tongguan.lib.now import Ticks, system_ticks
from tongguan.web.kit.live import Streams

log = structlog.get_logger(__name__)

_BACKLOG: Final = 1024
"""Connections that may wait to be taken."""

Say = Callable[[str], None]
"""Tells the person who started the server something."""


class PortTakenError(Exception):
    """Another program listens on the address; choose another port."""


Beside = Callable[[Installation, ProgressBoard, Say], Callable[[], None]]
"""Begins something that works beside the server; returns what ends it."""


def serve(folder: Path, say: Say, *, beside: Beside | None = None, ticks: Ticks = system_ticks) -> None:
    """Run the server until it is told to stop (Ctrl-C, SIGTERM).

    Args:
        folder: the home.
        say: tells the person who started it.
        beside: is begun once the server listens, and ended before it stops.
        ticks: clock.

    Raises:
        PortTakenError, HomeInUseError, SettingsError, WarehouseError, RecordsError: it did not start.
    """
    # uvicorn, once it has stopped, raises the signal again for the handler that was there before it. By default SIGTERM ends the
    # process on the spot, with threads and queries of the engine still at work.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    installation = open_installation(folder)
    try:
        if installation.settings.metrics_exposed:
            check_exposed(installation.settings.metrics_exposed, installation.catalogue)
        listener = _listen(installation.settings)
        for line in installation.migrated:
            say(line)
        password = ensure_first_user(installation.database, installation.now)
        _run(installation, listener, say, password, beside, ticks)
    finally:
        installation.home.withdraw()
        installation.close()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named TCP, asyncio switches Nagle's algorithm off; without, the last packet of every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        message = f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; set TONGGUAN_PORT to a free port"
        raise PortTakenError(message) from error
    return listener


def _control(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The name of a Unix socket has room for about a hundred bytes; a deep home is reached by a relative name.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        control.bind(path.name)
    finally:
        os.chdir(before)
    path.chmod(0o600)
    return control


class _Listening(uvicorn.Server):
    """Listens until it is told to stop; then ends the streams of pages first, which would stay open by themselves."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer the open requests, and stop."""
        self._streams.close()
        await super().shutdown(sockets)


def _run(installation: Installation, listener: socket.socket, say: Say, password: str | None, beside: Beside | None, ticks: Ticks) -> None:
    token = secrets.token_urlsafe(32)
    server = Server(installation, token, ticks)
    control = _control(installation.home.socket)
    host, port = listener.getsockname()[:2]
    url = f"http://{host}:{port}"
    installation.start_loader()
    server.start_loops()
    config = uvicorn.Config(
        server,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
        backlog=_BACKLOG,
    )
    # Who reads the announcement may call at once: calls wait here until the event loop runs.
    for waiting in (listener, control):
        waiting.listen(_BACKLOG)
    installation.home.announce(Running(os.getpid(), url, str(installation.home.socket), token, __version__))
    say(f"Tongguan {__version__} 通观: {url}")
    if password is not None:
        say(f"First sign-in: user admin, password {password} (shown only now; you will be asked for a new one)")
    end_beside = beside(installation, server.progress, say) if beside is not None else None
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_Listening(config, server.streams).serve([listener, control]))
    finally:
        if end_beside is not None:
            end_beside()
        server.close()
        listener.close()
        control.close()
