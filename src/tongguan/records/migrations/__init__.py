"""Migrations of the operational store, one file a revision, run by ``tongguan.records.migrate``."""
