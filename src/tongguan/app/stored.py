"""Work on the operational store that a page waits for, without holding up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from tongguan.app.causes import cause_of
from tongguan.records.errors import RecordsError
from tongguan.web.kit.ports import QuestionFailedError

T = TypeVar("T")


async def in_store(pool: Executor, work: Callable[[], T], refused: Callable[[RecordsError], Exception | None]) -> T:
    """Do work of the store in a thread.

    Args:
        pool: threads for the store.
        work: what to do.
        refused: makes of an error of the store what the page is told; None where it is nothing that the user can mend.

    Raises:
        QuestionFailedError: the store failed; says whether a retry helps.
    """
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work)
    except RecordsError as error:
        raise refused(error) or QuestionFailedError(str(error)[:300], retry=error.retry_helps, cause=cause_of(error)) from error
