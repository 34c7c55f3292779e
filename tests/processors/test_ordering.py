"""Records wait for the watermark, and come out in the order of event time."""

import math

from hypothesis import given
from hypothesis import strategies as st

from processors.ordering import Reordering, WatermarkSnapshot


def filled(*moments: int, max_held: int = 100) -> Reordering[int]:
    waiting: Reordering[int] = Reordering(max_held)
    for offset, moment in enumerate(moments):
        waiting.add(0, offset, moment, f"m{offset}", moment)
    return waiting


def test_nothing_is_released_before_a_watermark() -> None:
    assert filled(3, 1, 2).release(10) == []


def test_what_the_watermark_has_passed_is_released_in_order() -> None:
    waiting = filled(3, 1, 2, 9)
    waiting.mark(WatermarkSnapshot(3, {0: 4}))
    assert waiting.release(2) == [1, 2]
    assert waiting.release(9) == [3]
    assert len(waiting) == 1


def test_a_watermark_counts_once_what_stood_before_it_was_read() -> None:
    waiting = filled(5, 4)
    waiting.mark(WatermarkSnapshot(9, {0: 3}))
    assert waiting.release(10) == []
    waiting.add(0, 2, 1, "late in the log", 1)
    assert waiting.release(10) == [1, 4, 5]


def test_a_record_that_is_not_to_wait_counts_as_read() -> None:
    waiting = filled(5)
    waiting.mark(WatermarkSnapshot(9, {0: 2}))
    waiting.passed(0, 1)
    assert waiting.release(10) == [5]


def test_when_nothing_is_to_come_all_is_ready_and_order_begins_again_after_it() -> None:
    waiting = filled(5, 7)
    waiting.mark(WatermarkSnapshot(math.inf, {0: 2}))
    assert waiting.release(10) == [5, 7]
    waiting.add(0, 2, 9, "a", 9)
    waiting.add(0, 3, 8, "b", 8)
    assert waiting.release(10) == []
    waiting.mark(WatermarkSnapshot(math.inf, {0: 4}))
    assert waiting.release(10) == [8, 9]


def test_a_late_record_is_released_as_it_comes() -> None:
    waiting = filled(5)
    waiting.mark(WatermarkSnapshot(6, {0: 1}))
    waiting.add(0, 1, 2, "late", 2)
    assert waiting.release(10) == [2, 5]


def test_partitions_do_not_wait_for_each_other_and_all_is_dropped_together() -> None:
    waiting = filled(5)
    waiting.add(1, 0, 4, "x", 4)
    waiting.mark(WatermarkSnapshot(9, {0: 0, 1: 8}))
    assert waiting.release(10) == [5]
    waiting.forget()
    assert len(waiting) == 0


def test_marks_of_partitions_that_are_not_ours_are_not_kept() -> None:
    waiting = filled(5)
    for n in range(100):
        waiting.mark(WatermarkSnapshot(n, {0: 9, 1: 9}))
    waiting.add(1, 8, 99, "x", 99)
    assert waiting.release(10) == []
    waiting.passed(0, 8)
    assert waiting.release(10) == [5]


def test_memory_is_bounded_and_what_is_beyond_is_counted() -> None:
    waiting = filled(4, 3, 2, 1, max_held=2)
    assert waiting.release(10) == [1, 2]
    assert waiting.forced == 2


def test_when_memory_runs_short_the_earliest_go_where_most_wait() -> None:
    waiting = filled(4, 3, 2, 1)
    waiting.add(1, 0, 0, "x", 0)
    waiting.mark(WatermarkSnapshot(1, {0: 4}))
    assert waiting.release_early(3) == [1, 2, 3]
    assert waiting.forced == 2  # the first was due
    assert len(waiting) == 2
    assert waiting.release_early(1) != []
    waiting.forget()
    assert waiting.release_early(3) == []


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(0, 50), st.integers(1, 7))
def test_what_comes_out_is_sorted_whole_and_not_beyond_the_watermark(
    moments: list[int], watermark: int, most: int
) -> None:
    waiting = filled(*moments)
    waiting.mark(WatermarkSnapshot(watermark, {0: len(moments)}))
    out: list[int] = []
    while ready := waiting.release(most):
        assert len(ready) <= most
        out += ready
    assert out == sorted(moment for moment in moments if moment <= watermark)
    assert len(waiting) == sum(moment > watermark for moment in moments)


def test_a_record_that_is_delivered_twice_waits_twice_and_needs_no_order_of_its_own() -> None:
    waiting: Reordering[object] = Reordering(100)
    first, again = object(), object()
    waiting.add(0, 7, 5, "m", first)
    waiting.add(0, 7, 5, "m", again)
    waiting.mark(WatermarkSnapshot(5, {0: 8}))
    assert waiting.release(9) == [first, again]
