"""Draws that depend on nothing but the seed, the name of what is drawn, and the number of whom it is drawn for.

There is no generator with a state: a draw is a hash. So any day can be made without the days before it, a fault changes only
what it touches, and all arithmetic is on integers, which every machine does alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from hashlib import blake2b
from math import isqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Bits = NDArray[np.uint64]
Mask = NDArray[np.bool_]

MILLION: Final = 1_000_000
"""Shares are told in millionths."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_STEPS: Final = 1 << 16
_FEW: Final = 10
_TRIALS: Final = 256


@cache
def _key(path: tuple[str | int, ...]) -> np.uint64:
    digest = blake2b("\x1f".join(map(str, path)).encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


class Quantiles:
    """A distribution told by its quantiles: between two of them all values are equally likely.

    Args:
        knots: share in percent → value, from 0 to 100, neither ever falling; such as ``{0: 2, 50: 10, 90: 40, 100: 600}``.
        unit: the values are multiplied by it, such as :data:`tongguan.simulate.clock.MINUTE`.

    Raises:
        ValueError: the knots do not begin at 0, end at 100 and rise.
    """

    def __init__(self, knots: dict[float, float], unit: int = 1) -> None:
        shares, values = list(knots), list(knots.values())
        if shares[0] != 0 or shares[-1] != 100 or sorted(set(shares)) != shares or sorted(values) != values:
            raise ValueError(f"quantiles {knots}: shares must rise from 0 to 100 and values must not fall")
        self._shares = [round(share * _STEPS * 1000) // 100_000 for share in shares]
        self._values = [round(value * unit) for value in values]

    @cached_property
    def table(self) -> Whole:
        """The value at each of 65,536 equally likely places, shape (65,536,)."""
        parts = []
        for low, high, start, stop in zip(self._shares, self._shares[1:], self._values, self._values[1:], strict=False):
            parts.append(start + (stop - start) * np.arange(high - low, dtype=np.int64) // max(1, high - low))
        return np.concatenate(parts)

    def times(self, percent: int) -> Quantiles:
        """Return the distribution with every value multiplied by ``percent`` / 100."""
        made = Quantiles({0: 0, 100: 0})
        made._shares, made._values = self._shares, [value * percent // 100 for value in self._values]
        return made


class Chance:
    """A named family of draws.

    Args:
        seed: the same seed gives the same draws, on any machine and with any release of any library.
        path: names the family; :meth:`of` goes deeper.
    """

    def __init__(self, seed: int, *path: str | int) -> None:
        self._path: tuple[str | int, ...] = (seed, *path)

    def of(self, *path: str | int) -> Chance:
        """Return the family below this one."""
        made = Chance(0)
        made._path = (*self._path, *path)
        return made

    def bits(self, name: str, whom: Whole) -> Bits:
        """Return 64 random bits for each number in ``whom``; same name and number, same bits."""
        x = whom.astype(np.uint64) * _GOLDEN
        x += _key((*self._path, name))
        x ^= x >> np.uint64(30)
        x *= _FIRST
        x ^= x >> np.uint64(27)
        x *= _SECOND
        x ^= x >> np.uint64(31)
        return x

    def below(self, name: str, whom: Whole, count: int | Whole) -> Whole:
        """Return whole numbers from 0 to ``count`` - 1, all equally likely; ``count`` ≤ 2³¹."""
        return (((self.bits(name, whom) >> np.uint64(32)).astype(np.int64)) * count) >> 32

    def happens(self, name: str, whom: Whole, share: int | Whole) -> Mask:
        """Return True in ``share`` millionths of the cases."""
        found: Mask = self.below(name, whom, MILLION) < share
        return found

    def pick(self, name: str, whom: Whole, weights: Sequence[int]) -> Whole:
        """Return places in ``weights``, each as likely as its weight says."""
        bounds = np.cumsum(np.asarray(weights, dtype=np.int64))
        found: Whole = np.searchsorted(bounds, self.below(name, whom, int(bounds[-1])), side="right").astype(np.int64)
        return found

    def pick_by(self, name: str, whom: Whole, rows: Whole, weights: NDArray[np.int64]) -> Whole:
        """Return places in the row of ``weights`` (shape rows × choices) that ``rows`` names for each."""
        bounds = np.cumsum(weights, axis=1)
        drawn = self.below(name, whom, bounds[rows, -1])
        found: Whole = (drawn[:, None] >= bounds[rows]).sum(axis=1).astype(np.int64)
        return found

    def spread(self, name: str, whom: Whole, by: Quantiles) -> Whole:
        """Return values of a distribution."""
        found: Whole = by.table[(self.bits(name, whom) >> np.uint64(48)).astype(np.int64)]
        return found

    def count(self, name: str, number: int, mean: int) -> int:
        """Return how many of something there are where ``mean`` millionths are usual; spread like a Poisson number, within ± 6 √mean."""
        if mean < _FEW * MILLION:
            return int(self.happens(name, np.arange(_TRIALS, dtype=np.int64) + number * _TRIALS, mean // _TRIALS).sum())
        twelve = int(self.below(name, np.arange(12, dtype=np.int64) + number * 12, MILLION).sum()) - 6 * MILLION
        # Twelve even draws have the variance of one normal draw.
        around = mean + twelve * isqrt(mean * MILLION) // MILLION
        rest = int(self.below(f"{name}/rest", np.array([number], dtype=np.int64), MILLION)[0])
        return max(0, (around + rest) // MILLION)
