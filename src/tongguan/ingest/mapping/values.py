"""Where a field's value comes from: the functions of the mapping language, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """What a function gives."""

    TEXT = "text"
    WHOLE = "integer"
    DECIMAL = "decimal"
    TRUTH = "boolean"
    MONEY = "money"
    TIME = "time"
    JSON = "json"


@dataclass(frozen=True)
class Column:
    """A column of the driving row (empty role) or of a joined row."""

    role: str
    name: str

    def __str__(self) -> str:
        return f"{self.role}.{self.name}" if self.role else self.name


@dataclass(frozen=True)
class FromColumn:
    """``from:`` the column's text."""

    column: Column
    result: Result = Result.TEXT

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Constant:
    """``value:`` always the same."""

    value: str | int | bool

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads: none."""
        return ()

    @property
    def result(self) -> Result:
        """What it gives."""
        if isinstance(self.value, bool):
            return Result.TRUTH
        return Result.WHOLE if isinstance(self.value, int) else Result.TEXT


@dataclass(frozen=True)
class Template:
    """``template:`` texts and columns in a row; nothing when any of its columns is empty."""

    parts: tuple[str | Column, ...]
    result: Result = Result.TEXT

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return tuple(part for part in self.parts if isinstance(part, Column))


@dataclass(frozen=True)
class Amounts:
    """``money:`` one column, ``sum:`` several: decimal text → minor units; empty ones do not count.

    Columns of a ``many`` role outside ``each`` count for all its rows. Nothing when all are empty.
    """

    columns: tuple[Column, ...]
    currency: str
    decimal_point: str = "."
    thousands: str = ""
    result: Result = Result.MONEY


@dataclass(frozen=True)
class Instant:
    """``time:`` text in one of some formats, in a zone where the text names none."""

    column: Column
    formats: tuple[str, ...]
    zone: str
    result: Result = Result.TIME

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Whole:
    """``integer:`` a whole number after multiplying by ``times``."""

    column: Column
    times: int = 1
    result: Result = Result.WHOLE

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Exact:
    """``decimal:`` a decimal number, kept as text with all its digits."""

    column: Column
    decimal_point: str = "."
    thousands: str = ""
    result: Result = Result.DECIMAL

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Truth:
    """``boolean:`` texts that mean true and texts that mean false."""

    column: Column
    true: frozenset[str]
    false: frozenset[str]
    result: Result = Result.TRUTH

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Json:
    """``json:`` a JSON array or object."""

    column: Column
    result: Result = Result.JSON

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Digest:
    """``digest:`` 32 hexadecimal digits of several columns, empty ones included; nothing when all are empty."""

    columns: tuple[Column, ...]
    result: Result = Result.TEXT


@dataclass(frozen=True)
class Count:
    """``count:`` how many rows of a ``many`` role there are."""

    role: str
    result: Result = Result.WHOLE

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads: none."""
        return ()


@dataclass(frozen=True)
class FirstOf:
    """``first_of:`` the first that is not empty."""

    values: tuple[Value, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return tuple(column for value in self.values for column in value.columns)

    @property
    def result(self) -> Result:
        """What it gives: what its first part gives."""
        return self.values[0].result


@dataclass(frozen=True)
class Extreme:
    """``latest_of:`` and ``earliest_of:`` some times, empty ones left out."""

    values: tuple[Value, ...]
    latest: bool
    result: Result = Result.TIME

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return tuple(column for value in self.values for column in value.columns)


Value = FromColumn | Constant | Template | Amounts | Instant | Whole | Exact | Truth | Json | Digest | Count | FirstOf | Extreme


@dataclass(frozen=True)
class Field:
    """One field of an event.

    Attributes:
        target: name of the wide column or attribute.
        value: where it comes from.
        required: a row without it goes to quarantine.
        codes: name of the table through which the text goes; empty for none.
        line: where it stands in the mapping file.
    """

    target: str
    value: Value
    required: bool = False
    codes: str = ""
    line: int = 0
