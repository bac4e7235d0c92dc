"""Order quality in words: what a rule looks for, and why it flagged an order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tongguan.model.flags import FlagBook, FlaggedRow, FlagKind, FlagRule
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

MOST_OTHERS: Final = 3
"""So many other orders are named in a line."""

_ATTRIBUTES: Final = {
    "address": msg("address"),
    "identity_number": msg("identity document"),
    "phone": msg("telephone number"),
    "email": msg("e-mail address"),
    "name": msg("name"),
}
"""Attributes of orders that rules compare → in words; columns are named by the kit."""


def column_name(visit: Visit, name: str) -> str:
    """Name a column or an attribute within a sentence."""
    if name in _ATTRIBUTES:
        return visit.text(_ATTRIBUTES[name])
    named = visit.codes.column(name)
    return named if visit.language == "zh-CN" else named[:1].lower() + named[1:]


def columns_text(visit: Visit, names: Iterable[str]) -> str:
    """Name columns one after the other."""
    return visit.listing(column_name(visit, name) for name in names)


def rule_label(visit: Visit, book: FlagBook, name: str) -> str:
    """Name a rule: ours, or a source's."""
    rule = book.rule(name)
    return rule.label.in_language(visit.language) if rule else visit.codes.label("rule", name) if name else visit.text("no rule told")


def reason_label(visit: Visit, reason: str) -> str:
    """Name a reason; empty for none."""
    return visit.codes.label("reason", reason) if reason else ""


def _others(visit: Visit, row: FlaggedRow) -> str:
    named = visit.listing(list(row.others)[-MOST_OTHERS:])
    if len(row.others) > MOST_OTHERS:
        return visit.text("%(names)s and %(n)s more", names=named, n=visit.formats.full(len(row.others) - MOST_OTHERS))
    return named


def why_text(visit: Visit, book: FlagBook, row: FlaggedRow) -> str:
    """Say why an order was flagged, with the values; the reason alone where a source told no more."""
    rule, fmt = book.rule(row.rule), visit.formats
    same = columns_text(visit, row.columns)
    match rule.kind if rule else None:
        case FlagKind.REPEATED if row.found is not None:
            return visit.text(
                "%(time)s after %(others)s, same %(columns)s", time=fmt.duration(row.found), others=_others(visit, row), columns=same
            )
        case FlagKind.MANY if row.found is not None:
            return visit.text(
                "no. %(n)s of the day with the same %(columns)s (at most %(bound)s)",
                n=fmt.full(int(row.found)),
                columns=same,
                bound=fmt.full(int(row.bound or 0)),
            )
        case FlagKind.MISSING if row.columns:
            return visit.text("unknown: %(columns)s", columns=same)
        case FlagKind.UNANSWERED if row.found is not None:
            return visit.text("neither paid nor ended after %(time)s", time=fmt.duration(row.found))
        case FlagKind.UNUSUAL if row.found is not None:
            return visit.text(
                "%(amount)s, usually about %(usual)s: %(n)s spreads off (at most %(bound)s)",
                amount=fmt.money(row.amount, row.currency or "CNY"),
                usual=fmt.money(row.usual, row.currency or "CNY"),
                n=fmt.full(row.found),
                bound=fmt.full(row.bound),
            )
    if row.others:
        return visit.text("compared with %(others)s", others=_others(visit, row))
    return reason_label(visit, row.reason) or fmt.full(None)


def rule_text(visit: Visit, rule: FlagRule) -> str:
    """Say what a rule looks for, with its parameters."""
    fmt, text = visit.formats, visit.text
    within, same = fmt.duration(rule.within.total_seconds()), columns_text(visit, rule.same)
    match rule.kind:
        case FlagKind.REPEATED:
            said = text("same %(columns)s within %(time)s", columns=same, time=within)
        case FlagKind.MANY:
            said = text("more than %(n)s a day with the same %(columns)s", n=fmt.full(rule.most), columns=same)
        case FlagKind.MISSING:
            said = text("%(columns)s still unknown after %(time)s", columns=columns_text(visit, rule.fields), time=within)
        case FlagKind.UNANSWERED:
            said = text(
                "none of these within %(time)s: %(events)s", time=within, events=visit.listing(map(visit.codes.event_type, rule.answers))
            )
        case FlagKind.UNUSUAL:
            said = text(
                "more than %(n)s spreads off the median of the product in the %(days)s days before (from %(least)s orders on)",
                n=fmt.full(rule.spreads),
                days=fmt.full(rule.days),
                least=fmt.full(rule.least),
            )
    return said


def classes_text(visit: Visit, rule: FlagRule) -> str:
    """Say to which business classes a rule is applied."""
    named = visit.listing(visit.codes.label("business_class", one) for one in rule.classes) or visit.text("all classes")
    left = visit.listing(visit.codes.label("business_class", one) for one in rule.not_classes)
    return visit.text("%(classes)s, without %(left)s", classes=named, left=left) if left else named
