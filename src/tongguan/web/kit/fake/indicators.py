"""Indicators of the operation in memory: plausible numbers for any period and place, the same each time, within the scope."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from statistics import fmean
from zlib import crc32
from zoneinfo import ZoneInfo

from tongguan.lib.suggest import valid_hint
from tongguan.metrics.errors import QuestionError
from tongguan.metrics.numbers import Answers, Numbers, Window, window_of, window_start, windowed
from tongguan.metrics.periods import bucket_of, buckets, compared, last_day
from tongguan.metrics.published import REGION, publishing
from tongguan.metrics.registry import Registry
from tongguan.model.access import Scope, User
from tongguan.model.answers import NESTED, CaseFilter, EventFilter, FlowFilter
from tongguan.model.indicator_answers import (
    Compare,
    Grain,
    IndicatorQuery,
    IndicatorRow,
    IndicatorRows,
    IndicatorShelf,
    IndicatorTable,
    RowsQuery,
    Side,
)
from tongguan.model.indicators import Aggregation, Ratio, Simple, Term, named
from tongguan.model.published import PublishedRegions
from tongguan.web.kit.fake.indicator_shelf import BASES, FACTORS, SHELF
from tongguan.web.kit.fake.questions import FakeQuestions
from tongguan.web.kit.faults import Cause
from tongguan.web.kit.indicators import NoSuchIndicatorError, NotAskableError
from tongguan.web.kit.ports import CaseOrder, CaseSort, QuestionFailedError

_CHANNELS = {"web": 0.24, "app": 0.41, "wechat": 0.2, "kiosk": 0.05, "shop": 0.1}
_REGIONS = {"GX-NN-01": 0.24, "GX-NN-02": 0.16, "GX-LZ-01": 0.18, "GX-LZ-02": 0.12, "GX-GL": 0.19, "GX-BH": 0.11}
_CLASSES = {"goods.handset": 0.3, "handling": 0.6, "points": 0.1}
_WEEK = (0.95, 0.97, 1.0, 1.02, 1.08, 1.06, 0.92)
_HOURS = (0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2, 2.1, 1.9, 1.6, 1.7, 1.8, 1.7, 1.5, 1.4, 1.5, 1.7, 1.8, 1.4, 0.9, 0.5)
_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60

_STANDING = frozenset({Aggregation.PERCENTILE, Aggregation.LATEST})
"""What is as great at noon as in the evening."""

Cell = tuple[str, str, str]
"""Channel, region, business class."""
_CELLS: tuple[Cell, ...] = tuple(product(_CHANNELS, _REGIONS, _CLASSES))


def _dimension(cell: Cell, name: str) -> str:
    channel, region, business_class = cell
    parts = region.split("-")
    cut = {"region": 2, "district": 3}
    if name in cut:
        return "-".join(parts[: cut[name]]) if len(parts) >= cut[name] else ""
    return channel if name == "channel" else business_class


def _lies_in(cell: Cell, name: str, value: str) -> bool:
    own = cell[1] if name == "region" else _dimension(cell, name)
    separator = NESTED.get(name)
    return own == value or bool(separator and value and own.startswith(value + separator))


def _chance(*parts: object) -> float:
    return crc32("|".join(map(str, parts)).encode()) / 2**32


def _share(minute: int) -> float:
    """Return which share of a day's events has happened by a minute of it."""
    hour, rest = divmod(minute, 60)
    return 1.0 if hour >= len(_HOURS) else (sum(_HOURS[:hour]) + _HOURS[hour] * rest / 60) / sum(_HOURS)


@lru_cache(maxsize=4096)
def _of_type(kind: str, day: date) -> tuple[float, ...]:
    """Return how much of an event type there is on a day, by cell."""
    size = BASES[kind] * _WEEK[day.weekday()] * (0.92 + 0.16 * _chance(kind, day)) * 1.0004 ** (day - date(2026, 1, 1)).days
    found = []
    for cell in _CELLS:
        channel, region, business_class = cell
        weight = _CHANNELS[channel] * _REGIONS[region] * _CLASSES[business_class]
        tilt = 0.6 + 0.8 * _chance(kind, channel, region)
        found.append(float(int(size * weight * tilt + _chance(kind, day, cell))))
    return tuple(found)


@lru_cache(maxsize=4096)
def _of_term(term: Term, day: date) -> tuple[float, ...]:
    """Return what a term is on a day, by cell, before anything is cut off."""
    counts = [sum(values) for values in zip(*(_of_type(kind, day) for kind in term.types or ("",)), strict=True)]
    factor = FACTORS.get(term, 1.0)
    if term.aggregation is Aggregation.PERCENTILE:
        return tuple(factor * (0.7 + 0.6 * _chance(term, day, cell)) for cell in _CELLS)
    tilts = [0.5 + _chance(term, cell[0]) if term.then else 1.0 for cell in _CELLS]
    return tuple(
        float(int(count * factor * tilt + _chance(term, day, cell))) for count, tilt, cell in zip(counts, tilts, _CELLS, strict=True)
    )


def _together(term: Term, found: Sequence[tuple[date, float]]) -> float | int:
    match term.aggregation:
        case Aggregation.PERCENTILE:
            return fmean(value for _, value in found)
        case Aggregation.LATEST:
            last = max(day for day, _ in found)
            return int(sum(value for day, value in found if day == last))
        case Aggregation.DISTINCT:  # who comes twice counts once: the whole is less than the sum of its parts
            return int(math.pow(sum(value for _, value in found), 0.985))
        case _:
            return int(sum(value for _, value in found))


@dataclass(frozen=True)
class _Ask:
    """One period of a question: cells that lie in it, and the place of each."""

    since: date
    until: date
    grain: Grain
    cells: Sequence[int]
    place: Callable[[Cell], tuple[str, ...] | None]
    cut: date | None = None


class FakeIndicators:
    """Indicators over an operation in memory.

    Args:
        questions: the operation; where its questions fail, these do.
        now: the clock; nothing lies after it.
        empty: nothing ever happened.
    """

    def __init__(self, questions: FakeQuestions, now: Callable[[], datetime], *, empty: bool = False) -> None:
        self._questions = questions
        self._zone = ZoneInfo("Asia/Shanghai")
        self._now = now
        self.registry = Registry(SHELF)
        self.problems: Sequence[str] = ()
        self.empty = empty

    def _check(self, user: User, names: Sequence[str]) -> None:
        seen = [one.name for one in self.registry.seen_by(user.scope)]
        for name in names:
            if name not in seen:
                raise NoSuchIndicatorError(f"no indicator {name!r}; {valid_hint(name, seen)}")
        if self._questions.failing:
            raise QuestionFailedError(
                "warehouse chdb:///data does not answer (connection refused)", since=self._now(), cause=Cause.ANALYSIS_AWAY
            )

    async def shelf(self, user: User) -> IndicatorShelf:
        """Return every indicator that the user sees."""
        return IndicatorShelf(self.registry.seen_by(user.scope), self.problems)

    async def dimensions(self, user: User, names: Sequence[str]) -> Sequence[str]:
        """Return by what some indicators can be taken apart; what channels report of themselves knows no regions."""
        self._check(user, names)
        return self._dimensions(names)

    def _dimensions(self, names: Sequence[str]) -> list[str]:
        reported = any(term.fact == "totals" for name in names for term in self.registry.leaves(name))
        return ["channel", "business_class"] if reported else ["channel", "business_class", "region", "district"]

    async def answer(self, user: User, query: IndicatorQuery) -> IndicatorTable:
        """Return the numbers of a question."""
        self._check(user, query.names)
        self._check_askable(query)
        try:
            rows, totals = self._told(query, user.scope)
            for compare in query.compare:
                since, until = compared(query.since, query.until, compare)
                other = replace(query, since=since, until=until, top=0)
                partner = dict(zip(self._buckets(query), self._buckets(other), strict=False)) | {"": ""}
                # A day that is not over stands beside the same hours of the other.
                cut = until if query.until == self._now().astimezone(self._zone).date() else None
                before = {(row.values, row.bucket): row for some in self._told(other, user.scope, cut) for row in some}
                rows, totals = (_beside(some, compare, partner, before) for some in (rows, totals))
        except QuestionError as error:
            raise NotAskableError(str(error)) from error
        statement = f"SELECT {', '.join(query.names)}\nFROM events\nWHERE business_date BETWEEN '{query.since}' AND '{query.until}'"
        return IndicatorTable(query, rows, totals, (statement,), self._now())

    def _check_askable(self, query: IndicatorQuery) -> None:
        valid = self._dimensions(query.names)
        for name in (*query.by, *query.where):
            if name not in valid:
                raise NotAskableError(f"{', '.join(query.names)} cannot be taken apart by {name!r}; {valid_hint(name, valid)}")
        if query.until < query.since:
            raise NotAskableError(f"the last day {query.until} lies before the first day {query.since}")
        if query.grain in (Grain.HOUR, Grain.MINUTE) and any(window_of(self.registry[name]) for name in query.names):
            raise NotAskableError(f"{', '.join(query.names)} runs over days; valid grains: day, week, month, quarter, year, total")

    def _buckets(self, query: IndicatorQuery) -> list[str]:
        return buckets(query.since, query.until, query.grain, self._zone.key)

    def _told(self, query: IndicatorQuery, scope: Scope, cut: date | None = None) -> tuple[list[IndicatorRow], list[IndicatorRow]]:
        every = [
            place
            for place, cell in enumerate(_CELLS)
            if scope.sees_region(cell[1]) and all(_lies_in(cell, name, value) for name, value in query.where.items())
        ]

        def place(cell: Cell) -> tuple[str, ...] | None:
            return tuple(_dimension(cell, name) for name in query.by) if query.by else None

        ask = _Ask(query.since, query.until, query.grain, every, place, cut)
        answers = self._answers(query, ask)
        told: list[str] = self._buckets(query)
        totals = [_row(query, (), bucket, answers) for bucket in (*told, "")]
        if not query.by:
            return (totals[:-1] if told else list(totals)), totals
        places = self._places(query, answers)
        shown = places[: query.top] if query.top else places
        rows = [_row(query, one, bucket, answers) for one in shown for bucket in told or [""]]
        if len(shown) < len(places):
            rest = [one for one in every if place(_CELLS[one]) not in shown]
            nowhere = ("",) * len(query.by)
            others = self._answers(query, replace(ask, cells=rest, place=lambda _: nowhere))
            rows += [replace(_row(query, nowhere, bucket, others), others=True) for bucket in told or [""]]
        return rows, totals

    def _places(self, query: IndicatorQuery, answers: Answers) -> list[tuple[str, ...]]:
        terms = [term for name in query.names for term in self.registry.leaves(name)]
        found = {place for numbers in (answers._plain, *answers.windows.values()) for place in numbers.places(terms)}

        def size(place: tuple[str, ...]) -> float:
            amount = answers.amount(query.names[0], (None, place))
            return float(amount.whole if amount.whole is not None else amount.value or 0)

        return sorted(found, key=lambda place: (-size(place), place))

    def _answers(self, query: IndicatorQuery, ask: _Ask) -> Answers:
        under = [one for name in query.names for one in self._under(name)]
        ends: dict[str | None, date] = {None: query.until}
        if query.grain not in (Grain.HOUR, Grain.MINUTE):
            ends |= {bucket: last_day(bucket, query.grain, query.until) for bucket in self._buckets(query)}
        windows: dict[Window, Numbers] = {}
        for name in under:
            window = window_of(self.registry[name])
            if window:
                first = max(min(window_start(window, end) for end in ends.values()), query.since - 400 * _DAY)
                days = self._numbers(self.registry.leaves(name), replace(ask, since=first, grain=Grain.DAY))
                windows.setdefault(window, Numbers()).cells.update(windowed(days, window, ends, first).cells)
        return Answers(self.registry, self._numbers([term for name in under for term in self.registry.leaves(name)], ask), windows)

    def _under(self, name: str) -> list[str]:
        return [name, *(one for other in named(self.registry[name]) for one in self._under(other))]

    def _numbers(self, terms: Iterable[Term], ask: _Ask) -> Numbers:
        numbers = Numbers()
        for term in () if self.empty else dict.fromkeys(terms):
            groups: dict[tuple[str | None, tuple[str, ...] | None], list[tuple[date, float]]] = defaultdict(list)
            for bucket, day, start, end in self._slices(ask):
                values = _of_term(term, day)
                for one in ask.cells:
                    place = ask.place(_CELLS[one])
                    # Cut off at both ends, so that hours sum up to their day exactly.
                    whole = values[one]
                    value = whole if term.aggregation in _STANDING else float(int(whole * end) - int(whole * start))
                    for key in {(bucket, place), (None, place), (bucket, None), (None, None)}:
                        groups[key].append((day, value))
            numbers.cells[term] = {key: _together(term, found) for key, found in groups.items()}
        return numbers

    def _slices(self, ask: _Ask) -> Iterator[tuple[str | None, date, float, float]]:
        """Give buckets with a day of theirs, and from which to which share of that day's events they hold what has passed of it."""
        now = self._now().astimezone(self._zone)
        minutes = {Grain.HOUR: 60, Grain.MINUTE: 1}.get(ask.grain, 0)
        day = ask.since
        while day <= min(ask.until, now.date()):
            passed = now.hour * 60 + now.minute if day in (now.date(), ask.cut) else _DAY_MINUTES
            if minutes:
                for start in range(0, passed, minutes):
                    bucket = datetime.combine(day, time(start // 60, start % 60), self._zone).isoformat()
                    yield bucket, day, _share(start), _share(min(start + minutes, passed))
            else:
                yield None if ask.grain is Grain.TOTAL else bucket_of(day, ask.grain).isoformat(), day, 0.0, _share(passed)
            day += _DAY

    async def rows(self, user: User, query: RowsQuery) -> IndicatorRows:
        """Return the newest rows behind a number: of cases all that fit, of events those of the indicator's stage."""
        self._check(user, (query.name,))
        term, types = self._counted(query)
        own = FlowFilter(query.where.get("channel", ""), query.where.get("region", ""), query.where.get("business_class", ""))
        if term.fact.startswith("cases."):
            where = CaseFilter(channel=own.channel, region=own.region, business_class=own.business_class, open_only=True)
            page = await self._questions.cases(user, "order", where, CaseSort(CaseOrder.LAST_TIME), query.limit, 0)
            return IndicatorRows(cases=page.rows, total=page.total)
        found = [
            event
            for stage in ("visits", "orders", "payment", "aftersales")
            for event in await self._questions.events_of(user, stage, EventFilter(**vars(own)), 10_000)
            if event.type in types and query.since <= event.time.astimezone(self._zone).date() <= query.until
        ]
        return IndicatorRows(events=sorted(found, key=lambda event: event.time, reverse=True)[: query.limit])

    async def published(self, user: User, name: str, since: date, until: date) -> PublishedRegions:
        """Return an indicator in every region with enough behind it."""
        self._check(user, (name,))
        self._check_askable(IndicatorQuery((name,), since, until, by=(REGION,)))
        try:
            plan = publishing(self.registry, name)
        except QuestionError as error:
            raise NotAskableError(str(error)) from error
        query = plan.query(since, until)
        other = FakeIndicators(self._questions, self._now, empty=self.empty)
        other.registry = plan.registry
        rows, _ = other._told(query, Scope())
        return plan.told(rows, since, until, self._now())

    def _counted(self, query: RowsQuery) -> tuple[Term, set[str]]:
        """Return what an indicator counts on one side, and the types of its events there."""
        match self.registry[query.name].kind:
            case Simple(term):
                types = set(term.types)
            case Ratio(term, whole):
                if query.side is Side.REST and term.then:
                    raise NotAskableError(f"{query.name}: part and whole count different things, so there is no rest; valid: part, whole")
                sides = {Side.PART: set(term.types), Side.WHOLE: set(whole.types), Side.REST: set(whole.types) - set(term.types)}
                types = sides[query.side]
            case _:
                inner = ", ".join(named(self.registry[query.name]))
                raise NotAskableError(f"{query.name} is made of other indicators; ask for the rows of {inner}")
        if term.fact == "totals":
            raise NotAskableError(f"{query.name} counts totals that other systems reported; they have no rows")
        return term, types


def _beside(
    rows: Sequence[IndicatorRow],
    compare: Compare,
    partner: Mapping[str, str],
    before: Mapping[tuple[tuple[str, ...], str], IndicatorRow],
) -> list[IndicatorRow]:
    """Add to each row the numbers of the same place in the bucket of the same number of the other period."""
    found = []
    for row in rows:
        other = None if row.others else before.get((row.values, partner.get(row.bucket, "none")))
        found.append(replace(row, before={**row.before, compare: other.amounts}) if other else row)
    return found


def _row(query: IndicatorQuery, place: tuple[str, ...], bucket: str, answers: Answers) -> IndicatorRow:
    cell = (bucket or None, place or None)
    return IndicatorRow(place, bucket, {name: answers.amount(name, cell) for name in query.names})
