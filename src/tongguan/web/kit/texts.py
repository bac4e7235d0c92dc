"""The pages' texts: English in the code, other languages from ``web/locale``, read at start without a build step."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

LANGUAGES: Final = ("zh-CN", "en")
"""The languages of the pages; the first is the default."""

LOCALE: Final = Path(__file__).parents[1] / "locale"

_CATALOGS: Final = {"zh-CN": LOCALE / "zh_CN" / "LC_MESSAGES" / "messages.po"}


def msg(text: str) -> str:
    """Mark a text for translation where it is declared; it is translated where it is shown."""
    return text


class Texts:
    """Texts in one language.

    Args:
        language: one of :data:`LANGUAGES`.
        catalog: English → translation; empty for English itself.
    """

    def __init__(self, language: str, catalog: dict[str, str]) -> None:
        self.language = language
        self._catalog = catalog

    def __call__(self, text: str, /, **values: object) -> str:
        """Return the text in this language, with ``%(name)s`` filled in."""
        found = self._catalog.get(text, text)
        return found % values if values else found

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return ``one`` or ``many`` in this language by ``count``, which is also filled in as ``%(n)s`` where given."""
        english = one if count == 1 else many
        found = english if self.language == "en" else self._catalog.get(one, english)
        return found % values if values else found


def read_catalog(path: Path) -> dict[str, str]:
    """Read a .po file: message → translation; of messages with plurals the last form, which Chinese has only one of."""
    with path.open("rb") as file:
        catalog = read_po(file)
    found: dict[str, str] = {}
    for message in catalog:
        if not message.id:
            continue
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else (message.string or [""])[-1]
        if text:
            found[msgid] = text
    return found


def load_texts() -> dict[str, Texts]:
    """Return the texts of every language."""
    return {language: Texts(language, read_catalog(_CATALOGS[language]) if language in _CATALOGS else {}) for language in LANGUAGES}


def choose_language(wanted: str) -> str | None:
    """Return the pages' language for a language tag such as ``zh-Hans-CN`` or ``en_GB``; None for one we do not have."""
    tag = wanted.strip().replace("_", "-").lower()
    if tag.startswith("zh"):
        return "zh-CN"
    return "en" if tag.startswith("en") else None


def language_of_header(accept: str) -> str | None:
    """Return the best of our languages for an ``Accept-Language`` header; None where it names none of them."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")):
        tag, _, weight = part.partition(";q=")
        language = choose_language(tag)
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if language and quality > 0:
            ranked.append((-quality, place, language))
    return min(ranked)[2] if ranked else None
