"""The folder that holds everything of an embedded installation, and who owns it.

``<home>/warehouse`` (chDB), ``records.db`` (SQLite), ``spool/``, ``secret.key`` and, while a server lives, ``run.json`` and
``control.sock``.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

_TRIES, _PAUSE = 5, 0.05


class HomeInUseError(Exception):
    """Another process owns the home; speak to it (the command line does so by itself), or stop it."""


class DamagedKeyError(OSError):
    """The file of the home's key is not as it was written; restore it."""


_KEY_BYTES = 32


@dataclass(frozen=True)
class Running:
    """What ``run.json`` says about the server that owns the home."""

    pid: int
    url: str
    socket: str
    token: str
    version: str


class Home:
    """A home folder.

    Args:
        folder: made if missing, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock: IO[str] | None = None

    @property
    def spool(self) -> Path:
        """Where the spool's segments are."""
        return self.folder / "spool"

    @property
    def socket(self) -> Path:
        """The Unix socket on which the owner listens for the command line."""
        return self.folder / "control.sock"

    def master_key(self, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> bytes:
        """Return the 32-byte key under which personal data is kept; made at first use. Back it up apart from the data.

        Raises:
            DamagedKeyError: the file holds something else.
        """
        path = self.folder / "secret.key"
        if not path.exists():
            # Written beside and renamed: a crash must not leave half a key that looks like one.
            fresh = path.with_suffix(".new")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(random_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise DamagedKeyError(f"{path} has {len(key)} bytes, not {_KEY_BYTES}; restore it from its backup, a retry does not help")
        return key

    def own(self) -> None:
        """Become the one owner of this home until the process ends or :meth:`disown`; what a dead server announced goes.

        Raises:
            HomeInUseError: another process is.
        """
        file = (self.folder / "owner.lock").open("a+", encoding="utf-8")
        for attempt in range(_TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if attempt == _TRIES - 1:
                    file.close()
                    raise HomeInUseError(f"{self.folder} is in use by another process{self._who()}") from error
                # Another command that only looks whether somebody owns the home holds the lock for a moment.
                time.sleep(_PAUSE)
        self._lock = file
        self.withdraw()

    def disown(self) -> None:
        """Give the home free."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def announce(self, running: Running) -> None:
        """Write ``run.json`` for the command line, readable by the owner of the home only."""
        path = self.folder / "run.json"
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(running), file)
        fresh.replace(path)

    def withdraw(self) -> None:
        """Remove ``run.json`` and the socket."""
        (self.folder / "run.json").unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def running(self) -> Running | None:
        """Return what the living owner announced; None where nobody owns the home (a stale file is ignored).

        Raises:
            HomeInUseError: a server of another release owns it, whose announcement cannot be read.
        """
        path = self.folder / "run.json"
        if not path.exists() or not self._owned():
            return None
        try:
            return Running(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:  # It stopped this moment.
            return None
        except (ValueError, TypeError) as error:
            raise HomeInUseError(f"{path} is not as this release writes it ({error}); use the release of the running server") from error

    def _owned(self) -> bool:
        """Tell whether another process holds the lock."""
        path = self.folder / "owner.lock"
        if not path.exists():
            return False
        with path.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            return False

    def _who(self) -> str:
        path = self.folder / "run.json"
        return f" (see {path})" if path.exists() else ""


def default_home() -> Path:
    """Return ``$TONGGUAN_HOME``, or ``~/.tongguan``."""
    return Path(os.environ.get("TONGGUAN_HOME") or "~/.tongguan").expanduser()
