"""The book of regions: which there are, what lies in what, and what people call them.

Codes nest by ``-``: ``GX-NN`` covers ``GX-NN-01``. Scopes and filters go by the codes alone, also for regions that no book
names; the book adds names, order, and a list to choose from. So its tree must be the one that its codes say.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Scope

LONGEST_CODE: Final = 200
"""Characters of a code; events take no longer ones."""

LONGEST_NAME: Final = 100

_CODE: Final = re.compile(r"[^\s,，、()（）]+")
_WITH_CODE: Final = re.compile(r".*[(（]([^\s()（）]+)[)）]")


@dataclass(frozen=True)
class Region:
    """A place in the tree of regions.

    Attributes:
        code: as events and scopes name it, such as ``GX-NN-01``.
        parent: code of the region that it lies in; empty for none.
        zh, en: name.
    """

    code: str
    parent: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        """Return the Chinese name for any ``zh…`` language and the English one otherwise."""
        return self.zh if language.startswith("zh") else self.en


class RegionsError(ValueError):
    """A list of regions that cannot be a book; nothing of it was taken, and a retry does not help.

    Attributes:
        detail: the line, the column, the value.
        valid: what would be valid.
    """

    def __init__(self, detail: str, valid: str) -> None:
        super().__init__(f"{detail} (valid: {valid})")
        self.detail = detail
        self.valid = valid


class RegionTree:
    """A book of regions, each after what it lies in; in the order in which they were given otherwise.

    Args:
        regions: a list without contradictions, as :func:`check_regions` lets through.
    """

    def __init__(self, regions: Iterable[Region] = ()) -> None:
        given = {region.code: region for region in regions}
        below: dict[str, list[Region]] = {}
        for region in given.values():
            below.setdefault(region.parent if region.parent in given else "", []).append(region)
        self._depths: dict[str, int] = {}
        self._regions: dict[str, Region] = {}
        waiting = [(region, 0) for region in reversed(below.get("", []))]
        while waiting:
            region, depth = waiting.pop()
            self._regions[region.code] = region
            self._depths[region.code] = depth
            waiting += [(one, depth + 1) for one in reversed(below.get(region.code, []))]
        self._codes = _codes_by_name(self._regions.values())

    def __iter__(self) -> Iterator[Region]:
        return iter(self._regions.values())

    def __len__(self) -> int:
        return len(self._regions)

    def __contains__(self, code: object) -> bool:
        return code in self._regions

    def depth(self, code: str) -> int:
        """Return how many regions of the book a region lies in.

        Raises:
            KeyError: the book has no such region.
        """
        return self._depths[code]

    def name(self, code: str, language: str) -> str:
        """Name a region; a code that the book does not have is its own name."""
        found = self._regions.get(code)
        return found.name(language) if found else code

    def within(self, scope: Scope) -> RegionTree:
        """Return the part of the book that a scope sees."""
        return RegionTree(region for region in self if scope.sees_region(region.code)) if scope.regions else self

    def code_of(self, text: str) -> str:
        """Return the code that a text means: the code itself, ``name (code)``, or a name that only one region has; else the text."""
        if text in self._regions:
            return text
        shown = _WITH_CODE.fullmatch(text)
        if shown and shown[1] in self._regions:
            return shown[1]
        return self._codes.get(text.casefold(), "") or text


def _codes_by_name(regions: Iterable[Region]) -> dict[str, str]:
    """Return name → code, in both languages; empty where several have the name."""
    found: dict[str, str] = {}
    for region in regions:
        for name in {region.zh.casefold(), region.en.casefold()}:
            found[name] = "" if name in found else region.code
    return found


def check_regions(regions: Sequence[Region], lines: Sequence[int] | None = None) -> None:
    """Make sure that a list can be a book.

    Args:
        lines: for messages, the line of the file on which each stands; counted from 1 when left out.

    Raises:
        RegionsError: a code or name that cannot be, a code twice, a parent that is not in the list, regions that lie in each other,
            or a tree other than the one that the codes say. It tells of the first line that is wrong.
    """
    places = list(lines) if lines is not None else list(range(1, len(regions) + 1))
    first: dict[str, int] = {}
    for line, region in zip(places, regions, strict=True):
        _check_texts(line, region)
        if region.code in first:
            raise RegionsError(f"line {line}: code {region.code!r} is on line {first[region.code]} already", "every code once")
        first[region.code] = line
    parents = {region.code: region.parent for region in regions}
    for line, region in zip(places, regions, strict=True):
        _check_parent(line, region, parents)


def _check_texts(line: int, region: Region) -> None:
    if len(region.code) > LONGEST_CODE:
        found = f"line {line}: code {region.code[:100]!r} has {len(region.code)} characters"
        raise RegionsError(found, f"at most {LONGEST_CODE}")
    if not _CODE.fullmatch(region.code) or not region.code.isprintable():
        raise RegionsError(f"line {line}: code {region.code!r} cannot be", "visible characters without spaces, commas, parentheses")
    for column, name in (("zh", region.zh), ("en", region.en)):
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise RegionsError(f"line {line}: {column} {name[:120]!r} cannot be a name", f"1 to {LONGEST_NAME} visible characters")


def _check_parent(line: int, region: Region, parents: dict[str, str]) -> None:
    if region.parent and region.parent not in parents:
        valid = valid_hint(region.parent, parents).removeprefix("valid: ")
        raise RegionsError(f"line {line}: parent {region.parent[:100]!r} of {region.code!r} is not in the list", valid)
    path = [region.code]
    while parents[path[-1]]:
        path.append(parents[path[-1]])
        if path[-1] in path[:-1]:
            raise RegionsError(f"line {line}: parent {region.parent!r} of {region.code!r} leads back: {' in '.join(path)}", "a tree")
    # Filters and scopes cover what begins with the code and "-": a tree that says otherwise would promise other rows than come.
    expected = nearest_above(region.code, parents)
    if region.parent != expected:
        found = f"line {line}: parent {region.parent!r} of {region.code!r}: codes nest by '-', so that a city's filter covers its districts"
        valid = f"{expected!r}" if expected else f"an empty parent, or a code that begins with {region.parent + '-'!r}"
        raise RegionsError(found, valid)


def nearest_above(code: str, known: Container[str]) -> str:
    """Return the longest known code that covers another one, ``GX-NN`` for ``GX-NN-01``; empty for none."""
    above = code
    while "-" in above:
        above = above.rpartition("-")[0]
        if above in known:
            return above
    return ""
