"""Statements of payment channels as files: they lie in the home and come in through mappings, as anybody's would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from tongguan.ingest.mapping.load import load_mapping
from tongguan.ingest.mapping.rules import Mapping
from tongguan.ingest.mapping.run import deliveries
from tongguan.model.ports import Delivery
from tongguan.model.vocabulary import Vocabulary
from tongguan.simulate.money.mappings import mapping_of
from tongguan.simulate.money.statements import StatementFile

FOLDER: Final = "statements"


class Papers:
    """Statement files that have come or will come.

    Args:
        folder: they are written to ``<folder>/statements/``.
        vocabulary: for the mappings.
        keep: keeps a mapping's file under its name, so that rows that it sets aside can be replayed.
    """

    def __init__(self, folder: Path, vocabulary: Vocabulary, keep: Callable[[str, bytes], object]) -> None:
        self._folder = folder / FOLDER
        self._vocabulary = vocabulary
        self._keep = keep
        self._expected: list[StatementFile] = []
        self._mappings: dict[str, Mapping] = {}

    def expect(self, files: Iterable[StatementFile], after: int) -> None:
        """Note files that will come; those that came at or before ``after`` are there already."""
        self._expected += [file for file in files if file.available > after]

    def due(self, until: int) -> Iterator[Delivery]:
        """Write the files that came up to ``until`` and yield what they say."""
        come = sorted((file for file in self._expected if file.available <= until), key=lambda file: (file.available, file.name))
        self._expected = [file for file in self._expected if file.available > until]
        for file in come:
            self._folder.mkdir(exist_ok=True)
            path = self._folder / file.name
            path.write_bytes(file.content)
            yield from deliveries(self._mapping(file.payment_channel), [path])

    def _mapping(self, payment_channel: str) -> Mapping:
        if payment_channel not in self._mappings:
            path = mapping_of(payment_channel)
            self._mappings[payment_channel] = loaded = load_mapping(path, self._vocabulary)
            self._keep(loaded.name, path.read_bytes())
        return self._mappings[payment_channel]
