"""Filters that several pages share."""

from __future__ import annotations

from typing import Final

from tongguan.web.kit.components import Choice, Filter
from tongguan.web.kit.visit import Visit

MOST_TO_SELECT: Final = 500
"""A list of more regions than this is not scrolled through: the field is typed into and proposes them."""


def code_value(visit: Visit, column: str) -> str:
    """Return a column's code in the address; for a region its name will do as well."""
    value = visit.query(column)
    return visit.site.regions.tree.code_of(value) if column == "region" else value


def code_filter(visit: Visit, column: str) -> Filter:
    """Return the filter of a column: its codes as choices, free text where nobody lists any; regions within the user's scope."""
    value, label = code_value(visit, column), visit.codes.column(column)
    choices = visit.codes.regions(visit.user.scope) if column == "region" else []
    if len(choices) > MOST_TO_SELECT:
        proposed = [Choice(_shown(visit, choice.value), choice.value) for choice in choices]
        return Filter(column, label, _shown(visit, value), proposed, "list", visit.text("All"))
    choices = choices or visit.codes.choices(column)
    if choices and value and value not in {choice.value for choice in choices}:
        choices = [*choices, Choice(value, visit.codes.label(column, value))]
    return Filter(column, label, value, choices, "select" if choices else "text", "" if choices else visit.text("All"))


def _shown(visit: Visit, code: str) -> str:
    """Return ``name (code)``, which can be searched by both, and typed; a code without a name as it is."""
    name = visit.codes.label("region", code)
    return code if name == code else f"{name} ({code})"


def scope_text(visit: Visit) -> str:
    """Say in a sentence which part of the operation the user sees."""
    return visit.text("You see: %(scope)s", scope=scope_part(visit))


def scope_part(visit: Visit) -> str:
    """Name the part of the operation that the user sees, for places that have a label of their own."""
    scope = visit.user.scope
    regions = visit.listing(visit.codes.label("region", code) for code in sorted(scope.regions)) or visit.text("All regions")
    stages = visit.listing(visit.codes.stage(name) for name in sorted(scope.stages)) or visit.text("all stages")
    return f"{regions} · {stages}"
