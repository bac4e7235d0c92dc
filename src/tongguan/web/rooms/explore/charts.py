"""The answer as charts: lines over time, bars for the whole period; what is written alike shares an axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tongguan.model.indicator_answers import NOTHING, Amount, Compare, Grain, IndicatorRow
from tongguan.model.indicators import Indicator, Measured
from tongguan.web.kit.charts import Chart, Series, Value
from tongguan.web.kit.colours import COMPARED, TOKENS, channel_colour, colour_at
from tongguan.web.kit.measured import UNITS, drawn, form_of
from tongguan.web.rooms.explore.refusals import dimension_label, indicator_label
from tongguan.web.rooms.explore.shown import COMPARED as PERIODS
from tongguan.web.rooms.explore.shown import Place, Shown

MOST_LINES: Final = len(TOKENS)
"""So many lines can be told apart; the table has the rest."""
MOST_BARS: Final = 21
"""The twenty that can be asked for, and all others."""

_ZOOMED: Final = 0.6
"""Rates whose least is more than this part of their greatest are drawn without the empty space below them."""

Numbers = Callable[[IndicatorRow | None], Amount]


def charts(shown: Shown) -> list[Chart]:
    """Return the charts that have anything to draw."""
    if shown.wanted.grain is Grain.TOTAL:
        found = _bars_by_place(shown) if shown.wanted.by else _bars_of_totals(shown)
    else:
        found = _lines_by_place(shown) if shown.wanted.by else _lines_of_totals(shown)
    return [chart for chart in found if not chart.empty]


def _by_unit(shown: Shown) -> list[list[Indicator]]:
    found: dict[str, list[Indicator]] = {}
    for one in shown.indicators:
        found.setdefault(one.unit, []).append(one)
    return list(found.values())


def _title(shown: Shown, indicators: Sequence[Indicator]) -> str:
    if len(indicators) == 1:
        return indicator_label(shown.visit, indicators[0])
    return shown.visit.text(UNITS[indicators[0].unit])


def _values(rows: Sequence[IndicatorRow | None], indicator: Indicator, number: Numbers) -> list[Value]:
    """Return what is drawn: thin numbers are gaps, unless there are no others."""
    amounts = [number(row) for row in rows]
    firm = any(one.value is not None and not one.thin for one in amounts)
    return [None if firm and one.thin else drawn(indicator.unit, one.value) for one in amounts]


def _compared(shown: Shown, rows: Sequence[IndicatorRow | None], indicator: Indicator) -> list[Series]:
    """Return the other periods in grey."""

    def series(compare: Compare) -> Series:
        values = _values(rows, indicator, lambda row: shown.before(row, indicator, compare) or NOTHING)
        return Series(shown.visit.text(PERIODS[compare]), COMPARED, values, "compare", dotted=compare is Compare.YEAR)

    found = [series(compare) for compare in shown.wanted.compare]
    return [one for one in found if any(value is not None for value in one.values)]


def _own(shown: Shown, rows: Sequence[IndicatorRow | None], indicator: Indicator, name: str, colour: str) -> Series:
    return Series(name, colour, _values(rows, indicator, lambda row: shown.amount(row, indicator)))


def _note(shown: Shown, indicators: Sequence[Indicator], drawn_places: int, dropped: bool) -> str:
    said = []
    if drawn_places < len(shown.places):
        fmt = shown.visit.formats
        said.append(shown.visit.text("the first %(n)s of %(total)s", n=fmt.full(drawn_places), total=fmt.full(len(shown.places))))
    if dropped:
        said.append(shown.visit.text("thin numbers are left out"))
    return " · ".join(said)


def _thin(shown: Shown, rows: Sequence[IndicatorRow | None], indicators: Sequence[Indicator]) -> bool:
    amounts = [shown.amount(row, one) for row in rows for one in indicators]
    return any(one.thin and one.value is not None for one in amounts) and any(not one.thin and one.value is not None for one in amounts)


def _lines_of_totals(shown: Shown) -> list[Chart]:
    begun = set(shown.buckets)
    rows = [row for row in shown.table.totals if row.bucket in begun]
    found = []
    for indicators in _by_unit(shown):
        alone = len(shown.indicators) == 1
        series = [_own(shown, rows, one, indicator_label(shown.visit, one), colour_at(place)) for place, one in enumerate(indicators)]
        more = _compared(shown, rows, indicators[0]) if alone else []
        note = _note(shown, indicators, len(shown.places), _thin(shown, rows, indicators))
        found.append(_over_time(shown, f"chart-{indicators[0].unit}", _title(shown, indicators), indicators[0], [*series, *more], note))
    return found


def _lines_by_place(shown: Shown) -> list[Chart]:
    """Return a chart for each indicator: places and indicators in one would be too many lines to follow."""
    places, found = _told(shown, MOST_LINES), []
    for indicator in shown.indicators:
        series, every = [], []
        for at, place in enumerate(places):
            rows = [shown.by_place.get((place, bucket)) for bucket in shown.buckets]
            every += rows
            series.append(_own(shown, rows, indicator, shown.place_label(place), _colour(shown, place, at)))
        note = _note(shown, [indicator], len(places), _thin(shown, every, [indicator]))
        found.append(_over_time(shown, f"chart-{indicator.name}", indicator_label(shown.visit, indicator), indicator, series, note))
    return found


def _told(shown: Shown, most: int) -> list[Place]:
    """Return the places that are drawn: the first ones, and all others together where there are any."""
    others = [place for place in shown.places if place[1]]
    return [place for place in shown.places if not place[1]][: most - len(others)] + others


def _colour(shown: Shown, place: Place, at: int) -> str:
    values, others = place
    if others:
        return COMPARED
    return channel_colour(values[0]) if shown.wanted.by == ("channel",) else colour_at(at)


def _over_time(shown: Shown, key: str, title: str, indicator: Indicator, series: Sequence[Series], note: str) -> Chart:
    known = [value for one in series for value in one.values if value is not None]
    zoom = indicator.unit in (Measured.SHARE, Measured.POINTS) and bool(known) and min(known) > _ZOOMED * max(known)
    notes = [note, shown.visit.text("the axis does not begin at 0") if zoom else ""]
    return Chart(
        key=key,
        kind="lines",
        title=title,
        categories=[shown.bucket_label(bucket) for bucket in shown.buckets],
        series=series,
        category_title=shown.visit.text("Time"),
        form=form_of(indicator.unit),
        currency=shown.currency(None),
        open=shown.open,
        note=" · ".join(one for one in notes if one),
        zoom=zoom,
    )


def _bars_by_place(shown: Shown) -> list[Chart]:
    places, found = _told(shown, MOST_BARS), []
    rows = [shown.by_place.get((place, "")) for place in places]
    for indicators in _by_unit(shown):
        first, alone = indicators[0], len(shown.indicators) == 1
        colours = ["accent"] if len(indicators) == 1 else [colour_at(place) for place in range(len(indicators))]
        series = [_own(shown, rows, one, indicator_label(shown.visit, one), colours[at]) for at, one in enumerate(indicators)]
        found.append(
            Chart(
                key=f"chart-{first.unit}",
                kind="bars",
                title=_title(shown, indicators),
                categories=[shown.place_label(place) for place in places],
                series=[*series, *(_compared(shown, rows, first) if alone else [])],
                category_title=" · ".join(dimension_label(shown.visit, name) for name in shown.wanted.by),
                form=form_of(first.unit),
                currency=shown.currency(None),
                hrefs=[shown.place_href(place, first) for place in places],
                note=_note(shown, indicators, len(places), _thin(shown, rows, indicators)),
            )
        )
    return found


def _bars_of_totals(shown: Shown) -> list[Chart]:
    """Return bars of the totals where there is something to hold them against: another indicator of the unit, or another period."""
    found = []
    for indicators in _by_unit(shown):
        now = [drawn(one.unit, shown.amount(shown.total, one).value) for one in indicators]
        series = [Series(shown.visit.text("this period"), "accent", now)]
        for compare in shown.wanted.compare:
            before = [drawn(one.unit, (shown.before(shown.total, one, compare) or NOTHING).value) for one in indicators]
            series.append(Series(shown.visit.text(PERIODS[compare]), COMPARED, before, "compare", dotted=compare is Compare.YEAR))
        if len(indicators) > 1 or len(series) > 1:
            found.append(
                Chart(
                    key=f"chart-{indicators[0].unit}",
                    kind="bars",
                    title=_title(shown, indicators),
                    categories=[indicator_label(shown.visit, one) for one in indicators],
                    series=series,
                    category_title=shown.visit.text("Indicator"),
                    form=form_of(indicators[0].unit),
                    currency=shown.currency(None),
                    hrefs=[shown.wanted.metric(one.name) for one in indicators],
                )
            )
    return found
