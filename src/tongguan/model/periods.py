"""Arithmetic of whole days: months, the buckets of a grain, and periods that follow each other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from tongguan.model.indicator_answers import Grain

_MONTHS: Final = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
_DAY: Final = timedelta(days=1)


def months_later(first: date, months: int) -> date:
    """Return the first day of the month that is so many months after the month of a first day; negative for before."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def after(bucket: date, grain: Grain) -> date:
    """Return the first day of the next bucket, of one that begins on a day; grains below a day, and the whole, count as a day."""
    if grain in _MONTHS:
        return months_later(bucket, _MONTHS[grain])
    return bucket + (7 * _DAY if grain is Grain.WEEK else _DAY)


def bucket_end(bucket: date, grain: Grain) -> date:
    """Return the last day of a bucket that begins on a day."""
    return after(bucket, grain) - _DAY


def shifted(since: date, until: date, by: int) -> tuple[date, date]:
    """Return first and last day of a period as long as another, so many lengths later; whole months move by whole months."""
    if since.day == 1 and (until + _DAY).day == 1:
        months = by * ((until.year - since.year) * 12 + until.month - since.month + 1)
        return months_later(since, months), months_later(until + _DAY, months) - _DAY
    length = until - since + _DAY
    return since + by * length, until + by * length
