"""Proving a replay from its topics: analyses, dead letters, and what has neither."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from kafka import TopicPartition

from streams.kafka.envelope import SOURCE_HEADER, Record
from streams.kafka.topics import TopicNames
from streams.replay.manifest import Manifest, settings_of
from streams.replay.proof import Proof
from streams.replay.range import Span
from streams.replay.verification import prove
from streams.service.settings import Settings
from tests.streams.conftest import Log, LogRecord

TOPIC = "news.articles"
PARTITIONS = 2
OF_0, OF_1 = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
Make = Callable[..., Manifest]


def source(place: str) -> tuple[str, bytes]:
    return (SOURCE_HEADER, place.encode())


def dead(partition: int, offset: int) -> list[tuple[str, bytes]]:
    place = {"topic": TOPIC, "partition": str(partition), "offset": str(offset)}
    return [(f"tocsin.error.{name}", value.encode()) for name, value in place.items()]


def proven(
    manifest: Manifest,
    articles: Sequence[tuple[int, int]],
    analysed: Sequence[str],
    letters: Sequence[tuple[int, int]] = (),
    **log: Any,
) -> Proof:
    """Prove a replay over articles at these places; values say which are to be left out."""
    names = TopicNames.of(settings_of(manifest, Settings()))
    records = [
        LogRecord(TOPIC, p, n, 0, None, b"left" if n % 10 == 9 else b"") for p, n in articles
    ]
    records += [
        LogRecord(
            names.analyses, number % PARTITIONS, number // PARTITIONS, 0, headers=[source(one)]
        )
        for number, one in enumerate(analysed)
    ]
    records += [
        LogRecord(names.dead_letters, 1, number, 0, headers=dead(*one))
        for number, one in enumerate(letters)
    ]
    topics = dict.fromkeys([TOPIC, names.analyses, names.dead_letters], PARTITIONS)

    def is_excluded(record: Record) -> bool:
        return record.value == b"left"

    return prove(Log(records, topics, **log), manifest, names, is_excluded)


def test_a_replay_whose_articles_all_have_an_outcome_is_complete(manifest: Make) -> None:
    made = manifest(spans=[Span(0, 10, 30), Span(1, 0, 4)])
    # Offsets 12 to 17, and the last of partition 1, hold no record.
    articles = [(0, n) for n in (10, 11, *range(18, 34))] + [(1, 0), (1, 1), (1, 2)]
    done = [f"{TOPIC}:0:{n}" for n in (10, 11, 18, *range(20, 29))]
    done += [f"{TOPIC}:1:0", f"{TOPIC}:1:0", f"{TOPIC}:0:10"]
    proof = proven(made, articles, done, [(1, 1), (1, 2), (1, 1)], ends={OF_1: 4})
    assert proof == Proof(
        complete=True, records=17, analysed=13, dead_letters=2, excluded=2, without_record=7
    )


@pytest.mark.parametrize(
    ("lost", "ranges"),
    [
        ({10}, ["0:10-11"]),
        ({28}, ["0:28-29"]),
        (set(range(10, 24)) - {19}, ["0:10-19", "0:20-24"]),
        ({13, 14, 22}, ["0:13-15", "0:22-23"]),
    ],
)
def test_an_article_without_an_outcome_is_named(
    manifest: Make, lost: set[int], ranges: list[str]
) -> None:
    made = manifest(spans=[Span(0, 10, 30), Span(1, 5, 5)])
    articles = [(0, n) for n in range(40)]
    done = [f"{TOPIC}:0:{n}" for n in range(10, 30) if n not in lost and n % 10 != 9]
    # As many repeated ones: a comparison of numbers would find nothing.
    proof = proven(made, articles, [*done, *[f"{TOPIC}:0:24"] * len(lost)])
    missing = {n for n in lost if n != 24}
    assert (proof.missing, proof.complete) == (len(missing), False)
    assert proof.missing_offsets == ranges


def test_an_output_without_its_source_proves_nothing(manifest: Make) -> None:
    made = manifest(spans=[Span(0, 0, 2), Span(1, 0, 0)])
    proof = proven(made, [(0, 0), (0, 1)], ["nonsense", f"{TOPIC}:0:1"])
    assert proof.missing_offsets == ["0:0-1"]


def test_articles_that_retention_removed_meanwhile_count_by_their_outputs(manifest: Make) -> None:
    made = manifest(spans=[Span(0, 0, 6), Span(1, 0, 0)])
    starts = {OF_0: 4}
    done = [f"{TOPIC}:0:{n}" for n in (0, 1, 3, 4, 5)]
    proof = proven(made, [(0, 4), (0, 5)], done, starts=starts)
    assert (proof.unchecked, proof.missing, proof.complete) == (1, 0, False)
    assert proven(made, [(0, 4), (0, 5)], [*done, f"{TOPIC}:0:2"], starts=starts).complete


def test_a_topic_that_was_made_again_meanwhile_does_not_hold_the_proof_up(manifest: Make) -> None:
    made = manifest(spans=[Span(0, 0, 6), Span(1, 0, 0)])
    done = [f"{TOPIC}:0:{n}" for n in (0, 1, 2, 4)]
    proof = proven(made, [(0, 0)], done)
    assert (proof.unchecked, proof.missing) == (2, 0)
