"""How numbers, money, durations and times are written: one formatter, mirrored by ``static/js/format.js``.

``tests/cases/formats.json`` holds the cases that both must pass. Nothing is ever written as NaN or ∞; what is not known is ``—``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from tongguan.lib.money import exponent

NOTHING: Final = "—"
MINUS: Final = "−"

_WIDE: Final = Context(prec=800)
"""Room for every finite float written out."""

Number = int | float | Decimal

_STEPS: Final[dict[str, tuple[tuple[int, str], ...]]] = {
    "zh-CN": ((0, ""), (4, "万"), (8, "亿"), (12, "万亿")),
    "en": ((0, ""), (3, "K"), (6, "M"), (9, "B"), (12, "T")),
}
_WEEKDAYS: Final = {
    "zh-CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_SPANS: Final = ((86400, "天", "d"), (3600, "小时", "h"), (60, "分", "min"), (1, "秒", "s"))
_TENTHS_BELOW: Final = 10
"""Seconds below which a tenth of a second matters."""
_SIGNS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "BRL": "R$"}


def _decimal(value: Number | None) -> Decimal | None:
    if value is None:
        return None
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return exact if exact.is_finite() else None


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE)


def _plain(value: Decimal, places: int, *, group: bool, trim: bool) -> str:
    text = format(abs(value), f"{',' if group else ''}.{places}f")
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if value < 0 and text.strip("0.,") else "") + text


class Formats:
    """Writes values in one language and one time zone."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language if language in _STEPS else "en"
        self.zone = zone

    def compact(self, value: Number | None) -> str:
        """Short form with at most two decimals: ``1.23万`` ``9876.54万`` ``1.23亿``, in English ``12.35K``."""
        exact = _decimal(value)
        if exact is None:
            return NOTHING
        steps = _STEPS[self.language]
        place = max(i for i, (power, _) in enumerate(steps) if power == 0 or abs(exact) >= Decimal(1).scaleb(power))
        scaled = _rounded(exact.scaleb(-steps[place][0]), 2)
        if place + 1 < len(steps) and abs(scaled) >= Decimal(1).scaleb(steps[place + 1][0] - steps[place][0]):
            place += 1  # rounding filled the unit: 999,999 is 1M, not 1000K
            scaled = _rounded(exact.scaleb(-steps[place][0]), 2)
        return _plain(scaled, 2, group=False, trim=True) + steps[place][1]

    def full(self, value: Number | None) -> str:
        """All digits with thousands separators, at most two decimals."""
        exact = _decimal(value)
        return NOTHING if exact is None else _plain(_rounded(exact, 2), 2, group=True, trim=True)

    def rate(self, value: Number | None) -> str:
        """A fraction as a percentage with one decimal: 0.9744 is ``97.4%``."""
        exact = _decimal(value)
        return NOTHING if exact is None else _plain(_rounded(exact.scaleb(2, _WIDE), 1), 1, group=True, trim=False) + "%"

    def limit(self, value: Number | None) -> str:
        """A fraction that was set, not measured, as a percentage: 0.5 is ``50%``, 0.125 is ``12.5%``."""
        exact = _decimal(value)
        return NOTHING if exact is None else _plain(_rounded(exact.scaleb(2, _WIDE), 1), 1, group=True, trim=True) + "%"

    def change(self, value: Number | None) -> str:
        """A relative change with its sign: 0.123 is ``+12.3%``."""
        exact = _decimal(value)
        if exact is None:
            return NOTHING
        text = self.rate(value)
        return text if text.startswith(MINUS) or not text.strip("0.%") else "+" + text

    def points(self, value: Number | None) -> str:
        """A difference of two fractions: 0.012 is ``+1.2 pp`` or ``+1.2个百分点``."""
        exact = _decimal(value)
        if exact is None:
            return NOTHING
        return self.change(value)[:-1] + ("个百分点" if self.language == "zh-CN" else " pp")

    def money(self, minor: int | None, currency: str = "CNY") -> str:
        """Minor units with the currency's sign or code: ``¥1,234.50``, ``SEK 12.00``."""
        if minor is None:
            return NOTHING
        places = exponent(currency)
        text = _plain(Decimal(minor).scaleb(-places), places, group=True, trim=False)
        return self._signed(text, currency)

    def money_compact(self, minor: int | None, currency: str = "CNY") -> str:
        """Minor units in short form: ``¥1.23万``."""
        if minor is None:
            return NOTHING
        return self._signed(self.compact(Decimal(minor).scaleb(-exponent(currency))), currency)

    def _signed(self, text: str, currency: str) -> str:
        minus, digits = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
        sign = _SIGNS.get(currency, f"{currency} " if currency else "")
        return f"{minus}{sign}{digits}"

    def duration(self, seconds: Number | None) -> str:
        """The two greatest units: ``3天4小时``, ``3d 4h``; tenths from one second to ten, milliseconds below one."""
        exact = _decimal(seconds)
        if exact is None:
            return NOTHING
        minus, size = (MINUS if exact < 0 else ""), abs(exact)
        zh = self.language == "zh-CN"
        if 0 < size < 1:
            millis = max(1, int(_rounded(size * 1000, 0)))
            if millis < 1000:
                return f"{minus}{millis}{'毫秒' if zh else 'ms'}"
        if 1 <= size < _TENTHS_BELOW:
            return f"{minus}{_plain(_rounded(size, 1), 1, group=False, trim=True)}{'秒' if zh else 's'}"
        rest = int(_rounded(size, 0))
        parts: list[str] = []
        for length, zh_unit, en_unit in _SPANS:
            count, rest = divmod(rest, length)
            if count or (length == 1 and not parts):
                parts.append(f"{count}{zh_unit if zh else en_unit}")
            elif parts:
                break
            if len(parts) == 2:
                break
        text = ("" if zh else " ").join(parts)
        text += "钟" if zh and len(parts) == 1 and text.endswith("分") else ""  # 分 alone is a point or a cent
        return (minus if any(c in "123456789" for c in text) else "") + text

    def local(self, instant: datetime) -> datetime:
        """Return an aware instant in the operation's zone."""
        return instant.astimezone(self.zone)

    def date(self, instant: datetime | None) -> str:
        """``2026-11-21 周六``."""
        if instant is None:
            return NOTHING
        local = self.local(instant)
        return f"{local:%Y-%m-%d} {_WEEKDAYS[self.language][local.weekday()]}"

    def time(self, instant: datetime | None) -> str:
        """``2026-11-21 14:03:22``."""
        return NOTHING if instant is None else f"{self.local(instant):%Y-%m-%d %H:%M:%S}"

    def minute(self, instant: datetime | None) -> str:
        """``2026-11-21 14:03``."""
        return NOTHING if instant is None else f"{self.local(instant):%Y-%m-%d %H:%M}"

    def short_time(self, instant: datetime | None) -> str:
        """``11-21 14:03``."""
        return NOTHING if instant is None else f"{self.local(instant):%m-%d %H:%M}"

    def clock(self, instant: datetime | None) -> str:
        """``14:03:22``."""
        return NOTHING if instant is None else f"{self.local(instant):%H:%M:%S}"

    def through(self, instant: datetime | None, now: datetime) -> str:
        """The clock on the present day, date and minute on any other."""
        same_day = instant is not None and self.local(instant).date() == self.local(now).date()
        return self.clock(instant) if same_day else self.minute(instant)

    def iso(self, instant: datetime | None) -> str:
        """The exact instant, in the zone and in UTC, for titles."""
        if instant is None:
            return ""
        precise = self.local(instant).isoformat(timespec="milliseconds")
        return f"{precise} ({instant.astimezone(UTC).isoformat(timespec='microseconds').replace('+00:00', 'Z')})"
