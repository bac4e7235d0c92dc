"""Numbered migrations of the warehouse, and views that follow the packs.

A migration is never changed once released. Views are no migrations: they are made anew whenever the packs declare other
milestones, and ``cases`` is then rebuilt from ``events``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from tongguan.model.vocabulary import Vocabulary
from tongguan.warehouse import ddl, schema, views
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.errors import WarehouseError


@dataclass(frozen=True)
class Migration:
    """One step from a number to the next: the statements that it runs."""

    number: int
    title: str
    statements: Callable[[str], list[str]]


def _first(zone: str) -> list[str]:
    staging = ",\n  ".join(column.ddl() for column in schema.staging_columns(zone))
    return [
        *[ddl.create_table(table) for table in schema.tables(zone)],
        f"CREATE TABLE IF NOT EXISTS staging (\n  {staging}\n) ENGINE = Memory",
    ]


MIGRATIONS: tuple[Migration, ...] = (Migration(1, "events and their projections", _first),)

_BOOK = """CREATE TABLE IF NOT EXISTS schema_book (
  entry String, value String, changed DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed) ORDER BY entry"""


class SchemaError(WarehouseError):
    """The warehouse was made by a newer release, or for another zone."""


def migrate(warehouse: Warehouse, vocabulary: Vocabulary, zone: str) -> list[str]:
    """Bring a warehouse up to date; return what was done, a line each (empty when nothing was to do).

    Raises:
        SchemaError: made by a newer release, or for another zone (business dates would be mixed).
    """
    warehouse.command(_BOOK)
    book = _read_book(warehouse)
    _check(book, zone)
    done = []
    for migration in MIGRATIONS:
        if migration.number > int(book.get("number", "0")):
            for statement in migration.statements(zone):
                warehouse.command(statement)
            _write(warehouse, "number", str(migration.number))
            _write(warehouse, "zone", zone)
            done.append(f"warehouse {migration.number:04d} {migration.title}")
    done += _follow_packs(warehouse, vocabulary, book)
    return done


def _check(book: dict[str, str], zone: str) -> None:
    newest = MIGRATIONS[-1].number
    if int(book.get("number", "0")) > newest:
        raise SchemaError(f"this warehouse has schema {book['number']}, this release knows {newest}; install the newer release")
    if book.get("zone", zone) != zone:
        raise SchemaError(f"this warehouse counts business dates in {book['zone']}, the settings say {zone}; one home has one zone")


def _follow_packs(warehouse: Warehouse, vocabulary: Vocabulary, book: dict[str, str]) -> list[str]:
    wanted = views.views(vocabulary)
    digest = hashlib.sha256("\n".join(f"{v.name} {v.target} {v.select}" for v in wanted).encode()).hexdigest()
    if book.get("views") == digest:
        return []
    had_views = "views" in book
    # From here until the end the views fit no packs at all: broken off, it begins again, whichever release comes next.
    _write(warehouse, "views", "being made")
    _drop_views(warehouse)
    if had_views:
        # Without the old views nothing arrives in the projections, so they are emptied and made from events again.
        for name in schema.PROJECTIONS:
            warehouse.command(f"TRUNCATE TABLE {name}")
            _fill(warehouse, name, wanted)
    for view in wanted:
        warehouse.command(ddl.create_view(view))
    _write(warehouse, "views", digest)
    return ["views follow the packs" + (", projections rebuilt" if had_views else "")]


def _drop_views(warehouse: Warehouse) -> None:
    found = warehouse.query("SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'")
    for (name,) in found.rows:
        warehouse.command(f"DROP VIEW IF EXISTS {name}")


def _fill(warehouse: Warehouse, target: str, wanted: list[views.View]) -> None:
    for view in wanted:
        if view.target == target:
            warehouse.command(f"INSERT INTO {target} ({_columns(warehouse, target, view)}) {view.select}")


def _columns(warehouse: Warehouse, target: str, view: views.View) -> str:
    found = warehouse.query(f"DESCRIBE TABLE ({view.select})")
    return ", ".join(str(row[0]) for row in found.rows)


def rebuild(warehouse: Warehouse, vocabulary: Vocabulary, target: str) -> None:
    """Make one projection anew from ``events``. The loader must not run meanwhile."""
    if target not in schema.PROJECTIONS:
        raise SchemaError(f"{target!r} is no projection; valid: {', '.join(schema.PROJECTIONS)}")
    warehouse.command(f"TRUNCATE TABLE {target}")
    _fill(warehouse, target, views.views(vocabulary))


def _read_book(warehouse: Warehouse) -> dict[str, str]:
    return {str(entry): str(value) for entry, value in warehouse.query("SELECT entry, value FROM schema_book FINAL").rows}


def _write(warehouse: Warehouse, entry: str, value: str) -> None:
    warehouse.command("INSERT INTO schema_book (entry, value) SELECT {entry:String}, {value:String}", {"entry": entry, "value": value})
