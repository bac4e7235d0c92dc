"""Money as integer minor units (fen, cents); a float never holds an amount."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}


class MoneyTextError(ValueError):
    """The text is no amount of money that can be held exactly in minor units."""


def exponent(currency: str) -> int:
    """Return how many decimal places the currency's minor unit has (ISO 4217; 2 where not listed)."""
    return _EXPONENTS.get(currency.upper(), 2)


def to_minor(text: str, currency: str = "CNY", *, decimal_point: str = ".", thousands: str = ",") -> int:
    """Turn decimal text such as ``"1,234.50"`` into minor units, exactly.

    Args:
        text: the amount; spaces around it, a sign and a thousands mark are allowed.
        currency: ISO 4217 code; decides the number of places.
        decimal_point: the mark before the fraction.
        thousands: the mark between groups of three; empty for none.

    Returns:
        The amount in minor units: ``to_minor("12.5") == 1250``.

    Raises:
        MoneyTextError: not a number, it has more places than the currency, or a thousands mark stands where none can.
    """
    plain = text.strip()
    if thousands and thousands in plain:
        if not _grouped(plain.partition(decimal_point)[0].lstrip("+-"), thousands):
            raise MoneyTextError(f"{text!r} has {thousands!r} at a place where no thousands end; is it the decimal point?")
        plain = plain.replace(thousands, "", plain.partition(decimal_point)[0].count(thousands))
    if decimal_point != ".":
        plain = plain.replace(decimal_point, ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise MoneyTextError(f"{text!r} is not a decimal number") from error
    if not amount.is_finite():
        raise MoneyTextError(f"{text!r} is not a finite number")
    minor = amount.scaleb(exponent(currency))
    whole = minor.to_integral_value()
    if whole != minor:
        raise MoneyTextError(f"{text!r} has more decimal places than {currency} allows ({exponent(currency)})")
    return int(whole)


def _grouped(whole: str, thousands: str) -> bool:
    """Tell whether the mark stands between groups of three digits only."""
    first, *others = whole.split(thousands)
    return 1 <= len(first) <= 3 and all(len(group) == 3 for group in others) and (first + "".join(others)).isdecimal()


def to_text(minor: int, currency: str = "CNY") -> str:
    """Return minor units as plain decimal text, the inverse of :func:`to_minor`: ``to_text(1250) == "12.50"``."""
    places = exponent(currency)
    return format(Decimal(minor).scaleb(-places), f".{places}f")
