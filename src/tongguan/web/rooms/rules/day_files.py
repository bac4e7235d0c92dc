"""Special days as CSV, there and back: one line a date, as a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from tongguan.model.calendar_documents import blocks_text, read_special
from tongguan.model.calendars import SpecialDay, Weekday
from tongguan.model.mistakes import Mistakes
from tongguan.web.kit.export import harmless, meant

COLUMNS: Final = ("day", "kind", "zh", "en", "like", "blocks")

MOST_LINES: Final = 5_000
LONGEST_LINE: Final = 2_000


def days_csv(days: Sequence[SpecialDay]) -> str:
    """Return special days as CSV with a byte-order mark, so that spreadsheets read the names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in days:
        like = "" if one.like is None else Weekday(one.like).name.lower()
        writer.writerow([one.day.isoformat(), one.kind.value, harmless(one.zh), harmless(one.en), like, blocks_text(one.blocks)])
    return "\ufeff" + out.getvalue()


def read_days_csv(text: str, mistakes: Mistakes) -> tuple[SpecialDay, ...]:
    """Return the days of a CSV file by date; every mistake is noted with its line."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            mistakes.add(str(number), f"每行最多 {LONGEST_LINE} 个字符", f"at most {LONGEST_LINE} characters a line")
            return ()
    lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    rows = [(number, [cell.strip() for cell in line]) for number, line in enumerate(lines, 1) if any(cell.strip() for cell in line)]
    if not rows or rows[0][1][: len(COLUMNS)] != list(COLUMNS):
        head = ",".join(COLUMNS)
        mistakes.add("1", f"第一行须为列名：{head}", f"the first line must name the columns: {head}")
        return ()
    if len(rows) > MOST_LINES:
        mistakes.add("1", f"最多 {MOST_LINES} 行", f"at most {MOST_LINES} lines")
        return ()
    found = [one for number, cells in rows[1:] if (one := _day(number, cells, mistakes)) is not None]
    for day, times in Counter(one.day for one in found).items():
        if times > 1:
            mistakes.add("", f"{day} 出现 {times} 次，每个日期只能一行", f"{day} stands {times} times; every date once")
    return tuple(sorted(found, key=lambda one: one.day))


def _day(number: int, cells: list[str], mistakes: Mistakes) -> SpecialDay | None:
    values: dict[str, Any] = {name: meant(cell) for name, cell in zip(COLUMNS, cells, strict=False) if cell}
    if len(cells) > len(COLUMNS) and any(cells[len(COLUMNS) :]):
        mistakes.add(str(number), f"多于 {len(COLUMNS)} 列", f"more than {len(COLUMNS)} columns")
        return None
    return read_special(values, str(number), mistakes)
