"""An answer as the page reads it: places, buckets that have begun, what they are called, and where they lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from tongguan.model.indicator_answers import (
    NOTHING,
    Amount,
    Compare,
    Grain,
    IndicatorRow,
    IndicatorTable,
)
from tongguan.model.indicators import Indicator
from tongguan.model.periods import bucket_end
from tongguan.web.kit.components import Change, KpiCard, Spark
from tongguan.web.kit.measured import difference, told
from tongguan.web.kit.period import bucket_name
from tongguan.web.kit.sparkline import parted
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.explore.refusals import indicator_label
from tongguan.web.rooms.explore.wanted import REGIONS, SHORT, Wanted

Place = tuple[tuple[str, ...], bool]
"""Values of the dimensions, and whether it stands for all others."""

COMPARED: Final = {Compare.PREVIOUS: msg("previous period"), Compare.YEAR: msg("last year")}
VERSUS: Final = {Compare.PREVIOUS: msg("vs previous"), Compare.YEAR: msg("vs last year")}


def bucket_days(bucket: str, grain: Grain) -> tuple[date, date]:
    """Return the first and the last day of a bucket."""
    first = datetime.fromisoformat(bucket).date()
    return first, bucket_end(first, grain)


@dataclass(frozen=True)
class Shown:
    """An answer.

    Attributes:
        indicators: those that were asked for, in that order.
        table: as it came.
    """

    visit: Visit
    wanted: Wanted
    indicators: Sequence[Indicator]
    table: IndicatorTable

    def _begun(self, bucket: str) -> bool:
        now = self.visit.formats.local(self.visit.now)
        start = datetime.fromisoformat(bucket)
        return start <= now if start.tzinfo else start.date() <= now.date()

    @cached_property
    def buckets(self) -> list[str]:
        """Every bucket that has begun, in order; none where the period is not divided."""
        return [row.bucket for row in self.table.totals if row.bucket and self._begun(row.bucket)]

    @cached_property
    def rows(self) -> list[IndicatorRow]:
        """The rows without those of buckets to come."""
        begun = {*self.buckets, ""}
        return [row for row in self.table.rows if row.bucket in begun]

    @cached_property
    def places(self) -> list[Place]:
        """Every place, in the order of the answer; all others last."""
        return list(dict.fromkeys((row.values, row.others) for row in self.rows)) if self.wanted.by else []

    @cached_property
    def by_place(self) -> dict[tuple[Place, str], IndicatorRow]:
        """Place and bucket → row."""
        return {((row.values, row.others), row.bucket): row for row in self.rows}

    @property
    def total(self) -> IndicatorRow:
        """All together, over the whole period."""
        return self.table.totals[-1]

    @cached_property
    def open(self) -> int | None:
        """The place of the bucket that is not over; None where all are."""
        if not self.buckets:
            return None
        now, last = self.visit.formats.local(self.visit.now), self.buckets[-1]
        if self.wanted.grain in SHORT:
            length = timedelta(hours=1) if self.wanted.grain is Grain.HOUR else timedelta(minutes=1)
            over = datetime.fromisoformat(last) + length <= now
        else:
            over = min(bucket_days(last, self.wanted.grain)[1], self.wanted.period.until) < now.date()
        return None if over else len(self.buckets) - 1

    @property
    def nothing(self) -> bool:
        """Nothing at all was there to measure."""
        rows = (*self.rows, self.total)
        return all((row.amounts.get(one.name) or NOTHING).value in (None, 0) for row in rows for one in self.indicators)

    def amount(self, row: IndicatorRow | None, indicator: Indicator) -> Amount:
        """Return a number of a row; nothing where there is no such row."""
        return row.amounts.get(indicator.name, NOTHING) if row else NOTHING

    def before(self, row: IndicatorRow | None, indicator: Indicator, compare: Compare) -> Amount | None:
        """Return the number of the same place in another period; None where it was not told."""
        other = row.before.get(compare) if row else None
        return other.get(indicator.name) if other is not None else None

    def currency(self, row: IndicatorRow | None) -> str:
        """Return the currency of a row's money, where only one is asked for; empty where that is not known."""
        if row is not None and not row.others and row.values and "currency" in self.wanted.by:
            return row.values[self.wanted.by.index("currency")]
        return self.wanted.where.get("currency", "")

    def value_label(self, dimension: str, value: str) -> str:
        """Name a value of a dimension."""
        if not value:
            return self.visit.text("without a value")
        return self.visit.codes.label("region" if dimension in REGIONS else dimension, value)

    def place_label(self, place: Place) -> str:
        """Name a place."""
        values, others = place
        if others:
            return self.visit.text("others")
        return " · ".join(self.value_label(name, value) for name, value in zip(self.wanted.by, values, strict=True))

    def place_href(self, place: Place, indicator: Indicator) -> str:
        """Return the page of an indicator, narrowed to a place; empty for all others and for what has no value."""
        values, others = place
        if others or not all(values):
            return ""
        return self.wanted.metric(indicator.name, **dict(zip(self.wanted.by, values, strict=True)))

    def bucket_href(self, bucket: str, indicator: Indicator) -> str:
        """Return the page of an indicator over a bucket alone."""
        first, last = bucket_days(bucket, self.wanted.grain)
        first, last = max(first, self.wanted.period.since), min(last, self.wanted.period.until)
        return self.wanted.metric(indicator.name, since=first.isoformat(), until=last.isoformat(), period="", grain="")

    def bucket_label(self, bucket: str, *, full: bool = False) -> str:
        """Name a bucket; days have their year in full, and where the period has two."""
        year = full or self.wanted.period.since.year != self.wanted.period.until.year
        return bucket_name(bucket, self.wanted.grain, year=year)


def cards(shown: Shown) -> list[KpiCard]:
    """Return the totals, one card for each indicator."""
    return [_card(shown, one) for one in shown.indicators]


def _card(shown: Shown, indicator: Indicator) -> KpiCard:
    visit, now, currency = shown.visit, shown.amount(shown.total, indicator), shown.currency(None)
    said = told(visit, indicator, now, currency)
    changes = [_change(shown, indicator, now, compare) for compare in shown.wanted.compare]
    values = [shown.amount(row, indicator).value for row in shown.table.totals if row.bucket in set(shown.buckets)]
    top = max((value for value in values if value is not None), default=0)
    lines, part = parted(values, top, len(values), shown.open) if len(values) > 1 else ([], "")
    label = indicator_label(visit, indicator)
    later = [f"{'↑ ' if one.direction == 'up' else '↓ ' if one.direction == 'down' else ''}{one.text} {one.label}" for one in changes[1:]]
    return KpiCard(
        key=indicator.name,
        name=label,
        value=said.text,
        title=said.title,
        href=shown.wanted.metric(indicator.name),
        note="".join(later),
        change=changes[0] if changes else None,
        spark=Spark("", "", visit.text("%(name)s over time", name=label), lines, part=part) if lines or part else None,
        thin=said.thin,
    )


def _change(shown: Shown, indicator: Indicator, now: Amount, compare: Compare) -> Change:
    visit = shown.visit
    earlier = shown.before(shown.total, indicator, compare)
    return difference(visit, indicator, now, earlier, visit.text(VERSUS[compare]), shown.currency(None))
