"""The catalog of texts: what code and templates say, and how it is written to ``web/locale``.

``python -m tests.web.catalog`` adds new messages to the .po file (to be translated by hand) and drops those that are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

SOURCE = Path(__file__).parents[2] / "src" / "tongguan"
CHINESE = SOURCE / "web" / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.po"

_PYTHON = {"msg": None, "text": None, "plural": (1, 2)}
_TEMPLATES = {"_": None, "ngettext": (1, 2)}

Message = str | tuple[str, ...]


def files() -> Iterator[Path]:
    """Give every file with texts: all of ``web``, and of areas their pages and templates."""
    yield from sorted(SOURCE.glob("web/**/*.py"))
    yield from sorted(SOURCE.glob("areas/*/*page*.py"))
    yield from sorted(SOURCE.glob("web/**/*.html"))
    yield from sorted(SOURCE.glob("areas/**/*.html"))


def messages() -> dict[Message, list[tuple[str, int]]]:
    """Return every message with the places that say it."""
    found: dict[Message, list[tuple[str, int]]] = {}
    for path in files():
        python = path.suffix == ".py"
        with path.open("rb") as file:
            # babel_extract has no name by which babel would find it without an installed entry point, so it is given itself.
            rows = extract(
                "python" if python else babel_extract,  # type: ignore[arg-type]  # jinja2 types its options more narrowly
                file,
                _PYTHON if python else _TEMPLATES,
                options={"silent": "false", "trimmed": "true", "extensions": "jinja2.ext.do"},
            )
            for line, message, _comments, _context in rows:
                key: Message = message if isinstance(message, str) else tuple(message)
                if key:
                    found.setdefault(key, []).append((path.relative_to(SOURCE).as_posix(), line))
    return found


def chinese() -> Catalog:
    """Read the Chinese catalog."""
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def update() -> int:
    """Write the catalog anew with today's messages and return how many are not translated."""
    old = chinese() if CHINESE.exists() else Catalog(locale="zh_CN")
    known = {message.id: message.string for message in old if message.id}
    new = Catalog(
        locale="zh_CN",
        fuzzy=False,
        project="Tongguan",
        copyright_holder="The Tongguan authors",
        header_comment="# Chinese texts of Tongguan's pages.",
    )
    missing = 0
    for message in messages():
        text = known.get(message, "" if isinstance(message, str) else ("",))
        missing += not (text if isinstance(text, str) else all(text or ()))
        new.add(message, text)
    CHINESE.parent.mkdir(parents=True, exist_ok=True)
    with CHINESE.open("wb") as file:
        write_po(file, new, omit_header=False, no_location=True, sort_output=True, width=0)
    return missing


if __name__ == "__main__":
    print(f"{update()} messages are not translated")
