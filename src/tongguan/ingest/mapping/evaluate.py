"""Values, conditions and code tables as functions, made once per mapping and called once per row."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass

import msgspec

from tongguan.ingest.mapping.errors import RowError
from tongguan.ingest.mapping.rules import AllOf, AnyOf, CodeTable, Condition, Mapping, Not, OneOf, Present
from tongguan.ingest.mapping.times import time_parser
from tongguan.ingest.mapping.values import (
    Amounts,
    Column,
    Constant,
    Count,
    Digest,
    Exact,
    Extreme,
    Field,
    FirstOf,
    FromColumn,
    Instant,
    Json,
    Template,
    Truth,
    Value,
    Whole,
)
from tongguan.ingest.personal import HIDDEN, is_personal_name
from tongguan.lib.ids import DIGEST_MARK, digest_id
from tongguan.lib.money import MoneyTextError, to_minor
from tongguan.model.reasons import Quarantine

Values = Lookup[str, str | None]

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")


@dataclass(slots=True)
class Scope:
    """What a rule sees: one row per role, and all rows of the ``many`` roles.

    Attributes:
        rows: role → its row; the driving row is under the empty text; None where nothing joined.
        many: role → its rows.
    """

    rows: dict[str, Values | None]
    many: dict[str, list[Values]]


Text = Callable[[Scope], str | None]
Get = Callable[[Scope], object]
Test = Callable[[Scope], bool]


class Evaluator:
    """Makes the functions of one mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._many = frozenset(join.role for join in mapping.joins if join.many)

    def text(self, column: Column) -> Text:
        """Return what gives a column's text without spaces around it; None when nothing is there."""
        role, name = column.role, column.name
        empty = self._mapping.files[role or self._mapping.rows].empty

        def get(scope: Scope) -> str | None:
            row = scope.rows[role]
            if row is None:
                return None
            value = row.get(name)
            if not value:
                return None
            value = value.strip()
            return None if not value or value in empty else value

        return get

    def field(self, field: Field) -> Get:
        """Return what gives a field's value, through its code table; None when nothing is there.

        Raises (when called):
            RowError: the value is not what the function needs, or its code is not in the table.
        """
        get = self.value(field.value)
        if not field.codes:
            return get
        look_up = code_lookup(self._mapping.codes[field.codes])
        columns = field.value.columns
        table = self._mapping.codes[field.codes]

        def coded(scope: Scope) -> object:
            found = get(scope)
            if found is None:
                return None
            code = look_up(str(found))
            if code is None:
                valid = ", ".join(sorted(table.exact)[:30])
                message = f"{field.target}: the code table {table.name!r} has no such text"
                raise self._fault(Quarantine.UNMAPPED_CODE, columns, str(found), message, valid)
            return code

        return coded

    def value(self, value: Value) -> Get:
        """Return what gives a value."""
        match value:
            case FromColumn(column):
                return self.text(column)
            case Constant(constant):
                return lambda scope: constant
            case Template():
                return self.template(value)
            case Instant():
                return self._instant(value)
            case Amounts():
                return self._amounts(value)
            case FirstOf(parts):
                return self._first([self.value(part) for part in parts])
            case Extreme(parts, latest):
                return self._extreme([self.value(part) for part in parts], latest)
            case Digest(columns):
                return self._digest(columns)
            case Count(role):
                return lambda scope: len(scope.many[role])
            case _:
                return self._converted(value)

    def template(self, template: Template) -> Text:
        """Return what fills in a template; None when one of its columns is empty."""
        parts: list[Text] = []
        form = ""
        for part in template.parts:
            if isinstance(part, Column):
                parts.append(self.text(part))
                form += "%s"
            else:
                form += part.replace("%", "%%")

        def fill(scope: Scope) -> str | None:
            texts = [part(scope) for part in parts]
            return None if None in texts else form % tuple(texts)

        return fill

    def _fault(self, reason: Quarantine, columns: tuple[Column, ...], value: str, message: str, valid: str = "") -> RowError:
        hidden = any(column in self._mapping.personal or is_personal_name(column.name) for column in columns)
        return RowError(reason, ", ".join(map(str, columns)), HIDDEN if hidden else value, message, valid)

    def _instant(self, value: Instant) -> Get:
        get = self.text(value.column)
        parse = time_parser(value.formats, value.zone)
        valid = f"{' or '.join(value.formats)}, in {value.zone} where it names no zone"

        def instant(scope: Scope) -> object:
            text = get(scope)
            if text is None:
                return None
            try:
                return parse(text)
            except ValueError:
                raise self._fault(Quarantine.BAD_TIME, (value.column,), text, f"{value.column} holds no such time", valid) from None

        return instant

    def _amounts(self, value: Amounts) -> Get:
        parse = money_parser(value)
        readers = [self._amount(column, value, parse) for column in value.columns]
        if len(readers) == 1:
            return readers[0]

        def total(scope: Scope) -> int | None:
            found = [amount for reader in readers if (amount := reader(scope)) is not None]
            return sum(found) if found else None

        return total

    def _amount(self, column: Column, value: Amounts, parse: Callable[[str], int]) -> Callable[[Scope], int | None]:
        get = self.text(column)
        valid = f"a decimal amount in {value.currency} such as 1234{value.decimal_point}50"

        def one(scope: Scope) -> int | None:
            text = get(scope)
            if text is None:
                return None
            try:
                return parse(text)
            except MoneyTextError as error:
                raise self._fault(
                    Quarantine.BAD_AMOUNT, (column,), text, f"{column} holds no amount: {_without(error, text)}", valid
                ) from None

        if column.role not in self._many:
            return one

        def of_all(scope: Scope) -> int | None:
            chosen = scope.rows.get(column.role)
            if chosen is not None:
                return one(scope)
            found = [amount for row in scope.many[column.role] if (amount := one(Scope({column.role: row}, {}))) is not None]
            return sum(found) if found else None

        return of_all

    def _first(self, parts: list[Get]) -> Get:
        def first(scope: Scope) -> object:
            for part in parts:
                found = part(scope)
                if found is not None:
                    return found
            return None

        return first

    def _extreme(self, parts: list[Get], latest: bool) -> Get:
        choose: Callable[..., object] = max if latest else min

        def extreme(scope: Scope) -> object:
            found = [time for part in parts if (time := part(scope)) is not None]
            return choose(found) if found else None

        return extreme

    def _digest(self, columns: tuple[Column, ...]) -> Get:
        readers = [self.text(column) for column in columns]

        def digest(scope: Scope) -> str | None:
            texts = [reader(scope) or "" for reader in readers]
            return DIGEST_MARK + digest_id(*texts) if any(texts) else None

        return digest

    def _converted(self, value: Whole | Exact | Truth | Json) -> Get:
        get = self.text(value.column)
        convert, valid = _converter(value)

        def converted(scope: Scope) -> object:
            text = get(scope)
            if text is None:
                return None
            try:
                return convert(text)
            except ValueError:
                message = f"{value.column} holds no {value.result}"
                raise self._fault(Quarantine.BAD_ROW, (value.column,), text, message, valid) from None

        return converted

    def condition(self, condition: Condition) -> Test:
        """Return what tells whether a condition holds."""
        match condition:
            case OneOf(column, texts):
                get = self.text(column)
                return lambda scope: (get(scope) or "") in texts
            case Present(column):
                return self._present(column)
            case AllOf(parts):
                tests = [self.condition(part) for part in parts]
                return lambda scope: all(test(scope) for test in tests)
            case AnyOf(parts):
                tests = [self.condition(part) for part in parts]
                return lambda scope: any(test(scope) for test in tests)
            case Not(part):
                inner = self.condition(part)
                return lambda scope: not inner(scope)

    def _present(self, column: Column) -> Test:
        get = self.text(column)
        role = column.role
        if role not in self._many:
            return lambda scope: get(scope) is not None

        def any_row(scope: Scope) -> bool:
            if scope.rows.get(role) is not None:
                return get(scope) is not None
            return any(get(Scope({role: row}, {})) is not None for row in scope.many[role])

        return any_row


def money_parser(value: Amounts) -> Callable[[str], int]:
    """Return a strict function from decimal text to minor units.

    It takes digits, a sign, the stated marks and nothing else: neither exponents nor misplaced thousands marks.
    """
    point, thousands, currency = value.decimal_point, value.thousands, value.currency
    whole = rf"(?:[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
    form = re.compile(rf"[+-]?{whole}(?:{re.escape(point)}[0-9]+)?")

    def parse(text: str) -> int:
        if len(text) > 60 or not form.fullmatch(text):
            raise MoneyTextError("not a decimal number with the stated marks")
        minor = to_minor(text, currency, decimal_point=point, thousands=thousands)
        if not -(2**63) <= minor < 2**63:
            raise MoneyTextError("too large an amount")
        return minor

    return parse


def code_lookup(table: CodeTable) -> Callable[[str], str | None]:
    """Return what gives the code of a text; None when the row is to be quarantined."""
    known: dict[str, str] = dict(table.exact)
    patterns = [(re.compile(fnmatch.translate(text)), code) for text, code in table.patterns]

    def look_up(text: str) -> str | None:
        found = known.get(text)
        if found is not None:
            return found
        for pattern, code in patterns:
            if pattern.match(text):
                return code
        return text if table.keep else table.otherwise

    return look_up


def _converter(value: Whole | Exact | Truth | Json) -> tuple[Callable[[str], object], str]:
    match value:
        case Whole(_, times):
            return (lambda text: _whole(text, times)), "a whole number" if times == 1 else f"a number that times {times} is whole"
        case Exact(_, point, thousands):
            return (lambda text: _exact(text, point, thousands)), f"a decimal number such as 12{point}5"
        case Truth(_, true, false):
            return (lambda text: _truth(text, true, false)), f"true: {', '.join(sorted(true))}; false: {', '.join(sorted(false))}"
        case Json():
            return _json, "a JSON array or object"


def _whole(text: str, times: int) -> int:
    if times == 1 and _WHOLE_NUMBER.fullmatch(text):
        found = int(text)
    elif _NUMBER.fullmatch(text):
        whole, _, fraction = text.partition(".")
        found, rest = divmod(int(whole + fraction) * times, 10 ** len(fraction))
        if rest:
            raise ValueError(text)
    else:
        raise ValueError(text)
    if not -(2**63) <= found < 2**63:
        raise ValueError(text)
    return found


def _exact(text: str, point: str, thousands: str) -> str:
    plain = (text.replace(thousands, "") if thousands else text).replace(point, ".")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    return plain


def _truth(text: str, true: frozenset[str], false: frozenset[str]) -> bool:
    if text in true:
        return True
    if text in false:
        return False
    raise ValueError(text)


def _json(text: str) -> object:
    try:
        found: object = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(text) from error
    if not isinstance(found, list | dict):
        raise ValueError(text)
    return found


def _without(error: Exception, text: str) -> str:
    """Return the error's words without the value, which may be personal and is told apart."""
    return str(error).replace(repr(text), "it")
