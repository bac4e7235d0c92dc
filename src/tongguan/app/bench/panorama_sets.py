"""What the readers of ``tongguan bench panorama`` filter by: drawn with a seed from codes that occur in the data."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final

from tongguan.model.answers import NESTED
from tongguan.warehouse.client import Warehouse

COLUMNS: Final = ("channel", "region", "business_class", "brand")


def codes_in(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return the codes that occur in each column, of regions and business classes also those above them, sorted."""
    return {column: _codes(warehouse, column) for column in COLUMNS}


def _codes(warehouse: Warehouse, column: str) -> list[str]:
    found = {str(code) for (code,) in warehouse.query(f"SELECT DISTINCT {column} FROM hourly_counts WHERE {column} != ''").rows}
    if column not in NESTED:
        return sorted(found)
    separator, top = NESTED[column], 2 if column == "region" else 1
    parts = [code.split(separator) for code in found]
    return sorted({separator.join(part[:length]) for part in parts for length in range(top, len(part) + 1)})


def drawn(codes: Mapping[str, Sequence[str]], seed: int, number: int) -> list[dict[str, str]]:
    """Return so many sets of filters, the first without any; in the others each column is there with probability one half."""
    chance = random.Random(seed)
    sets: list[dict[str, str]] = [{}]
    while len(sets) < number:
        present = [column for column in COLUMNS if codes.get(column) and chance.random() < 0.5]
        sets.append({column: chance.choice(list(codes[column])) for column in present})
    return sets
