"""What a person and a program are told of a replay."""

from collections.abc import Callable

import msgspec
import pytest

from streams.cli.views.replay import duration, plan_lines, progress_fields, state_of, summary_line
from streams.replay.manifest import Manifest, ReplayOutcome
from streams.replay.progress import ReplayProgress
from streams.replay.range import Span

Make = Callable[..., Manifest]
Finish = Callable[..., ReplayOutcome]


def test_a_plan_names_partitions_topics_and_time(manifest: Make) -> None:
    lines = "\n".join(plan_lines(manifest(), ["replay.one.news.analyses"], 10.0))
    assert "partition 0: 20 records, 10 to 30" in lines
    assert "partition 1: 0 records, 5 to 5" in lines
    assert "about 2 s with one worker, at 10 records a second" in lines
    assert "replay.one.news.analyses" in lines
    assert "second" not in "\n".join(plan_lines(manifest(), [], None))


def test_progress_says_how_far_how_fast_and_how_long() -> None:
    progress = ReplayProgress(100, (Span(0, 60, 100),), 3, 561_648_600_000, 7)
    assert progress_fields(progress, 20.0) == {
        "articles": 100,
        "articles_done": 60,
        "mentions_left": 3,
        "alerts": 7,
        "records_per_second": 20.0,
        "eta_seconds": 2.0,
        "event_time": "1987-10-19T13:30:00+00:00",
    }
    unknown = progress_fields(ReplayProgress(1, (Span(0, 0, 1),), 0, None, 0), None)
    assert (unknown["eta_seconds"], unknown["event_time"]) == (None, None)


@pytest.mark.parametrize(
    ("left", "members", "state"),
    [
        ((), 1, "running"),
        # A worker was killed before it had proven what it came to.
        ((), 0, "unproven"),
        ((Span(0, 0, 1),), 1, "running"),
        ((Span(0, 0, 1),), 0, "stopped"),
    ],
)
def test_a_replay_without_its_proof_is_not_finished(
    manifest: Make, left: tuple[Span, ...], members: int, state: str
) -> None:
    assert state_of(manifest(), ReplayProgress(1, left, 0, None, 0), members) == state


def test_a_replay_at_its_end_is_finished_or_incomplete(manifest: Make, finished: Finish) -> None:
    assert state_of(manifest(finished=finished()), None, 0) == "finished"
    lacking = finished(complete=False, missing=1)
    assert state_of(manifest(finished=lacking), None, 1) == "incomplete"
    unproven = msgspec.structs.replace(lacking, proof=None)
    assert state_of(manifest(finished=unproven), None, 0) == "incomplete"


def test_a_summary_says_what_it_came_to_and_what_to_do_next(
    manifest: Make, finished: Finish
) -> None:
    counts = {"same": 1, "added": 1, "gone": 0, "changed": 0}
    line = summary_line(manifest(), finished(), counts)
    assert "is finished: 9 analyses, 5 mentions, 2 alerts, 1 dead letters" in line
    assert (
        "Each of the 9 records of its range is accounted for: 8 analysed, 1 dead letters." in line
    )
    assert "Beside live: 1 the same, 1 added, 0 gone, 0 changed." in line
    assert "tocsin replay diff one" in line
    assert "live" not in summary_line(manifest(), finished(), None)
    assert "3 excluded" in summary_line(manifest(), finished(excluded=3), None)
    lacking = summary_line(manifest(), finished(complete=False, missing=2), None)
    assert "incomplete" in lacking
    assert "accounted for" not in lacking


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (119, "119 s"), (600, "10 min"), (9_000, "2.5 h")]
)
def test_a_duration_is_written_for_a_person(seconds: float, text: str) -> None:
    assert duration(seconds) == text
