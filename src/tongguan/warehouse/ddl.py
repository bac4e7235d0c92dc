"""DDL text from the declarations: for one engine, or for a replicated, distributed cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tongguan.warehouse.schema import Table
from tongguan.warehouse.views import View

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Cluster:
    """Where a cluster's tables live.

    Attributes:
        name: the cluster as ``system.clusters`` lists it.
        database: database on every node.
        keeper_path: path under which replicas find each other; macros of the server are kept as they are.
    """

    name: str
    database: str = "tongguan"
    keeper_path: str = "/clickhouse/tables/{shard}/{database}"

    def __post_init__(self) -> None:
        for value in (self.name, self.database):
            if not _NAME.fullmatch(value):
                raise ValueError(f"{value!r} is no name of a cluster or database: letters, digits and _ only, not beginning with a digit")


def create_table(table: Table) -> str:
    """Return CREATE TABLE for a single engine."""
    return _create(table, table.name, f"{table.engine}({table.engine_arguments})")


def create_view(view: View) -> str:
    """Return CREATE MATERIALIZED VIEW for a single engine."""
    return f"CREATE MATERIALIZED VIEW IF NOT EXISTS {view.name} TO {view.target} AS {view.select}"


def cluster_statements(tables: list[Table], views: list[View], cluster: Cluster) -> list[str]:
    """Return everything that a replicated, distributed cluster needs, in order.

    Every table becomes ``<name>_local`` (Replicated…MergeTree) on each node and ``<name>`` (Distributed) over them; views run
    on the shard that took the insert and write to the Distributed targets, so that projections keyed by another column
    than the events land on their own shard.
    """
    on = f" ON CLUSTER {cluster.name}"
    statements = [f"CREATE DATABASE IF NOT EXISTS {cluster.database}{on}"]
    for table in tables:
        local = f"{cluster.database}.{table.name}_local"
        arguments = f", {table.engine_arguments}" if table.engine_arguments else ""
        engine = f"Replicated{table.engine}('{cluster.keeper_path}/{table.name}', '{{replica}}'{arguments})"
        statements.append(_create(table, local, engine, on, replicated=True))
        statements.append(
            f"CREATE TABLE IF NOT EXISTS {cluster.database}.{table.name}{on} AS {local}"
            f" ENGINE = Distributed('{cluster.name}', '{cluster.database}', '{table.name}_local', {table.shard_by})"
        )
    for view in views:
        select = re.sub(r"\bFROM events\b", f"FROM {cluster.database}.events_local", view.select)
        statements.append(
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {cluster.database}.{view.name}{on} TO {cluster.database}.{view.target} AS {select}"
        )
    return statements


def _create(table: Table, name: str, engine: str, on: str = "", *, replicated: bool = False) -> str:
    columns = ",\n  ".join((*(column.ddl() for column in table.columns), *table.indexes))
    partition = f"\nPARTITION BY {table.partition_by}" if table.partition_by else ""
    settings = _replicated_settings(table.settings) if replicated else table.settings
    tail = f"\nSETTINGS {settings}" if settings else ""
    return f"CREATE TABLE IF NOT EXISTS {name}{on} (\n  {columns}\n)\nENGINE = {engine}{partition}\nORDER BY {table.order_by}{tail}"


def _replicated_settings(settings: str) -> str:
    """Replicas keep their own window of block digests, under another name."""
    return settings.replace("non_replicated_deduplication_window", "replicated_deduplication_window")
