"""Measures of a stage as SQL: what is asked of the events, and how the answer becomes figures.

A measure is made of aggregates. Each stands in a query as it is, or as a state that an outer query merges, so that different values
and percentiles stay exact where groups are joined. Shares are made of what was asked for other measures, after all sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tongguan.lib.suggest import valid_hint
from tongguan.model.event import DIMENSIONS, REFERENCES
from tongguan.model.measures import OWN, Figure, How, Measure
from tongguan.model.vocabulary import Label, Stage

_MILLISECONDS: Final = 1000
_COUNTED: Final = (How.COUNT, How.DISTINCT, How.SUM)

Answers = Mapping[str, Any]
"""Key of an aggregate → what the engine said."""


@dataclass(frozen=True)
class Aggregate:
    """One aggregate function with its arguments, the last of them its condition.

    Attributes:
        key: unique within a plan.
        function: name of the function, ``If`` included.
        level: what stands in brackets of its own, such as ``(0.95)``.
        arguments: everything before the condition.
        condition: which events count.
    """

    key: str
    function: str
    level: str
    arguments: str
    condition: str

    def plain(self) -> str:
        """Return the SQL that gives the value."""
        return f"{self.function}{self.level}({self._inside(self.condition)}) AS {self.key}"

    def state(self, also: str) -> str:
        """Return the SQL that gives a state; ``also`` is a further condition."""
        return f"{self.function}State{self.level}({self._inside(f'({also}) AND {self.condition}')}) AS {self.key}_state"

    def merged(self) -> str:
        """Return the SQL that gives the value of states."""
        return f"{self.function}Merge{self.level}({self.key}_state) AS {self.key}"

    def _inside(self, condition: str) -> str:
        return f"{self.arguments}, {condition}" if self.arguments else condition


@dataclass(frozen=True)
class Plan:
    """How the measures of a stage are asked for.

    Attributes:
        measures: volume and failures first, then the declared ones.
        aggregates: what to ask, the same number for one group as for many.
        parameters: of the SQL.
        types: every type of event that a measure looks at.
    """

    measures: tuple[Measure, ...]
    aggregates: tuple[Aggregate, ...]
    parameters: Mapping[str, Any]
    types: tuple[str, ...]

    def answers(self, values: Sequence[Any]) -> dict[str, Any]:
        """Return what the engine said by key; ``values`` stand in the order of ``aggregates``."""
        return dict(zip((one.key for one in self.aggregates), values, strict=True))

    def figures(self, answers: Answers | None) -> dict[str, Figure]:
        """Return the figure of each measure; without answers those of no event at all."""
        found = answers or {}
        figures = {one.name: _figure(one, found.get(_key(one.name))) for one in self.measures if one.how is not How.SHARE}
        by_name = {one.name: one for one in self.measures}
        for share in self.measures:
            if share.how is not How.SHARE:
                continue
            part = figures[share.part]
            if by_name[share.part].how is How.MONEY:
                figures[share.name] = _each(part, found.get(_key(share.name)) or {})
            else:
                figures[share.name] = _share(part, figures[share.whole])
        return {one.name: figures[one.name] for one in self.measures}


def planned(stage: Stage) -> Plan:
    """Return the plan of a stage.

    Shares are taken of counts, different values and sums. A share of money is defined for a count alone: minor units per event of
    ``whole``, by currency, rounded to a whole one; events of ``whole`` without an amount do not count.

    Raises:
        ValueError: a share is taken of measures that cannot be divided.
    """
    nothing = Label("", "")
    own = [Measure(name, nothing, How.COUNT, types) for name, types in zip(OWN, (stage.volume, stage.failures), strict=True)]
    measures = (*own, *stage.measures)
    parameters: dict[str, Any] = {}
    aggregates = [
        _aggregate(one, _condition(one, parameters)) if one.how is not How.SHARE else _per_event(stage, one, measures) for one in measures
    ]
    types = sorted({name for one in measures for name in one.types})
    return Plan(measures, tuple(one for one in aggregates if one), parameters, tuple(types))


def column_sql(name: str) -> str:
    """Return the SQL of a column or an attribute as text. Only names that packs declare come here."""
    return name if name in DIMENSIONS or name in REFERENCES else f"JSONExtractString(attributes, '{name}')"


def region_sql(depth: int) -> str:
    """Return the SQL of the first ``depth`` parts of a region's code."""
    return f"arrayStringConcat(arraySlice(splitByChar('-', region), 1, {depth}), '-')"


def _key(name: str) -> str:
    return f"measure_{name}"


def _condition(measure: Measure, parameters: dict[str, Any]) -> str:
    key = _key(measure.name)
    parameters[f"{key}_types"] = list(measure.types)
    texts = [f"type IN {{{key}_types:Array(String)}}"]
    for place, (name, values) in enumerate(measure.only.items()):
        parameters[f"{key}_only{place}"] = list(values)
        texts.append(f"{column_sql(name)} IN {{{key}_only{place}:Array(String)}}")
    return " AND ".join(texts)


def _aggregate(measure: Measure, condition: str) -> Aggregate:
    key = _key(measure.name)
    match measure.how:
        case How.DISTINCT:
            value = _first_of(measure.columns)
            return Aggregate(key, "uniqExactIf", "", value, f"{condition} AND {value} != ''")
        case How.SUM:
            return Aggregate(key, "sumIf", "", measure.columns[0], condition)
        case How.MONEY:
            return _by_currency(key, "assumeNotNull(amount)", condition)
        case How.MEAN:
            return Aggregate(key, "avgIf", "", "duration", condition)
        case How.P95:
            # Between two values it lies where the share of the way says, as in spreadsheets and statistics packages.
            return Aggregate(key, "quantileExactInclusiveIf", "(0.95)", "duration", condition)
        case _:
            return Aggregate(key, "countIf", "", "", condition)


def _by_currency(key: str, value: str, condition: str) -> Aggregate:
    return Aggregate(key, "sumMapIf", "", f"map(toString(currency), {value})", f"{condition} AND isNotNull(amount)")


def _first_of(columns: Sequence[str]) -> str:
    known = [f"nullIf(toString({column_sql(name)}), '')" for name in columns]
    return f"coalesce({', '.join(known)}, '')"


def _per_event(stage: Stage, share: Measure, measures: Sequence[Measure]) -> Aggregate | None:
    """Return what a share asks beyond its part and its whole: by what count to divide money."""
    by_name = {one.name: one for one in measures}
    part, whole = by_name[share.part], by_name[share.whole]
    if part.how is How.MONEY and whole.how is How.COUNT:
        return _by_currency(_key(share.name), "toInt64(1)", _condition(whole, {}))
    if part.how not in _COUNTED or whole.how not in _COUNTED:
        hint = valid_hint(share.whole, [one.name for one in measures if one.how in _COUNTED])
        raise ValueError(f"stage {stage.name}: measure {share.name!r} divides {part.how} by {whole.how}; {hint}")
    return None


def _figure(measure: Measure, answer: Any) -> Figure:
    match measure.how:
        case How.MONEY:
            return {str(currency): int(amount) for currency, amount in sorted((answer or {}).items())}
        case How.MEAN | How.P95:
            return None if answer is None else float(answer) / _MILLISECONDS
        case _:
            return int(answer or 0)


def _share(part: Figure, whole: Figure) -> Figure:
    if isinstance(part, Mapping) or isinstance(whole, Mapping) or part is None or not whole:
        return None
    return part / whole


def _each(sums: Figure, events: Mapping[str, int]) -> Figure:
    if not isinstance(sums, Mapping):
        return None
    each = {currency: _rounded(amount, int(events[currency])) for currency, amount in sums.items() if events.get(currency)}
    return each or None


def _rounded(amount: int, by: int) -> int:
    """Return ``amount / by``, halves away from zero, without a detour over binary fractions."""
    whole, rest = divmod(abs(amount), by)
    return (whole + (2 * rest >= by)) * (1 if amount >= 0 else -1)
