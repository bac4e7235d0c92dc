"""Which store a failed question is blamed on."""

from __future__ import annotations

import pytest

from tongguan.app.causes import cause_of
from tongguan.records.errors import NewerStoreError, RecordsError, StoreBusyError, StoreUnreachableError
from tongguan.warehouse.errors import QueryTimeoutError, QueryTooLargeError, WarehouseError, WarehouseInUseError, WarehouseUnavailableError
from tongguan.web.kit.faults import Cause


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (WarehouseUnavailableError("away"), Cause.ANALYSIS_AWAY),
        (QueryTimeoutError("slow"), Cause.ANALYSIS_SLOW),
        (QueryTooLargeError("large"), Cause.ANALYSIS_LARGE),
        (WarehouseInUseError("in use"), Cause.ANALYSIS_FAILED),
        (StoreUnreachableError("sqlite:///x", "refused"), Cause.OPERATIONS_AWAY),
        (StoreBusyError(5), Cause.OPERATIONS_BUSY),
        (NewerStoreError("9", "8"), Cause.OPERATIONS_FAILED),
    ],
)
def test_errors_of_stores_have_their_cause(error: WarehouseError | RecordsError, cause: Cause) -> None:
    assert cause_of(error) is cause
