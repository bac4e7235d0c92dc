"""A stage's day taken apart: a table for each breakdown, regions as tiles, and where failures stand out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tongguan.lib.money import exponent
from tongguan.model.answers import Breakdown, EventFilter, Share, StageDay
from tongguan.model.vocabulary import Stage
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Form, RegionGrid, RegionTile, Value
from tongguan.web.kit.components import Change, Status
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.tables import Cell, Column, Heading, TableState, headings, table_state
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.stage_figures import FAILED_SHARE, Reading, judge_share, judge_volume, readings
from tongguan.web.rooms.panorama.standing import FLOOR

_OWN: Final = ("volume", "failures", FAILED_SHARE)
STANDOUTS: Final = 3


@dataclass(frozen=True)
class ShareRow:
    """One value of a breakdown: its cells, the share of failures as a bar (None without one), and where it leads.

    Attributes:
        thin: that so few events say nothing, such as ``too few: n=12``; the share is greyed then, and has no bar.
    """

    label: str
    title: str
    cells: Sequence[Cell]
    bar: float | None
    high: bool
    href: str
    chosen: bool
    thin: str


@dataclass(frozen=True)
class ShareTable:
    """A breakdown of a stage's day; ``bar_at`` is the place of the column with the bar, −1 without one."""

    key: str
    title: str
    headings: Sequence[Heading]
    rows: Sequence[ShareRow]
    bar_at: int
    exports: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Standout:
    """A value of a breakdown in which far more fails than usual."""

    label: str
    share: str
    failures: str
    href: str


@dataclass(frozen=True)
class Taken:
    """One breakdown and how to read it.

    Attributes:
        whole: what shares are of; None for the row's own volume. Only failures have a reason: theirs is of all failures.
        usual: share of failures of the stage on the day before.
        compared: with what volumes are compared, as text.
    """

    visit: Visit
    part: Breakdown
    readings: Sequence[Reading]
    failing: bool
    usual: float
    whole: int | None
    compared: str

    def share(self, row: Share) -> float | None:
        """Return the share of failures of a row."""
        whole = row.volume if self.whole is None else self.whole
        return row.failures / whole if whole and self.failing else None

    def status(self, row: Share) -> Status:
        """Tell how a row stands: by its failures, without any by its volume; a reason by nothing."""
        if self.whole is not None:
            return Status.UNKNOWN
        return judge_share(self.share(row), row.volume, self.usual) if self.failing else judge_volume(row.volume, row.volume_before)

    def label(self, row: Share) -> str:
        """Name a row."""
        return self.visit.codes.label(self.part.by, row.value) if row.value else self.visit.text("others")


def take(visit: Visit, stage: Stage, day: StageDay, by: str, compared: str) -> Taken | None:
    """Return one breakdown of a day; None where the day does not have it."""
    part = next((one for one in day.breakdowns if one.by == by), None)
    if part is None:
        return None
    known = [one for name, one in readings(visit, stage).items() if name not in _OWN and any(name in row.figures for row in part.shares)]
    before = sum(day.volume_before)
    usual = sum(day.failures_before) / before if before >= FLOOR else 0.0
    whole = sum(row.failures for row in part.shares) if by == "reason" else None
    return Taken(visit, part, known, bool(stage.failures), usual, whole, compared)


def columns(taken: Taken, *, file: bool = False) -> list[Column[Share]]:
    """Return the columns of a breakdown; in files numbers are plain, and headings carry the unit."""
    text, fmt = taken.visit.text, taken.visit.formats
    percent = " (%)" if file else ""
    own = [Column[Share]("name", taken.visit.codes.column(taken.part.by), lambda row: Cell(taken.label(row), row.value), sort="name")]
    if taken.whole is None:
        own.append(Column("volume", text("Volume"), lambda row: Cell(fmt.full(row.volume), value=row.volume), True, "volume"))
        own.append(Column("change", taken.compared + percent, lambda row: _change_cell(taken, row), True, "change"))
    if taken.failing:
        own.append(Column("failures", text("Failed"), lambda row: Cell(fmt.full(row.failures), value=row.failures), True, "failures"))
        title = text("Failure share") if taken.whole is None else text("Share of failures")
        own.append(Column(FAILED_SHARE, title + percent, lambda row: _rate_cell(taken, taken.share(row)), True, FAILED_SHARE))
    return own + [_measure_column(taken, reading, file=file) for reading in taken.readings]


def _rate_cell(taken: Taken, rate: Value) -> Cell:
    return Cell(taken.visit.formats.rate(rate), value=None if rate is None else Decimal(repr(round(100 * rate, 1))))


def _change_cell(taken: Taken, row: Share) -> Cell:
    change = _change(taken, row)
    exact = _relative(row)
    return Cell(change.text, change.title, value=None if exact is None else Decimal(repr(round(100 * exact, 1))))


def _relative(row: Share) -> float | None:
    return row.volume / row.volume_before - 1 if row.volume_before else None


def _change(taken: Taken, row: Share) -> Change:
    gap, fmt = _relative(row), taken.visit.formats
    direction = "same" if gap is None or round(gap, 3) == 0 else "up" if gap > 0 else "down"
    label = taken.compared
    return Change(
        label, fmt.change(gap), direction, taken.visit.text("%(label)s: %(count)s", label=label, count=fmt.full(row.volume_before))
    )


def _currency(taken: Taken, reading: Reading) -> str:
    return reading.currency(*(row.figures.get(reading.name) for row in taken.part.shares))


def _measure_column(taken: Taken, reading: Reading, *, file: bool) -> Column[Share]:
    currency = _currency(taken, reading)
    units = {Form.RATE: " (%)", Form.DURATION: " (s)", Form.MONEY: f" ({currency})", Form.COUNT: ""}

    def cell(row: Share) -> Cell:
        figure = row.figures.get(reading.name)
        number = reading.number(figure, currency)
        if reading.form is Form.RATE:
            return _rate_cell(taken, number)
        text = reading.text(taken.visit.formats, figure)
        if number is None:
            return Cell(text)
        if reading.form is Form.MONEY:
            return Cell(text, value=Decimal(number).scaleb(-exponent(currency)))
        return Cell(text, value=number if isinstance(number, int) else Decimal(repr(round(number, 3))))

    return Column(reading.name, reading.label + (units[reading.form] if file else ""), cell, True, reading.name)


def _sort_keys(taken: Taken) -> dict[str, Callable[[Share], Any]]:
    """Return what rows are sorted by: of one key, numbers or texts, never both; None where a row has none."""
    found: dict[str, Callable[[Share], Any]] = {
        "name": taken.label,
        "volume": lambda row: row.volume,
        "change": _relative,
        "failures": lambda row: row.failures,
        FAILED_SHARE: taken.share,
    }
    for reading in taken.readings:
        found[reading.name] = _by_measure(reading, _currency(taken, reading))
    return found


def _by_measure(reading: Reading, currency: str) -> Callable[[Share], Value]:
    return lambda row: reading.number(row.figures.get(reading.name), currency)


def sorted_rows(taken: Taken, sort: str) -> tuple[list[Share], TableState]:
    """Return the rows as the address sorts them, rows without a value and the rest of all last."""
    keys = _sort_keys(taken)
    offered = [column.sort for column in columns(taken)]
    state = table_state({"sort": sort}, offered, "-failures" if taken.failing else "-volume")
    key = keys[state.sort]
    named = [row for row in taken.part.shares if row.value]
    known = [row for row in named if key(row) is not None]
    known.sort(key=lambda row: str(row.value))
    known.sort(key=key, reverse=state.descending)
    rest = [row for row in named if key(row) is None] + [row for row in taken.part.shares if not row.value]
    return known + rest, state


def share_table(taken: Taken, where: EventFilter, address: Address, exports: bool) -> ShareTable:
    """Return a breakdown as the page draws it."""
    shown = columns(taken)
    rows, state = sorted_rows(taken, address.values.get("sort", ""))
    by = taken.part.by
    files = address.at(f"{address.path}/by/{by}")
    names = [column.name for column in shown]
    return ShareTable(
        key=by,
        title=taken.visit.codes.column(by),
        headings=headings(shown, state, address),
        rows=[_row(taken, row, shown, where, address) for row in rows],
        bar_at=names.index(FAILED_SHARE) if FAILED_SHARE in names else -1,
        exports=[(kind.upper(), str(files.at(f"{files.path}.{kind}"))) for kind in FORMATS] if exports else (),
    )


def _row(taken: Taken, row: Share, shown: Sequence[Column[Share]], where: EventFilter, address: Address) -> ShareRow:
    by = taken.part.by
    chosen = bool(where.by) and (where.by, where.value) == (by, row.value)
    few = taken.failing and taken.whole is None and row.volume < FLOOR
    return ShareRow(
        label=taken.label(row),
        title=row.value,
        cells=[column.cell(row) for column in shown[1:]],
        bar=None if few else taken.share(row),
        high=taken.status(row) is Status.BAD,
        href="" if not row.value else address.having(by="" if chosen else by, value="" if chosen else row.value),
        chosen=chosen,
        thin=taken.visit.text("too few: n=%(n)s", n=taken.visit.formats.full(row.volume)) if few else "",
    )


def region_grid(taken: Taken, where: EventFilter, address: Address) -> RegionGrid:
    """Return regions as tiles in the order of the book, those that it does not name after them by code, the rest of all last."""
    tree = taken.visit.site.regions.tree
    order = {region.code: place for place, region in enumerate(tree)}
    rows = sorted(taken.part.shares, key=lambda row: (not row.value, order.get(row.value, len(order)), row.value))
    return RegionGrid("regions", taken.visit.text("Regions"), [_tile(taken, row, where, address) for row in rows])


def _tile(taken: Taken, row: Share, where: EventFilter, address: Address) -> RegionTile:
    fmt, text, status = taken.visit.formats, taken.visit.text, taken.status(row)
    counted = text("%(failed)s of %(volume)s failed", failed=fmt.full(row.failures), volume=fmt.full(row.volume))
    table = _row(taken, row, (), where, address) if row.value else None
    few = status is Status.UNKNOWN
    return RegionTile(
        label=taken.label(row),
        value=fmt.rate(taken.share(row)) if taken.failing else fmt.compact(row.volume),
        status=status,
        status_word=text("too few: n=%(n)s", n=fmt.full(row.volume)) if few else text(status.word),
        title=counted if taken.failing else fmt.full(row.volume),
        # The arrow is the volume's; beside a share of failures it would be read as theirs.
        change=Change(counted, "", "same", counted) if taken.failing else _change(taken, row),
        href=table.href if table else "",
        chosen=bool(table and table.chosen),
    )


def standouts(taken: Sequence[Taken], where: EventFilter, address: Address) -> list[Standout]:
    """Return the values in which far more fails than usual, those with the most failures first."""
    bad = [(one, row) for one in taken for row in one.part.shares if row.value and one.failing and one.status(row) is Status.BAD]
    bad.sort(key=lambda found: found[1].failures, reverse=True)
    return [
        Standout(
            f"{one.visit.codes.column(one.part.by)}: {one.label(row)}",
            one.visit.formats.rate(one.share(row)),
            one.visit.formats.full(row.failures),
            address.having(by=one.part.by, value=row.value),
        )
        for one, row in bad[:STANDOUTS]
        if (where.by, where.value) != (one.part.by, row.value)
    ]
