"""The numbers of a stage: what each is called, how it is written, how it compares, and when it says too little."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.answers import MeasureDay, StageDay, StageStatus
from tongguan.model.measures import Figure, How, Measure
from tongguan.model.vocabulary import Stage
from tongguan.web.kit.charts import Form, Value
from tongguan.web.kit.components import Change, Status
from tongguan.web.kit.formats import Formats
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay
from tongguan.web.rooms.panorama.standing import FAILING, FLOOR, LOW, MORE, WATCH

HOURS: Final = 24
FAILED_SHARE: Final = "failing"
"""Name of the share of failures in the volume, which every stage with failures has."""

_FORMS: Final = {How.MONEY: Form.MONEY, How.MEAN: Form.DURATION, How.P95: Form.DURATION, How.SHARE: Form.RATE}


@dataclass(frozen=True)
class Reading:
    """How one number of a stage is read.

    Attributes:
        whole: of a share, the measure that it is a share of: where that counts fewer than ``FLOOR``, the share says nothing.
    """

    name: str
    label: str
    form: Form
    whole: str = ""

    def currency(self, *figures: Figure) -> str:
        """Return the currency to draw and sort by: the one with the greatest sum in the first figure that has any."""
        for figure in figures:
            if isinstance(figure, Mapping) and figure:
                return max(figure, key=lambda code: (abs(figure[code]), code))
        return "CNY" if self.form is Form.MONEY else ""

    def number(self, figure: Figure, currency: str = "") -> Value:
        """Return a figure as one number, of money the minor units of a currency; None where there is none."""
        if isinstance(figure, Mapping):
            return figure.get(currency)
        return None if isinstance(figure, float) and not math.isfinite(figure) else figure

    def text(self, fmt: Formats, figure: Figure, *, short: bool = False) -> str:
        """Write a figure; sums of several currencies one after the other, for they are never added up."""
        write = self.form.write_short if short else self.form.write
        if isinstance(figure, Mapping):
            return " + ".join(write(fmt, figure[code], code) for code in sorted(figure, key=lambda code: (code != "CNY", code))) or "—"
        return write(fmt, figure, "CNY" if self.form is Form.MONEY else "")

    def change(self, fmt: Formats, label: str, now: Figure, before: Figure) -> Change:
        """Compare with an earlier figure: shares in percentage points, all else in percent; without one there is nothing to say."""
        currency = self.currency(now, before)
        here, there = self.number(now, currency), self.number(before, currency)
        title = f"{label}: {self.text(fmt, before)}"
        if self.form is Form.RATE:
            gap = None if here is None or there is None else here - there
            return Change(label, fmt.points(gap), _direction(gap), title)
        gap = None if here is None or not there else here / there - 1
        return Change(label, fmt.change(gap), _direction(gap), title)


def _direction(gap: float | None) -> str:
    return "same" if gap is None or round(gap, 3) == 0 else "up" if gap > 0 else "down"


@dataclass(frozen=True)
class StageNumbers:
    """All numbers of a stage on one day, by name, ``volume`` first.

    Attributes:
        open: the hour that is not over yet; None on a day that is past.
    """

    readings: Mapping[str, Reading]
    days: Mapping[str, MeasureDay]
    open: int | None

    def thin(self, name: str) -> int | None:
        """Return how few a share is made of, where that is too few to say anything; else None."""
        whole = self.days.get(self.readings[name].whole)
        count = whole.now if whole else None
        return int(count) if isinstance(count, int | float) and count < FLOOR else None


def readings(visit: Visit, stage: Stage) -> dict[str, Reading]:
    """Return how each number of a stage is read: its own first, then what it is measured by, as declared."""
    found = {"volume": Reading("volume", visit.text("Volume"), Form.COUNT)}
    own = next((one.label for one in stage.measures if (one.part, one.whole) == ("failures", "volume")), None)
    if stage.failures:
        label = own.in_language(visit.language) if own else visit.text("Failure share")
        found[FAILED_SHARE] = Reading(FAILED_SHARE, label, Form.RATE, "volume")
    for one in stage.measures:
        if one.label is not own:
            found[one.name] = _reading(visit, stage, one)
    if stage.failures:
        found["failures"] = Reading("failures", visit.text("Failures"), Form.COUNT)
    return found


def _reading(visit: Visit, stage: Stage, measure: Measure) -> Reading:
    label, form = measure.label.in_language(visit.language), _FORMS.get(measure.how, Form.COUNT)
    if measure.how is not How.SHARE:
        return Reading(measure.name, label, form)
    # Money by a count is money for each; any other quotient is a share.
    money = any(one.name == measure.part and one.how is How.MONEY for one in stage.measures)
    return Reading(measure.name, label, Form.MONEY) if money else Reading(measure.name, label, form, measure.whole)


def stage_numbers(visit: Visit, stage: Stage, day: StageDay, status: StageStatus | None, shown: ShownDay) -> StageNumbers:
    """Lay out the numbers of a stage's day; those that were not answered are left out."""
    now = visit.now.astimezone(visit.site.settings.zone).hour if shown.today else None
    days = dict(day.measures)
    days.setdefault("volume", _own(day.volume, day.volume_before, now, status.volume_yesterday if status else None))
    if stage.failures:
        failures = days.setdefault("failures", _own(day.failures, day.failures_before, now, status.failures_yesterday if status else None))
        days.setdefault(FAILED_SHARE, _shares(failures, days["volume"]))
    return StageNumbers({name: one for name, one in readings(visit, stage).items() if name in days}, days, now)


def _own(here: Sequence[int], before: Sequence[int], now: int | None, until_now: int | None) -> MeasureDay:
    compared = sum(before) if now is None or until_now is None else until_now
    return MeasureDay(
        sum(here), compared, None, [None if now is not None and hour > now else count for hour, count in enumerate(here)], before
    )


def _shares(part: MeasureDay, whole: MeasureDay) -> MeasureDay:
    def each(parts: Sequence[Figure], wholes: Sequence[Figure]) -> list[Figure]:
        return [_quotient(one, of) for one, of in zip(parts, wholes, strict=False)]

    return MeasureDay(
        now=_quotient(part.now, whole.now),
        before=_quotient(part.before, whole.before),
        week=_quotient(part.week, whole.week),
        hours=each(part.hours, whole.hours),
        hours_before=each(part.hours_before, whole.hours_before),
    )


def _quotient(part: Figure, whole: Figure) -> float | None:
    if isinstance(part, Mapping) or isinstance(whole, Mapping) or part is None or not whole:
        return None
    return part / whole


def judge_share(share: float | None, count: int, usual: float) -> Status:
    """Tell how a share of failures in ``count`` events stands beside the usual share."""
    if share is None or count < FLOOR:
        return Status.UNKNOWN
    if share >= max(2 * FAILING, 2 * MORE * usual):
        return Status.BAD
    return Status.WATCH if share >= max(FAILING, MORE * usual) else Status.GOOD


def judge_volume(volume: int, before: int) -> Status:
    """Tell how a volume stands beside that of the day before."""
    if before < FLOOR:
        return Status.UNKNOWN
    return Status.BAD if volume < LOW * before else Status.WATCH if volume < WATCH * before else Status.GOOD
