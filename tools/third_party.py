"""Write THIRD_PARTY.md from the lock files and from what the installed packages say about themselves.

``--check`` writes nothing, and ends with 1 when the page is not what would be written.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "THIRD_PARTY.md"

POSTGRES = ("psycopg", "psycopg-binary")
"""What the extra ``postgres`` adds to requirements/run.txt."""

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

HEAD = """# Third-party software

Written by `make docs` from the lock files; a test compares. Tongguan itself is under the [Apache License 2.0](LICENSE).
A package under LGPL or MPL is used as it is, as a library of its own. GPL and AGPL are not used: a test holds that.
"""


@dataclass(frozen=True)
class Package:
    """One package of a lock file."""

    name: str
    version: str
    licence: str

    @property
    def row(self) -> str:
        """The package as a row of the page's table."""
        return f"| {self.name} | {self.version} | {self.licence} |"


def licence_of(about: PackageMetadata) -> str:
    """Return the licence that a package's metadata name: expression, classifier, or first line of the text."""
    if "License-Expression" in about:
        return about["License-Expression"]
    named = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License :: OSI Approved :: ")]
    if named:
        return " AND ".join(sorted(CLASSIFIERS.get(name, name) for name in named))
    first = about["License"].strip().partition("\n")[0] if "License" in about else ""
    return CLASSIFIERS.get(first, first) or "not stated"


def locked(lock: Path) -> dict[str, str]:
    """Return name → versions (several where they differ by platform) of a lock file; what only Windows needs is left out."""
    versions: dict[str, list[str]] = {}
    for name, version, marker in re.findall(r"^([a-z0-9.-]+)==(\S+)(.*)", lock.read_text(), re.MULTILINE):
        if "sys_platform == 'win32'" not in marker:
            versions.setdefault(name, []).append(version)
    return {name: " / ".join(found) for name, found in versions.items()}


def known_licences(page: str) -> dict[str, str]:
    """Return name → licence as the page says now, for packages that are not installed here in a locked version."""
    return dict(re.findall(r"^\| (\S+) \| .+? \| (.+) \|$", page, re.MULTILINE))


def installed(name: str) -> PackageMetadata | None:
    """Return what an installed package says about itself, or None when it is not installed."""
    try:
        return metadata(name)
    except PackageNotFoundError:
        return None


def python_packages(known: dict[str, str]) -> list[Package]:
    """Return what Tongguan needs at run time, the extra for PostgreSQL included."""
    versions = locked(ROOT / "requirements" / "run.txt")
    versions |= {name: version for name, version in locked(ROOT / "requirements" / "dev.txt").items() if name in POSTGRES}
    found = []
    for name, version in sorted(versions.items()):
        about = installed(name)
        current = about is not None and about["Version"] in version.split(" / ")
        licence = licence_of(about) if about is not None and current else known.get(name, "not stated")
        found.append(Package(name, version, licence))
    return found


def browser_packages() -> list[Package]:
    """Return what pages load, from the npm lock file; packages of the workshop only are left out."""
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    entries = {path.removeprefix("node_modules/"): entry for path, entry in packages.items() if path}
    return [Package(name, entry["version"], entry["license"]) for name, entry in sorted(entries.items()) if not entry.get("dev")]


def page() -> str:
    """Return the page's whole text."""
    known = known_licences(PAGE.read_text()) if PAGE.exists() else {}
    parts = [HEAD]
    for title, note, packages in (
        ("Python", "Installed beside Tongguan, each with its own licence text.", python_packages(known)),
        ("Browser", "Copied into the package; the texts are in `src/tongguan/web/static/vendor/licences`.", browser_packages()),
    ):
        rows = "\n".join(package.row for package in packages)
        parts.append(f"## {title}\n\n{note}\n\n| package | version | licence |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare it; return the exit code."""
    text = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text)
        return 0
    if PAGE.exists() and PAGE.read_text() == text:
        return 0
    sys.stderr.write("THIRD_PARTY.md is not what the lock files say; run `make docs`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
