"""DDL for one engine and for a cluster. The cluster's is parsed, by two parsers; no cluster runs here."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import exp

from tests.fixtures.rig import ZONE
from tests.fixtures.words import SMALL
from tongguan.warehouse import ddl, schema, views
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.errors import WarehouseError
from tongguan.warehouse.schema import Table

TABLES = schema.tables(ZONE)
VIEWS = views.views(SMALL)
CLUSTER = ddl.cluster_statements(TABLES, VIEWS, ddl.Cluster("main"))
ALL = [*CLUSTER, *[ddl.create_table(table) for table in TABLES], *[ddl.create_view(view) for view in VIEWS]]


def name_of(statement: str) -> str:
    return re.sub(r"\s+", " ", statement)[:70]


@pytest.mark.parametrize("statement", ALL, ids=name_of)
def test_the_engine_reads_every_statement(warehouse: Warehouse, statement: str) -> None:
    tree = [str(row[0]) for row in warehouse.query(f"EXPLAIN AST {statement}").rows]
    assert tree[0].startswith("CreateQuery")
    assert warehouse.query("SELECT count() FROM system.databases WHERE name = 'tongguan'").first() == (0,), "nothing is run"


def test_the_engine_refuses_what_is_no_statement(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError):
        warehouse.query("EXPLAIN AST CREATE TABLE x ON CLUSTR main (a Int8) ENGINE = Memory")


@pytest.mark.parametrize("statement", ALL, ids=name_of)
def test_another_parser_reads_every_statement(statement: str) -> None:
    tree = sqlglot.parse_one(statement, dialect="clickhouse")
    assert isinstance(tree, exp.Create)
    assert (tree.find(exp.OnCluster) is not None) is (statement in CLUSTER)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_every_table_has_a_replicated_and_a_distributed_half(table: Table) -> None:
    local = next(s for s in CLUSTER if f" tongguan.{table.name}_local ON CLUSTER main (" in s)
    spread = next(s for s in CLUSTER if f" tongguan.{table.name} ON CLUSTER main AS tongguan.{table.name}_local" in s)
    assert f"ENGINE = Replicated{table.engine}('/clickhouse/tables/{{shard}}/{{database}}/{table.name}', '{{replica}}'" in local
    assert f"ORDER BY {table.order_by}" in local
    assert re.search(r"(?<!non_)replicated_deduplication_window", local)
    assert "non_replicated" not in local
    assert f"Distributed('main', 'tongguan', '{table.name}_local', {table.shard_by})" in spread
    assert CLUSTER.index(local) < CLUSTER.index(spread)


def test_views_of_a_cluster_read_the_shard_and_write_to_all() -> None:
    for view in VIEWS:
        statement = next(s for s in CLUSTER if f" tongguan.{view.name} ON CLUSTER main " in s)
        assert f" TO tongguan.{view.target} AS " in statement
        assert "FROM tongguan.events_local" in statement
        assert not re.search(r"FROM events\b", statement)


@pytest.mark.parametrize("name", ["main'; DROP", "", "1st", "a-b", "a b"])
def test_a_cluster_has_a_name_that_needs_no_quotes(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a cluster"):
        ddl.Cluster(name)
    with pytest.raises(ValueError, match="no name of a cluster"):
        ddl.Cluster("main", database=name)


def test_what_the_declarations_say_is_what_the_engine_has(warehouse: Warehouse) -> None:
    for table in TABLES:
        sql = "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position"
        found = [(str(n), str(t)) for n, t in warehouse.query(sql, {"table": table.name}).rows]
        declared = [(column.name, column.type) for column in table.columns]
        assert [n for n, _ in found] == [n for n, _ in declared]
        loose = re.compile(r"\s")
        assert [loose.sub("", t) for _, t in found] == [loose.sub("", t) for _, t in declared]


def test_making_it_again_changes_nothing(warehouse: Warehouse) -> None:
    before = warehouse.query("SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name").rows
    for statement in ALL[len(CLUSTER) :]:
        warehouse.command(statement)
    after = warehouse.query("SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name").rows
    assert list(before) == list(after)
