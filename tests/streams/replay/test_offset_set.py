"""Sets of offsets: what is in them, and the ranges that are not."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.replay.offset_set import OffsetSet


@given(st.integers(0, 40), st.integers(0, 90), st.sets(st.integers(0, 140)))
def test_what_is_not_in_it_is_given_as_ranges_in_their_order(
    start: int, size: int, offsets: set[int]
) -> None:
    one = OffsetSet(start, start + size)
    inside = {offset for offset in offsets if start <= offset < start + size}
    assert {offset for offset in offsets if one.add(offset)} == inside
    assert not any(one.add(offset) for offset in offsets)
    assert len(one) == len(inside)
    assert {offset for offset in range(200) if offset in one} == inside
    ranges = list(one.absent())
    assert all(first < end for first, end in ranges)
    # Ranges that touch would be one.
    assert all(end < begin for (_, end), (begin, _) in pairwise(ranges))
    absent = {offset for first, end in ranges for offset in range(first, end)}
    assert absent == set(range(start, start + size)) - inside


def test_a_million_offsets_are_small_and_the_few_that_are_absent_are_found() -> None:
    one = OffsetSet(7, 1_000_007)
    absent = {7, 8, 500_000, 1_000_006}
    for offset in range(7, 1_000_007):
        if offset not in absent:
            one.add(offset)
    assert list(one.absent()) == [(7, 9), (500_000, 500_001), (1_000_006, 1_000_007)]
    assert len(one) == 999_996
