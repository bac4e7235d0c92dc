"""What was unlike other days, as pages tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tongguan.model.answers import FlowFilter
from tongguan.model.findings import Finding, FindingKind, Watch
from tongguan.model.indicators import Measured
from tongguan.web.kit.address import Address
from tongguan.web.kit.measured import full
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

KINDS: Final[dict[FindingKind, str]] = {FindingKind.DAYS: msg("Unlike other days"), FindingKind.DRIFT: msg("Slow change")}
"""In which way a number was unlike other days → in words."""

FINDINGS: Final = "/findings"

_BEFORE: Final = timedelta(days=28)
_WHOLE: Final = 10
"""Usual counts below this are told with a decimal: one every other day is not none."""


@dataclass(frozen=True)
class FindingLine:
    """One finding in words.

    Attributes:
        days: its days, short; ``days_title`` in full.
        what: the number that was off.
        where: the value of the dimension it was found in; ``where_title`` names the dimension.
        observed, expected: the number and what it is on other days.
        change: by how much it differs, with the sign.
        href: the stage's page on the last day, narrowed to the value where the page can be.
        number_href: the indicator's page, in this value, over these days and the four weeks before.
    """

    key: str
    stage: str
    days: str
    days_title: str
    what: str
    where: str
    where_title: str
    observed: str
    expected: str
    change: str
    kind: str
    drift: bool
    href: str
    number_href: str


def finding_line(visit: Visit, row: Finding, watch: Watch) -> FindingLine:
    """Return a finding in the words of the visit; ``watch`` is the one that found it."""
    codes, unit = visit.codes, watch.indicator.unit
    return FindingLine(
        key=row.id,
        stage=codes.stage(row.stage),
        days=_days(row.first_day, row.last_day),
        days_title=visit.text("%(first)s to %(last)s", first=row.first_day.isoformat(), last=row.last_day.isoformat()),
        what=watch.indicator.label.in_language(visit.language),
        where=codes.label(row.by, row.value),
        where_title=f"{codes.column(row.by)}: {row.value}",
        observed=number(visit, unit, row.observed),
        expected=number(visit, unit, row.expected),
        change=_change(visit, row, unit),
        kind=visit.text(KINDS[row.kind]),
        drift=row.kind is FindingKind.DRIFT,
        href=finding_href(visit, row),
        number_href=number_href(row),
    )


def number(visit: Visit, unit: Measured, value: float) -> str:
    """Write a watched number in its unit."""
    match unit:
        case Measured.POINTS:
            return full(visit.formats, unit, round(value, 1))
        case Measured.COUNT:
            return full(visit.formats, unit, round(value) if value >= _WHOLE else round(value, 1))
        case _:
            return full(visit.formats, unit, value)


def _change(visit: Visit, row: Finding, unit: Measured) -> str:
    match unit:
        case Measured.SHARE:
            return visit.formats.points(row.observed - row.expected)
        case Measured.COUNT:
            # Where hardly any are usual, a share of them would be of any size.
            return signed(visit, unit, row.observed - row.expected)
        case _:
            return visit.formats.change(row.observed / row.expected - 1 if row.expected else None)


def signed(visit: Visit, unit: Measured, value: float) -> str:
    """Write how much more or less."""
    text = number(visit, unit, abs(value))
    return text if text == number(visit, unit, 0) else f"{'+' if value > 0 else '−'}{text}"


def _days(first: date, last: date) -> str:
    return f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"


def finding_href(visit: Visit, row: Finding) -> str:
    """Return where a finding can be followed: its stage on its last day, narrowed to its value as far as the page can be."""
    breakdowns = visit.site.vocabulary.stage(row.stage).breakdowns
    narrowed: dict[str, str] = {}
    if row.by in FlowFilter.__dataclass_fields__:
        narrowed = {row.by: row.value}
    elif row.by in breakdowns:
        narrowed = {"by": row.by, "value": row.value}
    return str(Address(f"/stages/{row.stage}", {"day": row.last_day.isoformat(), **narrowed}))


def number_href(row: Finding) -> str:
    """Return the page of the indicator: in the value, over the days and the four weeks before them."""
    days = {"since": (row.first_day - _BEFORE).isoformat(), "until": row.last_day.isoformat()}
    return str(Address(f"/indicators/{row.watch}", {**days, row.by: row.value}))


def told_once(rows: Sequence[Finding]) -> list[Finding]:
    """Return findings, of those in one value on the same last day the one that stands out most: they are mostly one matter."""
    seen: set[tuple[str, str, date]] = set()
    found = []
    for row in sorted(rows, key=lambda one: (-one.last_day.toordinal(), -one.score, one.watch)):
        matter = (row.by, row.value, row.last_day)
        if matter not in seen:
            seen.add(matter)
            found.append(row)
    return found
