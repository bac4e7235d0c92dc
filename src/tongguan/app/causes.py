"""Which store failed a question, and how, for the words of pages."""

from __future__ import annotations

from typing import Final

from tongguan.records.errors import RecordsError, StoreBusyError, StoreUnreachableError
from tongguan.warehouse.errors import QueryTimeoutError, QueryTooLargeError, WarehouseError, WarehouseUnavailableError
from tongguan.web.kit.faults import Cause

_CAUSES: Final[tuple[tuple[type[Exception], Cause], ...]] = (
    (WarehouseUnavailableError, Cause.ANALYSIS_AWAY),
    (QueryTimeoutError, Cause.ANALYSIS_SLOW),
    (QueryTooLargeError, Cause.ANALYSIS_LARGE),
    (StoreUnreachableError, Cause.OPERATIONS_AWAY),
    (StoreBusyError, Cause.OPERATIONS_BUSY),
    (RecordsError, Cause.OPERATIONS_FAILED),
)


def cause_of(error: WarehouseError | RecordsError) -> Cause:
    """Tell which store failed, and how."""
    return next((cause for kind, cause in _CAUSES if isinstance(error, kind)), Cause.ANALYSIS_FAILED)
