"""Write the pages of docs/reference, each by the module that knows what it tells.

``--check`` writes nothing, and ends with 1 when a page is not what would be written.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PAGES = {
    "docs/reference/events.md": "tongguan.areas.reference",
    "docs/reference/settings.md": "tongguan.app.references settings",
    "docs/reference/cli.md": "tongguan.app.references cli",
    "docs/reference/api.md": "tongguan.app.references api",
    "docs/reference/indicators.md": "tongguan.app.references indicators",
    "docs/reference/simulator.md": "tongguan.app.references simulator",
}
"""Page → module, perhaps with the name of the page, that writes it to the file named: ``python -m MODULE [NAME] FILE``."""


def write(module: str, page: Path) -> None:
    """Have a module write its page.

    Raises:
        subprocess.CalledProcessError: it failed; its own message is on standard error.
    """
    subprocess.run([sys.executable, "-m", *module.split(), str(page)], cwd=ROOT, check=True)


def differing() -> list[str]:
    """Return the pages that are missing or not what would be written."""
    found = []
    with tempfile.TemporaryDirectory(prefix="tongguan-reference-") as scratch:
        fresh = Path(scratch) / "page.md"
        for name, module in PAGES.items():
            write(module, fresh)
            page = ROOT / name
            if not page.is_file() or page.read_bytes() != fresh.read_bytes():
                found.append(name)
    return found


def main() -> int:
    """Write the pages, or compare them; return the exit code."""
    if "--check" not in sys.argv[1:]:
        for name, module in PAGES.items():
            write(module, ROOT / name)
        return 0
    wrong = differing()
    if wrong:
        sys.stderr.write(f"not what the code says: {', '.join(wrong)}; run `make docs`\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
