"""Conditions that many statements share: codes that lie below others, and the regions that a user sees."""

from __future__ import annotations

from typing import Final

SCOPE: Final = "scope_regions"
"""Parameter with the regions of a scope."""


def below_sql(column: str, value: str, separator: str) -> str:
    """Return the SQL of whether a code is another one or lies below it.

    Args:
        column: SQL of the code.
        value: SQL of the other code.
        separator: what stands between the parts of a code; empty for codes without parts.
    """
    return f"({column} = {value} OR startsWith({column}, concat({value}, '{separator}')))" if separator else f"{column} = {value}"


def scope_sql(column: str = "region") -> str:
    """Return the SQL of whether a region lies in one of those of the parameter :data:`SCOPE`."""
    return f"arrayExists(r -> {below_sql(column, 'r', '-')}, {{{SCOPE}:Array(String)}})"
