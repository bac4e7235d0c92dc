"""Addresses that carry the whole state of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Address:
    """A path with the values that make the page what it is; empty ones are left out."""

    path: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        kept = {name: value for name, value in self.values.items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def having(self, **changes: str) -> str:
        """Return the address with some values changed; an empty value removes one."""
        return str(Address(self.path, {**self.values, **changes}))

    def at(self, path: str) -> Address:
        """Return another path with the same values."""
        return Address(path, self.values)
