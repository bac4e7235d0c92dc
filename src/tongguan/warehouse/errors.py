"""What can go wrong between Tongguan and its warehouse, and whether asking again helps."""

from __future__ import annotations


class WarehouseError(Exception):
    """The warehouse refused or failed. ``retry`` tells whether the same request may succeed later."""

    retry = False

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class WarehouseUnavailableError(WarehouseError):
    """The warehouse cannot be reached or has no room now; a retry helps."""

    retry = True


class QueryTimeoutError(WarehouseError):
    """The query ran longer than it may; ask for less, or allow more time."""


class QueryCancelledError(WarehouseError):
    """The query was cancelled because nobody waits for its answer any more."""


class QueryTooLargeError(WarehouseError):
    """The query needs more memory than it may; ask for less."""


class WarehouseInUseError(WarehouseError):
    """Another process owns this embedded warehouse; speak to that process, or stop it."""
