"""A desk: people with shifts who take what waits, first come first served.

One pass over the arrivals in order of time with a heap of who is free when. Exact, and fast enough: only what people do comes here.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tongguan.simulate.chance import Mask, Whole


@dataclass(frozen=True)
class Roster:
    """When one person works.

    Attributes:
        starts, ends: moments, alternating and rising: on duty from ``starts[i]`` until ``ends[i]``.
    """

    starts: Sequence[int]
    ends: Sequence[int]

    def next_on_duty(self, moment: int) -> int | None:
        """Return the first moment on duty from ``moment`` on; None where the roster ends before."""
        place = bisect_right(self.ends, moment)
        if place == len(self.ends):
            return None
        return max(moment, self.starts[place])


@dataclass(frozen=True)
class Served:
    """What became of each arrival, in the order of the arrivals.

    Attributes:
        start: when somebody took it; where nobody did, when the waiting one left.
        person: who, as place in the rosters; -1 for nobody.
        free: when each person is free, to go on from.
    """

    start: Whole
    person: Whole
    free: tuple[int, ...]

    @property
    def taken(self) -> Mask:
        """Which arrivals somebody took."""
        found: Mask = self.person >= 0
        return found


def serve(
    arrivals: Whole, work: Whole, rosters: Sequence[Roster], free: Sequence[int], patience: Whole | None = None, unserved: int = 0
) -> Served:
    """Let people serve arrivals.

    Args:
        arrivals: when each comes, in any order.
        work: how long each takes.
        rosters: who works when.
        free: from when on each of them is free, as a desk before left it; as many as ``rosters``.
        patience: how long each waits before leaving; None where what waits cannot leave.
        unserved: where all rosters end, an arrival waits this long and nobody takes it.
    """
    heap = [(moment, person) for person, roster in enumerate(rosters) if (moment := roster.next_on_duty(free[person])) is not None]
    heapq.heapify(heap)
    starts, people = np.zeros(len(arrivals), dtype=np.int64), np.full(len(arrivals), -1, dtype=np.int64)
    left = list(free)
    come, takes = arrivals.tolist(), work.tolist()
    waits = None if patience is None else patience.tolist()
    for row in np.argsort(arrivals, kind="stable").tolist():
        moment = come[row]
        found = _free_at(heap, rosters, moment)
        leaves = moment + (waits[row] if waits is not None else unserved)
        if found is None or (waits is not None and found[0] > leaves):
            starts[row] = leaves
            continue
        start, person = found
        heapq.heappop(heap)
        starts[row], people[row] = start, person
        left[person] = start + takes[row]
        heapq.heappush(heap, (left[person], person))
    return Served(starts, people, tuple(left))


def _free_at(heap: list[tuple[int, int]], rosters: Sequence[Roster], moment: int) -> tuple[int, int] | None:
    """Return when somebody can start, at ``moment`` or later, and who: they are on top of the heap then. None where nobody ever can."""
    while heap:
        free, person = heap[0]
        earliest = max(free, moment)
        on_duty = rosters[person].next_on_duty(earliest)
        if on_duty == earliest:
            return earliest, person
        if on_duty is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (on_duty, person))
    return None
