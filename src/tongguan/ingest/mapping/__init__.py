"""Mappings: a YAML file that says which events the rows of somebody's files are. The guide is docs/guides/import.md."""

from tongguan.ingest.mapping.dry_run import BadSample, DryRun, dry_run
from tongguan.ingest.mapping.errors import InputError, MappingError
from tongguan.ingest.mapping.load import load_mapping
from tongguan.ingest.mapping.mapped import Mapped, MappedRecord, MappedRow, RowMapper
from tongguan.ingest.mapping.replay import replay_row
from tongguan.ingest.mapping.rules import Mapping
from tongguan.ingest.mapping.run import Progress, deliveries
from tongguan.lib.yaml_nodes import Issue

__all__ = [
    "BadSample",
    "DryRun",
    "InputError",
    "Issue",
    "Mapped",
    "MappedRecord",
    "MappedRow",
    "Mapping",
    "MappingError",
    "Progress",
    "RowMapper",
    "deliveries",
    "dry_run",
    "load_mapping",
    "replay_row",
]
