"""The navigation at the side: its lines in groups that fold, and which line leads to the page that is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tongguan.web.kit.access import NavEntry

STAGES: Final = "/stages/"
"""Pages of stages stand below the panorama."""


@dataclass(frozen=True)
class NavGroup:
    """Lines under one heading.

    Attributes:
        key: by which the browser remembers that it is folded.
        label: English, marked with ``msg``.
        open: its lines are shown.
    """

    key: str
    label: str
    entries: Sequence[NavEntry]
    open: bool


def entry_at(entries: Sequence[NavEntry], path: str) -> NavEntry | None:
    """Return the line that leads to a page or to what it lies below: the one with the longest path; None for pages below none."""
    found = [one for one in entries if path == one.path or (one.path != "/" and path.startswith(f"{one.path}/"))]
    return max(found, key=lambda one: len(one.path), default=None)


def nav_groups(entries: Sequence[NavEntry], path: str, folded: Collection[str]) -> list[NavGroup]:
    """Return lines by their groups, in the order in which groups come first.

    Args:
        entries: lines that the visitor may follow.
        path: of the page; the group that leads there is open whatever was folded.
        folded: keys of groups that the visitor folded.
    """
    here = entry_at(entries, "/" if path.startswith(STAGES) else path)
    by_label: dict[str, list[NavEntry]] = {}
    for entry in entries:
        by_label.setdefault(entry.group, []).append(entry)
    found = []
    for label, own in by_label.items():
        key = label.lower().replace(" ", "-")
        found.append(NavGroup(key, label, own, here in own or key not in folded))
    return found
