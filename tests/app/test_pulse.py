"""The pulse wakes everybody who waits, from the loader's thread into the event loop, and ends when told."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

from tongguan.app.pulse import LoaderPulse


class Loading:
    """As much of a loader as a pulse looks at."""

    def __init__(self) -> None:
        self.state = SimpleNamespace(blocks=0)
        self.moved = threading.Condition()

    def load(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.state.blocks += 1
            with self.moved:
                self.moved.notify_all()


def pulse_of(loader: Any) -> LoaderPulse:
    return LoaderPulse(loader)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "pulse"]


def test_the_number_is_told_at_once_without_a_thread() -> None:
    loader = Loading()
    pulse = pulse_of(loader)
    loader.load()
    assert asyncio.run(pulse.moved(-1)) == 1 and asyncio.run(pulse.moved(0)) == 1
    assert threads() == []
    pulse.close()


def test_one_thread_wakes_all_who_wait() -> None:
    loader = Loading()
    pulse = pulse_of(loader)

    async def work() -> list[int]:
        waiting = [asyncio.create_task(pulse.moved(0)) for _ in range(50)]
        late = asyncio.create_task(pulse.moved(1))
        await asyncio.sleep(0.05)
        assert len(threads()) == 1
        threading.Thread(target=loader.load).start()
        found = await asyncio.wait_for(asyncio.gather(*waiting), 5)
        assert not late.done()
        late.cancel()
        return found

    assert asyncio.run(work()) == [1] * 50
    assert not pulse._waiting
    pulse.close()
    assert threads() == []


def test_no_block_is_missed_however_fast_they_come() -> None:
    loader = Loading()
    pulse = pulse_of(loader)

    async def work() -> None:
        hasty = threading.Thread(target=loader.load, args=(2000,))
        hasty.start()
        seen = 0
        while seen < 2000:
            seen = await asyncio.wait_for(pulse.moved(seen), 5)
        hasty.join()

    asyncio.run(work())
    pulse.close()


def test_closing_leaves_no_thread_while_somebody_waits() -> None:
    pulse = pulse_of(Loading())

    async def work() -> None:
        waiting = asyncio.create_task(pulse.moved(0))
        await asyncio.sleep(0.02)
        pulse.close()
        assert threads() == [] and not waiting.done()
        waiting.cancel()

    asyncio.run(work())
