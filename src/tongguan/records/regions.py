"""The book of regions, which names the codes of events and scopes. It is replaced as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, text

from tongguan.model.regions import Region, RegionTree, check_regions
from tongguan.records.tables import regions as table
from tongguan.records.upsert import chunks, upsert


@dataclass(frozen=True)
class Replaced:
    """What a replacement changes.

    Attributes:
        added, changed, removed, unchanged: regions; ``changed`` ones have another name or lie in another region.
        reordered: those that stay stand in another order.
    """

    added: int
    changed: int
    removed: int
    unchanged: int
    reordered: bool

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.added or self.changed or self.removed or self.reordered)


def all(conn: Connection) -> RegionTree:
    """Return the whole book, each region after what it lies in; an empty one where none was ever given."""
    return RegionTree(_rows(conn))


def compare(conn: Connection, regions: Sequence[Region]) -> Replaced:
    """Return what :func:`replace` would change, and change nothing.

    Raises:
        RegionsError: the list cannot be a book.
    """
    check_regions(regions)
    before, after = {region.code: region for region in _rows(conn)}, {region.code: region for region in regions}
    kept = [code for code in after if code in before]
    same = sum(before[code] == after[code] for code in kept)
    return Replaced(
        added=len(after) - len(kept),
        changed=len(kept) - same,
        removed=len(before) - len(kept),
        unchanged=same,
        reordered=kept != [code for code in before if code in after],
    )


def replace(conn: Connection, regions: Sequence[Region]) -> Replaced:
    """Put these regions, in this order, in the place of all that were there; the same list once more changes nothing.

    Raises:
        RegionsError: the list cannot be a book; nothing is changed.
    """
    if conn.dialect.name != "sqlite":
        # Two replacements at once must not leave a mixture; SQLite has one writer at a time anyway.
        conn.execute(text("LOCK TABLE regions IN SHARE ROW EXCLUSIVE MODE"))
    found = compare(conn, regions)
    if not found:
        return found
    wanted = {region.code for region in regions}
    for some in chunks(sorted(region.code for region in _rows(conn) if region.code not in wanted)):
        conn.execute(delete(table).where(table.c.code.in_(some)))
    rows = [
        {"code": region.code, "parent": region.parent, "zh": region.zh, "en": region.en, "position": place}
        for place, region in enumerate(regions)
    ]
    upsert(conn, table, rows, keys=["code"], put=["parent", "zh", "en", "position"])
    return found


def _rows(conn: Connection) -> list[Region]:
    return [Region(row.code, row.parent, row.zh, row.en) for row in conn.execute(select(table).order_by(table.c.position))]
