"""Hiding personal values in free text: telephone and identity numbers, e-mail addresses, bank cards."""

from __future__ import annotations

import re

_WIDE = str.maketrans("０１２３４５６７８９＋－＠．Ｘｘ", "0123456789+-@.Xx")
"""Full-width forms, one character each, so that places in the scanned text are places in the original."""

_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@(?=[A-Za-z0-9\-]{1,63}\.)[A-Za-z0-9.\-]{1,190}")
# 18 places with a birth date, or 15 of the older kind (GB 11643).
_IDENTITY = re.compile(
    r"(?<!\d)(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?!\d)"
)
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:\(0\d{2,3}\) ?|0\d{2,3}[ -]?)[2-9]\d{6,7}(?!\d)")
_FOREIGN = re.compile(r"(?<!\d)\+\d(?:[ -]?\d){7,14}(?!\d)")

_SHOWN = 3


def mask(text: str) -> str:
    """Return the text with personal values starred out; only the first three characters of each stay.

    A number of 13–19 digits counts as a bank card when its check digit fits (ISO/IEC 7812-1, Luhn), so most order
    numbers stay readable. Of an e-mail address only the host stays.
    """
    scanned = text.translate(_WIDE)
    spans = [(m.start(), m.start() + m.group().index("@"), 0) for m in _EMAIL.finditer(scanned)]
    for pattern in (_IDENTITY, _MOBILE, _LANDLINE, _FOREIGN):
        spans += [(*m.span(), _SHOWN) for m in pattern.finditer(scanned)]
    spans += [(*m.span(), _SHOWN) for m in _CARD.finditer(scanned) if luhn_fits(m.group())]
    if not spans:
        return text
    letters = list(text)
    for start, end, shown in spans:
        for place in range(start + shown, end):
            letters[place] = "*"
    return "".join(letters)


def luhn_fits(text: str) -> bool:
    """Tell whether the last digit is the check digit of those before it; other characters are passed over."""
    total = 0
    for place, digit in enumerate(int(c) for c in reversed(text) if c.isdecimal()):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
