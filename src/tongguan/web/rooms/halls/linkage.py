"""What goes from hall to hall, as a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongguan.model.halls import Halls, Linkage
from tongguan.web.kit.visit import Visit


@dataclass(frozen=True)
class LinkageCell:
    """From one hall to another: made / followed / bought, and who was handed over; empty texts where nothing went."""

    referred: str
    handed: str
    title: str


@dataclass(frozen=True)
class LinkageRow:
    """What leaves one hall."""

    label: str
    cells: Sequence[LinkageCell]


@dataclass(frozen=True)
class LinkageMatrix:
    """Halls by halls; no rows where nothing went today."""

    columns: Sequence[str]
    rows: Sequence[LinkageRow]


def linkage_matrix(visit: Visit, halls: Halls) -> LinkageMatrix:
    """Return the matrix of today; halls that nothing leaves or reaches are left out."""
    pairs = {(link.from_channel, link.to_channel): link for link in halls.linkage}
    order = [hall.channel for hall in halls.halls]

    def place(channel: str) -> tuple[int, str]:
        return (order.index(channel) if channel in order else len(order), channel)

    sources = sorted({link.from_channel for link in halls.linkage}, key=place)
    targets = sorted({link.to_channel for link in halls.linkage}, key=place)
    name = visit.codes.label
    rows = [LinkageRow(name("channel", here), [_cell(visit, pairs.get((here, there))) for there in targets]) for here in sources]
    return LinkageMatrix([name("channel", there) for there in targets], rows)


def _cell(visit: Visit, link: Linkage | None) -> LinkageCell:
    if link is None:
        return LinkageCell("", "", "")
    fmt = visit.formats
    made, followed, bought = fmt.full(link.made), fmt.full(link.followed), fmt.full(link.bought)
    referred = f"{made} / {followed} / {bought}" if link.made or link.followed else ""
    handed = visit.text("handed over %(n)s", n=fmt.full(link.handed_over)) if link.handed_over else ""
    title = visit.text("Invited %(made)s, came %(followed)s, bought %(bought)s", made=made, followed=followed, bought=bought)
    return LinkageCell(referred, handed, title if referred else "")
