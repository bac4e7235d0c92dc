"""The figures of order quality 订单质量: cards of a day, what every rule found, and the days before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongguan.areas.orders.quality_page_words import reason_label, rule_label, rule_text
from tongguan.areas.orders.queues import REVIEW
from tongguan.model.flags import FlagBook, FlagCount, FlaggedDay
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Series
from tongguan.web.kit.colours import COMPARED, colour_at
from tongguan.web.kit.components import Change, KpiCard, Status
from tongguan.web.kit.formats import NOTHING
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay, compared
from tongguan.web.rooms.panorama.tiles import change

MOST_DRAWN: Final = 6
"""So many rules have a colour of their own in the trend; the rest is one."""


FLOOR: Final = 30
"""Shares of fewer orders are not judged."""


@dataclass(frozen=True)
class RuleLine:
    """What one rule found on the day; ``ours`` for a rule of the file, ``chosen`` where the list shows it alone."""

    label: str
    title: str
    reason: str
    count: str
    before: Change
    week: Change
    href: str
    chosen: bool
    hold: bool
    ours: bool


def cards(visit: Visit, found: FlaggedDay, shown: ShownDay) -> list[KpiCard]:
    """Return the key figures of a day; where no source ever sent anything, nothing is known to be 0."""
    fmt, text, label = visit.formats, visit.text, compared(visit, shown)
    flagged, made = found.flagged, found.made
    share, before = (one / whole if whole else None for one, whole in ((flagged.now, made.now), (flagged.before, made.before)))
    points = None if share is None or before is None else share - before
    direction = "same" if not points or abs(points) < 0.0005 else "up" if points > 0 else "down"
    known = found.data_through is not None
    figures = [
        KpiCard(
            text("Abnormal orders"),
            fmt.compact(flagged.now if known else None),
            "#list",
            unit=visit.plural("order", "orders", flagged.now) if known else "",
            title=fmt.full(flagged.now if known else None),
            change=change(visit, label, flagged.now, flagged.before) if known else None,
            note=text("same time last week: %(n)s", n=fmt.full(flagged.week)) if known else "",
            key="flagged",
        ),
        KpiCard(
            text("Abnormal share"),
            fmt.rate(share),
            "#trend",
            title=text("%(part)s of %(all)s orders", part=fmt.full(flagged.now), all=fmt.full(made.now)),
            change=Change(label, fmt.points(points), direction, fmt.rate(before)) if points is not None else None,
            note=text("of %(n)s orders", n=fmt.full(made.now)) if known else "",
            key="share",
            thin=text("too few: n=%(n)s", n=fmt.full(made.now)) if known and made.now < FLOOR else "",
        ),
    ]
    if found.waiting is not None:
        figures.append(_review(visit, found.waiting if known else None, found.late or 0))
    return figures


def _review(visit: Visit, waiting: int | None, late: int) -> KpiCard:
    fmt, text = visit.formats, visit.text
    href = f"/work/{REVIEW.name}" if REVIEW.name in visit.site.vocabulary.queues else "/waiting"
    if waiting is None:
        return KpiCard(text("Waiting for review"), NOTHING, href, key="review")
    return KpiCard(
        text("Waiting for review"),
        fmt.compact(waiting),
        href,
        unit=visit.plural("order", "orders", waiting),
        title=fmt.full(waiting),
        note=text("%(n)s late", n=fmt.full(late)),
        status=Status.BAD if late else Status.GOOD if waiting else None,
        status_word=text("late") if late else text("in time"),
        key="review",
    )


def lines(visit: Visit, book: FlagBook, found: FlaggedDay, address: Address, shown: ShownDay) -> list[RuleLine]:
    """Return what every rule found on a day."""
    asked, known = visit.query("rule"), found.data_through is not None

    def differs(count: FlagCount, before: int, label: str) -> Change:
        return change(visit, label, count.now, before) if known else Change(label, NOTHING, "same", "")

    found_by = []
    for one in found.rules:
        rule = book.rule(one.rule)
        found_by.append(
            RuleLine(
                label=rule_label(visit, book, one.rule),
                title=rule_text(visit, rule) if rule else visit.text("A rule of the selling system"),
                reason=reason_label(visit, one.reason),
                count=visit.formats.full(one.count.now if known else None),
                before=differs(one.count, one.count.before, compared(visit, shown)),
                week=differs(one.count, one.count.week, visit.text("vs last week")),
                href=address.having(rule="" if one.rule == asked else one.rule, page="") + "#list",
                chosen=one.rule == asked,
                hold=rule is not None and rule.hold,
                ours=rule is not None,
            )
        )
    return found_by


def trend(visit: Visit, book: FlagBook, found: FlaggedDay, shown: ShownDay) -> Chart:
    """Return the flags of the days before, by rule."""
    totals = {one.rule: sum(day.rules.get(one.rule, 0) for day in found.past) for one in found.rules}
    names = [name for name in sorted(totals, key=lambda name: -totals[name]) if totals[name]]
    # In the order of the file, so that no two have one colour and they hardly change it from day to day.
    order = [*(rule.name for rule in book.rules), *sorted(name for name in totals if book.rule(name) is None)]
    drawn = sorted(names[:MOST_DRAWN], key=order.index)
    series = [
        Series(rule_label(visit, book, name), colour_at(place), [day.rules.get(name, 0) for day in found.past])
        for place, name in enumerate(drawn)
    ]
    if rest := names[MOST_DRAWN:]:
        series.append(Series(visit.text("All others"), COMPARED, [sum(day.rules.get(name, 0) for name in rest) for day in found.past]))
    return Chart(
        key="quality-trend",
        kind="stacked",
        title=visit.text("Flags by day and rule"),
        categories=[day.day[5:] for day in found.past],
        series=series,
        category_title=visit.text("Day"),
        open=len(found.past) - 1 if shown.today else None,
        note=visit.text("an order may be flagged by several rules"),
    )
