"""What was unlike other days: a robust comparison of a day with the four weeks before it, and of this week with that of three weeks ago.

The spread of other days is the larger one of what chance alone makes (binomial for shares, Poisson for counts) and of the median
absolute deviation (Rousseeuw and Croux 1993), so that neither a handful of events nor a lively series raises alarms. Days that were
found are left out of what later days are compared with: an outage of two days must not make the second look usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Final

from tongguan.model.findings import DaySum, Finding, FindingKind, Series, Watch
from tongguan.model.indicators import Bad, Measured

JUDGED: Final = 14
"""So many days are judged, and findings of them kept."""

COMPARED: Final = 28
"""A day is compared with so many days before it."""

NEEDED: Final = 7
"""Fewer days to compare with say nothing: everything is new."""

SPREADS: Final = 6.0
"""So many spreads off, a day is unlike others. At 6, a year of a hundred normal series has less than one false day."""

FLOOR: Final = 30
"""A share of fewer than this says nothing."""

WEEK: Final = 7
AGO: Final = 21
"""A drift compares a week with that which ended so many days before its end."""

_COUNTED: Final = (Measured.SHARE, Measured.COUNT)
_MAD: Final = 1.4826
_LEAST: Final = 1e-9
_STEADY: Final = 0.0002
"""Least spread, as a share of the expected: some numbers never vary at all, and a rounding is no finding."""


@dataclass(frozen=True)
class _Usual:
    """What is expected of a day, and one spread."""

    expected: float
    spread: float


@dataclass(frozen=True)
class _Odd:
    """A day that was unlike others."""

    day: date
    observed: float
    expected: float
    concerned: float
    score: float


def findings(watch: Watch, series: Series, through: date) -> list[Finding]:
    """Return what was unlike other days in the :data:`JUDGED` days up to and with ``through``, by value and day.

    Args:
        watch: what is watched.
        series: its sums of at least ``JUDGED + COMPARED`` days up to ``through``; fewer make less known, not wrong.
        through: last day that is over.
    """
    found: list[Finding] = []
    through -= timedelta(days=watch.settles)
    for value in sorted(series):
        odd = [one for one in _odd_days(watch, series[value], through) if _told(watch, series[value], one.day)]
        found += _spells(watch, value, odd)
        if watch.rule.drift:
            found += _drift(watch, value, series[value], through, {one.day for one in odd})
    return found


def _told(watch: Watch, days: Mapping[date, DaySum], day: date) -> bool:
    """Return whether a day can be judged: what tells its own day comes in after it, and until then is not missing."""
    return not watch.told_later or any(sums.part for one, sums in days.items() if one >= day)


def _odd_days(watch: Watch, days: Mapping[date, DaySum], through: date) -> list[_Odd]:
    odd: list[_Odd] = []
    # From the oldest day that can be judged, so that an earlier outage is no measure for the days shown.
    start = through - timedelta(days=JUDGED + COMPARED - 1)
    for back in range(JUDGED + COMPARED):
        day = start + timedelta(days=back)
        found = _judged(watch, days, day, {one.day for one in odd})
        if found is not None:
            odd.append(found)
    return [one for one in odd if one.day > through - timedelta(days=JUDGED)]


def _judged(watch: Watch, days: Mapping[date, DaySum], day: date, left_out: set[date]) -> _Odd | None:
    before = [day - timedelta(days=back) for back in range(1, COMPARED + 1)]
    known = [one for one in before if one not in left_out]
    usual = _usual_share(watch, days, day, known) if watch.shared else _usual_count(watch, days, day, known)
    if usual is None:
        return None
    here = days.get(day, DaySum(0, 0))
    observed = here.part / here.whole if watch.shared else here.part
    off = observed - usual.expected
    concerned = off * here.whole if watch.shared else off
    score = abs(off) / usual.spread
    if score < SPREADS or not _bad(watch, off) or abs(off) < watch.rule.least * abs(usual.expected):
        return None
    if watch.indicator.unit in _COUNTED and round(abs(concerned), 6) < watch.rule.fewest:
        return None
    return _Odd(day, observed, usual.expected, concerned, score)


def _bad(watch: Watch, off: float) -> bool:
    return watch.rule.bad is Bad.BOTH or (off > 0) == (watch.rule.bad is Bad.UP)


def _usual_share(watch: Watch, days: Mapping[date, DaySum], day: date, known: Sequence[date]) -> _Usual | None:
    here = days.get(day)
    if here is None or here.whole < FLOOR:
        return None
    rates = [days[one].part / days[one].whole for one in known if one in days and days[one].whole >= FLOOR]
    if len(rates) < NEEDED:
        return None
    expected = median(rates)
    return _Usual(expected, max(_spread(rates, expected), _chance(watch, expected, here.whole), _STEADY * abs(expected), _LEAST))


def _chance(watch: Watch, share: float, events: float) -> float:
    """Return the standard deviation of a share by chance alone; 0 where chance has no part in it, or is not known."""
    if watch.indicator.unit is not Measured.SHARE or watch.rule.exact:
        return 0.0
    # A share of nothing at all on other days is not known to be nothing: one in so many could have been.
    likely = min(max(share, 1 / events), 1 - 1 / events)
    return sqrt(likely * (1 - likely) / events)


def _usual_count(watch: Watch, days: Mapping[date, DaySum], day: date, known: Sequence[date]) -> _Usual | None:
    begun = min(days, default=day)
    counted = {one: days[one].part if one in days else 0.0 for one in known if one >= begun}
    if len(counted) < NEEDED:
        return None
    same = [count for one, count in counted.items() if one.weekday() == day.weekday()]
    every = median(counted.values())
    # Two of the same weekday are too few to stand against a week of others.
    expected = median(same) if len(same) > 1 else every
    weekdays = {
        weekday: median(count for one, count in counted.items() if one.weekday() == weekday)
        for weekday in {one.weekday() for one in counted}
    }
    rests = [count - weekdays[one.weekday()] for one, count in counted.items()] if len(counted) >= 2 * WEEK else list(counted.values())
    chance = 0.0 if watch.rule.exact else sqrt(max(expected, 1.0))
    return _Usual(expected, max(_spread(rests, median(rests)), chance, _STEADY * expected, _LEAST))


def _spread(values: Sequence[float], middle: float) -> float:
    return _MAD * median(abs(value - middle) for value in values)


def _spells(watch: Watch, value: str, odd: Sequence[_Odd]) -> Iterator[Finding]:
    """Join days on end that were off to the same side."""
    spell: list[_Odd] = []
    for one in odd:
        if spell and (
            one.day - spell[-1].day != timedelta(days=1) or (one.observed > one.expected) != (spell[0].observed > spell[0].expected)
        ):
            yield _of_spell(watch, value, spell)
            spell = []
        spell.append(one)
    if spell:
        yield _of_spell(watch, value, spell)


def _of_spell(watch: Watch, value: str, spell: Sequence[_Odd]) -> Finding:
    worst = max(spell, key=lambda one: one.score)
    return Finding(
        watch=watch.name,
        stage=watch.stage,
        by=watch.rule.by,
        value=value,
        kind=FindingKind.DAYS,
        first_day=spell[0].day,
        last_day=spell[-1].day,
        observed=worst.observed,
        expected=worst.expected,
        concerned=sum(one.concerned for one in spell),
        score=worst.score,
    )


def _drift(watch: Watch, value: str, days: Mapping[date, DaySum], through: date, odd: set[date]) -> Iterator[Finding]:
    """Tell that a week is worse than that of three weeks ago, where no single day stands out for it."""
    now, then = (_pooled(days, through - timedelta(days=back), odd) for back in (0, AGO))
    if not watch.shared or now is None or then is None:
        return
    observed, expected = now.part / now.whole, then.part / then.whole
    off = observed - expected
    rates = [
        one.part / one.whole for day, one in days.items() if through - timedelta(days=COMPARED) < day <= through and one.whole >= FLOOR
    ]
    steps = [later - earlier for earlier, later in pairwise(rates)]
    # Neighbouring days differ by chance, not by the drift; their differences have twice its variance.
    lively = _spread(steps, median(steps)) / sqrt(WEEK) if steps else 0.0
    pooled = (now.part + then.part) / (now.whole + then.whole)
    chance = sqrt(pooled * (1 - pooled) * (1 / now.whole + 1 / then.whole)) if 0 < pooled < 1 else 0.0
    score = abs(off) / max(lively, chance, _STEADY * abs(expected), _LEAST)
    if score >= SPREADS and _bad(watch, off) and abs(off) >= watch.rule.least * abs(expected):
        first = through - timedelta(days=WEEK - 1)
        yield Finding(
            watch.name, watch.stage, watch.rule.by, value, FindingKind.DRIFT, first, through, observed, expected, off * now.whole, score
        )


def _pooled(days: Mapping[date, DaySum], last: date, left_out: set[date]) -> DaySum | None:
    week = [last - timedelta(days=back) for back in range(WEEK)]
    found = [days[day] for day in week if day in days and day not in left_out]
    whole = sum(one.whole for one in found)
    return DaySum(sum(one.part for one in found), whole) if len(found) > WEEK // 2 and whole >= FLOOR else None
