"""Identifiers: sortable ones, derived ones, batch numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tongguan.lib.ids import BatchNumbers, digest_id, sortable_id

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), st.integers(1, 10**9), st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1)
)
def test_ids_of_later_instants_sort_later(moment: datetime, millis: int, one: int, other: int) -> None:
    early = moment.replace(tzinfo=UTC)
    first = sortable_id(early, lambda bits: one)
    second = sortable_id(early + timedelta(milliseconds=millis), lambda bits: other)
    assert first < second
    assert len(first) == len(second) == 26


def test_ids_of_one_instant_differ() -> None:
    assert len({sortable_id(NOON) for _ in range(1000)}) == 1000


def test_ids_have_letters_that_are_not_mistaken() -> None:
    assert set(sortable_id(NOON)) <= set("0123456789abcdefghjkmnpqrstvwxyz")


@given(st.lists(st.text(st.characters(), max_size=5), max_size=4), st.lists(st.text(st.characters(), max_size=5), max_size=4))
def test_digests_agree_just_where_all_parts_do(one: list[str], other: list[str]) -> None:
    assert (digest_id(*one) == digest_id(*other)) is (one == other)


def test_digests_stay_as_they_are() -> None:
    """Derived event ids are on disk: a digest must be the same in every release."""
    assert digest_id("a", "bc") == "f657d58ed59382298356d21c95353a31"


def test_batch_numbers_grow_whatever_the_clock_does() -> None:
    moments = iter([NOON, NOON, NOON - timedelta(days=1), NOON + timedelta(seconds=1)])
    numbers = BatchNumbers(lambda: next(moments))
    given_out = [numbers.next() for _ in range(4)]
    assert given_out == sorted(set(given_out))
    assert given_out[0] == int(NOON.timestamp() * 1_000_000)
    assert given_out[3] == given_out[0] + 1_000_000


def test_batch_numbers_begin_above_what_is_on_disk() -> None:
    numbers = BatchNumbers(lambda: NOON)
    ahead = int((NOON + timedelta(days=3)).timestamp() * 1_000_000)
    numbers.above(ahead)
    numbers.above(5)
    assert numbers.next() == ahead + 1


def test_threads_never_get_the_same_batch_number() -> None:
    numbers = BatchNumbers(lambda: NOON)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: numbers.next(), range(2000)))
    assert len(set(found)) == 2000
    assert max(found) < 2**63
