"""Conditions that many statements share: codes that lie below others, and the regions that a user sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tongguan.model.answers import NESTED

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


def code_conditions(where: object, names: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Return the SQL conditions of a filter's codes, one each, and their parameters; empty fields put none.

    Args:
        where: a filter with a field for each of the names and for the codes that others lie below (:data:`NESTED`).
        names: columns that must equal the field of the same name.
    """
    separators = dict.fromkeys(names, "") | NESTED
    given = {name: getattr(where, name) for name in separators if getattr(where, name)}
    return [below_sql(name, f"{{{name}:String}}", separators[name]) for name in given], given


def scope_sql(column: str = "region") -> str:
    """Return the SQL of whether a region lies in one of those of the parameter :data:`SCOPE`."""
    return f"arrayExists(r -> {below_sql(column, 'r', '-')}, {{{SCOPE}:Array(String)}})"
