"""Filters that several pages share."""

from __future__ import annotations

from collections.abc import Sequence

from tongguan.web.kit.components import Choice, Filter
from tongguan.web.kit.visit import Visit


def code_filter(visit: Visit, column: str) -> Filter:
    """Return the filter of a column: its codes as choices, free text where no pack lists any; regions within the user's scope."""
    choices: Sequence[Choice] = visit.codes.choices(column)
    if column == "region" and visit.session is not None:
        choices = [choice for choice in choices if visit.user.scope.sees_region(choice.value)]
    value = visit.query(column)
    if choices and value and value not in {choice.value for choice in choices}:
        choices = [*choices, Choice(value, value)]
    return Filter(column, visit.codes.column(column), value, choices, "select" if choices else "text", "" if choices else visit.text("All"))


def scope_text(visit: Visit) -> str:
    """Say in a few words which part of the operation the user sees."""
    scope = visit.user.scope
    regions = visit.listing(visit.codes.label("region", code) for code in sorted(scope.regions)) or visit.text("All regions")
    stages = visit.listing(visit.codes.stage(name) for name in sorted(scope.stages)) or visit.text("all stages")
    return f"{regions} · {stages}"
