"""A stage's day from memory: measures follow the volume, hours add up to the day, and parts to the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from tongguan.model.answers import Breakdown, CaseRow, DayHours, EventFilter, MeasureDay, Share, StageDay, StageStatus
from tongguan.model.measures import OWN, Figure, How, Measure
from tongguan.model.vocabulary import Stage

_HOURS: Final = 24
_SHOWN: Final = 12
_PAST: Final = 14
_CITY: Final = 2
_TIMES: Final = (How.MEAN, How.P95)

Status = Callable[[datetime], StageStatus]
"""How a stage does at a moment of the operation's clock."""


@dataclass(frozen=True)
class _Counts:
    """Volume and failures of an hour or more."""

    volume: int
    failures: int


def stage_day(stage: Stage, where: EventFilter, status: Status, cases: Sequence[CaseRow], now: datetime) -> StageDay:
    """Return a day of a stage; ``cases`` are those that the filter lets through, ``now`` is on the operation's clock."""
    day = date.fromisoformat(where.day) if where.day else now.date()
    today = day == now.date()
    known = now.hour + 1 if today else _HOURS * (day < now.date())
    here = status(now if today else _evening(day, now))
    hours = [_Counts(int(v or 0), int(f or 0)) for v, f in zip(here.hourly, here.hourly_failures, strict=True)][:known]
    hours += [_Counts(0, 0)] * (_HOURS - known)
    before = [_Counts(v, f) for v, f in zip(here.hourly_yesterday, here.hourly_failures_yesterday, strict=True)]
    until = (now.hour, now.minute) if today else (_HOURS, 0)
    whole, then = _counted(hours, where.hour, (_HOURS, 0)), _counted(before, where.hour, until)
    now_all, then_all, week_all = (_figures(stage, one) for one in (whole, then, [_week(one) for one in then]))
    now_hours, then_hours = _by_hour(stage, hours[:known]), _by_hour(stage, before)
    to_come: list[Figure] = [None] * (_HOURS - known)
    measures = {
        name: MeasureDay(
            figure, then_all[name], week_all[name], [*(one[name] for one in now_hours), *to_come], [o[name] for o in then_hours]
        )
        for name, figure in now_all.items()
    }
    return StageDay(
        day=day.isoformat(),
        volume=[one.volume for one in hours],
        failures=[one.failures for one in hours],
        volume_before=[one.volume for one in before],
        failures_before=[one.failures for one in before],
        breakdowns=_breakdowns(stage, where, cases, now_all, _total(then).volume),
        measures=measures,
        past=[
            *(_day_hours(day - timedelta(days=back), status, now) for back in range(_PAST - 1, 1, -1)),
            DayHours((day - timedelta(days=1)).isoformat(), [one.volume for one in before], [one.failures for one in before]),
            DayHours(
                day.isoformat(),
                [one.volume if hour < known else None for hour, one in enumerate(hours)],
                [one.failures if hour < known else None for hour, one in enumerate(hours)],
            ),
        ],
    )


def _evening(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(23), now.tzinfo)


def _day_hours(day: date, status: Status, now: datetime) -> DayHours:
    found = status(_evening(day, now))
    return DayHours(day.isoformat(), list(found.hourly), list(found.hourly_failures))


def _counted(hours: Sequence[_Counts], only: int | None, until: tuple[int, int]) -> list[_Counts]:
    """Return the hours up to a time of day, or one hour as far as it lies before."""
    last, minute = until
    found = []
    for hour, counts in enumerate(hours):
        part = 60 if hour < last else minute if hour == last else 0
        if only in (None, hour):
            found.append(_Counts(counts.volume * part // 60, counts.failures * part // 60))
    return found


def _total(hours: Sequence[_Counts]) -> _Counts:
    return _Counts(sum(one.volume for one in hours), sum(one.failures for one in hours))


def _week(then: _Counts) -> _Counts:
    return _Counts(then.volume * 15 // 16, then.failures * 7 // 8)


def _by_hour(stage: Stage, hours: Sequence[_Counts]) -> list[dict[str, Figure]]:
    return [_figures(stage, [one]) for one in hours]


def _figures(stage: Stage, hours: Sequence[_Counts]) -> dict[str, Figure]:
    """Return every measure of some hours; what can be added up is the sum of the hours."""
    total = _total(hours)
    every = [_events(stage, one) for one in hours]
    figures: dict[str, Figure] = {OWN[0]: total.volume, OWN[1]: total.failures}
    for measure in stage.measures:
        if measure.how is not How.SHARE:
            figures[measure.name] = _figure(stage, measure, sum(one[measure.name] for one in every), total)
    return _with_shares(stage, figures)


def _with_shares(stage: Stage, figures: dict[str, Figure]) -> dict[str, Figure]:
    for measure in stage.measures:
        if measure.how is How.SHARE:
            figures[measure.name] = _share(figures[measure.part], figures[measure.whole])
    return {name: figures[name] for name in (*OWN, *(one.name for one in stage.measures))}


def _events(stage: Stage, counts: _Counts) -> dict[str, int]:
    """Return how many events each measure has in an hour; a part never has more than its whole."""
    found = dict(zip(OWN, (counts.volume, counts.failures), strict=True))
    wholes = {one.part: one.whole for one in stage.measures if one.how is How.SHARE}
    for measure in stage.measures:
        if measure.types and set(measure.types) <= set(stage.failures):
            found[measure.name] = counts.failures
        elif measure.types and set(measure.types) <= set(stage.volume) - set(stage.failures):
            found[measure.name] = counts.volume - counts.failures
        else:
            found[measure.name] = counts.volume * Random(f"{stage.name} {measure.name}").randint(30, 90) // 100
    return {name: min(events, found[wholes[name]]) if name in wholes else events for name, events in found.items()}


def _figure(stage: Stage, measure: Measure, events: int, total: _Counts) -> Figure:
    random = Random(f"{stage.name} {measure.name} size")
    if measure.how in _TIMES:
        usual = random.uniform(0.4, 40) * (2.6 if measure.how is How.P95 else 1)
        return round(usual * (1 + total.volume % 7 / 50), 3) if events else None
    if measure.how is How.MONEY:
        return {"CNY": events * random.randint(2_000, 30_000)} if events else {}
    return events


def _share(part: Figure, whole: Figure) -> Figure:
    if not isinstance(whole, int) or not whole:
        return None
    if isinstance(part, Mapping):
        return {currency: amount // whole for currency, amount in part.items()} or None
    return part / whole if part is not None else None


def _breakdowns(stage: Stage, where: EventFilter, cases: Sequence[CaseRow], whole: Mapping[str, Figure], before: int) -> list[Breakdown]:
    found = []
    for by in stage.breakdowns:
        values = Counter(value for value in (_value(case, by, where) for case in cases) if value)
        shown = dict(values.most_common(None if by == "region" else _SHOWN))
        if rest := values.total() - sum(shown.values()):
            shown[""] = rest
        if not shown or not whole[OWN[0]]:
            continue
        weights = list(shown.values())
        befores, figures = _spread(before, weights), _parts(stage, whole, weights)
        shares = [
            Share(value, _whole(one[OWN[0]]), _whole(one[OWN[1]]), then, {name: one[name] for name in one if name not in OWN})
            for value, then, one in zip(shown, befores, figures, strict=True)
        ]
        found.append(Breakdown(by, sorted(shares, key=lambda one: (not one.value, -one.failures, -one.volume))))
    return found


def _parts(stage: Stage, whole: Mapping[str, Figure], weights: Sequence[int]) -> list[dict[str, Figure]]:
    """Return the measures of each part. Every other part has more than its share of what failed."""
    parts: list[dict[str, Figure]] = [{} for _ in weights]
    failing = [weight * (1 + place % 2) for place, weight in enumerate(weights)]
    for name, figure in whole.items():
        if isinstance(figure, Mapping):
            sums = {currency: _spread(amount, weights) for currency, amount in figure.items()}
            spread: list[Figure] = [{currency: one[place] for currency, one in sums.items()} for place in range(len(weights))]
        elif isinstance(figure, int):
            spread = list(_within(_spread(figure, failing), parts) if name == OWN[1] else _spread(figure, weights))
        else:
            spread = [figure] * len(weights)
        for part, value in zip(parts, spread, strict=True):
            part[name] = value
    return [_with_shares(stage, part) for part in parts]


def _value(case: CaseRow, by: str, where: EventFilter) -> str:
    value = str(getattr(case, by, ""))
    if by != "region":
        return value
    named = max((where.region, where.value if where.by == "region" else ""), key=lambda code: code.count("-"))
    return "-".join(value.split("-")[: max(_CITY, named.count("-") + 2)]) if named else "-".join(value.split("-")[:_CITY])


def _whole(figure: Figure) -> int:
    return figure if isinstance(figure, int) else 0


def _spread(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole parts of ``total`` in proportion to the weights; they add up to it."""
    every = sum(weights)
    ends = [total * sum(weights[: place + 1]) // every for place in range(len(weights))]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _within(failures: Sequence[int], parts: Sequence[Mapping[str, Figure]]) -> list[int]:
    """Return failures of parts none of which has more than its volume; what is too many goes to parts with room."""
    room = [_whole(part[OWN[0]]) for part in parts]
    found = [min(one, most) for one, most in zip(failures, room, strict=True)]
    over = sum(failures) - sum(found)
    for place, most in enumerate(room):
        more = min(over, most - found[place])
        found[place] += more
        over -= more
    return found
