"""Indicators answered: from a question to numbers by time and place, with totals, comparisons and the SQL that was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tongguan.lib.suggest import valid_hint
from tongguan.metrics.errors import QuestionError, UnknownIndicatorError
from tongguan.metrics.facts import Fact, fact_of, lasting_fact
from tongguan.metrics.numbers import Answers, Numbers, Window, window_of, window_start, windowed
from tongguan.metrics.periods import buckets, compared, last_day, same_moment
from tongguan.metrics.registry import Registry
from tongguan.metrics.statements import Asked, Statement, statements, told
from tongguan.model.access import Scope
from tongguan.model.indicator_answers import Compare, Grain, IndicatorQuery, IndicatorRow, IndicatorTable
from tongguan.model.indicators import ADDITIVE, Term, named
from tongguan.model.vocabulary import Vocabulary
from tongguan.warehouse.client import Cancellation, Limits, Warehouse

MOST_ROWS = 200_000
"""So many rows are told in one answer."""

_EARLIEST = date(1971, 1, 1)
_LIMITS = Limits(seconds=60)
_TIMED = (Grain.MINUTE, Grain.HOUR)


@dataclass(frozen=True)
class IndicatorEngine:
    """Answers questions for indicators.

    Attributes:
        warehouse: where facts are.
        vocabulary: event types and case kinds.
        registry: all indicators.
        zone: the operation's time zone.
    """

    warehouse: Warehouse
    vocabulary: Vocabulary
    registry: Registry
    zone: str

    def answer(self, query: IndicatorQuery, scope: Scope, at: datetime, *, cancellation: Cancellation | None = None) -> IndicatorTable:
        """Return the numbers of a question, within a scope.

        Raises:
            UnknownIndicatorError: there is no such indicator, or the scope does not see it; names the nearest.
            QuestionError: they cannot be asked for in this way.
            WarehouseError: see :meth:`Warehouse.query`.
        """
        self._check(query, scope)
        run = _Run(self, query, scope, at, cancellation)
        rows, totals = run.told()
        for compare in query.compare:
            since, until = compared(query.since, query.until, compare)
            ends = same_moment(query.until, until, at, self.zone)
            other = _Run(self, replace(query, since=since, until=until, compare=(), top=0), scope, ends or at, cancellation, ends)
            rows, totals = (_beside(some, other, compare, run) for some in (rows, totals))
        return IndicatorTable(query, rows, totals, run.statements, at)

    def daily_sums(
        self, terms: Sequence[Term], by: str, since: date, until: date, scope: Scope, limits: Limits
    ) -> dict[tuple[str, date], list[float]]:
        """Return terms that can be summed up, by value of a dimension and day: a number for each term where any has one.

        Raises:
            WarehouseError: see :meth:`Warehouse.query`.
        """
        over = datetime.combine(until + timedelta(days=1), time.min, ZoneInfo(self.zone))
        asked = Asked(Grain.DAY, (by,), {}, scope, self.zone, over)
        found: dict[tuple[str, date], list[float]] = defaultdict(lambda: [0.0] * len(terms))
        for statement in statements(list(dict.fromkeys(terms)), {term: self.fact(term) for term in terms}, asked, since, until):
            for day, value, *numbers in self.warehouse.query(statement.sql, statement.parameters, limits=limits).rows:
                for term, number in zip(statement.terms, numbers, strict=True):
                    for place in (place for place, one in enumerate(terms) if one == term):
                        found[str(value), day][place] = float(number)
        return dict(found)

    def fact(self, term: Term) -> Fact:
        """Return the fact of a term."""
        return lasting_fact(fact_of(self.vocabulary, term.fact, term.types, self.zone), term, self.zone)

    def dimensions(self, names: Sequence[str]) -> list[str]:
        """Return the dimensions that all terms of all indicators have."""
        shared: list[str] | None = None
        for name in names:
            for term in self.registry.leaves(name):
                own = self.fact(term).dimensions
                shared = list(own) if shared is None else [one for one in shared if one in own]
        return shared or []

    def check_seen(self, names: Sequence[str], scope: Scope) -> None:
        """Refuse what is not there, or not for this scope.

        Raises:
            UnknownIndicatorError: names the nearest.
        """
        seen = [one.name for one in self.registry.seen_by(scope)]
        for name in names:
            if name not in seen:
                raise UnknownIndicatorError(f"no indicator {name!r}; {valid_hint(name, seen)}")

    def check_places(self, names: Sequence[str], places: Iterable[str]) -> None:
        """Refuse dimensions that not all terms of the indicators have.

        Raises:
            QuestionError: names the nearest.
        """
        valid = self.dimensions(names)
        for name in places:
            if name not in valid:
                raise QuestionError(f"{', '.join(names)} cannot be taken apart by {name!r}; {valid_hint(name, valid, most=40)}")

    def _check(self, query: IndicatorQuery, scope: Scope) -> None:
        if not query.names:
            raise QuestionError("no indicator is named; valid: one or more names")
        self.check_seen(query.names, scope)
        if query.until < query.since:
            raise QuestionError(f"the last day {query.until} lies before the first day {query.since}")
        self.check_places(query.names, (*query.by, *query.where))
        if len(set(query.by)) < len(query.by):
            raise QuestionError(f"a dimension is named twice: {', '.join(query.by)}")
        if query.grain in _TIMED:
            self._check_timed(query)

    def _check_timed(self, query: IndicatorQuery) -> None:
        for name in query.names:
            if any(window_of(self.registry[one]) for one in self.registry.under(name)):
                raise QuestionError(f"{name} runs over days; valid grains: day, week, month, quarter, year, total")
            if any(term.time not in self.fact(term).instants for term in self.registry.leaves(name)):
                raise QuestionError(f"{name} is known by day only; valid grains: day, week, month, quarter, year, total")


class _Run:
    """One period of a question: its numbers, asked and laid out."""

    def __init__(
        self,
        engine: IndicatorEngine,
        query: IndicatorQuery,
        scope: Scope,
        at: datetime,
        cancellation: Cancellation | None,
        ends: datetime | None = None,
    ) -> None:
        self._engine = engine
        self._query = query
        self._scope = scope
        self._at = at
        self._ends_at = ends
        self._cancellation = cancellation
        self._zone = ZoneInfo(engine.zone)
        self.statements: list[str] = []
        self.buckets = buckets(query.since, query.until, query.grain, engine.zone)
        self._windows = self._needed_windows()
        plain = [term for name in query.names for term in self._plain(name)]
        self._terms = list(dict.fromkeys([*plain, *(term for terms in self._windows.values() for term in terms)]))
        self._numbers = self._ask(list(dict.fromkeys(plain)), query.grain, query.since)
        self.answers = Answers(engine.registry, self._numbers, self._window_numbers())

    @property
    def _told_buckets(self) -> list[str | None]:
        return [*self.buckets] or [None]

    def _plain(self, name: str) -> list[Term]:
        """Return the terms under an indicator that are not under one that runs over days."""
        indicator = self._engine.registry[name]
        if window_of(indicator):
            return []
        inner = [term for other in named(indicator) for term in self._plain(other)]
        return inner if named(indicator) else self._engine.registry.leaves(name)

    def _needed_windows(self) -> dict[Window, list[Term]]:
        found: dict[Window, list[Term]] = {}
        for name in self._query.names:
            for one in self._engine.registry.under(name):
                window = window_of(self._engine.registry[one])
                if window:
                    found.setdefault(window, []).extend(self._engine.registry.leaves(one))
        return found

    def _asked(self, grain: Grain, left_out: tuple[tuple[str, ...], ...] = ()) -> Asked:
        return Asked(grain, self._query.by, self._query.where, self._scope, self._engine.zone, self._at, left_out, self._ends_at)

    def _ask(self, terms: Sequence[Term], grain: Grain, since: date, left_out: tuple[tuple[str, ...], ...] = ()) -> Numbers:
        numbers = Numbers()
        if not terms:
            return numbers
        facts = {term: self._engine.fact(term) for term in terms}
        for statement in statements(terms, facts, self._asked(grain, left_out), since, self._query.until):
            self.statements.append(told(statement))
            if statement.stock:
                numbers.take_stock(statement, self._rows(statement), len(self._query.by), self._ends())
            else:
                numbers.take(statement, self._rows(statement), len(self._query.by), self._bucket_text)
        return numbers

    def _rows(self, statement: Statement) -> Sequence[tuple[object, ...]]:
        return self._engine.warehouse.query(statement.sql, statement.parameters, limits=_LIMITS, cancellation=self._cancellation).rows

    def _bucket_text(self, value: object) -> str:
        if isinstance(value, datetime):
            return value.astimezone(self._zone).isoformat()
        return value.isoformat() if isinstance(value, date) else str(value)

    def _ends(self) -> dict[str | None, date]:
        """Return the last day of every bucket, and of the whole period."""
        query = self._query
        ends: dict[str | None, date] = {bucket: last_day(bucket, query.grain, query.until) for bucket in self.buckets}
        return ends | {None: query.until}

    def _window_numbers(self) -> dict[Window, Numbers]:
        if not self._windows:
            return {}
        ends = self._ends()
        found = {}
        for window, terms in self._windows.items():
            first = max(min(window_start(window, end) for end in ends.values()), _EARLIEST)
            found[window] = windowed(self._ask(list(dict.fromkeys(terms)), Grain.DAY, first), window, ends, first)
        return found

    def told(self) -> tuple[list[IndicatorRow], list[IndicatorRow]]:
        """Return rows by place, and totals."""
        everywhere = None if self._query.by else ()
        totals = [self._row(None, bucket, self.answers) for bucket in (*self.buckets, None)]
        if everywhere is not None:
            return list(totals if not self.buckets else totals[:-1]), totals
        places = self._places()
        shown = places[: self._query.top] if self._query.top else places
        if len(shown) * max(1, len(self.buckets)) > MOST_ROWS:
            raise QuestionError(f"the answer has more than {MOST_ROWS:,} rows; ask for fewer dimensions, a longer grain, or `top`")
        rows = [self._row(place, bucket, self.answers) for place in shown for bucket in self._told_buckets]
        if len(shown) < len(places):
            rows += self._others(tuple(shown))
        return rows, totals

    def _places(self) -> list[tuple[str, ...]]:
        """Return every place, those with the most of the first indicator (of a share: of its whole) first."""
        found = {place for numbers in (self._numbers, *self.answers.windows.values()) for place in numbers.places(self._terms)}

        def size(place: tuple[str, ...]) -> float:
            amount = self.answers.amount(self._query.names[0], (None, place))
            return float(amount.whole if amount.whole is not None else amount.value or 0)

        return sorted(found, key=lambda place: (-size(place), place))

    def _others(self, shown: tuple[tuple[str, ...], ...]) -> list[IndicatorRow]:
        """Return what is left of all places but those shown as one; what cannot be summed up is asked for once more."""
        rest = ("",) * len(self._query.by)
        numbers = self._numbers.merged(set(shown), rest)
        again = [term for term in self._numbers.cells if term.aggregation not in ADDITIVE]
        for term, cells in self._ask(again, self._query.grain, self._query.since, shown).cells.items():
            numbers.cells[term] |= {(bucket, rest): value for (bucket, place), value in cells.items() if place is None}
        windows = {window: one.merged(set(shown), rest) for window, one in self.answers.windows.items()}
        answers = Answers(self._engine.registry, numbers, windows)
        return [replace(self._row(rest, bucket, answers), others=True) for bucket in self._told_buckets]

    def _row(self, place: tuple[str, ...] | None, bucket: str | None, answers: Answers) -> IndicatorRow:
        amounts = {name: answers.amount(name, (bucket, place)) for name in self._query.names}
        return IndicatorRow(place or (), bucket or "", amounts)


def _beside(rows: Sequence[IndicatorRow], other: _Run, compare: Compare, run: _Run) -> list[IndicatorRow]:
    """Add to each row the numbers of the same place in the bucket of the same number of the other period."""
    partner: Mapping[str, str] = dict(zip(run.buckets, other.buckets, strict=False))
    found = []
    for row in rows:
        place = row.values or None
        if row.others or (row.bucket and row.bucket not in partner):
            found.append(row)
            continue
        cell = (partner[row.bucket] if row.bucket else None, place)
        before = {name: other.answers.amount(name, cell) for name in row.amounts}
        found.append(replace(row, before={**row.before, compare: before}))
    return found
