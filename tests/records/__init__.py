"""Tests of the operational store, each on SQLite and on PostgreSQL."""
