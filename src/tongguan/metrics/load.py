"""Reads files of indicators, and checks all of them; every mistake is told at once, with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final

from yaml.nodes import Node, ScalarNode

from tongguan.lib.suggest import valid_hint
from tongguan.lib.yaml_nodes import Issues, Section, composed, line_of, text_of
from tongguan.metrics.errors import ExpressionError, IndicatorError
from tongguan.metrics.expressions import checked_sql, formula
from tongguan.metrics.facts import Fact, fact_of
from tongguan.model.indicators import (
    ADDITIVE,
    CASES,
    CLOCKS,
    EVENTS,
    HELD,
    TOTALS,
    Aggregation,
    Bad,
    Better,
    Derived,
    Follow,
    Indicator,
    IndicatorClass,
    Kind,
    Lasting,
    Measured,
    Ratio,
    Rolling,
    Simple,
    Since,
    Term,
    Tier,
    ToDate,
    WatchRule,
    terms_of,
)
from tongguan.model.vocabulary import Label, Vocabulary

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,62}")
_SPAN: Final = re.compile(r"([1-9][0-9]{0,4}) ?(s|min|h|d)")
_UNITS: Final = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}

_ABOUT: Final = ("label", "meaning", "group", "tier", "unit", "better", "floor", "owner", "by", "watch")
_WAYS: Final = ("count", "sum", "distinct", "percentile", "mean")
_TERM: Final = (*_WAYS, "each", "of", "cases", "clocks", "total", "latest", "where", "at", "level", "then", "after", "lasting")
_RATIO: Final = ("part", "whole")
_OVER: Final = ("formula", "rolling", "to_date")
_KEYS: Final = (*_ABOUT, *_TERM, *_RATIO, *_OVER)
_FOLLOW: Final = ("then", "after", "lasting")
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%")
_MOST_DAYS: Final = 366
_BAD: Final = {Better.UP: Bad.DOWN, Better.DOWN: Bad.UP, Better.NEITHER: Bad.BOTH}


def load_indicators(path: Path, vocabulary: Vocabulary, zone: str, area: str = "own") -> list[Indicator]:
    """Read and check a file; names of other indicators are checked by :class:`~tongguan.metrics.registry.Registry`.

    Args:
        path: the file.
        vocabulary: event types, case kinds and stages that may be named.
        zone: the operation's time zone.
        area: of the pack that the file belongs to.

    Raises:
        IndicatorError: something in it is wrong; lists every mistake as ``file:line: message``.
        OSError: the file cannot be read.
    """
    _, node = composed(path, IndicatorError)
    if node is None:
        return []
    issues = Issues()
    file = _File(path, vocabulary, zone, area, issues)
    found = file.indicators(node)
    issues.check(path, IndicatorError)
    return found


class _File:
    """One file while it is read."""

    def __init__(self, path: Path, vocabulary: Vocabulary, zone: str, area: str, issues: Issues) -> None:
        self._path = path
        self._vocabulary = vocabulary
        self._zone = zone
        self._area = area
        self._issues = issues

    def indicators(self, node: Node) -> list[Indicator]:
        """Return all that can be made; what cannot has left an issue."""
        top = Section(node, "the file", self._issues, whole=True)
        return [one for name in top.names() if (one := self._indicator(name, top.node_of(name))) is not None]

    def _indicator(self, name: str, node: Node) -> Indicator | None:
        if not _NAME.fullmatch(name):
            self._issues.add(node, f"indicator {name!r}: a name is small letters, digits and _, such as payment_success_rate")
        section = Section(node, name, self._issues, _KEYS)
        label, meaning = self._label(section, "label"), self._label(section, "meaning")
        owner = section.text("owner")
        stages = [stage.name for stage in self._vocabulary.stages]
        if owner and owner not in stages:
            self._issues.add(section.node_of("owner"), f"{name}: no stage {owner!r}; {valid_hint(owner, stages)}")
        kind = self._kind(section)
        if kind is None:
            return None
        by = tuple(section.texts("by"))
        if by:
            self._check_places(section.node_of("by"), section.what, kind, by)
        better = Better(section.choice("better", Better, Better.NEITHER))
        return Indicator(
            name=name,
            label=label,
            meaning=meaning,
            area=self._area,
            kind=kind,
            group=IndicatorClass(section.choice("group", IndicatorClass, IndicatorClass.OPERATIONS)),
            tier=Tier(section.choice("tier", Tier, Tier.INTERNAL)),
            unit=Measured(section.choice("unit", Measured, Measured.SHARE if isinstance(kind, Ratio) else Measured.COUNT)),
            better=better,
            floor=section.whole("floor", 0),
            owner=owner,
            by=by,
            written=f"{self._path.name}:{line_of(node)}",
            watch=self._watch(section, kind, better),
        )

    def _label(self, section: Section, key: str) -> Label:
        node = section.need(key)
        if node is None:
            return Label("", "")
        both = Section(node, f"{section.what}: {key}", self._issues, ("zh", "en"))
        return Label(both.needed_text("zh"), both.needed_text("en"))

    def _kind(self, section: Section) -> Kind | None:
        ways = [key for key in (*_WAYS, "cases", "clocks", "total", "part", *_OVER) if key in section]
        if any(key in section for key in _OVER):
            if len(ways) > 1:
                self._issues.add(section.node, f"{section.what}: {' and '.join(ways)} cannot stand together")
                return None
            return self._over(section, ways[0])
        if any(key in section for key in _RATIO):
            part, whole = (self._inner(section, key) for key in _RATIO)
            return Ratio(part, whole) if part and whole else None
        if "lasting" in section and ways:
            self._issues.add(section.node, f"{section.what}: {' and '.join((*ways, 'lasting'))} cannot stand together")
            return None
        if "mean" in section:
            return self._mean(section)
        term = self._term(section)
        return Simple(term) if term else None

    def _over(self, section: Section, key: str) -> Kind | None:
        node = section.node_of(key)
        if key == "formula":
            try:
                _, names = formula(text_of(node, f"{section.what}: 'formula'", self._issues))
            except ExpressionError as error:
                self._issues.add(node, f"{section.what}: {error}")
                return None
            return Derived(text_of(node, "formula", self._issues), names)
        inner = Section(node, f"{section.what}: {key}", self._issues, ("of", "days") if key == "rolling" else ("of", "since"))
        of = inner.needed_text("of")
        if key == "to_date":
            return ToDate(of, Since(inner.choice("since", Since, Since.MONTH)))
        days = inner.whole("days", 0, least=1)
        if not 1 <= days <= _MOST_DAYS:
            self._issues.add(node, f"{inner.what}: 'days' must be a whole number from 1 to {_MOST_DAYS}")
        return Rolling(of, days)

    def _inner(self, section: Section, key: str) -> Term | None:
        node = section.need(key)
        return None if node is None else self._term(Section(node, f"{section.what}: {key}", self._issues, _TERM))

    def _mean(self, section: Section) -> Kind | None:
        """Return a mean as what it is: a sum divided by how many have a value, so that it is right for every grain."""
        total = self._term(section, Aggregation.SUM, "mean")
        if total is None:
            return None
        known = f"({total.value}) IS NOT NULL"
        condition = f"({total.condition}) AND {known}" if total.condition else known
        return Ratio(total, Term(total.fact, Aggregation.COUNT, "", total.types, condition, total.time))

    def _lasting(self, section: Section) -> Term | None:
        """Return the seconds from each event to the next one that ends its state."""
        node = section.node_of("lasting")
        inner = Section(node, f"{section.what}: lasting", self._issues, ("any", "until", "by"))
        types, until, by = tuple(inner.texts("any")), tuple(inner.texts("until")), inner.needed_text("by")
        try:
            both = fact_of(self._vocabulary, EVENTS, (*types, *until), self._zone)
            fact = fact_of(self._vocabulary, EVENTS, types, self._zone)
        except ExpressionError as error:
            self._issues.add(node, f"{inner.what}: {error}")
            return None
        if not types:
            self._issues.add(node, f"{inner.what}: 'any' is missing: the events that begin the state")
        if by and by not in both.dimensions:
            self._issues.add(node, f"{inner.what}: no column {by!r} in all; {valid_hint(by, both.dimensions)}")
        lasting = Lasting(until, by)
        return Term(EVENTS, Aggregation.SUM, "held_seconds", types, self._sql(section, "where", fact), HELD, lasting=lasting)

    def _term(self, section: Section, forced: Aggregation | None = None, way: str = "") -> Term | None:
        if "lasting" in section:
            return self._lasting(section)
        given = [key for key in _WAYS if key in section]
        if not way:
            way = given[0] if given else "count"
        if len(given) > 1:
            self._issues.add(section.node, f"{section.what}: {' and '.join(given)} cannot stand together")
            return None
        aggregation = forced or (Aggregation.LATEST if section.flag("latest") else Aggregation(way))
        name, types = self._fact(section, way)
        try:
            fact = fact_of(self._vocabulary, name, types, self._zone)
        except ExpressionError as error:
            self._issues.add(section.node, f"{section.what}: {error}")
            return None
        default = "value" if name == TOTALS else ""
        if name == TOTALS and way == "count" and aggregation is Aggregation.COUNT:
            aggregation = Aggregation.SUM
        value = self._sql(section, way, fact) if way != "count" else self._own(fact, default)
        time = section.choice("at", fact.times, "period_end" if aggregation is Aggregation.LATEST else next(iter(fact.times)))
        if section.choice("each", ("day", ""), ""):
            value = self._each_day(section, aggregation, value, fact.times[time])
        if fact.type and not types:
            self._issues.add(section.node, f"{section.what}: of which event types? give `of: [order.created]`")
        return Term(
            fact=name,
            aggregation=aggregation,
            value=value,
            types=types,
            condition=self._sql(section, "where", fact),
            time=time,
            level=self._level(section, aggregation),
            then=self._follow(section, fact),
        )

    def _each_day(self, section: Section, aggregation: Aggregation, value: str, day: str) -> str:
        """Return different values of each day apart, so that days sum up: device-days instead of devices."""
        if aggregation is not Aggregation.DISTINCT:
            self._issues.add(
                section.node_of("each"), f"{section.what}: 'each' goes with 'distinct'; counts and sums are of each day anyway"
            )
        return f"if(ifNull(toString({value}), '') = '', '', concat(toString({day}), ' ', toString({value})))"

    def _own(self, fact: Fact, default: str) -> str:
        return fact.columns[default] if default else ""

    def _fact(self, section: Section, way: str) -> tuple[str, tuple[str, ...]]:
        if "total" in section:
            return TOTALS, tuple(section.texts("total"))
        if "cases" in section:
            return f"{CASES}{section.needed_text('cases')}", ()
        if "clocks" in section:
            return f"{CLOCKS}{section.needed_text('clocks')}", ()
        key = "count" if way == "count" and "count" in section else "of"
        return EVENTS, tuple(section.texts(key))

    def _sql(self, section: Section, key: str, fact: Fact) -> str:
        node = section.get(key)
        if node is None:
            return ""
        try:
            return checked_sql(text_of(node, f"{section.what}: {key!r}", self._issues), fact.columns)
        except ExpressionError as error:
            self._issues.add(node, f"{section.what}: {key}: {error}")
            return ""

    def _level(self, section: Section, aggregation: Aggregation) -> float:
        node = section.get("level")
        if aggregation is not Aggregation.PERCENTILE:
            return 0.0
        try:
            level = float(node.value) if isinstance(node, ScalarNode) else 0.5
        except ValueError:
            level = 0.0
        if not 0 < level < 1:
            self._issues.add(node or section.node, f"{section.what}: 'level' must lie between 0 and 1, such as 0.95")
        return level

    def _follow(self, section: Section, fact: Fact) -> Follow | None:
        """Return what must follow (``then``), or must have come before (``after``)."""
        given = [key for key in _FOLLOW if key in section]
        if not given:
            return None
        node = section.node_of(given[-1])
        if len(given) > 1:
            self._issues.add(node, f"{section.what}: {' and '.join(given)} cannot stand together")
            return None
        inner = Section(node, f"{section.what}: {given[0]}", self._issues, ("any", "where", "by", "within", "strictly", "missing"))
        types, by, span = tuple(inner.texts("any")), tuple(inner.texts("by")), inner.needed_text("within")
        found = _SPAN.fullmatch(span)
        if found is None:
            self._issues.add(node, f"{inner.what}: 'within' is {span!r}; valid: such as 30min, 24h, 7d")
            return None
        try:
            followed = fact_of(self._vocabulary, EVENTS, types, self._zone)
        except ExpressionError as error:
            self._issues.add(node, f"{inner.what}: {error}")
            return None
        if fact.name != EVENTS or not types:
            self._issues.add(node, f"{inner.what}: events follow events: give `of` above and `any` here")
        if not by:
            self._issues.add(node, f"{inner.what}: 'by' is missing: the column in which both have the same value")
        for name in by:
            if not all(name in one.dimensions or name in one.columns for one in (followed, fact)):
                self._issues.add(node, f"{inner.what}: no column {name!r} in both; {valid_hint(name, followed.dimensions)}")
        within = timedelta(**{_UNITS[found[2]]: int(found[1])})
        condition, before = self._sql(inner, "where", followed), given[0] == "after"
        return Follow(types, by, within, condition, inner.flag("strictly"), before, inner.flag("missing"))

    def _watch(self, section: Section, kind: Kind, better: Better) -> WatchRule | None:
        node = section.get("watch")
        if node is None:
            return None
        inner = Section(node, f"{section.what}: watch", self._issues, ("by", "bad", "least", "fewest", "exact", "drift"))
        by, terms = inner.needed_text("by"), terms_of(kind)
        if not terms or any(term.aggregation not in ADDITIVE for term in terms):
            self._issues.add(node, f"{inner.what}: valid for counts, sums and shares of them, which are compared day by day")
        if not section.text("owner"):
            self._issues.add(node, f"{inner.what}: 'owner' is missing: the stage that is told")
        if by:
            self._check_places(node, inner.what, kind, (by,))
        bad = Bad(inner.choice("bad", Bad, _BAD[better]))
        return WatchRule(by, bad, self._share(inner, "least", 0.1), inner.whole("fewest", 10), inner.flag("exact"), inner.flag("drift"))

    def _share(self, section: Section, key: str, default: float) -> float:
        """Return a share such as ``3%``."""
        node = section.get(key)
        if node is None:
            return default
        found = _PERCENT.fullmatch(text_of(node, f"{section.what}: {key!r}", self._issues))
        if found is None or not float(found[1]):
            self._issues.add(node, f"{section.what}: {key!r} is a share of what is usual; valid: such as 3% or 0.2%")
            return default
        return float(found[1]) / 100

    def _check_places(self, node: Node, what: str, kind: Kind, by: Iterable[str]) -> None:
        for name in by:
            for term in terms_of(kind):
                valid = fact_of(self._vocabulary, term.fact, term.types, self._zone).dimensions
                if name not in valid:
                    self._issues.add(node, f"{what}: no dimension {name!r} of all its terms; {valid_hint(name, valid)}")
                    break
