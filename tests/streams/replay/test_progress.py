"""When a replay is finished, and which partitions do not move."""

from collections.abc import Mapping

import pytest
from structlog.testing import capture_logs

from streams.replay.progress import ReplayProgress, left_of
from streams.replay.range import Span
from streams.replay.run import STUCK_SECONDS, IdleSpanDetector, StallDetector


@pytest.mark.parametrize(
    ("committed", "left"),
    [
        ({}, (Span(0, 10, 30), Span(2, 0, 3))),
        ({0: 12, 2: 3}, (Span(0, 12, 30),)),
        ({0: 30, 2: 3}, ()),
        # A worker of an earlier time may have been set further; it is not undone.
        ({0: 31, 2: 9}, ()),
        # Below the start: the group was set back by hand.
        ({0: 0, 2: 3}, (Span(0, 10, 30),)),
    ],
)
def test_what_is_not_committed_is_left(
    committed: Mapping[int, int], left: tuple[Span, ...]
) -> None:
    assert left_of([Span(0, 10, 30), Span(1, 5, 5), Span(2, 0, 3)], committed) == left


@pytest.mark.parametrize(
    ("left", "mentions_left", "finished"),
    [
        ((), 0, True),
        ((), 1, False),
        ((Span(0, 1, 2),), 0, False),
    ],
)
def test_a_replay_is_finished_when_neither_articles_nor_mentions_are_left(
    left: tuple[Span, ...], mentions_left: int, *, finished: bool
) -> None:
    progress = ReplayProgress(10, left, mentions_left, None, 0)
    assert progress.is_finished is finished
    assert progress.articles_done == 10 - sum(span.offsets for span in left)


def test_a_span_that_does_not_move_is_found_repeatedly() -> None:
    idle = IdleSpanDetector(measurements=3)
    stuck, moving = Span(0, 5, 9), [Span(1, n, 99) for n in range(6)]
    found = [idle.observe([stuck, moving[n]]) for n in range(6)]
    assert found == [[], [], [stuck], [], [], [stuck]]


def test_a_span_that_moves_is_not_found() -> None:
    idle = IdleSpanDetector(measurements=2)
    assert [idle.observe([Span(0, n, 99)]) for n in range(5)] == [[]] * 5


def test_a_replay_that_does_not_move_says_which_partition_waits_for_what() -> None:
    now = [0.0]
    holds = {0: ["ahead_of_the_others", "inbox_full"], 1: []}
    stuck = StallDetector("one", lambda: holds, lambda: now[0])
    moving = ReplayProgress(99, (Span(0, 4, 9), Span(1, 0, 9), Span(2, 0, 9)), 3, None, 0)
    progress = ReplayProgress(99, (Span(0, 5, 9), Span(1, 0, 9), Span(2, 0, 9)), 3, None, 0)
    with capture_logs() as entries:
        for measured in (moving, progress, progress, progress):
            stuck.check(measured)
            now[0] += STUCK_SECONDS - 1
        assert len(entries) == 1
        stuck.check(moving)
    (entry,) = entries
    assert entry["event"] == "replay.stuck"
    assert entry["articles"] == {
        0: "at 5 of 9, ahead_of_the_others, inbox_full",
        1: "at 0 of 9, fetched",
        2: "at 0 of 9, not assigned to this worker",
    }
    assert entry["mentions_left"] == 3
