"""Reading documents from outside strictly: every mistake is collected with its place, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tongguan.lib.suggest import valid_hint
from tongguan.model.vocabulary import Label

T = TypeVar("T")

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Mistake:
    """What is wrong in a document.

    Attributes:
        path: where, such as ``rules[3].warning``; empty for the whole.
        said: what, and what would be valid.
    """

    path: str
    said: Label

    def in_language(self, language: str) -> str:
        """Return place and sentence in a language."""
        text = self.said.in_language(language)
        return f"{self.path}: {text}" if self.path else text


class MistakesError(ValueError):
    """A document that cannot be; a retry of the same one does not help.

    Attributes:
        mistakes: all of them, in the order of the document.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(mistake.in_language("en") for mistake in self.mistakes))


class Mistakes:
    """Collects mistakes.

    Attributes:
        found: so far.
    """

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, path: str, zh: str, en: str) -> None:
        """Note a mistake."""
        self.found.append(Mistake(path, Label(zh, en)))

    def check(self) -> None:
        """Raise :class:`MistakesError` if there are any."""
        if self.found:
            raise MistakesError(self.found)


def shown(value: object) -> str:
    """Return a value as messages show it."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def readable(key: object) -> str:
    """Return a key as paths tell it, also one that cannot be written."""
    return str(key).encode(errors="backslashreplace").decode()


def _is_broken(text: str) -> bool:
    """Tell whether a text has half of a surrogate pair, which JSON can say and no store can keep."""
    return any("\ud800" <= character <= "\udfff" for character in text)


class Part:
    """A JSON object whose keys are known.

    Args:
        value: anything; what is no object is noted, and has no keys.
        path: where it stands.
        mistakes: where mistakes go.
        allowed: the valid keys.
    """

    def __init__(self, value: object, path: str, mistakes: Mistakes, allowed: Sequence[str]) -> None:
        self.path = path
        self._mistakes = mistakes
        self._values: Mapping[object, object] = {}
        if not isinstance(value, Mapping):
            mistakes.add(path, f"应为对象，而不是 {shown(value)}", f"must be an object, not {shown(value)}")
            return
        self._values = value
        for key in value:
            if key not in allowed:
                hint = valid_hint(str(key), allowed)
                mistakes.add(self.at(readable(key)), f"没有这个字段（{hint}）", f"there is no such key; {hint}")

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> object:
        """Return what stands under a key as it is; None where nothing does."""
        return self._values.get(key)

    def wrong(self, key: str, zh: str, en: str) -> None:
        """Note a mistake at a key."""
        self._mistakes.add(self.at(key), zh, en)

    def text(self, key: str, *, needed: bool = False) -> str:
        """Return a text; empty where it is missing."""
        found = self._values.get(key, "")
        if not isinstance(found, str):
            self.wrong(key, f"应为文本，而不是 {shown(found)}", f"must be a text, not {shown(found)}")
            return ""
        if _is_broken(found):
            self.wrong(key, f"{shown(found)} 含有不完整的字符", f"{shown(found)} has half of a character; valid: whole characters")
            return ""
        if needed and not found.strip():
            self.wrong(key, "不能为空", "must not be empty" if key in self._values else "is missing")
        return found

    def flag(self, key: str) -> bool:
        """Return true or false; false where it is missing."""
        found = self._values.get(key, False)
        if isinstance(found, bool):
            return found
        self.wrong(key, f"应为 true 或 false，而不是 {shown(found)}", f"must be true or false, not {shown(found)}")
        return False

    def choice(self, key: str, valid: Sequence[str]) -> str:
        """Return one of some words; the first one where it is missing or wrong, which is noted."""
        found = self.text(key, needed=True)
        if found in valid:
            return found
        if found.strip():
            hint = valid_hint(found, valid)
            self.wrong(key, f"{shown(found)} 不可用（{hint}）", f"{shown(found)} cannot be; {hint}")
        return valid[0]

    def items(self, key: str) -> list[tuple[str, object]]:
        """Return path and value of each item of a list; none where it is missing."""
        found = self._values.get(key, [])
        if isinstance(found, list | tuple):
            return [(f"{self.at(key)}[{place}]", item) for place, item in enumerate(found)]
        self.wrong(key, f"应为列表，而不是 {shown(found)}", f"must be a list, not {shown(found)}")
        return []

    def entries(self, key: str) -> list[tuple[str, str, object]]:
        """Return name, path and value of each entry of an object; none where it is missing."""
        found = self._values.get(key, {})
        if isinstance(found, Mapping):
            for name in filter(_is_broken, map(str, found)):
                self.wrong(key, f"{shown(name)} 含有不完整的字符", f"{shown(name)} has half of a character; valid: whole characters")
            return [(str(name), self.at(f"{key}.{readable(name)}"), value) for name, value in found.items()]
        self.wrong(key, f"应为对象，而不是 {shown(found)}", f"must be an object, not {shown(found)}")
        return []
