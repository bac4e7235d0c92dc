"""The indicators of an installation: those of the packs and its own, read again when a file changes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tongguan.metrics.errors import IndicatorError, RegistryError
from tongguan.metrics.load import load_indicators
from tongguan.metrics.registry import Registry
from tongguan.model.indicators import Indicator
from tongguan.model.vocabulary import Vocabulary

OWN = "own"
"""The area of what an installation adds itself."""


@dataclass(frozen=True)
class Shelf:
    """What is there now.

    Attributes:
        registry: all indicators.
        problems: why files of the installation are not in it, each as ``file:line: message``; what they said before stays valid.
    """

    registry: Registry
    problems: tuple[str, ...] = ()


class Catalogue:
    """Reads files of indicators.

    Args:
        packs: area and file of each pack.
        own: folder of the installation's files; need not exist.
        vocabulary: what may be named.
        zone: the operation's time zone.

    Files are read when they are first asked for, so that opening a home need not wait for it.
    """

    def __init__(self, packs: Sequence[tuple[str, Path]], own: Path, vocabulary: Vocabulary, zone: str) -> None:
        self._packs = packs
        self._own = own
        self._vocabulary = vocabulary
        self._zone = zone
        self._stamp: tuple[tuple[str, int, int], ...] = ()
        self._shelf: Shelf | None = None
        self._one_reader = threading.Lock()

    def shelf(self) -> Shelf:
        """Return all indicators as their files say now. A file that is wrong leaves what was there before, and its mistakes are told.

        Raises:
            IndicatorError, RegistryError: a file of a pack is wrong.
        """
        stamp = self._files()
        with self._one_reader:
            before = self._shelf or Shelf(Registry(self._shipped))
            if self._shelf is None or stamp != self._stamp:
                self._shelf = self._read(before) if stamp != self._stamp else before
                self._stamp = stamp
            return self._shelf

    @cached_property
    def _shipped(self) -> list[Indicator]:
        return [one for area, path in self._packs for one in load_indicators(path, self._vocabulary, self._zone, area)]

    def _files(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for path in sorted(self._own.glob("*.yaml")):
            try:
                seen = path.stat()
            except FileNotFoundError:
                continue
            found.append((path.name, seen.st_mtime_ns, seen.st_size))
        return tuple(found)

    def _read(self, before: Shelf) -> Shelf:
        own: list[Indicator] = []
        problems: list[str] = []
        for path in sorted(self._own.glob("*.yaml")):
            try:
                own += load_indicators(path, self._vocabulary, self._zone, OWN)
            except IndicatorError as error:
                problems += str(error).splitlines()
            except OSError as error:
                problems.append(f"{path}:1: {error.strerror}")
        if not problems:
            try:
                return Shelf(Registry([*self._shipped, *own]))
            except RegistryError as error:
                problems += str(error).splitlines()
        return Shelf(before.registry, tuple(problems))
